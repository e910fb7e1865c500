//! A month of the engine over 500 synthetic leads, hour by hour, with a log and a mail server of the test's own that
//! fail now and then, a relay that is away for a day, an EHR that is away, takes half and refuses, and a desk that dies and
//! starts again.

mod desks;
mod world;

use super::engine::Halt;
use lead::assess;
use lead::handover::{Due, Unsettled, due, unsettled, untold};
use lead::sequence::{InForce, Next, chosen, next, zones_of_zip};
use lead::thread::{
    AlertReason, CallOutcome, CalledOff, Document, Edition, Event, FollowUpState, HandOff, Lead, Slot, Stage,
    Verification, WrittenSequence,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use wire::{EntryId, ThreadId};
use world::{Dice, World, engine, in_force, inquiry, staff};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// Monday 2 November 2026, 06:00 UTC.
const BEGIN: u64 = 1_793_599_200_000;
const LEADS: u32 = 500;

/// What staff and patients do in an hour.
fn life(world: &mut World, chance: &mut Dice) {
    for _ in 0..5 {
        let pick = chance.roll(u64::from(LEADS));
        // One in seven is left to the desk.
        if pick.is_multiple_of(7) {
            continue;
        }
        let thread = ThreadId::from_bytes(u128::from(pick + 1).to_be_bytes());
        let Some(lead) = world.leads.get(&thread) else { continue };
        if lead.inquiries.is_empty() {
            // Somebody asks for a time on what is erased: nobody is booked, and the EHR is left as it is.
            let slot = Slot::at(world.now + 5 * DAY);
            world.by_staff(thread, Event::AppointmentRequested { slot });
            continue;
        }
        let booked = lead.appointment.is_some();
        let checked = lead.verified.len() == Verification::BEFORE_HAND_OFF.len();
        let event = match chance.roll(12) {
            0..=5 if chance.roll(3) == 0 && world.availability.is_some() => {
                // Everybody wants the first times.
                let slots = world.availability.iter().flat_map(|free| free.after(world.now)).take(3);
                let Some(slot) = slots.min_by_key(|slot| slot.start % 7) else { continue };
                Event::AppointmentRequested { slot: slot.clone() }
            }
            0 => Event::OptedOut,
            1 => Event::Replied,
            2 => Event::Bounced,
            3 => Event::StageChanged { stage: Stage::Closed },
            4 if !booked => Event::AppointmentBooked { slot: Slot::at(world.now + 5 * DAY), reference: None },
            5 if booked => {
                Event::AppointmentRescheduled { slot: Slot::at(world.now + 6 * DAY), reference: None }
            }
            6..=8 if booked && !checked => {
                Event::Verified { what: Verification::BEFORE_HAND_OFF[lead.verified.len()] }
            }
            6 => Event::FollowUpAssigned { sequence: Some("no-answer".into()) },
            7 => Event::CallAttempted { outcome: CallOutcome::NoAnswer },
            8 => Event::CallAttempted { outcome: CallOutcome::Reached },
            9 => Event::Claimed { over: None },
            10 if checked => Event::AppointmentCancelled { by: CalledOff::Patient },
            _ if lead.hand_off.needs_a_person() => Event::HandOffAsked,
            _ => continue,
        };
        world.by_staff(thread, event);
    }
    // One in four who wait for an answer wait no longer.
    let mut waits = |lead: &&Lead| lead.requested.is_some() && chance.roll(4) == 0;
    let left: Vec<ThreadId> =
        world.leads.values().filter(|lead| waits(lead)).map(|lead| lead.thread).collect();
    for thread in left {
        world.by_staff(thread, Event::AppointmentCancelled { by: CalledOff::Patient });
    }
}

fn stops_everything(event: &Event) -> bool {
    matches!(event, Event::OptedOut | Event::StageChanged { stage: Stage::Closed })
}

#[tokio::test]
async fn a_month_of_five_hundred_leads() {
    let directory = tempfile::tempdir().unwrap();
    let journal = directory.path().join("journal.db");
    let world = World::new(BEGIN);
    let mut chance = Dice(2);
    let mut desk = engine(&world, &journal);
    let mut come = 0;
    let mut restarts = 0;
    let mut charts_when_erased = BTreeMap::new();
    for hour in 0..31 * 24 {
        let now = BEGIN + hour * HOUR;
        // The relay is away for a day: nothing arrives, nothing is written, and nothing is sent.
        let is_away = (240..264).contains(&hour);
        {
            let mut world = world.borrow_mut();
            (world.now, world.relay_is_away) = (now, is_away);
            if !is_away {
                // All have come within three weeks.
                while come < LEADS && u64::from(come) * 21 * 24 <= hour * u64::from(LEADS) {
                    world.receive(come);
                    come += 1;
                }
                life(&mut world, &mut chance);
                charts_when_erased.extend(forget(&mut world, &mut chance));
            }
        }
        let before = (world.borrow().mails.len(), world.borrow().seq);
        match desk.turn(now).await {
            Ok(_) => assert!(!is_away),
            Err(Halt::Log(_)) => {
                restarts += usize::from(!is_away);
                desk = engine(&world, &journal);
                desk.recover(now).await.unwrap();
            }
            Err(Halt::Failure(failure)) => panic!("{}", failure.what),
        }
        let after = (world.borrow().mails.len(), world.borrow().seq);
        assert!(!is_away || before == after, "something was done while the relay was away");
    }
    // What the last hour began is finished.
    let end = BEGIN + 31 * 24 * HOUR;
    world.borrow_mut().now = end;
    for _ in 0..50 {
        match desk.turn(end).await {
            Ok(turn) if turn.wake.is_none_or(|wake| wake > end + 1) => break,
            Ok(_) | Err(Halt::Log(_)) => {}
            Err(Halt::Failure(failure)) => panic!("{}", failure.what),
        }
    }
    assert!(come == LEADS && restarts > 10, "{restarts} restarts");
    let world = world.borrow();
    every_step_once(&world);
    none_at_night_or_after_a_stop(&world);
    nothing_is_forgotten(&world, &in_force(), end);
    deadlines_are_escalated(&world);
    the_ehr_has_what_it_should(&world, end);
    nobody_has_anothers_time(&world);
    nothing_follows_an_erasure(&world, &charts_when_erased);
}

/// An owner erases somebody, where nothing speaks against it but that an appointment is still to come. Gives what the EHR
/// has of them.
fn forget(world: &mut World, chance: &mut Dice) -> Option<(ThreadId, Option<u64>)> {
    let thread = ThreadId::from_bytes(u128::from(chance.roll(u64::from(LEADS)) + 1).to_be_bytes());
    let lead = world.leads.get(&thread).filter(|lead| !lead.inquiries.is_empty())?;
    let may_be = matches!(unsettled(lead, world.now), None | Some(Unsettled::Upcoming));
    if chance.roll(6) > 0 || !may_be {
        return None;
    }
    let has = world.charts.get(&thread).copied().flatten();
    world.erase(thread);
    Some((thread, has))
}

/// What the EHR has stays as it is, and nobody is booked anew: nothing is known of them any more.
fn nothing_follows_an_erasure(world: &World, charts: &BTreeMap<ThreadId, Option<u64>>) {
    let (mut stand, mut refused) = (0, 0);
    for (thread, had) in charts {
        let lead = &world.leads[thread];
        assert_eq!(world.charts.get(thread).copied().flatten(), *had, "the EHR has another appointment");
        assert!(lead.appointment.is_none(), "somebody is booked of whom nothing is known");
        stand += usize::from(had.is_some());
        refused +=
            lead.history.iter().filter(|did| matches!(did.event, Event::AppointmentFailed { .. })).count();
    }
    assert!(stand > 0 && refused > 0, "{} erased: {stand} booked, {refused} asked in vain", charts.len());
}

fn every_step_once(world: &World) {
    let distinct: HashSet<&(ThreadId, String)> = world.ids.iter().collect();
    assert_eq!(distinct.len(), world.ids.len(), "a message was sent twice");
    // What the log says is gone with what is erased.
    let is_left = |thread: &ThreadId| !world.leads[thread].inquiries.is_empty();
    let sent = world.ids.iter().filter(|(thread, _)| is_left(thread)).count();
    let doubtful = world.doubtful.iter().filter(|thread| is_left(thread)).count();
    assert!(sent > 300 && doubtful > 5, "{sent} mails, {doubtful} in doubt");
    let left = world.leads.values().filter(|lead| is_left(&lead.thread));
    let states = left.flat_map(|lead| &lead.follow_ups).map(|message| message.state);
    let mut counted: HashMap<FollowUpState, usize> = HashMap::new();
    states.for_each(|state| *counted.entry(state).or_default() += 1);
    let of = |state| counted.get(&state).copied().unwrap_or_default();
    assert_eq!(of(FollowUpState::Unclear), doubtful, "what is not known is said");
    assert!(of(FollowUpState::Sent) <= sent && sent <= of(FollowUpState::Sent) + doubtful);
    assert!(of(FollowUpState::Failed) > 0, "addresses that are gone");
}

fn lead_of<'a>(world: &'a World, address: &str) -> (u32, &'a Lead) {
    let number: u32 =
        address.trim_start_matches(char::is_alphabetic).split('@').next().unwrap().parse().unwrap();
    (number, &world.leads[&ThreadId::from_bytes(u128::from(number + 1).to_be_bytes())])
}

