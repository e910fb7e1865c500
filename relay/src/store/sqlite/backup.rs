//! A copy of a database in one file, with the data folder's other files in a table beside the relay's own.

use super::check::check_connection;
use super::schema::{self, MigrationError};
use crate::store::Findings;
use rusqlite::{Connection, params};
use std::path::Path;

/// Not one of `schema`'s tables: it is in backups only.
const FILES: &str = "CREATE TABLE file (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT";

/// A backup that is being made or taken back.
pub struct Copy(Connection);

impl Copy {
    /// Copies the database at `path` into the empty file `copy`, as of one moment; a relay may go on
    /// writing it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn make(path: &Path, copy: &Path) -> Result<Self, MigrationError> {
        super::connect(path)?.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
        let made = Self(open(copy)?);
        made.0.execute_batch(FILES)?;
        Ok(made)
    }

    /// Opens a copy of a backup, which becomes a relay's database by [`Copy::settle`].
    ///
    /// # Errors
    /// SQLite's own, or that a newer release wrote it.
    pub fn open(path: &Path) -> Result<Self, MigrationError> {
        let connection = open(path)?;
        let version: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > schema::VERSION { Err(MigrationError::Newer) } else { Ok(Self(connection)) }
    }

    /// SQLite's own check, and every chain from end to end.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn check(&mut self) -> Result<Findings, String> {
        schema::migrate(&mut self.0).map_err(|error| error.to_string())?;
        check_connection(&mut self.0)
    }

    /// Puts a file into the backup.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn put_file(&self, name: &str, content: &[u8]) -> rusqlite::Result<()> {
        let sql = "INSERT INTO file (name, content) VALUES (?1, ?2)";
        self.0.prepare_cached(sql)?.execute(params![name, content]).map(drop)
    }

    /// Hands every file to `take`.
    ///
    /// # Errors
    /// SQLite's own, and what `take` returns.
    pub fn each_file<E: From<rusqlite::Error>>(
        &self,
        mut take: impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.0.prepare("SELECT name, content FROM file ORDER BY name")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, content): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            take(&name, &content)?;
        }
        Ok(())
    }

    /// Leaves only what a relay's database holds.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn settle(self) -> rusqlite::Result<()> {
        self.0.execute_batch("DROP TABLE file; VACUUM")
    }
}

/// One file, without a log beside it.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Gives free pages back to the disk. Nobody else may use the database.
///
/// # Errors
/// SQLite's own.
pub fn compact(path: &Path) -> Result<(), MigrationError> {
    super::connect(path)?.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}
