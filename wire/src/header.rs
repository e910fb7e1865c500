//! The protected header of a sealed entry: what everyone, the relay too, may read of it, and what
//! the authenticated encryption binds to the ciphertext (RFC 7516 section 5.1, step 14).

use crate::{EntryId, PracticeId, ThreadId, Thumbprint, json, limits};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

/// What an entry of the log is; `typ` in its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EntryKind {
    /// What a patient sent. Anyone may write one; it is unauthenticated input.
    Inquiry,
    /// What a member of staff did. Signed inside.
    Event,
    /// A document of the practice, such as its keyring. Signed inside.
    Document,
}

impl EntryKind {
    /// The byte that enters the chain hash.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Inquiry => 1,
            Self::Event => 2,
            Self::Document => 3,
        }
    }

    /// The word used in JSON and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::Event => "event",
            Self::Document => "document",
        }
    }

    /// The kind that [`EntryKind::as_str`] gives as `word`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Inquiry, Self::Event, Self::Document].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Key wrapping: RFC 7518 section 4.3. The only one for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyWrap {
    /// RSAES-OAEP with SHA-256 and MGF1-SHA-256.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
}

/// Content encryption: RFC 7518 section 5.3. The only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// AES-256 in Galois/Counter Mode, 96-bit IV, 128-bit tag.
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

/// The protected header of a compact JWE with one recipient. Unknown and repeated members are
/// refused, so `zip`, `crit`, `jku`, `x5u` and every other `alg` or `enc` never get further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedHeader {
    /// Key wrapping.
    pub alg: KeyWrap,
    /// Content encryption.
    pub enc: ContentEncryption,
    /// Thumbprint of the inbox key that opens it.
    pub kid: Thumbprint,
    /// Kind of entry.
    pub typ: EntryKind,
    /// The practice that it is for.
    pub practice: PracticeId,
    /// The lead or document that it belongs to.
    pub thread: ThreadId,
    /// Its own id.
    pub entry: EntryId,
    /// Version of the manifest that the writer saw.
    pub manifest: u64,
}

/// Why a text is not a sealed entry. Nothing is decrypted to find out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than [`limits::ENTRY_BYTES`].
    #[error("larger than an entry may be")]
    TooLarge,
    /// RFC 7516 section 7.1: five base64url parts, of the lengths that the one suite gives.
    #[error("not a compact JWE of the expected shape")]
    Shape,
    /// The protected header is not exactly a [`SealedHeader`].
    #[error("the protected header is not one that Anteroom writes")]
    Header,
}

/// The parts of a compact JWE, checked for shape and size, still in base64url.
#[derive(Debug, Clone, Copy)]
pub struct CompactParts<'a> {
    /// Protected header; these ASCII bytes are the additional authenticated data.
    pub protected: &'a str,
    /// Wrapped content key.
    pub encrypted_key: &'a str,
    /// 96-bit initialisation vector.
    pub iv: &'a str,
    /// Ciphertext.
    pub ciphertext: &'a str,
    /// 128-bit tag.
    pub tag: &'a str,
}

impl<'a> CompactParts<'a> {
    /// Splits `text` without decoding anything large.
    ///
    /// # Errors
    /// [`EnvelopeError::TooLarge`] or [`EnvelopeError::Shape`].
    pub fn parse(text: &'a str) -> Result<Self, EnvelopeError> {
        if text.len() > limits::ENTRY_BYTES {
            return Err(EnvelopeError::TooLarge);
        }
        let found = dots(text).and_then(|dots| Self::between(text, dots)).ok_or(EnvelopeError::Shape)?;
        let fits = found.protected.len() <= limits::HEADER_CHARS
            && (limits::WRAPPED_KEY_CHARS).contains(&found.encrypted_key.len())
            && found.iv.len() == 16
            && found.tag.len() == 22
            && !found.ciphertext.is_empty();
        if fits { Ok(found) } else { Err(EnvelopeError::Shape) }
    }

    /// The parts between `dots`.
    fn between(text: &'a str, [first, second, third, fourth]: [usize; 4]) -> Option<Self> {
        Some(Self {
            protected: text.get(..first)?,
            encrypted_key: text.get(first + 1..second)?,
            iv: text.get(second + 1..third)?,
            ciphertext: text.get(third + 1..fourth)?,
            tag: text.get(fourth + 1..)?,
        })
    }

    /// Whether the ciphertext has the length of a padded plaintext: one of [`limits::PADDING_CLASSES`].
    /// GCM ciphertext is as long as its plaintext.
    #[must_use]
    pub fn is_padded(&self) -> bool {
        limits::PADDING_CLASSES.iter().any(|class| (class * 4).div_ceil(3) == self.ciphertext.len())
    }

    /// Reads the protected header.
    ///
    /// # Errors
    /// [`EnvelopeError::Header`].
    pub fn header(&self) -> Result<SealedHeader, EnvelopeError> {
        let json = Base64UrlUnpadded::decode_vec(self.protected).map_err(|_| EnvelopeError::Header)?;
        json::object(&json).ok_or(EnvelopeError::Header)
    }
}

/// What a byte is, by its value: one look each, in a log that is many megabytes long.
const LETTERS: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        letters[byte] = letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
        byte += 1;
    }
    letters
};

/// Where the four dots are, if everything else is base64url.
fn dots(text: &str) -> Option<[usize; 4]> {
    let (mut dots, mut found) = ([0; 4], 0);
    for (at, byte) in text.bytes().enumerate() {
        if !LETTERS[usize::from(byte)] {
            if byte != b'.' {
                return None;
            }
            *dots.get_mut(found)? = at;
            found += 1;
        }
    }
    (found == dots.len()).then_some(dots)
}

/// A sealed entry whose shape and header were read, so that neither is read a second time.
#[derive(Debug, Clone)]
pub struct Envelope {
    text: String,
    dots: [usize; 4],
    header: SealedHeader,
}

impl Envelope {
    /// Reads all that can be read without a key.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn parse(text: String) -> Result<Self, EnvelopeError> {
        let parts = CompactParts::parse(&text)?;
        let header = parts.header()?;
        let CompactParts { protected, encrypted_key, iv, ciphertext, .. } = parts;
        let mut end = 0;
        let dots = [protected, encrypted_key, iv, ciphertext].map(|part| {
            let dot = end + part.len();
            end = dot + 1;
            dot
        });
        Ok(Self { text, dots, header })
    }

    /// The protected header.
    #[must_use]
    pub const fn header(&self) -> &SealedHeader {
        &self.header
    }

    /// The header, without the rest.
    #[must_use]
    pub fn into_header(self) -> SealedHeader {
        self.header
    }

    /// The parts, still in base64url.
    ///
    /// # Errors
    /// [`EnvelopeError::Shape`]: never, of what [`Self::parse`] has read.
    pub fn parts(&self) -> Result<CompactParts<'_>, EnvelopeError> {
        CompactParts::between(&self.text, self.dots).ok_or(EnvelopeError::Shape)
    }
}