fn none_at_night_or_after_a_stop(world: &World) {
    for (at, address) in &world.mails {
        let (number, lead) = lead_of(world, address);
        let zip = inquiry(number, &world.manifest, 0).answers.zip.unwrap_or_default();
        let mut zones = zones_of_zip(&zip);
        if zones.is_empty() {
            zones.push(world.manifest.source.hours.zone);
        }
        for zone in zones {
            let minute = zone.minute_of_day(*at);
            assert!((9 * 60..20 * 60).contains(&minute), "{address} at minute {minute} in {zip}");
        }
        let stopped =
            lead.history.iter().find(|did| did.author == staff("sam-rivera") && stops_everything(&did.event));
        if let Some(stopped) = stopped {
            let booked_later = lead.history.iter().any(|did| {
                matches!(did.event, Event::AppointmentBooked { .. } | Event::AppointmentRescheduled { .. })
            });
            let closed = matches!(stopped.event, Event::StageChanged { .. });
            assert!(*at < stopped.time || (closed && booked_later), "{address} was written to after a stop");
        }
    }
}

fn nothing_is_forgotten(world: &World, sequences: &[InForce], end: u64) {
    let settled = |lead: &Lead| lead.follow_ups.iter().any(|message| message.state > FollowUpState::Claimed);
    let mut looked_at = 0;
    let (mut runs, mut ended) = (0, 0);
    for lead in world.leads.values().filter(|lead| !lead.inquiries.is_empty()) {
        let received = lead.inquiries.first().unwrap();
        let untouched = lead.history.iter().all(|did| did.author == staff("front-desk"));
        let assessment = assess(&world.manifest.source, &world.manifest.source.scoring, &received.inquiry);
        let nurtured = matches!(&assessment.score.action, lead::scoring::Action::Sequence(_));
        let emergency = assessment.triage.lane == lead::triage::Lane::Emergency;
        if untouched && nurtured && !emergency {
            looked_at += 1;
            assert!(settled(lead), "a lead was forgotten");
        }
        let open = lead.follow_ups.iter().filter(|message| message.state == FollowUpState::Claimed);
        assert!(open.count() <= 1);
        for run in chosen(lead, Some(&assessment), sequences) {
            let Some(sequence) = sequences.iter().find(|known| known.sequence.id == run.sequence) else {
                continue;
            };
            let next = next(sequence, &run, lead, &world.manifest.source.hours, end);
            assert!(!matches!(next, Next::Step { at, .. } if at <= end), "a step was forgotten: {next:?}");
            runs += 1;
            ended += usize::from(next == Next::Done);
        }
    }
    assert!(looked_at > 20, "{looked_at}");
    assert!(runs > 200 && ended > 50, "{ended} of {runs} came to their end");
}

