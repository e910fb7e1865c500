//! What needs no private key, by the browser's own cryptography. The widget is made of this: it carries no
//! RSA and no AES of its own to every patient.

use super::subtle::Subtle;
use crate::entry::{Binding, SealError, protected};
use crate::hazmat::gcm::TAG;
use crate::jwe::Content;
use crate::jws::{Pinned, SignatureError, Signed};
use crate::key::{KeyError, checked};
use crate::padding::{self, TooLong};
use crate::random;
use wire::jwk::{KeyUse, PublicJwk, Thumbprint};

/// As [`crate::jws::verify_pinned`].
///
/// # Errors
/// [`SignatureError`]; [`KeyError::Unavailable`] where the browser offers no cryptography.
pub async fn verify_pinned(token: &str, typ: &str, pin: &Thumbprint) -> Result<Pinned, SignatureError> {
    let signed = Signed::parse(token)?;
    let root = signed.header.jwk.as_ref().ok_or(SignatureError::Malformed)?;
    for_use(root, KeyUse::Sig)?;
    if root.thumbprint() != *pin {
        return Err(SignatureError::OtherKey);
    }
    let signature = signed.expect(typ, pin)?;
    let subtle = Subtle::find().ok_or(KeyError::Unavailable)?;
    let key = subtle.import_public(root, KeyUse::Sig).await.map_err(|_| KeyError::Modulus)?;
    let verified = subtle.verify(&key, signed.parts.signing_input, &signature).await;
    verified.map_err(|_| SignatureError::Forged)?;
    Ok(Pinned { claims: signed.parts.decode_claims()?, root: root.clone() })
}

/// As [`crate::entry::seal`].
///
/// # Errors
/// [`SealError`].
pub async fn seal(binding: &Binding, plaintext: &[u8], to: &PublicJwk) -> Result<String, SealError> {
    for_use(to, KeyUse::Enc)?;
    let protected = protected(binding, to.thumbprint())?;
    let padded = padding::pad(plaintext, TAG).map_err(|TooLong| SealError::TooLong)?;
    let iv = random::make_bytes().map_err(|_| SealError::Unavailable)?;
    let subtle = Subtle::find().ok_or(SealError::Unavailable)?;
    let key = subtle.import_public(to, KeyUse::Enc).await.map_err(|_| SealError::Recipient)?;
    let (encrypted_key, sealed) = subtle.seal(&key, &iv, &protected, &padded).await?;
    Ok(Content::of(&iv, &sealed).into_compact(&protected, &encrypted_key))
}

/// Whether a JWK is one that Anteroom uses, for this use.
///
/// # Errors
/// [`KeyError`].
pub fn for_use(jwk: &PublicJwk, usage: KeyUse) -> Result<(), KeyError> {
    if checked(jwk)?.1 == usage { Ok(()) } else { Err(KeyError::Use) }
}
