//! What is said about a concept: so, not so, past, someone else's, supposed. In the way of NegEx and ConText:
//! triggers with a direction, a scope that ends with the sentence, at a closing word or after a distance.

use super::Status;
use crate::lexicon::{Hit, Target, Tokens, Trigger};
use crate::order::sort;

/// A negation reaches no further than this many tokens.
const NEGATION_REACH: usize = 40;
/// The other triggers that stand before what they speak of.
const REACH: usize = 25;
/// Triggers that stand after what they speak of.
const BACKWARD_REACH: usize = 12;

/// The triggers of a text that count, in order and not overlapping.
pub(super) struct Triggers {
    all: Vec<(Trigger, usize, usize)>,
}

/// Of the triggers in `hits`, the longest where several overlap: "not only" is more than "not".
pub(super) fn triggers(tokens: &Tokens, hits: &[Hit]) -> Triggers {
    let mut found: Vec<(Trigger, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.target {
            Target::Trigger(trigger) if trigger != Trigger::Idiom => Some((trigger, hit.start, hit.end)),
            _ => None,
        })
        .collect();
    let mut taken = vec![0_u8; tokens.all.len()];
    let key = |&(trigger, start, end): &(Trigger, usize, usize)| {
        (std::cmp::Reverse(end - start), rank(trigger), start)
    };
    sort(&mut found, |a, b| key(a).cmp(&key(b)));
    found.retain(|&(trigger, start, end)| {
        let place = direction(trigger);
        let is_free = taken[start..end].iter().all(|by| by & place == 0);
        // Words that end a scope take no place from others.
        if is_free && trigger != Trigger::End {
            taken[start..end].iter_mut().for_each(|by| *by |= place);
        }
        is_free
    });
    sort(&mut found, |a, b| (a.1, a.2).cmp(&(b.1, b.2)));
    Triggers { all: found }
}

/// Of equally long ones the harmless reading goes first.
const fn rank(trigger: Trigger) -> u8 {
    match trigger {
        Trigger::Pseudo => 0,
        Trigger::NegatedBefore => 1,
        _ => 2,
    }
}

/// The places that a trigger takes: one may speak of what stands before it and of what follows.
const fn direction(trigger: Trigger) -> u8 {
    match trigger {
        Trigger::NegatedAfter | Trigger::PastAfter | Trigger::OtherAfter | Trigger::HypotheticalAfter => 1,
        Trigger::NegatedBefore | Trigger::PastBefore | Trigger::OtherBefore | Trigger::HypotheticalBefore => {
            2
        }
        Trigger::End => 3,
        Trigger::Now => 4,
        // "fine now" is not "now".
        Trigger::Pseudo => 7,
        Trigger::Long => 8,
        Trigger::Idiom => 0,
    }
}

impl Triggers {
    /// Whether the sentence of token `at` says that it has been so for weeks or longer, and not that it is new.
    pub(super) fn is_long(&self, tokens: &Tokens, at: usize) -> bool {
        let sentence = tokens.all[at].sentence;
        let has = |wanted| self.of_sentences(tokens, sentence, sentence).any(|(kind, ..)| *kind == wanted);
        has(Trigger::Long) && !has(Trigger::Now)
    }

    /// What is said about the concept in tokens `start..end`.
    pub(super) fn status(&self, tokens: &Tokens, start: usize, end: usize) -> Status {
        let first = tokens.all[start].sentence;
        let last = tokens.all[end - 1].sentence;
        let in_sentence = |at: usize| (first..=last).contains(&tokens.all[at].sentence);
        let here: Vec<&(Trigger, usize, usize)> = self.of_sentences(tokens, first, last).collect();
        let cut = |from: usize, to: usize| {
            here.iter().any(|(kind, at, until)| *kind == Trigger::End && *at >= from && *until <= to)
        };
        let reaches = |&(kind, from, to): &(Trigger, usize, usize)| {
            if !in_sentence(from) {
                return None;
            }
            let (status, forward) = match kind {
                Trigger::NegatedAfter => (Status::Negated, true),
                Trigger::NegatedBefore => (Status::Negated, false),
                Trigger::PastAfter => (Status::Past, true),
                Trigger::PastBefore => (Status::Past, false),
                Trigger::OtherAfter => (Status::Other, true),
                Trigger::OtherBefore => (Status::Other, false),
                Trigger::HypotheticalAfter => (Status::Hypothetical, true),
                Trigger::HypotheticalBefore => (Status::Hypothetical, false),
                Trigger::Now | Trigger::Long | Trigger::Pseudo | Trigger::Idiom | Trigger::End => {
                    return None;
                }
            };
            let reach = if !forward {
                BACKWARD_REACH
            } else if status == Status::Negated {
                NEGATION_REACH
            } else {
                REACH
            };
            let holds = if forward {
                // "no acute" may reach into a concept that is "acute fracture".
                from < start && to < end && start.saturating_sub(to) <= reach && !cut(to, start)
            } else {
                from >= end && from - end <= reach && !cut(end, from)
            };
            holds.then_some(status)
        };
        let found: Vec<Status> = here.iter().filter_map(|trigger| reaches(trigger)).collect();
        if found.contains(&Status::Negated) {
            return Status::Negated;
        }
        if here.iter().any(|(kind, ..)| *kind == Trigger::Now) {
            return Status::Affirmed;
        }
        [Status::Other, Status::Past, Status::Hypothetical]
            .into_iter()
            .find(|status| found.contains(status))
            .unwrap_or(Status::Affirmed)
    }

    fn of_sentences<'a>(
        &'a self,
        tokens: &'a Tokens,
        first: u32,
        last: u32,
    ) -> impl Iterator<Item = &'a (Trigger, usize, usize)> {
        let from = self.all.partition_point(|&(_, at, _)| tokens.all[at].sentence < first);
        self.all[from..].iter().take_while(move |&&(_, at, _)| tokens.all[at].sentence <= last)
    }
}
