//! Appending, of many entries at once: all that a transaction may add are looked for in one query when it begins,
//! and written by one statement when it ends. So a transaction does not take longer by a round trip for each.

use super::convert::{self, bytes, hash, unsigned};
use super::ends::Ends;
use super::transaction::Transaction;
use crate::sealed::SealedEntry;
use crate::store::{Appended, Quota, StoreError, is_same_body};
use std::collections::HashMap;
use tokio_postgres::{Error, Row, Statement};
use wire::api::Receipt;
use wire::log::EntryMeta;
use wire::{ChainHash, EntryId};

/// What a transaction adds to logs.
#[derive(Default)]
pub(super) struct Additions<'a> {
    /// Receipts, by practice, of what is in the logs: what was found of the entries asked for, and what was added.
    known: HashMap<(i64, EntryId), Receipt>,
    /// Not written yet; each log's in order.
    rows: Vec<Addition<'a>>,
}

pub(super) struct Addition<'a> {
    pub(super) practice: i64,
    pub(super) meta: EntryMeta,
    pub(super) hash: ChainHash,
    pub(super) body: &'a str,
}

/// Finds those of `entries` that are in the logs.
pub(super) async fn find(
    transaction: &Transaction<'_>,
    statement: &Statement,
    entries: &[&SealedEntry],
) -> Result<Vec<Row>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = entries.iter().map(|entry| entry.header().practice.as_str()).collect();
    let ids: Vec<&[u8]> = entries.iter().map(|entry| bytes(entry.header().entry.as_bytes())).collect();
    transaction.query(statement, &[&names, &ids]).await
}

/// By practices' names and entries' ids, pairwise. `LIMIT` keeps the planner from joining whole logs: each id is looked
/// for by itself.
pub(super) const FIND: &str = "SELECT p.key, asked.id, e.seq, e.sha256, e.hash, e.time
    FROM unnest($1::text[], $2::bytea[]) AS asked (name, id) JOIN practice p ON p.name = asked.name
    CROSS JOIN LATERAL (SELECT seq, sha256, hash, time FROM entry
                        WHERE practice = p.key AND substr(id, 11) = substr(asked.id, 11) AND id = asked.id
                        LIMIT 1) AS e";

impl<'a> Additions<'a> {
    /// With what [`find`] found.
    pub(super) fn new(found: &[Row]) -> Result<Self, StoreError> {
        let known = found.iter().map(|row| {
            let entry = EntryId::from_bytes(convert::array(row.get(1))?);
            let (sha256, hash) = (hash(row.get(3))?, hash(row.get(4))?);
            let (seq, time) = (unsigned(row.get(2)), unsigned(row.get(5)));
            Ok(((row.get(0), entry), Receipt { entry, seq, sha256, hash, time }))
        });
        Ok(Self { known: known.collect::<Result<_, StoreError>>()?, rows: Vec::new() })
    }

    fn add(&mut self, practice: i64, meta: EntryMeta, hash: ChainHash, body: &'a str) -> Receipt {
        let receipt = Receipt { entry: meta.id, seq: meta.seq, sha256: meta.sha256, hash, time: meta.time };
        self.known.insert((practice, meta.id), receipt.clone());
        self.rows.push(Addition { practice, meta, hash, body });
        receipt
    }

    /// What is not written yet, for whoever writes it.
    pub(super) fn take(&mut self) -> Vec<Addition<'a>> {
        std::mem::take(&mut self.rows)
    }
}

/// Without a note. What is added is written when the transaction ends, or by [`Ends::write_entries`].
pub(super) fn append<'a>(
    ends: &mut Ends<'a>,
    entry: &'a SealedEntry,
    received_ms: u64,
    quota: Quota,
) -> Result<Appended, StoreError> {
    let header = entry.header();
    let key = ends.key(&header.practice)?;
    if let Some(receipt) = ends.additions.known.get(&(key, header.entry)) {
        let same = is_same_body(receipt, entry.sha256());
        return Ok(if same { Appended::Same(receipt.clone()) } else { Appended::Conflict });
    }
    let (head, time) = ends.log(&header.practice)?;
    if !quota.has_room(head.seq, ends.bytes(&header.practice)?, entry) {
        return Ok(Appended::Full);
    }
    let meta = EntryMeta {
        seq: head.seq + 1,
        id: header.entry,
        kind: header.typ,
        thread: header.thread,
        sha256: entry.sha256(),
        time: received_ms.max(time),
    };
    let hash = head.hash.next(&meta);
    ends.grow(&header.practice, meta.seq, hash, meta.time)?;
    ends.count_bytes(&header.practice, |bytes| bytes + entry.body().len() as u64)?;
    Ok(Appended::New(ends.additions.add(key, meta, hash, entry.body())))
}
