//! What owners and coordinators may do: read the log and add to it.

use super::{Outcome, Session};
use crate::error::RelayError;
use crate::sealed::SealedEntry;
use crate::store::Appended;
use wire::EntryKind;
use wire::api::{Page, Receipt};
use wire::limits::PAGE_ENTRIES;

/// An active owner or coordinator.
pub struct Coordinator(pub(super) Session);

impl Coordinator {
    /// Entries after `after`, at most `limit` and [`PAGE_ENTRIES`].
    ///
    /// # Errors
    /// What the store reports.
    pub async fn page(&self, after: u64, limit: u32) -> Result<Page, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let limit = limit.clamp(1, PAGE_ENTRIES);
        relay.store.page(&authority.practice, after, limit).await?.ok_or(RelayError::NotFound)
    }

    /// Appends a sealed event or document. Who wrote it is inside, signed; the relay sees only who
    /// brought it.
    ///
    /// # Errors
    /// [`RelayError`]: not sealed, misdirected, sealed to a key that no manifest ever named,
    /// another entry of this id.
    pub async fn append(&self, body: String) -> Result<Outcome<Receipt>, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let entry = SealedEntry::parse(body)?;
        let header = entry.header();
        if header.practice != authority.practice || header.typ == EntryKind::Inquiry {
            return Err(RelayError::Misdirected);
        }
        // A colleague may have published a manifest since; staff who can sign are trusted with that.
        if !authority.manifests.iter().any(|manifest| manifest.keys.contains(&header.kid)) {
            return Err(RelayError::StaleKey);
        }
        match relay.store.append(entry, relay.clock.now_ms()).await? {
            Appended::New(receipt) => Ok(Outcome::New(receipt)),
            Appended::Same(receipt) => Ok(Outcome::Same(receipt)),
            Appended::Conflict => Err(RelayError::Conflict),
        }
    }
}
