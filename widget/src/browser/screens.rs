//! What is on the screen: one step, the review, or the outcome, between a head and a foot that stay.

mod finished;
mod help;
mod question;
mod review;
mod step;

use super::driver::{Driver, HEADING};
use super::element::{Element, classed, element};
use super::port::value;
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
pub(crate) fn form(driver: Driver) -> Element {
    classed("main", "form")
        .part(driver, |state| state.round.to_string(), move || head(driver))
        .part(driver, key, move || match driver.now(Screen::of) {
            Screen::Step(at) => step::step(driver, at),
            Screen::Review => review::review(driver),
            Screen::Sent => finished::sent(driver),
            Screen::Refused => finished::refused(driver),
        })
        .part(driver, |state| state.language.clone(), move || foot(driver))
}

/// Texts and first values are put in once for each of these.
fn key(state: &Intake) -> String {
    let screen = match Screen::of(state) {
        Screen::Step(at) => format!("{at}/{}", state.round),
        Screen::Review => "review".to_owned(),
        Screen::Sent => "sent".to_owned(),
        Screen::Refused => "refused".to_owned(),
    };
    screen + &state.language
}

fn head(driver: Driver) -> Element {
    let (name, languages) =
        driver.now(|state| (state.manifest.source.name.clone(), state.manifest.source.languages.clone()));
    let head = classed("header", "head").child(classed("p", "practice").text(name));
    if languages.len() < 2 {
        return head;
    }
    let chosen = driver.now(|state| state.language.clone());
    let options = languages.into_iter().map(|tag| {
        let option = element("option").set("value", tag.clone()).set("lang", tag.clone());
        option.mark("selected", tag == chosen).text(words::of(&tag).name)
    });
    let switch = classed("select", "language")
        .follow("aria-label", driver, |state| Some(state.words().language.to_owned()))
        .on("change", move |event| driver.dispatch(Event::Speak(value(&event))))
        .children(options);
    head.child(switch)
}

fn foot(driver: Driver) -> Element {
    let (words, name, notice) = driver.now(|state| {
        (state.words(), state.manifest.source.name.clone(), state.notice("privacy").map(ToOwned::to_owned))
    });
    let how = notice.unwrap_or_else(|| words.sealed_how.to_owned());
    let sealed = element("strong").text(fill(words.sealed_for, &name) + " ");
    classed("footer", "foot").child(element("p").child(sealed).text(how))
}

/// A screen's heading. It takes the focus when the screen changes, so that a screen reader begins there.
fn heading(text: impl AsRef<str>) -> Element {
    element("h2").set("id", HEADING).set("tabindex", "-1").text(text)
}

fn button(class: &str, label: &str, press: impl FnMut() + 'static) -> Element {
    let mut press = press;
    classed("button", class).set("type", "button").on("click", move |_| press()).text(label)
}
