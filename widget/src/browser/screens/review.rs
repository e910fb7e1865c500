//! Everything that was answered, before it is sent.

use super::super::driver::{Driver, now_ms};
use super::super::element::{Element, classed, element};
use super::step::progress;
use super::{button, heading, help};
use widget::control::{Entry, Label};
use widget::intake::{Event, Intake, Stage};

pub(super) fn review(driver: Driver) -> Element {
    let words = driver.now(Intake::words);
    let steps = driver.now(|state| state.manifest.source.form.steps.len());
    let is_sending = |state: &Intake| matches!(state.stage, Stage::Sending(_));
    let send = classed("button", "primary")
        .set("type", "button")
        .follow("aria-disabled", driver, move |state| is_sending(state).then(|| "true".to_owned()))
        .on("click", move |_| driver.dispatch(Event::Send(now_ms())))
        .following(driver, move |state| {
            if is_sending(state) { words.sending } else { words.send }.to_owned()
        });
    element("section")
        .child(progress(words, driver.now(|state| state.progress(steps))))
        .child(heading(words.review_title))
        .child(classed("p", "lead").text(words.review_hint))
        .child(help::help(driver))
        .children((0..steps).filter_map(|at| part(driver, at)))
        .child(
            classed("div", "actions")
                .child(button("quiet", words.back, move || driver.dispatch(Event::Back)))
                .child(send),
        )
}

/// One step's answers; nothing where the step asks nothing.
fn part(driver: Driver, at: usize) -> Option<Element> {
    let (title, rows, words) = driver.now(|state| {
        let title =
            state.manifest.source.form.steps.get(at).map(|step| step.title.in_language(&state.language));
        let rows: Vec<Element> = state.in_step(at).filter_map(|control| row(state, control)).collect();
        (title.unwrap_or_default().to_owned(), rows, state.words())
    });
    if driver.now(|state| !state.in_step(at).any(|control| state.is_asked(control))) {
        return None;
    }
    let change = button("change", words.change, move || driver.dispatch(Event::Change(at)))
        .set("aria-label", format!("{}: {title}", words.change));
    let head = classed("div", "part").child(element("h3").text(title)).child(change);
    Some(classed("div", "answers").child(head).child(element("dl").children(rows)))
}

fn row(state: &Intake, index: usize) -> Option<Element> {
    let control = &state.controls[index];
    if !state.is_asked(index) || state.values.is_blank(index) {
        return None;
    }
    let words = state.words();
    let label = |label: &Label| label.text(&state.language, words).to_owned();
    let answer = match &control.entry {
        Entry::Agree => words.yes.to_owned(),
        entry => {
            let text = |id: &String| {
                let offer = entry.offers().iter().find(|offer| offer.id == *id);
                offer.map_or_else(|| id.clone(), |offer| label(&offer.label))
            };
            state.values.chosen(index).iter().map(text).collect::<Vec<_>>().join(", ")
        }
    };
    let row = element("div").child(element("dt").text(label(&control.label)));
    Some(row.child(element("dd").text(answer)))
}
