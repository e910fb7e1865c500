//! A practice's log and its hash chain, and the check that every reader makes.

use crate::{EntryId, EntryKind, PracticeId, ThreadId};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest; base64url in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[A-Za-z0-9_-]{43}$"))]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// A digest read back from storage.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 of an entry's body, as it stands on the wire.
    #[must_use]
    pub fn of_body(body: &str) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// What stands before a practice's first entry.
    #[must_use]
    pub fn genesis(practice: &PracticeId) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"anteroom-log-v1\0")
                .chain_update(practice.as_str())
                .finalize()
                .into(),
        )
    }

    /// The hash after the entry `meta`. Every field has a fixed width, so no two entries share an encoding.
    #[must_use]
    pub fn next(&self, meta: &EntryMeta) -> Self {
        let digest = Sha256::new()
            .chain_update(b"anteroom-entry-v1\0")
            .chain_update(self.0)
            .chain_update(meta.seq.to_be_bytes())
            .chain_update(meta.id.as_bytes())
            .chain_update([meta.kind.code()])
            .chain_update(meta.thread.as_bytes())
            .chain_update(meta.sha256.0)
            .chain_update(meta.time.to_be_bytes())
            .finalize();
        Self(digest.into())
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

impl TryFrom<String> for ChainHash {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut bytes = [0; 32];
        match Base64UrlUnpadded::decode(&text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err("a hash is 43 characters of base64url"),
        }
    }
}

impl From<ChainHash> for String {
    fn from(hash: ChainHash) -> String {
        hash.to_string()
    }
}

/// What the chain hash covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryMeta {
    /// Place in the practice's log: 1, 2, 3 ... without gaps.
    pub seq: u64,
    /// The writer's id for it.
    pub id: EntryId,
    /// Kind of entry.
    pub kind: EntryKind,
    /// Lead or document that it belongs to.
    pub thread: ThreadId,
    /// SHA-256 of the body.
    pub sha256: ChainHash,
    /// When the relay took it: milliseconds since 1970-01-01 UTC.
    pub time: u64,
}

/// One entry as the relay hands it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// What the chain covers.
    #[serde(flatten)]
    pub meta: EntryMeta,
    /// Chain hash after this entry.
    pub hash: ChainHash,
    /// The sealed entry; `None` is a tombstone: erased, its hash kept.
    pub body: Option<String>,
}

/// The end of a log, as the relay says or as a reader remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// Last seq; 0 for an empty log.
    pub seq: u64,
    /// Chain hash after it.
    pub hash: ChainHash,
}

impl Head {
    /// The head of an empty log.
    #[must_use]
    pub fn empty(practice: &PracticeId) -> Self {
        Self { seq: 0, hash: ChainHash::genesis(practice) }
    }

    /// Checks that `entry` is the next one and moves to it.
    ///
    /// # Errors
    /// What is wrong, with the seq at which it was seen. The head stays where it was.
    pub fn advance(&mut self, entry: &Entry) -> Result<(), ChainError> {
        let meta = &entry.meta;
        let expected = self.seq + 1;
        if meta.seq != expected {
            return Err(ChainError::Gap { expected, found: meta.seq });
        }
        if entry.body.as_deref().is_some_and(|body| ChainHash::of_body(body) != meta.sha256) {
            return Err(ChainError::Body { seq: meta.seq });
        }
        let hash = self.hash.next(meta);
        if hash != entry.hash {
            return Err(ChainError::Hash { seq: meta.seq });
        }
        *self = Self { seq: meta.seq, hash };
        Ok(())
    }
}

/// What a reader found wrong with a log. Each names the first bad seq.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// An entry is missing, repeated or out of order.
    #[error("entry {expected} is missing: the relay gave {found} in its place")]
    Gap {
        /// The seq that had to come.
        expected: u64,
        /// The seq that came.
        found: u64,
    },
    /// The body is not the one that was accepted.
    #[error("the body of entry {seq} was altered")]
    Body {
        /// Where.
        seq: u64,
    },
    /// The entry does not follow from the one before it: something before or in it was altered.
    #[error("entry {seq} does not follow from the entry before it")]
    Hash {
        /// Where.
        seq: u64,
    },
    /// The log ends before, or differs at, what this reader saw earlier.
    #[error(
        "the log was rewound or rewritten: this reader has seen entry {seq}, and the relay's log does not hold it"
    )]
    Rewound {
        /// The last seq this reader remembers.
        seq: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn practice() -> PracticeId {
        "lakeside-ortho".parse().unwrap()
    }

    fn log(n: u64) -> Vec<Entry> {
        let mut hash = ChainHash::genesis(&practice());
        (1..=n)
            .map(|seq| {
                let body = format!("body {seq}");
                let meta = EntryMeta {
                    seq,
                    id: EntryId::from_bytes([seq as u8; 16]),
                    kind: EntryKind::Inquiry,
                    thread: ThreadId::from_bytes([seq as u8 / 2; 16]),
                    sha256: ChainHash::of_body(&body),
                    time: 1_000 * seq,
                };
                hash = hash.next(&meta);
                Entry { meta, hash, body: Some(body) }
            })
            .collect()
    }

    fn check(entries: &[Entry]) -> Result<Head, ChainError> {
        let mut head = Head::empty(&practice());
        entries.iter().try_for_each(|entry| head.advance(entry))?;
        Ok(head)
    }

    #[test]
    fn an_honest_log_passes_and_so_does_a_tombstone() {
        let mut entries = log(5);
        entries[2].body = None;
        assert_eq!(check(&entries).unwrap().seq, 5);
    }

    #[test]
    fn dropped_reordered_altered_and_rethreaded_entries_are_seen() {
        let mut dropped = log(5);
        dropped.remove(2);
        assert_eq!(check(&dropped), Err(ChainError::Gap { expected: 3, found: 4 }));

        let mut reordered = log(5);
        reordered.swap(1, 2);
        assert_eq!(check(&reordered), Err(ChainError::Gap { expected: 2, found: 3 }));
        reordered[1].meta.seq = 2;
        assert_eq!(check(&reordered), Err(ChainError::Hash { seq: 2 }));

        let mut altered = log(5);
        altered[3].body = Some("another".into());
        assert_eq!(check(&altered), Err(ChainError::Body { seq: 4 }));
        altered[3].meta.sha256 = ChainHash::of_body("another");
        assert_eq!(check(&altered), Err(ChainError::Hash { seq: 4 }));

        let mut rethreaded = log(5);
        rethreaded[4].meta.thread = ThreadId::from_bytes([9; 16]);
        assert_eq!(check(&rethreaded), Err(ChainError::Hash { seq: 5 }));
    }

    /// Frozen: a log written by any released version must check for ever.
    #[test]
    fn frozen_chain() {
        assert_eq!(check(&log(3)).unwrap().hash.to_string(), "QREQKETNAw5WZO9Nes7ELkshyou-DD8PeBNyTC5GQTA");
    }
}
