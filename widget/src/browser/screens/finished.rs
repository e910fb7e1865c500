//! The outcome: sent, waiting for a connection, or not possible.

use super::super::driver::{Driver, now_ms};
use super::super::element::{Element, classed, element};
use super::{button, heading};
use lead::inquiry::ContactWay;
use lead::manifest::FieldKind;
use widget::intake::{Delivery, Device, Event, Intake, Stage};
use widget::words::fill;

pub(super) fn sent(driver: Driver) -> Element {
    let (words, confirmation, phone, device) = driver.now(|state| {
        let confirmation = match &state.stage {
            Stage::Sent(confirmation, _) => Some(confirmation.clone()),
            _ => None,
        };
        (state.words(), confirmation, state.manifest.source.phone.clone(), state.device)
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
    let title = match confirmation.name.as_str() {
        "" => words.sent_title_plain.to_owned(),
        name => fill(words.sent_title, name),
    };
    let way = match confirmation.prefer {
        Some(ContactWay::Phone) => words.next_phone,
        Some(ContactWay::Text) => words.next_text,
        Some(ContactWay::Email) => words.next_email,
        None => words.next_any,
    };
    let next =
        [Some(read(driver, &confirmation.tier)), when(driver, confirmation.sent_ms), Some(way.to_owned())];
    let next = next.into_iter().flatten();
    let again = match device {
        Device::Own => button("quiet", words.another, move || driver.dispatch(Event::Afresh(now_ms()))),
        Device::Kiosk => button("primary", words.done, move || driver.dispatch(Event::Idle(now_ms()))),
    };
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
        .child(element("ol").children(next.map(|step| element("li").text(step))))
        .child(with_phone(element("p"), words.next_sooner, &phone))
        .children(guides(driver, &confirmation.guides))
        .child(classed("div", "actions").child(again))
}

/// Who reads it, in the practice's own words where it has some.
fn read(driver: Driver, tier: &str) -> String {
    driver.now(|state| {
        let ours = || fill(state.words().next_read, &state.manifest.source.name);
        let notice = state.notice(&format!("what-happens-next-{tier}"));
        notice.or_else(|| state.notice("what-happens-next")).map_or_else(ours, ToOwned::to_owned)
    })
}

/// When someone answers the phone.
fn when(driver: Driver, sent_ms: u64) -> Option<String> {
    driver.now(|state| state.words().presence(state.manifest.source.hours.presence(sent_ms)))
}

/// Links to the guides asked for. They are pages of the website: the loader opens them.
fn guides(driver: Driver, asked: &[String]) -> Option<Element> {
    let (title, links) = driver.now(|state| {
        let fields = state.manifest.source.form.fields();
        let offered = fields.flat_map(|field| match &field.kind {
            FieldKind::Guides { options } => options.as_slice(),
            _ => &[],
        });
        let links: Vec<Element> = offered
            .filter(|guide| asked.contains(&guide.id))
            .map(|guide| {
                let path = guide.path.clone();
                let link = element("a").set("href", &path).text(guide.label.in_language(&state.language));
                element("li").child(link.on("click", move |event| {
                    event.prevent_default();
                    driver.port().guide(&path);
                }))
            })
            .collect();
        (state.words().guides, links)
    });
    let list = (!links.is_empty()).then(|| element("ul").children(links))?;
    Some(classed("div", "guides").child(element("h3").text(title)).child(list))
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
