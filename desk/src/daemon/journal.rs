//! What this program has begun and not finished, on disk before it goes on: after a crash it can tell what it has
//! done for certain, what it has not, and what it cannot know.
//!
//! A row holds ids, times and sealed entries; nothing in it is readable without the practice's keys.

use crate::failure::{Exit, Failure};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use wire::EntryId;

/// How far an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The claim is on its way to the log; whether it arrived is not known. Nothing is done in the world.
    Claiming,
    /// The claim is ours. Nothing is done in the world.
    Claimed,
    /// It is being handed over. A row found in this stage after a start may or may not have had its effect.
    HandingOver,
    /// The outcome is known and on its way to the log.
    Settling,
}

impl Stage {
    const fn code(self) -> u8 {
        match self {
            Self::Claiming => 1,
            Self::Claimed => 2,
            Self::HandingOver => 3,
            Self::Settling => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Claiming,
            2 => Self::Claimed,
            3 => Self::HandingOver,
            4 => Self::Settling,
            _ => return None,
        })
    }
}

/// An effect that is not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Id of the claim in the log.
    pub(crate) id: EntryId,
    /// How far it is.
    pub(crate) stage: Stage,
    /// The sealed claim, as sent: sent again it gives the same receipt, if it is ours.
    pub(crate) claim: String,
    /// The sealed outcome.
    pub(crate) outcome: Option<String>,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// When it was begun, in milliseconds.
    pub(crate) begun: u64,
    /// Not before this, in milliseconds.
    pub(crate) not_before: u64,
}

/// The file.
pub(crate) struct Journal(Connection);

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS effects (
    id BLOB PRIMARY KEY, stage INTEGER NOT NULL, claim TEXT NOT NULL, outcome TEXT,
    tries INTEGER NOT NULL, begun INTEGER NOT NULL, not_before INTEGER NOT NULL) STRICT";

impl Journal {
    /// Opens or makes the file. Every change is on disk before the call returns.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::prepare(Connection::open(path).map_err(|error| failed(&error))?)
    }

    fn prepare(connection: Connection) -> Result<Self, Failure> {
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;";
        connection
            .execute_batch(pragmas)
            .and_then(|()| connection.execute_batch(SCHEMA))
            .map_err(|error| failed(&error))?;
        Ok(Self(connection))
    }

    /// Writes a row, in place of one with its id.
    pub(crate) fn put(&self, row: &Row) -> Result<(), Failure> {
        let sql = "INSERT OR REPLACE INTO effects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let stored = self.0.execute(
            sql,
            params![
                row.id.as_bytes(),
                row.stage.code(),
                row.claim,
                row.outcome,
                row.tries,
                signed(row.begun),
                signed(row.not_before)
            ],
        );
        stored.map(|_| ()).map_err(|error| failed(&error))
    }

    /// Takes a row out: nothing more is to be done.
    pub(crate) fn finish(&self, id: &EntryId) -> Result<(), Failure> {
        let done = self.0.execute("DELETE FROM effects WHERE id = ?1", [id.as_bytes()]);
        done.map(|_| ()).map_err(|error| failed(&error))
    }

    /// The row of an effect.
    pub(crate) fn find(&self, id: &EntryId) -> Result<Option<Row>, Failure> {
        self.0
            .query_row("SELECT * FROM effects WHERE id = ?1", [id.as_bytes()], read)
            .optional()
            .map_err(|error| failed(&error))
    }

    /// Everything that is not finished, oldest first.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Failure> {
        let mut statement = self
            .0
            .prepare_cached("SELECT * FROM effects ORDER BY begun, id")
            .map_err(|error| failed(&error))?;
        let rows = statement.query_map([], read).map_err(|error| failed(&error))?;
        rows.collect::<Result<_, _>>().map_err(|error| failed(&error))
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let unreadable =
        |column| rusqlite::Error::InvalidColumnType(column, "effects".into(), rusqlite::types::Type::Null);
    Ok(Row {
        id: EntryId::from_bytes(row.get(0)?),
        stage: Stage::from_code(row.get(1)?).ok_or_else(|| unreadable(1))?,
        claim: row.get(2)?,
        outcome: row.get(3)?,
        tries: row.get(4)?,
        begun: row.get::<_, i64>(5)?.unsigned_abs(),
        not_before: row.get::<_, i64>(6)?.unsigned_abs(),
    })
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn failed(error: &rusqlite::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("the desk's journal failed: {error}"),
        "check that its disk is not full and that the file is not damaged; without it nothing is sent",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_there_after_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let row = |n: u8, stage| Row {
            id: EntryId::from_bytes([n; 16]),
            stage,
            claim: "sealed".into(),
            outcome: None,
            tries: 2,
            begun: u64::from(n),
            not_before: 7,
        };
        let journal = Journal::open(&path).unwrap();
        journal.put(&row(2, Stage::Claiming)).unwrap();
        journal.put(&row(1, Stage::Claiming)).unwrap();
        journal.put(&row(2, Stage::HandingOver)).unwrap();
        drop(journal);
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.rows().unwrap(), [row(1, Stage::Claiming), row(2, Stage::HandingOver)]);
        journal.finish(&EntryId::from_bytes([1; 16])).unwrap();
        assert_eq!(journal.find(&EntryId::from_bytes([1; 16])).unwrap(), None);
        assert_eq!(journal.find(&EntryId::from_bytes([2; 16])).unwrap(), Some(row(2, Stage::HandingOver)));
    }
}
