//! What a reader makes of honest logs and of logs that a relay has been at.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use inbox::{LogError, Memory, Refusal};
use lead::thread::{CallGuide, CallOutcome, Channel, Event, Stage, WrittenSequence};
use seal::entry::{Binding, seal};
use seal::{Embed, PrivateKey, jws};
use wire::log::ChainError;
use wire::practice::{EVENT_TYP, ROSTER_TYP};
use wire::{ChainHash, EntryKind};

fn honest() -> RelayLog {
    let mut log = RelayLog::default();
    let people = &*PEOPLE;
    log.inquiry(1, 1, "Avery Sample")
        .inquiry(2, 2, "Blair Example")
        .event(
            1,
            3,
            "sam-rivera",
            &people.coordinator,
            Event::CallAttempted { outcome: CallOutcome::Reached },
        )
        .event(1, 4, "maria-lopez", &people.owner, note("prefers mornings"))
        .inquiry(3, 5, "Casey Demo");
    log
}

fn names(inbox: &inbox::Inbox<PrivateKey>) -> Vec<String> {
    inbox
        .leads()
        .iter()
        .filter_map(|lead| lead.inquiry().map(|inquiry| inquiry.answers.contact.name.clone()))
        .collect()
}

#[tokio::test]
async fn an_honest_log_folds_into_leads() {
    let inbox = honest().read(&Memory::default()).await.unwrap();
    assert_eq!(names(&inbox), ["Avery Sample", "Blair Example", "Casey Demo"]);
    let lead = &inbox.leads()[0];
    assert_eq!((lead.stage, lead.calls.len()), (Stage::Reached, 1));
    assert_eq!(lead.notes[0].text, "prefers mornings");
    assert_eq!(lead.notes[0].author.as_str(), "maria-lopez");
    assert_eq!(inbox.refused(), []);
    assert_eq!(inbox.head().seq, 5);
}

#[tokio::test]
async fn a_log_is_read_on_from_where_it_ended() {
    let mut log = honest();
    let staff = staff();
    let keys = keys(&staff).await;
    let mut inbox = inbox::Inbox::new(&anchor(), staff, keys, &Memory::default());
    inbox.read(log.page(0, 9)).await.unwrap();
    log.inquiry(4, 6, "Devon Testperson");
    assert_eq!(inbox.read(log.page(5, 9)).await, Ok(inbox::Progress::End));
    assert_eq!(inbox.leads().len(), 4);
}

#[tokio::test]
async fn a_tombstone_keeps_its_place() {
    let mut log = honest();
    log.entries[1].body = None;
    let inbox = log.read(&Memory::default()).await.unwrap();
    assert_eq!(names(&inbox), ["Avery Sample", "Casey Demo"]);
    assert_eq!(inbox.leads()[1].erased, 1);
}

