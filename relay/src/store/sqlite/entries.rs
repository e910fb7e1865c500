//! The log: append, receipt, page.

use super::access;
use super::writer::Work;
use crate::sealed::SealedEntry;
use crate::store::{AccessNote, Appended, Quota, StoreError, is_same_body};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;
use wire::api::{Page, Receipt};
use wire::log::EntryMeta;
use wire::{ChainHash, Entry, EntryId, EntryKind, Head, PracticeId, ThreadId, limits};

/// Bits of [`log_key`] that hold the seq.
const SEQ_BITS: u32 = 40;

/// The end of one log.
#[derive(Debug, Clone, Copy)]
struct End {
    practice: i64,
    head: Head,
    /// The transaction made the log longer.
    moved: bool,
    time: u64,
    /// Of the bodies that are kept.
    bytes: u64,
    /// What the database says of them.
    written_bytes: u64,
}

/// The ends of the logs as of the open transaction, so that an append need not look them up, and need not write
/// what only the last of them has to.
#[derive(Debug, Default)]
pub(super) struct Heads {
    ends: HashMap<PracticeId, End>,
    /// How the ends were before the write that is being done.
    before: Vec<(PracticeId, Option<End>)>,
}

impl Heads {
    /// What was cached may have been rolled back: read it anew.
    pub(super) fn forget(&mut self) {
        self.ends.clear();
        self.before.clear();
    }

    /// A write was done.
    pub(super) fn keep(&mut self) {
        self.before.clear();
    }

    /// A write was rolled back.
    pub(super) fn undo(&mut self) {
        for (practice, end) in self.before.drain(..).rev() {
            match end {
                Some(end) => self.ends.insert(practice, end),
                None => self.ends.remove(&practice),
            };
        }
    }

    /// Ends the transaction's work on them: what has to be in the database is written to it.
    pub(super) fn store(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for end in self.ends.values_mut().filter(|end| end.bytes != end.written_bytes) {
            let sql = "UPDATE practice SET bytes = ?2 WHERE key = ?1";
            connection.prepare_cached(sql)?.execute(params![end.practice, end.bytes])?;
            end.written_bytes = end.bytes;
        }
        Ok(())
    }

    /// The logs that the transaction made longer.
    pub(super) fn take_moved(&mut self) -> Vec<(PracticeId, Head)> {
        let ends = self.ends.iter_mut();
        let moved = ends.filter_map(|(practice, end)| {
            std::mem::take(&mut end.moved).then(|| (practice.clone(), end.head))
        });
        moved.collect()
    }

    fn find(&self, connection: &Connection, practice: &PracticeId) -> Result<End, StoreError> {
        match self.ends.get(practice) {
            Some(end) => Ok(*end),
            None => end_of(connection, practice)?
                .ok_or_else(|| StoreError::Unavailable("a write to an unknown practice".into())),
        }
    }

    fn set(&mut self, practice: &PracticeId, end: End) {
        let before = self.ends.insert(practice.clone(), end);
        self.before.push((practice.clone(), before));
    }

    /// Bodies of this many bytes went.
    pub(super) fn subtract(
        &mut self,
        connection: &Connection,
        practice: &PracticeId,
        bytes: u64,
    ) -> Result<(), StoreError> {
        let end = self.find(connection, practice)?;
        self.set(practice, End { bytes: end.bytes.saturating_sub(bytes), ..end });
        Ok(())
    }
}

pub(super) fn append(
    work: &mut Work<'_>,
    entry: &SealedEntry,
    received_ms: u64,
    quota: Quota,
    note: Option<AccessNote>,
) -> Result<Appended, StoreError> {
    let appended = append_entry(work, entry, received_ms, quota)?;
    if let Some(note) = note {
        let refused = matches!(appended, Appended::Conflict | Appended::Full);
        access::note(work, &entry.header().practice, if refused { note.refused() } else { note })?;
    }
    Ok(appended)
}

/// Without a note.
pub(super) fn append_entry(
    work: &mut Work<'_>,
    entry: &SealedEntry,
    received_ms: u64,
    quota: Quota,
) -> Result<Appended, StoreError> {
    let header = entry.header();
    let end = work.heads.find(work.transaction, &header.practice)?;
    if !quota.has_room(end.head.seq, end.bytes, entry) {
        return Ok(stored_before(work, end.practice, entry)?.unwrap_or(Appended::Full));
    }
    let time = received_ms.max(end.time);
    let meta = EntryMeta {
        seq: end.head.seq + 1,
        id: header.entry,
        kind: header.typ,
        thread: header.thread,
        sha256: entry.sha256(),
        time,
    };
    let hash = end.head.hash.next(&meta);
    // The index by id is looked at once, by the insertion.
    let transaction = work.transaction;
    let inserted = transaction
        .prepare_cached(
            "INSERT INTO entry (key, practice, id, kind, thread, sha256, time, hash, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (practice, substr(id, 11), id) DO NOTHING",
        )?
        .execute(params![
            log_key(end.practice, meta.seq),
            end.practice,
            meta.id.as_bytes(),
            meta.kind.as_str(),
            meta.thread.as_bytes(),
            meta.sha256.as_bytes(),
            meta.time,
            hash.as_bytes(),
            entry.body(),
        ])
        .inspect_err(|_| work.spoiled = true)?;
    if inserted == 0 {
        let vanished = || StoreError::Unavailable("an entry is there and is not found".into());
        return stored_before(work, end.practice, entry)?.ok_or_else(vanished);
    }
    let head = Head { seq: meta.seq, hash };
    let bytes = end.bytes + entry.body().len() as u64;
    work.heads.set(&header.practice, End { head, moved: true, time, bytes, ..end });
    Ok(Appended::New(Receipt { entry: meta.id, seq: meta.seq, sha256: meta.sha256, hash, time }))
}

