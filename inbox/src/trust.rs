//! What a reader knows beforehand, and the documents of a practice that it can check with it:
//! manifest, roster, keyring.

use lead::Manifest;
use lead::manifest::Refused;
use seal::jws::{SignatureError, verify_pinned};
use seal::{KeyError, KeyUse, OpenError, Opener, PrivateKey};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use wire::api::SignedRoster;
use wire::limits::CLOCK_SKEW_SECONDS;
use wire::practice::{MANIFEST_TYP, Member, ROSTER_TYP, Roster};
use wire::{ChainHash, Head, PracticeId, PublicJwk, Thumbprint};

/// What a reader knows for itself: whose log it reads, and the thumbprint of the root key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The practice.
    pub practice: PracticeId,
    /// RFC 7638 thumbprint of the practice's root key.
    pub pin: Thumbprint,
}

/// What a reader remembers from one reading to the next, so that a relay cannot take it back in time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The end of the log, when last read; `None` before the first reading.
    #[serde(default)]
    pub head: Option<Head>,
    /// Highest version of the roster accepted.
    #[serde(default)]
    pub roster: Option<u64>,
    /// Highest version of the manifest accepted.
    #[serde(default)]
    pub manifest: Option<u64>,
}

impl Memory {
    /// The later of both in every part: two readings that ran at once must not undo each other.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let head = match (self.head, other.head) {
            (Some(one), Some(two)) => Some(if one.seq >= two.seq { one } else { two }),
            (one, two) => one.or(two),
        };
        Self { head, roster: self.roster.max(other.roster), manifest: self.manifest.max(other.manifest) }
    }
}

/// Why a document is not accepted as the practice's, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The manifest is not signed by the pinned root key.
    #[error("the manifest is not the practice's: {0}")]
    ManifestSignature(#[source] SignatureError),
    /// The manifest is signed, and is foreign, expired, not yet valid or rolled back.
    #[error("{0}")]
    Manifest(#[source] Refused),
    /// The roster is not signed by the pinned root key.
    #[error("the roster is not the practice's: {0}")]
    RosterSignature(#[source] SignatureError),
    /// The roster is signed, and is not of the expected form, or names a member or key twice.
    #[error("the roster is not of the expected form")]
    RosterMalformed,
    /// Another practice's roster.
    #[error("the roster belongs to another practice")]
    RosterForeign,
    /// Issued in the future, by more than the clock difference that is forgiven.
    #[error("the roster is not valid yet")]
    RosterNotYetValid,
    /// Older than one seen before.
    #[error("the roster is version {found}, and this reader has seen version {seen}")]
    RosterRolledBack {
        /// Of the roster at hand.
        found: u64,
        /// Remembered.
        seen: u64,
    },
    /// The keyring is not the one whose digest the root key signed.
    #[error("the keyring is not the one that the roster names")]
    KeyringSwapped,
}

impl Anchor {
    /// Checks a manifest (compact JWS) at `now` (seconds).
    ///
    /// # Errors
    /// [`TrustError`]; nothing of the manifest may be used.
    pub fn check_manifest(&self, jws: &str, now: u64, memory: &Memory) -> Result<Manifest, TrustError> {
        let pinned =
            verify_pinned(jws.trim_end(), MANIFEST_TYP, &self.pin).map_err(TrustError::ManifestSignature)?;
        Manifest::accept(&pinned.claims, &self.practice, now, memory.manifest).map_err(TrustError::Manifest)
    }

    /// Checks a roster and that the keyring is the one it names, at `now` (seconds).
    ///
    /// # Errors
    /// [`TrustError`]; nothing of either may be used.
    pub fn check_roster(&self, signed: SignedRoster, now: u64, memory: &Memory) -> Result<Staff, TrustError> {
        let pinned =
            verify_pinned(&signed.roster, ROSTER_TYP, &self.pin).map_err(TrustError::RosterSignature)?;
        let roster: Roster =
            serde_json::from_slice(&pinned.claims).map_err(|_| TrustError::RosterMalformed)?;
        if roster.practice != self.practice {
            return Err(TrustError::RosterForeign);
        }
        if roster.iat > now.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err(TrustError::RosterNotYetValid);
        }
        if let Some(seen) = memory.roster.filter(|&seen| roster.version < seen) {
            return Err(TrustError::RosterRolledBack { found: roster.version, seen });
        }
        if ChainHash::of_body(&signed.keyring) != roster.keyring {
            return Err(TrustError::KeyringSwapped);
        }
        Staff::new(roster, signed.keyring, pinned.root)
    }
}

/// A member of staff and one of their signing keys.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Who.
    pub member: &'a Member,
    /// The key.
    pub key: &'a PublicJwk,
    /// What was taken from then on does not count, in seconds; `None` for the present key.
    pub until: Option<u64>,
}

