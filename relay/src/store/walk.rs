//! Following a practice's two chains, page by page: what each backend's check does.

use wire::access::{AccessHead, AccessPage};
use wire::api::Page;
use wire::{Head, PracticeId};

/// What a check went through without finding anything wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Findings {
    /// Practices.
    pub practices: u64,
    /// Entries of all their logs.
    pub entries: u64,
    /// Records of all their access logs.
    pub records: u64,
}

/// How far both chains of a practice were followed.
pub(super) struct Walk<'a> {
    practice: &'a PracticeId,
    pub(super) log: Head,
    pub(super) access: AccessHead,
}

impl<'a> Walk<'a> {
    /// Before the first entry and the first record.
    pub(super) fn new(practice: &'a PracticeId) -> Self {
        Self { practice, log: Head::empty(practice), access: AccessHead::empty(practice) }
    }

    /// Follows the next page of the log; whether there is more.
    pub(super) fn follow(&mut self, page: &Page) -> Result<bool, String> {
        for entry in &page.entries {
            self.log.advance(entry).map_err(|error| format!("{}: {error}", self.practice))?;
        }
        self.arrived(page.entries.is_empty(), self.log == page.head, "log")
    }

    /// The same for the access log.
    pub(super) fn follow_access(&mut self, page: &AccessPage) -> Result<bool, String> {
        for record in &page.records {
            self.access.advance(record).map_err(|error| format!("{}: {error}", self.practice))?;
        }
        self.arrived(page.records.is_empty(), self.access == page.head, "access log")
    }

    fn arrived(&self, nothing_left: bool, at_head: bool, what: &str) -> Result<bool, String> {
        match (nothing_left, at_head) {
            (true, false) => Err(format!("{}: the {what} ends before its head", self.practice)),
            _ => Ok(!nothing_left),
        }
    }
}

impl Findings {
    pub(super) fn add(&mut self, walked: &Walk<'_>) {
        self.practices += 1;
        self.entries += walked.log.seq;
        self.records += walked.access.seq;
    }
}
