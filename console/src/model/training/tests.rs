use super::*;
use crate::model::case::samples;
use crate::model::pipeline::Do;
use crate::model::settings::Tab;
use crate::model::{LockReason, Progress, State, step};
use lead::thread::{CallOutcome, ClosedReason, Verification};
use zeroize::Zeroizing;

const NOW: u64 = 1_772_654_700_000;
const FILE: &str = include_str!("../../../static/training.json");
const MINUTE: u64 = 60_000;

fn real(leads: u8) -> State {
    let cases = (1..=leads).map(|n| samples::case(n, "knee", NOW)).collect();
    let mut state = State::default();
    step(&mut state, Event::Tick(NOW));
    step(&mut state, Event::FilePicked { name: "m".into(), text: "a.b.c.d.e".into() });
    step(&mut state, Event::Unlock { passphrase: Zeroizing::new("x".into()) });
    step(&mut state, Event::Progress(Progress::Read { entries: 1, of: 1 }));
    step(&mut state, Event::Opened(Box::new(samples::practice(cases, Vec::new()))));
    state
}

fn practising() -> State {
    let mut state = real(3);
    assert_eq!(step(&mut state, Event::OpenTraining), [Effect::FetchPatients]);
    step(&mut state, Event::Patients(Some((begin, FILE.to_owned()))));
    state
}

fn training(state: &State) -> &dyn Practising {
    match state {
        State::Training(training) => &**training,
        State::Locked(_) | State::Open(_) => panic!("not in training"),
    }
}

fn named(state: &State, name: &str) -> ThreadId {
    let cases = &training(state).open().practice.cases;
    cases.iter().find(|case| case.name() == name).expect(name).lead.thread
}

fn act(state: &mut State, thread: ThreadId, event: thread::Event) {
    assert_eq!(step(state, Event::Act { thread, event }), []);
}

fn call(state: &mut State, thread: ThreadId, outcome: CallOutcome) {
    act(state, thread, thread::Event::CallAttempted { outcome });
}

fn says(state: &State, name: &str) -> Vec<(bool, String)> {
    let review = training(state).review();
    let one = review.people.into_iter().find(|one| one.name == name).expect(name);
    one.points.into_iter().map(|point| (point.done, point.words)).collect()
}

/// Everything that a person can do on a page, with the made-up lead `thread`.
fn everything(thread: ThreadId) -> Vec<Event> {
    let act = |event| Event::Act { thread, event };
    let ground = lead::thread::ErasureGround::Request;
    vec![
        Event::CallNext,
        Event::ClaimHere,
        Event::CallHere,
        Event::Claim(thread),
        Event::Call(thread),
        act(thread::Event::NoteAdded { text: "note".into() }),
        act(thread::Event::CallAttempted { outcome: CallOutcome::Reached }),
        act(thread::Event::Verified { what: Verification::Identity }),
        act(thread::Event::CallPlanned { due: NOW, note: String::new() }),
        act(thread::Event::Merged { into: ThreadId::from_bytes([2; 16]) }),
        act(thread::Event::OptedOut),
        Event::TakeDown { thread: ThreadId::from_bytes([99; 16]), event: Box::new(thread::Event::Released) },
        Event::Erase { thread, ground },
        Event::Resend(1),
        Event::Discard(1),
        Event::Search("x".into()),
        Event::Notifications,
        Event::OpenTake,
        Event::OpenPipeline,
        Event::Pipeline(Do::TickCursor),
        Event::OpenReports,
        Event::OpenSettings(Tab::Access),
        Event::OpenLog,
        Event::OpenTraining,
        Event::OpenFeedback,
        Event::Back,
        Event::Tick(NOW + MINUTE),
    ]
}

