//! A draft of the scoring model: what it would change, before it is published. A draft gives no lead its score.
//!
//! It leaves as part of a manifest: as a document for the command line, or published from here (`publishing.rs`).

use super::case::{Case, Practice, Same};
use super::score;
use crate::words::{fill, found, t};
use lead::scoring::calibrate::{LEAST_OUTCOMES, Outcome, TooLittle, calibrate};
use lead::scoring::versions::{self, Change};
use lead::scoring::{Action, Facts, Model, Replay, Versions};
use std::sync::Arc;
use wire::ThreadId;

/// The latest leads that a draft is tried on. Reading a text takes a third of a millisecond in a browser.
pub(crate) const LEADS: usize = 1_000;
/// Leads that are named among those that would move.
const NAMED: usize = 50;
/// Longest document that is looked at, in bytes.
const DOCUMENT_BYTES: usize = 128 << 10;

/// The draft, if somebody began one.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Drafting {
    versions: Option<Same<Versions>>,
    /// What is wrong with the text that was given as a model.
    pub(crate) unreadable: Option<String>,
}

/// A change to the draft.
pub(crate) enum Edit {
    /// Points of the criterion at a place.
    Points(usize, i32),
    /// Threshold of the tier at a place.
    AtLeast(usize, i32),
    /// Minutes to call in, of the tier at a place.
    Minutes(usize, u32),
    /// The whole model, as JSON.
    Text(String),
    Discard,
}

impl Drafting {
    /// The version in force and the draft. A draft of an earlier version goes on, if it was not published meanwhile.
    pub(crate) fn versions(&self, current: &Model) -> Same<Versions> {
        let before = match &self.versions {
            Some(versions) if versions.current() == current => return versions.clone(),
            Some(versions) => versions.draft(),
            None => None,
        };
        let draft = before.map(|draft| Model { version: current.version, ..draft.clone() });
        let mut versions = Versions::of(current.clone());
        versions.set_draft(draft.filter(|draft| draft != current));
        Same(Arc::new(versions))
    }

    pub(crate) fn step(&mut self, current: &Model, edit: Edit) {
        let mut versions = (*self.versions(current).0).clone();
        let mut draft = versions.draft().unwrap_or(current).clone();
        self.unreadable = None;
        match edit {
            Edit::Points(at, points) => {
                if let Some(criterion) = draft.criteria.get_mut(at) {
                    criterion.points = points;
                }
            }
            Edit::AtLeast(at, points) => {
                if let Some(tier) = draft.tiers.get_mut(at) {
                    tier.at_least = points;
                }
            }
            Edit::Minutes(at, minutes) => {
                if let Some(Action::Call { within_business_minutes }) =
                    draft.tiers.get_mut(at).map(|tier| &mut tier.action)
                {
                    *within_business_minutes = minutes;
                }
            }
            Edit::Text(text) => match parse(&text) {
                Ok(model) => draft = Model { version: current.version, ..model },
                Err(why) => {
                    self.unreadable = Some(why);
                    return;
                }
            },
            Edit::Discard => draft = current.clone(),
        }
        versions.set_draft((draft != *current).then_some(draft));
        self.versions = Some(Same(Arc::new(versions)));
    }
}

fn parse(text: &str) -> Result<Model, String> {
    if text.len() > DOCUMENT_BYTES {
        return Err(t("longer than a model can be").into());
    }
    serde_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())
}

/// A criterion or tier as it stands in force and in the draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) now: Option<i32>,
    pub(crate) draft: i32,
}

/// The draft's criteria, each beside what it gives now.
pub(crate) fn criteria(versions: &Versions) -> Vec<Line> {
    let draft = versions.draft().unwrap_or(versions.current());
    let now = |id: &str| versions.current().criteria.iter().find(|by| by.id == id).map(|by| by.points);
    let line = |by: &lead::scoring::Criterion| Line {
        label: score::criterion(by),
        now: now(&by.id),
        draft: by.points,
    };
    draft.criteria.iter().map(line).collect()
}

/// The draft's tiers: threshold, and minutes to call in.
pub(crate) fn tiers(versions: &Versions) -> Vec<(Line, Option<u32>)> {
    let draft = versions.draft().unwrap_or(versions.current());
    let line = |tier: &lead::scoring::Tier| {
        let now = versions.current().tier(&tier.id).map(|tier| tier.at_least);
        let minutes = match tier.action {
            Action::Call { within_business_minutes } => Some(within_business_minutes),
            Action::Sequence(_) | Action::Nothing => None,
        };
        (Line { label: score::tier(tier), now, draft: tier.at_least }, minutes)
    };
    draft.tiers.iter().map(line).collect()
}

