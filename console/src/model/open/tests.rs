use super::*;
use crate::model::case::samples;
use crate::model::{LockReason, Progress, State, step};
use zeroize::Zeroizing;

const NOW: u64 = 1_772_654_700_000;

fn practice(leads: u8) -> Practice {
    samples::practice(
        (1..=leads).map(|n| samples::case(n, &format!("knee number{n}"), NOW + u64::from(n))).collect(),
        Vec::new(),
    )
}

fn opened(leads: u8) -> State {
    let mut state = State::default();
    step(&mut state, Event::FilePicked { name: "m".into(), text: "a.b.c.d.e".into() });
    step(&mut state, Event::Unlock { passphrase: Zeroizing::new("x".into()) });
    step(&mut state, Event::Progress(Progress::Read { entries: 1, of: 1 }));
    step(&mut state, Event::Opened(Box::new(practice(leads))));
    state
}

fn open(state: &State) -> &Open {
    match state {
        State::Open(open) => open,
        State::Locked(_) | State::Training(_) => panic!("locked"),
    }
}

fn row(n: u8) -> Vec<Effect> {
    vec![Effect::Focus(Focus::Row(ThreadId::from_bytes([n; 16])))]
}

#[test]
fn keys_travel_the_list_and_stop_at_its_ends() {
    let mut state = opened(3);
    assert_eq!(step(&mut state, Event::Move(Direction::Previous)), row(1));
    assert_eq!(step(&mut state, Event::Move(Direction::Next)), row(2));
    assert_eq!(step(&mut state, Event::Move(Direction::Last)), row(3));
    assert_eq!(step(&mut state, Event::Move(Direction::Next)), row(3));
    assert_eq!(open(&state).shown, Shown::Nothing);
    assert_eq!(step(&mut opened(0), Event::Move(Direction::Next)), []);
}

#[test]
fn enter_opens_and_escape_goes_back_step_by_step() {
    let mut state = opened(2);
    step(&mut state, Event::Search("knee".into()));
    assert_eq!(step(&mut state, Event::OpenCursor), [Effect::Focus(Focus::Page)]);
    step(&mut state, Event::Move(Direction::Next));
    assert_eq!(open(&state).shown, Shown::Lead(ThreadId::from_bytes([2; 16])), "an open page follows");
    assert_eq!(step(&mut state, Event::Back), row(2));
    assert_eq!((open(&state).shown, open(&state).query.text.as_str()), (Shown::Nothing, "knee"));
    step(&mut state, Event::Back);
    assert_eq!(open(&state).query.text, "");
}

#[test]
fn the_next_call_opens_whatever_is_searched_for() {
    let mut state = opened(3);
    step(&mut state, Event::Search("nothing like it".into()));
    let first = ThreadId::from_bytes([1; 16]);
    let claimed = lead::thread::Event::Claimed { over: None };
    assert_eq!(
        step(&mut state, Event::CallNext),
        [Effect::Focus(Focus::Page), Effect::Append { ticket: 1, thread: first, event: claimed }]
    );
    assert_eq!(open(&state).shown, Shown::Lead(first), "the one that waits longest");
    assert_eq!(step(&mut opened(0), Event::CallNext), []);
}

#[test]
fn a_search_keeps_the_cursor_on_something_listed() {
    let mut state = opened(3);
    step(&mut state, Event::Search("number1".into()));
    assert_eq!(open(&state).cursor, Some(ThreadId::from_bytes([1; 16])));
    step(&mut state, Event::Search("nothing like it".into()));
    assert_eq!(open(&state).cursor, None);
    assert_eq!(step(&mut state, Event::OpenCursor), []);
}

#[test]
fn new_entries_leave_the_person_where_they_are() {
    let mut state = opened(2);
    step(&mut state, Event::OpenLead(ThreadId::from_bytes([1; 16])));
    step(&mut state, Event::Refreshed(Box::new(practice(5))));
    assert_eq!(open(&state).cursor, Some(ThreadId::from_bytes([1; 16])));
    assert_eq!(open(&state).shown, Shown::Lead(ThreadId::from_bytes([1; 16])));
    assert_eq!(open(&state).listed.cases.len(), 5);
}

#[test]
fn locking_drops_everything_and_tells_the_other_tabs_once() {
    let mut state = opened(3);
    assert_eq!(step(&mut state, Event::Lock(LockReason::Asked)), [Effect::Forget, Effect::LockOthers]);
    assert!(matches!(state, State::Locked(_)));
    assert_eq!(step(&mut state, Event::Lock(LockReason::OtherTab)), []);
    let mut other = opened(3);
    assert_eq!(step(&mut other, Event::Lock(LockReason::OtherTab)), [Effect::Forget]);
}

