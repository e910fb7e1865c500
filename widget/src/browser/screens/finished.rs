//! The outcome: sent, waiting for a connection, or not possible.

use super::super::driver::{Driver, now_ms};
use super::super::element::{Element, classed, element};
use super::{button, heading};
use lead::inquiry::ContactWay;
use widget::intake::{Delivery, Event, Intake, Stage};
use widget::words::fill;

pub(super) fn sent(driver: Driver) -> Element {
    let (words, confirmation, read, phone) = driver.now(|state| {
        let confirmation = match &state.stage {
            Stage::Sent(confirmation, _) => Some(confirmation.clone()),
            _ => None,
        };
        let source = &state.manifest.source;
        let ours = || fill(state.words().next_read, &source.name);
        let read = state.notice("what-happens-next").map_or_else(ours, ToOwned::to_owned);
        (state.words(), confirmation, read, source.phone.clone())
    });
    let Some(confirmation) = confirmation else { return element("section") };
    let delivery = move |state: &Intake| {
        let words = match state.stage {
            Stage::Sent(_, Delivery::Kept) => words.sent_waiting,
            Stage::Sent(_, Delivery::OnlyHere) => words.sent_waiting_here,
            _ => words.sent_delivered,
        };
        fill(words, &state.manifest.source.name)
    };
    let title = match confirmation.first_name.as_str() {
        "" => words.sent_title_plain.to_owned(),
        name => fill(words.sent_title, name),
    };
    let way = match confirmation.prefer {
        Some(ContactWay::Phone) => words.next_phone,
        Some(ContactWay::Text) => words.next_text,
        Some(ContactWay::Email) => words.next_email,
        None => words.next_any,
    };
    let next = [read, way.to_owned()];
    classed("section", "finished")
        .child(classed("div", "mark").set("aria-hidden", "true"))
        .child(heading(title))
        .child(classed("p", "lead").set("role", "status").following(driver, delivery))
        .child(
            classed("div", "reference")
                .child(element("p").text(words.reference))
                .child(element("output").set("data-testid", "reference").text(confirmation.entry.reference()))
                .child(classed("p", "hint").text(words.reference_hint)),
        )
        .child(element("h3").text(words.next_title))
        .child(element("ol").children(next.into_iter().map(|step| element("li").text(step))))
        .child(with_phone(element("p"), words.next_sooner, &phone))
        .child(
            classed("div", "actions")
                .child(button("quiet", words.another, move || driver.dispatch(Event::Afresh(now_ms())))),
        )
}

pub(super) fn refused(driver: Driver) -> Element {
    let (words, phone) = driver.now(|state| (state.words(), state.manifest.source.phone.clone()));
    classed("section", "finished")
        .child(heading(words.refused_title))
        .child(with_phone(classed("p", "lead").set("role", "alert"), words.refused, &phone))
        .child(
            classed("div", "actions")
                .child(button("quiet", words.back, move || driver.dispatch(Event::Back)))
                .child(button("primary", words.retry, move || driver.dispatch(Event::Send(now_ms())))),
        )
}

/// `words`, with a link that dials in place of `{}`.
fn with_phone(to: Element, words: &str, phone: &str) -> Element {
    let (before, after) = words.split_once("{}").unwrap_or((words, ""));
    let number: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    to.text(before).child(element("a").set("href", format!("tel:{number}")).text(phone)).text(after)
}
