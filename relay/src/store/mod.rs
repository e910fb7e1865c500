//! What the relay keeps, as a trait: sealed entries, signed documents, hashes of secrets. No method
//! takes or gives anything readable, so no backend can leak it.
//!
//! Every write is durable when its future resolves. `tests/store/conformance.rs` says in code what
//! a backend owes; each backend runs it.

mod followers;
pub mod postgres;
mod room;
pub mod rows;
pub mod sqlite;
mod walk;

pub use followers::Followers;
pub use walk::Findings;

use crate::metrics::StoreMeasures;
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use wire::access::{AccessPage, Action, Actor, Ending, RequestId, Subject};
use wire::api::{Page, Receipt, SignedRoster};
use wire::practice::Roster;
use wire::unsubscribe::OptOut;
use wire::{ChainHash, EntryId, EntryKind, Head, PracticeId, StaffId, ThreadId, Thumbprint};

/// Why the store could not answer. For the relay's log, except for the difference of the two.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More writes wait than may wait; the caller may try again soon.
    #[error("too many writes are waiting")]
    Busy,
    /// The database cannot be read or written now: disk full, read-only, gone.
    #[error("the database failed: {0}")]
    Unavailable(String),
}

/// A manifest to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRecord {
    /// Rises with every publication.
    pub version: u64,
    /// Not valid from here on, in seconds.
    pub not_after: u64,
    /// Inbox keys.
    pub keys: Vec<Thumbprint>,
    /// The compact JWS.
    pub text: String,
}

/// A roster to be kept, with its keyring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRecord {
    /// The claims, already checked.
    pub roster: Roster,
    /// As signed and sealed.
    pub signed: SignedRoster,
}

/// A manifest as far as submissions are checked against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestGate {
    /// Its version.
    pub version: u64,
    /// Not valid from here on, in seconds.
    pub not_after: u64,
    /// Inbox keys.
    pub keys: Vec<Thumbprint>,
}

/// By what a practice's requests are judged: root key, valid manifests, roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Whose.
    pub practice: PracticeId,
    /// Thumbprint of the root key.
    pub pin: Thumbprint,
    /// Published manifests, newest first; those long expired are left out.
    pub manifests: Vec<ManifestGate>,
    /// Who works there.
    pub roster: Roster,
}

/// How a registration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// The practice exists now.
    New,
    /// The very same registration was made before.
    Same,
    /// The invite is unknown, used or expired.
    InviteRefused,
    /// Another practice has this name.
    NameTaken,
}

/// How a publication ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// It is the current one now.
    New,
    /// The very same text is current already.
    Same,
    /// Its version is not above the current one.
    NotNewer,
}

/// How an append ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Stored now.
    New(Receipt),
    /// The same entry was stored before: the receipt of then.
    Same(Receipt),
    /// Another entry has this id.
    Conflict,
    /// The practice's log is as large as it may get.
    Full,
}

/// How large a practice's log may get. At the bound patients' inquiries are refused; staff may write a tenth
/// more, so that they can still work, and make room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Entries, erased ones too: their hashes are kept.
    pub entries: u64,
    /// Bytes of the bodies that are kept.
    pub bytes: u64,
}

impl Quota {
    /// No bound.
    pub const UNLIMITED: Self = Self { entries: u64::MAX, bytes: u64::MAX };

    /// Whether a log of `entries` and `bytes` has room for `entry`.
    #[must_use]
    pub fn has_room(self, entries: u64, bytes: u64, entry: &SealedEntry) -> bool {
        let more = |bound: u64| match entry.header().typ {
            EntryKind::Inquiry => bound,
            EntryKind::Event | EntryKind::Document => bound.saturating_add(bound / 10),
        };
        entries < more(self.entries) && bytes.saturating_add(entry.body().len() as u64) <= more(self.bytes)
    }
}

