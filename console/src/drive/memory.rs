//! What this browser remembers of earlier readings: versions and the heads of the two logs, none of it secret.
//! It is what lets the console see that a relay went back in time. Also which views of the pipeline a person keeps.

use inbox::{Anchor, Memory};
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::Storage;
use wire::StaffId;
use wire::access::AccessHead;

/// What is remembered of the practice; nothing, the first time or without storage.
pub(super) fn recall(anchor: &Anchor) -> Memory {
    read(&name("memory", anchor)).unwrap_or_default()
}

/// Remembers the later of `memory` and what is remembered already: another tab may have read on.
pub(super) fn remember(anchor: &Anchor, memory: Memory) {
    write(&name("memory", anchor), &recall(anchor).merge(memory));
}

/// The end of the access log, as it was read last.
pub(super) fn recall_access(anchor: &Anchor) -> Option<AccessHead> {
    read(&name("access", anchor))
}

pub(super) fn remember_access(anchor: &Anchor, head: &AccessHead) {
    write(&name("access", anchor), head);
}

/// Views of the pipeline that `staff` keeps, as lines.
pub(super) fn recall_views(anchor: &Anchor, staff: &StaffId) -> Vec<String> {
    read(&format!("{}.{staff}", name("views", anchor))).unwrap_or_default()
}

pub(super) fn keep_views(anchor: &Anchor, staff: &StaffId, views: &[String]) {
    write(&format!("{}.{staff}", name("views", anchor)), views);
}

fn name(what: &str, anchor: &Anchor) -> String {
    format!("anteroom.{what}.{}.{}", anchor.practice, anchor.pin)
}

fn read<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(name).ok()??;
    serde_json::from_slice(text.as_bytes()).ok()
}

/// A full or forbidden storage costs the comparison with the next reading, and nothing else.
fn write<T: Serialize + ?Sized>(name: &str, value: &T) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(value)) {
        let _ = storage.set_item(name, &text);
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
