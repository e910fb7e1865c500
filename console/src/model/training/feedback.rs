//! What practising showed: of each person what was done and what was left out, and what a good call would have done. It
//! counts what happened here, and compares nobody with anybody.

use super::Training;
use super::patients::{End, Patient};
use crate::model::case::Case;
use crate::model::queue::lane;
use crate::model::when::short_span;
use crate::model::work::{reason_word, verification_word};
use crate::words::{fill, t, tag};
use lead::inquiry::Voicemail;
use lead::scoring::Action;
use lead::thread::{CallOutcome, ClosedReason, Lead, Stage, Verification};
use lead::triage::Lane;
use wire::ThreadId;

/// What was done about one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Feedback {
    pub(crate) thread: ThreadId,
    pub(crate) name: String,
    pub(crate) points: Vec<Point>,
    /// What a good call would have done.
    pub(crate) good: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Point {
    pub(crate) done: bool,
    pub(crate) words: String,
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Review {
    /// Labels, and so many of so many.
    pub(crate) figures: Vec<(&'static str, usize, usize)>,
    /// In the order in which somebody began to work on them.
    pub(crate) people: Vec<Feedback>,
    /// Names of those whom nobody has worked on.
    pub(crate) waiting: Vec<String>,
}

/// What happened with a lead, before it is put into words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Facts {
    /// Of an emergency: how many that came after it, or waited beside it, were begun before it.
    before: Option<usize>,
    /// How long they waited for the first call, in milliseconds.
    called: Option<u64>,
    /// Within how many minutes the score asked for it.
    within: Option<u32>,
    /// A voicemail was left for somebody who had asked for none.
    against_wish: bool,
    asked: Vec<Verification>,
    missed: Vec<Verification>,
    /// Whether it says what comes next, where there was a call.
    next: Option<bool>,
    /// How it was to end, where there was nothing to call about, and whether it did.
    closed: Option<(ClosedReason, bool)>,
}

const MINUTE: u64 = 60_000;

/// What practising has shown so far.
pub(super) fn review(training: &Training) -> Review {
    let practice = &training.open.practice;
    let mut review = Review::default();
    let mut all = Vec::new();
    for (patient, since) in &training.here {
        let Some(case) = practice.case(patient.thread) else { continue };
        let at = training.begun.iter().position(|thread| *thread == patient.thread);
        let Some(at) = at else {
            review.waiting.push(case.name());
            continue;
        };
        let facts = facts(patient, &case, at.saturating_sub(*since), is_joined(training, patient.thread));
        let (thread, name) = (patient.thread, case.name());
        let (points, good) = (points(&facts), patient.good(tag()).to_owned());
        review.people.push(Feedback { thread, name, points, good });
        all.push((at, facts));
    }
    let begun = |thread: &ThreadId| training.begun.iter().position(|one| one == thread);
    review.people.sort_by_key(|one| begun(&one.thread));
    review.figures = figures(&all, training.here.len());
    review
}

/// Whether this lead and another one were made one.
fn is_joined(training: &Training, thread: ThreadId) -> bool {
    let joins = |lead: &Lead| match lead.merged_into {
        Some(into) => into == thread || lead.thread == thread,
        None => false,
    };
    training.open.practice.cases.iter().any(|case| joins(&case.lead))
}

fn facts(patient: &Patient, case: &Case, before: usize, joined: bool) -> Facts {
    let lead = &case.lead;
    let mut facts = Facts { before: (lane(case) == Lane::Emergency).then_some(before), ..Facts::default() };
    let end = if lead.merged_into.is_some() { End::Close(ClosedReason::Duplicate) } else { patient.end };
    if let End::Close(reason) = end {
        let closed = lead.closing.as_ref().is_some_and(|closing| closing.reason == reason);
        facts.closed = Some((reason, closed || (joined && reason == ClosedReason::Duplicate)));
        return facts;
    }
    facts.within = case.assessment.as_ref().and_then(|assessment| match assessment.score.action {
        Action::Call { within_business_minutes } => Some(within_business_minutes),
        Action::Sequence(_) | Action::Nothing => None,
    });
    facts.called = lead.calls.first().map(|call| call.time.saturating_sub(case.received()));
    let went = |outcome| lead.calls.iter().any(|call| call.outcome == outcome);
    facts.against_wish = lead.voicemail() == Some(Voicemail::Never) && went(CallOutcome::Voicemail);
    if went(CallOutcome::Reached) {
        let checked = |what: &Verification| lead.verified.iter().any(|verified| verified.what == *what);
        (facts.asked, facts.missed) = patient.ask.iter().copied().partition(checked);
    }
    facts.next = facts.called.map(|_| has_next(lead));
    facts
}

/// Whether somebody who opens the lead knows what comes next.
fn has_next(lead: &Lead) -> bool {
    lead.task.is_some()
        || lead.appointment.is_some()
        || lead.requested.is_some()
        || lead.closing.is_some()
        || lead.merged_into.is_some()
        || matches!(lead.stage, Stage::Nurture)
}

fn is_in_time(facts: &Facts) -> Option<bool> {
    let within = u64::from(facts.within?) * MINUTE;
    Some(facts.called? <= within)
}

fn points(facts: &Facts) -> Vec<Point> {
    let mut points = Vec::new();
    let mut say = |done: bool, words: String| points.push(Point { done, words });
    match facts.before {
        Some(0) => say(true, t("You took the emergency first.").into()),
        Some(_) => say(
            false,
            t("Others were taken before this emergency. It comes first, whatever its score.").into(),
        ),
        None => {}
    }
    if let Some((reason, closed)) = facts.closed {
        let words = if closed {
            fill("Ended as it should be: {reason}.", &[&reason_word(reason)])
        } else {
            fill("To be closed without a call: {reason}.", &[&reason_word(reason)])
        };
        say(closed, words);
        return points;
    }
    let Some(waited) = facts.called else {
        say(false, t("No call was logged. Try again, or give the lead back so that a colleague can.").into());
        return points;
    };
    let span = short_span(waited.max(MINUTE));
    match (facts.within, is_in_time(facts)) {
        (Some(within), Some(true)) => {
            say(true, fill("Called after {span}, within the {minutes} minutes.", &[&span, &within]));
        }
        (Some(within), _) => {
            say(false, fill("Called after {span}; {minutes} minutes were the aim.", &[&span, &within]));
        }
        (None, _) => say(true, fill("Called after {span}.", &[&span])),
    }
    if facts.against_wish {
        say(false, t("They had asked for no voicemail, and one was left.").into());
    }
    if !facts.asked.is_empty() {
        say(true, fill("Asked and ticked: {points}.", &[&listed(&facts.asked)]));
    }
    if !facts.missed.is_empty() {
        say(false, fill("Left out: {points}.", &[&listed(&facts.missed)]));
    }
    match facts.next {
        Some(true) => say(true, t("It is clear what comes next.").into()),
        _ => say(false, t("Say what comes next: another call, an appointment, or why it ends.").into()),
    }
    points
}

fn listed(points: &[Verification]) -> String {
    points.iter().map(|what| verification_word(*what)).collect::<Vec<_>>().join(", ")
}

/// Counts of what happened here; what there was no occasion for is left out.
fn figures(all: &[(usize, Facts)], here: usize) -> Vec<(&'static str, usize, usize)> {
    let count = |of: fn(&Facts) -> Option<bool>| {
        let found = all.iter().filter_map(|(_, facts)| of(facts));
        found.fold((0, 0), |(yes, all), is| (yes + usize::from(is), all + 1))
    };
    let asked: usize = all.iter().map(|(_, facts)| facts.asked.len()).sum();
    let missed: usize = all.iter().map(|(_, facts)| facts.missed.len()).sum();
    let first = count(|facts| facts.before.map(|before| before == 0));
    let in_time = count(is_in_time);
    let next = count(|facts| facts.next.or(facts.closed.map(|(_, closed)| closed)));
    [
        (t("People worked on"), (all.len(), here)),
        (t("Emergencies taken first"), first),
        (t("Called in time"), in_time),
        (t("Points asked"), (asked, asked + missed)),
        (t("With a next step or an end"), next),
    ]
    .into_iter()
    .filter(|(_, (_, of))| *of > 0)
    .map(|(label, (count, of))| (label, count, of))
    .collect()
}
