//! What a practice publishes under its root key, checked before it is stored.

use crate::signature::{self, SignatureError};
use crate::store::{ManifestRecord, RosterRecord};
use wire::api::SignedRoster;
use wire::practice::{MANIFEST_TYP, ManifestHead, ROSTER_TYP, Role, Roster};
use wire::{ChainHash, PracticeId, PublicJwk, Thumbprint, limits};

/// Why a publication is refused. For the relay's log.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// Larger than the limit for its kind.
    #[error("too large")]
    TooLarge,
    /// The signature is not accepted.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Signed by a root key other than the practice's.
    #[error("not signed by the practice's root key")]
    WrongRoot,
    /// Names another practice.
    #[error("names another practice")]
    Foreign,
    /// Expired, or issued in the future.
    #[error("not valid at this time")]
    Time,
    /// A manifest without an inbox key.
    #[error("no inbox key")]
    NoInbox,
    /// The keyring is not the one that the roster was signed with.
    #[error("the keyring is not the one that the roster names")]
    Keyring,
    /// Nobody could administer the practice any more.
    #[error("no active owner")]
    NoOwner,
    /// The same staff id, or the same signing key, twice.
    #[error("two members share an id or a signing key")]
    Ambiguous,
}

/// A manifest signed by `root`.
#[derive(Debug)]
pub struct CheckedManifest {
    /// Whose.
    pub practice: PracticeId,
    /// The root key that signed it.
    pub root: Thumbprint,
    /// What is stored.
    pub record: ManifestRecord,
}

/// A roster signed by `root`, with the keyring that it names.
#[derive(Debug)]
pub struct CheckedRoster {
    /// The root key that signed it.
    pub root: Thumbprint,
    /// What is stored.
    pub record: RosterRecord,
}

/// Checks a manifest's signature, time and keys. `now` is in seconds.
///
/// # Errors
/// [`PublicationError`].
pub fn check_manifest(text: String, now: u64) -> Result<CheckedManifest, PublicationError> {
    if text.len() > limits::MANIFEST_BYTES {
        return Err(PublicationError::TooLarge);
    }
    let verified = signature::verify_embedded::<ManifestHead>(&text, MANIFEST_TYP)?;
    let head = verified.claims;
    if head.exp <= now || head.iat > now + limits::CLOCK_SKEW_SECONDS {
        return Err(PublicationError::Time);
    }
    if head.inbox.keys.is_empty() {
        return Err(PublicationError::NoInbox);
    }
    head.inbox.keys.iter().try_for_each(signature::check_strength)?;
    let keys = head.inbox.keys.iter().map(PublicJwk::thumbprint).collect();
    let record = ManifestRecord { version: head.version, not_after: head.exp, keys, text };
    Ok(CheckedManifest { practice: head.practice, root: verified.signer, record })
}

/// Checks a roster's signature, the keyring that goes with it, and that someone can still
/// administer the practice. `now` is in seconds.
///
/// # Errors
/// [`PublicationError`].
pub fn check_roster(
    signed: SignedRoster,
    practice: &PracticeId,
    now: u64,
) -> Result<CheckedRoster, PublicationError> {
    if signed.roster.len() > limits::ROSTER_BYTES || signed.keyring.len() > limits::KEYRING_BYTES {
        return Err(PublicationError::TooLarge);
    }
    let verified = signature::verify_embedded::<Roster>(&signed.roster, ROSTER_TYP)?;
    let roster = verified.claims;
    if roster.practice != *practice {
        return Err(PublicationError::Foreign);
    }
    if roster.iat > now + limits::CLOCK_SKEW_SECONDS {
        return Err(PublicationError::Time);
    }
    if ChainHash::of_body(&signed.keyring) != roster.keyring {
        return Err(PublicationError::Keyring);
    }
    check_staff(&roster, now)?;
    Ok(CheckedRoster { root: verified.signer, record: RosterRecord { roster, signed } })
}

fn check_staff(roster: &Roster, now: u64) -> Result<(), PublicationError> {
    let mut seen = std::collections::HashSet::new();
    for member in &roster.staff {
        // An id and keys of their own: a token request and an event name exactly one person.
        if !seen.insert(member.id.to_string()) {
            return Err(PublicationError::Ambiguous);
        }
        for (key, _) in member.signing_keys() {
            signature::check_strength(key)?;
            if !seen.insert(key.thumbprint().to_string()) {
                return Err(PublicationError::Ambiguous);
            }
        }
    }
    let owned = roster.staff.iter().any(|member| member.role == Role::Owner && member.is_active(now));
    if owned { Ok(()) } else { Err(PublicationError::NoOwner) }
}
