//! A practice's access log: who signed in, read, wrote, published or was refused, as a second hash
//! chain beside the log of entries. It names staff and seqs; never content, and no address.

use crate::practice::Role;
use crate::{ChainHash, EntryId, PracticeId, StaffId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names one request in the access log, in the relay's own log and in its answer; 16 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9a-f]{16}$"))]
pub struct RequestId(u64);

impl RequestId {
    /// From a random number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl TryFrom<String> for RequestId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let right = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = if right { u64::from_str_radix(&text, 16).ok() } else { None };
        number.map(Self).ok_or("a request id is 16 hexadecimal digits")
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> String {
        id.to_string()
    }
}

/// What was done or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Action {
    /// The practice was registered.
    Register,
    /// A token was asked for.
    SignIn,
    /// Entries were read.
    ReadEntries,
    /// An event or document was appended.
    Append,
    /// Roster and keyring were read.
    ReadRoster,
    /// A roster and keyring were published.
    PublishRoster,
    /// A manifest was published.
    PublishManifest,
    /// This log was read.
    ReadAccessLog,
    /// A stream of new heads was opened.
    Follow,
    /// Bodies of entries were erased.
    Erase,
    /// Bodies of entries were erased because they had been kept for as long as the practice keeps them.
    Expire,
    /// An unsubscribe link was made known.
    LinkUnsubscribe,
    /// Opt-outs were read.
    ReadOptOuts,
    /// A signed checkpoint of this log was made.
    ReadCheckpoint,
}

impl Action {
    const fn code(self) -> u8 {
        match self {
            Self::Register => 1,
            Self::SignIn => 2,
            Self::ReadEntries => 3,
            Self::Append => 4,
            Self::ReadRoster => 5,
            Self::PublishRoster => 6,
            Self::PublishManifest => 7,
            Self::ReadAccessLog => 8,
            Self::Follow => 9,
            Self::Erase => 10,
            Self::Expire => 11,
            Self::LinkUnsubscribe => 12,
            Self::ReadOptOuts => 13,
            Self::ReadCheckpoint => 14,
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Ending {
    /// It was done.
    Done,
    /// The relay refused it.
    Refused,
}

/// What it was done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Subject {
    /// Nothing in particular, or nothing at all.
    None,
    /// Entries (or access records) from `first` to `last`, both included.
    Range {
        /// First seq.
        first: u64,
        /// Last seq.
        last: u64,
    },
    /// One entry.
    Entry(EntryId),
    /// A manifest or roster of this version.
    Version(u64),
}

impl Subject {
    /// One byte for the kind and sixteen for the value.
    fn encode(&self) -> [u8; 17] {
        let mut bytes = [0; 17];
        match self {
            Self::None => {}
            Self::Range { first, last } => {
                bytes[0] = 1;
                bytes[1..9].copy_from_slice(&first.to_be_bytes());
                bytes[9..].copy_from_slice(&last.to_be_bytes());
            }
            Self::Entry(id) => {
                bytes[0] = 2;
                bytes[1..].copy_from_slice(id.as_bytes());
            }
            Self::Version(version) => {
                bytes[0] = 3;
                bytes[1..9].copy_from_slice(&version.to_be_bytes());
            }
        }
        bytes
    }
}

/// A member of staff, with the role of that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// Who.
    pub staff: StaffId,
    /// As what.
    pub role: Role,
}

/// One line of the access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessRecord {
    /// Place in the access log: 1, 2, 3 ... without gaps.
    pub seq: u64,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
    /// In which request.
    pub request: RequestId,
    /// By whom; `None` for the holder of an invite.
    pub actor: Option<Actor>,
    /// What.
    pub action: Action,
    /// How it ended.
    pub ending: Ending,
    /// To what.
    pub subject: Subject,
}

impl AccessRecord {
    /// The chain hash after this record. Only the staff id has no fixed width; its length goes before it.
    #[must_use]
    pub fn chain(&self, previous: &ChainHash) -> ChainHash {
        let actor = self.actor.as_ref().map_or("", |actor| actor.staff.as_str());
        let role = match self.actor.as_ref().map(|actor| actor.role) {
            None => 0,
            Some(Role::Owner) => 1,
            Some(Role::Coordinator) => 2,
            Some(Role::Auditor) => 3,
        };
        let ending = match self.ending {
            Ending::Done => 1,
            Ending::Refused => 2,
        };
        // A staff id is at most 40 bytes.
        let length = u8::try_from(actor.len()).unwrap_or(u8::MAX);
        let digest = Sha256::new()
            .chain_update(b"anteroom-access-v1\0")
            .chain_update(previous.as_bytes())
            .chain_update(self.seq.to_be_bytes())
            .chain_update(self.time.to_be_bytes())
            .chain_update(self.request.0.to_be_bytes())
            .chain_update([role, self.action.code(), ending, length])
            .chain_update(actor)
            .chain_update(self.subject.encode())
            .finalize();
        ChainHash::from_bytes(digest.into())
    }
}

