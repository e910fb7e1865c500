//! The list of leads: search, filter, order, and what a row says.

use super::case::{Case, Practice};
use super::due::{Clock, stands, waits};
use super::pipeline::Column;
use super::plain::{cut, plain_line};
use super::score;
use super::when::{Zone, brief, full};
use super::work::stage_word;
use crate::words::t;
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
    /// Held by whoever is signed in.
    Mine,
}

impl Filter {
    pub(crate) const ALL: [Self; 4] = [Self::All, Self::Urgent, Self::ToCall, Self::Mine];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::All => "All",
            Self::Urgent => "Urgent",
            Self::ToCall => "To call",
            Self::Mine => "Mine",
        })
    }

    fn lets(self, case: &Case, practice: &Practice, now: u64) -> bool {
        match self {
            Self::All => true,
            Self::Urgent => lane(case) != Lane::Routine,
            Self::ToCall => is_to_call(case),
            Self::Mine => case.lead.holder(now) == Some(&practice.staff),
        }
    }
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Order {
    /// What to do next, in [`Turn`]s.
    #[default]
    Next,
    /// Most points first.
    Score,
    /// Latest first.
    Newest,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Next, Self::Score, Self::Newest];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Next => "What to do next",
            Self::Score => "By score",
            Self::Newest => "Newest first",
        })
    }
}

/// What the list is asked for.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) filter: Filter,
    pub(crate) order: Order,
}

/// A part of the day's work, first things first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Turn {
    /// Words of an emergency, and nobody has spoken with the person.
    Emergency,
    /// Care-Ready: the score says to call within the practice's minutes. By deadline; who was tried without luck waits
    /// behind who was not.
    Ready,
    /// Words that call for a reply today.
    Urgent,
    /// A planned call is due.
    Task,
    /// The rest, by score.
    Rest,
    /// A call is planned for later.
    Later,
    /// Booked, handed over, closed, merged.
    Done,
}

impl Turn {
    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Emergency => "Emergency",
            Self::Ready => "Care-Ready: call by deadline",
            Self::Urgent => "Reply today",
            Self::Task => "Planned calls, due",
            Self::Rest => "The rest, by score",
            Self::Later => "Planned for later",
            Self::Done => "Done",
        })
    }
}

/// Leads in their order. In the order of the day's work they stand in groups.
pub(crate) struct Listed {
    pub(crate) cases: Vec<Arc<Case>>,
    pub(crate) groups: Vec<Group>,
}

/// Leads of the same turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    pub(crate) turn: Turn,
    /// Index of its first lead.
    pub(crate) start: usize,
    pub(crate) count: usize,
}

/// The leads that `query` asks for, in its order. Ties are broken by arrival, then by thread, so the
/// order never jumps about.
pub(crate) fn select(practice: &Practice, query: &Query, now: u64) -> Listed {
    let words = words(&query.text);
    let mut found: Vec<&Arc<Case>> = practice
        .cases
        .iter()
        .filter(|case| query.filter.lets(case, practice, now))
        .filter(|case| case.matches(&words) || case.is_referred_to_as(&query.text))
        .collect();
    let mut groups: Vec<Group> = Vec::new();
    match query.order {
        Order::Score => found
            .sort_by_cached_key(|case| (Reverse(case.points()), Reverse(case.received()), case.lead.thread)),
        Order::Newest => found.sort_by_cached_key(|case| (Reverse(case.received()), case.lead.thread)),
        Order::Next => {
            let mut keyed: Vec<_> = found.into_iter().map(|case| (place(case, now), case)).collect();
            keyed.sort_by_key(|(place, _)| *place);
            for (start, (place, _)) in keyed.iter().enumerate() {
                match groups.last_mut().filter(|group| group.turn == place.0) {
                    Some(group) => group.count += 1,
                    None => groups.push(Group { turn: place.0, start, count: 1 }),
                }
            }
            found = keyed.into_iter().map(|(_, case)| case).collect();
        }
    }
    Listed { cases: found.into_iter().map(Arc::clone).collect(), groups }
}

/// The lead to call now: the first of the day's work that waits for a call and that no colleague holds.
pub(crate) fn next_to_call(practice: &Practice, now: u64) -> Option<ThreadId> {
    let free = |case: &&Arc<Case>| case.lead.holder(now).is_none_or(|holder| *holder == practice.staff);
    let places = practice.cases.iter().filter(free).map(|case| place(case, now));
    places.filter(|place| place.0 <= Turn::Task).min().map(|place| place.3)
}

/// Which part of the day's work a lead belongs to.
pub(crate) fn turn(case: &Case, now: u64) -> Turn {
    place(case, now).0
}

