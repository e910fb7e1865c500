//! What staff do with a lead: log a call, set the stage, book, and see what is not in the log yet.

use super::icon::{self, icon};
use super::lead::{Now, is_known};
use super::slice::slice;
use super::{booking, console, ending};
use crate::model::Event;
use crate::model::plain::plain;
use crate::model::when::full;
use crate::model::work::{
    OUTCOMES, Outgoing, STAGES, Way, outcome_word, plan, says, stage_word, verification_word,
};
use crate::words::t;
use lead::inquiry::Voicemail;
use lead::thread::{self, CallOutcome};
use leptos::html::Input;
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Work(thread: ThreadId, case: Now) -> impl IntoView {
    view! {
        <Show when=move || is_known(case) fallback=move || view! { <OnTheWay thread/> }>
            <section class="card at-work" aria-labelledby="work-title">
                <h2 id="work-title">{t("Work")}</h2>
                <Calls thread case/>
                <Checked case/>
                <StageChoice thread case/>
                <Plan thread case/>
                <booking::Booking thread case/>
                <booking::HandedOff thread case/>
                <ending::Close thread case/>
                <ending::OptOut thread case/>
                <ending::Erase thread case/>
                <OnTheWay thread/>
            </section>
        </Show>
    }
}

#[component]
fn Calls(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let never = move || {
        case.with(|case| case.as_ref().is_some_and(|case| case.lead.voicemail() == Some(Voicemail::Never)))
    };
    view! {
        <div class="outcomes" role="group" aria-label=t("Log a call")>
            {OUTCOMES.into_iter().map(|outcome| {
                let forbidden = move || outcome == CallOutcome::Voicemail && never();
                view! {
                    <button
                        class="button"
                        title=move || t(if forbidden() { "They asked never to leave a voicemail" } else { "Log a call with this outcome" })
                        class:against=forbidden
                        on:click=move |_| console.send(Event::Act { thread, event: thread::Event::CallAttempted { outcome } })
                    >{outcome_word(outcome)}</button>
                }
            }).collect_view()}
        </div>
    }
}

/// What was checked with the person, and by whom.
#[component]
fn Checked(case: Now) -> impl IntoView {
    let lines = move || {
        case.with(|case| {
            let verified = case.iter().flat_map(|case| &case.lead.verified);
            verified.map(|one| (verification_word(one.what), one.author.to_string())).collect::<Vec<_>>()
        })
    };
    view! {
        <ul class="checked">
            {move || lines().into_iter().map(|(what, by)| view! {
                <li>{icon(icon::CHECK)}<span>{what}</span><span class="muted">{by}</span></li>
            }).collect_view()}
        </ul>
    }
}

/// A call promised for later.
#[component]
fn Plan(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let when = NodeRef::<Input>::new();
    let about = NodeRef::<Input>::new();
    let wrong = RwSignal::new(false);
    let planned = move || {
        case.with(|case| {
            let task = case.as_ref()?.lead.task.as_ref()?;
            Some((full(task.due, console.zone), plain(&task.note)))
        })
    };
    let save = move |_| {
        let (Some(when), Some(about)) = (when.get_untracked(), about.get_untracked()) else { return };
        let event = plan(&when.value(), &about.value(), console.zone);
        wrong.set(event.is_none());
        if let Some(event) = event {
            when.set_value("");
            about.set_value("");
            console.send(Event::Act { thread, event });
        }
    };
    view! {
        {move || planned().map(|(when, note)| view! { <p class="booked">{icon(icon::PHONE)}<span>{t("Call planned: ")}<strong>{when}</strong>" "<bdi>{note}</bdi></span></p> })}
        <details class="booking">
            <summary>{t("Plan a call")}</summary>
            <div class="stack">
                <label class="unseen" for="plan-at">{t("Date and time")}</label>
                <input id="plan-at" type="datetime-local" node_ref=when aria-invalid=move || wrong.get().to_string() aria-describedby="plan-error"/>
                <label class="unseen" for="plan-about">{t("What about")}</label>
                <input id="plan-about" type="text" maxlength="200" placeholder=t("What about") node_ref=about/>
                <button class="button" on:click=save>{t("Plan it")}</button>
            </div>
            <p class="field-error" id="plan-error" role="alert">{move || wrong.get().then(|| t("Choose a date and a time."))}</p>
        </details>
    }
}

#[component]
fn StageChoice(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let stage = slice(move || case.with(|case| case.as_ref().map(|case| case.lead.stage)));
    let select = move |event: leptos::ev::Event| {
        let word = event_target_value(&event);
        let chosen = STAGES.into_iter().find(|stage| stage_word(*stage) == word);
        if let Some(chosen) = chosen.filter(|chosen| Some(*chosen) != stage.get_untracked()) {
            console.send(Event::Act { thread, event: thread::Event::StageChanged { stage: chosen } });
        }
    };
    // A stage that follows from an event is shown, and cannot be chosen.
    let options = move || {
        let now = stage.get();
        let set_by_hand = now.is_none_or(|now| STAGES.contains(&now));
        let also = now.filter(|_| !set_by_hand);
        also.into_iter().chain(STAGES).map(|this| {
            view! { <option value=stage_word(this) prop:selected=now == Some(this) disabled=also == Some(this)>{stage_word(this)}</option> }
        }).collect_view()
    };
    view! {
        <label class="inline-field"><span>{t("Stage")}</span><select id="stage" on:change=select>{options}</select></label>
    }
}

#[component]
pub(crate) fn OnTheWay(thread: ThreadId) -> impl IntoView {
    let console = console();
    let outgoing = console.open(|open| open.outgoing.clone());
    let ours = move || {
        outgoing.with(|all| {
            let ours = all.iter().flatten().filter(|outgoing| outgoing.thread == thread);
            ours.cloned().collect::<Vec<_>>()
        })
    };
    let line = move |outgoing: Outgoing| {
        let ticket = outgoing.ticket;
        let (words, again) = match outgoing.way {
            Way::Sending => (t("saving…"), false),
            Way::Waiting => (t("not saved: the relay does not answer"), true),
            Way::Refused => (t("not saved: the relay refuses it"), false),
        };
        let settled = outgoing.way != Way::Sending;
        view! {
            <li class:settled=settled>
                <span><strong>{says(&outgoing.event)}</strong>{": "}{words}</span>
                {again.then(|| view! { <button class="button quiet" on:click=move |_| console.send(Event::Resend(ticket))>{t("Try again")}</button> })}
                {settled.then(|| view! { <button class="button quiet" on:click=move |_| console.send(Event::Discard(ticket))>{t("Discard")}</button> })}
            </li>
        }
    };
    view! { <ul class="outgoing" role="status" aria-live="polite">{move || ours().into_iter().map(line).collect_view()}</ul> }
}
