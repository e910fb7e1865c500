//! Signed documents and events: compact JWS (RFC 7515 section 7.1), PS256 only.
//!
//! `typ` says what is signed and must be the one asked for, so that a signed event can never be taken
//! for a roster (RFC 8725 section 3.11).

use crate::base64url;
use crate::hazmat::Failed;
use crate::key::{KeyError, PublicKey};
use crate::private::PrivateKey;
use wire::jwk::{KeyUse, PublicJwk, Thumbprint};
use wire::limits::{MANIFEST_BYTES, ROSTER_BYTES, WRAPPED_KEY_CHARS};
use wire::signed::{SignatureAlgorithm, SignedError, SignedHeader, SignedParts};

/// Longest token, in bytes: a manifest; a roster is no longer, and an event fits in an entry.
const TOKEN_BYTES: usize = MANIFEST_BYTES;
const _: () = assert!(ROSTER_BYTES <= TOKEN_BYTES);

/// Whether the signing key rides in the header. It does where a reader knows only its thumbprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Embed {
    /// `kid` alone.
    Nothing,
    /// `kid` and `jwk`: manifests and rosters, by the root key.
    Jwk,
}

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key is not one for signatures.
    #[error("the key is not for signatures")]
    Key,
    /// Longer than a reader accepts.
    #[error("too long to be signed")]
    TooLong,
    /// No randomness.
    #[error("the system gave no randomness")]
    Unavailable,
}

impl From<Failed> for SignError {
    fn from(_: Failed) -> Self {
        Self::Unavailable
    }
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Over 256 KiB.
    #[error("longer than a signed document may be")]
    TooLarge,
    /// Not a compact JWS with exactly the header that Anteroom writes.
    #[error("not a signed document of the expected form")]
    Malformed,
    /// Signed as something else.
    #[error("signed as another kind of document")]
    OtherType,
    /// By another key than the one asked for.
    #[error("signed by another key")]
    OtherKey,
    /// The key is not one that Anteroom accepts.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The signature does not belong to it.
    #[error("the signature is wrong")]
    Forged,
}

impl From<SignedError> for SignatureError {
    fn from(_: SignedError) -> Self {
        Self::Malformed
    }
}

/// A document whose signer is the one that was pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// What was signed.
    pub claims: Vec<u8>,
    /// Who signed it.
    pub root: PublicJwk,
}

/// Signs `claims` with a key outside the browser.
///
/// # Errors
/// [`SignError`].
pub fn sign(key: &PrivateKey, typ: &str, claims: &[u8], embed: Embed) -> Result<String, SignError> {
    let key = key.for_use(KeyUse::Sig).map_err(|_| SignError::Key)?;
    let draft = draft(&key.public(), typ, claims, embed)?;
    let signature = key.sign(draft.as_bytes())?;
    Ok(finish(draft, &signature))
}

/// The signing input: RFC 7515 section 5.1, steps 1 to 4.
pub(crate) fn draft(key: &PublicKey, typ: &str, claims: &[u8], embed: Embed) -> Result<String, SignError> {
    let jwk = match embed {
        Embed::Nothing => None,
        Embed::Jwk => Some(key.to_jwk()),
    };
    let header =
        SignedHeader { alg: SignatureAlgorithm::Ps256, kid: key.thumbprint(), typ: typ.to_owned(), jwk };
    let header = serde_json::to_vec(&header).map_err(|_| SignError::Unavailable)?;
    let draft = [base64url::encode(&header), base64url::encode(claims)].join(".");
    if draft.len() + 1 + WRAPPED_KEY_CHARS.end() > TOKEN_BYTES {
        return Err(SignError::TooLong);
    }
    Ok(draft)
}

pub(crate) fn finish(draft: String, signature: &[u8]) -> String {
    [draft, base64url::encode(signature)].join(".")
}

/// Checks a token against a key that is known, and gives its claims.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(token: &str, typ: &str, key: &PublicKey) -> Result<Vec<u8>, SignatureError> {
    Signed::parse(token)?.verify(typ, key)
}

/// Checks a token against the thumbprint of the key that must have signed it. The key itself rides in
/// the header and counts for nothing unless its thumbprint is the pin.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_pinned(token: &str, typ: &str, pin: &Thumbprint) -> Result<Pinned, SignatureError> {
    let signed = Signed::parse(token)?;
    let root = signed.header.jwk.as_ref().ok_or(SignatureError::Malformed)?;
    let key = PublicKey::from_jwk(root)?;
    if key.thumbprint() != *pin {
        return Err(SignatureError::OtherKey);
    }
    Ok(Pinned { claims: signed.verify(typ, &key)?, root: key.to_jwk() })
}

/// Who says to have signed a token. Nothing is verified: it serves to look the key up.
///
/// # Errors
/// [`SignatureError::TooLarge`] or [`SignatureError::Malformed`].
pub fn signer(token: &str) -> Result<Thumbprint, SignatureError> {
    Ok(Signed::parse(token)?.header.kid)
}

/// A token whose header was read, and whose signature was not yet checked.
pub(crate) struct Signed<'a> {
    pub(crate) header: SignedHeader,
    pub(crate) parts: SignedParts<'a>,
}

impl<'a> Signed<'a> {
    pub(crate) fn parse(token: &'a str) -> Result<Self, SignatureError> {
        if token.len() > TOKEN_BYTES {
            return Err(SignatureError::TooLarge);
        }
        let parts = SignedParts::parse(token)?;
        Ok(Self { header: parts.header()?, parts })
    }

    /// The claims, once kind, key and signature are found right: RFC 7515 section 5.2.
    fn verify(self, typ: &str, key: &PublicKey) -> Result<Vec<u8>, SignatureError> {
        let key = key.for_use(KeyUse::Sig)?;
        let signature = self.expect(typ, &key.thumbprint())?;
        key.verify(self.parts.signing_input.as_bytes(), &signature)
            .map_err(|Failed| SignatureError::Forged)?;
        Ok(self.parts.decode_claims()?)
    }

    /// The signature, when the header names this kind and this key and no other.
    pub(crate) fn expect(&self, typ: &str, key: &Thumbprint) -> Result<Vec<u8>, SignatureError> {
        if self.header.typ != typ {
            return Err(SignatureError::OtherType);
        }
        let embedded = self.header.jwk.as_ref().is_none_or(|jwk| jwk.thumbprint() == *key);
        if self.header.kid != *key || !embedded {
            return Err(SignatureError::OtherKey);
        }
        base64url::decode(self.parts.signature).map_err(|_| SignatureError::Malformed)
    }
}
