//! Credential files: what a passphrase opens, on the machine of a member of staff. Compact JWE,
//! PBES2-HS512+A256KW (RFC 7518 section 4.8) and A256GCM. This is the one place that reads PBES2, and it
//! reads local files: nothing that comes from the network is handed to it.

use crate::base64url;
use crate::hazmat::{Failed, gcm, make_key, password};
use crate::jwe::{Content, Jwe};
use crate::random;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use wire::header::ContentEncryption;
use wire::json;
use zeroize::Zeroizing;

/// Longest credential file, in bytes.
const FILE_BYTES: usize = 64 << 10;

/// Longest content: [`FILE_BYTES`] less header, key and tag, in base64url.
const CONTENT_BYTES: usize = 47 << 10;

/// Longest protected header, in base64url characters.
const HEADER_CHARS: usize = 512;

/// Salt input in base64url: 16 to 64 bytes. RFC 7518 section 4.8.1.1 asks for 8.
const SALT_CHARS: RangeInclusive<usize> = 22..=86;

/// PBKDF2 rounds within bounds: RFC 7518 section 4.8.1.2 asks for 1,000 at least; a file with too many
/// would hold its reader up for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Rounds(u32);

impl Rounds {
    /// What is accepted.
    pub const RANGE: RangeInclusive<u32> = 600_000..=2_000_000;

    /// What is used where nothing else is asked for.
    pub const DEFAULT: Self = Self(600_000);

    /// The number.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0
    }
}

impl Default for Rounds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// PBKDF2 rounds outside [`Rounds::RANGE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the number of rounds must be 600,000 to 2,000,000")]
pub struct RoundsError;

impl TryFrom<u32> for Rounds {
    type Error = RoundsError;
    fn try_from(count: u32) -> Result<Self, RoundsError> {
        if Self::RANGE.contains(&count) { Ok(Self(count)) } else { Err(RoundsError) }
    }
}

impl From<Rounds> for u32 {
    fn from(rounds: Rounds) -> u32 {
        rounds.0
    }
}

/// Why nothing was locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// No passphrase.
    #[error("a passphrase is needed")]
    NoPassphrase,
    /// Over 47 KiB.
    #[error("too long for a credential file")]
    TooLong,
    /// No randomness.
    #[error("the system gave no randomness")]
    Unavailable,
}

impl From<Failed> for LockError {
    fn from(_: Failed) -> Self {
        Self::Unavailable
    }
}

/// Why a credential file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnlockError {
    /// Not a file that [`lock`] wrote, or with a number of rounds out of bounds.
    #[error("this is not a credential file")]
    Malformed,
    /// It does not open; nothing says which of the two it is.
    #[error("the passphrase is wrong, or the file was altered")]
    Refused,
    /// No WebCrypto: a page must come over HTTPS or from this machine to have it.
    #[error("this browser offers no cryptography here")]
    Unavailable,
}

impl From<Failed> for UnlockError {
    fn from(_: Failed) -> Self {
        Self::Refused
    }
}

#[derive(Serialize, Deserialize)]
enum Algorithm {
    #[serde(rename = "PBES2-HS512+A256KW")]
    Pbes2,
}

impl Algorithm {
    const NAME: &str = "PBES2-HS512+A256KW";
}

#[derive(Serialize, Deserialize)]
enum Type {
    #[serde(rename = "anteroom-credential")]
    Credential,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: Algorithm,
    enc: ContentEncryption,
    typ: Type,
    p2c: Rounds,
    p2s: String,
}

/// How the key is derived from a passphrase.
pub(crate) struct Derivation {
    pub(crate) rounds: Rounds,
    /// Algorithm name, zero, salt input: RFC 7518 section 4.8.1.1.
    pub(crate) salt: Vec<u8>,
}

impl Derivation {
    fn new(rounds: Rounds, salt_input: &[u8]) -> Self {
        Self { rounds, salt: [Algorithm::NAME.as_bytes(), &[0], salt_input].concat() }
    }

    fn key(&self, passphrase: &str) -> crate::hazmat::Key {
        password::derive(passphrase, &self.salt, self.rounds.count())
    }
}

/// Locks `plain` with a passphrase, which is used as it is, in UTF-8. Takes as long as unlocking does:
/// about half a second for [`Rounds::DEFAULT`].
///
/// # Errors
/// [`LockError`].
pub fn lock(plain: &[u8], passphrase: &str, rounds: Rounds) -> Result<String, LockError> {
    if passphrase.is_empty() {
        return Err(LockError::NoPassphrase);
    }
    if plain.len() > CONTENT_BYTES {
        return Err(LockError::TooLong);
    }
    let salt_input = random::make_bytes::<16>().map_err(Failed::from)?;
    let header = Header {
        alg: Algorithm::Pbes2,
        enc: ContentEncryption::A256Gcm,
        typ: Type::Credential,
        p2c: rounds,
        p2s: base64url::encode(&salt_input),
    };
    let header = serde_json::to_vec(&header).map_err(|_| LockError::Unavailable)?;
    let protected = base64url::encode(&header);
    let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + gcm::TAG));
    text.extend_from_slice(plain);
    let content_key = make_key().map_err(Failed::from)?;
    let wrapped = password::wrap(&Derivation::new(rounds, &salt_input).key(passphrase), &content_key)?;
    Ok(Content::seal(&content_key, &protected, text)?.into_compact(&protected, &wrapped))
}

/// How much work unlocking a file takes, for a file that has the form of one. Costs nothing, so that a
/// person can be told before being asked for a passphrase.
///
/// # Errors
/// [`UnlockError::Malformed`].
pub fn inspect(jwe: &str) -> Result<Rounds, UnlockError> {
    Ok(parse(jwe)?.0.rounds)
}

/// Unlocks a credential file, outside the browser.
///
/// # Errors
/// [`UnlockError`].
pub fn unlock(jwe: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, UnlockError> {
    let (derivation, jwe) = parse(jwe)?;
    let content_key = password::unwrap(&derivation.key(passphrase), &jwe.encrypted_key)?;
    Ok(jwe.open_content(&content_key)?)
}

/// Reads all that can be read without the passphrase.
pub(crate) fn parse(text: &str) -> Result<(Derivation, Jwe), UnlockError> {
    let text = text.trim_ascii_end();
    if text.len() > FILE_BYTES {
        return Err(UnlockError::Malformed);
    }
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let &[protected, encrypted_key, iv, ciphertext, tag] = parts.as_slice() else {
        return Err(UnlockError::Malformed);
    };
    if protected.len() > HEADER_CHARS {
        return Err(UnlockError::Malformed);
    }
    let header = base64url::decode(protected).map_err(|_| UnlockError::Malformed)?;
    let header: Header = json::object(&header).ok_or(UnlockError::Malformed)?;
    if !SALT_CHARS.contains(&header.p2s.len()) {
        return Err(UnlockError::Malformed);
    }
    let salt_input = base64url::decode(&header.p2s).map_err(|_| UnlockError::Malformed)?;
    let jwe = Jwe::decode(protected, encrypted_key, iv, ciphertext, tag)
        .ok()
        .filter(|jwe| jwe.encrypted_key.len() == password::WRAPPED)
        .ok_or(UnlockError::Malformed)?;
    Ok((Derivation::new(header.p2c, &salt_input), jwe))
}