#[test]
fn what_staff_do_is_kept_until_it_is_in_the_log() {
    let thread = ThreadId::from_bytes([1; 16]);
    let mut state = opened(1);
    let event = lead::thread::Event::NoteAdded { text: "call after 3".into() };
    let append = |ticket| [Effect::Append { ticket, thread, event: event.clone() }];
    assert_eq!(step(&mut state, Event::Act { thread, event: event.clone() }), append(1));
    assert_eq!(step(&mut state, Event::Resend(1)), [], "it is on its way");
    step(&mut state, Event::Discard(1));
    assert_eq!(open(&state).outgoing.len(), 1, "and cannot be taken back");
    step(&mut state, Event::NotSaved(1, Way::Waiting));
    assert_eq!(step(&mut state, Event::Resend(1)), append(1), "the same ticket, so it is there once");
    step(&mut state, Event::Saved(1));
    assert!(open(&state).outgoing.is_empty());
    assert_eq!(step(&mut state, Event::Act { thread, event: event.clone() }), append(2));
    step(&mut state, Event::NotSaved(2, Way::Refused));
    assert_eq!(step(&mut state, Event::Resend(2)), [], "it would be refused again");
    step(&mut state, Event::Discard(2));
    assert!(open(&state).outgoing.is_empty());
    let stranger = ThreadId::from_bytes([9; 16]);
    assert_eq!(step(&mut state, Event::Act { thread: stranger, event }), []);
}

#[test]
fn a_call_is_claimed_and_given_back() {
    let mut state = opened(2);
    let effects = step(&mut state, Event::CallHere);
    assert!(matches!(effects[..], [Effect::Focus(Focus::Page), Effect::Append { .. }]));
    let thread = ThreadId::from_bytes([1; 16]);
    assert_eq!(open(&state).shown, Shown::Call(thread));
    step(&mut state, Event::Back);
    assert_eq!(open(&state).shown, Shown::Lead(thread), "from the call back to the lead");
    step(&mut state, Event::OpenReports);
    step(&mut state, Event::Back);
    assert_eq!(open(&state).shown, Shown::Nothing);
}

#[test]
fn while_the_log_is_read_it_is_shown_and_nothing_is_written() {
    let mut state = opened(2);
    let reading = |leads: u8| Practice { reading: Some((leads.into(), 5)), ..practice(leads) };
    step(&mut state, Event::Refreshed(Box::new(reading(3))));
    assert_eq!(open(&state).listed.cases.len(), 3);
    assert_eq!(step(&mut state, Event::ClaimHere), []);
    step(&mut state, Event::Refreshed(Box::new(practice(5))));
    assert!(matches!(step(&mut state, Event::ClaimHere)[..], [Effect::Append { .. }]));
    let mut broken = opened(2);
    step(&mut broken, Event::Refreshed(Box::new(reading(3))));
    let failed = crate::model::Trouble::Log("entry 4 is missing".into());
    assert_eq!(step(&mut broken, Event::Failed(failed)), [Effect::Forget]);
    assert!(matches!(broken, State::Locked(_)), "half a log is not shown on");
}

#[test]
fn new_inquiries_are_told_of_when_asked_for_and_colleagues_work_is_not() {
    let mut state = opened(2);
    assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(3)))), []);
    assert_eq!(step(&mut state, Event::Notifications), [Effect::AskToNotify]);
    step(&mut state, Event::NotificationsAllowed(true));
    assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(3)))), [], "nothing is new");
    assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(4)))), [Effect::Notify]);
    assert_eq!(step(&mut state, Event::Notifications), []);
    assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(5)))), []);
}

#[test]
fn a_log_that_stops_checking_is_not_shown_on() {
    let mut state = opened(3);
    let effects = step(&mut state, Event::Distrusted("entry 4 is missing".into()));
    assert_eq!(effects, [Effect::Forget, Effect::LockOthers]);
    let State::Locked(locked) = state else { panic!("still open") };
    assert!(matches!(locked.phase, crate::model::Phase::Failed(_)));
}

#[test]
fn what_arrives_after_locking_is_not_shown() {
    let mut state = opened(1);
    step(&mut state, Event::Lock(LockReason::Idle));
    step(&mut state, Event::Refreshed(Box::new(practice(3))));
    step(&mut state, Event::Opened(Box::new(practice(3))));
    assert!(matches!(state, State::Locked(_)));
}