/// Which part of the day's work a lead belongs to, and its place there.
fn place(case: &Case, now: u64) -> (Turn, i64, u64, ThreadId) {
    let lead = &case.lead;
    let open = matches!(lead.stage, Stage::New | Stage::Contacting);
    let done = matches!(lead.stage, Stage::Booked | Stage::Patient | Stage::Closed);
    let planned = call_task(case);
    let turn = match lane(case) {
        _ if done || lead.merged_into.is_some() => Turn::Done,
        Lane::Emergency if open => Turn::Emergency,
        _ if planned.is_some_and(|due| due > now) => Turn::Later,
        _ if planned.is_some() => Turn::Task,
        Lane::Emergency | Lane::Urgent | Lane::Routine if is_to_call(case) => Turn::Ready,
        Lane::Urgent if open => Turn::Urgent,
        Lane::Emergency | Lane::Urgent | Lane::Routine => Turn::Rest,
    };
    let (by, then) = match turn {
        // Who was called already waits behind who was not.
        Turn::Emergency | Turn::Ready | Turn::Urgent => {
            (lead.calls.len() as i64, case.due.unwrap_or_else(|| case.received()))
        }
        Turn::Task | Turn::Later => (0, planned.unwrap_or_default()),
        Turn::Rest => (-i64::from(case.points()), case.received()),
        // Latest first.
        Turn::Done => (0, u64::MAX - lead.last_activity),
    };
    (turn, by, then, lead.thread)
}

/// When a call is to be made that staff planned or a sequence asks for, in milliseconds.
fn call_task(case: &Case) -> Option<u64> {
    let planned = case.lead.task.as_ref().map(|task| task.due);
    let asked = case.lead.asked_calls.iter().filter(|asked| !asked.done).map(|asked| asked.time).min();
    planned.or(asked)
}

/// How many leads each filter lets through, whatever is searched for.
pub(crate) fn counts(practice: &Practice, now: u64) -> [usize; 4] {
    Filter::ALL.map(|filter| practice.cases.iter().filter(|case| filter.lets(case, practice, now)).count())
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
    /// Who works on it: a colleague's name, or `You`.
    pub(crate) holder: Option<String>,
    pub(crate) stage: &'static str,
    /// Where it stands on the board.
    pub(crate) column: &'static str,
    pub(crate) when: String,
    pub(crate) when_full: String,
    pub(crate) reference: String,
}

impl Row {
    pub(crate) fn of(case: &Case, practice: &Practice, now: u64, zone: Zone) -> Self {
        let answers = case.answers();
        let received = case.received();
        Self {
            thread: case.lead.thread,
            name: case.name(),
            service: answers
                .as_ref()
                .and_then(|answers| answers.service.as_ref())
                .map_or_else(String::new, |id| score::service(&practice.source, id)),
            excerpt: answers.map_or_else(String::new, |answers| plain_line(&cut(&answers.needs, 200))),
            lane: lane(case),
            score: case.assessment.as_ref().map(|assessment| {
                let explained = score::explain(&assessment.score, &practice.source.scoring);
                (explained.points, explained.tier)
            }),
            to_call: is_to_call(case),
            clock: clock_of(case, now, zone),
            holder: holder(case, practice, now),
            stage: stage_word(case.lead.stage),
            column: Column::of(&case.lead).label(),
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

/// How long there is to call. An emergency has no time to spare: what counts is how long it waits.
pub(crate) fn clock_of(case: &Case, now: u64, zone: Zone) -> Option<Clock> {
    let lead = &case.lead;
    let open = matches!(lead.stage, Stage::New | Stage::Contacting);
    if lane(case) == Lane::Emergency && open {
        return Some(waits(case.received(), now));
    }
    let planned = call_task(case);
    case.due.or(planned).filter(|_| lead.merged_into.is_none()).map(|due| stands(due, now, zone))
}

/// Who works on a lead at `now`: `You`, or a colleague's name.
pub(crate) fn holder(case: &Case, practice: &Practice, now: u64) -> Option<String> {
    let holder = case.lead.holder(now)?;
    Some(if *holder == practice.staff { you().into() } else { holder.to_string() })
}

/// Stands for the person's own name where it says who works on a lead.
pub(crate) fn you() -> &'static str {
    t("You")
}

pub(crate) fn lane(case: &Case) -> Lane {
    case.assessment.as_ref().map_or(Lane::Routine, |assessment| assessment.triage.lane)
}

fn is_to_call(case: &Case) -> bool {
    let call = case.assessment.as_ref().is_some_and(|a| matches!(a.score.action, Action::Call { .. }));
    call && matches!(case.lead.stage, Stage::New | Stage::Contacting)
}

/// The folded words of a search.
pub(crate) fn words(text: &str) -> Vec<String> {
    fold(text).split_whitespace().map(str::to_owned).collect()
}

/// Lower case without the accents of Western European languages, so that `jose` finds `José`.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
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
    use lead::thread::{Body, Event, Record, fold};

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
        let listed = select(&practice(), query, NOW);
        listed.cases.iter().map(|case| case.lead.thread.as_bytes()[0]).collect()
    }

