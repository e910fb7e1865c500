//! What is on the screen: one step, the review, or the outcome, between a head and a foot that stay.

mod finished;
mod help;
mod question;
mod review;
mod step;

use super::driver::{Driver, HEADING};
use super::element::{Element, classed, element, value};
use leptos::prelude::*;
use widget::intake::{Event, Intake, Stage};
use widget::words::{self, fill};

/// What is shown. Made anew when it changes, so that texts and first values need not follow the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Screen {
    Step(usize),
    Review,
    Sent,
    Refused,
}

impl Screen {
    fn of(state: &Intake) -> Self {
        match &state.stage {
            Stage::Filling(step) | Stage::Changing(step) => Self::Step(*step),
            Stage::Review | Stage::Sending(_) => Self::Review,
            Stage::Sent(..) => Self::Sent,
            Stage::Refused => Self::Refused,
        }
    }
}

/// The whole form.
pub(crate) fn form(driver: Driver) -> AnyView {
    let shown = driver.read(|state| (Screen::of(state), state.language.clone()));
    let language = driver.read(|state| state.language.clone());
    Effect::new(move || {
        let language = language.get();
        let direction = if words::of(&language).right_to_left { "rtl" } else { "ltr" };
        driver.port(|port| port.speak(&language, direction));
    });
    classed("main", "form")
        .child(head(driver))
        .part(move || match shown.get().0 {
            Screen::Step(at) => step::step(driver, at),
            Screen::Review => review::review(driver),
            Screen::Sent => finished::sent(driver),
            Screen::Refused => finished::refused(driver),
        })
        .part(move || foot(driver, &language.get()))
        .view()
}

fn head(driver: Driver) -> Element {
    let (name, languages) =
        driver.now(|state| (state.manifest.source.name.clone(), state.manifest.source.languages.clone()));
    let head = classed("header", "head").child(classed("p", "practice").text(name));
    if languages.len() < 2 {
        return head;
    }
    let chosen = driver.now(|state| state.language.clone());
    let label = driver.read(|state| Some(state.words().language.to_owned()));
    let options = languages.into_iter().map(|tag| {
        let option = element("option").set("value", tag.clone()).set("lang", tag.clone());
        let option = if tag == chosen { option.set("selected", "") } else { option };
        option.text(words::of(&tag).name)
    });
    let switch = classed("select", "language")
        .follow("aria-label", label)
        .on("change", move |event| driver.dispatch(Event::Speak(value(&event))))
        .children(options);
    head.child(switch)
}

fn foot(driver: Driver, language: &str) -> Element {
    let words = words::of(language);
    let name = driver.now(|state| state.manifest.source.name.clone());
    let notices = driver.now(|state| {
        let texts = state.manifest.source.notices.iter().map(|notice| notice.text.in_language(language).to_owned());
        texts.collect::<Vec<_>>()
    });
    classed("footer", "foot")
        .child(
            classed("p", "sealed")
                .child(element("strong").text(fill(words.sealed_for, &name)))
                .text(" ")
                .text(words.sealed_how),
        )
        .children(notices.into_iter().map(|notice| classed("p", "notice").text(notice)))
}

/// A screen's heading. It takes the focus when the screen changes, so that a screen reader begins there.
fn heading(text: impl Into<String>) -> Element {
    element("h2").set("id", HEADING).set("tabindex", "-1").text(text)
}

fn button(class: &str, label: &str, press: impl FnMut() + 'static) -> Element {
    let mut press = press;
    classed("button", class).set("type", "button").on("click", move |_| press()).text(label)
}
