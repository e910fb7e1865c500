//! RSA-OAEP-256 (RFC 7518 section 4.3) and PS256 (section 3.5), by the `rsa` crate.

use super::{Failed, Key};
use rsa::{PrivateKey, PublicKey};
use sha2::Sha256;
use zeroize::Zeroizing;

/// RSAES-OAEP with SHA-256, MGF1-SHA-256 and an empty label.
pub(crate) fn wrap(key: &PublicKey, secret: &Key) -> Result<Vec<u8>, Failed> {
    key.oaep_encrypt::<Sha256>(&**secret).map_err(|_| Failed)
}

/// The other direction; blinded, with randomness of the system.
pub(crate) fn unwrap(key: &PrivateKey, wrapped: &[u8]) -> Result<Key, Failed> {
    let bytes = Zeroizing::new(key.oaep_decrypt::<Sha256>(wrapped).map_err(|_| Failed)?);
    let mut secret = Key::default();
    if bytes.len() != secret.len() {
        return Err(Failed);
    }
    secret.copy_from_slice(&bytes);
    Ok(secret)
}

/// RSASSA-PSS with SHA-256, MGF1-SHA-256 and a salt of 32 bytes.
pub(crate) fn sign(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, Failed> {
    key.pss_sign::<Sha256>(message).map_err(|_| Failed)
}

/// The salt must have 32 bytes (RFC 7518 section 3.5).
pub(crate) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Failed> {
    key.pss_verify::<Sha256>(message, signature).map_err(|_| Failed)
}
