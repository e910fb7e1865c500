//! Desktop notifications: that something is new, and nothing about it. What is shown there may be seen by whoever passes
//! the screen, and kept by the system.

use crate::model::Event;
use crate::view::Console;
use crate::words::t;
use leptos::prelude::document;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationPermission, VisibilityState};

/// Asks whether they may be shown.
pub(super) fn ask(console: Console) {
    let Ok(asked) = Notification::request_permission() else {
        return console.send(Event::NotificationsAllowed(false));
    };
    spawn_local(async move {
        let _ = JsFuture::from(asked).await;
        let allowed = Notification::permission() == NotificationPermission::Granted;
        console.send(Event::NotificationsAllowed(allowed));
    });
}

/// Says that something is new, to whoever is not looking.
pub(super) fn tell() {
    if document().visibility_state() == VisibilityState::Visible && document().has_focus().unwrap_or(false) {
        return;
    }
    // Where it is not allowed any more, the list says it all the same.
    let _ = Notification::new(t("Anteroom: something new is waiting"));
}
