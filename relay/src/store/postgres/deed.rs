//! What is to be written, as data: a batch that fails is tried again one deed at a time, so that one
//! failure does not take the others with it.

use super::convert::{bytes, signed, to_json, unsigned};
use super::ends::Ends;
use super::transaction::Transaction;
use super::{append, erase, unsubscribe};
use crate::sealed::SealedEntry;
use crate::secret::SecretHash;
use crate::store::{
    AccessNote, Appended, Erased, Linked, ManifestRecord, Published, Quota, Registered, RosterRecord,
    StoreError, TokenRecord, registration_digest,
};
use wire::{EntryId, PracticeId, ThreadId, Thumbprint};

#[derive(Debug)]
pub(super) enum Deed {
    AgreeOnKey {
        fingerprint: SecretHash,
    },
    ReplaceKey {
        fingerprint: SecretHash,
    },
    AddInvite {
        invite: SecretHash,
        expires: u64,
    },
    Register(Box<Registering>),
    PutManifest {
        practice: PracticeId,
        manifest: ManifestRecord,
        note: AccessNote,
    },
    PutRoster {
        practice: PracticeId,
        roster: Box<RosterRecord>,
        note: AccessNote,
    },
    Append {
        entry: SealedEntry,
        received_ms: u64,
        quota: Quota,
        note: Option<AccessNote>,
    },
    Erase {
        evidence: SealedEntry,
        entries: Vec<EntryId>,
        received_ms: u64,
        note: AccessNote,
    },
    Expire {
        practice: PracticeId,
        before_ms: u64,
        note: AccessNote,
    },
    LinkUnsubscribe {
        practice: PracticeId,
        token: SecretHash,
        thread: ThreadId,
        note: AccessNote,
    },
    OptOut {
        practice: PracticeId,
        token: SecretHash,
        time_ms: u64,
    },
    Note {
        practice: PracticeId,
        note: AccessNote,
    },
    UseAssertion {
        practice: PracticeId,
        jti: SecretHash,
        expires: u64,
    },
    AddToken {
        token: TokenRecord,
        note: AccessNote,
    },
    RemoveExpired {
        now: u64,
    },
    /// Nothing; shows that a transaction can be written.
    Probe,
}

/// All that a registration brings.
#[derive(Debug)]
pub(super) struct Registering {
    pub(super) invite: SecretHash,
    pub(super) practice: PracticeId,
    pub(super) pin: Thumbprint,
    pub(super) manifest: ManifestRecord,
    pub(super) roster: RosterRecord,
    pub(super) note: AccessNote,
}

/// How a deed ended.
#[derive(Debug)]
pub(super) enum Done {
    Written,
    Agreed(bool),
    Registered(Registered),
    Published(Published),
    Appended(Appended),
    Erased(Erased),
    Expired(u64),
    Linked(Linked),
    OptedOut(bool),
    FirstUse(bool),
    Removed(u64),
}

impl Deed {
    /// The practice whose row has to be locked first.
    pub(super) fn practice(&self) -> Option<&PracticeId> {
        match self {
            Self::PutManifest { practice, .. }
            | Self::PutRoster { practice, .. }
            | Self::Expire { practice, .. }
            | Self::LinkUnsubscribe { practice, .. }
            | Self::OptOut { practice, .. }
            | Self::Note { practice, .. } => Some(practice),
            Self::Append { entry: sealed, .. } | Self::Erase { evidence: sealed, .. } => {
                Some(&sealed.header().practice)
            }
            Self::AddToken { token, .. } => Some(&token.practice),
            Self::AgreeOnKey { .. }
            | Self::ReplaceKey { .. }
            | Self::AddInvite { .. }
            | Self::Register(_)
            | Self::UseAssertion { .. }
            | Self::RemoveExpired { .. }
            | Self::Probe => None,
        }
    }

    /// The entry that it adds to a log.
    pub(super) fn entry(&self) -> Option<&SealedEntry> {
        match self {
            Self::Append { entry, .. } | Self::Erase { evidence: entry, .. } => Some(entry),
            _ => None,
        }
    }

