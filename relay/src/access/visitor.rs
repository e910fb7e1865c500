//! What anyone may do: read the manifest, submit an inquiry, ask for a token.

use super::{Outcome, Relay};
use crate::error::RelayError;
use crate::sealed::SealedEntry;
use crate::store::{Appended, Authority};
use wire::access::RequestId;
use wire::api::{Accepted, Receipt};
use wire::{EntryKind, PracticeId};

/// Anyone, at one practice.
pub struct Visitor {
    pub(super) relay: Relay,
    pub(super) practice: PracticeId,
    pub(super) request: RequestId,
}

impl Visitor {
    /// Everyone is a visitor.
    #[must_use]
    pub fn new(relay: Relay, practice: PracticeId, request: RequestId) -> Self {
        Self { relay, practice, request }
    }

    /// The current manifest and its version.
    ///
    /// # Errors
    /// [`RelayError::NotFound`] and what the store reports.
    pub async fn manifest(&self) -> Result<(u64, String), RelayError> {
        let manifest = self.relay.store.manifest(&self.practice).await?.ok_or(RelayError::NotFound)?;
        Ok((manifest.version, manifest.text))
    }

    /// Checks a sealed inquiry from the outside and stores it durably.
    ///
    /// # Errors
    /// [`RelayError`]: not sealed, for another practice, to a stale key, another entry of this id.
    pub async fn submit(&self, body: String) -> Result<Outcome<Accepted>, RelayError> {
        let entry = SealedEntry::parse(body)?;
        let authority = self.relay.authority(&self.practice).await?;
        let header = entry.header();
        if header.practice != self.practice || header.typ != EntryKind::Inquiry {
            return Err(RelayError::Misdirected);
        }
        let now = self.relay.clock.now_ms();
        if !accepts(&authority, &entry, now / 1_000) {
            return self.repeated(&entry).await;
        }
        // Only what could be stored counts: junk does not use up a practice's share.
        self.relay.submissions.take(&self.practice)?;
        match self.relay.store.append(entry, now, None).await? {
            Appended::New(receipt) => Ok(Outcome::New(accepted(receipt))),
            Appended::Same(receipt) => Ok(Outcome::Same(accepted(receipt))),
            Appended::Conflict => Err(RelayError::Conflict),
        }
    }

    /// A retry may come after its key was retired: what was stored in time is acknowledged again.
    async fn repeated(&self, entry: &SealedEntry) -> Result<Outcome<Accepted>, RelayError> {
        let stored = self.relay.store.receipt(&self.practice, entry.header().entry).await?;
        match stored {
            Some(receipt) if receipt.sha256 == entry.sha256() => Ok(Outcome::Same(accepted(receipt))),
            _ => Err(RelayError::StaleKey),
        }
    }
}

/// Whether `entry` is sealed to a key of the manifest it names, and that manifest is still valid.
fn accepts(authority: &Authority, entry: &SealedEntry, now: u64) -> bool {
    let header = entry.header();
    authority.manifests.iter().any(|manifest| {
        manifest.version == header.manifest && now < manifest.not_after && manifest.keys.contains(&header.kid)
    })
}

fn accepted(receipt: Receipt) -> Accepted {
    Accepted { entry: receipt.entry, sha256: receipt.sha256, time: receipt.time }
}
