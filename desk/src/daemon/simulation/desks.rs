//! Two desks of one practice, minute by minute, and a desk over an erasure.

use super::super::engine::Engine;
use super::super::ports::Log as _;
use super::super::watch::Watch;
use super::world::{FakeEhr, FakeLog, FakeMailer, FakeNotifier, Shared, World, engine, in_force};
use super::{BEGIN, DAY, HOUR};
use lead::sequence::{Next, chosen, next};
use lead::thread::{CalledOff, Event, FollowUpState, Slot};
use lead::{assess, handover};
use std::collections::HashSet;
use std::path::Path;
use wire::{EntryId, ThreadId};

const MINUTE: u64 = 60_000;
/// Monday, ten o'clock in Chicago.
const MORNING: u64 = BEGIN + 10 * HOUR;

struct Desk {
    engine: Engine<FakeLog, FakeMailer, FakeNotifier, FakeEhr>,
    watch: Watch,
}

impl Desk {
    async fn start(world: &Shared, directory: &Path, n: u8) -> Self {
        let instance = EntryId::from_bytes([n; 16]);
        let mut engine = engine(world, &directory.join(format!("{n}.db")));
        engine.log.announce(instance, MORNING).await.unwrap();
        Self { engine, watch: Watch::new(instance, MORNING) }
    }

    async fn minute(&mut self, world: &Shared, minute: u64) {
        let now = MORNING + minute * MINUTE;
        world.borrow_mut().now = now;
        self.engine.take_part(&mut self.watch, now).await.unwrap();
    }
}

fn calm() -> Shared {
    let world = World::new(MORNING);
    world.borrow_mut().is_calm = true;
    world
}

fn leader(world: &Shared) -> EntryId {
    world.borrow().leader.unwrap().instance
}

/// Each message that was due by then was sent, and once.
fn all_is_sent_once(world: &Shared, now: u64) {
    let world = world.borrow();
    let distinct: HashSet<&(ThreadId, String)> = world.ids.iter().collect();
    assert_eq!(distinct.len(), world.ids.len(), "a message was sent twice");
    let (source, sequences) = (&world.manifest.source, in_force());
    for lead in world.leads.values() {
        let assessment = assess(source, &source.scoring, &lead.inquiries[0].inquiry);
        for run in chosen(lead, Some(&assessment), &sequences) {
            let sequence = sequences.iter().find(|known| known.sequence.id == run.sequence).unwrap();
            let next = next(sequence, &run, lead, &source.hours, now);
            let is_left =
                matches!(next, Next::InFlight { .. }) || matches!(next, Next::Step { at, .. } if at <= now);
            assert!(!is_left, "a message was forgotten: {next:?}");
        }
        assert!(lead.follow_ups.iter().all(|message| message.state != FollowUpState::Unclear));
    }
}

#[tokio::test]
async fn while_the_ehr_is_away_the_desk_that_leads_keeps_the_lead() {
    let directory = tempfile::tempdir().unwrap();
    let world = calm();
    let threads: Vec<ThreadId> = (1..20).map(|n| world.borrow_mut().receive(n)).collect();
    let mut desks =
        [Desk::start(&world, directory.path(), 1).await, Desk::start(&world, directory.path(), 2).await];
    for desk in &mut desks {
        desk.minute(&world, 0).await;
    }
    let slot = world.borrow().availability.as_ref().unwrap().slots[0].clone();
    world.borrow_mut().by_staff(threads[0], Event::AppointmentRequested { slot });
    world.borrow_mut().ehr_is_away = true;
    let mut spoke = HashSet::new();
    for minute in 1..6 * 60 {
        for desk in &mut desks {
            desk.minute(&world, minute).await;
            assert_eq!(leader(&world), EntryId::from_bytes([2; 16]), "minute {minute}");
            spoke.insert(world.borrow().leader.unwrap().seq);
        }
    }
    assert!((60..80).contains(&spoke.len()), "it said {} times that it is at work", spoke.len());
    assert!(world.borrow().leads[&threads[0]].requested.is_some());
    world.borrow_mut().ehr_is_away = false;
    for minute in 6 * 60..6 * 60 + 7 {
        for desk in &mut desks {
            desk.minute(&world, minute).await;
        }
    }
    assert!(world.borrow().leads[&threads[0]].appointment.is_some(), "the wish was answered");
    all_is_sent_once(&world, MORNING + (6 * 60 + 6) * MINUTE);
}

