//! The page of one lead. What a person is typing on it stays when the lead changes underneath.

use super::icon::{self, icon};
use super::list::{clock_badge, lane_badge};
use super::score::score;
use super::slice::{Slice, slice};
use super::{Console, call, cards, console, correct, timeline, work};
use crate::model::case::{Case, Practice, Same};
use crate::model::contact::ways;
use crate::model::needs::stretches;
use crate::model::open::{Open, Shown};
use crate::model::queue::{clock_of, holder, lane, you};
use crate::model::same::twins;
use crate::model::when::{ago, full};
use crate::model::{Event, State, answers, score as scores};
use crate::words::{fill, t};
use lead::thread;
use leptos::prelude::*;
use wire::ThreadId;

/// A lead as it stands now, wherever it is shown.
pub(crate) type Now = Slice<Option<Same<Case>>>;

#[component]
pub(crate) fn Page() -> impl IntoView {
    let console = console();
    let shown = console.open(|open| open.shown);
    let case = console.open(|open| open.shown.lead().and_then(|thread| open.practice.case(thread)));
    let case: Now = slice(move || case.get().flatten());
    // Drawn anew for another lead or another way of showing it, not when the lead itself changes.
    let known = slice(move || case.with(Option::is_some));
    move || {
        let known = known.get();
        shown.get().map(|shown| match shown {
            Shown::Lead(thread) | Shown::Call(thread) if !known => view! { <Saving thread/> }.into_any(),
            Shown::Call(thread) => view! { <call::Call thread case/> }.into_any(),
            Shown::Lead(thread) => view! { <Lead thread case/> }.into_any(),
            _ => ().into_any(),
        })
    }
}

/// A lead that was taken down here and is not in the log yet.
#[component]
fn Saving(thread: ThreadId) -> impl IntoView {
    view! {
        <div class="page-in">
            <h1>{t("Saving")}</h1>
            <p class="lede">{t("It is being signed, sealed and written to the log. It opens here when it is there.")}</p>
            <work::OnTheWay thread/>
        </div>
    }
}

#[component]
fn Lead(thread: ThreadId, case: Now) -> impl IntoView {
    view! {
        <article class="page-in lead">
            <Back/>
            {part(case, head)}
            <Show when=move || is_known(case)><Holder thread case/></Show>
            <div class="columns">
                <div class="column">
                    {part(case, needs)}
                    <timeline::Timeline thread case/>
                    {part(case, told)}
                </div>
                <div class="column side">
                    {part(case, contact)}
                    {part(case, same)}
                    <work::Work thread case/>
                    <correct::Correct thread case/>
                    {part(case, scored)}
                    {part(case, record)}
                </div>
            </div>
        </article>
    }
}

/// Of whom nothing is known any more, nobody can be called, booked or written to.
pub(crate) fn is_known(case: Now) -> bool {
    case.with(|case| case.as_ref().is_some_and(|case| !case.lead.inquiries.is_empty()))
}

/// To the list, on a phone; to the pipeline, everywhere.
#[component]
fn Back() -> impl IntoView {
    let console = console();
    let whole = console.open(Open::is_pipeline);
    let label = move || t(if whole.get() == Some(true) { "Pipeline" } else { "Leads" });
    view! { <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{label}</span></button> }
}

/// A part of the page that is drawn anew when the lead changes; the fields between such parts are not.
pub(crate) fn part(case: Now, draw: fn(Console, &Practice, &Same<Case>) -> AnyView) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    move || case.get().zip(practice.get_untracked()).map(|(case, practice)| draw(console, &practice, &case))
}