/// How an erasure ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erased {
    /// The bodies are gone; the receipt of the event that says so.
    Done(Receipt),
    /// The very same event was stored before, and the bodies are gone.
    Before(Receipt),
    /// Another entry has the event's id.
    Conflict,
    /// An entry that is not in the event's thread, or is a document.
    Unknown,
}

/// How the registration of an unsubscribe link ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// The link works now.
    New,
    /// It did before.
    Same,
    /// The token belongs to another thread.
    Conflict,
}

/// A staff access token, by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Hash of the token.
    pub hash: SecretHash,
    /// Where it counts.
    pub practice: PracticeId,
    /// Whose it is.
    pub staff: StaffId,
    /// The signing key that it was given for: a token dies with its key.
    pub key: Thumbprint,
    /// Not valid from here on, in seconds.
    pub expires: u64,
}

/// What is to be noted in a practice's access log. The store gives it its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessNote {
    /// When, in milliseconds; raised like an entry's.
    pub time_ms: u64,
    /// In which request.
    pub request: RequestId,
    /// By whom.
    pub actor: Option<Actor>,
    /// What.
    pub action: Action,
    /// How it ended.
    pub ending: Ending,
    /// To what.
    pub subject: Subject,
}

impl AccessNote {
    /// The same, but refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { ending: Ending::Refused, ..self }
    }
}