#[test]
fn nothing_that_is_done_in_training_asks_for_more_than_the_focus() {
    let mut state = practising();
    let thread = named(&state, "Casey Example");
    for (at, event) in everything(thread).into_iter().enumerate() {
        let effects = step(&mut state, event);
        assert!(effects.iter().all(|effect| matches!(effect, Effect::Focus(_))), "event {at}: {effects:?}");
    }
    let case = training(&state).open().practice.case(thread).unwrap();
    assert!(case.lead.opted_out && case.lead.calls.len() == 1, "and it was done all the same");
    assert!(training(&state).real().outgoing.is_empty());
}

#[test]
fn the_real_practice_is_back_as_it_was_left() {
    let mut state = real(3);
    step(&mut state, Event::Search("knee".into()));
    step(&mut state, Event::OpenLead(ThreadId::from_bytes([2; 16])));
    step(&mut state, Event::Patients(Some((begin, FILE.to_owned()))));
    let thread = named(&state, "Avery Sample");
    for event in everything(thread) {
        step(&mut state, event);
    }
    assert_eq!(step(&mut state, Event::LeaveTraining(None)), [Effect::Focus(Focus::Page)]);
    let State::Open(open) = &state else { panic!("not open") };
    assert_eq!((open.query.text.as_str(), open.shown.lead()), ("knee", Some(ThreadId::from_bytes([2; 16]))));
    assert_eq!(open.practice.cases.len(), 3);
    assert!(open.practice.cases.iter().all(|case| case.lead.history.is_empty()));
    assert!(open.outgoing.is_empty());
}

#[test]
fn a_real_emergency_is_told_of_and_opened() {
    let mut state = practising();
    assert_eq!(training(&state).outside(), Outside::default());
    let mut cases: Vec<_> = (1..=3).map(|n| samples::case(n, "knee", NOW)).collect();
    cases.push(samples::case(200, "Do you take my insurance?", NOW));
    step(&mut state, Event::Refreshed(Box::new(samples::practice(cases, Vec::new()))));
    assert_eq!(training(&state).outside(), Outside { news: 1, ..Outside::default() });
    let emergency = samples::case(201, "I have chest pain and can't breathe", NOW);
    step(&mut state, Event::Refreshed(Box::new(samples::practice(vec![emergency], Vec::new()))));
    let thread = ThreadId::from_bytes([201; 16]);
    let first = Some(thread);
    assert_eq!(training(&state).outside(), Outside { emergencies: 1, first, news: 1 });
    step(&mut state, Event::LeaveTraining(first));
    assert!(matches!(&state, State::Open(open) if open.shown == Shown::Lead(thread)));
}

#[test]
fn locking_and_a_lying_relay_end_it() {
    let mut state = practising();
    assert_eq!(step(&mut state, Event::Lock(LockReason::Asked)), [Effect::Forget, Effect::LockOthers]);
    assert!(matches!(&state, State::Locked(locked) if locked.left.as_ref().unwrap().staff == "maria-lopez"));
    let mut state = practising();
    assert_eq!(
        step(&mut state, Event::Distrusted("it ends early".into())),
        [Effect::Forget, Effect::LockOthers]
    );
    assert!(matches!(state, State::Locked(_)));
}

#[test]
fn a_file_that_is_none_is_said_to_be_missing() {
    let mut state = real(0);
    step(&mut state, Event::Patients(Some((begin, "<!doctype html>".into()))));
    let State::Open(open) = &state else { panic!("not open") };
    assert_eq!(open.shown, Shown::Settings(Tab::Training));
    assert_eq!(open.patients, crate::model::open::Patients::Missing);
}

#[test]
fn the_queue_is_in_the_order_of_the_day() {
    let state = practising();
    let names: Vec<String> = training(&state).open().listed.cases.iter().map(|case| case.name()).collect();
    assert_eq!(names[..2], ["Casey Example", "Avery Sample"], "the emergency, then whose hour ends first");
    assert_eq!(names.len(), 11, "one comes later");
}

