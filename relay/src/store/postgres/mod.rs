//! PostgreSQL, for a host of many practices: many relays over one database behave as one. Group commit
//! per relay, streams woken by LISTEN/NOTIFY, nothing answered that a publication has made stale.
//!
//! Connections are made without TLS: over a Unix socket, a private network, or a local TLS tunnel.

mod append;
mod authorities;
mod check;
mod convert;
mod deed;
mod ends;
mod erase;
mod import;
mod link;
mod read;
mod schema;
mod statements;
mod transaction;
mod unsubscribe;
mod writer;

pub use check::check;
pub use import::Target;

use super::{
    AccessNote, Appended, Authority, Erased, Followers, Linked, ManifestRecord, Published, Quota, Registered,
    RosterRecord, Store, StoreError, TokenRecord,
};
use crate::metrics::StoreMeasures;
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use async_trait::async_trait;
use authorities::Authorities;
use deed::{Deed, Done, Registering};
use link::{Link, Reader};
use std::sync::Arc;
use tokio::sync::watch;
use wire::access::AccessPage;
use wire::api::{Page, Receipt, SignedRoster};
use wire::unsubscribe::OptOut;
use wire::{ChainHash, EntryId, Head, PracticeId, ThreadId, Thumbprint};
use writer::Writer;

/// Where relays tell each other of new heads.
const CHANNEL: &str = "anteroom_heads";

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The connection string, the network, or the server's refusal.
    #[error("cannot open the PostgreSQL database: {0}")]
    Connect(#[from] tokio_postgres::Error),
    /// A downgrade could lose data.
    #[error("the database was written by a newer release of anteroom-relay")]
    Newer,
    /// Half a log must not be taken for a whole one.
    #[error("a migration into this database is not finished: run `anteroom-relay migrate` again")]
    Moving,
    /// A migration would mix two relays' logs.
    #[error("relays use this database already: migrate into an empty one")]
    NotEmpty,
}

/// A store in a PostgreSQL database. Clones share it.
#[derive(Clone)]
pub struct PostgresStore {
    writer: Writer,
    reader: Arc<Reader>,
    authorities: Arc<Authorities>,
    followers: Arc<Followers>,
}

impl PostgresStore {
    /// Connects, and brings the database up to this release first.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(connection: &str) -> Result<Self, OpenError> {
        let link = Link::parse(connection)?;
        schema::migrate(&mut link.connect().await?).await?;
        Ok(Self::over(link))
    }

    fn over(link: Link) -> Self {
        let followers = Arc::new(Followers::default());
        tokio::spawn(link::listen(link.clone(), Arc::downgrade(&followers)));
        let writer = Writer::start(link.clone(), Arc::clone(&followers));
        Self { writer, reader: Arc::new(Reader::new(link)), authorities: Arc::default(), followers }
    }
}

/// The writer answers each deed in kind; anything else is a defect.
fn mismatch<T>(done: &Done) -> Result<T, StoreError> {
    Err(StoreError::Unavailable(format!("the writer answered {done:?}")))
}

#[async_trait]
impl Store for PostgresStore {
    async fn agree_on_key(&self, fingerprint: SecretHash) -> Result<bool, StoreError> {
        match self.writer.write(Deed::AgreeOnKey { fingerprint }).await? {
            Done::Agreed(agreed) => Ok(agreed),
            other => mismatch(&other),
        }
    }

    async fn replace_key(&self, fingerprint: SecretHash) -> Result<(), StoreError> {
        self.writer.write(Deed::ReplaceKey { fingerprint }).await.map(drop)
    }

    async fn add_invite(&self, invite: SecretHash, expires: u64) -> Result<(), StoreError> {
        self.writer.write(Deed::AddInvite { invite, expires }).await.map(drop)
    }

    async fn register(
        &self,
        invite: SecretHash,
        practice: PracticeId,
        pin: Thumbprint,
        manifest: ManifestRecord,
        roster: RosterRecord,
        note: AccessNote,
    ) -> Result<Registered, StoreError> {
        let new = Registering { invite, practice, pin, manifest, roster, note };
        match self.writer.write(Deed::Register(Box::new(new))).await? {
            Done::Registered(registered) => Ok(registered),
            other => mismatch(&other),
        }
    }

    async fn authority(&self, practice: &PracticeId) -> Result<Option<Arc<Authority>>, StoreError> {
        let reading = self.reader.client().await?;
        let Some(stamp) = read::stamp(&reading, practice).await? else { return Ok(None) };
        if let Some(found) = self.authorities.find(practice, stamp) {
            return Ok(Some(found));
        }
        let authority = read::authority(&reading, practice).await?;
        Ok(authority.map(|authority| self.authorities.keep(authority)))
    }

    async fn manifest(&self, practice: &PracticeId) -> Result<Option<ManifestRecord>, StoreError> {
        read::manifest(&*self.reader.client().await?, practice).await
    }

