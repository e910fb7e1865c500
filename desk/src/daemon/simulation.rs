//! A month of the engine over 500 synthetic leads, hour by hour, with a log and a mail server of the test's own that
//! fail now and then, an EHR that is away, takes half and refuses, and a desk that dies and starts again.

use super::engine::{Engine, Halt, HandOffRules, Rules, Times};
use super::journal::Journal;
use super::letter::Letters;
use super::ports::{
    Appended, Delivery, Digest, Ehr, Handover, Log, LogError, Mail, Mailer, NotBooked, NotOffered, Notifier,
    Refusal,
};
use super::settings::Settings;
use crate::failure::Failure;
use lead::handover::{Due, due, untold};
use lead::hl7::Scheduling;
use lead::inquiry::{Answers, ConsentGiven, Contact, Inquiry, Insurance};
use lead::scoring::Score;
use lead::sequence::zones_of_zip;
use lead::thread::{
    AlertReason, Availability, Body, CallOutcome, CalledOff, Event, EventClaims, FollowUpState, HandOff,
    Lead, Record, Slot, Stage, Verification, fold,
};
use lead::{Manifest, assess};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;
use wire::practice::JwkSet;
use wire::{EntryId, StaffId, ThreadId};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// Monday 2 November 2026, 06:00 UTC.
const BEGIN: u64 = 1_793_599_200_000;
const LEADS: u32 = 500;

/// Numbers that look random and are the same each time (Knuth's constants).
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the world saw.
struct World {
    manifest: Manifest,
    now: u64,
    seq: u64,
    bodies: HashMap<EntryId, String>,
    threads: BTreeMap<ThreadId, Vec<Record>>,
    leads: BTreeMap<ThreadId, Lead>,
    mails: Vec<(u64, String)>,
    ids: Vec<String>,
    doubtful: usize,
    tried: HashMap<String, u32>,
    digests: Vec<(u64, Digest)>,
    /// What the EHR has: when the appointment is; `None`: called off.
    charts: BTreeMap<ThreadId, Option<u64>>,
    /// Free times that the desk published.
    availability: Option<Availability>,
    dice: Dice,
}

type Shared = Rc<RefCell<World>>;

impl World {
    fn write(&mut self, thread: ThreadId, entry: EntryId, body: Body) {
        self.seq += 1;
        let record = Record { entry, seq: self.seq, time: self.now, body };
        let records = self.threads.entry(thread).or_default();
        records.push(record);
        self.leads.insert(thread, fold(thread, records));
    }

    fn by_staff(&mut self, thread: ThreadId, event: Event) {
        let entry = EntryId::derive(&[9; 32], "staff", &thread, &[&self.seq.to_string()]);
        self.write(thread, entry, Body::Event { author: staff("sam-rivera"), event });
    }
}

fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

struct FakeLog(Shared, Manifest);

impl Log for FakeLog {
    fn leads(&self) -> Vec<Lead> {
        self.0.borrow().leads.values().cloned().collect()
    }

    fn manifest(&self) -> &Manifest {
        &self.1
    }

    fn availability(&self) -> Option<Availability> {
        self.0.borrow().availability.clone()
    }

    fn id(&self, thread: &ThreadId, purpose: &str, parts: &[&str]) -> Option<EntryId> {
        Some(EntryId::derive(&[7; 32], purpose, thread, parts))
    }

    async fn seal(
        &self,
        thread: ThreadId,
        entry: EntryId,
        event: Event,
        now: u64,
    ) -> Result<String, Failure> {
        let (practice, author) = (self.1.practice.clone(), staff("front-desk"));
        // Sealing is random: the same event twice is not the same entry.
        let salt = self.0.borrow_mut().dice.roll(1 << 30);
        let claims = EventClaims { v: 1, practice, thread, entry, author, time: now, event };
        Ok(format!("{salt}\n{}", String::from_utf8(claims.to_json()).unwrap()))
    }

