//! Whom to call at once. It never stands in the way of writing on.

use super::super::driver::{Driver, GUIDANCE};
use super::super::element::{Element, classed, element};
use lead::triage::Help;
use widget::intake::Intake;
use widget::words::Words;

pub(super) fn help(driver: Driver) -> Element {
    let key = |state: &Intake| state.help.iter().map(|call| links(*call, state.words())[0].0).collect();
    // The live region stands before it has anything to say: only then is it announced.
    classed("div", "alerts").set("id", GUIDANCE).set("role", "alert").part(driver, key, move || {
        let (words, note, calls) = driver.now(|state| {
            let note = state.manifest.source.emergency_note.in_language(&state.language);
            (state.words(), note.to_owned(), state.help.clone())
        });
        if calls.is_empty() {
            return element("div");
        }
        let rows = calls
            .iter()
            .flat_map(|call| links(*call, words))
            .map(|(address, text)| element("li").child(element("a").set("href", address).text(text)));
        let guidance = classed("div", "emergency")
            .child(element("h3").text(words.emergency_title))
            .child(element("ul").children(rows));
        let guidance = if note.is_empty() { guidance } else { guidance.child(element("p").text(note)) };
        guidance.child(element("p").text(words.emergency_form))
    })
}

/// What dials at a touch, and what it says. The lifeline takes texts too, from people who cannot speak where they are.
fn links(call: Help, words: &'static Words) -> Vec<(&'static str, &'static str)> {
    match call {
        Help::Call911 => vec![("tel:911", words.emergency_911)],
        Help::Call988 => vec![("tel:988", words.emergency_988), ("sms:988", words.emergency_988_text)],
        Help::PoisonControl => vec![("tel:+18002221222", words.emergency_poison)],
    }
}