    async fn put_manifest(
        &self,
        practice: &PracticeId,
        manifest: ManifestRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError> {
        let deed = Deed::PutManifest { practice: practice.clone(), manifest, note };
        match self.writer.write(deed).await? {
            Done::Published(published) => Ok(published),
            other => mismatch(&other),
        }
    }

    async fn roster(&self, practice: &PracticeId) -> Result<Option<SignedRoster>, StoreError> {
        read::roster(&*self.reader.client().await?, practice).await
    }

    async fn put_roster(
        &self,
        practice: &PracticeId,
        roster: RosterRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError> {
        let deed = Deed::PutRoster { practice: practice.clone(), roster: Box::new(roster), note };
        match self.writer.write(deed).await? {
            Done::Published(published) => Ok(published),
            other => mismatch(&other),
        }
    }

    async fn append(
        &self,
        entry: SealedEntry,
        received_ms: u64,
        quota: Quota,
        note: Option<AccessNote>,
    ) -> Result<Appended, StoreError> {
        match self.writer.write(Deed::Append { entry, received_ms, quota, note }).await? {
            Done::Appended(appended) => Ok(appended),
            other => mismatch(&other),
        }
    }

    async fn erase(
        &self,
        evidence: SealedEntry,
        entries: Vec<EntryId>,
        received_ms: u64,
        note: AccessNote,
    ) -> Result<Erased, StoreError> {
        match self.writer.write(Deed::Erase { evidence, entries, received_ms, note }).await? {
            Done::Erased(erased) => Ok(erased),
            other => mismatch(&other),
        }
    }

    async fn expire(
        &self,
        practice: &PracticeId,
        before_ms: u64,
        note: AccessNote,
    ) -> Result<u64, StoreError> {
        let deed = Deed::Expire { practice: practice.clone(), before_ms, note };
        match self.writer.write(deed).await? {
            Done::Expired(number) => Ok(number),
            other => mismatch(&other),
        }
    }

    async fn practices(&self) -> Result<Vec<PracticeId>, StoreError> {
        read::practices(&*self.reader.client().await?).await
    }

    async fn link_unsubscribe(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        thread: ThreadId,
        note: AccessNote,
    ) -> Result<Linked, StoreError> {
        let deed = Deed::LinkUnsubscribe { practice: practice.clone(), token, thread, note };
        match self.writer.write(deed).await? {
            Done::Linked(linked) => Ok(linked),
            other => mismatch(&other),
        }
    }

    async fn is_unsubscribe_link(
        &self,
        practice: &PracticeId,
        token: SecretHash,
    ) -> Result<bool, StoreError> {
        unsubscribe::is_known(&*self.reader.client().await?, practice, token).await
    }

    async fn opt_out(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        time_ms: u64,
    ) -> Result<bool, StoreError> {
        let deed = Deed::OptOut { practice: practice.clone(), token, time_ms };
        match self.writer.write(deed).await? {
            Done::OptedOut(known) => Ok(known),
            other => mismatch(&other),
        }
    }

    async fn opt_outs(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<Vec<OptOut>>, StoreError> {
        unsubscribe::opt_outs(&*self.reader.client().await?, practice, after, limit).await
    }

    async fn receipt(&self, practice: &PracticeId, entry: EntryId) -> Result<Option<Receipt>, StoreError> {
        read::receipt(&*self.reader.client().await?, practice, entry).await
    }

    async fn page(&self, practice: &PracticeId, after: u64, limit: u32) -> Result<Option<Page>, StoreError> {
        read::page(&*self.reader.client().await?, practice, after, limit).await
    }

    async fn follow(&self, practice: &PracticeId) -> Result<Option<watch::Receiver<Head>>, StoreError> {
        let heads = self.followers.follow(practice);
        let present = read::head(&*self.reader.client().await?, practice).await?;
        Ok(present.map(|(_, head)| {
            self.followers.publish(practice, head);
            heads
        }))
    }

    async fn use_assertion(
        &self,
        practice: &PracticeId,
        jti: SecretHash,
        expires: u64,
    ) -> Result<bool, StoreError> {
        let deed = Deed::UseAssertion { practice: practice.clone(), jti, expires };
        match self.writer.write(deed).await? {
            Done::FirstUse(first) => Ok(first),
            other => mismatch(&other),
        }
    }

    async fn add_token(&self, token: TokenRecord, note: AccessNote) -> Result<(), StoreError> {
        self.writer.write(Deed::AddToken { token, note }).await.map(drop)
    }

    async fn token(&self, hash: SecretHash) -> Result<Option<TokenRecord>, StoreError> {
        read::token(&*self.reader.client().await?, hash).await
    }

    async fn note(&self, practice: &PracticeId, note: AccessNote) -> Result<(), StoreError> {
        self.writer.write(Deed::Note { practice: practice.clone(), note }).await.map(drop)
    }

    async fn access_page(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<AccessPage>, StoreError> {
        read::access_page(&*self.reader.client().await?, practice, after, limit).await
    }

    async fn access_hashes(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ChainHash>, StoreError> {
        read::access_hashes(&*self.reader.client().await?, practice, after, limit).await
    }

    async fn remove_expired(&self, now: u64) -> Result<u64, StoreError> {
        match self.writer.write(Deed::RemoveExpired { now }).await? {
            Done::Removed(count) => Ok(count),
            other => mismatch(&other),
        }
    }

    fn measures(&self) -> StoreMeasures {
        self.writer.measures()
    }

    async fn check_ready(&self) -> Result<(), StoreError> {
        self.writer.write(Deed::Probe).await.map(drop)
    }
}
