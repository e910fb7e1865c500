//! A sealed entry as the relay holds it: a text of the right shape, and what its header says. There
//! is no way from here to the content; the relay has neither the key nor the code.

use wire::header::{CompactParts, EnvelopeError};
use wire::{ChainHash, SealedHeader};

/// A compact JWE whose shape, padding and header were checked. Only [`SealedEntry::parse`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    header: SealedHeader,
    body: String,
    sha256: ChainHash,
}

impl SealedEntry {
    /// Checks shape and header: RFC 7516 section 7.1 and [`SealedHeader`]. What is not padded is
    /// refused, so that no writer gives away by a length what it meant to keep.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn parse(body: String) -> Result<Self, EnvelopeError> {
        let parts = CompactParts::parse(&body)?;
        if !parts.is_padded() {
            return Err(EnvelopeError::Shape);
        }
        let header = parts.header()?;
        let sha256 = ChainHash::of_body(&body);
        Ok(Self { header, body, sha256 })
    }

    /// What its writer declared, bound to the ciphertext by the authenticated encryption.
    #[must_use]
    pub fn header(&self) -> &SealedHeader {
        &self.header
    }

    /// The entry as it came.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// SHA-256 of the body.
    #[must_use]
    pub fn sha256(&self) -> ChainHash {
        self.sha256
    }
}
