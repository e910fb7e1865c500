//! The page of one lead.

use super::icon::{self, icon};
use super::list::lane_badge;
use super::score::score;
use super::{console, Console};
use crate::model::case::{Case, Practice, Same};
use crate::model::contact::{Way, Ways, ways};
use crate::model::needs::{Stretch, stretches};
use crate::model::open::Shown;
use crate::model::queue::lane;
use crate::model::when::{ago, full};
use crate::model::{Event, answers, score as scores, visits};
use lead::inquiry::Inquiry;
use lead::thread::Received;
use lead::triage::Lane;
use leptos::prelude::*;

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

#[component]
pub(crate) fn Page() -> impl IntoView {
    let console = console();
    let practice = console.open(|open| open.practice.clone());
    let case = console.open(|open| match open.shown {
        Shown::Lead(thread) => open.practice.case(thread),
        Shown::Nothing | Shown::Refused => None,
    });
    move || {
        let case = case.get().flatten()?;
        let practice = practice.get_untracked()?;
        Some(page(console, &practice, &case))
    }
}

fn page(console: Console, practice: &Practice, case: &Same<Case>) -> impl IntoView + use<> {
    let received = case.lead.inquiries.last();
    let name = case.name();
    view! {
        <article class="page-in lead">
            <button class="button quiet back" on:click=move |_| console.send(Event::Back)>{icon(icon::BACK)}<span>{"Leads"}</span></button>
            <header class="lead-head">
                <h1><bdi>{name}</bdi></h1>
                <p class="lead-meta">{lane_badge(lane(case))}<Meta case=case.clone()/></p>
            </header>
            {match received {
                Some(received) => body(console, practice, case, received).into_any(),
                None => view! { <p class="note">{"The inquiry was erased. Only its place in the log is left."}</p> }.into_any(),
            }}
        </article>
    }
}

#[component]
fn Meta(case: Same<Case>) -> impl IntoView {
    let console = console();
    let now = console.open(|open| open.now);
    let received = case.received();
    let on = full(received, console.zone);
    view! { <time>{on}</time><span class="muted">{move || ago(received, now.get().unwrap_or(0))}</span> }
}

fn body(console: Console, practice: &Practice, case: &Case, received: &Received) -> impl IntoView + use<> {
    let inquiry = &*received.inquiry;
    let source = &practice.source;
    let scored = case.assessment.as_ref().map(|assessment| {
        let explained = scores::explain(&assessment.score, &source.scoring, "en");
        score(explained, scores::compare(&inquiry.preliminary, &assessment.score, "en"))
    });
    let triage = case.assessment.as_ref().map(|assessment| &assessment.triage);
    let needs = triage.map(|triage| stretches(&inquiry.answers.needs, triage)).unwrap_or_default();
    view! {
        {lane_note(lane(case))}
        <div class="columns">
            <div class="column">
                {needs_card(needs)}
                {facts_card(answers::facts(source, &inquiry.answers))}
                {visits_card(console, practice, inquiry)}
            </div>
            <div class="column side">
                {contact_card(ways(&inquiry.answers.contact))}
                {scored}
                {record_card(console, practice, received)}
            </div>
        </div>
    }
}

fn lane_note(lane: Lane) -> Option<impl IntoView> {
    let (class, what, todo) = match lane {
        Lane::Routine => return None,
        Lane::Urgent => ("lane urgent", "Words that call for a reply today.", "They are marked below."),
        Lane::Emergency => (
            "lane emergency",
            "Words of an emergency.",
            "Before sending, the form showed 911 and your practice's own words. Follow your emergency protocol now.",
        ),
    };
    Some(view! { <p class=class role="note">{icon(icon::ALERT)}<span><strong>{what}</strong>" "{todo}</span></p> })
}

fn needs_card(needs: Vec<Stretch>) -> impl IntoView {
    let empty = needs.is_empty();
    view! {
        <section class="card" aria-labelledby="needs-title">
            <h2 id="needs-title">{"In their own words"}</h2>
            {if empty {
                view! { <p class="muted">{"Nothing was written."}</p> }.into_any()
            } else {
                view! { <blockquote class="needs" dir="auto">{needs.into_iter().map(stretch).collect_view()}</blockquote> }.into_any()
            }}
            <p class="fine">{"Written by whoever sent the form. Nothing in it is verified."}</p>
        </section>
    }
}