/// A relay that makes the chain hold afterwards, and a reader that has not seen the log before.
#[tokio::test]
async fn every_entry_that_is_not_where_its_writer_put_it_is_refused() {
    type Change = fn(&mut RelayLog);
    let cases: [(&str, Change, u64, Refusal); 28] = [
        (
            "a coordinator's follow-up sequence",
            |log| {
                let event = claims(9, 9, "sam-rivera", written("{}"));
                put(log, EntryKind::Document, &sealed_as(EntryKind::Document, &event, &PEOPLE.coordinator));
            },
            6,
            Refusal::Unauthorised,
        ),
        (
            "a follow-up sequence that no entry has room for",
            |log| {
                let event = claims(9, 9, "maria-lopez", written(&"x".repeat(WrittenSequence::BYTES + 1)));
                put(log, EntryKind::Document, &sealed_as(EntryKind::Document, &event, &PEOPLE.owner));
            },
            6,
            Refusal::Unreadable,
        ),
        (
            "a coordinator's guide for calls",
            |log| {
                put(
                    log,
                    EntryKind::Document,
                    &sealed_as(
                        EntryKind::Document,
                        &claims(9, 9, "sam-rivera", greeting("Hi")),
                        &PEOPLE.coordinator,
                    ),
                )
            },
            6,
            Refusal::Unauthorised,
        ),
        (
            "a guide for calls as an event, which erasure would take",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed_event(&claims(9, 9, "maria-lopez", greeting("Hi")), &PEOPLE.owner),
                )
            },
            6,
            Refusal::Rethreaded,
        ),
        (
            "an event of a lead as a document",
            |log| {
                let event = claims(9, 9, "maria-lopez", note("x"));
                put(log, EntryKind::Document, &sealed_as(EntryKind::Document, &event, &PEOPLE.owner));
            },
            6,
            Refusal::Rethreaded,
        ),
        ("moved to another thread", |log| log.entries[4].meta.thread = thread(1), 5, Refusal::Rethreaded),
        (
            "moved to a thread of its own",
            |log| log.entries[4].meta.thread = thread(9),
            5,
            Refusal::Rethreaded,
        ),
        (
            "an event moved to another lead",
            |log| log.entries[3].meta.thread = thread(2),
            4,
            Refusal::Rethreaded,
        ),
        ("given another id", |log| log.entries[4].meta.id = entry(9), 5, Refusal::Rethreaded),
        ("called an event", |log| log.entries[4].meta.kind = EntryKind::Event, 5, Refusal::Rethreaded),
        ("called a document", |log| log.entries[3].meta.kind = EntryKind::Document, 4, Refusal::Rethreaded),
        ("handed out twice", |log| log.entries.push(log.entries[3].clone()), 6, Refusal::Replayed),
        (
            "an inquiry in a thread that staff began",
            |log| {
                let taken =
                    Event::InquiryTaken { channel: Channel::Phone, inquiry: Box::new(inquiry("Dana Demo")) };
                log.event(4, 6, "maria-lopez", &PEOPLE.owner, taken).inquiry(4, 7, "Mallory");
            },
            7,
            Refusal::Intruding,
        ),
        (
            "an inquiry in the thread of another",
            |log| {
                log.inquiry(1, 6, "Mallory");
            },
            6,
            Refusal::Intruding,
        ),
        ("altered in its ciphertext", |log| flip(log, 4, 3), 5, Refusal::Tampered),
        ("altered in its tag", |log| flip(log, 4, 4), 5, Refusal::Tampered),
        ("altered in its wrapped key", |log| flip(log, 4, 1), 5, Refusal::Tampered),
        ("not sealed at all", |log| put(log, EntryKind::Inquiry, "hello"), 6, Refusal::Unreadable),
        ("of another practice", |log| put(log, EntryKind::Inquiry, &foreign()), 6, Refusal::Foreign),
        ("sealed to another key", |log| put(log, EntryKind::Inquiry, &to_stranger()), 6, Refusal::OtherKey),
        (
            "an inquiry of another format",
            |log| put(log, EntryKind::Inquiry, &sealed(&binding(EntryKind::Inquiry, 9, 9), b"{\"v\":2}")),
            6,
            Refusal::Unreadable,
        ),
        (
            "an event without a signature",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed(
                        &binding(EntryKind::Event, 9, 9),
                        &claims(9, 9, "maria-lopez", note("x")).to_json(),
                    ),
                )
            },
            6,
            Refusal::Unsigned,
        ),
        (
            "an event by a stranger",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed_event(&claims(9, 9, "maria-lopez", note("x")), &PEOPLE.stranger),
                )
            },
            6,
            Refusal::Forged,
        ),
        (
            "an event in a colleague's name",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed_event(&claims(9, 9, "maria-lopez", note("x")), &PEOPLE.coordinator),
                )
            },
            6,
            Refusal::Forged,
        ),
        (
            "an event with a changed signature",
            |log| put(log, EntryKind::Event, &wrong_signature()),
            6,
            Refusal::Forged,
        ),
        (
            "another kind of document as an event",
            |log| put(log, EntryKind::Event, &other_type()),
            6,
            Refusal::Forged,
        ),
        (
            "an auditor's event",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed_event(&claims(9, 9, "ana-auditor", note("x")), &PEOPLE.auditor),
                )
            },
            6,
            Refusal::Unauthorised,
        ),
        (
            "a leaver's event",
            |log| {
                put(
                    log,
                    EntryKind::Event,
                    &sealed_event(&claims(9, 9, "lee-leaver", note("x")), &PEOPLE.leaver),
                )
            },
            6,
            Refusal::Unauthorised,
        ),
    ];
    for (what, change, seq, refusal) in cases {
        let mut log = honest();
        change(&mut log);
        log.chain();
        let inbox = log.read(&Memory::default()).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let refused: Vec<_> = inbox.refused().iter().map(|entry| (entry.seq, entry.refusal)).collect();
        assert_eq!(refused, [(seq, refusal)], "{what}");
        let names = names(&inbox);
        // The fifth entry is an inquiry of its own; before the seventh, staff took one down.
        let kept = match seq {
            5 => 2,
            7 => 4,
            _ => 3,
        };
        assert_eq!(names.len(), kept, "{what}: {names:?}");
        assert!(!names.contains(&"Mallory".to_owned()), "{what}");
        let notes: usize = inbox.leads().iter().map(|lead| lead.notes.len()).sum();
        assert_eq!(notes, usize::from(seq != 4), "{what}");
    }
}

