//! What anyone may do: read the manifest, ask for a challenge, submit an inquiry, ask for a token, opt out by
//! a link.

use super::{Outcome, Relay};
use crate::error::RelayError;
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use crate::store::{Appended, Authority};
use wire::access::RequestId;
use wire::api::{Accepted, Receipt};
use wire::proof::Challenge;
use wire::{EntryId, EntryKind, PracticeId};

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

    /// Work to be done for the submission of `entry`; `None` if none is asked for.
    ///
    /// # Errors
    /// [`RelayError::NotFound`] and what the store reports.
    pub async fn challenge(&self, entry: EntryId) -> Result<Option<Challenge>, RelayError> {
        self.relay.authority(&self.practice).await?;
        self.relay.proofs.challenge(&self.practice, entry)
    }

    /// Checks a sealed inquiry from the outside and stores it durably.
    ///
    /// # Errors
    /// [`RelayError`]: not sealed, for another practice, to a stale key, without a proof, another entry of
    /// this id.
    pub async fn submit(&self, body: String, proof: Option<&str>) -> Result<Outcome<Accepted>, RelayError> {
        let entry = SealedEntry::parse(body)?;
        let authority = self.relay.authority(&self.practice).await?;
        let header = entry.header();
        if header.practice != self.practice || header.typ != EntryKind::Inquiry {
            return Err(RelayError::Misdirected);
        }
        let now = self.relay.clock.now_ms();
        if !accepts(&authority, &entry, now / 1_000) {
            return self.repeated(&entry).await?.ok_or(RelayError::StaleKey);
        }
        if !self.relay.proofs.accepts(&self.practice, header.entry, proof) {
            let repeated = self.repeated(&entry).await?;
            return repeated.map_or_else(|| Err(self.ask_for_proof(header.entry)), Ok);
        }
        // Only what could be stored counts: junk does not use up a practice's share.
        self.relay.submissions.take(&self.practice)?;
        match self.relay.store.append(entry, now, self.relay.quota, None).await? {
            Appended::New(receipt) => {
                self.relay.proofs.count(&self.practice);
                Ok(Outcome::New(accepted(receipt)))
            }
            Appended::Same(receipt) => Ok(Outcome::Same(accepted(receipt))),
            Appended::Conflict => Err(RelayError::Conflict),
            Appended::Full => Err(RelayError::Full),
        }
    }

    /// A retry may come after its key was retired or its proof expired: what was stored in time is
    /// acknowledged again.
    async fn repeated(&self, entry: &SealedEntry) -> Result<Option<Outcome<Accepted>>, RelayError> {
        let stored = self.relay.store.receipt(&self.practice, entry.header().entry).await?;
        let same = stored.filter(|receipt| receipt.sha256 == entry.sha256());
        Ok(same.map(|receipt| Outcome::Same(accepted(receipt))))
    }

    /// Whether a message was sent with this token in its link.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn is_unsubscribe_link(&self, token: &str) -> Result<bool, RelayError> {
        Ok(self.relay.store.is_unsubscribe_link(&self.practice, SecretHash::of(token)).await?)
    }

    /// Opts out whomever the message with this token was sent to; `false` if there was none. Looked for before
    /// it is written: guesses must not cost writes.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn opt_out(&self, token: &str) -> Result<bool, RelayError> {
        let (store, hash) = (&self.relay.store, SecretHash::of(token));
        Ok(store.is_unsubscribe_link(&self.practice, hash).await?
            && store.opt_out(&self.practice, hash, self.relay.clock.now_ms()).await?)
    }

    fn ask_for_proof(&self, entry: EntryId) -> RelayError {
        match self.relay.proofs.challenge(&self.practice, entry) {
            Ok(Some(challenge)) => RelayError::ProofNeeded(Box::new(challenge)),
            Ok(None) => RelayError::Internal("a proof is wanted and no challenge given".into()),
            Err(error) => error,
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
