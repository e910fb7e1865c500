//! Tables, and how a database of an older release becomes one of this release.

use rusqlite::Connection;

/// One step each; `PRAGMA user_version` counts the steps taken. A step that was released is never
/// edited: the next change is a new step.
const MIGRATIONS: [&str; 5] = [
    include_str!("0001.sql"),
    include_str!("0002.sql"),
    include_str!("0003.sql"),
    include_str!("0004.sql"),
    include_str!("0005.sql"),
];

/// The version that this release writes.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Brings the database up to this release.
///
/// # Errors
/// When SQLite fails, or when a newer release wrote the database.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), MigrationError> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let steps = MIGRATIONS.get(done..).ok_or(MigrationError::Newer)?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    Ok(transaction.commit()?)
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// SQLite's own words.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A downgrade could lose data.
    #[error("the database was written by a newer release of anteroom-relay")]
    Newer,
}
