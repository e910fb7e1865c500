//! Reading the database as plain rows, beside a relay that writes it.

use super::entries::{log_key, seq_of};
use super::{MigrationError, connect, schema};
use crate::store::rows::{ACCESS, Cell, ENTRY, Kind, LogEnd, PracticeRow, Row, Table};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use wire::access::AccessHead;
use wire::{ChainHash, Head, PracticeId};

/// What one read returns at most.
const ROWS: u32 = 500;

/// A database that is only read.
pub struct Source {
    connection: Connection,
    path: PathBuf,
}

/// As long as it lives, nobody writes the database.
pub struct Still(#[expect(dead_code, reason = "its open transaction is the lock")] Connection);

impl Source {
    /// Opens the database at `path`, which this release must have written.
    ///
    /// # Errors
    /// [`MigrationError`].
    pub fn open(path: &Path) -> Result<Self, MigrationError> {
        let mut connection = connect(path)?;
        schema::migrate(&mut connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self { connection, path: path.into() })
    }

    /// Takes the lock of writing, without writing.
    ///
    /// # Errors
    /// SQLite's own, when somebody writes for longer than it waits.
    pub fn hold(&self) -> Result<Still, MigrationError> {
        let connection = connect(&self.path)?;
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Still(connection))
    }

    /// Every practice, with the ends of its logs as of one moment.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn practices(&mut self) -> rusqlite::Result<Vec<PracticeRow>> {
        let transaction = self.connection.transaction()?;
        let mut statement = transaction.prepare("SELECT key, name, pin, bytes FROM practice ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let mut practices = Vec::new();
        for row in rows {
            let (key, name, pin, bytes): (i64, String, String, i64) = row?;
            let log = end(&transaction, &ENTRY, key, &name)?;
            let access = end(&transaction, &ACCESS, key, &name)?;
            practices.push(PracticeRow { key, name, pin, bytes, log, access });
        }
        Ok(practices)
    }

    /// Chain hash of a log after `seq`, if it goes that far.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn hash_at(&self, log: &Table, practice: i64, seq: i64) -> rusqlite::Result<Option<[u8; 32]>> {
        let sql = format!("SELECT hash FROM {} WHERE key = ?1", log.name);
        let key = log_key(practice, seq.unsigned_abs());
        self.connection.prepare_cached(&sql)?.query_row([key], |row| row.get(0)).optional()
    }

    /// Some rows of a log, from behind `after` up to and including `last`, in order.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn log_rows(&self, log: &Table, practice: i64, after: i64, last: i64) -> rusqlite::Result<Vec<Row>> {
        let columns: Vec<&str> = log.columns.iter().skip(2).map(|(name, _)| *name).collect();
        let sql = format!(
            "SELECT key, {} FROM {} WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT {ROWS}",
            columns.join(", "),
            log.name
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let range = [after, last].map(|seq| log_key(practice, seq.unsigned_abs()));
        let rows = statement.query_map(range, |row| {
            let seq = i64::try_from(seq_of(row.get(0)?)).unwrap_or(i64::MAX);
            let mut cells = vec![Cell::Number(Some(practice)), Cell::Number(Some(seq))];
            for (index, (_, kind)) in log.columns.iter().enumerate().skip(2) {
                cells.push(cell(row, index - 1, *kind)?);
            }
            Ok(cells)
        })?;
        rows.collect()
    }

    /// Every row of a table.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn rows(&self, table: &Table) -> rusqlite::Result<Vec<Row>> {
        let mut statement =
            self.connection.prepare(&format!("SELECT {} FROM {}", table.names(), table.name))?;
        let rows = statement.query_map([], |row| {
            let cells = table.columns.iter().enumerate();
            cells.map(|(index, (_, kind))| cell(row, index, *kind)).collect()
        })?;
        rows.collect()
    }

    /// The seqs of a practice's tombstones.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn tombstones(&self, practice: i64) -> rusqlite::Result<Vec<i64>> {
        let sql = "SELECT key FROM entry WHERE key > ?1 AND key < ?2 AND body IS NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![log_key(practice, 0), log_key(practice + 1, 0)], |row| {
            Ok(i64::try_from(seq_of(row.get(0)?)).unwrap_or(i64::MAX))
        })?;
        rows.collect()
    }
}

fn cell(row: &rusqlite::Row<'_>, index: usize, kind: Kind) -> rusqlite::Result<Cell> {
    Ok(match kind {
        Kind::Number => Cell::Number(row.get(index)?),
        Kind::Text => Cell::Text(row.get(index)?),
        Kind::Bytes => Cell::Bytes(row.get(index)?),
    })
}

fn end(connection: &Connection, log: &Table, practice: i64, name: &str) -> rusqlite::Result<LogEnd> {
    let sql = format!(
        "SELECT key, hash, time FROM {} WHERE key > ?1 AND key < ?2 ORDER BY key DESC LIMIT 1",
        log.name
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row([log_key(practice, 0), log_key(practice + 1, 0)], |row| {
            let seq = i64::try_from(seq_of(row.get(0)?)).unwrap_or(i64::MAX);
            Ok(LogEnd { seq, hash: row.get(1)?, time: row.get(2)? })
        })
        .optional()?;
    Ok(found.unwrap_or(LogEnd { seq: 0, hash: genesis(log, name), time: 0 }))
}

/// The hash of an empty log.
fn genesis(log: &Table, name: &str) -> [u8; 32] {
    let Ok(practice) = name.parse::<PracticeId>() else { return [0; 32] };
    let hash: ChainHash = match log.name {
        "entry" => Head::empty(&practice).hash,
        _ => AccessHead::empty(&practice).hash,
    };
    *hash.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rows::WHOLE;

    /// A new table or column is carried over, or this says that it is not.
    #[test]
    fn a_migration_carries_every_column() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        let names = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        let mut carried: Vec<&str> = WHOLE.iter().map(|table| table.name).collect();
        carried.extend(["entry", "access", "practice"]);
        carried.sort_unstable();
        assert_eq!(tables, carried);

        let columns = |table: &str| names(&format!("SELECT name FROM pragma_table_info('{table}')"));
        assert_eq!(columns("practice"), ["key", "name", "pin", "bytes"]);
        // `key` holds practice and seq; the time of an access record is in the record too.
        assert_eq!(columns("access"), ["key", "time", "record", "hash"]);
        let of = |table: &Table| table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let mut entry = columns("entry");
        entry.retain(|name| name != "key");
        let mut carried = of(&ENTRY);
        carried.retain(|name| *name != "seq");
        assert_eq!(entry, carried);
        for table in &WHOLE {
            assert_eq!(columns(table.name), of(table), "{}", table.name);
        }
    }
}
