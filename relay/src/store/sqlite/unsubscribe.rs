//! Links by which a person opts out, and the opt-outs that came of them.

use super::access;
use super::entries::practice_key;
use super::writer::Work;
use crate::secret::SecretHash;
use crate::store::{AccessNote, Linked, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use wire::unsubscribe::OptOut;
use wire::{PracticeId, ThreadId};

pub(super) fn link(
    work: &mut Work<'_>,
    practice: &PracticeId,
    token: SecretHash,
    thread: ThreadId,
    note: AccessNote,
) -> Result<Linked, StoreError> {
    let key = existing(work.transaction, practice)?;
    let linked = match find(work.transaction, key, token)? {
        Some((known, _)) if known == thread => Linked::Same,
        Some(_) => Linked::Conflict,
        None => {
            work.transaction
                .prepare_cached("INSERT INTO unsubscribe (practice, hash, thread) VALUES (?1, ?2, ?3)")?
                .execute(params![key, token.as_bytes(), thread.as_bytes()])?;
            Linked::New
        }
    };
    access::note(work, practice, if linked == Linked::Conflict { note.refused() } else { note })?;
    Ok(linked)
}

pub(super) fn is_known(
    connection: &Connection,
    practice: &PracticeId,
    token: SecretHash,
) -> Result<bool, StoreError> {
    let Some(key) = practice_key(connection, practice)? else { return Ok(false) };
    Ok(find(connection, key, token)?.is_some())
}

pub(super) fn opt_out(
    work: &mut Work<'_>,
    practice: &PracticeId,
    token: SecretHash,
    time_ms: u64,
) -> Result<bool, StoreError> {
    let Some(key) = practice_key(work.transaction, practice)? else { return Ok(false) };
    let Some((_, used)) = find(work.transaction, key, token)? else { return Ok(false) };
    if used {
        return Ok(true);
    }
    work.transaction
        .prepare_cached(
            "UPDATE unsubscribe SET time = ?3,
             seq = (SELECT coalesce(max(seq), 0) + 1 FROM unsubscribe WHERE practice = ?1 AND seq IS NOT NULL)
             WHERE practice = ?1 AND hash = ?2",
        )?
        .execute(params![key, token.as_bytes(), time_ms])?;
    Ok(true)
}

pub(super) fn opt_outs(
    connection: &Connection,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<Vec<OptOut>>, StoreError> {
    let Some(key) = practice_key(connection, practice)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT seq, thread, time FROM unsubscribe WHERE practice = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![key, after, limit], |row| {
        Ok(OptOut { seq: row.get(0)?, thread: ThreadId::from_bytes(row.get(1)?), time: row.get(2)? })
    })?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

/// Whom a link opts out, and whether it was used.
fn find(connection: &Connection, key: i64, token: SecretHash) -> rusqlite::Result<Option<(ThreadId, bool)>> {
    connection
        .prepare_cached("SELECT thread, seq IS NOT NULL FROM unsubscribe WHERE practice = ?1 AND hash = ?2")?
        .query_row(params![key, token.as_bytes()], |row| Ok((ThreadId::from_bytes(row.get(0)?), row.get(1)?)))
        .optional()
}

fn existing(connection: &Connection, practice: &PracticeId) -> Result<i64, StoreError> {
    let unknown = || StoreError::Unavailable("unknown practice".into());
    practice_key(connection, practice)?.ok_or_else(unknown)
}