/// The leads that a draft is tried on, with what the model may look at in each.
pub(crate) struct Trial {
    leads: Vec<(Arc<Case>, Facts)>,
}

impl Trial {
    /// Reads the latest [`LEADS`] inquiries.
    pub(crate) fn of(practice: &Practice) -> Self {
        Self::of_those(practice, |_| true)
    }

    fn of_those(practice: &Practice, are: impl Fn(&Case) -> bool) -> Self {
        let mut cases: Vec<&Arc<Case>> = practice.cases.iter().filter(|case| are(case)).collect();
        cases.sort_by_key(|case| std::cmp::Reverse(case.received()));
        let facts = |case: &Arc<Case>| {
            let (inquiry, answers) = (case.lead.inquiry()?, case.answers()?);
            let facts = Facts::gather(&practice.source, &answers, &inquiry.signals, inquiry.submitted_ms);
            Some((Arc::clone(case), facts))
        };
        Self { leads: cases.into_iter().take(LEADS).filter_map(facts).collect() }
    }
}

/// What the practice's own history says of the points in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Advice {
    /// Why nothing is suggested.
    TooLittle(String),
    Found {
        leads: usize,
        booked: usize,
        lines: Vec<Advised>,
    },
}

/// What it says of one criterion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Advised {
    pub(crate) label: String,
    /// Leads in which it held, and those of them that were booked.
    pub(crate) held: usize,
    pub(crate) booked: usize,
    pub(crate) points: i32,
    pub(crate) suggested: i32,
}

/// Looks at the latest [`LEADS`] that are booked or closed.
pub(crate) fn advice(practice: &Practice) -> Advice {
    let model = &practice.source.scoring;
    let settled = Trial::of_those(practice, |case| Outcome::of(case.lead.stage).is_some());
    let with_outcome = |(case, facts): (Arc<Case>, Facts)| Some((facts, Outcome::of(case.lead.stage)?));
    let leads: Vec<_> = settled.leads.into_iter().filter_map(with_outcome).collect();
    let booked = leads.iter().filter(|(_, outcome)| *outcome == Outcome::Booked).count();
    let too_few = |needed: usize| {
        Advice::TooLittle(fill(
            "{booked} booked and {others} closed leads are too few: {needed} of each are needed.",
            &[&booked, &(leads.len() - booked), &needed],
        ))
    };
    match calibrate(model, &leads) {
        Err(TooLittle::Outcomes { needed, .. }) => too_few(needed),
        Err(TooLittle::NothingVaries) if booked.min(leads.len() - booked) < LEAST_OUTCOMES => {
            too_few(LEAST_OUTCOMES)
        }
        Err(TooLittle::NothingVaries) => Advice::TooLittle(
            t("No criterion is met by some and not by others: there is nothing to compare.").into(),
        ),
        Ok(found) => {
            let label = |id: &str| {
                let criterion = model.criteria.iter().find(|criterion| criterion.id == id);
                criterion.map_or_else(|| id.to_owned(), score::criterion)
            };
            let lines = found.criteria.iter().map(|one| Advised {
                label: label(&one.id),
                held: one.held,
                booked: one.booked,
                points: one.points,
                suggested: one.suggested,
            });
            Advice::Found { leads: found.leads, booked: found.booked, lines: lines.collect() }
        }
    }
}

/// What a draft would change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Preview {
    pub(crate) changes: Vec<String>,
    pub(crate) faults: Vec<String>,
    pub(crate) leads: usize,
    /// From tier to tier, and how many.
    pub(crate) moves: Vec<(String, String, usize)>,
    /// The first of those that would move.
    pub(crate) moved: Vec<Moved>,
}

/// A lead that would move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    pub(crate) thread: ThreadId,
    pub(crate) name: String,
    /// Points now and by the draft.
    pub(crate) points: (i32, i32),
    /// Tiers now and by the draft.
    pub(crate) tiers: (String, String),
}