/// An event says inside what it is about. The envelope is anybody's.
#[tokio::test]
async fn a_signed_event_in_another_envelope_is_refused() {
    let original = claims(1, 4, "maria-lopez", note("prefers mornings"));
    let mut other_practice = original.clone();
    other_practice.practice = "another-practice".parse().unwrap();
    let mut newer = original.clone();
    newer.v = 2;
    let cases = [
        ("in another thread", original.clone(), binding(EntryKind::Event, 2, 9), Refusal::Rethreaded),
        ("under another id", original.clone(), binding(EntryKind::Event, 1, 9), Refusal::Rethreaded),
        ("from another practice", other_practice, binding(EntryKind::Event, 1, 4), Refusal::Foreign),
        ("of a newer format", newer, binding(EntryKind::Event, 1, 4), Refusal::Unreadable),
    ];
    for (what, claims, binding, refusal) in cases {
        let mut log = RelayLog::default();
        log.inquiry(1, 1, "Avery Sample").inquiry(2, 2, "Blair Example");
        let body = sealed(&binding, signed_event(&claims, &PEOPLE.owner).as_bytes());
        log.append(EntryKind::Event, binding.thread.as_bytes()[0], binding.entry.as_bytes()[0], &body);
        let inbox = log.read(&Memory::default()).await.unwrap();
        assert_eq!(inbox.refused()[0].refusal, refusal, "{what}");
        assert!(inbox.leads().iter().all(|lead| lead.notes.is_empty()), "{what}");
    }
}

/// The time that counts is when the relay took it.
#[tokio::test]
async fn validity_is_judged_at_the_time_the_relay_took_it() {
    for (author, key, ms, accepted) in [
        ("lee-leaver", &PEOPLE.leaver, CHANGE * 1000 - 1, true),
        ("lee-leaver", &PEOPLE.leaver, CHANGE * 1000, false),
        ("noa-newcomer", &PEOPLE.newcomer, CHANGE * 1000 - 1, false),
        ("noa-newcomer", &PEOPLE.newcomer, CHANGE * 1000, true),
    ] {
        let mut log = RelayLog::default();
        log.inquiry(1, 1, "Avery Sample").event(1, 2, author, key, note("x"));
        log.entries[1].meta.time = ms;
        log.chain();
        let inbox = log.read(&Memory::default()).await.unwrap();
        assert_eq!(inbox.leads()[0].notes.len() == 1, accepted, "{author} at {ms}");
        assert_eq!(inbox.refused().is_empty(), accepted, "{author} at {ms}");
    }
}

/// A reader that has seen the log before needs no key to see that it was changed.
#[tokio::test]
async fn a_changed_log_is_reported_with_its_first_bad_place() {
    type Change = fn(&mut RelayLog);
    let rewound = LogError::Chain(ChainError::Rewound { seq: 5 });
    let cases: [(&str, Change, LogError); 9] = [
        ("dropped", |log| drop(log.entries.remove(2)), ChainError::Gap { expected: 3, found: 4 }.into()),
        ("reordered", |log| log.entries.swap(1, 2), ChainError::Gap { expected: 2, found: 3 }.into()),
        (
            "reordered and renumbered",
            |log| {
                log.entries.swap(1, 2);
                log.entries[1].meta.seq = 2;
                log.entries[2].meta.seq = 3;
            },
            ChainError::Hash { seq: 2 }.into(),
        ),
        ("altered", |log| log.entries[3].body = Some("other".into()), ChainError::Body { seq: 4 }.into()),
        ("re-threaded", |log| log.entries[4].meta.thread = thread(1), ChainError::Hash { seq: 5 }.into()),
        ("re-timed", |log| log.entries[0].meta.time = 1, ChainError::Hash { seq: 1 }.into()),
        (
            "dropped, and the chain made anew",
            |log| {
                log.entries.remove(2);
                log.chain();
            },
            rewound,
        ),
        (
            "altered, the chain made anew, and longer than before",
            |log| {
                log.entries[2].body = None;
                log.entries[2].meta.sha256 = ChainHash::of_body("other");
                log.inquiry(7, 7, "Mallory");
            },
            rewound,
        ),
        ("cut off", |log| log.entries.truncate(3), rewound),
    ];
    // Sealing anew gives another ciphertext: one log for all.
    let log = honest();
    let memory = Memory { head: Some(log.head()), ..Memory::default() };
    assert!(log.read(&memory).await.is_ok());
    for (what, change, error) in cases {
        let mut changed = log.clone();
        change(&mut changed);
        assert_eq!(changed.read(&memory).await.map(|_| ()).unwrap_err(), error, "{what}");
    }
}