fn deadlines_are_escalated(world: &World) {
    let mut raised = 0;
    let mut waited = 0;
    for lead in world.leads.values().filter(|lead| !lead.inquiries.is_empty()) {
        raised += lead.alerts.len();
        let untouched = lead.history.iter().all(|did| did.author == staff("front-desk"));
        let first = lead.inquiries.first().unwrap();
        let assessment = assess(&world.manifest.source, &world.manifest.source.scoring, &first.inquiry);
        let called = matches!(assessment.score.action, lead::scoring::Action::Call { .. });
        if untouched && called {
            waited += 1;
            let reasons: HashSet<AlertReason> = lead.alerts.iter().map(|alert| alert.reason).collect();
            assert!(reasons.contains(&AlertReason::DeadlineMissed), "a missed deadline was not said");
            assert!(reasons.len() >= 2 && lead.alerts.iter().any(|alert| alert.level == 2));
        }
    }
    let told: usize =
        world.digests.iter().flat_map(|(_, digest)| &digest.counts).map(|(_, count)| count).sum();
    assert!(waited > 10 && told >= raised.saturating_sub(3), "{waited} waited, {raised} raised, {told} told");
    assert!(world.digests.len() < raised, "alerts are put together");
    let mut last: BTreeMap<u8, u64> = BTreeMap::new();
    for (at, digest) in &world.digests {
        let before = last.insert(digest.level, *at);
        assert!(before.is_none_or(|before| at - before >= 5 * 60_000));
    }
}

