//! The clock: ticks, idleness, sleep, and when to look for new entries.

use super::keep_up;
use crate::model::watch::{TICK_MS, Watch};
use crate::model::{Event, LockReason};
use crate::view::Console;
use leptos::ev;
use leptos::leptos_dom::helpers::set_interval;
use leptos::prelude::{document, window_event_listener};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use web_sys::VisibilityState;

/// Milliseconds since 1970-01-01 UTC.
pub(super) fn now() -> u64 {
    // A double holds whole milliseconds for 285,000 years.
    js_sys::Date::now() as u64
}

/// Minutes that this machine's local time is ahead of UTC at `ms`.
pub(super) fn zone(ms: u64) -> i32 {
    -(js_sys::Date::new(&(ms as f64).into()).get_timezone_offset() as i32)
}

/// Ticks for as long as the page is there.
pub(super) fn start(console: Console) {
    let watch = Rc::new(RefCell::new(Watch::new(now())));
    let touched = Rc::clone(&watch);
    let touch = move || touched.borrow_mut().touch(now());
    // These listeners stay for the life of the page, so their handles are not kept.
    let _ = window_event_listener(ev::pointerdown, {
        let touch = touch.clone();
        move |_| touch()
    });
    let _ = window_event_listener(ev::wheel, {
        let touch = touch.clone();
        move |_| touch()
    });
    let _ = window_event_listener(ev::keydown, move |_| touch());
    // A page that goes into the back-forward cache would keep everything decrypted in it.
    let _ = window_event_listener(ev::pagehide, move |_| console.send(Event::Lock(LockReason::Left)));
    set_interval(
        move || {
            let now = now();
            console.send(Event::Tick(now));
            if let Some(reason) = watch.borrow_mut().tick(now) {
                console.send(Event::Lock(reason));
            } else if document().visibility_state() == VisibilityState::Visible {
                keep_up(console);
            }
        },
        Duration::from_millis(TICK_MS),
    );
}
