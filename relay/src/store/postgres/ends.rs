//! The ends of the logs that a transaction works on, under the locks of their practices' rows.

use super::append::{self, Additions};
use super::convert::{bytes, damaged, hash, signed, to_json, unsigned};
use super::statements::Statements;
use crate::sealed::SealedEntry;
use crate::store::{AccessNote, StoreError};
use futures_util::future::{TryFutureExt, try_join};
use std::collections::BTreeMap;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;
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
        self.additions.write(transaction, self.statements).await
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

    /// Writes entries and ends, and tells every relay which logs moved; the logs that did.
    pub(super) async fn store(
        mut self,
        transaction: &Transaction<'_>,
        channel: &str,
    ) -> Result<Vec<(PracticeId, Head)>, StoreError> {
        let sql = "UPDATE practice SET seq = new.seq, hash = new.hash, time = new.time, bytes = new.bytes,
                   access_seq = new.access_seq, access_hash = new.access_hash, access_time = new.access_time
                   FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[],
                               $6::bigint[], $7::bytea[], $8::bigint[])
                   AS new (key, seq, hash, time, bytes, access_seq, access_hash, access_time)
                   WHERE practice.key = new.key";
        let update = self.statements.prepare(transaction, sql).await?;
        let sql = "SELECT pg_notify($1, news) FROM unnest($2::text[]) AS news";
        let tell = self.statements.prepare(transaction, sql).await?;
        let changed: Vec<&End> = self.ends.values().filter(|end| end.moved || end.changed).collect();
        let numbers = |of: fn(&End) -> i64| -> Vec<i64> { changed.iter().map(|end| of(end)).collect() };
        let (keys, seqs) = (numbers(|end| end.key), numbers(|end| signed(end.head.seq)));
        let (times, kept) = (numbers(|end| signed(end.time)), numbers(|end| signed(end.bytes)));
        let access_seqs = numbers(|end| signed(end.access.seq));
        let access_times = numbers(|end| signed(end.access_time));
        let hashes: Vec<&[u8]> = changed.iter().map(|end| bytes(end.head.hash.as_bytes())).collect();
        let access_hashes: Vec<&[u8]> = changed.iter().map(|end| bytes(end.access.hash.as_bytes())).collect();
        let heads = self.ends.iter().filter(|(_, end)| end.moved);
        let moved: Vec<(PracticeId, Head)> = heads.map(|(name, end)| (name.clone(), end.head)).collect();
        let news = moved.iter().map(|(practice, head)| format!("{practice} {} {}", head.seq, head.hash));
        let news: Vec<String> = news.collect();
        if !changed.is_empty() {
            // In one round trip.
            let ends: [&(dyn ToSql + Sync); 8] =
                [&keys, &seqs, &hashes, &times, &kept, &access_seqs, &access_hashes, &access_times];
            let told: [&(dyn ToSql + Sync); 2] = [&channel, &news];
            let ends_and_news =
                try_join(transaction.execute(&update, &ends), transaction.execute(&tell, &told));
            let entries = self.additions.write(transaction, self.statements);
            try_join(entries, ends_and_news.map_err(StoreError::from)).await?;
        }
        Ok(moved)
    }
}
