//! The page of one lead. What a person is typing on it stays when the lead changes underneath.

use super::icon::{self, icon};
use super::list::{clock_badge, lane_badge};
use super::score::score;
use super::{Console, cards, console, timeline, work};
use crate::model::case::{Case, Practice, Same};
use crate::model::contact::ways;
use crate::model::due::stands;
use crate::model::needs::stretches;
use crate::model::open::Shown;
use crate::model::queue::lane;
use crate::model::same::twins;
use crate::model::when::{ago, full};
use crate::model::{Event, answers, score as scores};
use leptos::prelude::*;
use wire::ThreadId;

/// Nothing is chosen.
#[component]
pub(crate) fn Nothing() -> impl IntoView {
    view! {
        <div class="page-none">
            {icon(icon::MARK)}
            <p><strong>{"Choose a lead."}</strong></p>
            <p>{"Use the arrow keys and Enter, or press "}<kbd>{"?"}</kbd>{" for all keys."}</p>
        </div>
    }
}

/// A lead as it stands now, wherever it is shown.
pub(crate) type Now = Memo<Option<Same<Case>>>;

#[component]
pub(crate) fn Page() -> impl IntoView {
    let console = console();
    let thread = console.open(|open| match open.shown {
        Shown::Lead(thread) => Some(thread),
        Shown::Nothing | Shown::Log => None,
    });
    let case = console.open(|open| match open.shown {
        Shown::Lead(thread) => open.practice.case(thread),
        Shown::Nothing | Shown::Log => None,
    });
    let case: Now = Memo::new(move |_| case.get().flatten());
    move || thread.get().flatten().map(|thread| view! { <Lead thread case/> })
}

#[component]
fn Lead(thread: ThreadId, case: Now) -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    // Each part is drawn anew when the lead changes; the fields between them are not.
    let part = move |draw: fn(Console, &Practice, &Same<Case>) -> AnyView| {
        move || {
            case.get().zip(practice.get_untracked()).map(|(case, practice)| draw(console, &practice, &case))
        }
    };
    view! {
        <article class="page-in lead">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{"Leads"}</span></button>
            {part(head)}
            <div class="columns">
                <div class="column">
                    {part(needs)}
                    <timeline::Timeline thread case/>
                    {part(told)}
                </div>
                <div class="column side">
                    {part(contact)}
                    {part(same)}
                    <work::Work thread case/>
                    {part(scored)}
                    {part(record)}
                </div>
            </div>
        </article>
    }
}

fn head(console: Console, _: &Practice, case: &Same<Case>) -> AnyView {
    let erased = case.lead.inquiries.is_empty();
    let help = case.assessment.as_ref().map(|assessment| assessment.triage.help()).unwrap_or_default();
    view! {
        <header class="lead-head">
            <h1><bdi>{case.name()}</bdi></h1>
            <p class="lead-meta">{lane_badge(lane(case))}<Meta case=case.clone()/></p>
        </header>
        {cards::lane_note(lane(case), &help)}
        {case.lead.opted_out.then(|| view! { <p class="note warn">{icon(icon::ALERT)}<span>{"This person wants no further messages. Call only about what they asked for."}</span></p> })}
        {case.lead.merged_into.map(|into| view! { <p class="note"><span>{"This lead goes on in another one. "}</span><button class="link" on:click=move |_| console.send(Event::OpenLead(into))>{"Open it"}</button></p> })}
        {erased.then(|| view! { <p class="note">{"The inquiry was erased. Only its place in the log is left."}</p> })}
    }
    .into_any()
}

#[component]
fn Meta(case: Same<Case>) -> impl IntoView {
    let console = console();
    let now = console.open(|open| open.now);
    let received = case.received();
    let on = full(received, console.zone);
    let due = case.due;
    let left = move || due.map(|due| clock_badge(stands(due, now.get().unwrap_or(0), console.zone)));
    view! { {left}<time>{on}</time><span class="muted">{move || ago(received, now.get().unwrap_or(0))}</span> }
}

fn needs(_: Console, _: &Practice, case: &Same<Case>) -> AnyView {
    let found = case.lead.inquiry().zip(case.assessment.as_ref());
    found
        .map(|(inquiry, assessment)| cards::needs(stretches(&inquiry.answers.needs, &assessment.triage)))
        .into_any()
}

fn told(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    case.lead
        .inquiry()
        .map(|inquiry| {
            let facts = answers::facts(&practice.source, &inquiry.answers);
            view! { {cards::facts(facts)}{cards::visits(console, practice, inquiry)} }
        })
        .into_any()
}

fn contact(_: Console, _: &Practice, case: &Same<Case>) -> AnyView {
    case.lead.inquiry().map(|inquiry| cards::contact(ways(&inquiry.answers.contact))).into_any()
}

fn same(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    cards::same(console, twins(case, &practice.cases)).into_any()
}

fn scored(_: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    let found = case.lead.inquiry().zip(case.assessment.as_ref());
    found
        .map(|(inquiry, assessment)| {
            let explained = scores::explain(&assessment.score, &practice.source.scoring, "en");
            score(explained, scores::compare(&inquiry.preliminary, &assessment.score, "en"))
        })
        .into_any()
}

fn record(console: Console, practice: &Practice, case: &Same<Case>) -> AnyView {
    case.lead.inquiries.last().map(|received| cards::record(console, practice, received)).into_any()
}