    /// What it takes of the room for what waits.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Append { entry, .. } => entry.body().len(),
            _ => 0,
        }
    }

    pub(super) async fn perform<'a>(
        &'a self,
        transaction: &Transaction<'_>,
        ends: &mut Ends<'a>,
    ) -> Result<Done, StoreError> {
        match self {
            Self::AgreeOnKey { fingerprint } => {
                let fingerprint = bytes(fingerprint.as_bytes());
                let sql = "INSERT INTO relay_key (one, fingerprint) VALUES (1, $1) ON CONFLICT DO NOTHING";
                transaction.execute(sql, &[&fingerprint]).await?;
                let kept = transaction.query_one("SELECT fingerprint FROM relay_key", &[]).await?;
                Ok(Done::Agreed(kept.get::<_, &[u8]>(0) == fingerprint))
            }
            Self::ReplaceKey { fingerprint } => {
                let sql = "INSERT INTO relay_key (one, fingerprint) VALUES (1, $1)
                           ON CONFLICT (one) DO UPDATE SET fingerprint = excluded.fingerprint";
                transaction.execute(sql, &[&bytes(fingerprint.as_bytes())]).await?;
                Ok(Done::Written)
            }
            Self::AddInvite { invite, expires } => {
                let sql = "INSERT INTO invite (hash, expires) VALUES ($1, $2)";
                transaction.execute(sql, &[&bytes(invite.as_bytes()), &signed(*expires)]).await?;
                Ok(Done::Written)
            }
            Self::Register(new) => register(transaction, ends, new).await.map(Done::Registered),
            Self::PutManifest { practice, manifest, note } => {
                let published = replace_manifest(transaction, ends.key(practice)?, manifest).await?;
                ends.note(transaction, practice, ended(note, published != Published::NotNewer)).await?;
                Ok(Done::Published(published))
            }
            Self::PutRoster { practice, roster, note } => {
                let published = replace_roster(transaction, ends.key(practice)?, roster).await?;
                ends.note(transaction, practice, ended(note, published != Published::NotNewer)).await?;
                Ok(Done::Published(published))
            }
            Self::Append { entry, received_ms, quota, note } => {
                let appended = append::append(ends, entry, *received_ms, *quota)?;
                if let Some(note) = note {
                    let note = ended(note, !matches!(appended, Appended::Conflict | Appended::Full));
                    ends.note(transaction, &entry.header().practice, note).await?;
                }
                Ok(Done::Appended(appended))
            }
            Self::Erase { evidence, entries, received_ms, note } => {
                let erased = erase::erase(transaction, ends, evidence, entries, *received_ms).await?;
                let done = matches!(erased, Erased::Done(_) | Erased::Before(_));
                ends.note(transaction, &evidence.header().practice, ended(note, done)).await?;
                Ok(Done::Erased(erased))
            }
            Self::Expire { practice, before_ms, note } => {
                erase::expire(transaction, ends, practice, *before_ms, note).await.map(Done::Expired)
            }
            Self::LinkUnsubscribe { practice, token, thread, note } => {
                let linked = unsubscribe::link(transaction, ends.key(practice)?, *token, *thread).await?;
                ends.note(transaction, practice, ended(note, linked != Linked::Conflict)).await?;
                Ok(Done::Linked(linked))
            }
            Self::OptOut { practice, token, time_ms } => {
                // No such practice, no such link.
                let Ok(key) = ends.key(practice) else { return Ok(Done::OptedOut(false)) };
                unsubscribe::opt_out(transaction, key, *token, *time_ms).await.map(Done::OptedOut)
            }
            Self::Note { practice, note } => {
                ends.note(transaction, practice, note.clone()).await?;
                Ok(Done::Written)
            }
            Self::UseAssertion { practice, jti, expires } => {
                let sql = "INSERT INTO assertion (practice, jti, expires)
                           SELECT key, $2, $3 FROM practice WHERE name = $1 ON CONFLICT DO NOTHING";
                let jti = bytes(jti.as_bytes());
                let new = transaction.execute(sql, &[&practice.as_str(), &jti, &signed(*expires)]).await?;
                Ok(Done::FirstUse(new == 1))
            }
            Self::AddToken { token, note } => {
                let sql =
                    "INSERT INTO token (hash, practice, staff, signer, expires) VALUES ($1, $2, $3, $4, $5)";
                let TokenRecord { hash, practice, staff, key, expires } = token;
                let (hash, key) = (bytes(hash.as_bytes()), key.to_string());
                transaction
                    .execute(sql, &[&hash, &practice.as_str(), &staff.as_str(), &key, &signed(*expires)])
                    .await?;
                ends.note(transaction, practice, note.clone()).await?;
                Ok(Done::Written)
            }
            Self::RemoveExpired { now } => {
                let mut removed = 0;
                for table in ["invite", "assertion", "token"] {
                    let sql = format!("DELETE FROM {table} WHERE expires < $1");
                    removed += transaction.execute(&sql, &[&signed(*now)]).await?;
                }
                Ok(Done::Removed(removed))
            }
            Self::Probe => {
                transaction.execute("SELECT pg_current_xact_id()", &[]).await?;
                Ok(Done::Written)
            }
        }
    }
}

