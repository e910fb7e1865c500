//! How work on a lead ends without an appointment: closed with a reason, no further messages, erased.

use super::console;
use super::icon::{self, icon};
use super::lead::Now;
use crate::model::Event;
use crate::model::plain::plain;
use crate::model::work::{GROUNDS, NOTE_CHARS, closed, ground_word, reason_word, unsettled_word};
use crate::words::t;
use lead::handover::unsettled;
use lead::thread::{self, ClosedReason};
use leptos::html::{Input, Select};
use leptos::prelude::*;
use wire::ThreadId;
use wire::practice::Role;

/// The end without an appointment: kindly, and with a reason that reports can count.
#[component]
pub(crate) fn Close(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let reason = NodeRef::<Select>::new();
    let note = NodeRef::<Input>::new();
    let ended = move || {
        case.with(|case| {
            let closing = case.as_ref()?.lead.closing.as_ref()?;
            Some((reason_word(closing.reason), plain(&closing.note)))
        })
    };
    let close = move |_| {
        let (Some(reason), Some(note)) = (reason.get_untracked(), note.get_untracked()) else { return };
        let word = reason.value();
        if let Some(chosen) = ClosedReason::ALL.into_iter().find(|reason| reason_word(*reason) == word) {
            let event = closed(chosen, &note.value());
            note.set_value("");
            console.send(Event::Act { thread, event });
        }
    };
    view! {
        {move || ended().map(|(why, note)| view! { <p class="booked">{icon(icon::CHECK)}<span>{t("Closed: ")}<strong>{why}</strong>" "<bdi>{note}</bdi></span></p> })}
        <details class="booking">
            <summary>{t("Decline, refer or close")}</summary>
            <div class="stack">
                <label class="unseen" for="close-reason">{t("Reason")}</label>
                <select id="close-reason" node_ref=reason>
                    {ClosedReason::ALL.into_iter().map(|reason| view! { <option value=reason_word(reason)>{reason_word(reason)}</option> }).collect_view()}
                </select>
                <label class="unseen" for="close-note">{t("To whom, or why")}</label>
                <input id="close-note" type="text" maxlength=NOTE_CHARS.to_string() placeholder=t("To whom, or why") node_ref=note/>
                <p class="fine">{t("Declining kindly: say what you cannot do, who can, and that they may always write again.")}</p>
                <button class="button" on:click=close>{t("Close the lead")}</button>
            </div>
        </details>
    }
}

#[component]
pub(crate) fn OptOut(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let out = move || case.with(|case| case.as_ref().is_none_or(|case| case.lead.opted_out));
    view! {
        <Show when=move || !out()>
            <details class="opt-out">
                <summary>{t("They want no further messages")}</summary>
                <p class="fine">{t("It is recorded for everyone, and cannot be undone here.")}</p>
                <button class="button" on:click=move |_| console.send(Event::Act { thread, event: thread::Event::OptedOut })>{t("Stop all messages")}</button>
            </details>
        </Show>
    }
}

/// An owner has the relay erase everything of the lead, and signs for it. Asked for twice: nobody can bring it back.
#[component]
pub(crate) fn Erase(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let role = console.open(|open| open.practice.role);
    let ground = NodeRef::<Select>::new();
    let sure = RwSignal::new(false);
    let left = move || case.with(|case| case.as_ref().is_some_and(|case| !case.lead.inquiries.is_empty()));
    let too_early =
        move || case.with(|case| case.as_ref().and_then(|case| unsettled(&case.lead, console.now())));
    let erase = move |_| {
        let Some(chosen) = ground.get_untracked() else { return };
        let word = chosen.value();
        if let Some(ground) = GROUNDS.into_iter().find(|ground| ground_word(*ground) == word) {
            sure.set(false);
            console.send(Event::Erase { thread, ground });
        }
    };
    view! {
        <Show when=move || role.get() == Some(Role::Owner) && left()>
            <details class="opt-out">
                <summary>{t("Erase this lead")}</summary>
                <p class="fine">{t("The relay deletes what was sent and everything that staff wrote about it, for good. That it was erased, by you, and why, stays in the log.")}</p>
                {move || too_early().map(|what| view! { <p class="trouble">{icon(icon::ALERT)}<span>{unsettled_word(what)}</span></p> })}
                <label class="unseen" for="erase-why">{t("Why")}</label>
                <select id="erase-why" node_ref=ground>
                    {GROUNDS.into_iter().map(|ground| view! { <option value=ground_word(ground)>{ground_word(ground)}</option> }).collect_view()}
                </select>
                <label class="check"><input type="checkbox" prop:checked=move || sure.get() on:change=move |event| sure.set(event_target_checked(&event))/><span>{t("I know that nobody can bring it back")}</span></label>
                <button class="button grave" disabled=move || !sure.get() on:click=erase>{t("Erase for good")}</button>
            </details>
        </Show>
    }
}
