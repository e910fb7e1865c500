//! From a keyboard event of the browser to the model's.

use super::Console;
use crate::model::Shown;
use crate::model::shortcut::{self, Place};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Listens as long as the component that calls it is there.
pub(crate) fn listen(console: Console) {
    let handle = window_event_listener(ev::keydown, move |pressed: KeyboardEvent| {
        if pressed.ctrl_key() || pressed.alt_key() || pressed.meta_key() || pressed.is_composing() {
            return;
        }
        if let Some(event) = shortcut::event(&pressed.key(), place(console, &pressed)) {
            pressed.prevent_default();
            console.send(event);
        }
    });
    on_cleanup(move || handle.remove());
}

fn place(console: Console, pressed: &KeyboardEvent) -> Place {
    let Some(target) = pressed.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Place::Elsewhere;
    };
    // Enter opens the lead under the cursor, also when it is pressed before the focus has followed the cursor.
    if target.id().starts_with("row-") {
        return Place::Elsewhere;
    }
    let is_checkbox = target.get_attribute("type").is_some_and(|kind| kind == "checkbox");
    match target.tag_name().as_str() {
        _ if target.id() == super::focus::SEARCH => Place::Search,
        "INPUT" if is_checkbox => Place::Control,
        "INPUT" | "TEXTAREA" | "SELECT" => Place::Field,
        "BUTTON" | "A" | "SUMMARY" => Place::Control,
        _ if reads(console) => Place::Text,
        _ => Place::Elsewhere,
    }
}

/// Whether a page is shown that is read, not worked through.
fn reads(console: Console) -> bool {
    console.with(|state| {
        state.open().is_some_and(|open| {
            !matches!(open.shown, Shown::Nothing | Shown::Pipeline) && open.shown.lead().is_none()
        })
    })
}
