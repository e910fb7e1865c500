//! Puts the keyboard's focus where the model says.

use super::Console;
use super::list::{LIST, row_id};
use crate::model::{Focus, Open};
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

pub(crate) const PASSPHRASE: &str = "passphrase";
pub(crate) const SEARCH: &str = "search";
pub(crate) const PAGE: &str = "page";

thread_local! {
    /// Counts what was asked for: of several things within one frame, the last one gets the focus.
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

/// Frames within which what gets the focus has to be drawn: a new screen takes one, a row that its table has to be
/// scrolled to takes two.
const FRAMES: u8 = 10;

/// The search field gets it at once, so that what is typed next goes into it; the rest with a coming frame, when it
/// is there.
pub(crate) fn focus(console: Console, focus: Focus) {
    let ours = ASKED.get() + 1;
    ASKED.set(ours);
    match focus {
        Focus::Search => {
            give(focus);
        }
        Focus::Row(_) => reveal(console),
        Focus::Passphrase | Focus::Page => {}
    }
    give_soon(console, focus, ours, FRAMES);
}

fn give_soon(console: Console, focus: Focus, ours: u64, frames: u8) {
    request_animation_frame(move || {
        if ASKED.get() != ours || give(focus) || frames == 0 {
            return;
        }
        if matches!(focus, Focus::Row(_)) {
            reveal(console);
        }
        give_soon(console, focus, ours, frames - 1);
    });
}

/// Whether it is there to be given the focus.
fn give(focus: Focus) -> bool {
    let id = match focus {
        Focus::Passphrase => PASSPHRASE.to_owned(),
        Focus::Search => SEARCH.to_owned(),
        Focus::Page => PAGE.to_owned(),
        Focus::Row(thread) => row_id(thread),
    };
    let Some(element) = element(&id) else { return false };
    if focus == Focus::Page {
        // It may still be where another page was scrolled to.
        element.set_scroll_top(0);
    }
    let has_it = document().active_element().is_some_and(|active| active.id() == id);
    if has_it {
        return true;
    }
    // A failure to focus is not worth a word: the mouse still works.
    let _ = element.focus();
    if let (Focus::Search, Some(input)) = (focus, element.dyn_ref::<web_sys::HtmlInputElement>()) {
        input.select();
    }
    true
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Scrolls the list so that the row under the cursor is drawn, whole.
fn reveal(console: Console) {
    let found = console.with(|state| state.open().and_then(Open::cursor_row));
    let (Some((top, end)), Some(list)) = (found, element(LIST)) else { return };
    let (seen, height) = (list.scroll_top(), list.client_height());
    if top < seen {
        list.set_scroll_top(top);
    } else if end > seen + height {
        list.set_scroll_top(end - height);
    }
}
