//! What a sequence's next step for a lead is.

use super::zones::zones_of_zip;
use super::{Basis, Class, Condition, InForce, Quiet, Sequence, Starts, Step, StepAction, Timing};
use crate::assess::Assessment;
use crate::hours::{Hours, Zone, minutes};
use crate::inquiry::ContactWay;
use crate::intent::Intent;
use crate::scoring::Action;
use crate::thread::{CallOutcome, Event, FollowUpState, Lead, Stage, StepKey, Verification, Withdrawn};
use crate::triage::Lane;
use wire::EntryId;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// One going through a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Id of the sequence.
    pub sequence: String,
    /// The entry that began it.
    pub entry: EntryId,
    /// When, in milliseconds.
    pub start: u64,
}

/// What comes next in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing more: it is at its end.
    Done,
    /// Nothing more: it was stopped.
    Stopped(Stop),
    /// Nothing, until a person does something about it.
    Blocked(Blocked),
    /// This step, at this time (milliseconds), which may have come.
    Step {
        /// Which.
        key: StepKey,
        /// When.
        at: u64,
    },
    /// A program has taken this step and has not said what became of it.
    InFlight {
        /// Which.
        key: StepKey,
    },
}

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// An appointment is made.
    Booked,
    /// The lead is a patient in the EHR.
    Patient,
    /// The lead is closed: the person declined, or the practice did.
    Declined,
    /// The person wants no further messages.
    OptedOut,
    /// The person answered, and a person answers them.
    Replied,
    /// The address does not work.
    Bounced,
    /// The inquiry is erased.
    Erased,
    /// The thread goes on in another one.
    Merged,
    /// The appointment is called off.
    Cancelled,
    /// Staff chose another sequence, or none.
    Reassigned,
}

/// What keeps a sequence from sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blocked {
    /// A third party pays for it, and no signed authorization is on file: 45 CFR 164.508(a)(3).
    NoAuthorization,
    /// The person did not agree to the consent text that it rests on.
    NoConsent,
    /// The practice does not open within the next 400 days.
    NeverOpen,
}

/// The runs of a lead: follow-up by what staff chose, else by the score's tier, and a run for each sequence of
/// `all` that a booking or a cancellation begins. An emergency, a solicitation and an erased inquiry begin none by themselves.
#[must_use]
pub fn chosen(lead: &Lead, assessment: Option<&Assessment>, all: &[InForce]) -> Vec<Run> {
    let mut runs: Vec<Run> = follow_up(lead, assessment, all).into_iter().collect();
    if let Some(made) = &lead.appointment {
        let begun = starting(all, Starts::Booking);
        runs.extend(begun.map(|sequence| Run {
            sequence: sequence.id.clone(),
            entry: made.entry,
            start: made.time,
        }));
    }
    if let Some(off) = lead.withdrawn.as_ref().filter(|off| is_to_be_told(lead, off)) {
        let begun = starting(all, Starts::Cancellation);
        runs.extend(begun.map(|sequence| Run {
            sequence: sequence.id.clone(),
            entry: off.entry,
            start: off.time,
        }));
    }
    runs
}

fn starting(all: &[InForce], starts: Starts) -> impl Iterator<Item = &Sequence> {
    all.iter().map(|one| &one.sequence).filter(move |sequence| sequence.starts == starts)
}

/// Whether the person knows of an appointment that will not be.
fn is_to_be_told(lead: &Lead, off: &Withdrawn) -> bool {
    let made = |event: &Event| {
        matches!(event, Event::AppointmentBooked { .. } | Event::AppointmentRescheduled { .. })
    };
    let is_booking = |entry| lead.history.iter().any(|did| did.entry == entry && made(&did.event));
    let arrived = |state| matches!(state, FollowUpState::Sent | FollowUpState::Unclear);
    let told = lead.follow_ups.iter().any(|message| arrived(message.state) && is_booking(message.step.run));
    told && off.time < off.appointment.slot.start
}

fn follow_up(lead: &Lead, assessment: Option<&Assessment>, all: &[InForce]) -> Option<Run> {
    if let Some(assigned) = &lead.assigned {
        let (entry, start) = (assigned.entry, assigned.time);
        return Some(Run { sequence: assigned.sequence.clone()?, entry, start });
    }
    let first = lead.inquiries.first()?;
    let run = |id: &str| Run { sequence: id.to_owned(), entry: first.entry, start: first.time };
    // What has begun goes on, whatever a newer model says of the lead. A run that a booking began has another entry.
    if let Some(begun) =
        lead.follow_ups.iter().map(|message| &message.step).find(|step| step.run == first.entry)
    {
        return Some(run(&begun.sequence));
    }
    let assessment = assessment?;
    if assessment.triage.lane == Lane::Emergency || assessment.intent.intent == Intent::Solicitation {
        return None;
    }
    match &assessment.score.action {
        Action::Sequence(id) => starting(all, Starts::Inquiry).any(|known| known.id == *id).then(|| run(id)),
        Action::Call { .. } | Action::Nothing => None,
    }
}

