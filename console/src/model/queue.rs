//! The list of leads: search, filter, order, and what a row says.

use super::case::{Case, Practice};
use super::due::{Clock, stands};
use super::plain::{cut, plain_line};
use super::score;
use super::when::{Zone, brief, full};
use super::work::stage_word;
use lead::scoring::Action;
use lead::thread::Stage;
use lead::triage::Lane;
use std::cmp::Reverse;
use std::sync::Arc;
use wire::ThreadId;

/// Which leads are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Filter {
    #[default]
    All,
    /// Emergency and urgent lanes.
    Urgent,
    /// Whose score says: call.
    ToCall,
}

impl Filter {
    pub(crate) const ALL: [Self; 3] = [Self::All, Self::Urgent, Self::ToCall];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Urgent => "Urgent",
            Self::ToCall => "To call",
        }
    }

    fn lets(self, case: &Case) -> bool {
        match self {
            Self::All => true,
            Self::Urgent => lane(case) != Lane::Routine,
            Self::ToCall => is_to_call(case),
        }
    }
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Order {
    /// Most points first.
    #[default]
    Score,
    /// What to do next: emergencies, urgent words, calls by deadline, the rest by score; what is done
    /// comes last.
    Next,
    /// Latest first.
    Newest,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Score, Self::Next, Self::Newest];

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Score => "By score",
            Self::Next => "What to do next",
            Self::Newest => "Newest first",
        }
    }
}

/// What the list is asked for.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) filter: Filter,
    pub(crate) order: Order,
}

/// The leads that `query` asks for, in its order. Ties are broken by arrival, then by thread, so the
/// order never jumps about.
pub(crate) fn select(practice: &Practice, query: &Query) -> Vec<Arc<Case>> {
    let words = words(&query.text);
    let mut found: Vec<&Arc<Case>> = practice
        .cases
        .iter()
        .filter(|case| query.filter.lets(case))
        .filter(|case| case.matches(&words) || case.is_referred_to_as(&query.text))
        .collect();
    match query.order {
        Order::Score => found
            .sort_by_cached_key(|case| (Reverse(case.points()), Reverse(case.received()), case.lead.thread)),
        Order::Next => found.sort_by_cached_key(|case| turn(case)),
        Order::Newest => found.sort_by_cached_key(|case| (Reverse(case.received()), case.lead.thread)),
    }
    found.into_iter().map(Arc::clone).collect()
}

/// The lead to call now: the first of the day's work that waits for a call or has urgent words.
pub(crate) fn next_to_call(practice: &Practice) -> Option<ThreadId> {
    let waiting = practice.cases.iter().filter(|case| turn(case).0 <= Turn::Call);
    waiting.min_by_key(|case| turn(case)).map(|case| case.lead.thread)
}

/// Which part of the day's work a lead belongs to, first things first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Turn {
    Emergency,
    Urgent,
    Call,
    Rest,
    Done,
}

/// Its part of the day's work, and its place there: among those who wait for someone, who has to be called first.
fn turn(case: &Case) -> (Turn, i64, u64, ThreadId) {
    let open = matches!(case.lead.stage, Stage::New | Stage::Contacting);
    let turn = match (open, lane(case)) {
        (true, Lane::Emergency) => Turn::Emergency,
        (true, Lane::Urgent) => Turn::Urgent,
        (true, Lane::Routine) if is_to_call(case) => Turn::Call,
        _ if matches!(case.lead.stage, Stage::Booked | Stage::Patient | Stage::Closed) => Turn::Done,
        _ => Turn::Rest,
    };
    // Who was called already waits behind who was not.
    let by = match turn {
        Turn::Emergency | Turn::Urgent | Turn::Call => case.lead.calls.len() as i64,
        Turn::Rest | Turn::Done => -i64::from(case.points()),
    };
    (turn, by, case.due.unwrap_or_else(|| case.received()), case.lead.thread)
}

/// How many leads each filter lets through, whatever is searched for.
pub(crate) fn counts(practice: &Practice) -> [usize; 3] {
    Filter::ALL.map(|filter| practice.cases.iter().filter(|case| filter.lets(case)).count())
}

/// What a row of the list says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) thread: ThreadId,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) excerpt: String,
    pub(crate) lane: Lane,
    /// Points and the tier's name; `None` for an erased inquiry.
    pub(crate) score: Option<(i32, String)>,
    pub(crate) to_call: bool,
    /// Until when to call; `None`: no call is due.
    pub(crate) clock: Option<Clock>,
    pub(crate) stage: &'static str,
    pub(crate) when: String,
    pub(crate) when_full: String,
    pub(crate) reference: String,
}

