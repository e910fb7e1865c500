//! `anteroom-relay gc`.

use crate::clock::{Clock, SystemClock};
use crate::data::{DataError, DataFolder, Database};
use crate::store::StoreError;
use crate::store::sqlite::{OpenError, compact};
use std::fs;

/// What a collection took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collected {
    /// Expired invites, used assertions and tokens.
    pub expired: u64,
    /// What became of the free space in the SQLite file.
    pub space: Space,
}

/// What became of free space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// This many bytes were given back to the disk.
    Returned(u64),
    /// A relay uses the file, and will use the space in it again.
    InUse,
    /// PostgreSQL looks after its own.
    Elsewhere,
}

/// Why nothing was collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The folder or the database.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A write failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes what has expired, which a running relay does too, and gives the space of what was removed and
/// erased back to the disk if no relay runs. Entries and versions of the widget are never collected.
///
/// # Errors
/// [`CollectError`].
pub async fn collect(data: &DataFolder, database: &Database) -> Result<Collected, CollectError> {
    let store = database.open(data).await?;
    let expired = store.remove_expired(SystemClock.now_s()).await?;
    drop(store);
    let space = match database {
        Database::Postgres(_) => Space::Elsewhere,
        Database::InData => match data.lock() {
            Err(DataError::InUse(_)) => Space::InUse,
            lock => {
                let _lock = lock?;
                let path = data.database();
                let size = || fs::metadata(&path).map(|file| file.len()).unwrap_or_default();
                let before = size();
                compact(&path).map_err(OpenError::from).map_err(DataError::from)?;
                Space::Returned(before.saturating_sub(size()))
            }
        },
    };
    Ok(Collected { expired, space })
}