#[test]
fn a_good_call_is_called_one() {
    let mut state = practising();
    let casey = named(&state, "Casey Example");
    step(&mut state, Event::CallNext);
    assert_eq!(training(&state).open().shown, Shown::Lead(casey));
    for what in [Verification::Identity, Verification::Contact, Verification::Needs] {
        act(&mut state, casey, thread::Event::Verified { what });
    }
    call(&mut state, casey, CallOutcome::Reached);
    act(&mut state, casey, thread::Event::CallPlanned { due: NOW, note: String::new() });
    let said = says(&state, "Casey Example");
    assert!(said.iter().all(|(done, _)| *done), "{said:?}");
    assert_eq!(said[0].1, "You took the emergency first.");
    assert!(
        said.iter().any(|(_, words)| words == "Asked and ticked: Identity, Contact, Needs, no emergency.")
    );
}

#[test]
fn what_was_left_out_is_named_kindly_and_counted() {
    let mut state = practising();
    let avery = training(&state).open().listed.cases[1].lead.thread;
    step(&mut state, Event::Tick(NOW + 20 * MINUTE));
    act(&mut state, avery, thread::Event::Verified { what: Verification::Identity });
    call(&mut state, avery, CallOutcome::Reached);
    let said = says(&state, "Avery Sample");
    let expected = [
        (false, "Called after 1 h; 60 minutes were the aim."),
        (true, "Asked and ticked: Identity."),
        (false, "Left out: Contact, Needs, no emergency, Insurance, Consent to messages."),
        (false, "Say what comes next: another call, an appointment, or why it ends."),
    ];
    assert_eq!(said, expected.map(|(done, words)| (done, words.to_owned())));
    let casey = named(&state, "Casey Example");
    step(&mut state, Event::Claim(casey));
    assert!(!says(&state, "Casey Example")[0].0, "one came before the emergency");
    let figures = training(&state).review().figures;
    let counted: Vec<(usize, usize)> = figures.iter().map(|(_, count, of)| (*count, *of)).collect();
    assert_eq!(counted, [(2, 11), (0, 1), (0, 1), (1, 5), (0, 1)]);
}

#[test]
fn who_comes_later_is_measured_from_then_on() {
    let mut state = practising();
    let late = |state: &State| {
        training(state).open().practice.cases.iter().any(|case| case.name() == "Luis Muestra")
    };
    for name in ["Casey Example", "Camila Ejemplo"] {
        assert!(!late(&state));
        let thread = named(&state, name);
        call(&mut state, thread, CallOutcome::NoAnswer);
    }
    assert!(late(&state));
    let luis = named(&state, "Luis Muestra");
    step(&mut state, Event::CallNext);
    call(&mut state, luis, CallOutcome::Reached);
    assert_eq!(says(&state, "Luis Muestra")[0], (true, "You took the emergency first.".to_owned()));
}

#[test]
fn a_voicemail_against_the_wish_is_seen() {
    let mut state = practising();
    let jules = named(&state, "Jules Specimen");
    call(&mut state, jules, CallOutcome::Voicemail);
    let said = says(&state, "Jules Specimen");
    assert!(
        said.contains(&(false, "They had asked for no voicemail, and one was left.".to_owned())),
        "{said:?}"
    );
}

#[test]
fn who_needs_no_call_is_closed_or_merged() {
    let mut state = practising();
    let vendor = named(&state, "Growth Sample LLC");
    let close = |reason| thread::Event::Closed { reason, note: String::new() };
    act(&mut state, vendor, close(ClosedReason::Declined));
    assert!(!says(&state, "Growth Sample LLC")[0].0);
    act(&mut state, vendor, close(ClosedReason::Vendor));
    assert_eq!(
        says(&state, "Growth Sample LLC"),
        [(true, "Ended as it should be: Vendor or spam.".to_owned())]
    );
    let twins: Vec<ThreadId> = {
        let cases = training(&state).open().practice.cases.iter();
        cases.filter(|case| case.name() == "Avery Sample").map(|case| case.lead.thread).collect()
    };
    act(&mut state, twins[1], thread::Event::Merged { into: twins[0] });
    assert_eq!(says(&state, "Avery Sample"), [(true, "Ended as it should be: Duplicate.".to_owned())]);
}
