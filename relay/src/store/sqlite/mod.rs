//! The default backend: one SQLite file in WAL mode with `synchronous=FULL`, one writing thread with
//! group commit, a few reading connections.

mod access;
mod authorities;
mod backup;
mod check;
mod checkpoint;
mod entries;
mod erase;
mod export;
mod practices;
mod schema;
mod secrets;
mod unsubscribe;
mod writer;

pub use backup::{Copy, compact};
pub use check::check;
pub use export::Source;
pub use schema::MigrationError;

use super::room::Room;
use super::{
    AccessNote, Appended, Authority, Erased, Followers, Linked, ManifestRecord, Published, Quota, Registered,
    RosterRecord, Store, StoreError, TokenRecord,
};
use crate::metrics::StoreMeasures;
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use async_trait::async_trait;
use authorities::Authorities;
use checkpoint::{Checkpoints, LOG_PAGES};
use practices::Registering;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use wire::access::AccessPage;
use wire::api::{Page, Receipt, SignedRoster};
use wire::unsubscribe::OptOut;
use wire::{ChainHash, EntryId, Head, PracticeId, ThreadId, Thumbprint};
use writer::{Work, Writer};

/// Reading connections: more would only wait for the same cores.
const READERS: usize = 4;

/// Of a new database, in bytes. Two short inquiries lie on one page: fewer calls to write than with SQLite's own 4,096.
const PAGE_SIZE: u32 = 8_192;

/// SQLite's `cache_size`, in KiB where negative. An append to any practice finds the ends of its table and index here; a
/// reader reads what lies together, mostly once.
const WRITER_CACHE: i32 = -8_192;
const READER_CACHE: i32 = -512;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite's own words, or a database of a newer release.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// A connection or the writing thread could not be made.
    #[error("cannot open the database: {0}")]
    Open(String),
}

/// A store in one file. Clones share it.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    room: Room,
    readers: Arc<Mutex<Vec<Connection>>>,
    reading: Arc<Semaphore>,
    authorities: Arc<Authorities>,
    followers: Arc<Followers>,
}

impl SqliteStore {
    /// Opens the database at `path`, made or brought up to this release first.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let mut writing = connect(path)?;
        schema::migrate(&mut writing)?;
        let readers = (0..READERS).map(|_| connect(path)).collect::<Result<Vec<_>, _>>()?;
        for reader in &readers {
            reader.pragma_update(None, "query_only", true).map_err(MigrationError::Sqlite)?;
            reader.pragma_update(None, "cache_size", READER_CACHE).map_err(MigrationError::Sqlite)?;
        }
        let followers = Arc::new(Followers::default());
        let opening = |error: std::io::Error| OpenError::Open(error.to_string());
        writing.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).map_err(MigrationError::Sqlite)?;
        writing.pragma_update(None, "cache_size", WRITER_CACHE).map_err(MigrationError::Sqlite)?;
        let checkpoints = Checkpoints::start(connect(path)?).map_err(opening)?;
        let writer = Writer::start(writing, checkpoints, Arc::clone(&followers)).map_err(opening)?;
        Ok(Self {
            writer,
            room: Room::default(),
            readers: Arc::new(Mutex::new(readers)),
            reading: Arc::new(Semaphore::new(READERS)),
            authorities: Arc::default(),
            followers,
        })
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ended = || StoreError::Unavailable("no reading connection".into());
        let permit = Arc::clone(&self.reading).acquire_owned().await.map_err(|_| ended())?;
        let readers = Arc::clone(&self.readers);
        let task = tokio::task::spawn_blocking(move || {
            let taken = readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = taken.ok_or_else(ended)?;
            let done = work(&mut connection);
            readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            drop(permit);
            done
        });
        task.await.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

fn connect(path: &Path) -> Result<Connection, MigrationError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL syncs the log at every commit; NORMAL would lose acknowledged entries with the power. Synced by the relay
    // itself after the commit, they would be safe, but readers would see them before, and would remember a head that
    // the power may take back.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Bytes of an erased body are overwritten, not left in free pages.
    connection.pragma_update(None, "secure_delete", true)?;
    // What a write that fails alone is taken back with: a savepoint's old pages need no file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[async_trait]
impl Store for SqliteStore {
    async fn agree_on_key(&self, fingerprint: SecretHash) -> Result<bool, StoreError> {
        self.writer.write(move |work| secrets::agree_on_key(work, fingerprint)).await
    }

    async fn replace_key(&self, fingerprint: SecretHash) -> Result<(), StoreError> {
        self.writer.write(move |work| secrets::replace_key(work, fingerprint)).await
    }

    async fn add_invite(&self, invite: SecretHash, expires: u64) -> Result<(), StoreError> {
        self.writer.write(move |work| secrets::add_invite(work, invite, expires)).await
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
        self.writer.write(move |work| practices::register(work, &new)).await
    }

    async fn authority(&self, practice: &PracticeId) -> Result<Option<Arc<Authority>>, StoreError> {
        let generation = match self.authorities.find(practice) {
            Ok(found) => return Ok(Some(found)),
            Err(generation) => generation,
        };
        let name = practice.clone();
        let loaded = self.read(move |connection| practices::authority(connection, &name)).await?;
        Ok(loaded.map(|authority| self.authorities.keep(generation, authority)))
    }

