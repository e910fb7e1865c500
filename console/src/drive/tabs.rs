//! Locks all tabs of the console at once, and tells them when this machine has forgotten.

use super::look;
use crate::model::{Event, LockReason};
use crate::view::Console;
use leptos::logging::error;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

/// Only tabs of the same origin hear it.
const CHANNEL: &str = "anteroom-console";
const LOCK: &str = "lock";
const FORGOT: &str = "forgot";

thread_local! {
    static OURS: Option<BroadcastChannel> = BroadcastChannel::new(CHANNEL)
        .inspect_err(|_| error!("this browser has no BroadcastChannel: each tab locks for itself"))
        .ok();
}

/// Tells the other tabs to lock.
pub(super) fn lock_others() {
    tell(LOCK);
}

/// Tells the other tabs that nothing is kept here any more.
pub(super) fn forgot() {
    tell(FORGOT);
}

fn tell(what: &str) {
    OURS.with(|channel| {
        if let Some(channel) = channel {
            // It fails only for what cannot be cloned; a text can.
            let _ = channel.post_message(&what.into());
        }
    });
}

/// Listens for as long as the page is there.
pub(super) fn listen(console: Console) {
    OURS.with(|channel| {
        let Some(channel) = channel else { return };
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            match message.data().as_string().as_deref() {
                Some(LOCK) => console.send(Event::Lock(LockReason::OtherTab)),
                Some(FORGOT) => spawn_local(look(console)),
                _ => {}
            }
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    });
}
