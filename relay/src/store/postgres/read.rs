//! Queries. Logs only grow, so a head read first and entries up to it belong together without a
//! transaction around them.

use super::authorities::Stamp;
use super::convert::{array, bytes, damaged, from_json, hash, signed, unsigned};
use super::link::Reading;
use crate::secret::SecretHash;
use crate::store::{Authority, GATES, ManifestGate, ManifestRecord, StoreError, TokenRecord};
use tokio_postgres::Client;
use wire::access::{AccessHead, AccessPage, ChainedRecord};
use wire::api::{Page, Receipt, SignedRoster};
use wire::log::EntryMeta;
use wire::{ChainHash, Entry, EntryId, EntryKind, Head, PracticeId, ThreadId, limits};

/// Rows fetched at once: a page ends by bytes before it ends by number.
const ROWS: u64 = 64;

/// The practice's key and the head of its log.
pub(super) async fn head(client: &Client, practice: &PracticeId) -> Result<Option<(i64, Head)>, StoreError> {
    let sql = "SELECT key, seq, hash FROM practice WHERE name = $1";
    let Some(row) = client.query_opt(sql, &[&practice.as_str()]).await? else { return Ok(None) };
    Ok(Some((row.get(0), Head { seq: unsigned(row.get(1)), hash: hash(row.get(2))? })))
}

