//! Checks PS256 signatures. The one place where the relay does public-key cryptography.

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::DeserializeOwned;
use wire::signed::{SignedError, SignedHeader, SignedParts};
use wire::{PublicJwk, Thumbprint};

/// Why a signature is not accepted. For the relay's log; clients are told only that it was refused.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// Not the shape or header that Anteroom writes.
    #[error(transparent)]
    Form(#[from] SignedError),
    /// Signed for another purpose.
    #[error("signed as `{found}`, not as `{expected}`")]
    Typ {
        /// What is accepted here.
        expected: &'static str,
        /// What the header says.
        found: String,
    },
    /// By another key, or with no key where the root key has to be.
    #[error("not signed by the key that is expected here")]
    WrongKey,
    /// Below 3072 bits, above 4096, or with an exponent other than 65537.
    #[error("the key is not an RSA key of 3072 to 4096 bits")]
    WeakKey,
    /// The signature does not match.
    #[error("the signature does not match")]
    Mismatch,
    /// The claims are not what they have to be.
    #[error("the claims cannot be read: {0}")]
    Claims(serde_json::Error),
}

/// Claims whose signature was checked.
#[derive(Debug)]
pub struct Verified<T> {
    /// The claims.
    pub claims: T,
    /// Thumbprint of the key that signed them.
    pub signer: Thumbprint,
}

/// Checks that `key` signed `token` as `typ`, and reads the claims.
///
/// # Errors
/// [`SignatureError`].
pub fn verify<T: DeserializeOwned>(
    token: &str,
    typ: &'static str,
    key: &PublicJwk,
) -> Result<Verified<T>, SignatureError> {
    let parts = SignedParts::parse(token)?;
    let header = parts.header()?;
    check(&parts, &header, typ, key)
}

/// Checks that the key inside `token` signed it as `typ`. Whose key that is, the caller decides by
/// [`Verified::signer`]: at registration it becomes the pin, later it has to be the pin.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_embedded<T: DeserializeOwned>(
    token: &str,
    typ: &'static str,
) -> Result<Verified<T>, SignatureError> {
    let parts = SignedParts::parse(token)?;
    let header = parts.header()?;
    let key = header.jwk.as_ref().ok_or(SignatureError::WrongKey)?;
    check(&parts, &header, typ, key)
}

/// The key id in the header of `token`. Unverified: good for finding the key to verify with.
///
/// # Errors
/// [`SignatureError::Form`].
pub fn peek_header(token: &str) -> Result<SignedHeader, SignatureError> {
    Ok(SignedParts::parse(token)?.header()?)
}

fn check<T: DeserializeOwned>(
    parts: &SignedParts<'_>,
    header: &SignedHeader,
    typ: &'static str,
    key: &PublicJwk,
) -> Result<Verified<T>, SignatureError> {
    if header.typ != typ {
        return Err(SignatureError::Typ { expected: typ, found: header.typ.clone() });
    }
    let signer = key.thumbprint();
    if header.kid != signer {
        return Err(SignatureError::WrongKey);
    }
    let decoding = decoding_key(key)?;
    let message = parts.signing_input.as_bytes();
    match jsonwebtoken::crypto::verify(parts.signature, message, &decoding, Algorithm::PS256) {
        Ok(true) => {}
        Ok(false) | Err(_) => return Err(SignatureError::Mismatch),
    }
    let claims = serde_json::from_slice(&parts.decode_claims()?).map_err(SignatureError::Claims)?;
    Ok(Verified { claims, signer })
}

/// Whether `key` is one that may stand in a manifest or a roster.
///
/// # Errors
/// [`SignatureError::WeakKey`].
pub fn check_strength(key: &PublicJwk) -> Result<(), SignatureError> {
    decoding_key(key).map(|_| ())
}

/// The accepted exponent, 65537, in base64url.
const EXPONENT: &str = "AQAB";

fn decoding_key(key: &PublicJwk) -> Result<DecodingKey, SignatureError> {
    let modulus = Base64UrlUnpadded::decode_vec(&key.n).map_err(|_| SignatureError::WeakKey)?;
    // RFC 7518 section 6.3.1.1: no leading zero octets; so the length says the size.
    let whole = modulus.first().is_some_and(|&first| first >= 0x80);
    let fits = whole && (384..=512).contains(&modulus.len()) && key.e == EXPONENT;
    if !fits {
        return Err(SignatureError::WeakKey);
    }
    DecodingKey::from_rsa_components(&key.n, &key.e).map_err(|_| SignatureError::WeakKey)
}
