//! Opaque secrets that the relay hands out: invites and access tokens. It keeps their hashes only,
//! so that a stolen database opens nothing.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use wire::ChainHash;

/// SHA-256 of a secret. The secret has 256 random bits, so a plain hash needs no salt and no
/// stretching, and looking it up by value tells a guesser nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of `secret` as it came from a client.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// A hash that a client made of a secret of its own.
    #[must_use]
    pub const fn from_client(hash: ChainHash) -> Self {
        Self(*hash.as_bytes())
    }

    /// For storage.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Makes a secret of 256 random bits in base64url.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn make_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (make_secret().unwrap(), make_secret().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
        assert_ne!(SecretHash::of(&one), SecretHash::of(&other));
    }
}