/// What an append of `entry` is if its id is in the log already.
fn stored_before(
    work: &Work<'_>,
    practice: i64,
    entry: &SealedEntry,
) -> Result<Option<Appended>, StoreError> {
    let found = find_receipt(work.transaction, practice, entry.header().entry)?;
    Ok(found.map(|receipt| match is_same_body(&receipt, entry.sha256()) {
        true => Appended::Same(receipt),
        false => Appended::Conflict,
    }))
}

pub(super) fn receipt(
    connection: &Connection,
    practice: &PracticeId,
    entry: EntryId,
) -> Result<Option<Receipt>, StoreError> {
    match practice_key(connection, practice)? {
        Some(key) => Ok(find_receipt(connection, key, entry)?),
        None => Ok(None),
    }
}

pub(super) fn head(connection: &Connection, practice: &PracticeId) -> Result<Option<Head>, StoreError> {
    Ok(end_of(connection, practice)?.map(|end| end.head))
}

pub(super) fn page(
    connection: &mut Connection,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<Page>, StoreError> {
    // One read transaction: the head belongs to the entries.
    let transaction = connection.transaction()?;
    let Some(End { practice: key, head, .. }) = end_of(&transaction, practice)? else { return Ok(None) };
    let mut statement = transaction.prepare_cached(
        "SELECT key, id, kind, thread, sha256, time, hash, body FROM entry
         WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
    )?;
    let from = log_key(key, after.min(head.seq));
    let mut rows = statement.query(params![from, log_key(key, head.seq), limit])?;
    let mut entries = Vec::new();
    let mut bytes = 0;
    while bytes < limits::PAGE_BYTES
        && let Some(row) = rows.next()?
    {
        let entry = read_entry(row)?;
        bytes += entry.body.as_ref().map_or(0, String::len);
        entries.push(entry);
    }
    Ok(Some(Page { entries, head }))
}

/// Where an entry lies: see `0001.sql`.
pub(super) fn log_key(practice: i64, seq: u64) -> i64 {
    (practice << SEQ_BITS) | i64::try_from(seq).unwrap_or(i64::MAX >> SEQ_BITS)
}

pub(super) fn seq_of(key: i64) -> u64 {
    (key & ((1 << SEQ_BITS) - 1)).unsigned_abs()
}

pub(super) fn practice_key(connection: &Connection, practice: &PracticeId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT key FROM practice WHERE name = ?1")?
        .query_row([practice.as_str()], |row| row.get(0))
        .optional()
}

fn end_of(connection: &Connection, practice: &PracticeId) -> rusqlite::Result<Option<End>> {
    let found: Option<(i64, u64)> = connection
        .prepare_cached("SELECT key, bytes FROM practice WHERE name = ?1")?
        .query_row([practice.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, bytes)) = found else { return Ok(None) };
    let last = connection
        .prepare_cached(
            "SELECT key, hash, time FROM entry WHERE key > ?1 AND key < ?2 ORDER BY key DESC LIMIT 1",
        )?
        .query_row([log_key(key, 0), log_key(key + 1, 0)], |row| {
            let head = Head { seq: seq_of(row.get(0)?), hash: ChainHash::from_bytes(row.get(1)?) };
            Ok((head, row.get(2)?))
        })
        .optional()?;
    let (head, time) = last.unwrap_or((Head::empty(practice), 0));
    Ok(Some(End { practice: key, head, moved: false, time, bytes, written_bytes: bytes }))
}

fn find_receipt(connection: &Connection, practice: i64, entry: EntryId) -> rusqlite::Result<Option<Receipt>> {
    connection
        .prepare_cached(
            "SELECT key, sha256, hash, time FROM entry
             WHERE practice = ?1 AND substr(id, 11) = substr(?2, 11) AND id = ?2",
        )?
        .query_row(params![practice, entry.as_bytes()], |row| {
            Ok(Receipt {
                entry,
                seq: seq_of(row.get(0)?),
                sha256: ChainHash::from_bytes(row.get(1)?),
                hash: ChainHash::from_bytes(row.get(2)?),
                time: row.get(3)?,
            })
        })
        .optional()
}

fn read_entry(row: &Row<'_>) -> Result<Entry, StoreError> {
    let kind: String = row.get(2)?;
    let kind = EntryKind::from_word(&kind)
        .ok_or_else(|| StoreError::Unavailable("an entry of unknown kind is stored".into()))?;
    let meta = EntryMeta {
        seq: seq_of(row.get(0)?),
        id: EntryId::from_bytes(row.get(1)?),
        kind,
        thread: ThreadId::from_bytes(row.get(3)?),
        sha256: ChainHash::from_bytes(row.get(4)?),
        time: row.get(5)?,
    };
    Ok(Entry { meta, hash: ChainHash::from_bytes(row.get(6)?), body: row.get(7)? })
}
