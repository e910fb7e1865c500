//! The access log: a second chain per practice, written in the transaction of what it records.

use super::entries::{log_key, practice_key, seq_of};
use super::writer::Work;
use crate::store::{AccessNote, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use wire::access::{AccessHead, AccessPage, AccessRecord, ChainedRecord};
use wire::{ChainHash, PracticeId};

pub(super) fn note(work: &mut Work<'_>, practice: &PracticeId, note: AccessNote) -> Result<(), StoreError> {
    let unknown = || StoreError::Unavailable("a note on an unknown practice".into());
    let key = practice_key(work.transaction, practice)?.ok_or_else(unknown)?;
    let (head, time) = end_of(work.transaction, key, practice)?;
    let record = AccessRecord {
        seq: head.seq + 1,
        time: note.time_ms.max(time),
        request: note.request,
        actor: note.actor,
        action: note.action,
        ending: note.ending,
        subject: note.subject,
    };
    let hash = record.chain(&head.hash);
    let json = serde_json::to_string(&record).map_err(damaged)?;
    work.transaction
        .prepare_cached("INSERT INTO access (key, time, record, hash) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![log_key(key, record.seq), record.time, json, hash.as_bytes()])?;
    Ok(())
}

pub(super) fn page(
    connection: &mut Connection,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<AccessPage>, StoreError> {
    // One read transaction: the head belongs to the records.
    let transaction = connection.transaction()?;
    let Some(key) = practice_key(&transaction, practice)? else { return Ok(None) };
    let (head, _) = end_of(&transaction, key, practice)?;
    let mut statement = transaction.prepare_cached(
        "SELECT record, hash FROM access WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    )?;
    let from = log_key(key, after.min(head.seq));
    let mut rows = statement.query(params![from, log_key(key, head.seq), limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let record = serde_json::from_str(&row.get::<_, String>(0)?).map_err(damaged)?;
        records.push(ChainedRecord { record, hash: ChainHash::from_bytes(row.get(1)?) });
    }
    Ok(Some(AccessPage { records, head }))
}

pub(super) fn hashes(
    connection: &Connection,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Vec<ChainHash>, StoreError> {
    let Some(key) = practice_key(connection, practice)? else { return Ok(Vec::new()) };
    let sql = "SELECT hash FROM access WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![log_key(key, after), log_key(key + 1, 0), limit], |row| {
        Ok(ChainHash::from_bytes(row.get(0)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn end_of(connection: &Connection, key: i64, practice: &PracticeId) -> rusqlite::Result<(AccessHead, u64)> {
    let last = connection
        .prepare_cached(
            "SELECT key, hash, time FROM access WHERE key > ?1 AND key < ?2 ORDER BY key DESC LIMIT 1",
        )?
        .query_row([log_key(key, 0), log_key(key + 1, 0)], |row| {
            let head = AccessHead { seq: seq_of(row.get(0)?), hash: ChainHash::from_bytes(row.get(1)?) };
            Ok((head, row.get(2)?))
        })
        .optional()?;
    Ok(last.unwrap_or((AccessHead::empty(practice), 0)))
}

fn damaged(error: serde_json::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}