/// A record as the relay hands it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainedRecord {
    /// The record.
    #[serde(flatten)]
    pub record: AccessRecord,
    /// Chain hash after it.
    pub hash: ChainHash,
}

/// A page of the access log, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessPage {
    /// Records after the seq asked for.
    pub records: Vec<ChainedRecord>,
    /// The end of the access log when the page was made.
    pub head: AccessHead,
}

/// The end of an access log, as the relay says or as a reader remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessHead {
    /// Last seq; 0 for an empty log.
    pub seq: u64,
    /// Chain hash after it.
    pub hash: ChainHash,
}

impl AccessHead {
    /// The head of an empty access log.
    #[must_use]
    pub fn empty(practice: &PracticeId) -> Self {
        let digest = Sha256::new()
            .chain_update(b"anteroom-access-log-v1\0")
            .chain_update(practice.as_str())
            .finalize();
        Self { seq: 0, hash: ChainHash::from_bytes(digest.into()) }
    }

    /// Checks that `next` follows and moves to it.
    ///
    /// # Errors
    /// The seq at which the log does not follow. The head stays where it was.
    pub fn advance(&mut self, next: &ChainedRecord) -> Result<(), AccessChainError> {
        let expected = self.seq + 1;
        if next.record.seq != expected || next.record.chain(&self.hash) != next.hash {
            return Err(AccessChainError { seq: expected });
        }
        *self = Self { seq: expected, hash: next.hash };
        Ok(())
    }
}

/// A record is missing, out of order or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("access record {seq} is missing, or does not follow from the one before it")]
pub struct AccessChainError {
    /// The first bad seq.
    pub seq: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<ChainedRecord> {
        let practice = "lakeside-ortho".parse().unwrap();
        let sam = Actor { staff: "sam-reed".parse().unwrap(), role: Role::Coordinator };
        let mut hash = AccessHead::empty(&practice).hash;
        [
            (None, Action::Register, Subject::Version(1)),
            (Some(sam.clone()), Action::SignIn, Subject::None),
            (Some(sam.clone()), Action::ReadEntries, Subject::Range { first: 1, last: 9 }),
            (Some(sam), Action::Append, Subject::Entry(EntryId::from_bytes([7; 16]))),
        ]
        .into_iter()
        .zip(1..)
        .map(|((actor, action, subject), seq)| {
            let request = RequestId::new(seq);
            let record =
                AccessRecord { seq, time: seq, request, actor, action, ending: Ending::Done, subject };
            hash = record.chain(&hash);
            ChainedRecord { record, hash }
        })
        .collect()
    }

    fn check(records: &[ChainedRecord]) -> Result<AccessHead, AccessChainError> {
        let mut head = AccessHead::empty(&"lakeside-ortho".parse().unwrap());
        records.iter().try_for_each(|record| head.advance(record))?;
        Ok(head)
    }

    #[test]
    fn any_change_breaks_the_chain_where_it_was_made() {
        assert_eq!(check(&log()).unwrap().seq, 4);
        let changes: [fn(&mut AccessRecord); 7] = [
            |record| record.time += 1,
            |record| record.request = RequestId::new(99),
            |record| record.actor = None,
            |record| record.actor.as_mut().unwrap().role = Role::Owner,
            |record| record.action = Action::Follow,
            |record| record.ending = Ending::Refused,
            |record| record.subject = Subject::Range { first: 1, last: 8 },
        ];
        for change in changes {
            let mut records = log();
            change(&mut records[2].record);
            assert_eq!(check(&records), Err(AccessChainError { seq: 3 }));
        }
        let mut dropped = log();
        dropped.remove(1);
        assert_eq!(check(&dropped), Err(AccessChainError { seq: 2 }));
    }

    #[test]
    fn records_survive_json() {
        for record in log() {
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<ChainedRecord>(&json).unwrap(), record);
        }
        assert!(serde_json::from_str::<RequestId>(r#""00000000000000FF""#).is_err());
        assert!(serde_json::from_str::<RequestId>(r#""ff""#).is_err());
    }

    /// Frozen: an access log written by any released version must check for ever.
    #[test]
    fn frozen_chain() {
        assert_eq!(check(&log()).unwrap().hash.to_string(), "eeCfjXanF7dYQQIJ3xCInlvkrZEMMRoWpeSWw2Q_Zao");
    }
}