/// Who works on the lead, and the way to claim it or to begin the call.
#[component]
fn Holder(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let now = console.open(|open| open.now);
    let holder = slice(move || {
        let (now, practice) = (now.get()?, practice.get()?);
        case.with(|case| holder(case.as_ref()?, &practice, now))
    });
    let words = move || match holder.get().as_deref() {
        None => t("Nobody works on this lead.").to_owned(),
        Some(holder) if holder == you() => t("You work on this lead. Your colleagues see that.").to_owned(),
        Some(other) => {
            fill("{colleague} works on this lead now. Two calls would be one too many.", &[&other])
        }
    };
    let label = move || match holder.get() {
        None => t("Claim"),
        Some(holder) if holder == you() => t("Give it back"),
        Some(_) => t("Take over"),
    };
    let held = move || holder.get().is_some_and(|holder| holder != you());
    view! {
        <div class="holder" class:held=held role="status">
            {icon(icon::PERSON)}
            <span class="holder-words">{words}</span>
            <button class="button" title="C" on:click=move |_| console.send(Event::Claim(thread))>{label}</button>
            <button class="button primary" title="G" on:click=move |_| console.send(Event::Call(thread))>{icon(icon::PHONE)}<span>{t("Call with the guide")}</span></button>
        </div>
    }
}

pub(crate) fn head(console: Console, _: &Practice, case: &Same<Case>) -> AnyView {
    let erased = case.lead.inquiries.is_empty();
    let here = case.lead.thread;
    let help = case.assessment.as_ref().map(|assessment| assessment.triage.help()).unwrap_or_default();
    view! {
        <header class="lead-head">
            <h1><bdi>{case.name()}</bdi></h1>
            <p class="lead-meta">{lane_badge(lane(case))}<Meta case=case.clone()/></p>
        </header>
        {cards::lane_note(lane(case), &help)}
        {case.lead.opted_out.then(|| view! { <p class="note warn">{icon(icon::ALERT)}<span>{t("This person wants no further messages. Call only about what they asked for.")}</span></p> })}
        {case.lead.merged_into.map(|into| view! { <p class="note"><span>{t("This lead goes on in another one. ")}</span><button class="link" on:click=move |_| console.send(Event::OpenLead(into))>{t("Open it")}</button>" "<button class="link" on:click=move |_| console.send(Event::Act { thread: here, event: thread::Event::Unmerged })>{t("They are two people")}</button></p> })}
        {erased.then(|| view! { <p class="note">{t("The inquiry was erased. Only its place in the log is left.")}</p> })}
    }
    .into_any()
}

#[component]
fn Meta(case: Same<Case>) -> impl IntoView {
    let console = console();
    let now = console.open(|open| open.now);
    let received = case.received();
    let on = full(received, console.zone);
    let left = move || clock_of(&case, now.get().unwrap_or(0), console.zone).map(clock_badge);
    view! { {left}<time>{on}</time><span class="muted">{move || ago(received, now.get().unwrap_or(0))}</span> }
}

pub(crate) fn needs(_: Console, _: &Practice, case: &Same<Case>) -> AnyView {
    let found = case.lead.inquiry().zip(case.assessment.as_ref());
    found
        .map(|(inquiry, assessment)| cards::needs(stretches(&inquiry.answers.needs, &assessment.triage)))
        .into_any()
}

fn told(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    case.lead
        .inquiry()
        .map(|inquiry| {
            let answers = case.answers().unwrap_or_default();
            let facts = answers::facts(&practice.source, &answers);
            let misfits = case.misfits(practice);
            view! { {cards::facts(facts, misfits)}{cards::visits(console, practice, inquiry)} }
        })
        .into_any()
}

/// Those who do not exist are not called and not written to: their number and address lead nowhere.
pub(crate) fn contact(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    let in_training = console.with(|state| matches!(state, State::Training(_)));
    case.answers()
        .map(|answers| {
            let ways = ways(&practice.source, &answers.contact);
            cards::contact(if in_training { ways.without_links() } else { ways })
        })
        .into_any()
}

fn same(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    cards::same(console, case.lead.thread, twins(case, &practice.cases)).into_any()
}

fn scored(_: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    let found = case.lead.inquiry().zip(case.assessment.as_ref());
    found
        .map(|(inquiry, assessment)| {
            let explained = scores::explain(&assessment.score, &practice.source.scoring);
            score(
                explained,
                scores::compare(&inquiry.preliminary, &assessment.score, &practice.source.scoring),
            )
        })
        .into_any()
}

fn record(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    case.lead.inquiries.last().map(|received| cards::record(console, practice, received)).into_any()
}
