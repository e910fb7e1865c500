//! One step of the form.

use super::super::driver::Driver;
use super::super::element::{Element, classed, element};
use super::super::port::value;
use super::{button, heading, help, question};
use widget::control::Entry;
use widget::intake::{Event, Stage};
use widget::words::{Words, fill};

pub(super) fn step(driver: Driver, at: usize) -> Element {
    let (title, words, progress_of, changing, controls) = driver.now(|state| {
        let steps = &state.manifest.source.form.steps;
        (
            steps.get(at).map(|step| step.title.in_language(&state.language).to_owned()).unwrap_or_default(),
            state.words(),
            state.progress(at),
            matches!(state.stage, Stage::Changing(_)),
            state
                .in_step(at)
                .map(|control| (control, state.controls[control].entry.clone()))
                .collect::<Vec<_>>(),
        )
    });
    // Beside the words that gave rise to it, where the person is looking; else on top.
    let urgent =
        controls.iter().find(|(_, entry)| matches!(entry, Entry::Area(_))).map(|(control, _)| *control);

    let mut form = element("form").set("novalidate", "").on("submit", move |event| {
        event.prevent_default();
        driver.dispatch(Event::Next);
    });
    if !changing {
        form = form.child(progress(words, progress_of));
    }
    form = form.child(heading(title));
    if urgent.is_none() {
        form = form.child(help::help(driver));
    }
    for (control, _) in controls {
        form = form.child(question::question(driver, control));
        if urgent == Some(control) {
            form = form.child(help::help(driver));
        }
    }
    let last = driver.now(|state| state.step_after(at).is_none());
    let onward = if changing || last { words.review } else { words.next };
    let mut actions = classed("div", "actions");
    if changing || progress_of.0 > 1 {
        actions = actions.child(button("quiet", words.back, move || driver.dispatch(Event::Back)));
    }
    actions = actions.child(classed("button", "primary").set("type", "submit").text(onward));
    form.child(trap(driver, words.trap)).child(summary(driver, at)).child(actions)
}

/// Where one is, of how many; the review is the last.
pub(super) fn progress(words: &Words, (at, of): (usize, usize)) -> Element {
    let bars = (1..=of).map(|bar| classed("span", if bar <= at { "bar done" } else { "bar" }));
    let text = fill(&fill(words.step, &at.to_string()), &of.to_string());
    element("div")
        .child(classed("p", "step").text(text))
        .child(classed("div", "bars").set("aria-hidden", "true").children(bars))
}

/// How many answers need another look, said aloud when it changes.
fn summary(driver: Driver, at: usize) -> Element {
    classed("p", "summary").set("role", "status").following(driver, move |state| {
        match state.shown_problems(at) {
            0 => String::new(),
            1 => state.words().one_problem.to_owned(),
            count => fill(state.words().problems, &count.to_string()),
        }
    })
}

/// Out of sight and out of the tab order: only a program fills it in.
fn trap(driver: Driver, label: &str) -> Element {
    let input = element("input")
        .set("name", "website")
        .set("tabindex", "-1")
        .set("autocomplete", "off")
        .on("input", move |event| driver.dispatch(Event::Trapped(value(&event))));
    classed("div", "trap").set("aria-hidden", "true").child(element("label").text(label).child(input))
}
