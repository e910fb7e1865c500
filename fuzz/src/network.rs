//! Parsers of `wire`: what relay and staff send each other in clear.

use crate::reads_back;
use wire::api::{Assertion, Page};
use wire::practice::{ManifestHead, Roster};
use wire::{ChainHash, EntryId, Head, PracticeId, StaffId, ThreadId, Thumbprint};

/// Identifiers: one text each, and none but that one.
pub fn ids(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let shown = [
        text.parse::<EntryId>().ok().map(|id| id.to_string()),
        text.parse::<ThreadId>().ok().map(|id| id.to_string()),
        text.parse::<Thumbprint>().ok().map(|id| id.to_string()),
        text.parse::<PracticeId>().ok().map(|id| id.to_string()),
        text.parse::<StaffId>().ok().map(|id| id.to_string()),
        ChainHash::try_from(text.to_owned()).ok().map(|hash| hash.to_string()),
    ];
    assert!(shown.iter().flatten().all(|shown| shown == text), "{shown:?}");
}

/// A page of the log, and the check of its chain.
pub fn page(data: &[u8]) {
    reads_back::<Page>(data);
    let Ok(page) = serde_json::from_slice::<Page>(data) else { return };
    let mut head = Head::empty(&"lakeside-ortho".parse().expect("a name"));
    for entry in &page.entries {
        let before = head;
        if head.advance(entry).is_err() {
            assert_eq!(head, before, "a refused entry moves nothing");
            break;
        }
        assert_eq!((head.seq, head.hash), (before.seq + 1, entry.hash));
    }
}

/// What an owner publishes, as far as the relay reads it, and what asks for a token.
pub fn publication(data: &[u8]) {
    reads_back::<ManifestHead>(data);
    reads_back::<Roster>(data);
    reads_back::<wire::api::SignedRoster>(data);
    reads_back::<Assertion>(data);
    if let Ok(registration) = serde_json::from_slice::<wire::api::Registration>(data) {
        assert!(serde_json::to_vec(&registration).is_ok());
    }
}