/// What comes next in `run` of a sequence for `lead`, at `now` (milliseconds), at a practice with these hours.
///
/// A step that came into the sequence after the run began is for whom it falls due from then on, and who is not past its
/// place: an edition sends nothing to those for whom it comes too late.
#[must_use]
pub fn next(in_force: &InForce, run: &Run, lead: &Lead, hours: &Hours, now: u64) -> Next {
    let sequence = &in_force.sequence;
    if let Some(stop) = stopped(sequence, run, lead) {
        return Next::Stopped(stop);
    }
    if let Some(blocked) = blocked(sequence, lead) {
        return Next::Blocked(blocked);
    }
    let key = |step: &Step| StepKey { sequence: sequence.id.clone(), step: step.id.clone(), run: run.entry };
    let past = sequence.steps.iter().rposition(|step| taken(lead, &key(step)).is_some());
    let mut since = run.start;
    for (n, (step, came)) in in_force.steps().enumerate() {
        let key = key(step);
        match taken(lead, &key) {
            Some((FollowUpState::Claimed, _)) => return Next::InFlight { key },
            Some((_, time)) => {
                since = since.max(time);
                continue;
            }
            None => {}
        }
        let Some(at) = time_of(step, since, lead, hours) else { return Next::Blocked(Blocked::NeverOpen) };
        if let Timing::HoursBeforeAppointment(_) = step.when
            && lead.appointment.as_ref().is_none_or(|made| now >= made.slot.start || at < run.start)
        {
            continue;
        }
        if !can(step, lead) || !step.conditions.iter().all(|condition| holds(*condition, lead)) {
            continue;
        }
        let due = |at| match step.action {
            StepAction::Email(_) => Some(waking(at, &sequence.quiet, &zones(lead, hours))),
            // Staff are asked while they are there.
            StepAction::Call { .. } => hours.deadline(at, 0),
        };
        let comes_late = || past.is_some_and(|past| n < past) || due(at).is_some_and(|due| due < came);
        if came > run.start && comes_late() {
            continue;
        }
        return match due(at.max(now)) {
            Some(at) => Next::Step { key, at },
            None => Next::Blocked(Blocked::NeverOpen),
        };
    }
    Next::Done
}

/// The run that `key` belongs to, as far as what began it still stands.
#[must_use]
pub fn run_of(lead: &Lead, key: &StepKey) -> Option<Run> {
    let run = |start| Run { sequence: key.sequence.clone(), entry: key.run, start };
    let received =
        lead.inquiries.iter().find(|received| received.entry == key.run).map(|received| received.time);
    let assigned =
        lead.assigned.as_ref().filter(|assigned| assigned.entry == key.run).map(|assigned| assigned.time);
    let made = lead.appointment.as_ref().filter(|made| made.entry == key.run).map(|made| made.time);
    let off = lead.withdrawn.as_ref().filter(|off| off.entry == key.run).map(|off| off.time);
    received.or(assigned).or(made).or(off).map(run)
}

/// Why `run` is over for `lead`, if it is.
#[must_use]
pub fn is_over(sequence: &Sequence, run: &Run, lead: &Lead) -> Option<Stop> {
    stopped(sequence, run, lead)
}

/// The first moment from `now` on at which a message may go out to `lead`.
#[must_use]
pub fn waking_at(sequence: &Sequence, lead: &Lead, hours: &Hours, now: u64) -> u64 {
    waking(now, &sequence.quiet, &zones(lead, hours))
}

/// The state and time of a step that was taken before.
fn taken(lead: &Lead, key: &StepKey) -> Option<(FollowUpState, u64)> {
    let message = lead.follow_ups.iter().find(|message| message.step == *key);
    let call = lead.asked_calls.iter().find(|asked| asked.step == *key);
    message
        .map(|message| (message.state, message.time))
        .or_else(|| call.map(|asked| (FollowUpState::Sent, asked.time)))
}

