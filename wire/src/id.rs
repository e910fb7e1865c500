//! Identifiers. Each is parsed once, at the border, and cannot hold a wrong value afterwards.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A random id is 16 bytes in base64url without padding: 22 characters.
    #[error("an id is 22 characters of base64url")]
    NotRandom,
    /// A name is 3 to 40 of `a-z`, `0-9` and inner single hyphens.
    #[error(
        "a name is 3 to 40 lower-case letters, digits or hyphens, and starts and ends with a letter or digit"
    )]
    NotName,
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[A-Za-z0-9_-]{22}$"))]
        pub struct $name([u8; 16]);

        impl $name {
            /// An id from 16 bytes; the caller supplies the randomness.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes, as they enter the chain hash.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let mut bytes = [0; 16];
                // base64ct refuses non-canonical trailing bits, so one id has one spelling.
                match Base64UrlUnpadded::decode(text, &mut bytes) {
                    Ok(decoded) if decoded.len() == 16 => Ok(Self(bytes)),
                    _ => Err(IdError::NotRandom),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

random_id! {
    /// One entry of the log; also its idempotency key. 80 random bits and a time, chosen by the writer.
    EntryId
}
random_id! {
    /// The entries that belong to one lead, or to one document. 128 random bits, chosen by the writer.
    ThreadId
}

impl ThreadId {
    /// The well-known thread of a practice's document, such as `keyring`.
    #[must_use]
    pub fn derive_document(name: &str) -> Self {
        use sha2::{Digest, Sha256};
        let digest = Sha256::new().chain_update(b"anteroom-document-v1\0").chain_update(name).finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }
}

impl EntryId {
    /// A new entry's id: 80 random bits, then the low 48 bits of the Unix time in ms at which it is made. The parts are
    /// those of a version 7 UUID (RFC 9562 section 5.7), for the same reason: an index that is sorted by time is written
    /// at its end. The time comes last because [`EntryId::reference`] is of the first bits.
    #[must_use]
    pub fn new(random: [u8; 10], time_ms: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[..10].copy_from_slice(&random);
        bytes[10..].copy_from_slice(&time_ms.to_be_bytes()[2..]);
        Self(bytes)
    }

    /// The id of what a program records about `parts` of a thread, for `purpose`: whoever holds `secret` and
    /// records the same thing takes the same id, and the log takes an id once. Without the secret nobody can tell
    /// from an id what it is about, not even by trying names.
    #[must_use]
    pub fn derive(secret: &[u8; 32], purpose: &str, thread: &ThreadId, parts: &[&str]) -> Self {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new()
            .chain_update(b"anteroom-derived-v1\0")
            .chain_update(secret)
            .chain_update(thread.as_bytes())
            .chain_update((purpose.len() as u64).to_be_bytes())
            .chain_update(purpose);
        for part in parts {
            // The length before each, so that no two lists of parts are read alike.
            digest = digest.chain_update((part.len() as u64).to_be_bytes()).chain_update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        Self(bytes)
    }
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=40).contains(&bytes.len())
        && edge(bytes[0])
        && edge(bytes[bytes.len() - 1])
        && bytes.iter().all(|&byte| edge(byte) || byte == b'-')
        && !text.contains("--")
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                if is_name(&text) { Ok(Self(text)) } else { Err(IdError::NotName) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

name_id! {
    /// A practice, as it appears in links: `lakeside-ortho`.
    PracticeId
}
name_id! {
    /// A member of staff within a practice: `maria-lopez`.
    StaffId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_ends_with_its_time() {
        let id = EntryId::new([9; 10], 0xff_0123_4567_89ab);
        assert_eq!(id.as_bytes(), &[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab]);
    }

    #[test]
    fn a_random_id_has_one_spelling() {
        let id = EntryId::from_bytes([7; 16]);
        assert_eq!(id.to_string().len(), 22);
        assert_eq!(id.to_string().parse(), Ok(id));
        // The last character carries four unused bits; setting them would alias the same bytes.
        let mut alias = id.to_string();
        let last = alias.pop().unwrap();
        alias.push(if last == 'w' { 'x' } else { 'z' });
        assert_eq!(alias.parse::<EntryId>(), Err(IdError::NotRandom));
        for wrong in ["", "short", &"A".repeat(23), "AAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAA+A"] {
            assert_eq!(wrong.parse::<EntryId>(), Err(IdError::NotRandom), "{wrong}");
        }
    }

    #[test]
    fn names_are_safe_in_urls_and_paths() {
        for right in ["abc", "lakeside-ortho", "a1-b2-c3", &"x".repeat(40)] {
            assert!(right.parse::<PracticeId>().is_ok(), "{right}");
        }
        for wrong in ["", "ab", "-abc", "abc-", "a--b", "Abc", "a/b/c", "a.b", "a_b", "ünï", &"x".repeat(41)]
        {
            assert_eq!(wrong.parse::<PracticeId>(), Err(IdError::NotName), "{wrong}");
        }
    }

    #[test]
    fn a_derived_id_depends_on_every_part() {
        let thread = ThreadId::from_bytes([1; 16]);
        let id = EntryId::derive(&[7; 32], "sent", &thread, &["gentle", "hello"]);
        assert_eq!(id.to_string(), "RRxj8CBvZEYs22E0isElig", "frozen: programs of two releases must agree");
        for other in [
            EntryId::derive(&[8; 32], "sent", &thread, &["gentle", "hello"]),
            EntryId::derive(&[7; 32], "claim", &thread, &["gentle", "hello"]),
            EntryId::derive(&[7; 32], "sent", &ThreadId::from_bytes([2; 16]), &["gentle", "hello"]),
            EntryId::derive(&[7; 32], "sent", &thread, &["gentleh", "ello"]),
            EntryId::derive(&[7; 32], "sent", &thread, &["gentle", "hello", ""]),
        ] {
            assert_ne!(other, id);
        }
    }

    #[test]
    fn documents_have_threads_of_their_own() {
        assert_ne!(ThreadId::derive_document("keyring"), ThreadId::derive_document("settings"));
    }
}
