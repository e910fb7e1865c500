//! Notes and everything else that happened with a lead.

use super::console;
use super::lead::Now;
use crate::model::Event;
use crate::model::timeline::{Happening, timeline};
use crate::model::work::{NOTE_CHARS, note};
use crate::words::t;
use leptos::html::Textarea;
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Timeline(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let field = NodeRef::<Textarea>::new();
    let add = move || {
        let Some(field) = field.get_untracked() else { return };
        if let Some(event) = note(&field.value()) {
            field.set_value("");
            console.send(Event::Act { thread, event });
        }
    };
    let happened = move || {
        case.with(|case| case.as_ref().map(|case| timeline(&case.lead, console.zone)).unwrap_or_default())
    };
    view! {
        <section class="card at-timeline" aria-labelledby="timeline-title">
            <h2 id="timeline-title">{t("Notes and timeline")}</h2>
            <form class="note-form" on:submit=move |event| { event.prevent_default(); add(); }>
                <label class="unseen" for="note">{t("New note")}</label>
                <textarea id="note" rows="2" maxlength=NOTE_CHARS.to_string() placeholder=t("Add a note for your colleagues") node_ref=field></textarea>
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