fn stretch(stretch: Stretch) -> impl IntoView {
    let Stretch { text, mark } = stretch;
    match mark {
        None => view! { <span>{text}</span> }.into_any(),
        Some(mark) => {
            let class = match (mark.affirmed, mark.lane) {
                (false, _) | (true, Lane::Routine) => "mention",
                (true, Lane::Urgent) => "mention urgent",
                (true, Lane::Emergency) => "mention emergency",
            };
            view! { <mark class=class title=mark.says.clone()>{text}<span class="unseen">{format!(" ({})", mark.says)}</span></mark> }.into_any()
        }
    }
}

fn contact_card(ways: Ways) -> impl IntoView {
    let Ways { phone, email, wishes } = ways;
    let none = phone.is_none() && email.is_none();
    view! {
        <section class="card" aria-labelledby="contact-title">
            <h2 id="contact-title">{"Contact"}</h2>
            {phone.map(|phone| way(phone, icon::PHONE, "button primary wide", "Call "))}
            {email.map(|email| way(email, icon::MAIL, "button wide", "Write to "))}
            {none.then(|| view! { <p class="muted">{"Neither a number nor an address was given."}</p> })}
            <ul class="wishes">{wishes.into_iter().map(|wish| view! { <li>{wish}</li> }).collect_view()}</ul>
        </section>
    }
}

fn way(way: Way, path: &'static str, class: &'static str, verb: &'static str) -> impl IntoView {
    let Way { text, href } = way;
    match href {
        Some(href) => {
            view! { <a class=class href=href>{icon(path)}<span class="unseen">{verb}</span><bdi>{text}</bdi></a> }.into_any()
        }
        None => view! { <p class="way">{icon(path)}<bdi>{text}</bdi></p> }.into_any(),
    }
}

fn facts_card(facts: Vec<(String, String)>) -> Option<impl IntoView> {
    (!facts.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="facts-title">
                <h2 id="facts-title">{"Answers"}</h2>
                <dl class="facts">
                    {facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd dir="auto">{value}</dd></div> }).collect_view()}
                </dl>
            </section>
        }
    })
}

fn visits_card(console: Console, practice: &Practice, inquiry: &Inquiry) -> impl IntoView + use<> {
    let now = inquiry.submitted_ms;
    let summary = visits::summary(&practice.source, &inquiry.signals, now, console.zone);
    let steps = visits::steps(&practice.source, &inquiry.signals, now, console.zone);
    view! {
        <section class="card" aria-labelledby="visits-title">
            <h2 id="visits-title">{"On your website"}</h2>
            <p>{summary}</p>
            {(!steps.is_empty()).then(|| view! {
                <details>
                    <summary>{"Page by page"}</summary>
                    <ol class="visits">
                        {steps.into_iter().map(|step| view! {
                            <li>
                                <span class="visit-kind">{step.kind}</span>
                                <bdi class="mono">{step.path}</bdi>
                                <time title=step.when_full>{step.when}</time>
                                <bdi class="muted visit-detail">{step.detail}</bdi>
                            </li>
                        }).collect_view()}
                    </ol>
                </details>
            })}
        </section>
    }
}

fn record_card(console: Console, practice: &Practice, received: &Received) -> impl IntoView + use<> {
    let inquiry = &received.inquiry;
    let consent = match inquiry.answers.consent {
        Some(given) if given.version == practice.source.consent.version => {
            format!("Given, to version {} (the current one)", given.version)
        }
        Some(given) => format!("Given, to version {}; current is {}", given.version, practice.source.consent.version),
        None => "The form did not ask".into(),
    };
    let language = match inquiry.lang.split('-').next() {
        Some("en") => "English".to_owned(),
        Some("es") => "Spanish".to_owned(),
        _ => crate::model::plain::plain_line(&inquiry.lang),
    };
    let facts = [
        ("Reference", received.entry.reference()),
        ("Consent", consent),
        ("Language of the form", language),
        ("Sent", format!("{}, by their clock", full(inquiry.submitted_ms, console.zone))),
        ("Entry", format!("{} in the log", received.seq)),
    ];
    view! {
        <section class="card" aria-labelledby="record-title">
            <h2 id="record-title">{"Record"}</h2>
            <dl class="facts">
                {facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()}
            </dl>
        </section>
    }
}
