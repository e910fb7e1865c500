//! `anteroom-relay adopt-key`.

use crate::data::{DataError, DataFolder, Database};
use crate::key::RelayKey;
use crate::store::StoreError;
use std::path::Path;

/// Why the database keeps to the key that it has.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder, the key or the database.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A write failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the key in `file` the one of all relays on the database, in place of one that is lost. Practices find from
/// then on that checkpoints of their access logs are signed by another key than they were told.
///
/// # Errors
/// [`KeyError`].
pub async fn adopt_key(data: &DataFolder, database: &Database, file: &Path) -> Result<(), KeyError> {
    let key = RelayKey::open(file).map_err(DataError::file("cannot use the key in", file))?;
    Ok(database.open(data).await?.replace_key(key.fingerprint()).await?)
}
