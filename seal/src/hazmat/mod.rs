//! The primitives, each fixed to the one suite. Private: only the envelopes of this crate combine them.

pub(crate) mod gcm;
pub(crate) mod password;
pub(crate) mod rsa;

#[cfg(test)]
mod rfc;
#[cfg(test)]
mod wycheproof;

use crate::random::{self, RandomError};
use zeroize::Zeroizing;

/// An operation failed. It never says which step of a decryption did: RFC 7516 section 11.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed;

impl From<RandomError> for Failed {
    fn from(_: RandomError) -> Self {
        Self
    }
}

/// A 256-bit key: a content encryption key, or the key-encryption key of a passphrase.
pub(crate) type Key = Zeroizing<[u8; 32]>;

pub(crate) fn make_key() -> Result<Key, RandomError> {
    random::make_bytes().map(Zeroizing::new)
}