/// Every practice, oldest first.
pub(super) async fn page(
    client: &Client,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<Page>, StoreError> {
    let Some((key, head)) = head(client, practice).await? else { return Ok(None) };
    let sql = "SELECT seq, id, kind, thread, sha256, time, hash, body FROM entry
               WHERE practice = $1 AND seq > $2 AND seq <= $3 ORDER BY seq";
    let last = head.seq.min(after.saturating_add(u64::from(limit)));
    let (mut entries, mut from, mut size) = (Vec::new(), after, 0);
    while from < last && size < limits::PAGE_BYTES {
        let to = last.min(from + ROWS);
        for row in client.query(sql, &[&key, &signed(from), &signed(to)]).await? {
            if size >= limits::PAGE_BYTES {
                break;
            }
            let meta = EntryMeta {
                seq: unsigned(row.get(0)),
                id: EntryId::from_bytes(array(row.get(1))?),
                kind: EntryKind::from_word(row.get(2)).ok_or_else(|| damaged("an entry of unknown kind"))?,
                thread: ThreadId::from_bytes(array(row.get(3))?),
                sha256: hash(row.get(4))?,
                time: unsigned(row.get(5)),
            };
            let body: Option<String> = row.get(7);
            size += body.as_ref().map_or(0, String::len);
            entries.push(Entry { meta, hash: hash(row.get(6))?, body });
        }
        from = to;
    }
    Ok(Some(Page { entries, head }))
}

pub(super) async fn access_page(
    client: &Client,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<AccessPage>, StoreError> {
    let sql = "SELECT key, access_seq, access_hash FROM practice WHERE name = $1";
    let Some(row) = client.query_opt(sql, &[&practice.as_str()]).await? else { return Ok(None) };
    let key: i64 = row.get(0);
    let head = AccessHead { seq: unsigned(row.get(1)), hash: hash(row.get(2))? };
    let sql = "SELECT record, hash FROM access WHERE practice = $1 AND seq > $2 AND seq <= $3 ORDER BY seq";
    let last = head.seq.min(after.saturating_add(u64::from(limit)));
    let mut records = Vec::new();
    for row in client.query(sql, &[&key, &signed(after), &signed(last)]).await? {
        records.push(ChainedRecord { record: from_json(row.get(0))?, hash: hash(row.get(1))? });
    }
    Ok(Some(AccessPage { records, head }))
}

pub(super) async fn access_hashes(
    client: &Client,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Vec<ChainHash>, StoreError> {
    let sql = "SELECT access.hash FROM access JOIN practice ON practice.key = practice
               WHERE name = $1 AND access.seq > $2 ORDER BY access.seq LIMIT $3";
    let rows = client.query(sql, &[&practice.as_str(), &signed(after), &i64::from(limit)]).await?;
    rows.iter().map(|row| hash(row.get(0))).collect()
}

pub(super) async fn receipt(
    client: &Client,
    practice: &PracticeId,
    entry: EntryId,
) -> Result<Option<Receipt>, StoreError> {
    let sql = "SELECT e.seq, e.sha256, e.hash, e.time FROM entry e JOIN practice p ON p.key = e.practice
               WHERE p.name = $1 AND substr(e.id, 11) = substr($2::bytea, 11) AND e.id = $2";
    let row = client.query_opt(sql, &[&practice.as_str(), &bytes(entry.as_bytes())]).await?;
    let Some(row) = row else { return Ok(None) };
    let (sha256, hash) = (hash(row.get(1))?, hash(row.get(2))?);
    Ok(Some(Receipt { entry, seq: unsigned(row.get(0)), sha256, hash, time: unsigned(row.get(3)) }))
}

pub(super) async fn practices(client: &Client) -> Result<Vec<PracticeId>, StoreError> {
    let rows = client.query("SELECT name FROM practice ORDER BY key", &[]).await?;
    rows.iter().map(|row| row.get::<_, &str>(0).parse().map_err(|_| damaged("a stored name"))).collect()
}

pub(super) async fn manifest(
    client: &Client,
    practice: &PracticeId,
) -> Result<Option<ManifestRecord>, StoreError> {
    let sql = "SELECT version, not_after, keys, text FROM manifest JOIN practice ON practice.key = practice
               WHERE name = $1 ORDER BY version DESC LIMIT 1";
    let Some(row) = client.query_opt(sql, &[&practice.as_str()]).await? else { return Ok(None) };
    Ok(Some(ManifestRecord {
        version: unsigned(row.get(0)),
        not_after: unsigned(row.get(1)),
        keys: from_json(row.get(2))?,
        text: row.get(3),
    }))
}

pub(super) async fn roster(
    client: &Client,
    practice: &PracticeId,
) -> Result<Option<SignedRoster>, StoreError> {
    let sql = "SELECT text, keyring FROM roster JOIN practice ON practice.key = practice WHERE name = $1";
    let row = client.query_opt(sql, &[&practice.as_str()]).await?;
    Ok(row.map(|row| SignedRoster { roster: row.get(0), keyring: row.get(1) }))
}

/// As of which publications a practice's requests are judged now.
pub(super) async fn stamp(reading: &Reading, practice: &PracticeId) -> Result<Option<Stamp>, StoreError> {
    let row = reading.query_opt(&reading.stamp, &[&practice.as_str()]).await?;
    Ok(row.map(|row| Stamp { manifest: unsigned(row.get(0)), roster: unsigned(row.get(1)) }))
}

/// For [`stamp`], prepared with the connection: every request asks.
pub(super) const STAMP: &str = "SELECT max(m.version), r.version
    FROM practice p JOIN roster r ON r.practice = p.key JOIN manifest m ON m.practice = p.key
    WHERE p.name = $1 GROUP BY r.version";

/// One statement, hence one moment: manifests and roster belong together.
pub(super) async fn authority(
    client: &Client,
    practice: &PracticeId,
) -> Result<Option<Authority>, StoreError> {
    let sql = "SELECT p.pin, r.claims, m.version, m.not_after, m.keys
               FROM practice p JOIN roster r ON r.practice = p.key JOIN manifest m ON m.practice = p.key
               WHERE p.name = $1 ORDER BY m.version DESC LIMIT $2";
    let rows = client.query(sql, &[&practice.as_str(), &i64::from(GATES)]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let pin = first.get::<_, &str>(0).parse().map_err(|_| damaged("a stored pin"))?;
    let roster = from_json(first.get(1))?;
    let gate = |row: &tokio_postgres::Row| {
        let (version, not_after) = (unsigned(row.get(2)), unsigned(row.get(3)));
        Ok(ManifestGate { version, not_after, keys: from_json(row.get(4))? })
    };
    let manifests = rows.iter().map(gate).collect::<Result<_, StoreError>>()?;
    Ok(Some(Authority { practice: practice.clone(), pin, manifests, roster }))
}

pub(super) async fn token(client: &Client, hash: SecretHash) -> Result<Option<TokenRecord>, StoreError> {
    let sql = "SELECT practice, staff, signer, expires FROM token WHERE hash = $1";
    let Some(row) = client.query_opt(sql, &[&bytes(hash.as_bytes())]).await? else { return Ok(None) };
    let wrong = || damaged("a stored token");
    Ok(Some(TokenRecord {
        hash,
        practice: row.get::<_, &str>(0).parse().map_err(|_| wrong())?,
        staff: row.get::<_, &str>(1).parse().map_err(|_| wrong())?,
        key: row.get::<_, &str>(2).parse().map_err(|_| wrong())?,
        expires: unsigned(row.get(3)),
    }))
}