/// `None`: there is no draft.
pub(crate) fn preview(versions: &Versions, trial: &Trial) -> Option<Preview> {
    let (current, draft) = (versions.current(), versions.draft()?);
    let replay = Replay::of(current, draft, trial.leads.iter().map(|(_, facts)| facts));
    let name = |model: &Model, id: &str| model.tier(id).map_or_else(|| id.to_owned(), score::tier);
    let moved = replay.moved.iter().take(NAMED).map(|moved| {
        let case = &trial.leads[moved.lead].0;
        Moved {
            thread: case.lead.thread,
            name: case.name(),
            points: (moved.from.0, moved.to.0),
            tiers: (name(current, &moved.from.1), name(draft, &moved.to.1)),
        }
    });
    let moves = replay.moves.iter();
    Some(Preview {
        changes: changes(current, draft),
        faults: draft.faults().iter().map(|fault| found(&fault.to_string())).collect(),
        leads: replay.leads,
        moves: moves.map(|((from, to), count)| (name(current, from), name(draft, to), *count)).collect(),
        moved: moved.collect(),
    })
}

/// What `draft` does otherwise than `current`, in words.
pub(crate) fn changes(current: &Model, draft: &Model) -> Vec<String> {
    versions::changes(current, draft).iter().map(|change| says(change, current, draft)).collect()
}

fn says(change: &Change, current: &Model, draft: &Model) -> String {
    let name = |id: &str| {
        let both = draft.criteria.iter().chain(&current.criteria);
        both.into_iter().find(|by| by.id == id).map_or_else(|| id.to_owned(), score::criterion)
    };
    let points = score::signed;
    match change {
        Change::Added(id, gives) => fill("{name}: new, {points}", &[&name(id), &points(*gives)]),
        Change::Removed(id, gave) => fill("{name}: gone, was {points}", &[&name(id), &points(*gave)]),
        Change::Points(id, before, after) => {
            fill("{name}: {now} instead of {before}", &[&name(id), &points(*after), &points(*before)])
        }
        Change::Condition(id) => fill("{name}: looks at something else", &[&name(id)]),
        Change::Frame(what) => fill("Changed: {parts}", &[&t(what)]),
    }
}

/// The draft under the number that it will have; it may have faults. `None`: there is no draft.
pub(crate) fn numbered(versions: &Versions) -> Option<Model> {
    let version = versions.current().version.saturating_add(1);
    versions.draft().map(|draft| Model { version, ..draft.clone() })
}

/// The draft as JSON, to be edited by hand.
pub(crate) fn text(versions: &Versions) -> String {
    readable(&versions.draft().unwrap_or(versions.current()).canonical_json())
}

