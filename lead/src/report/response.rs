//! How soon somebody called, and which calls came too late.

use super::Entry;
use crate::hours::Hours;
use serde::Serialize;
use wire::ThreadId;

/// Upper bounds of the bars of the distribution, in business minutes; what took longer is in a last one.
pub const BOUNDS: [u64; 6] = [5, 15, 30, 60, 240, 480];

/// Business minutes from an inquiry to the first time that somebody tried to reach the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Response {
    /// Leads within each of [`BOUNDS`] and above the one before; last those that took longer.
    pub bars: [usize; BOUNDS.len() + 1],
    /// Leads that nobody tried to reach yet.
    pub waiting: usize,
    /// Half were called within so many minutes; `None`: nobody was called.
    pub median: Option<u64>,
    /// Nine in ten were called within so many minutes.
    pub ninetieth: Option<u64>,
    /// The longest that somebody without a call waits now.
    pub longest_waiting: Option<u64>,
}

impl Response {
    pub(super) fn of(entries: &[Entry<'_>], hours: &Hours, now_ms: u64) -> Self {
        let mut found = Self::default();
        let mut minutes: Vec<u64> = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.milestones.first_contact() {
                Some(at) => minutes.push(hours.business_minutes(entry.received, at)),
                None if entry.is_settled() => {}
                None => {
                    found.waiting += 1;
                    let waited = hours.business_minutes(entry.received, now_ms);
                    found.longest_waiting = found.longest_waiting.max(Some(waited));
                }
            }
        }
        for taken in &minutes {
            let bar = BOUNDS.iter().position(|bound| taken <= bound).unwrap_or(BOUNDS.len());
            found.bars[bar] += 1;
        }
        minutes.sort_unstable();
        found.median = percentile(&minutes, 50);
        found.ninetieth = percentile(&minutes, 90);
        found
    }

    /// Leads that somebody tried to reach.
    #[must_use]
    pub fn called(&self) -> usize {
        self.bars.iter().sum()
    }
}

/// The smallest of `sorted` that `percent` of them do not exceed (nearest rank).
fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// Calls that the model asked for within a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// Called in time.
    pub kept: usize,
    /// Not yet called, and still in time.
    pub running: usize,
    /// Called too late, or not at all; by the time they were due.
    pub missed: Vec<Missed>,
}

/// A call that came too late, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Which lead.
    pub thread: ThreadId,
    /// When the call was due, in milliseconds.
    pub due: u64,
    /// When it was made; `None`: not yet.
    pub called: Option<u64>,
}

impl Deadlines {
    pub(super) fn of(entries: &[Entry<'_>], hours: &Hours, now_ms: u64) -> Self {
        let mut found = Self::default();
        for entry in entries {
            let due = entry.call_within().and_then(|minutes| hours.deadline(entry.received, minutes));
            let Some(due) = due else { continue };
            let called = entry.milestones.first_contact();
            match called {
                Some(at) if at <= due => found.kept += 1,
                None if entry.is_settled() => {}
                None if now_ms <= due => found.running += 1,
                _ => found.missed.push(Missed { thread: entry.lead.thread, due, called }),
            }
        }
        found.missed.sort_by_key(|missed| (missed.due, missed.thread));
        found
    }
}
