//! Practices on this relay: an invite for one, one whose owner handed over a registration, all of them.

use crate::access::{Outcome, Registrar, Registration, Relay, Rules};
use crate::clock::{Clock, SystemClock};
use crate::data::{DataError, DataFolder, Database};
use crate::error::RelayError;
use crate::key::RelayKey;
use crate::limits::Rate;
use crate::proof::Terms;
use crate::secret::{SecretHash, make_secret};
use crate::store::{Quota, Store, StoreError};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::PracticeId;
use wire::access::RequestId;

/// An invite is good for a week.
const INVITE_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Why a practice is not added, or not told.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// The folder or the database.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system has no randomness to give.
    #[error("no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    /// Not what `anteroom init` writes.
    #[error("{path} is not a registration: {cause}")]
    Content {
        /// Which file.
        path: PathBuf,
        /// Where and what.
        cause: serde_json::Error,
    },
    /// The registration is not accepted.
    #[error("the practice is not added: {0}")]
    Refused(#[from] RelayError),
}

/// Makes a one-time invite.
///
/// # Errors
/// [`PracticeError`].
pub async fn invite(data: &DataFolder, database: &Database) -> Result<String, PracticeError> {
    make_invite(&*database.open(data).await?, INVITE_SECONDS).await
}

/// Registers the practice in `registration`, a file that `anteroom init` wrote, after the same checks as
/// a registration by network. Its name.
///
/// # Errors
/// [`PracticeError`].
pub async fn add_practice(
    data: &DataFolder,
    database: &Database,
    registration: &Path,
) -> Result<PracticeId, PracticeError> {
    let text = fs::read(registration).map_err(DataError::file("cannot read", registration))?;
    let wrong = |cause| PracticeError::Content { path: registration.into(), cause };
    let registration: Registration = serde_json::from_slice(&text).map_err(wrong)?;
    let store = database.open(data).await?;
    let invite = make_invite(&*store, 60).await?;
    let rules = Rules { submissions: Rate::Unlimited, proof: Terms::default(), quota: Quota::UNLIMITED };
    // A registration is judged without the relay's key.
    let key = RelayKey::from_seed([0; 32]);
    let relay = Relay::new(store, Arc::new(SystemClock), "", &key, rules);
    let registrar = Registrar::new(relay, &invite, RequestId::new(getrandom::u64()?));
    match registrar.register(registration).await? {
        Outcome::New(made) | Outcome::Same(made) => Ok(made.practice),
    }
}

/// Every practice, with the number of entries in its log.
///
/// # Errors
/// [`PracticeError`].
pub async fn practices(
    data: &DataFolder,
    database: &Database,
) -> Result<Vec<(PracticeId, u64)>, PracticeError> {
    let store = database.open(data).await?;
    let mut found = Vec::new();
    for practice in store.practices().await? {
        let page = store.page(&practice, u64::MAX >> 1, 1).await?;
        found.push((practice, page.map_or(0, |page| page.head.seq)));
    }
    Ok(found)
}

async fn make_invite(store: &dyn Store, seconds: u64) -> Result<String, PracticeError> {
    let secret = make_secret()?;
    store.add_invite(SecretHash::of(&secret), SystemClock.now_s() + seconds).await?;
    Ok(secret)
}
