//! What owners may do: publish manifest and roster, and erase. The owner's session carries the request; what
//! makes the document valid is the root key's signature, which the relay cannot make.

use super::{Outcome, Session};
use crate::error::RelayError;
use crate::publication::{PublicationError, check_manifest, check_roster};
use crate::sealed::SealedEntry;
use crate::store::{Erased, Published};
use wire::access::{Action, Subject};
use wire::api::{Erasure, Receipt, SignedRoster};
use wire::limits::ERASURE_ENTRIES;
use wire::{EntryKind, Thumbprint};

/// An active owner.
pub struct Owner(pub(super) Session);

impl Owner {
    /// Publishes a manifest with a version above the current one.
    ///
    /// # Errors
    /// [`RelayError`]: refused, not newer, or what the store reports.
    pub async fn publish_manifest(&self, text: String) -> Result<(), RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let manifest = check_manifest(text, relay.clock.now_s())?;
        self.check_root(manifest.root)?;
        if manifest.practice != authority.practice {
            return Err(PublicationError::Foreign.into());
        }
        let note = self.0.note(Action::PublishManifest, Subject::Version(manifest.record.version));
        done(relay.store.put_manifest(&authority.practice, manifest.record, note).await?)
    }

    /// Publishes a roster and its keyring with a version above the current one. Members that it no
    /// longer names, or whose key it changes, lose their tokens with it.
    ///
    /// # Errors
    /// [`RelayError`]: refused, not newer, or what the store reports.
    pub async fn publish_roster(&self, signed: SignedRoster) -> Result<(), RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let roster = check_roster(signed, &authority.practice, relay.clock.now_s())?;
        self.check_root(roster.root)?;
        let note = self.0.note(Action::PublishRoster, Subject::Version(roster.record.roster.version));
        done(relay.store.put_roster(&authority.practice, roster.record, note).await?)
    }

    /// Erases bodies of entries of one thread, and appends the owner's signed word for it. What is inside the
    /// event, readers check; the relay sees only that it is in the same thread.
    ///
    /// # Errors
    /// [`RelayError`]: not sealed, misdirected, to a key that no manifest ever named, entries of other threads.
    pub async fn erase(&self, erasure: Erasure) -> Result<Outcome<Receipt>, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        if erasure.entries.is_empty() || erasure.entries.len() > ERASURE_ENTRIES {
            return Err(RelayError::Malformed("number of entries".into()));
        }
        let evidence = SealedEntry::parse(erasure.evidence)?;
        let header = evidence.header();
        if header.practice != authority.practice || header.typ != EntryKind::Event {
            return Err(RelayError::Misdirected);
        }
        if !authority.manifests.iter().any(|manifest| manifest.keys.contains(&header.kid)) {
            return Err(RelayError::StaleKey);
        }
        let note = self.0.note(Action::Erase, Subject::Entry(header.entry));
        match relay.store.erase(evidence, erasure.entries, note.time_ms, note).await? {
            Erased::Done(receipt) => Ok(Outcome::New(receipt)),
            Erased::Before(receipt) => Ok(Outcome::Same(receipt)),
            Erased::Conflict => Err(RelayError::Conflict),
            Erased::Unknown => Err(RelayError::UnknownEntry),
        }
    }

    fn check_root(&self, root: Thumbprint) -> Result<(), RelayError> {
        if root == self.0.authority.pin { Ok(()) } else { Err(PublicationError::WrongRoot.into()) }
    }
}

fn done(published: Published) -> Result<(), RelayError> {
    match published {
        Published::New | Published::Same => Ok(()),
        Published::NotNewer => Err(RelayError::NotNewer),
    }
}
