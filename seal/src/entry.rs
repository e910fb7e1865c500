//! Sealed entries of the log: compact JWE to one inbox key, bound to practice, thread, entry id and
//! manifest version, and padded.

use crate::base64url;
use crate::hazmat::gcm::TAG;
use crate::hazmat::{Failed, make_key};
use crate::jwe::{Content, Jwe};
use crate::key::{KeyError, PublicKey};
use crate::padding::{self, TooLong};
use crate::private::PrivateKey;
use std::fmt;
use wire::header::{
    CompactParts, ContentEncryption, EntryKind, Envelope, EnvelopeError, KeyWrap, SealedHeader,
};
use wire::jwk::{KeyUse, Thumbprint};
use wire::{EntryId, PracticeId, ThreadId, json};
use zeroize::Zeroizing;

/// What an entry is bound to. The header shows it to everyone and the encryption authenticates it, so
/// that no relay can move an entry to another practice, thread or id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Kind of entry.
    pub typ: EntryKind,
    /// The practice that it is for.
    pub practice: PracticeId,
    /// The lead or document that it belongs to.
    pub thread: ThreadId,
    /// Its own id.
    pub entry: EntryId,
    /// Version of the manifest that the writer saw.
    pub manifest: u64,
}

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Over 64 KiB.
    #[error("too long to be sealed in one entry")]
    TooLong,
    /// A recipient's key is not one for encryption.
    #[error("the recipient's key is not for encryption")]
    Recipient,
    /// No randomness.
    #[error("the system gave no randomness")]
    Unavailable,
}

impl From<Failed> for SealError {
    fn from(_: Failed) -> Self {
        Self::Unavailable
    }
}

impl From<KeyError> for SealError {
    fn from(_: KeyError) -> Self {
        Self::Recipient
    }
}

/// Seals `plaintext` (JSON; spaces at its end are lost) to an inbox key.
///
/// # Errors
/// [`SealError`].
pub fn seal(binding: &Binding, plaintext: &[u8], to: &PublicKey) -> Result<String, SealError> {
    let to = to.for_use(KeyUse::Enc)?;
    let protected = protected(binding, to.thumbprint())?;
    let padded = padding::pad(plaintext, TAG).map_err(|TooLong| SealError::TooLong)?;
    let content_key = make_key().map_err(Failed::from)?;
    let encrypted_key = to.wrap(&content_key)?;
    Ok(Content::seal(&content_key, &protected, padded)?.into_compact(&protected, &encrypted_key))
}

/// The protected header in base64url.
pub(crate) fn protected(binding: &Binding, kid: Thumbprint) -> Result<String, SealError> {
    let header = SealedHeader {
        alg: KeyWrap::RsaOaep256,
        enc: ContentEncryption::A256Gcm,
        kid,
        typ: binding.typ,
        practice: binding.practice.clone(),
        thread: binding.thread,
        entry: binding.entry,
        manifest: binding.manifest,
    };
    let header = json::to_text(&header).ok_or(SealError::Unavailable)?;
    Ok(base64url::encode(header.as_bytes()))
}

/// An entry that was opened. Who wrote an inquiry is not known: its text is anybody's.
pub struct Opened {
    /// What it was bound to; authenticated by the encryption.
    pub header: SealedHeader,
    /// Without its padding.
    pub plaintext: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("header", &self.header).field("plaintext", &"redacted").finish()
    }
}

/// Why something sealed was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is not what Anteroom writes. Found without a key.
    #[error(transparent)]
    Malformed(#[from] EnvelopeError),
    /// It is sealed to another key: perhaps an older one, which a keyring holds.
    #[error("sealed to another key")]
    OtherKey,
    /// It does not open. Nothing says why: RFC 7516 section 11.5.
    #[error("cannot be opened: altered, or not sealed to this key")]
    Refused,
}

impl From<Failed> for OpenError {
    fn from(_: Failed) -> Self {
        Self::Refused
    }
}

/// Opens an entry with a key outside the browser.
///
/// # Errors
/// [`OpenError`].
pub fn open(compact: &str, key: &PrivateKey) -> Result<Opened, OpenError> {
    let key = key.for_use(KeyUse::Enc).map_err(|_| OpenError::OtherKey)?;
    open_envelope(Envelope::parse(compact.to_owned())?, key)
}

/// The same, of an entry that was read already.
///
/// # Errors
/// [`OpenError`].
pub fn open_envelope(envelope: Envelope, key: &PrivateKey) -> Result<Opened, OpenError> {
    let key = key.for_use(KeyUse::Enc).map_err(|_| OpenError::OtherKey)?;
    let plaintext = decode(&envelope, &key.thumbprint())?.open(key)?;
    Ok(opened(envelope.into_header(), plaintext))
}

/// Sees that `key` is the one it is sealed to.
pub(crate) fn decode(envelope: &Envelope, key: &Thumbprint) -> Result<Jwe, OpenError> {
    if envelope.header().kid != *key {
        return Err(OpenError::OtherKey);
    }
    let parts = envelope.parts()?;
    let CompactParts { protected, encrypted_key, iv, ciphertext, tag } = parts;
    let jwe = Jwe::decode(protected, encrypted_key, iv, ciphertext, tag).map_err(|_| EnvelopeError::Shape)?;
    // GCM keeps the length: a writer that did not pad is found out here.
    if !padding::is_class(jwe.sealed.len() - TAG) {
        return Err(EnvelopeError::Shape.into());
    }
    Ok(jwe)
}

pub(crate) fn opened(header: SealedHeader, mut plaintext: Zeroizing<Vec<u8>>) -> Opened {
    padding::trim(&mut plaintext);
    Opened { header, plaintext }
}