    async fn manifest(&self, practice: &PracticeId) -> Result<Option<ManifestRecord>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| practices::manifest(connection, &name)).await
    }

    async fn put_manifest(
        &self,
        practice: &PracticeId,
        manifest: ManifestRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError> {
        let (name, published) = (practice.clone(), practice.clone());
        let authorities = Arc::clone(&self.authorities);
        self.writer
            .write_then(
                move |work| practices::put_manifest(work, &name, &manifest, note),
                move || authorities.forget(&published),
            )
            .await
    }

    async fn roster(&self, practice: &PracticeId) -> Result<Option<SignedRoster>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| practices::roster(connection, &name)).await
    }

    async fn put_roster(
        &self,
        practice: &PracticeId,
        roster: RosterRecord,
        note: AccessNote,
    ) -> Result<Published, StoreError> {
        let (name, published) = (practice.clone(), practice.clone());
        let authorities = Arc::clone(&self.authorities);
        self.writer
            .write_then(
                move |work| practices::put_roster(work, &name, &roster, note),
                move || authorities.forget(&published),
            )
            .await
    }

    async fn append(
        &self,
        entry: SealedEntry,
        received_ms: u64,
        quota: Quota,
        note: Option<AccessNote>,
    ) -> Result<Appended, StoreError> {
        let room = self.room.take(entry.body().len())?;
        let alone = note.is_none();
        let append = move |work: &mut Work<'_>| {
            let _held = room;
            entries::append(work, &entry, received_ms, quota, note)
        };
        if alone { self.writer.write_statement(append).await } else { self.writer.write(append).await }
    }

    async fn erase(
        &self,
        evidence: SealedEntry,
        entries: Vec<EntryId>,
        received_ms: u64,
        note: AccessNote,
    ) -> Result<Erased, StoreError> {
        self.writer.write(move |work| erase::erase(work, &evidence, &entries, received_ms, note)).await
    }

    async fn expire(
        &self,
        practice: &PracticeId,
        before_ms: u64,
        note: AccessNote,
    ) -> Result<u64, StoreError> {
        // Found by a reader, so that a long look does not keep the writer.
        let name = practice.clone();
        let found = self.read(move |connection| erase::find_expired(connection, &name, before_ms)).await?;
        let Some(expired) = found.filter(|expired| !expired.is_empty()) else { return Ok(0) };
        let name = practice.clone();
        self.writer.write(move |work| erase::expire(work, &name, &expired, note)).await
    }

    async fn practices(&self) -> Result<Vec<PracticeId>, StoreError> {
        self.read(|connection| Ok(practices::names(connection)?)).await
    }

    async fn link_unsubscribe(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        thread: ThreadId,
        note: AccessNote,
    ) -> Result<Linked, StoreError> {
        let name = practice.clone();
        self.writer.write(move |work| unsubscribe::link(work, &name, token, thread, note)).await
    }

    async fn is_unsubscribe_link(
        &self,
        practice: &PracticeId,
        token: SecretHash,
    ) -> Result<bool, StoreError> {
        let name = practice.clone();
        self.read(move |connection| unsubscribe::is_known(connection, &name, token)).await
    }

    async fn opt_out(
        &self,
        practice: &PracticeId,
        token: SecretHash,
        time_ms: u64,
    ) -> Result<bool, StoreError> {
        let name = practice.clone();
        self.writer.write(move |work| unsubscribe::opt_out(work, &name, token, time_ms)).await
    }

    async fn opt_outs(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<Vec<OptOut>>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| unsubscribe::opt_outs(connection, &name, after, limit)).await
    }

    async fn receipt(&self, practice: &PracticeId, entry: EntryId) -> Result<Option<Receipt>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| entries::receipt(connection, &name, entry)).await
    }

    async fn page(&self, practice: &PracticeId, after: u64, limit: u32) -> Result<Option<Page>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| entries::page(connection, &name, after, limit)).await
    }

    async fn follow(&self, practice: &PracticeId) -> Result<Option<watch::Receiver<Head>>, StoreError> {
        let heads = self.followers.follow(practice);
        let name = practice.clone();
        let present = self.read(move |connection| entries::head(connection, &name)).await?;
        Ok(present.map(|head| {
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
        let name = practice.clone();
        self.writer.write(move |work| secrets::use_assertion(work, &name, jti, expires)).await
    }

    async fn add_token(&self, token: TokenRecord, note: AccessNote) -> Result<(), StoreError> {
        self.writer.write(move |work| secrets::add_token(work, &token, note)).await
    }

    async fn note(&self, practice: &PracticeId, note: AccessNote) -> Result<(), StoreError> {
        let name = practice.clone();
        self.writer.write(move |work| access::note(work, &name, note)).await
    }

    async fn access_page(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Option<AccessPage>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| access::page(connection, &name, after, limit)).await
    }

    async fn access_hashes(
        &self,
        practice: &PracticeId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<ChainHash>, StoreError> {
        let name = practice.clone();
        self.read(move |connection| access::hashes(connection, &name, after, limit)).await
    }

    async fn token(&self, hash: SecretHash) -> Result<Option<TokenRecord>, StoreError> {
        self.read(move |connection| secrets::token(connection, hash)).await
    }

    async fn remove_expired(&self, now: u64) -> Result<u64, StoreError> {
        self.writer.write(move |work| secrets::remove_expired(work, now)).await
    }

    fn measures(&self) -> StoreMeasures {
        self.writer.measures()
    }

    async fn check_ready(&self) -> Result<(), StoreError> {
        // Takes the write lock and commits: a full or read-only disk is seen here too.
        self.writer
            .write(|work| Ok(work.transaction.pragma_update(None, "user_version", schema::VERSION)?))
            .await
    }
}
