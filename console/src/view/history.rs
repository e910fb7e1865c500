//! The browser's own back button, and a phone's gesture, close what is shown instead of leaving the console. The
//! history holds an entry without address or state: nothing about anyone.

use super::Console;
use crate::model::{Event, Shown};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// Where our entry of the history is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    None,
    Pushed,
    /// Being taken back by us; the browser says so later.
    Leaving,
}

/// Keeps the history in step for as long as the component that calls it is there.
pub(crate) fn keep(console: Console) {
    let entry = StoredValue::new(Entry::None);
    let shown = console.open(|open| open.shown != Shown::Nothing);
    Effect::new(move |_| match (shown.get() == Some(true), entry.get_value()) {
        (true, Entry::None) => push(entry),
        (false, Entry::Pushed) => {
            entry.set_value(Entry::Leaving);
            // Without a history there is nothing to keep in step.
            let _ = window().history().and_then(|history| history.back());
        }
        (true, Entry::Pushed | Entry::Leaving) | (false, Entry::None | Entry::Leaving) => {}
    });
    let went = window_event_listener(ev::popstate, move |_| {
        let was = entry.try_get_value();
        entry.set_value(Entry::None);
        if was == Some(Entry::Pushed) {
            console.send(Event::Back);
        }
        if is_shown(console) {
            push(entry);
        }
    });
    on_cleanup(move || went.remove());
}

fn is_shown(console: Console) -> bool {
    console.with(|state| state.open().is_some_and(|open| open.shown != Shown::Nothing))
}

fn push(entry: StoredValue<Entry>) {
    let pushed = window().history().and_then(|history| history.push_state(&JsValue::NULL, ""));
    if pushed.is_ok() {
        entry.set_value(Entry::Pushed);
    }
}
