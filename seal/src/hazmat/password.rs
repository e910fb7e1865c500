//! PBES2-HS512+A256KW: RFC 7518 section 4.8. PBKDF2-HMAC-SHA-512, then AES key wrap (RFC 3394).

use super::{Failed, Key};
use aes_kw::{KeyInit, KwAes256};
use sha2::Sha512;

/// Bytes of a wrapped 256-bit key: RFC 3394 section 2.2.1.
pub(crate) const WRAPPED: usize = 40;

/// `salt` is the whole of RFC 7518 section 4.8.1.1: algorithm name, zero, salt input.
pub(crate) fn derive(passphrase: &str, salt: &[u8], rounds: u32) -> Key {
    let mut key = Key::default();
    pbkdf2::pbkdf2_hmac::<Sha512>(passphrase.as_bytes(), salt, rounds, &mut *key);
    key
}

pub(crate) fn wrap(key: &Key, secret: &Key) -> Result<[u8; WRAPPED], Failed> {
    let mut wrapped = [0; WRAPPED];
    cipher(key).wrap_key(&**secret, &mut wrapped).map_err(|_| Failed)?;
    Ok(wrapped)
}

pub(crate) fn unwrap(key: &Key, wrapped: &[u8]) -> Result<Key, Failed> {
    let mut secret = Key::default();
    if wrapped.len() != WRAPPED {
        return Err(Failed);
    }
    cipher(key).unwrap_key(wrapped, &mut *secret).map_err(|_| Failed)?;
    Ok(secret)
}

fn cipher(key: &Key) -> KwAes256 {
    KwAes256::new((&**key).into())
}
