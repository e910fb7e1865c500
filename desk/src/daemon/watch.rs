//! Which of several desks works. The one that announced itself last leads, and keeps the lead as long as it says now and
//! then that it is at work although something waits: where an EHR or a mail server is away, another desk could do no better,
//! and two that take the lead from each other would leave half of what they began to the other. One that says nothing while
//! something is due is dead or stuck, and another one takes over.

use inbox::Announced;
use wire::EntryId;

const MINUTE: u64 = 60_000;
/// Another desk takes over when something has been due for so long and the one that leads said nothing, in milliseconds.
pub(super) const TAKE_OVER: u64 = 15 * MINUTE;
/// The desk that leads says at most so often that it is at work, in milliseconds.
const SPEAK: u64 = 5 * MINUTE;

/// What a desk is to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What is due.
    Leads,
    /// To finish what it has begun, and to begin nothing.
    StandsBy,
    /// To announce itself.
    TakesOver,
}

/// One run of the program, among others.
#[derive(Debug)]
pub(super) struct Watch {
    instance: EntryId,
    /// When it announced itself last, in milliseconds.
    spoke: u64,
    /// The place in the log of what another one said last.
    heard: u64,
    /// Since when something is due about which nothing is done or said, in milliseconds.
    since: Option<u64>,
}

impl Watch {
    /// A run that announced itself at `now`, in milliseconds.
    pub(super) const fn new(instance: EntryId, now: u64) -> Self {
        Self { instance, spoke: now, heard: 0, since: None }
    }

    /// Names it.
    pub(super) const fn instance(&self) -> EntryId {
        self.instance
    }

    /// Its part at `now`, in milliseconds, where `leader` announced itself last.
    pub(super) fn part(
        &mut self,
        leader: Option<Announced>,
        is_due: impl FnOnce() -> bool,
        now: u64,
    ) -> Part {
        if leader.is_some_and(|leader| leader.instance == self.instance) {
            self.since = None;
            return Part::Leads;
        }
        let said = leader.map_or(0, |leader| leader.seq);
        if said != self.heard {
            (self.heard, self.since) = (said, None);
        }
        if !is_due() {
            self.since = None;
            return Part::StandsBy;
        }
        let since = *self.since.get_or_insert(now);
        if now.saturating_sub(since) >= TAKE_OVER { Part::TakesOver } else { Part::StandsBy }
    }

    /// Whether one that leads, and has something before it that is due and cannot be done, has to say that it is at work.
    pub(super) fn has_to_speak(&self, is_due: impl FnOnce() -> bool, now: u64) -> bool {
        now.saturating_sub(self.spoke) >= SPEAK && is_due()
    }

    /// It announced itself.
    pub(super) const fn spoke(&mut self, now: u64) {
        (self.spoke, self.since) = (now, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: EntryId = EntryId::from_bytes([1; 16]);
    const OTHER: EntryId = EntryId::from_bytes([2; 16]);

    fn said(instance: EntryId, seq: u64) -> Option<Announced> {
        Some(Announced { instance, seq })
    }

    #[test]
    fn who_is_at_work_keeps_the_lead_for_days() {
        let (mut leads, mut stands_by) = (Watch::new(ONE, 0), Watch::new(OTHER, 0));
        let mut seq = 7;
        for now in (0..3 * 24 * 60).map(|minute| minute * MINUTE) {
            assert_eq!(leads.part(said(ONE, seq), || true, now), Part::Leads);
            if leads.has_to_speak(|| true, now) {
                seq += 1;
                leads.spoke(now);
            }
            assert_eq!(
                stands_by.part(said(ONE, seq), || true, now),
                Part::StandsBy,
                "minute {}",
                now / MINUTE
            );
        }
        assert!((800..=864).contains(&(seq - 7)), "{seq}: twelve an hour, and only while something waits");
        assert!(!leads.has_to_speak(|| false, u64::MAX), "there is nothing to say");
    }

    #[test]
    fn who_says_nothing_while_something_is_due_is_followed_by_another() {
        let mut stands_by = Watch::new(OTHER, 0);
        assert_eq!(stands_by.part(said(ONE, 7), || true, 0), Part::StandsBy);
        assert_eq!(stands_by.part(said(ONE, 7), || false, 14 * MINUTE), Part::StandsBy, "it was done");
        assert_eq!(stands_by.part(said(ONE, 7), || true, 20 * MINUTE), Part::StandsBy);
        assert_eq!(stands_by.part(said(ONE, 8), || true, 34 * MINUTE), Part::StandsBy, "it spoke");
        assert_eq!(stands_by.part(said(ONE, 8), || true, 48 * MINUTE), Part::StandsBy);
        assert_eq!(stands_by.part(said(ONE, 8), || true, 49 * MINUTE), Part::TakesOver);
        stands_by.spoke(49 * MINUTE);
        assert_eq!(stands_by.part(said(ONE, 8), || true, 50 * MINUTE), Part::StandsBy, "not read back yet");
        assert_eq!(stands_by.part(said(OTHER, 9), || true, 50 * MINUTE), Part::Leads);
    }
}
