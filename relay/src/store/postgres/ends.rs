//! The ends of the logs that a transaction works on, under the locks of their practices' rows.

use super::CHANNEL;
use super::append::{self, Addition, Additions};
use super::convert::{bytes, damaged, hash, signed, to_json, unsigned};
use super::statements::Statements;
use super::transaction::Transaction;
use crate::sealed::SealedEntry;
use crate::store::{AccessNote, StoreError};
use futures_util::future::try_join;
use std::collections::BTreeMap;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement};
use wire::access::{AccessHead, AccessRecord};
use wire::{ChainHash, Head, PracticeId, Thumbprint};

struct End {
    key: i64,
    head: Head,
    time: u64,
    access: AccessHead,
    access_time: u64,
    /// Of the bodies that are kept.
    bytes: u64,
    moved: bool,
    changed: bool,
}

pub(super) struct Ends<'a> {
    ends: BTreeMap<PracticeId, End>,
    pub(super) additions: Additions<'a>,
    statements: &'a mut Statements,
}

impl<'a> Ends<'a> {
    /// Locks the rows of `practices`, always in the same order, so that relays wait for each other and
    /// do not lock each other out; and looks for `entries`, which may be added.
    pub(super) async fn lock(
        transaction: &Transaction<'_>,
        practices: Vec<&str>,
        entries: Vec<&SealedEntry>,
        statements: &'a mut Statements,
    ) -> Result<Self, StoreError> {
        let mut ends = Self { ends: BTreeMap::new(), additions: Additions::default(), statements };
        if practices.is_empty() {
            return Ok(ends);
        }
        let sql = "SELECT name, key, seq, hash, time, access_seq, access_hash, access_time, bytes
                   FROM practice WHERE name = ANY($1) ORDER BY key FOR UPDATE";
        let lock = ends.statements.prepare(transaction, sql).await?;
        let find = ends.statements.prepare(transaction, append::FIND).await?;
        // One after the other in one round trip: what is looked for is what is there under the locks.
        let names: [&(dyn ToSql + Sync); 1] = [&practices];
        let locked = transaction.query(&lock, &names);
        let (locked, found) = try_join(locked, append::find(transaction, &find, &entries)).await?;
        ends.additions = Additions::new(&found)?;
        for row in locked {
            let name = row.get::<_, &str>(0).parse().map_err(|_| damaged("a stored name"))?;
            let end = End {
                key: row.get(1),
                head: Head { seq: unsigned(row.get(2)), hash: hash(row.get(3))? },
                time: unsigned(row.get(4)),
                access: AccessHead { seq: unsigned(row.get(5)), hash: hash(row.get(6))? },
                access_time: unsigned(row.get(7)),
                bytes: unsigned(row.get(8)),
                moved: false,
                changed: false,
            };
            ends.ends.insert(name, end);
        }
        Ok(ends)
    }

    /// Makes a practice with two empty logs; `None` if the name is taken.
    pub(super) async fn create(
        &mut self,
        transaction: &Transaction<'_>,
        practice: &PracticeId,
        pin: &Thumbprint,
    ) -> Result<Option<i64>, StoreError> {
        let (head, access) = (Head::empty(practice), AccessHead::empty(practice));
        let sql = "INSERT INTO practice (name, pin, seq, hash, time, access_seq, access_hash, access_time)
                   VALUES ($1, $2, 0, $3, 0, 0, $4, 0) ON CONFLICT (name) DO NOTHING RETURNING key";
        let (genesis, access_genesis) = (bytes(head.hash.as_bytes()), bytes(access.hash.as_bytes()));
        let row = transaction
            .query_opt(sql, &[&practice.as_str(), &pin.to_string(), &genesis, &access_genesis])
            .await?;
        let Some(row) = row else { return Ok(None) };
        let key = row.get(0);
        let end = End { key, head, time: 0, access, access_time: 0, bytes: 0, moved: false, changed: false };
        self.ends.insert(practice.clone(), end);
        Ok(Some(key))
    }

    pub(super) fn key(&self, practice: &PracticeId) -> Result<i64, StoreError> {
        self.ends.get(practice).map(|end| end.key).ok_or_else(|| damaged("unknown practice"))
    }

    /// Head and time of the log.
    pub(super) fn log(&self, practice: &PracticeId) -> Result<(Head, u64), StoreError> {
        let end = self.ends.get(practice).ok_or_else(|| damaged("unknown practice"))?;
        Ok((end.head, end.time))
    }

    /// An entry was appended.
    pub(super) fn grow(
        &mut self,
        practice: &PracticeId,
        seq: u64,
        hash: ChainHash,
        time: u64,
    ) -> Result<(), StoreError> {
        let end = self.ends.get_mut(practice).ok_or_else(|| damaged("unknown practice"))?;
        (end.head, end.time, end.moved) = (Head { seq, hash }, time, true);
        Ok(())
    }

    /// Bytes of the bodies that are kept.
    pub(super) fn bytes(&self, practice: &PracticeId) -> Result<u64, StoreError> {
        self.ends.get(practice).map(|end| end.bytes).ok_or_else(|| damaged("unknown practice"))
    }

    /// Bodies came or went.
    pub(super) fn count_bytes(
        &mut self,
        practice: &PracticeId,
        change: impl FnOnce(u64) -> u64,
    ) -> Result<(), StoreError> {
        let end = self.ends.get_mut(practice).ok_or_else(|| damaged("unknown practice"))?;
        (end.bytes, end.changed) = (change(end.bytes), true);
        Ok(())
    }

    /// Writes the entries that were added, for whoever is about to look for them.
    pub(super) async fn write_entries(&mut self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let entries = self.additions.take();
        if !entries.is_empty() {
            let statement = self.statements.prepare(transaction, WRITE).await?;
            write(transaction, &statement, &entries, &[], &[]).await?;
        }
        Ok(())
    }

