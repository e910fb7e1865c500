//! Puts right what the form, or a colleague, got wrong. What it said before stays in the timeline.

use super::console;
use super::lead::Now;
use super::slice::slice;
use crate::model::Event;
use crate::model::work::{correction, field_word};
use crate::words::{t, tag};
use lead::thread::AnswerField;
use leptos::html::Input;
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Correct(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let field = RwSignal::new(AnswerField::Phone);
    let input = NodeRef::<Input>::new();
    let stands = slice(move || {
        case.with(|case| {
            let answers = case.as_ref().and_then(|case| case.answers());
            answers.map(|answers| field.get().of(&answers).to_owned()).unwrap_or_default()
        })
    });
    let practice = console.open(|open| open.practice.clone());
    let services = move || {
        let practice = practice.get();
        let services = practice.iter().flat_map(|practice| &practice.source.services);
        services.map(|service| view! { <option value=service.id.clone()>{service.label.in_language(tag()).to_owned()}</option> }).collect_view()
    };
    let save = move || {
        let Some(input) = input.get_untracked() else { return };
        if let Some(event) = correction(field.get_untracked(), &stands.get_untracked(), &input.value()) {
            console.send(Event::Act { thread, event });
        }
    };
    let choose = move |event: leptos::ev::Event| {
        let word = event_target_value(&event);
        if let Some(chosen) = AnswerField::ALL.into_iter().find(|field| field_word(*field) == word) {
            field.set(chosen);
        }
    };
    view! {
        <section class="card at-correct">
            <details>
                <summary>{t("Correct an answer")}</summary>
                <form class="stack" on:submit=move |event| { event.prevent_default(); save(); }>
                    <label class="inline-field"><span>{t("Which")}</span>
                        <select on:change=choose>
                            {AnswerField::ALL.into_iter().map(|this| view! {
                                <option value=field_word(this) selected=move || field.get() == this>{field_word(this)}</option>
                            }).collect_view()}
                        </select>
                    </label>
                    <label class="unseen" for="correct-to">{t("How it should read")}</label>
                    <input id="correct-to" type="text" autocomplete="off" list="correct-services" node_ref=input prop:value=move || stands.get()/>
                    <datalist id="correct-services">{move || (field.get() == AnswerField::Service).then(services)}</datalist>
                    <p class="fine">{t("What it said before stays in the timeline. Empty takes the answer away.")}</p>
                    <button class="button" type="submit">{t("Correct it")}</button>
                </form>
            </details>
        </section>
    }
}
