//! Random identifiers and the randomness of this crate, from the operating system or the browser.

use crate::base64url;
use wire::{EntryId, ThreadId};
use zeroize::Zeroizing;

/// The system gave no randomness. Nothing can be sealed or signed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no randomness")]
pub struct RandomError;

/// The id of an entry that is made now, at this Unix time in ms.
///
/// # Errors
/// [`RandomError`].
pub fn make_entry_id(now_ms: u64) -> Result<EntryId, RandomError> {
    make_bytes().map(|random| EntryId::new(random, now_ms))
}

/// A new lead's thread: 128 random bits.
///
/// # Errors
/// [`RandomError`].
pub fn make_thread_id() -> Result<ThreadId, RandomError> {
    make_bytes().map(ThreadId::from_bytes)
}

/// A `jti` (RFC 7519 section 4.1.7): 128 random bits in base64url.
///
/// # Errors
/// [`RandomError`].
pub fn make_jti() -> Result<String, RandomError> {
    make_bytes::<16>().map(|bytes| base64url::encode(&bytes))
}

/// 128 random bits that nobody may know.
///
/// # Errors
/// [`RandomError`].
pub fn make_secret() -> Result<Zeroizing<[u8; 16]>, RandomError> {
    make_bytes().map(Zeroizing::new)
}

pub(crate) fn make_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_read_back() {
        let (one, two) = (make_entry_id(1).unwrap(), make_entry_id(1).unwrap());
        assert_ne!(one, two);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_ne!(make_thread_id().unwrap(), make_thread_id().unwrap());
        assert_eq!(make_jti().unwrap().len(), 22);
    }
}