#[tokio::test]
async fn a_desk_that_stops_is_followed_and_finishes_what_it_had_begun_when_it_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let world = calm();
    let mut one = Desk::start(&world, directory.path(), 1).await;
    let mut two = Desk::start(&world, directory.path(), 2).await;
    one.minute(&world, 0).await;
    two.minute(&world, 0).await;
    // The mail server puts it off (a 3 in the address), and the desk that has it is stopped: a laptop that is closed.
    let begun = world.borrow_mut().receive(23);
    for minute in 1..=11 {
        two.minute(&world, minute).await;
        one.minute(&world, minute).await;
    }
    let state = || world.borrow().leads[&begun].follow_ups[0].state;
    assert_eq!(state(), FollowUpState::Claimed);
    let later = world.borrow_mut().receive(17);
    for minute in 12..60 {
        one.minute(&world, minute).await;
        // Its first message is due ten minutes after it came.
        let has_come = minute >= 11 + 10 + 15;
        assert_eq!(
            leader(&world),
            EntryId::from_bytes([if has_come { 1 } else { 2 }; 16]),
            "minute {minute}"
        );
    }
    assert_eq!(world.borrow().leads[&later].follow_ups[0].state, FollowUpState::Sent);
    assert_eq!(state(), FollowUpState::Claimed, "nobody else can know what became of it");
    for minute in 60..65 {
        two.minute(&world, minute).await;
        one.minute(&world, minute).await;
        assert_eq!(leader(&world), EntryId::from_bytes([1; 16]), "it does not take the lead back");
    }
    assert_eq!(state(), FollowUpState::Sent);
    all_is_sent_once(&world, MORNING + 64 * MINUTE);
}

#[tokio::test]
async fn alerts_that_are_due_make_another_desk_take_over() {
    let directory = tempfile::tempdir().unwrap();
    let world = calm();
    let mut one = Desk::start(&world, directory.path(), 1).await;
    let _stopped = Desk::start(&world, directory.path(), 2).await;
    // Reads like an emergency: no sequence, no wish, and nothing else that is due.
    world.borrow_mut().receive(50);
    for minute in 0..20 {
        one.minute(&world, minute).await;
    }
    assert!(!world.borrow().digests.is_empty(), "nobody was alerted");
}

#[tokio::test]
async fn a_move_reaches_the_ehr_although_the_inquiry_is_erased_meanwhile() {
    let directory = tempfile::tempdir().unwrap();
    let world = calm();
    let thread = world.borrow_mut().receive(4);
    let mut desk = engine(&world, &directory.path().join("journal.db"));
    let mut now = MORNING;
    macro_rules! turn {
        () => {{
            now += 10 * MINUTE;
            world.borrow_mut().now = now;
            desk.turn(now).await.unwrap();
        }};
    }
    turn!();
    let slots = world.borrow().availability.as_ref().unwrap().slots.clone();
    let [first, second] = [&slots[0], &slots[40]];
    world.borrow_mut().by_staff(thread, Event::AppointmentRequested { slot: first.clone() });
    turn!();
    let in_ehr = || world.borrow().charts[&thread];
    assert_eq!(in_ehr(), Some(first.start));
    // Written down over the appointment, as the console does, it is a move: the EHR's name of it stays known.
    world.borrow_mut().ehr_is_away = true;
    world
        .borrow_mut()
        .by_staff(thread, Event::AppointmentBooked { slot: Slot::at(second.start), reference: None });
    turn!();
    assert_eq!(in_ehr(), Some(first.start));
    let unsettled = |at| handover::unsettled(&world.borrow().leads[&thread], at);
    assert_eq!(unsettled(now), Some(handover::Unsettled::Change));
    world.borrow_mut().erase(thread);
    turn!();
    world.borrow_mut().ehr_is_away = false;
    turn!();
    assert_eq!(in_ehr(), Some(second.start), "the EHR shows the old time");
    assert_eq!(unsettled(now), None);
    let told = |world: &Shared| {
        let lead = &world.borrow().leads[&thread];
        lead.history.iter().filter(|did| matches!(did.event, Event::AppointmentPassedOn { .. })).count()
    };
    assert_eq!(told(&world), 1);
    turn!();
    assert_eq!(told(&world), 1, "once");

    // What is asked for and called off on what is left does not take the appointment out of the EHR.
    world.borrow_mut().by_staff(thread, Event::AppointmentRequested { slot: slots[45].clone() });
    world.borrow_mut().by_staff(thread, Event::AppointmentCancelled { by: CalledOff::Patient });
    turn!();
    world.borrow_mut().by_staff(thread, Event::AppointmentRequested { slot: slots[45].clone() });
    turn!();
    assert_eq!(in_ehr(), Some(second.start));
    assert!(world.borrow().leads[&thread].failed.is_some(), "who asks is told that nothing came of it");
    assert!(now < MORNING + DAY);
}
