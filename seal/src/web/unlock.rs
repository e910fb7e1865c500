//! Credential files in the browser: PBKDF2 and AES-KW by WebCrypto, off the page's thread.

use super::subtle::Subtle;
use crate::credential::{self, UnlockError};
use zeroize::Zeroizing;

/// Unlocks a credential file that a person chose on this machine, as [`credential::unlock`] does.
///
/// # Errors
/// [`UnlockError`].
pub async fn unlock(jwe: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, UnlockError> {
    let subtle = Subtle::find().ok_or(UnlockError::Unavailable)?;
    let (derivation, jwe) = credential::parse(jwe)?;
    let key = subtle.derive(passphrase, &derivation).await?;
    Ok(subtle.open(&key, jwe).await?)
}