/// JSON without white space, with line breaks and indentation.
pub(super) fn readable(json: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) =
        (String::with_capacity(json.len() * 2), 0_usize, false, false);
    let mut letters = json.chars().peekable();
    while let Some(c) = letters.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        let closing = |next: Option<&char>| matches!(next, Some(']' | '}'));
        let line = |out: &mut String, depth: usize| {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str("  "));
        };
        match c {
            '{' | '[' => {
                out.push(c);
                depth += 1;
                if !closing(letters.peek()) {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;
    use lead::thread::Stage;

    const NOW: u64 = 1_772_654_700_000;

    fn practice() -> Practice {
        let cases = vec![
            samples::case(1, "I want to book a knee replacement this week", NOW),
            samples::case(2, "We sell SEO services, vendor offer", NOW),
        ];
        samples::practice(cases, Vec::new())
    }

    /// The draft asks for more points than anyone here has.
    fn stricter(current: &Model) -> Drafting {
        let mut drafting = Drafting::default();
        drafting.step(current, Edit::AtLeast(0, 59));
        drafting
    }

    /// Of those who want surgery most are booked, of the others few.
    #[test]
    fn history_advises_and_says_when_it_is_too_short() {
        let settled = |n: u8| {
            let surgery = n.is_multiple_of(2);
            let mut case = samples::case(n, "my knee", NOW);
            let answers = &mut case.lead.inquiries[0].inquiry.answers;
            if !surgery {
                answers.service = Some("physical-therapy".into());
            }
            let is_booked = if surgery { !n.is_multiple_of(10) } else { n % 10 == 1 };
            case.lead.stage = if is_booked { Stage::Booked } else { Stage::Closed };
            case
        };
        let Advice::TooLittle(why) = advice(&samples::practice((0..60).map(settled).collect(), Vec::new()))
        else {
            panic!("sixty are too few")
        };
        assert!(why.starts_with("30 booked and 30 closed leads are too few"), "{why}");
        let none = advice(&samples::practice(vec![samples::case(1, "open", NOW)], Vec::new()));
        let says = "0 booked and 0 closed leads are too few: 50 of each are needed.";
        assert_eq!(none, Advice::TooLittle(says.into()));
        let mut cases: Vec<Case> = (0..150).map(settled).collect();
        cases.push(samples::case(200, "still open", NOW));
        let Advice::Found { leads, booked, lines } = advice(&samples::practice(cases, Vec::new())) else {
            panic!("enough")
        };
        assert_eq!((leads, booked), (150, 75));
        let surgical = lines.iter().find(|line| line.label == "Surgical procedure").unwrap();
        assert_eq!((surgical.held, surgical.booked, surgical.points), (75, 60, 25));
        assert!(surgical.suggested > 0, "{surgical:?}");
    }

    #[test]
    fn a_draft_names_who_would_move_and_gives_nobody_a_score() {
        let practice = practice();
        let current = &practice.source.scoring;
        let trial = Trial::of(&practice);
        assert_eq!(preview(&Drafting::default().versions(current), &trial), None);
        let versions = stricter(current).versions(current);
        let preview = preview(&versions, &trial).unwrap();
        assert_eq!((preview.leads, preview.changes.as_slice()), (2, &["Changed: tiers".to_owned()][..]));
        assert_eq!(preview.moved.len(), 1);
        assert_eq!(
            (preview.moved[0].name.as_str(), preview.moved[0].tiers.0.as_str()),
            ("Alex Example 1", "Care-Ready")
        );
        assert_eq!(preview.moves[0].2, 1);
        assert_eq!(versions.current(), current);
    }

    #[test]
    fn what_is_undone_by_hand_is_no_draft() {
        let practice = practice();
        let current = &practice.source.scoring;
        let mut drafting = Drafting::default();
        drafting.step(current, Edit::Points(0, 7));
        assert_eq!(criteria(&drafting.versions(current))[0].draft, 7);
        drafting.step(current, Edit::Points(0, current.criteria[0].points));
        assert_eq!(drafting.versions(current).draft(), None);
        drafting.step(current, Edit::Minutes(0, 30));
        assert_eq!(tiers(&drafting.versions(current))[0].1, Some(30));
        drafting.step(current, Edit::Discard);
        assert_eq!(drafting.versions(current).draft(), None);
    }

    #[test]
    fn a_draft_goes_on_when_another_version_is_in_force_unless_it_is_that_one() {
        let practice = practice();
        let current = &practice.source.scoring;
        let drafting = stricter(current);
        let draft = drafting.versions(current).draft().unwrap().clone();
        let mut newer = Model { version: current.version + 1, ..current.clone() };
        newer.criteria[0].points = 7;
        let now = drafting.versions(&newer).draft().unwrap().clone();
        assert_eq!((now.version, now.tiers[0].at_least), (newer.version, 59));
        let published = Model { version: current.version + 1, ..draft };
        assert_eq!(drafting.versions(&published).draft(), None);
    }

    #[test]
    fn a_model_as_text_is_read_strictly_and_keeps_the_draft_where_it_is_none() {
        let practice = practice();
        let current = &practice.source.scoring;
        let mut drafting = stricter(current);
        let before = drafting.versions(current);
        drafting.step(current, Edit::Text("{\"name\": 1}".into()));
        assert!(drafting.unreadable.is_some());
        assert!(drafting.versions(current) == before);
        let text = text(&before).replace("59", "58");
        drafting.step(current, Edit::Text(text));
        assert_eq!(drafting.unreadable, None);
        assert_eq!(tiers(&drafting.versions(current))[0].0.draft, 58);
    }

    #[test]
    fn readable_json_is_the_same_json() {
        for json in [r#"{"a":[],"b":{},"c":["x, y: {\"z\\","\\"],"d":1}"#, "[]", r#"{"a":[1,2,{"b":null}]}"#]
        {
            let same: serde_json::Value = serde_json::from_str(&readable(json)).unwrap();
            assert_eq!(same, serde_json::from_str::<serde_json::Value>(json).unwrap());
        }
        assert_eq!(readable(r#"{"a":[1],"b":[]}"#), "{\n  \"a\": [\n    1\n  ],\n  \"b\": []\n}");
    }
}