/// Who works at the practice, checked; with the keyring that goes with it, still sealed.
#[derive(Debug, Clone)]
pub struct Staff {
    roster: Roster,
    keyring: String,
    root: PublicJwk,
}

impl Staff {
    fn new(roster: Roster, keyring: String, root: PublicJwk) -> Result<Self, TrustError> {
        let mut names = HashSet::new();
        let mut keys = HashSet::new();
        // One key with two owners would let one sign as the other.
        let distinct = roster.staff.iter().all(|member| {
            names.insert(&member.id) && member.signing_keys().all(|(key, _)| keys.insert(key.thumbprint()))
        });
        if distinct { Ok(Self { roster, keyring, root }) } else { Err(TrustError::RosterMalformed) }
    }

    /// The roster.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The keyring that goes with it, still sealed.
    #[must_use]
    pub fn sealed_keyring(&self) -> &str {
        &self.keyring
    }

    /// The root key that signed it, whose thumbprint is the pin.
    #[must_use]
    pub fn root(&self) -> &PublicJwk {
        &self.root
    }

    /// Whose signing key has this thumbprint, now or formerly.
    #[must_use]
    pub fn signer(&self, key: &Thumbprint) -> Option<Signer<'_>> {
        let of = |member| Member::signing_keys(member).map(move |(key, until)| Signer { member, key, until });
        self.roster.staff.iter().flat_map(of).find(|signer| signer.key.thumbprint() == *key)
    }

    /// Opens the keyring with a member's key, or the recovery key, and takes its keys over.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn open_keyring<O: Opener>(&self, key: &O) -> Result<Keys<O>, KeyringError> {
        let keyring = key.open_keyring(&self.keyring).await?;
        if keyring.practice != self.roster.practice {
            return Err(KeyringError::Foreign);
        }
        let mut keys = HashMap::new();
        for jwk in keyring.keys {
            let key = O::import(jwk).await?;
            keys.insert(key.thumbprint(), key);
        }
        Ok(Keys { keys })
    }

    /// Opens the keyring for the public half of the key in use, its first: what a new manifest has patients seal to,
    /// whatever the one names that the relay has.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn inbox_key<O: Opener>(&self, key: &O) -> Result<PublicJwk, KeyringError> {
        let keyring = key.open_keyring(&self.keyring).await?;
        if keyring.practice != self.roster.practice {
            return Err(KeyringError::Foreign);
        }
        let in_use = PrivateKey::from_jwk(keyring.keys.first().ok_or(KeyringError::Empty)?)?;
        if in_use.usage() != KeyUse::Enc {
            return Err(KeyError::Use.into());
        }
        Ok(in_use.public().to_jwk())
    }
}

/// Why a keyring gives no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// It does not open with this key.
    #[error("the keyring does not open: {0}")]
    Open(#[from] OpenError),
    /// It is another practice's.
    #[error("the keyring belongs to another practice")]
    Foreign,
    /// There is no key in it.
    #[error("the keyring is empty")]
    Empty,
    /// A key in it is not one that Anteroom uses.
    #[error("the keyring holds a key that cannot be used: {0}")]
    Key(#[from] KeyError),
}

/// The inbox keys, old and new, by thumbprint.
#[derive(Debug)]
pub struct Keys<O> {
    keys: HashMap<Thumbprint, O>,
}

impl<O: Opener> Keys<O> {
    /// The key that an entry names.
    #[must_use]
    pub fn key(&self, thumbprint: &Thumbprint) -> Option<&O> {
        self.keys.get(thumbprint)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Puts every key into another form of itself, such as one that works on other threads.
    #[must_use]
    pub fn map<P: Opener>(self, form: impl Fn(O) -> P) -> Keys<P> {
        Keys { keys: self.keys.into_iter().map(|(thumbprint, key)| (thumbprint, form(key))).collect() }
    }
}
