//! Documents that a practice writes itself: guides for calls and follow-up sequences. Every edition stays in its log.

use super::event::Event;
use crate::manifest::ServiceTier;
use serde::{Deserialize, Serialize};
use wire::{EntryId, StaffId, ThreadId};

/// What a member of staff says, asks and checks on a call, in one language. The latest of a language and tier counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallGuide {
    /// Language tag (BCP 47).
    pub language: String,
    /// For services of this kind, and then it holds the stages that differ; `None`: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<ServiceTier>,
    /// A small part of Markdown; empty: the guide that ships with the console, again.
    pub text: String,
}

impl CallGuide {
    /// Longest text, in bytes.
    pub const BYTES: usize = 16 << 10;
    /// Longest language tag, in bytes.
    const TAG_BYTES: usize = 35;

    pub(super) const fn fits(&self) -> bool {
        self.text.len() <= Self::BYTES && self.language.len() <= Self::TAG_BYTES
    }
}

/// A follow-up sequence as a text, which whoever needs it reads (`lead::sequence::edition`). The latest of an id counts
/// that can be sent by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenSequence {
    /// Id of the sequence.
    pub id: String,
    /// Canonical JSON of a `lead::sequence::Sequence`; empty: the practice's own is taken back.
    pub text: String,
}

impl WrittenSequence {
    /// Longest text, in bytes: as JSON within JSON, signed, it fits an entry whatever is in it.
    pub const BYTES: usize = 22 << 10;
    /// Longest id, in bytes.
    const ID_BYTES: usize = 60;

    pub(super) const fn fits(&self) -> bool {
        self.text.len() <= Self::BYTES && self.id.len() <= Self::ID_BYTES
    }
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// A guide for calls.
    Guide(CallGuide),
    /// A follow-up sequence.
    Sequence(WrittenSequence),
}

impl Document {
    /// What publishes it, and in which thread.
    #[must_use]
    pub fn published(self) -> (ThreadId, Event) {
        match self {
            Self::Guide(guide) => (ThreadId::derive_document("guides"), Event::GuidePublished { guide }),
            Self::Sequence(sequence) => {
                (ThreadId::derive_document("sequences"), Event::SequencePublished { sequence })
            }
        }
    }
}

/// A document as an owner published it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Where it stands in the log.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// It.
    pub document: Document,
}

impl Edition {
    /// The guide for calls, if it is one.
    #[must_use]
    pub const fn guide(&self) -> Option<&CallGuide> {
        match &self.document {
            Document::Guide(guide) => Some(guide),
            Document::Sequence(_) => None,
        }
    }

    /// The sequence, if it is one.
    #[must_use]
    pub const fn sequence(&self) -> Option<&WrittenSequence> {
        match &self.document {
            Document::Sequence(sequence) => Some(sequence),
            Document::Guide(_) => None,
        }
    }
}