impl Row {
    pub(crate) fn of(case: &Case, practice: &Practice, now: u64, zone: Zone) -> Self {
        let answers = case.lead.inquiry().map(|inquiry| &inquiry.answers);
        let received = case.received();
        Self {
            thread: case.lead.thread,
            name: case.name(),
            service: answers
                .and_then(|answers| answers.service.as_ref())
                .map_or_else(String::new, |id| score::service(&practice.source, id)),
            excerpt: answers.map_or_else(String::new, |answers| plain_line(&cut(&answers.needs, 200))),
            lane: lane(case),
            score: case.assessment.as_ref().map(|assessment| {
                let explained = score::explain(&assessment.score, &practice.source.scoring, "en");
                (explained.points, explained.tier)
            }),
            to_call: is_to_call(case),
            clock: case.due.map(|due| stands(due, now, zone)),
            stage: stage_word(case.lead.stage),
            when: brief(received, now, zone),
            when_full: full(received, zone),
            reference: case
                .lead
                .inquiries
                .last()
                .map_or_else(String::new, |received| received.entry.reference()),
        }
    }
}

pub(crate) fn lane(case: &Case) -> Lane {
    case.assessment.as_ref().map_or(Lane::Routine, |assessment| assessment.triage.lane)
}

fn is_to_call(case: &Case) -> bool {
    let call = case.assessment.as_ref().is_some_and(|a| matches!(a.score.action, Action::Call { .. }));
    call && matches!(case.lead.stage, Stage::New | Stage::Contacting)
}

/// The folded words of a search.
fn words(text: &str) -> Vec<String> {
    fold(text).split_whitespace().map(str::to_owned).collect()
}

/// Lower case without the accents of Western European languages, so that `jose` finds `José`.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(without_accent).collect()
}

const fn without_accent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        'ý' | 'ÿ' => 'y',
        '’' => '\'',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    fn practice() -> Practice {
        let later = |n: u8, needs: &str| samples::case(n, needs, NOW + u64::from(n));
        samples::practice(
            vec![
                later(1, "Knee pain, José sent me"),
                later(2, "We sell SEO services, vendor offer"),
                later(3, "I have chest pain and can't breathe"),
            ],
            Vec::new(),
        )
    }

    fn found(query: &Query) -> Vec<u8> {
        select(&practice(), query).iter().map(|case| case.lead.thread.as_bytes()[0]).collect()
    }

    #[test]
    fn most_points_first_and_newest_among_equals() {
        let practice = practice();
        let points: Vec<i32> =
            select(&practice, &Query::default()).iter().map(|case| case.points()).collect();
        assert!(points.is_sorted_by(|a, b| a >= b), "{points:?}");
        assert_eq!(found(&Query { order: Order::Newest, ..Query::default() }), [3, 2, 1]);
    }

    #[test]
    fn search_needs_every_word_and_forgives_accents_and_case() {
        let search =
            |text: &str| found(&Query { text: text.into(), order: Order::Newest, ..Query::default() });
        assert_eq!(search("JOSE knee"), [1]);
        assert_eq!(search("josé chest"), [0_u8; 0]);
        assert_eq!(search("5550100"), [3, 2, 1], "digits find a number however it is written");
        assert_eq!(search("  "), [3, 2, 1]);
    }

    #[test]
    fn what_to_do_next_is_urgency_then_waiting_then_score() {
        let order = Query { order: Order::Next, ..Query::default() };
        assert_eq!(found(&order)[0], 3, "the emergency first, although it came last");
        let calls = samples::practice(
            vec![samples::case(7, "book knee", NOW + 9_000), samples::case(8, "book knee", NOW + 1_000)],
            Vec::new(),
        );
        assert_eq!(next_to_call(&calls), Some(ThreadId::from_bytes([8; 16])), "who waits longest");
        assert_eq!(next_to_call(&samples::practice(Vec::new(), Vec::new())), None);
    }

    #[test]
    fn filters_count_what_they_show() {
        let practice = practice();
        for (filter, count) in Filter::ALL.into_iter().zip(counts(&practice)) {
            assert_eq!(found(&Query { filter, ..Query::default() }).len(), count, "{filter:?}");
        }
        assert_eq!(found(&Query { filter: Filter::Urgent, ..Query::default() }), [3]);
    }

    #[test]
    fn a_row_is_one_harmless_line() {
        let case = samples::case(1, "<img src=x onerror=alert(1)>\n\u{202E}evil", NOW);
        let row = Row::of(&case, &practice(), NOW, |_| 0);
        assert_eq!(row.excerpt, "<img src=x onerror=alert(1)> \u{FFFD}evil");
        assert_eq!((row.service.as_str(), row.when.as_str()), ("Knee replacement", "now"));
    }
}
