//! The world of the simulations: a log, a mail server, an EHR and people who are there only in memory, and fail as often
//! as a test wants.

use super::super::engine::{Engine, Halt, HandOffRules, Rules, Times};
use super::super::journal::Journal;
use super::super::letter::Letters;
use super::super::ports::{
    Appended, Delivery, Digest, Ehr, Handover, Log, LogError, Mail, Mailer, NotBooked, NotOffered, Notifier,
    Refusal,
};
use super::super::settings::Settings;
use crate::daemon::documents;
use crate::failure::Failure;
use inbox::Announced;
use lead::Manifest;
use lead::hl7::Scheduling;
use lead::inquiry::{Answers, ConsentGiven, Contact, Inquiry, Insurance};
use lead::scoring::Score;
use lead::sequence::{InForce, Sequence};
use lead::thread::{
    Availability, Body, Edition, ErasureGround, Event, EventClaims, Lead, Record, Slot, Stage, StepKey, fold,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use wire::practice::JwkSet;
use wire::{EntryId, StaffId, ThreadId};

/// Numbers that look random and are the same each time (Knuth's constants).
#[derive(Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the world saw.
pub(super) struct World {
    pub(super) manifest: Manifest,
    pub(super) now: u64,
    pub(super) seq: u64,
    pub(super) bodies: HashMap<EntryId, String>,
    pub(super) threads: BTreeMap<ThreadId, Vec<Record>>,
    pub(super) leads: BTreeMap<ThreadId, Lead>,
    pub(super) mails: Vec<(u64, String)>,
    /// Messages that the mail server took, by whose they are.
    pub(super) ids: Vec<(ThreadId, String)>,
    /// Whose message may or may not have arrived.
    pub(super) doubtful: Vec<ThreadId>,
    pub(super) tried: HashMap<String, u32>,
    pub(super) digests: Vec<(u64, Digest)>,
    /// What the EHR has: when the appointment is; `None`: called off.
    pub(super) charts: BTreeMap<ThreadId, Option<u64>>,
    /// Free times that the desk published.
    pub(super) availability: Option<Availability>,
    /// Sequences that owners published.
    pub(super) sequences: Arc<Vec<Edition>>,
    /// Who said last that they lead.
    pub(super) leader: Option<Announced>,
    pub(super) relay_is_away: bool,
    pub(super) ehr_is_away: bool,
    /// Nothing fails by chance.
    pub(super) is_calm: bool,
    pub(super) dice: Dice,
}

pub(super) type Shared = Rc<RefCell<World>>;

impl World {
    pub(super) fn new(now: u64) -> Shared {
        Rc::new(RefCell::new(Self {
            manifest: manifest(),
            now,
            seq: 0,
            bodies: HashMap::new(),
            threads: BTreeMap::new(),
            leads: BTreeMap::new(),
            mails: Vec::new(),
            ids: Vec::new(),
            doubtful: Vec::new(),
            tried: HashMap::new(),
            digests: Vec::new(),
            charts: BTreeMap::new(),
            availability: None,
            sequences: Arc::default(),
            leader: None,
            relay_is_away: false,
            ehr_is_away: false,
            is_calm: false,
            dice: Dice(1),
        }))
    }

    /// One chance in so many that something fails.
    fn is_bad_luck(&mut self, sides: u64) -> u64 {
        if self.is_calm { u64::MAX } else { self.dice.roll(sides) }
    }

    /// Inquiry number `n` arrives.
    pub(super) fn receive(&mut self, n: u32) -> ThreadId {
        let thread = ThreadId::from_bytes(u128::from(n + 1).to_be_bytes());
        let entry = EntryId::derive(&[8; 32], "inquiry", &thread, &[]);
        let inquiry = inquiry(n, &self.manifest, self.now);
        self.write(thread, entry, Body::Inquiry(Box::new(inquiry)));
        thread
    }

    /// An owner erases everything of a thread.
    pub(super) fn erase(&mut self, thread: ThreadId) {
        let records = self.threads.entry(thread).or_default();
        let entries = records.iter().map(|record| record.entry).collect();
        records.iter_mut().for_each(|record| record.body = Body::Erased);
        self.by_staff(thread, Event::Erased { entries, ground: ErasureGround::Request });
    }

    pub(super) fn write(&mut self, thread: ThreadId, entry: EntryId, body: Body) {
        self.seq += 1;
        let record = Record { entry, seq: self.seq, time: self.now, body };
        let records = self.threads.entry(thread).or_default();
        records.push(record);
        self.leads.insert(thread, fold(thread, records));
    }

    pub(super) fn by_staff(&mut self, thread: ThreadId, event: Event) {
        let entry = EntryId::derive(&[9; 32], "staff", &thread, &[&self.seq.to_string()]);
        self.write(thread, entry, Body::Event { author: staff("sam-rivera"), event });
    }
}

pub(super) fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

pub(super) struct FakeLog(Shared, Manifest);

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

    fn documents(&self) -> Arc<Vec<Edition>> {
        Arc::clone(&self.0.borrow().sequences)
    }

    fn leader(&self) -> Option<Announced> {
        self.0.borrow().leader
    }

    async fn announce(&mut self, instance: EntryId, _: u64) -> Result<(), Halt> {
        let mut world = self.0.borrow_mut();
        world.seq += 1;
        world.leader = Some(Announced { instance, seq: world.seq });
        Ok(())
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
        let away = world.is_bad_luck(60);
        if away == 0 || world.relay_is_away {
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
        if self.0.borrow().relay_is_away {
            return Err(LogError::Away("it is away".into()));
        }
        Ok(Vec::new())
    }
}

pub(super) struct FakeMailer(Shared);

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
        let step = world.step_of(mail);
        assert!(!world.relay_is_away && !has_to_stop(&world.leads[&step.0], &step.1), "{step:?}");
        let (now, luck) = (world.now, world.is_bad_luck(40));
        if luck == 0 {
            world.doubtful.push(step.0);
            return Handover::Unclear;
        }
        world.mails.push((now, mail.to.clone()));
        world.ids.push((step.0, message_id(mail)));
        if luck == 1 {
            world.doubtful.push(step.0);
            return Handover::Unclear;
        }
        Handover::Sent
    }
}

