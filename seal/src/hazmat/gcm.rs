//! A256GCM: RFC 7518 section 5.3. 256-bit key, 96-bit IV, 128-bit tag.

use super::{Failed, Key};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

pub(crate) const IV: usize = 12;
pub(crate) const TAG: usize = 16;

/// Encrypts `text` where it stands and appends the tag. `iv` must be new for every use of `key`: here
/// every message has a key of its own.
pub(crate) fn seal(
    key: &Key,
    iv: &[u8; IV],
    aad: &[u8],
    mut text: Zeroizing<Vec<u8>>,
) -> Result<Vec<u8>, Failed> {
    cipher(key).encrypt_in_place(iv.into(), aad, &mut *text).map_err(|_| Failed)?;
    Ok(std::mem::take(&mut *text))
}

/// Decrypts ciphertext with its tag.
pub(crate) fn open(
    key: &Key,
    iv: &[u8; IV],
    aad: &[u8],
    sealed: Vec<u8>,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let mut text = Zeroizing::new(sealed);
    cipher(key).decrypt_in_place(iv.into(), aad, &mut *text).map_err(|_| Failed)?;
    Ok(text)
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new((&**key).into())
}
