//! The call: a guide on one side, what is known on the other, and in two clicks the outcome and what comes next.

use super::icon::{self, icon};
use super::lead::{Now, contact, head, needs, part};
use super::slice::slice;
use super::work::OnTheWay;
use super::{console, timeline};
use crate::model::Event;
use crate::model::guide::{Guide, Language, Names, Part, Stage, guide, spoken};
use crate::model::plain::plain_line;
use crate::model::score;
use crate::model::work::{OUTCOMES, appointment, closed, outcome_word, plan, reason_word};
use crate::words::t;
use lead::inquiry::Voicemail;
use lead::manifest::ServiceTier;
use lead::thread::{self, CallOutcome, ClosedReason, Verification};
use leptos::html::{Input, Select};
use leptos::prelude::*;
use wire::ThreadId;

#[component]
pub(crate) fn Call(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    view! {
        <article class="page-in lead call">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{t("End the call view")}</span></button>
            {part(case, head)}
            <div class="columns">
                <div class="column">
                    <GuideCard thread case/>
                    {part(case, needs)}
                </div>
                <div class="column side">
                    {part(case, contact)}
                    <Outcome thread case/>
                    <timeline::Timeline thread case/>
                </div>
            </div>
        </article>
    }
}

#[component]
fn GuideCard(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let wrote_in = case.with_untracked(|case| {
        let lang = case.as_ref().and_then(|case| case.lead.inquiry().map(|inquiry| inquiry.lang.clone()));
        Language::of(&lang.unwrap_or_default())
    });
    let language = RwSignal::new(wrote_in);
    let at = RwSignal::new(0_usize);
    let guide = slice(move || {
        let practice = practice.get()?;
        let language = language.get();
        case.with(|case| {
            let case = case.as_ref()?;
            let service = case.answers().and_then(|answers| answers.service.clone());
            let service = service.as_deref();
            let tier =
                service.and_then(|id| practice.source.service(id)).map_or(ServiceTier::General, |s| s.tier);
            let names = Names {
                name: &case.name(),
                practice: &practice.source.name,
                staff: &spoken(&practice.staff),
                service: &service.map(|id| score::service(&practice.source, id)).unwrap_or_default(),
                phone: &plain_line(&practice.source.phone),
            };
            Some(guide(language, tier, &practice.documents, &names))
        })
    });
    let stages = move || guide.with(|guide| guide.as_ref().map(titles).unwrap_or_default());
    let stage =
        move || guide.with(|guide| guide.as_ref().and_then(|guide| guide.stages.get(at.get()).cloned()));
    let last =
        move || guide.with(|guide| guide.as_ref().is_none_or(|guide| at.get() + 1 >= guide.stages.len()));
    view! {
        <section class="card guide at-guide" aria-labelledby="guide-title">
            <header class="guide-head">
                <h2 id="guide-title">{t("Guide")}</h2>
                <div class="filters" role="group" aria-label=t("Language of the guide")>
                    {Language::ALL.into_iter().map(|(this, word)| view! {
                        <button class="filter" aria-pressed=move || (language.get() == this).to_string() on:click=move |_| language.set(this)>{word}</button>
                    }).collect_view()}
                </div>
            </header>
            <div class="stages" role="group" aria-label=t("Stages of the call")>
                {move || stages().into_iter().enumerate().map(|(index, title)| view! {
                    <button class="stage-tab" aria-current=move || (at.get() == index).then_some("step") on:click=move |_| at.set(index)>{title}</button>
                }).collect_view()}
            </div>
            <div class="guide-text" lang=move || language.get().tag() aria-live="polite">
                {move || stage().map(|stage| parts(thread, case, stage))}
            </div>
            <button class="button" disabled=last on:click=move |_| at.update(|at| *at += 1)>{t("Next stage")}</button>
        </section>
    }
}

fn titles(guide: &Guide) -> Vec<String> {
    guide.stages.iter().map(|stage| stage.title.clone()).collect()
}

fn parts(thread: ThreadId, case: Now, stage: Stage) -> impl IntoView {
    stage
        .parts
        .into_iter()
        .map(move |part| match part {
            Part::Say(words) => view! { <blockquote class="say"><bdi>{words}</bdi></blockquote> }.into_any(),
            Part::Hint(words) => view! { <p class="hint"><bdi>{words}</bdi></p> }.into_any(),
            Part::Question(words) => view! { <h3 class="asked"><bdi>{words}</bdi></h3> }.into_any(),
            Part::Check(what, words) => view! { <Check thread case what words/> }.into_any(),
        })
        .collect_view()
}

