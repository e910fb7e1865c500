//! Puts the keyboard's focus where the model says.

use super::Console;
use super::list::{LIST, ROW_HEIGHT, row_id};
use crate::model::{Focus, State};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

pub(crate) const PASSPHRASE: &str = "passphrase";
pub(crate) const SEARCH: &str = "search";
pub(crate) const PAGE: &str = "page";

/// Waits for the next frame, when what is to be focused is there.
pub(crate) fn focus(console: Console, focus: Focus) {
    if let Focus::Row(_) = focus {
        reveal(console);
    }
    request_animation_frame(move || {
        let id = match focus {
            Focus::Passphrase => PASSPHRASE.to_owned(),
            Focus::Search => SEARCH.to_owned(),
            Focus::Page => PAGE.to_owned(),
            Focus::Row(thread) => row_id(thread),
        };
        if let Some(element) = element(&id) {
            // A failure to focus is not worth a word: the mouse still works.
            let _ = element.focus();
            if let (Focus::Search, Some(input)) = (focus, element.dyn_ref::<web_sys::HtmlInputElement>()) {
                input.select();
            }
        }
    });
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Scrolls the list so that the row under the cursor is drawn, whole.
fn reveal(console: Console) {
    let position = console.with(|state| match state {
        State::Open(open) => open.position(),
        State::Locked(_) => None,
    });
    let (Some(at), Some(list)) = (position, element(LIST)) else { return };
    let top = i32::try_from(at).unwrap_or(i32::MAX / ROW_HEIGHT) * ROW_HEIGHT;
    let (seen, height) = (list.scroll_top(), list.client_height());
    if top < seen {
        list.set_scroll_top(top);
    } else if top + ROW_HEIGHT > seen + height {
        list.set_scroll_top(top + ROW_HEIGHT - height);
    }
}
