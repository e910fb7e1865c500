//! What this browser remembers of earlier readings: versions and the log's head, none of it secret.
//! It is what lets the console see that a relay went back in time.

use inbox::{Anchor, Memory};
use leptos::prelude::window;
use web_sys::Storage;

/// What is remembered of the practice; nothing, the first time or without storage.
pub(super) fn recall(anchor: &Anchor) -> Memory {
    let text = storage().and_then(|storage| storage.get_item(&name(anchor)).ok().flatten());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Remembers the later of `memory` and what is remembered already: another tab may have read on.
pub(super) fn remember(anchor: &Anchor, memory: Memory) {
    let merged = recall(anchor).merge(memory);
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(&merged)) {
        // A full or forbidden storage costs the comparison with the next reading, and nothing else.
        let _ = storage.set_item(&name(anchor), &text);
    }
}

fn name(anchor: &Anchor) -> String {
    format!("anteroom.memory.{}.{}", anchor.practice, anchor.pin)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