fn ended(note: &AccessNote, done: bool) -> AccessNote {
    if done { note.clone() } else { note.clone().refused() }
}

async fn register(
    transaction: &Transaction<'_>,
    ends: &mut Ends<'_>,
    new: &Registering,
) -> Result<Registered, StoreError> {
    let digest = registration_digest(&new.manifest, &new.roster);
    let (invite, digest) = (bytes(new.invite.as_bytes()), bytes(&digest));
    // Locked: two relays must not use it at the same time.
    let sql = "SELECT expires, registration FROM invite WHERE hash = $1 FOR UPDATE";
    let Some(row) = transaction.query_opt(sql, &[&invite]).await? else {
        return Ok(Registered::InviteRefused);
    };
    let (expires, used_for) = (unsigned(row.get(0)), row.get::<_, Option<Vec<u8>>>(1));
    match used_for {
        Some(used_for) if used_for == digest => return Ok(Registered::Same),
        None if new.note.time_ms / 1_000 < expires => {}
        _ => return Ok(Registered::InviteRefused),
    }
    let Some(key) = ends.create(transaction, &new.practice, &new.pin).await? else {
        return Ok(Registered::NameTaken);
    };
    insert_manifest(transaction, key, &new.manifest).await?;
    insert_roster(transaction, key, &new.roster).await?;
    let sql = "UPDATE invite SET used_by = $2, registration = $3 WHERE hash = $1";
    transaction.execute(sql, &[&invite, &new.practice.as_str(), &digest]).await?;
    ends.note(transaction, &new.practice, new.note.clone()).await?;
    Ok(Registered::New)
}

async fn replace_manifest(
    transaction: &Transaction<'_>,
    key: i64,
    new: &ManifestRecord,
) -> Result<Published, StoreError> {
    let sql = "SELECT version, text FROM manifest WHERE practice = $1 ORDER BY version DESC LIMIT 1";
    match transaction.query_opt(sql, &[&key]).await? {
        Some(row) if row.get::<_, &str>(1) == new.text => return Ok(Published::Same),
        Some(row) if unsigned(row.get(0)) >= new.version => return Ok(Published::NotNewer),
        _ => insert_manifest(transaction, key, new).await?,
    }
    Ok(Published::New)
}

async fn replace_roster(
    transaction: &Transaction<'_>,
    key: i64,
    new: &RosterRecord,
) -> Result<Published, StoreError> {
    let sql = "SELECT version, text, keyring FROM roster WHERE practice = $1";
    let same = |text: &str, keyring: &str| text == new.signed.roster && keyring == new.signed.keyring;
    match transaction.query_opt(sql, &[&key]).await? {
        Some(row) if same(row.get(1), row.get(2)) => return Ok(Published::Same),
        Some(row) if unsigned(row.get(0)) >= new.roster.version => return Ok(Published::NotNewer),
        _ => insert_roster(transaction, key, new).await?,
    }
    Ok(Published::New)
}

async fn insert_manifest(
    transaction: &Transaction<'_>,
    key: i64,
    new: &ManifestRecord,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO manifest (practice, version, not_after, keys, text) VALUES ($1, $2, $3, $4, $5)";
    let (version, not_after) = (signed(new.version), signed(new.not_after));
    transaction.execute(sql, &[&key, &version, &not_after, &to_json(&new.keys)?, &new.text]).await?;
    Ok(())
}

async fn insert_roster(
    transaction: &Transaction<'_>,
    key: i64,
    new: &RosterRecord,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO roster (practice, version, claims, text, keyring) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (practice) DO UPDATE SET version = excluded.version, claims = excluded.claims,
               text = excluded.text, keyring = excluded.keyring";
    let (version, claims) = (signed(new.roster.version), to_json(&new.roster)?);
    transaction.execute(sql, &[&key, &version, &claims, &new.signed.roster, &new.signed.keyring]).await?;
    Ok(())
}
