//! A credential file that a browser remembers, encrypted once more under a secret that a second factor gives: the output
//! of a passkey's PRF (W3C Web Authentication Level 3, section 10.1.4). The passphrase still opens what is inside.

use super::subtle::Subtle;
use crate::credential::UnlockError;
use crate::hazmat::{Failed, gcm};
use crate::random;
use zeroize::Zeroizing;

/// What the key is derived for.
const INFO: &str = "anteroom-remembered-v1";

/// Shortest secret, in bytes: a PRF gives 32.
const SECRET: usize = 32;

/// Encrypts `file`, to be opened with the same `secret` as the same `record` only: nonce, ciphertext, tag.
///
/// # Errors
/// [`UnlockError::Unavailable`] without WebCrypto or randomness; [`UnlockError::Refused`] for a short secret.
pub async fn wrap(file: &str, secret: Zeroizing<Vec<u8>>, record: &str) -> Result<Vec<u8>, UnlockError> {
    let (subtle, key) = derive(&secret, "encrypt").await?;
    let iv: [u8; gcm::IV] = random::make_bytes().map_err(|_| UnlockError::Unavailable)?;
    let sealed = subtle.encrypt(&key, &iv, record.as_bytes(), file.as_bytes()).await?;
    Ok([&iv[..], &sealed].concat())
}

/// The file again.
///
/// # Errors
/// [`UnlockError::Refused`] for another secret or record; [`UnlockError::Unavailable`] without WebCrypto.
pub async fn unwrap(wrapped: &[u8], secret: Zeroizing<Vec<u8>>, record: &str) -> Result<String, UnlockError> {
    let (iv, sealed) = wrapped.split_at_checked(gcm::IV).ok_or(UnlockError::Malformed)?;
    let (subtle, key) = derive(&secret, "decrypt").await?;
    let file = subtle.decrypt(&key, iv, record.as_bytes(), sealed).await?;
    String::from_utf8(file.to_vec()).map_err(|_| UnlockError::Malformed)
}

async fn derive(secret: &[u8], usage: &str) -> Result<(Subtle, web_sys::CryptoKey), UnlockError> {
    let subtle = Subtle::find().ok_or(UnlockError::Unavailable)?;
    if secret.len() < SECRET {
        return Err(Failed.into());
    }
    let root = subtle.import_root(secret).await?;
    let key = subtle.derive_content_key(&root, INFO, usage).await?;
    Ok((subtle, key))
}
