//! What owners and coordinators may do: read the log and add to it.

use super::{Outcome, Session};
use crate::error::RelayError;
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use crate::store::{Appended, Linked};
use wire::EntryKind;
use wire::access::{Action, Subject};
use wire::api::{Page, Receipt};
use wire::limits::PAGE_ENTRIES;
use wire::unsubscribe::{OptOuts, UnsubscribeLink};

/// An active owner or coordinator.
pub struct Coordinator(pub(super) Session);

impl Coordinator {
    /// Entries after `after`, at most `limit` and [`PAGE_ENTRIES`]. Which ones is noted before they are
    /// handed out; an empty page tells nothing and is not noted.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn page(&self, after: u64, limit: u32) -> Result<Page, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let limit = limit.clamp(1, PAGE_ENTRIES);
        let page = relay.store.page(&authority.practice, after, limit).await?.ok_or(RelayError::NotFound)?;
        if let (Some(first), Some(last)) = (page.entries.first(), page.entries.last()) {
            let subject = Subject::Range { first: first.meta.seq, last: last.meta.seq };
            let note = self.0.note(Action::ReadEntries, subject);
            relay.store.note(&authority.practice, note).await?;
        }
        Ok(page)
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
        let note = self.0.note(Action::Append, Subject::Entry(header.entry));
        match relay.store.append(entry, note.time_ms, relay.quota, Some(note)).await? {
            Appended::New(receipt) => Ok(Outcome::New(receipt)),
            Appended::Same(receipt) => Ok(Outcome::Same(receipt)),
            Appended::Conflict => Err(RelayError::Conflict),
            Appended::Full => Err(RelayError::Full),
        }
    }

    /// Makes the unsubscribe link of one message known.
    ///
    /// # Errors
    /// [`RelayError::TokenTaken`] if its token belongs to another thread, and what the store reports.
    pub async fn link_unsubscribe(&self, link: UnsubscribeLink) -> Result<(), RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let token = SecretHash::from_client(link.token_sha256);
        let note = self.0.note(Action::LinkUnsubscribe, Subject::None);
        match relay.store.link_unsubscribe(&authority.practice, token, link.thread, note).await? {
            Linked::New | Linked::Same => Ok(()),
            Linked::Conflict => Err(RelayError::TokenTaken),
        }
    }

    /// Opt-outs after `after`, at most `limit` and [`PAGE_ENTRIES`]. An empty page is not noted.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn opt_outs(&self, after: u64, limit: u32) -> Result<OptOuts, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let limit = limit.clamp(1, PAGE_ENTRIES);
        let opt_outs = relay.store.opt_outs(&authority.practice, after, limit).await?;
        let opt_outs = opt_outs.ok_or(RelayError::NotFound)?;
        if let (Some(first), Some(last)) = (opt_outs.first(), opt_outs.last()) {
            let subject = Subject::Range { first: first.seq, last: last.seq };
            relay.store.note(&authority.practice, self.0.note(Action::ReadOptOuts, subject)).await?;
        }
        Ok(OptOuts { opt_outs })
    }
}
