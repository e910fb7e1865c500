//! Notes and everything else that happened with a lead.

use super::console;
use super::lead::Now;
use super::slice::slice;
use crate::model::Event;
use crate::model::timeline::{Happening, timeline};
use crate::model::work::{NOTE_CHARS, note};
use crate::words::t;
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Timeline(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let unfinished = console.open(|open| open.unfinished.clone());
    let typed =
        slice(move || unfinished.with(|all| all.as_ref().map(|all| all.note(thread)).unwrap_or_default()));
    let add = move || {
        if let Some(event) = note(&typed.get_untracked()) {
            console.send(Event::Act { thread, event });
        }
    };
    let jot =
        move |event: leptos::ev::Event| console.send(Event::Jot { thread, text: event_target_value(&event) });
    let happened = move || {
        case.with(|case| case.as_ref().map(|case| timeline(&case.lead, console.zone)).unwrap_or_default())
    };
    view! {
        <section class="card at-timeline" aria-labelledby="timeline-title">
            <h2 id="timeline-title">{t("Notes and timeline")}</h2>
            <form class="note-form" on:submit=move |event| { event.prevent_default(); add(); }>
                <label class="unseen" for="note">{t("New note")}</label>
                <textarea id="note" rows="2" maxlength=NOTE_CHARS.to_string() placeholder=t("Add a note for your colleagues") prop:value=move || typed.get() on:input=jot></textarea>
                <button class="button" type="submit">{t("Add note")}</button>
            </form>
            <ol class="timeline">{move || happened().into_iter().map(happening).collect_view()}</ol>
        </section>
    }
}

fn happening(happening: Happening) -> impl IntoView {
    let Happening { what, text, who, when, warn, .. } = happening;
    view! {
        <li>
            <p class="happening" class:warn=warn><strong>{what}</strong><span class="muted">{format!("{when} · {who}")}</span></p>
            {text.map(|text| view! { <p class="note-text" dir="auto">{text}</p> })}
        </li>
    }
}