/// Whether a message of `step` would come after what ends its sequence: said here once more, in other words than the
/// engine's.
fn has_to_stop(lead: &Lead, step: &StepKey) -> bool {
    let is_run = |entry: EntryId| entry == step.run;
    let Some(first) = lead.inquiries.first() else { return true };
    let did = lead.history.iter().find(|did| is_run(did.entry));
    let began = did.map_or(first.time, |did| did.time);
    if lead.opted_out || lead.merged_into.is_some() || lead.bounced.is_some_and(|at| at >= began) {
        return true;
    }
    match did.map(|did| &did.event) {
        Some(Event::AppointmentBooked { .. } | Event::AppointmentRescheduled { .. }) => {
            lead.appointment.as_ref().is_none_or(|made| !is_run(made.entry))
        }
        Some(Event::AppointmentCancelled { .. } | Event::AppointmentFailed { .. }) => {
            lead.withdrawn.as_ref().is_none_or(|off| !is_run(off.entry))
        }
        _ => {
            let is_over = matches!(lead.stage, Stage::Booked | Stage::Patient | Stage::Closed);
            let is_other = lead.assigned.as_ref().is_some_and(|assigned| !is_run(assigned.entry));
            is_over || is_other || lead.appointment.is_some() || lead.replied.is_some_and(|at| at >= began)
        }
    }
}

impl World {
    /// Whose message it is, and of which step.
    fn step_of(&self, mail: &Mail) -> (ThreadId, StepKey) {
        let id = message_id(mail);
        let id: EntryId = id.trim_start_matches('<').split('@').next().unwrap().parse().unwrap();
        let sealed = self.bodies[&id].split_once('\n').unwrap().1;
        let claims = EventClaims::parse(sealed.as_bytes()).unwrap();
        match claims.event {
            Event::FollowUpClaimed { step } => (claims.thread, step),
            _ => panic!("a message without a claim"),
        }
    }
}

pub(super) fn message_id(mail: &Mail) -> String {
    let text = String::from_utf8_lossy(&mail.bytes);
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned()
}

pub(super) struct FakeNotifier(Shared);

impl Notifier for FakeNotifier {
    async fn notify(&mut self, digest: &Digest, now: u64) -> Result<(), String> {
        let mut world = self.0.borrow_mut();
        if world.is_bad_luck(10) == 0 {
            return Err("away".into());
        }
        world.digests.push((now, digest.clone()));
        Ok(())
    }
}

pub(super) struct FakeEhr(Shared);

impl Ehr for FakeEhr {
    fn is_repeatable(&self) -> bool {
        true
    }

    fn keeps_appointments(&self) -> bool {
        true
    }

    async fn hand_over(&mut self, of: &lead::handover::Handover<'_>, _: u64) -> Delivery {
        let mut world = self.0.borrow_mut();
        let luck = world.is_bad_luck(8);
        if luck == 0 || world.ehr_is_away {
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
        if world.is_bad_luck(8) == 0 || world.ehr_is_away {
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
        let luck = world.is_bad_luck(4);
        if luck == 0 || world.ehr_is_away {
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

pub(super) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

pub(super) fn manifest() -> Manifest {
    let source =
        crate::document::read_manifest(&root().join("examples/manifests/lakeside-ortho.toml")).unwrap();
    let practice = "lakeside-ortho".parse().unwrap();
    Manifest { practice, version: 1, iat: 0, exp: u64::MAX, inbox: JwkSet { keys: Vec::new() }, source }
}

/// Lead number `n`: one in four is to be called, one in fifty reads like an emergency, one in twenty has an address
/// that is gone.
pub(super) fn inquiry(n: u32, manifest: &Manifest, now: u64) -> Inquiry {
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

fn settings() -> Settings {
    Settings::read(&root().join("examples/desk/desk.toml")).unwrap()
}

/// Those that come along, as they are in force where nobody published another.
pub(super) fn in_force() -> Vec<InForce> {
    sequences().into_iter().map(InForce::from).collect()
}

/// Those that come along.
pub(super) fn sequences() -> Vec<Sequence> {
    documents::read_all(&settings().sequences).unwrap()
}

pub(super) fn engine(world: &Shared, journal: &Path) -> Engine<FakeLog, FakeMailer, FakeNotifier, FakeEhr> {
    let settings = settings();
    let sequences = sequences();
    let letters = Letters { sender: settings.sender.clone(), dkim: None };
    let hand_off = HandOffRules { system: "https://lakeside.example/anteroom".into(), minutes: 30 };
    let rules = Rules {
        files: sequences,
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