    fn read(&self, sealed: &str) -> Option<EventClaims> {
        EventClaims::parse(sealed.split_once('\n')?.1.as_bytes()).ok()
    }

    async fn append(&mut self, sealed: &str) -> Result<Appended, LogError> {
        let claims = self.read(sealed).unwrap();
        let mut world = self.0.borrow_mut();
        let away = world.dice.roll(60);
        if away == 0 {
            return Err(LogError::Away("never arrived".into()));
        }
        if let Event::SlotsPublished { availability } = claims.event {
            world.availability = Some(availability);
            return Ok(Appended::Ours);
        }
        let known = world.bodies.get(&claims.entry).map(|known| known == sealed);
        if known.is_none() {
            world.bodies.insert(claims.entry, sealed.to_owned());
            world.write(
                claims.thread,
                claims.entry,
                Body::Event { author: claims.author, event: claims.event },
            );
        }
        if away == 1 {
            return Err(LogError::Away("arrived, and the answer was lost".into()));
        }
        Ok(if known == Some(false) { Appended::Other } else { Appended::Ours })
    }

    async fn unsubscribe(&mut self, thread: &ThreadId) -> Result<String, LogError> {
        Ok(format!("https://relay.example/u/{thread}"))
    }

    async fn opt_outs(&mut self) -> Result<Vec<ThreadId>, LogError> {
        Ok(Vec::new())
    }
}

struct FakeMailer(Shared);

impl Mailer for FakeMailer {
    type Ready = ();

    async fn offer(&mut self, mail: &Mail) -> Result<(), NotOffered> {
        let mut world = self.0.borrow_mut();
        let id = message_id(mail);
        let tries = world.tried.entry(id).or_default();
        *tries += 1;
        let greylisted = *tries == 1 && mail.to.contains('3');
        if mail.to.starts_with("gone") {
            return Err(NotOffered::DeadAddress("550".into()));
        }
        if greylisted { Err(Refusal::Later("451".into()).into()) } else { Ok(()) }
    }

    async fn hand_over(&mut self, (): (), mail: &Mail) -> Handover {
        let mut world = self.0.borrow_mut();
        let (now, luck) = (world.now, world.dice.roll(40));
        if luck == 0 {
            world.doubtful += 1;
            return Handover::Unclear;
        }
        world.mails.push((now, mail.to.clone()));
        world.ids.push(message_id(mail));
        if luck == 1 {
            world.doubtful += 1;
            return Handover::Unclear;
        }
        Handover::Sent
    }
}

fn message_id(mail: &Mail) -> String {
    let text = String::from_utf8_lossy(&mail.bytes);
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned()
}

struct FakeNotifier(Shared);

impl Notifier for FakeNotifier {
    async fn notify(&mut self, digest: &Digest, now: u64) -> Result<(), String> {
        let mut world = self.0.borrow_mut();
        if world.dice.roll(10) == 0 {
            return Err("away".into());
        }
        world.digests.push((now, digest.clone()));
        Ok(())
    }
}

struct FakeEhr(Shared);

impl Ehr for FakeEhr {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn keeps_appointments(&self) -> bool {
        true
    }

    async fn hand_over(&mut self, of: &lead::handover::Handover<'_>, _: u64) -> Delivery {
        let mut world = self.0.borrow_mut();
        let luck = world.dice.roll(8);
        if luck == 0 {
            return Delivery::Refused(Refusal::Later("away".into()));
        }
        let start = of.lead.appointment.as_ref().map(|made| made.slot.start);
        world.charts.insert(of.lead.thread, start);
        match luck {
            1 => Delivery::Refused(Refusal::Later("half of it".into())),
            2 => Delivery::Refused(Refusal::Never("no such code".into())),
            _ => Delivery::Taken { reference: "Patient/1".into() },
        }
    }