    /// Adds to the access log.
    pub(super) async fn note(
        &mut self,
        transaction: &Transaction<'_>,
        practice: &PracticeId,
        note: AccessNote,
    ) -> Result<(), StoreError> {
        let end = self.ends.get_mut(practice).ok_or_else(|| damaged("unknown practice"))?;
        let record = AccessRecord {
            seq: end.access.seq + 1,
            time: note.time_ms.max(end.access_time),
            request: note.request,
            actor: note.actor,
            action: note.action,
            ending: note.ending,
            subject: note.subject,
        };
        let hash = record.chain(&end.access.hash);
        let sql = "INSERT INTO access (practice, seq, record, hash) VALUES ($1, $2, $3, $4)";
        let (seq, json) = (signed(record.seq), to_json(&record)?);
        let sql = self.statements.prepare(transaction, sql).await?;
        transaction.execute(&sql, &[&end.key, &seq, &json, &bytes(hash.as_bytes())]).await?;
        end.access = AccessHead { seq: record.seq, hash };
        (end.access_time, end.changed) = (record.time, true);
        Ok(())
    }

    /// Writes entries and ends, tells every relay which logs moved, and commits; the logs that did.
    pub(super) async fn commit(
        mut self,
        transaction: &Transaction<'_>,
    ) -> Result<Vec<(PracticeId, Head)>, StoreError> {
        let changed: Vec<&End> = self.ends.values().filter(|end| end.moved || end.changed).collect();
        let heads = self.ends.iter().filter(|(_, end)| end.moved);
        let moved: Vec<(PracticeId, Head)> = heads.map(|(name, end)| (name.clone(), end.head)).collect();
        if changed.is_empty() {
            transaction.commit().await?;
        } else {
            let statement = self.statements.prepare(transaction, WRITE).await?;
            let entries = self.additions.take();
            let written = write(transaction, &statement, &entries, &changed, &moved);
            try_join(written, transaction.commit()).await?;
        }
        Ok(moved)
    }
}

/// One statement, so that no half of it is ever committed.
const WRITE: &str = "WITH added AS (
        INSERT INTO entry (practice, seq, id, kind, thread, sha256, time, hash, body)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], $5::bytea[], $6::bytea[],
                             $7::bigint[], $8::bytea[], $9::text[])
    ), ended AS (
        UPDATE practice SET seq = new.seq, hash = new.hash, time = new.time, bytes = new.bytes,
        access_seq = new.access_seq, access_hash = new.access_hash, access_time = new.access_time
        FROM unnest($10::bigint[], $11::bigint[], $12::bytea[], $13::bigint[], $14::bigint[],
                    $15::bigint[], $16::bytea[], $17::bigint[])
        AS new (key, seq, hash, time, bytes, access_seq, access_hash, access_time)
        WHERE practice.key = new.key
    )
    SELECT pg_notify($18, news) FROM unnest($19::text[]) AS news";

/// Writes `entries` and `ends`, and tells of the heads that `moved`.
async fn write(
    transaction: &Transaction<'_>,
    statement: &Statement,
    entries: &[Addition<'_>],
    ends: &[&End],
    moved: &[(PracticeId, Head)],
) -> Result<(), Error> {
    let numbers = |of: fn(&Addition<'_>) -> i64| -> Vec<i64> { entries.iter().map(of).collect() };
    let (practices, seqs) = (numbers(|row| row.practice), numbers(|row| signed(row.meta.seq)));
    let times = numbers(|row| signed(row.meta.time));
    let ids: Vec<&[u8]> = entries.iter().map(|row| bytes(row.meta.id.as_bytes())).collect();
    let kinds: Vec<&str> = entries.iter().map(|row| row.meta.kind.as_str()).collect();
    let threads: Vec<&[u8]> = entries.iter().map(|row| bytes(row.meta.thread.as_bytes())).collect();
    let digests: Vec<&[u8]> = entries.iter().map(|row| bytes(row.meta.sha256.as_bytes())).collect();
    let hashes: Vec<&[u8]> = entries.iter().map(|row| bytes(row.hash.as_bytes())).collect();
    let bodies: Vec<&str> = entries.iter().map(|row| row.body).collect();

    let numbers = |of: fn(&End) -> i64| -> Vec<i64> { ends.iter().map(|end| of(end)).collect() };
    let (keys, last_seqs) = (numbers(|end| end.key), numbers(|end| signed(end.head.seq)));
    let last_hashes: Vec<&[u8]> = ends.iter().map(|end| bytes(end.head.hash.as_bytes())).collect();
    let (last_times, kept) = (numbers(|end| signed(end.time)), numbers(|end| signed(end.bytes)));
    let access_seqs = numbers(|end| signed(end.access.seq));
    let access_hashes: Vec<&[u8]> = ends.iter().map(|end| bytes(end.access.hash.as_bytes())).collect();
    let access_times = numbers(|end| signed(end.access_time));

    let news = |(practice, head): &(PracticeId, Head)| format!("{practice} {} {}", head.seq, head.hash);
    let news: Vec<String> = moved.iter().map(news).collect();
    let parameters: [&(dyn ToSql + Sync); 19] = [
        &practices,
        &seqs,
        &ids,
        &kinds,
        &threads,
        &digests,
        &times,
        &hashes,
        &bodies,
        &keys,
        &last_seqs,
        &last_hashes,
        &last_times,
        &kept,
        &access_seqs,
        &access_hashes,
        &access_times,
        &CHANNEL,
        &news,
    ];
    transaction.execute(statement, &parameters).await?;
    Ok(())
}
