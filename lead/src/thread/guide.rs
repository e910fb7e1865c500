//! Guides for calls, as the practice wrote them.

use crate::manifest::ServiceTier;
use serde::{Deserialize, Serialize};
use wire::{EntryId, StaffId};

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

/// A guide as an owner published it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Where it stands in the log.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// It.
    pub guide: CallGuide,
}
