//! By when a lead has to be called, and how the clock stands.

use super::when::{Local, Zone, clock, short_span, weekday};
use crate::words::{fill, t};
use lead::manifest::ManifestSource;
use lead::scoring::{Action, Score};
use lead::thread::{Lead, Stage};

/// From here on the clock is shown as pressing, in milliseconds.
const PRESSING_MS: u64 = 15 * 60_000;

/// How the clock stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Clock {
    /// `43 min left`, `call by Tue 9:00 AM`, `12 min late`.
    pub(crate) words: String,
    pub(crate) tone: Tone,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    Calm,
    Pressing,
    Late,
}

/// When a call is due, in milliseconds: the score says how many business minutes after the inquiry, the practice's
/// hours say when those have passed. `None`: no call is due, or one was tried.
pub(crate) fn due(lead: &Lead, score: &Score, source: &ManifestSource) -> Option<u64> {
    let Action::Call { within_business_minutes } = score.action else { return None };
    let waiting = lead.stage == Stage::New && lead.calls.is_empty();
    let received = lead.inquiries.last().filter(|_| waiting)?;
    source.hours.deadline(received.time, within_business_minutes)
}

/// The clock at `now`.
pub(crate) fn stands(due: u64, now: u64, zone: Zone) -> Clock {
    if due <= now {
        return Clock { words: fill("{span} late", &[&short_span(now - due)]), tone: Tone::Late };
    }
    let left = due - now;
    let tone = if left <= PRESSING_MS { Tone::Pressing } else { Tone::Calm };
    let (then, today) = (Local::at(due, zone), Local::at(now, zone));
    let words = if left < 60 * 60_000 {
        fill("{span} left", &[&short_span(left)])
    } else if then.day == today.day {
        fill("call by {time}", &[&clock(due, zone)])
    } else {
        fill("call by {weekday} {time}", &[&weekday(due, zone), &clock(due, zone)])
    };
    Clock { words, tone }
}

/// The clock of what cannot wait: how long it waits already.
pub(crate) fn waits(since: u64, now: u64) -> Clock {
    let words = match now.saturating_sub(since) {
        ..60_000 => t("now").to_owned(),
        past => fill("waits {span}", &[&short_span(past)]),
    };
    Clock { words, tone: Tone::Late }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const CHICAGO: Zone = |_| -360;
    /// 2026-03-04 20:05 UTC, a Wednesday; 14:05 in Chicago.
    const NOW: u64 = 1_772_654_700_000;
    const MINUTE: u64 = 60_000;

    #[test]
    fn the_clock_in_words() {
        let at = |due: u64| {
            let clock = stands(due, NOW, CHICAGO);
            (clock.words, clock.tone)
        };
        assert_eq!(at(NOW + 43 * MINUTE), ("43 min left".into(), Tone::Calm));
        assert_eq!(at(NOW + 9 * MINUTE), ("9 min left".into(), Tone::Pressing));
        assert_eq!(at(NOW + 100 * MINUTE), ("call by 3:45 PM".into(), Tone::Calm));
        assert_eq!(at(NOW + 20 * 60 * MINUTE), ("call by Thu 10:05 AM".into(), Tone::Calm));
        assert_eq!(at(NOW - 12 * MINUTE), ("12 min late".into(), Tone::Late));
    }

    #[test]
    fn a_call_is_due_until_one_is_tried() {
        let case = samples::case(1, "book a knee replacement", NOW);
        let source = samples::source();
        let score = &case.assessment.as_ref().unwrap().score;
        let due_at = due(&case.lead, score, &source).unwrap();
        assert!(due_at >= NOW + 60 * MINUTE, "the practice's hours count, not the clock's");
        let mut tried = case.lead.clone();
        tried.stage = Stage::Contacting;
        assert_eq!(due(&tried, score, &source), None);
        let mut low = score.clone();
        low.action = Action::Nothing;
        assert_eq!(due(&case.lead, &low, &source), None);
    }
}