/// Who is booked and checked is there once, with the appointment as it is; nobody else is.
fn the_ehr_has_what_it_should(world: &World, end: u64) {
    let (mut done, mut failures, mut left) = (0, 0, 0);
    for lead in world.leads.values().filter(|lead| !lead.inquiries.is_empty()) {
        let of = |event: fn(&Event) -> bool| lead.history.iter().filter(|did| event(&did.event)).count();
        let (handed, tried) = (
            of(|event| matches!(event, Event::HandedToEhr { .. })),
            of(|event| matches!(event, Event::HandOffStarted { .. })),
        );
        failures += of(|event| matches!(event, Event::HandOffFailed { .. }));
        let checked = Verification::BEFORE_HAND_OFF
            .iter()
            .all(|what| lead.verified.iter().any(|verified| verified.what == *what));
        assert!(handed <= 1 && (checked || tried == 0), "handed over unchecked, or twice");
        let (has, wanted) = (
            world.charts.get(&lead.thread).copied().flatten(),
            lead.appointment.as_ref().map(|made| made.slot.start),
        );
        // What staff wrote down themselves goes there with the hand-over.
        let is_written_down =
            lead.appointment.as_ref().is_some_and(|made| made.reference.is_none()) && tried == 0;
        let wanted = wanted.filter(|_| !is_written_down);
        assert!(has == wanted || untold(lead).is_some(), "the EHR has another appointment");
        left += usize::from(called_off_unanswered(lead) && wanted.is_none());
        match due(lead) {
            Due::Try { at, .. } => assert!(at > end, "a hand-off was forgotten"),
            Due::Done => {
                assert!(matches!(lead.hand_off, HandOff::Done { .. }));
                done += 1;
            }
            _ => {}
        }
    }
    assert!(done > 8 && failures > 3, "{done} handed over, {failures} failures");
    assert!(left > 0, "no wish was called off before it was answered");
}

fn called_off_unanswered(lead: &Lead) -> bool {
    lead.history.windows(2).any(|pair| {
        matches!(pair[0].event, Event::AppointmentRequested { .. })
            && matches!(pair[1].event, Event::AppointmentCancelled { .. })
    })
}

/// Of all who asked the desk for a time, no two have the same, and who came too late was told.
fn nobody_has_anothers_time(world: &World) {
    let mut times: HashSet<u64> = HashSet::new();
    let (mut made, mut late) = (0, 0);
    for lead in world.leads.values() {
        for did in &lead.history {
            match did.event {
                Event::AppointmentFailed { .. } => late += 1,
                Event::AppointmentBooked { .. } | Event::AppointmentRescheduled { .. }
                    if lead.appointment.as_ref().is_some_and(|made| made.entry == did.entry)
                        && did.author == staff("front-desk") =>
                {
                    made += 1;
                    let start = lead.appointment.as_ref().map(|made| made.slot.start);
                    assert!(times.insert(start.unwrap()), "two have the same time");
                }
                _ => {}
            }
        }
        assert!(lead.requested.is_none() || lead.merged_into.is_some(), "a wish was forgotten");
    }
    assert!(made > 5 && late > 0, "{made} made, {late} came too late");
}

/// An owner's edition of the gentle follow-up.
fn edition(n: u8, change: impl Fn(&mut lead::sequence::Sequence)) -> Edition {
    let mut sequence = world::sequences().into_iter().find(|known| known.id == "gentle-follow-up").unwrap();
    sequence.version = u32::from(n) + 1;
    change(&mut sequence);
    let document = Document::Sequence(WrittenSequence::of(&sequence).unwrap());
    Edition { entry: EntryId::from_bytes([n; 16]), author: staff("maria-lopez"), time: BEGIN, document }
}

#[tokio::test]
async fn an_edition_that_cannot_be_sent_by_is_told_of_once_and_the_one_before_it_stays() {
    let directory = tempfile::tempdir().unwrap();
    let noon = BEGIN + 12 * HOUR;
    let world = World::new(noon);
    world.borrow_mut().is_calm = true;
    for n in 1..40 {
        world.borrow_mut().receive(n);
    }
    let mut engine = engine(&world, &directory.path().join("journal.db"));
    let publish = |edition| Arc::make_mut(&mut world.borrow_mut().sequences).push(edition);
    publish(edition(1, |_| ()));
    publish(edition(2, |sequence| sequence.steps.clear()));
    let told = |turn: &super::engine::Turn| {
        turn.troubles.iter().filter(|trouble| trouble.contains("nothing is sent by")).count()
    };
    let first = engine.turn(noon + HOUR).await.unwrap();
    assert_eq!(told(&first), 1, "{:?}", first.troubles);
    assert!(first.sent > 3, "{first:?}");
    let second = engine.turn(noon + HOUR + 1).await.unwrap();
    assert_eq!(told(&second), 0, "{:?}", second.troubles);
    // Another one is told of by itself.
    publish(edition(3, |sequence| sequence.name.clear()));
    assert_eq!(told(&engine.turn(noon + HOUR + 2).await.unwrap()), 1);
}
