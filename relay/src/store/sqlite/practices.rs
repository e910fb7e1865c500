//! Practices: registration, manifests, rosters, and the authority made of them.

use super::access;
use super::writer::Work;
use crate::secret::SecretHash;
use crate::store::{
    AccessNote, Authority, GATES, ManifestGate, ManifestRecord, Published, Registered, RosterRecord,
    StoreError, registration_digest,
};
use rusqlite::{Connection, OptionalExtension, params};
use wire::api::SignedRoster;
use wire::practice::Roster;
use wire::{PracticeId, Thumbprint};

/// All that a registration brings.
pub(super) struct Registering {
    pub(super) invite: SecretHash,
    pub(super) practice: PracticeId,
    pub(super) pin: Thumbprint,
    pub(super) manifest: ManifestRecord,
    pub(super) roster: RosterRecord,
    pub(super) note: AccessNote,
}

pub(super) fn register(work: &mut Work<'_>, new: &Registering) -> Result<Registered, StoreError> {
    let transaction = work.transaction;
    let digest = registration_digest(&new.manifest, &new.roster).to_vec();
    let invite: Option<(u64, Option<Vec<u8>>)> = transaction
        .query_row(
            "SELECT expires, registration FROM invite WHERE hash = ?1",
            [new.invite.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match invite {
        // The answer to the first try may have been lost on the way.
        Some((_, Some(used_for))) if used_for == digest => return Ok(Registered::Same),
        Some((expires, None)) if new.note.time_ms / 1_000 < expires => {}
        _ => return Ok(Registered::InviteRefused),
    }
    let taken = transaction
        .query_row("SELECT 1 FROM practice WHERE name = ?1", [new.practice.as_str()], |_| Ok(()))
        .optional()?;
    if taken.is_some() {
        return Ok(Registered::NameTaken);
    }
    transaction.execute(
        "INSERT INTO practice (name, pin) VALUES (?1, ?2)",
        params![new.practice.as_str(), new.pin.to_string()],
    )?;
    let key = transaction.last_insert_rowid();
    insert_manifest(transaction, key, &new.manifest)?;
    insert_roster(transaction, key, &new.roster)?;
    transaction.execute(
        "UPDATE invite SET used_by = ?2, registration = ?3 WHERE hash = ?1",
        params![new.invite.as_bytes(), new.practice.as_str(), digest],
    )?;
    access::note(work, &new.practice, new.note.clone())?;
    Ok(Registered::New)
}

/// Every practice, oldest first.
pub(super) fn names(connection: &Connection) -> rusqlite::Result<Vec<PracticeId>> {
    let mut statement = connection.prepare("SELECT name FROM practice ORDER BY key")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.filter_map(|name| name.map(|name| name.parse().ok()).transpose()).collect()
}

pub(super) fn put_manifest(
    work: &mut Work<'_>,
    practice: &PracticeId,
    new: &ManifestRecord,
    note: AccessNote,
) -> Result<Published, StoreError> {
    let published = replace_manifest(work, practice, new)?;
    let note = if published == Published::NotNewer { note.refused() } else { note };
    access::note(work, practice, note)?;
    Ok(published)
}

fn replace_manifest(
    work: &mut Work<'_>,
    practice: &PracticeId,
    new: &ManifestRecord,
) -> Result<Published, StoreError> {
    let key = existing(work.transaction, practice)?;
    let current = current_manifest(work.transaction, key)?;
    match current {
        Some(current) if current.text == new.text => Ok(Published::Same),
        Some(current) if current.version >= new.version => Ok(Published::NotNewer),
        _ => {
            insert_manifest(work.transaction, key, new)?;
            Ok(Published::New)
        }
    }
}

pub(super) fn put_roster(
    work: &mut Work<'_>,
    practice: &PracticeId,
    new: &RosterRecord,
    note: AccessNote,
) -> Result<Published, StoreError> {
    let published = replace_roster(work, practice, new)?;
    let note = if published == Published::NotNewer { note.refused() } else { note };
    access::note(work, practice, note)?;
    Ok(published)
}

fn replace_roster(
    work: &mut Work<'_>,
    practice: &PracticeId,
    new: &RosterRecord,
) -> Result<Published, StoreError> {
    let key = existing(work.transaction, practice)?;
    let current: Option<(u64, String, String)> = work
        .transaction
        .query_row("SELECT version, text, keyring FROM roster WHERE practice = ?1", [key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    match current {
        Some((_, text, keyring)) if text == new.signed.roster && keyring == new.signed.keyring => {
            Ok(Published::Same)
        }
        Some((version, ..)) if version >= new.roster.version => Ok(Published::NotNewer),
        _ => {
            insert_roster(work.transaction, key, new)?;
            Ok(Published::New)
        }
    }
}

pub(super) fn manifest(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<Option<ManifestRecord>, StoreError> {
    match find(connection, practice)? {
        Some((key, _)) => current_manifest(connection, key),
        None => Ok(None),
    }
}

pub(super) fn roster(
    connection: &Connection,
    practice: &PracticeId,
) -> Result<Option<SignedRoster>, StoreError> {
    let sql =
        "SELECT text, keyring FROM roster JOIN practice ON roster.practice = practice.key WHERE name = ?1";
    let found = connection
        .prepare_cached(sql)?
        .query_row([practice.as_str()], |row| Ok(SignedRoster { roster: row.get(0)?, keyring: row.get(1)? }));
    Ok(found.optional()?)
}

pub(super) fn authority(
    connection: &mut Connection,
    practice: &PracticeId,
) -> Result<Option<Authority>, StoreError> {
    // One read transaction: manifests and roster belong together.
    let transaction = connection.transaction()?;
    let Some((key, pin)) = find(&transaction, practice)? else { return Ok(None) };
    let mut manifests = Vec::new();
    let mut statement = transaction.prepare_cached(
        "SELECT version, not_after, keys FROM manifest WHERE practice = ?1 ORDER BY version DESC LIMIT ?2",
    )?;
    let mut rows = statement.query(params![key, GATES])?;
    while let Some(row) = rows.next()? {
        manifests.push(ManifestGate {
            version: row.get(0)?,
            not_after: row.get(1)?,
            keys: from_json(&row.get::<_, String>(2)?)?,
        });
    }
    let claims: String =
        transaction.query_row("SELECT claims FROM roster WHERE practice = ?1", [key], |row| row.get(0))?;
    let roster: Roster = from_json(&claims)?;
    Ok(Some(Authority { practice: practice.clone(), pin, manifests, roster }))
}

fn find(connection: &Connection, practice: &PracticeId) -> Result<Option<(i64, Thumbprint)>, StoreError> {
    let row: Option<(i64, String)> = connection
        .prepare_cached("SELECT key, pin FROM practice WHERE name = ?1")?
        .query_row([practice.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((key, pin)) = row else { return Ok(None) };
    let pin = pin.parse().map_err(|_| StoreError::Unavailable("a stored pin is damaged".into()))?;
    Ok(Some((key, pin)))
}

fn existing(connection: &Connection, practice: &PracticeId) -> Result<i64, StoreError> {
    let found = find(connection, practice)?;
    found.map(|(key, _)| key).ok_or_else(|| StoreError::Unavailable("unknown practice".into()))
}

fn current_manifest(connection: &Connection, key: i64) -> Result<Option<ManifestRecord>, StoreError> {
    let row: Option<(u64, u64, String, String)> = connection
        .prepare_cached(
            "SELECT version, not_after, keys, text FROM manifest
             WHERE practice = ?1 ORDER BY version DESC LIMIT 1",
        )?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((version, not_after, keys, text)) = row else { return Ok(None) };
    Ok(Some(ManifestRecord { version, not_after, keys: from_json(&keys)?, text }))
}

fn insert_manifest(connection: &Connection, key: i64, new: &ManifestRecord) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO manifest (practice, version, not_after, keys, text) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![key, new.version, new.not_after, to_json(&new.keys)?, new.text],
    )?;
    Ok(())
}

fn insert_roster(connection: &Connection, key: i64, new: &RosterRecord) -> Result<(), StoreError> {
    connection.execute(
        "INSERT OR REPLACE INTO roster (practice, version, claims, text, keyring) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![key, new.roster.version, to_json(&new.roster)?, new.signed.roster, new.signed.keyring],
    )?;
    Ok(())
}

fn to_json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Unavailable(error.to_string()))
}
