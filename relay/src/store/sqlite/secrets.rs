//! Hashes of what the relay handed out: invites, used assertions, tokens; and of its own key.

use super::access;
use super::writer::Work;
use crate::secret::SecretHash;
use crate::store::{AccessNote, StoreError, TokenRecord};
use rusqlite::{Connection, OptionalExtension, params};
use wire::PracticeId;

pub(super) fn agree_on_key(work: &mut Work<'_>, fingerprint: SecretHash) -> Result<bool, StoreError> {
    let sql = "INSERT INTO relay_key (one, fingerprint) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    work.transaction.execute(sql, [fingerprint.as_bytes()])?;
    let kept: [u8; 32] =
        work.transaction.query_row("SELECT fingerprint FROM relay_key", [], |row| row.get(0))?;
    Ok(kept == *fingerprint.as_bytes())
}

pub(super) fn replace_key(work: &mut Work<'_>, fingerprint: SecretHash) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO relay_key (one, fingerprint) VALUES (1, ?1)";
    work.transaction.execute(sql, [fingerprint.as_bytes()])?;
    Ok(())
}

pub(super) fn add_invite(work: &mut Work<'_>, invite: SecretHash, expires: u64) -> Result<(), StoreError> {
    work.transaction
        .execute("INSERT INTO invite (hash, expires) VALUES (?1, ?2)", params![invite.as_bytes(), expires])?;
    Ok(())
}

pub(super) fn use_assertion(
    work: &mut Work<'_>,
    practice: &PracticeId,
    jti: SecretHash,
    expires: u64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO assertion (practice, jti, expires)
               SELECT key, ?2, ?3 FROM practice WHERE name = ?1 ON CONFLICT DO NOTHING";
    let new =
        work.transaction.prepare_cached(sql)?.execute(params![practice.as_str(), jti.as_bytes(), expires])?;
    Ok(new == 1)
}

pub(super) fn add_token(
    work: &mut Work<'_>,
    token: &TokenRecord,
    note: AccessNote,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO token (hash, practice, staff, signer, expires) VALUES (?1, ?2, ?3, ?4, ?5)";
    work.transaction.prepare_cached(sql)?.execute(params![
        token.hash.as_bytes(),
        token.practice.as_str(),
        token.staff.as_str(),
        token.key.to_string(),
        token.expires
    ])?;
    access::note(work, &token.practice, note)
}

pub(super) fn token(connection: &Connection, hash: SecretHash) -> Result<Option<TokenRecord>, StoreError> {
    let row: Option<(String, String, String, u64)> = connection
        .prepare_cached("SELECT practice, staff, signer, expires FROM token WHERE hash = ?1")?
        .query_row([hash.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((practice, staff, key, expires)) = row else { return Ok(None) };
    let damaged = || StoreError::Unavailable("a stored token is damaged".into());
    Ok(Some(TokenRecord {
        hash,
        practice: practice.parse().map_err(|_| damaged())?,
        staff: staff.parse().map_err(|_| damaged())?,
        key: key.parse().map_err(|_| damaged())?,
        expires,
    }))
}

pub(super) fn remove_expired(work: &mut Work<'_>, now: u64) -> Result<u64, StoreError> {
    let mut removed = 0;
    for sql in [
        "DELETE FROM invite WHERE expires < ?1",
        "DELETE FROM assertion WHERE expires < ?1",
        "DELETE FROM token WHERE expires < ?1",
    ] {
        removed += work.transaction.prepare_cached(sql)?.execute([now])? as u64;
    }
    Ok(removed)
}