#[tokio::test]
async fn nothing_of_a_patient_is_in_debug_output() {
    let inbox = honest().read(&Memory::default()).await.unwrap();
    let debug = format!("{inbox:?}");
    assert!(!debug.contains("Avery") && !debug.contains("mornings"), "{debug}");
    assert!(!debug.contains("\"d\""), "{debug}");
}

/// A guide for calls, and every edition of it.
#[tokio::test]
async fn an_owners_guides_are_read_in_their_order_and_are_no_leads() {
    let mut log = honest();
    for (n, words) in [(11, "Good day"), (12, "Good morning")] {
        let event = claims(9, n, "maria-lopez", greeting(words));
        log.append(EntryKind::Document, 9, n, &sealed_as(event.event.kind(), &event, &PEOPLE.owner));
    }
    let inbox = log.read(&Memory::default()).await.unwrap();
    assert_eq!(inbox.refused(), []);
    let texts: Vec<&str> = inbox.documents().iter().map(|edition| &*edition.guide().unwrap().text).collect();
    assert_eq!(texts, ["# opening: Good day", "# opening: Good morning"]);
    assert_eq!(inbox.documents()[1].author.as_str(), "maria-lopez");
    assert_eq!(inbox.leads().len(), honest().read(&Memory::default()).await.unwrap().leads().len());
}

/// A follow-up sequence: kept as it is, whatever it says, and as long as it may be whatever it is made of.
#[tokio::test]
async fn an_owners_sequences_are_kept_unread() {
    let mut log = honest();
    let texts = ["{}".to_owned(), "\"".repeat(WrittenSequence::BYTES), String::new()];
    for (n, text) in (11..).zip(&texts) {
        let event = claims(9, n, "maria-lopez", written(text));
        log.append(EntryKind::Document, 9, n, &sealed_as(event.event.kind(), &event, &PEOPLE.owner));
    }
    let inbox = log.read(&Memory::default()).await.unwrap();
    assert_eq!(inbox.refused(), []);
    let found: Vec<&String> =
        inbox.documents().iter().map(|edition| &edition.sequence().unwrap().text).collect();
    assert_eq!(found, texts.iter().collect::<Vec<_>>());
}

fn written(text: &str) -> Event {
    Event::SequencePublished { sequence: WrittenSequence { id: "gentle".into(), text: text.into() } }
}

fn greeting(words: &str) -> Event {
    let text = format!("# opening: {words}");
    Event::GuidePublished { guide: CallGuide { language: "en".into(), tier: None, text } }
}

/// Changes a character in the middle of a part of an entry's body.
fn flip(log: &mut RelayLog, at: usize, part: usize) {
    let body = log.entries[at].body.as_mut().unwrap();
    let mut parts: Vec<String> = body.split('.').map(str::to_owned).collect();
    let middle = parts[part].len() / 2;
    let other = if parts[part].as_bytes()[middle] == b'A' { "B" } else { "A" };
    parts[part].replace_range(middle..=middle, other);
    *body = parts.join(".");
}

fn put(log: &mut RelayLog, kind: EntryKind, body: &str) {
    log.append(kind, 9, 9, body);
}

fn foreign() -> String {
    let binding =
        Binding { practice: "another-practice".parse().unwrap(), ..binding(EntryKind::Inquiry, 9, 9) };
    sealed(&binding, inquiry("Mallory").to_json().unwrap().as_bytes())
}

fn to_stranger() -> String {
    let json = inquiry("Mallory").to_json().unwrap();
    seal(&binding(EntryKind::Inquiry, 9, 9), json.as_bytes(), &public(&PEOPLE.strangers_inbox)).unwrap()
}

fn wrong_signature() -> String {
    let one = signed_event(&claims(9, 9, "maria-lopez", note("one")), &PEOPLE.owner);
    let two = signed_event(&claims(9, 9, "maria-lopez", note("two")), &PEOPLE.owner);
    let (input, _) = one.rsplit_once('.').unwrap();
    let (_, signature) = two.rsplit_once('.').unwrap();
    sealed(&binding(EntryKind::Event, 9, 9), format!("{input}.{signature}").as_bytes())
}

fn other_type() -> String {
    assert_ne!(EVENT_TYP, ROSTER_TYP);
    let claims = claims(9, 9, "maria-lopez", note("x")).to_json();
    let token = jws::sign(&PEOPLE.owner, ROSTER_TYP, &claims, Embed::Nothing).unwrap();
    sealed(&binding(EntryKind::Event, 9, 9), token.as_bytes())
}