    async fn pass_on(
        &mut self,
        of: &lead::handover::Handover<'_>,
        what: Scheduling,
        _: u64,
    ) -> Result<(), Refusal> {
        let mut world = self.0.borrow_mut();
        if world.dice.roll(8) == 0 {
            return Err(Refusal::Later("away".into()));
        }
        let start = of.lead.appointment.as_ref().map(|made| made.slot.start);
        let start = start.filter(|_| what != Scheduling::Cancelled);
        world.charts.insert(of.lead.thread, start);
        Ok(())
    }

    async fn free(&mut self, _: u64, _: u64) -> Result<Vec<Slot>, Refusal> {
        Ok(Vec::new())
    }

    async fn book(&mut self, of: &lead::handover::Handover<'_>) -> Result<String, NotBooked> {
        let mut world = self.0.borrow_mut();
        let luck = world.dice.roll(4);
        if luck == 0 {
            return Err(NotBooked::Later);
        }
        let (thread, start) = (of.lead.thread, of.lead.appointment.as_ref().map(|made| made.slot.start));
        world.charts.insert(thread, start);
        match luck {
            1 => Err(NotBooked::Later),
            _ => Ok(format!("Appointment/{thread}")),
        }
    }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn manifest() -> Manifest {
    let source =
        crate::document::read_manifest(&root().join("examples/manifests/lakeside-ortho.toml")).unwrap();
    let practice = "lakeside-ortho".parse().unwrap();
    Manifest { practice, version: 1, iat: 0, exp: u64::MAX, inbox: JwkSet { keys: Vec::new() }, source }
}

/// Lead number `n`: one in four is to be called, one in fifty reads like an emergency, one in twenty has an address
/// that is gone.
fn inquiry(n: u32, manifest: &Manifest, now: u64) -> Inquiry {
    let zips = ["60601", "10001", "90001", "96801", "83201", ""];
    let email =
        if n.is_multiple_of(20) { format!("gone{n}@example.com") } else { format!("p{n}@example.com") };
    let ready = n.is_multiple_of(4);
    let answers = Answers {
        contact: Contact {
            name: "Example Person".into(),
            email: Some(email),
            phone: Some("+1 555 0100".into()),
            ..Contact::default()
        },
        service: Some(if ready { "knee-replacement" } else { "not-sure" }.into()),
        needs: if n.is_multiple_of(50) { "crushing chest pain, cannot breathe" } else { "" }.into(),
        insurance: ready.then_some(Insurance::Plan {
            carrier: "Example Health".into(),
            plan: None,
            member_id: None,
        }),
        zip: Some(zips[n as usize % zips.len()].to_owned()).filter(|zip| !zip.is_empty()),
        follow_up: (!n.is_multiple_of(3)).then_some(ConsentGiven { version: 1 }),
        ..Answers::default()
    };
    let facts =
        lead::scoring::Facts::gather(&manifest.source, &answers, &lead::signals::Signals::default(), now);
    let preliminary: Score = lead::scoring::score(&manifest.source.scoring, &facts);
    Inquiry {
        v: 1,
        lang: if n.is_multiple_of(5) { "es" } else { "en" }.into(),
        manifest: 1,
        submitted_ms: now,
        answers,
        signals: lead::signals::Signals::default(),
        preliminary,
    }
}

fn engine(world: &Shared, journal: &Path) -> Engine<FakeLog, FakeMailer, FakeNotifier, FakeEhr> {
    let settings = Settings::read(&root().join("examples/desk/desk.toml")).unwrap();
    let sequences = super::documents::read_all(&settings.sequences).unwrap();
    let letters = Letters { sender: settings.sender.clone(), dkim: None };
    let hand_off = HandOffRules { system: "https://lakeside.example/anteroom".into(), minutes: 30 };
    let rules = Rules {
        sequences,
        alerts: settings.alerts.steps.clone(),
        digest_minutes: 5,
        hand_off,
        times: settings.slots.clone().map(Times::Weekly),
    };
    let log = FakeLog(Rc::clone(world), world.borrow().manifest.clone());
    let ports =
        (log, FakeMailer(Rc::clone(world)), FakeNotifier(Rc::clone(world)), Some(FakeEhr(Rc::clone(world))));
    Engine::new(ports, Journal::open(journal).unwrap(), rules, letters)
}

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
    let manifest = manifest();
    let world: Shared = Rc::new(RefCell::new(World {
        manifest: manifest.clone(),
        now: BEGIN,
        seq: 0,
        bodies: HashMap::new(),
        threads: BTreeMap::new(),
        leads: BTreeMap::new(),
        mails: Vec::new(),
        ids: Vec::new(),
        doubtful: 0,
        tried: HashMap::new(),
        digests: Vec::new(),
        charts: BTreeMap::new(),
        availability: None,
        dice: Dice(1),
    }));
    let mut chance = Dice(2);
    let mut desk = engine(&world, &journal);
    let mut come = 0;
    let mut restarts = 0;
    for hour in 0..31 * 24 {
        let now = BEGIN + hour * HOUR;
        {
            let mut world = world.borrow_mut();
            world.now = now;
            // All have come within three weeks.
            while come < LEADS && u64::from(come) * 21 * 24 <= hour * u64::from(LEADS) {
                let thread = ThreadId::from_bytes(u128::from(come + 1).to_be_bytes());
                let entry = EntryId::derive(&[8; 32], "inquiry", &thread, &[]);
                let inquiry = inquiry(come, &manifest, now);
                world.write(thread, entry, Body::Inquiry(Box::new(inquiry)));
                come += 1;
            }
            life(&mut world, &mut chance);
        }
        // The relay is away for a day.
        if (240..264).contains(&hour) {
            continue;
        }
        match desk.turn(now).await {
            Ok(_) => {}
            Err(Halt::Log(_)) => {
                restarts += 1;
                desk = engine(&world, &journal);
                desk.recover(now).await.unwrap();
            }
            Err(Halt::Failure(failure)) => panic!("{}", failure.what),
        }
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
    nothing_is_forgotten(&world);
    deadlines_are_escalated(&world);
    the_ehr_has_what_it_should(&world, end);
    nobody_has_anothers_time(&world);
}

fn every_step_once(world: &World) {
    let distinct: HashSet<&String> = world.ids.iter().collect();
    assert_eq!(distinct.len(), world.ids.len(), "a message was sent twice");
    assert!(world.ids.len() > 300 && world.doubtful > 5, "{} mails", world.ids.len());
    let states = world.leads.values().flat_map(|lead| &lead.follow_ups).map(|message| message.state);
    let mut counted: HashMap<FollowUpState, usize> = HashMap::new();
    states.for_each(|state| *counted.entry(state).or_default() += 1);
    let of = |state| counted.get(&state).copied().unwrap_or_default();
    assert_eq!(of(FollowUpState::Unclear), world.doubtful, "what is not known is said");
    assert!(
        of(FollowUpState::Sent) <= world.ids.len()
            && world.ids.len() <= of(FollowUpState::Sent) + world.doubtful
    );
    assert!(of(FollowUpState::Failed) > 0, "addresses that are gone");
}

fn lead_of<'a>(world: &'a World, address: &str) -> &'a Lead {
    let number: u128 =
        address.trim_start_matches(char::is_alphabetic).split('@').next().unwrap().parse().unwrap();
    &world.leads[&ThreadId::from_bytes((number + 1).to_be_bytes())]
}

fn none_at_night_or_after_a_stop(world: &World) {
    for (at, address) in &world.mails {
        let lead = lead_of(world, address);
        let zip = lead.inquiry().unwrap().answers.zip.clone().unwrap_or_default();
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

fn nothing_is_forgotten(world: &World) {
    let settled = |lead: &Lead| lead.follow_ups.iter().any(|message| message.state > FollowUpState::Claimed);
    let mut looked_at = 0;
    for lead in world.leads.values() {
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
    }
    assert!(looked_at > 20, "{looked_at}");
}

fn deadlines_are_escalated(world: &World) {
    let mut raised = 0;
    let mut waited = 0;
    for lead in world.leads.values() {
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
    for lead in world.leads.values() {
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
