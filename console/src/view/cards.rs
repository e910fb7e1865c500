//! What is known of a lead, card by card.

use super::Console;
use super::icon::{self, icon};
use crate::model::Event;
use crate::model::case::Practice;
use crate::model::contact::{Way, Ways};
use crate::model::needs::Stretch;
use crate::model::plain::plain_line;
use crate::model::same::Twin;
use crate::model::visits;
use crate::model::when::full;
use crate::model::work::channel_word;
use crate::words::{fill, t};
use lead::inquiry::Inquiry;
use lead::thread::{self, Received};
use lead::triage::{Help, Lane};
use leptos::prelude::*;
use wire::ThreadId;

/// What to do first, where the words call for it.
pub(crate) fn lane_note(lane: Lane, help: &[Help]) -> Option<impl IntoView + use<>> {
    let numbers: Vec<&str> = help
        .iter()
        .map(|help| match help {
            Help::Call911 => "911",
            Help::Call988 => "988",
            Help::PoisonControl => t("Poison Control"),
        })
        .collect();
    let (class, what, todo) = match lane {
        Lane::Routine => return None,
        Lane::Urgent => (
            "lane urgent",
            t("Words that call for a reply today."),
            t("They are marked in the text.").to_owned(),
        ),
        Lane::Emergency => (
            "lane emergency",
            t("Words of an emergency."),
            fill(
                "Before sending, the form showed {numbers} and your practice's own words. Follow your emergency protocol now.",
                &[&numbers.join(", ")],
            ),
        ),
    };
    Some(
        view! { <p class=class role="note">{icon(icon::ALERT)}<span><strong>{what}</strong>" "{todo}</span></p> },
    )
}

/// The patient's text with what triage found in it.
pub(crate) fn needs(needs: Vec<Stretch>) -> impl IntoView {
    let empty = needs.is_empty();
    view! {
        <section class="card at-needs" aria-labelledby="needs-title">
            <h2 id="needs-title">{t("In their own words")}</h2>
            {if empty {
                view! { <p class="muted">{t("Nothing was written.")}</p> }.into_any()
            } else {
                view! { <blockquote class="needs" dir="auto">{needs.into_iter().map(stretch).collect_view()}</blockquote> }.into_any()
            }}
            <p class="fine">{t("Written by whoever sent the form. Nothing in it is verified.")}</p>
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

/// How to reach the person.
pub(crate) fn contact(ways: Ways) -> impl IntoView {
    let Ways { phone, email, wishes } = ways;
    let none = phone.is_none() && email.is_none();
    view! {
        <section class="card at-contact" aria-labelledby="contact-title">
            <h2 id="contact-title">{t("Contact")}</h2>
            {phone.map(|phone| way(phone, icon::PHONE, "button primary wide", t("Call ")))}
            {email.map(|email| way(email, icon::MAIL, "button wide", t("Write to ")))}
            {none.then(|| view! { <p class="muted">{t("Neither a number nor an address was given.")}</p> })}
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

/// Leads that may be the same person, and the way to make one of the two.
pub(crate) fn same(console: Console, here: ThreadId, twins: Vec<Twin>) -> Option<impl IntoView> {
    let row = move |twin: Twin| {
        let there = twin.thread;
        let merge = move |_| {
            // The other one goes on here.
            console.send(Event::Act { thread: there, event: thread::Event::Merged { into: here } });
        };
        view! {
            <li>
                <button class="link" on:click=move |_| console.send(Event::OpenLead(there))><bdi>{twin.name}</bdi></button>
                <span class="muted">{twin.why}</span>
                {if twin.merged {
                    view! { <span class="muted">{t("· merged")}</span> }.into_any()
                } else {
                    view! { <button class="button quiet small" title=t("The other lead goes on in this one") on:click=merge>{t("Merge into this one")}</button> }.into_any()
                }}
            </li>
        }
    };
    (!twins.is_empty()).then(|| {
        view! {
            <section class="card at-same" aria-labelledby="same-title">
                <h2 id="same-title">{t("Perhaps the same person")}</h2>
                <ul class="twins">{twins.into_iter().map(row).collect_view()}</ul>
            </section>
        }
    })
}

/// Labels and values, and what of the answers does not fit the form: nobody is kept from sending something else.
pub(crate) fn facts(facts: Vec<(String, String)>, misfits: Vec<String>) -> Option<impl IntoView> {
    (!facts.is_empty() || !misfits.is_empty()).then(|| {
        let misfits = (!misfits.is_empty()).then(|| {
            view! {
                <div class="note warn" role="note">
                    {icon(icon::ALERT)}
                    <div><strong>{t("Does not fit the form")}</strong><ul class="misfits">{misfits.into_iter().map(|misfit| view! { <li><bdi>{misfit}</bdi></li> }).collect_view()}</ul></div>
                </div>
            }
        });
        view! {
            <section class="card at-facts" aria-labelledby="facts-title">
                <h2 id="facts-title">{t("Answers")}</h2>
                {misfits}
                <dl class="facts">
                    {facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd dir="auto">{value}</dd></div> }).collect_view()}
                </dl>
            </section>
        }
    })
}

/// The way through the website.
pub(crate) fn visits(console: Console, practice: &Practice, inquiry: &Inquiry) -> impl IntoView + use<> {
    let now = inquiry.submitted_ms;
    let summary = visits::summary(&practice.source, &inquiry.signals, now, console.zone);
    let steps = visits::steps(&practice.source, &inquiry.signals, now, console.zone);
    view! {
        <section class="card at-visits" aria-labelledby="visits-title">
            <h2 id="visits-title">{t("On your website")}</h2>
            <p>{summary}</p>
            {(!steps.is_empty()).then(|| view! {
                <details>
                    <summary>{t("Page by page")}</summary>
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

/// Reference, consent, place in the log.
pub(crate) fn record(console: Console, practice: &Practice, received: &Received) -> impl IntoView + use<> {
    let inquiry = &received.inquiry;
    let current = practice.source.consent.version;
    let consent = match inquiry.answers.consent {
        Some(given) if given.version == current => {
            fill("Given, to version {version} (the current one)", &[&current])
        }
        Some(given) => fill("Given, to version {version}; current is {current}", &[&given.version, &current]),
        None => t("The form did not ask").into(),
    };
    let language = match inquiry.lang.split('-').next() {
        Some("en") => t("English").to_owned(),
        Some("es") => t("Spanish").to_owned(),
        _ => plain_line(&inquiry.lang),
    };
    let facts = [
        (t("Reference"), received.entry.reference()),
        (
            t("Came by"),
            match &received.taken {
                None => t("The form; nobody vouches for it").to_owned(),
                Some((author, channel)) => {
                    fill("{channel}, taken down by {author}", &[&channel_word(*channel), author])
                }
            },
        ),
        (t("Consent"), consent),
        (t("Language of the form"), language),
        (t("Sent"), fill("{time}, by their clock", &[&full(inquiry.submitted_ms, console.zone)])),
        (t("Place in the log"), received.seq.to_string()),
        (t("Entry"), received.entry.to_string()),
    ];
    view! {
        <section class="card at-record" aria-labelledby="record-title">
            <h2 id="record-title">{t("Record")}</h2>
            <dl class="facts">
                {facts.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> }).collect_view()}
            </dl>
        </section>
    }
}