    #[test]
    fn most_points_first_and_newest_among_equals() {
        let practice = practice();
        let by_score = Query { order: Order::Score, ..Query::default() };
        let points: Vec<i32> =
            select(&practice, &by_score, NOW).cases.iter().map(|case| case.points()).collect();
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

    fn did(case: &Case, now: u64, by: &str, event: Event) -> Case {
        let received = &case.lead.inquiries[0];
        let record = |seq: u64, time: u64, body: Body| Record {
            entry: wire::EntryId::from_bytes([seq as u8; 16]),
            seq,
            time,
            body,
        };
        let records = [
            record(1, received.time, Body::Inquiry(received.inquiry.clone())),
            record(2, now, Body::Event { author: by.parse().unwrap(), event }),
        ];
        Case::new(fold(case.lead.thread, &records), &samples::source())
    }

    #[test]
    fn the_day_begins_with_emergencies_then_deadlines_then_planned_calls() {
        let ready =
            |n: u8, at: u64| samples::case(n, "I want to book a knee replacement this week", NOW + at);
        let plan = |due: u64| Event::CallPlanned { due, note: String::new() };
        let cases = vec![
            ready(1, 9_000),
            did(&ready(2, 0), NOW, "sam-rivera", plan(NOW + 3_600_000)),
            did(&ready(3, 0), NOW, "sam-rivera", plan(NOW)),
            ready(4, 1_000),
            did(
                &ready(5, 0),
                NOW,
                "sam-rivera",
                Event::AppointmentBooked { slot: lead::thread::Slot::at(NOW), reference: None },
            ),
            samples::case(6, "I have chest pain and can't breathe", NOW + 60_000),
        ];
        let practice = samples::practice(cases, Vec::new());
        let listed = select(&practice, &Query::default(), NOW + 60_000);
        let order: Vec<u8> = listed.cases.iter().map(|case| case.lead.thread.as_bytes()[0]).collect();
        assert_eq!(order, [6, 4, 1, 3, 2, 5], "although the emergency came last and scores lowest");
        let turns: Vec<(Turn, usize, usize)> =
            listed.groups.iter().map(|group| (group.turn, group.start, group.count)).collect();
        assert_eq!(
            turns,
            [
                (Turn::Emergency, 0, 1),
                (Turn::Ready, 1, 2),
                (Turn::Task, 3, 1),
                (Turn::Later, 4, 1),
                (Turn::Done, 5, 1)
            ]
        );
        assert_eq!(next_to_call(&samples::practice(Vec::new(), Vec::new()), NOW), None);
    }

    #[test]
    fn what_a_colleague_holds_is_not_the_next_call() {
        let first = samples::case(1, "I have chest pain and can't breathe", NOW);
        let held = |by: &str| {
            let cases = vec![
                did(&first, NOW, by, Event::Claimed { over: None }),
                samples::case(2, "I want to book a knee replacement this week", NOW),
            ];
            samples::practice(cases, Vec::new())
        };
        let next = |practice: &Practice, now: u64| next_to_call(practice, now).map(|t| t.as_bytes()[0]);
        assert_eq!(next(&held("sam-rivera"), NOW + 1), Some(2));
        assert_eq!(next(&held("maria-lopez"), NOW + 1), Some(1), "one's own is");
        assert_eq!(next(&held("sam-rivera"), NOW + lead::thread::CLAIM_MS), Some(1), "what lapsed is");
        let mine = Query { filter: Filter::Mine, ..Query::default() };
        assert_eq!(select(&held("maria-lopez"), &mine, NOW + 1).cases.len(), 1);
        assert_eq!(select(&held("sam-rivera"), &mine, NOW + 1).cases.len(), 0);
        let row = Row::of(&held("sam-rivera").cases[0], &held("sam-rivera"), NOW + 1, |_| 0);
        assert_eq!(row.holder.as_deref(), Some("sam-rivera"));
    }

    #[test]
    fn filters_count_what_they_show() {
        let practice = practice();
        for (filter, count) in Filter::ALL.into_iter().zip(counts(&practice, NOW)) {
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