fn stopped(sequence: &Sequence, run: &Run, lead: &Lead) -> Option<Stop> {
    if lead.inquiries.is_empty() {
        return Some(Stop::Erased);
    }
    if lead.merged_into.is_some() {
        return Some(Stop::Merged);
    }
    if lead.opted_out {
        return Some(Stop::OptedOut);
    }
    if lead.bounced.is_some_and(|at| at >= run.start) {
        return Some(Stop::Bounced);
    }
    if sequence.starts == Starts::Booking {
        let same = lead.appointment.as_ref().is_some_and(|made| made.entry == run.entry);
        return if same { None } else { Some(Stop::Cancelled) };
    }
    if sequence.starts == Starts::Cancellation {
        let same = lead.withdrawn.as_ref().is_some_and(|off| off.entry == run.entry);
        return if same { None } else { Some(Stop::Booked) };
    }
    if lead.appointment.is_some() {
        return Some(Stop::Booked);
    }
    match lead.stage {
        Stage::Booked => return Some(Stop::Booked),
        Stage::Patient => return Some(Stop::Patient),
        Stage::Closed => return Some(Stop::Declined),
        Stage::New | Stage::Contacting | Stage::Reached | Stage::Nurture => {}
    }
    if lead.replied.is_some_and(|at| at >= run.start) {
        return Some(Stop::Replied);
    }
    let other = lead.assigned.as_ref().is_some_and(|assigned| assigned.entry != run.entry);
    other.then_some(Stop::Reassigned)
}

fn blocked(sequence: &Sequence, lead: &Lead) -> Option<Blocked> {
    let authorized =
        lead.verified.iter().any(|verified| verified.what == Verification::MarketingAuthorization);
    if matches!(sequence.class, Class::ThirdPartyPaid { .. }) && !authorized {
        return Some(Blocked::NoAuthorization);
    }
    let Basis::Consent { version } = sequence.basis else { return None };
    let given = lead.inquiry().and_then(|inquiry| inquiry.answers.consent);
    if given.is_some_and(|given| given.version >= version) { None } else { Some(Blocked::NoConsent) }
}

/// Whether there is an address or a number to do it with.
fn can(step: &Step, lead: &Lead) -> bool {
    let Some(answers) = lead.answers() else { return false };
    let contact = &answers.contact;
    let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    match step.action {
        StepAction::Email(_) => given(&contact.email),
        StepAction::Call { .. } => given(&contact.phone),
    }
}

fn holds(condition: Condition, lead: &Lead) -> bool {
    let reached = lead.calls.iter().any(|call| call.outcome == CallOutcome::Reached);
    match condition {
        Condition::NotReached => !reached,
        Condition::Reached => reached,
        Condition::CalledInVain => !reached && !lead.calls.is_empty(),
        Condition::AgreedToFollowUp => {
            lead.inquiry().is_some_and(|inquiry| inquiry.answers.follow_up.is_some())
        }
        Condition::AskedForAppointment => {
            lead.inquiry().is_some_and(|inquiry| inquiry.answers.appointment.is_some())
        }
        Condition::Prefers(way) => prefers(lead) == Some(way),
    }
}

fn prefers(lead: &Lead) -> Option<ContactWay> {
    lead.inquiry().and_then(|inquiry| inquiry.answers.contact.prefer)
}

/// `None`: not within the days that [`Hours`] looks ahead.
fn time_of(step: &Step, since: u64, lead: &Lead, hours: &Hours) -> Option<u64> {
    match step.when {
        Timing::Minutes(minutes) => Some(since.saturating_add(u64::from(minutes) * 60_000)),
        Timing::BusinessMinutes(minutes) => hours.deadline(since, minutes),
        Timing::Days(days) => Some(since.saturating_add(u64::from(days) * DAY)),
        Timing::BusinessDays(days) => hours.business_day(since, days),
        Timing::HoursBeforeAppointment(before) => {
            let start = lead.appointment.as_ref().map_or(since, |made| made.slot.start);
            Some(start.saturating_sub(u64::from(before) * HOUR))
        }
    }
}

/// Where the person may be: by their ZIP code, else where the practice is.
fn zones(lead: &Lead, hours: &Hours) -> Vec<Zone> {
    let zip = lead.inquiry().and_then(|inquiry| inquiry.answers.zip.as_deref());
    let zones = zip.map(zones_of_zip).unwrap_or_default();
    if zones.is_empty() { vec![hours.zone] } else { zones }
}

/// The first moment from `at` on that is outside the quiet hours in all of `zones`.
fn waking(at: u64, quiet: &Quiet, zones: &[Zone]) -> u64 {
    let (Some(from), Some(to)) = (minutes(&quiet.from), minutes(&quiet.to)) else { return at };
    let mut at = at;
    // Each round leaves one zone's night; two zones' nights overlap, so it ends soon. A document whose quiet hours
    // leave no common moment is refused by the check; here it must only end.
    for _ in 0..2 * zones.len() + 1 {
        let Some(later) = zones.iter().filter_map(|zone| zone.leave(at, from, to)).max() else { break };
        at = later;
    }
    at
}

#[cfg(test)]
mod tests;
