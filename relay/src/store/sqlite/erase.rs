//! Deleting bodies. The row, its hash and its place in the chain stay: a tombstone. What was in the deleted
//! body is overwritten (`secure_delete`), and the write-ahead log is emptied of it.

use super::access;
use super::entries::{append_entry, head, log_key, practice_key, seq_of};
use super::writer::Work;
use crate::sealed::SealedEntry;
use crate::store::{AccessNote, Appended, Erased, Quota, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, HashSet};
use wire::access::Subject;
use wire::{EntryId, EntryKind, PracticeId};

pub(super) fn erase(
    work: &mut Work<'_>,
    evidence: &SealedEntry,
    entries: &[EntryId],
    received_ms: u64,
    note: AccessNote,
) -> Result<Erased, StoreError> {
    let header = evidence.header();
    let unknown = || StoreError::Unavailable("erasure at an unknown practice".into());
    let key = practice_key(work.transaction, &header.practice)?.ok_or_else(unknown)?;
    let found = find(work.transaction, key, header.thread.as_bytes(), entries)?;
    let erased = match found {
        None => Erased::Unknown,
        Some(rows) => match append_entry(work, evidence, received_ms, Quota::UNLIMITED)? {
            Appended::New(receipt) => {
                delete_bodies(work, &header.practice, &rows)?;
                Erased::Done(receipt)
            }
            Appended::Same(receipt) => {
                delete_bodies(work, &header.practice, &rows)?;
                Erased::Before(receipt)
            }
            Appended::Conflict | Appended::Full => Erased::Conflict,
        },
    };
    let refused = matches!(erased, Erased::Conflict | Erased::Unknown);
    access::note(work, &header.practice, if refused { note.refused() } else { note })?;
    Ok(erased)
}

/// Where the entries lie; `None` if one of them is not of this thread, or a document.
fn find(
    connection: &Connection,
    practice: i64,
    thread: &[u8; 16],
    entries: &[EntryId],
) -> Result<Option<Vec<i64>>, StoreError> {
    let sql = "SELECT key FROM entry
               WHERE practice = ?1 AND substr(id, 11) = substr(?2, 11) AND id = ?2 AND thread = ?3 AND kind <> ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let parameters = params![practice, entry.as_bytes(), thread, EntryKind::Document.as_str()];
        let Some(row) = statement.query_row(parameters, |row| row.get(0)).optional()? else {
            return Ok(None);
        };
        rows.push(row);
    }
    Ok(Some(rows))
}

/// How many there were.
fn delete_bodies(work: &mut Work<'_>, practice: &PracticeId, rows: &[i64]) -> Result<u64, StoreError> {
    let (mut deleted, mut bytes) = (0, 0);
    for row in rows {
        let length: Option<u64> = work
            .transaction
            .prepare_cached("SELECT length(body) FROM entry WHERE key = ?1")?
            .query_row([row], |row| row.get(0))?;
        let Some(length) = length else { continue };
        work.transaction.prepare_cached("UPDATE entry SET body = NULL WHERE key = ?1")?.execute([row])?;
        (deleted, bytes) = (deleted + 1, bytes + length);
    }
    work.heads.subtract(work.transaction, practice, bytes)?;
    work.erased |= deleted > 0;
    Ok(deleted)
}

/// Entries of threads that are long quiet.
pub(super) struct Expired {
    /// The log was looked at up to here.
    seen: u64,
    /// By thread.
    rows: HashMap<[u8; 16], Vec<i64>>,
}

impl Expired {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Reads the log once: no index serves this, and none is kept for what happens once a day.
pub(super) fn find_expired(
    connection: &mut Connection,
    practice: &PracticeId,
    before_ms: u64,
) -> Result<Option<Expired>, StoreError> {
    let transaction = connection.transaction()?;
    let Some(key) = practice_key(&transaction, practice)? else { return Ok(None) };
    let seen = head(&transaction, practice)?.map_or(0, |head| head.seq);
    let mut statement = transaction.prepare_cached(
        "SELECT key, thread, time, kind, body IS NOT NULL FROM entry WHERE key > ?1 AND key <= ?2",
    )?;
    let mut records = statement.query([log_key(key, 0), log_key(key, seen)])?;
    let (mut rows, mut active) = (HashMap::<[u8; 16], Vec<i64>>::new(), HashSet::new());
    while let Some(record) = records.next()? {
        let (row, thread, time): (i64, [u8; 16], u64) = (record.get(0)?, record.get(1)?, record.get(2)?);
        if time >= before_ms {
            active.insert(thread);
        } else if record.get(4)? && record.get::<_, String>(3)? != EntryKind::Document.as_str() {
            rows.entry(thread).or_default().push(row);
        }
    }
    rows.retain(|thread, _| !active.contains(thread));
    Ok(Some(Expired { seen, rows }))
}

pub(super) fn expire(
    work: &mut Work<'_>,
    practice: &PracticeId,
    expired: &Expired,
    note: AccessNote,
) -> Result<u64, StoreError> {
    let Some(key) = practice_key(work.transaction, practice)? else { return Ok(0) };
    // Who wrote since the look is quiet no longer.
    let sql = "SELECT DISTINCT thread FROM entry WHERE key > ?1 AND key < ?2";
    let mut statement = work.transaction.prepare_cached(sql)?;
    let since = statement.query_map([log_key(key, expired.seen), log_key(key + 1, 0)], |row| row.get(0))?;
    let active = since.collect::<Result<HashSet<[u8; 16]>, _>>()?;
    drop(statement);
    let quiet = expired.rows.iter().filter(|(thread, _)| !active.contains(*thread));
    let mut rows: Vec<i64> = quiet.flat_map(|(_, rows)| rows.iter().copied()).collect();
    rows.sort_unstable();
    let deleted = delete_bodies(work, practice, &rows)?;
    if let (Some(first), Some(last), true) = (rows.first(), rows.last(), deleted > 0) {
        let subject = Subject::Range { first: seq_of(*first), last: seq_of(*last) };
        access::note(work, practice, AccessNote { subject, ..note })?;
    }
    Ok(deleted)
}