/// Durable storage of a relay. Where a method takes an [`AccessNote`], note and deed are stored in one
/// transaction, and the note says how it ended.
/// Times are in seconds unless a name says otherwise.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Keeps the fingerprint of its relays' key, the first time; whether `fingerprint` is the one that is kept.
    async fn agree_on_key(&self, fingerprint: SecretHash) -> Result<bool, StoreError>;

    /// Keeps `fingerprint` from now on, whatever was kept before.
    async fn replace_key(&self, fingerprint: SecretHash) -> Result<(), StoreError>;

    /// Keeps a one-time invite.
    async fn add_invite(&self, invite: SecretHash, expires: u64) -> Result<(), StoreError>;

    /// Makes a practice and uses up the invite, both or neither.
    async fn register(
        &self,
        invite: SecretHash,
        practice: PracticeId,
        pin: Thumbprint,
        manifest: ManifestRecord,
        roster: RosterRecord,
        note: AccessNote,
    ) -> Result<Registered, StoreError>;

    /// By what to judge requests to `practice`; `None` if there is no such practice. A publication
    /// that was acknowledged is always in it.
    async fn authority(&self, practice: &PracticeId) -> Result<Option<Arc<Authority>>, StoreError>;

    /// The current manifest.
    async fn manifest(&self, practice: &PracticeId) -> Result<Option<ManifestRecord>, StoreError>;

    /// Publishes a manifest if its version is above the current one.
    async fn put_manifest(
        &self,
        practice: &PracticeId,
        manifest: ManifestRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError>;

    /// The current roster and keyring.
    async fn roster(&self, practice: &PracticeId) -> Result<Option<SignedRoster>, StoreError>;

    /// Publishes a roster if its version is above the current one.
    async fn put_roster(
        &self,
        practice: &PracticeId,
        roster: RosterRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError>;

    /// Appends to the log of the practice that the entry's header names. `received_ms` is raised to
    /// the time of the entry before, so that a clock that jumps back does not disorder the log. What a
    /// patient sends is in that log and needs no note.
    async fn append(
        &self,
        entry: SealedEntry,
        received_ms: u64,
        quota: Quota,
        note: Option<AccessNote>,
    ) -> Result<Appended, StoreError>;

    /// Appends `evidence` whatever the quota, and deletes the bodies of `entries` of its thread; their places in
    /// the chain stay. All of it or nothing.
    async fn erase(
        &self,
        evidence: SealedEntry,
        entries: Vec<EntryId>,
        received_ms: u64,
        note: AccessNote,
    ) -> Result<Erased, StoreError>;

    /// Deletes the bodies of inquiries and events of those threads whose last entry was taken before
    /// `before_ms`; how many. Noted if there were any.
    async fn expire(
        &self,
        practice: &PracticeId,
        before_ms: u64,
        note: AccessNote,
    ) -> Result<u64, StoreError>;

    /// Every practice.
    async fn practices(&self) -> Result<Vec<PracticeId>, StoreError>;

    /// Makes an unsubscribe link known by its token's hash.
    async fn link_unsubscribe(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        thread: ThreadId,
        note: AccessNote,
    ) -> Result<Linked, StoreError>;

    /// Whether there is an unsubscribe link with this token.
    async fn is_unsubscribe_link(&self, practice: &PracticeId, token: SecretHash)
    -> Result<bool, StoreError>;

    /// Opts out whomever the link with this token is for; `false` if there is no such link. Once is enough.
    async fn opt_out(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        time_ms: u64,
    ) -> Result<bool, StoreError>;

    /// At most `limit` opt-outs after `after`, in the order in which they came.
    async fn opt_outs(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<Vec<OptOut>>, StoreError>;

    /// The receipt of an entry, if there is one.
    async fn receipt(&self, practice: &PracticeId, entry: EntryId) -> Result<Option<Receipt>, StoreError>;

    /// At most `limit` entries after `after`, and the head, both as of one moment. Ends after the
    /// body that passes [`wire::limits::PAGE_BYTES`].
    async fn page(&self, practice: &PracticeId, after: u64, limit: u32) -> Result<Option<Page>, StoreError>;

    /// The head of the log, now and whenever it moves. Several moves may be seen as one.
    async fn follow(&self, practice: &PracticeId) -> Result<Option<watch::Receiver<Head>>, StoreError>;

    /// Marks an assertion as used; `false` if it was used before.
    async fn use_assertion(
        &self,
        practice: &PracticeId,
        jti: SecretHash,
        expires: u64,
    ) -> Result<bool, StoreError>;

    /// Keeps a token.
    async fn add_token(&self, token: TokenRecord, note: AccessNote) -> Result<(), StoreError>;

    /// The token with this hash, expired or not.
    async fn token(&self, hash: SecretHash) -> Result<Option<TokenRecord>, StoreError>;

    /// Adds to the access log of a practice.
    async fn note(&self, practice: &PracticeId, note: AccessNote) -> Result<(), StoreError>;

    /// At most `limit` records of the access log after `after`, and its head, as of one moment.
    async fn access_page(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<AccessPage>, StoreError>;

    /// At most `limit` chain hashes of the access log after `after`, in order; fewer only at its end.
    async fn access_hashes(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ChainHash>, StoreError>;

    /// Forgets invites, assertions and tokens that expired before `now`; how many.
    async fn remove_expired(&self, now: u64) -> Result<u64, StoreError>;

    /// What there is to tell the operator.
    fn measures(&self) -> StoreMeasures;

    /// Whether a write would succeed now.
    async fn check_ready(&self) -> Result<(), StoreError>;
}

/// Manifests that submissions are still checked against: a practice that publishes more than this
/// within one manifest's validity turns away what was sealed under the oldest.
const GATES: u32 = 32;

/// A write that is not done by then is no longer waited for. It may still be done: whoever asked for it may
/// ask again, since a repeated write is recognised.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a writer's answer.
async fn wait<T>(answered: oneshot::Receiver<Result<T, StoreError>>) -> Result<T, StoreError> {
    let unavailable = |cause: &str| StoreError::Unavailable(cause.into());
    let answered = tokio::time::timeout(PATIENCE, answered).await;
    answered
        .map_err(|_| unavailable("no write ends"))?
        .map_err(|_| unavailable("the writer gave no answer"))?
}

/// What makes two registrations the same.
fn registration_digest(manifest: &ManifestRecord, roster: &RosterRecord) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [&manifest.text, &roster.signed.roster, &roster.signed.keyring] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// What an entry's receipt says of its body; kept here so that backends agree.
#[must_use]
pub fn is_same_body(receipt: &Receipt, sha256: ChainHash) -> bool {
    receipt.sha256 == sha256
}
