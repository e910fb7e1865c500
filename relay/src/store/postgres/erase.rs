//! Deleting bodies. The row, its hash and its place in the chain stay: a tombstone. The old row version goes with
//! the next vacuum.

use super::append::append;
use super::convert::{bytes, signed, unsigned};
use super::ends::Ends;
use super::transaction::Transaction;
use crate::sealed::SealedEntry;
use crate::store::{AccessNote, Appended, Erased, Quota, StoreError};
use tokio_postgres::Row;
use wire::access::Subject;
use wire::{EntryId, EntryKind, PracticeId};

pub(super) async fn erase<'a>(
    transaction: &Transaction<'_>,
    ends: &mut Ends<'a>,
    evidence: &'a SealedEntry,
    entries: &[EntryId],
    received_ms: u64,
) -> Result<Erased, StoreError> {
    ends.write_entries(transaction).await?;
    let header = evidence.header();
    let key = ends.key(&header.practice)?;
    let (thread, document) = (bytes(header.thread.as_bytes()), EntryKind::Document.as_str());
    let mut ids: Vec<&[u8]> = entries.iter().map(|entry| bytes(entry.as_bytes())).collect();
    ids.sort_unstable();
    ids.dedup();
    let sql = "SELECT count(*) FROM entry JOIN unnest($2::bytea[]) AS asked (id)
                 ON substr(entry.id, 11) = substr(asked.id, 11) AND entry.id = asked.id
               WHERE practice = $1 AND thread = $3 AND kind <> $4";
    let found: i64 = transaction.query_one(sql, &[&key, &ids, &thread, &document]).await?.get(0);
    if unsigned(found) != ids.len() as u64 {
        return Ok(Erased::Unknown);
    }
    let erased = match append(ends, evidence, received_ms, Quota::UNLIMITED)? {
        Appended::New(receipt) => Erased::Done(receipt),
        Appended::Same(receipt) => Erased::Before(receipt),
        Appended::Conflict | Appended::Full => return Ok(Erased::Conflict),
    };
    // The old length is of a join with the row as it was.
    let sql = "UPDATE entry SET body = NULL
               FROM (SELECT seq, length(body) AS bytes FROM entry JOIN unnest($2::bytea[]) AS asked (id)
                       ON substr(entry.id, 11) = substr(asked.id, 11) AND entry.id = asked.id
                     WHERE practice = $1) AS old
               WHERE entry.practice = $1 AND entry.seq = old.seq AND body IS NOT NULL
               RETURNING entry.seq, old.bytes";
    let rows = transaction.query(sql, &[&key, &ids]).await?;
    subtract(ends, &header.practice, &rows)?;
    Ok(erased)
}

pub(super) async fn expire(
    transaction: &Transaction<'_>,
    ends: &mut Ends<'_>,
    practice: &PracticeId,
    before_ms: u64,
    note: &AccessNote,
) -> Result<u64, StoreError> {
    ends.write_entries(transaction).await?;
    let key = ends.key(practice)?;
    // Bodies lie outside the rows, so this reads little.
    let sql = "UPDATE entry SET body = NULL
               FROM (SELECT seq, length(body) AS bytes FROM entry
                     WHERE practice = $1 AND body IS NOT NULL AND kind <> $3 AND thread NOT IN
                         (SELECT thread FROM entry WHERE practice = $1 AND time >= $2)) AS old
               WHERE entry.practice = $1 AND entry.seq = old.seq
               RETURNING entry.seq, old.bytes";
    let document = EntryKind::Document.as_str();
    let rows = transaction.query(sql, &[&key, &signed(before_ms), &document]).await?;
    subtract(ends, practice, &rows)?;
    let seqs = || rows.iter().map(|row| unsigned(row.get(0)));
    if let (Some(first), Some(last)) = (seqs().min(), seqs().max()) {
        let note = AccessNote { subject: Subject::Range { first, last }, ..note.clone() };
        ends.note(transaction, practice, note).await?;
    }
    Ok(rows.len() as u64)
}

fn subtract(ends: &mut Ends<'_>, practice: &PracticeId, rows: &[Row]) -> Result<(), StoreError> {
    let gone: u64 = rows.iter().map(|row| u64::try_from(row.get::<_, i32>(1)).unwrap_or_default()).sum();
    ends.count_bytes(practice, |bytes| bytes.saturating_sub(gone))
}
