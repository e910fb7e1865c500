//! `anteroom-relay check`.

use crate::data::{DataError, DataFolder, Database};
use crate::store::{Findings, postgres, sqlite};

/// Why a check does not end well.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The folder or the database cannot be opened.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Something in it is not as it was written; practice and seq are named.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// Checks the database's own integrity (SQLite), and both chains of every practice from end to end.
///
/// # Errors
/// [`CheckError`].
pub async fn check(data: &DataFolder, database: &Database) -> Result<Findings, CheckError> {
    match database {
        Database::InData => sqlite::check(&data.database()).map_err(CheckError::Damaged),
        Database::Postgres(connection) => {
            let store = postgres::PostgresStore::open(connection).await.map_err(DataError::from)?;
            postgres::check(&store).await.map_err(CheckError::Damaged)
        }
    }
}