#[component]
fn Check(thread: ThreadId, case: Now, what: Verification, words: String) -> impl IntoView {
    let console = console();
    let done = slice(move || {
        case.with(|case| {
            let verified = case.as_ref()?.lead.verified.iter().find(|verified| verified.what == what)?;
            Some(verified.author.to_string())
        })
    });
    let toggle = move |_| {
        let event = if done.with_untracked(Option::is_some) {
            thread::Event::Unverified { what }
        } else {
            thread::Event::Verified { what }
        };
        console.send(Event::Act { thread, event });
    };
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=move || done.with(Option::is_some) on:change=toggle/>
            <span>{words}{move || done.get().map(|by| view! { <span class="muted">{format!(" · {by}")}</span> })}</span>
        </label>
    }
}

/// First click: how the call went. Second click: what comes next.
#[component]
fn Outcome(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let went = RwSignal::new(None::<CallOutcome>);
    let when = NodeRef::<Input>::new();
    let reason = NodeRef::<Select>::new();
    let wrong = RwSignal::new(false);
    let act = move |event: thread::Event| console.send(Event::Act { thread, event });
    let never = move || {
        case.with(|case| case.as_ref().is_some_and(|case| case.lead.voicemail() == Some(Voicemail::Never)))
    };
    let finish = move |event: Option<thread::Event>| match event {
        Some(event) => {
            wrong.set(false);
            went.set(None);
            act(event);
        }
        None => wrong.set(true),
    };
    let at = move || when.get_untracked().map(|input| input.value()).unwrap_or_default();
    let in_hours = move |hours: u64| {
        let now = console.now();
        finish(Some(thread::Event::CallPlanned { due: now + hours * 3_600_000, note: String::new() }));
    };
    let close = move |_| {
        let word = reason.get_untracked().map(|select| select.value()).unwrap_or_default();
        let chosen = ClosedReason::ALL.into_iter().find(|reason| reason_word(*reason) == word);
        finish(chosen.map(|reason| closed(reason, "")));
    };
    view! {
        <section class="card at-work" aria-labelledby="outcome-title">
            <h2 id="outcome-title">{t("How did it go?")}</h2>
            <div class="outcomes" role="group" aria-label=t("Outcome of the call")>
                {OUTCOMES.into_iter().map(|outcome| {
                    let forbidden = move || outcome == CallOutcome::Voicemail && never();
                    view! {
                        <button
                            class="button"
                            class:against=forbidden
                            title=move || t(if forbidden() { "They asked never to leave a voicemail" } else { "Log a call with this outcome" })
                            aria-pressed=move || (went.get() == Some(outcome)).to_string()
                            on:click=move |_| { went.set(Some(outcome)); act(thread::Event::CallAttempted { outcome }); }
                        >{outcome_word(outcome)}</button>
                    }
                }).collect_view()}
            </div>
            <Show when=move || went.get().is_some()>
                <h3>{t("And next?")}</h3>
                <div class="outcomes" role="group" aria-label=t("Next step")>
                    <button class="button" on:click=move |_| in_hours(2)>{t("Call again in 2 hours")}</button>
                    <button class="button" on:click=move |_| in_hours(24)>{t("Call again tomorrow")}</button>
                </div>
                <div class="booking-row two">
                    <label class="unseen" for="next-at">{t("Date and time")}</label>
                    <input id="next-at" type="datetime-local" node_ref=when aria-invalid=move || wrong.get().to_string()/>
                    <button class="button" on:click=move |_| finish(appointment(&at(), console.zone))>{t("Book")}</button>
                    <button class="button" on:click=move |_| finish(plan(&at(), "", console.zone))>{t("Plan a call")}</button>
                </div>
                <div class="booking-row">
                    <label class="unseen" for="next-reason">{t("Reason")}</label>
                    <select id="next-reason" node_ref=reason>
                        {ClosedReason::ALL.into_iter().map(|reason| view! { <option value=reason_word(reason)>{reason_word(reason)}</option> }).collect_view()}
                    </select>
                    <button class="button" on:click=close>{t("Close")}</button>
                </div>
                <p class="field-error" role="alert">{move || wrong.get().then(|| t("Choose a date and a time."))}</p>
                <button class="button quiet" on:click=move |_| console.send(Event::CallNext)>{t("Next call")}<kbd>{"N"}</kbd></button>
            </Show>
            <OnTheWay thread/>
        </section>
    }
}
