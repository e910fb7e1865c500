//! What a day's work leaves on a lead.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::Inquiry;
use lead::inquiry::{Answers, Contact, Insurance};
use lead::scoring::{Action, ModelRef, Score};
use lead::signals::Signals;
use lead::thread::{
    AnswerField, Body, CLAIM_MS, CallOutcome, Channel, ClosedReason, Event, EventClaims, Lead, Record, Stage,
    Verification, fold,
};
use wire::{ChainHash, EntryId, StaffId, ThreadId};

fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn inquiry(phone: &str) -> Box<Inquiry> {
    let contact = Contact { name: "Example Person".into(), phone: Some(phone.into()), ..Contact::default() };
    Box::new(Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 1,
        submitted_ms: 1,
        answers: Answers { contact, insurance: Some(Insurance::Unknown), ..Answers::default() },
        signals: Signals::default(),
        preliminary: Score {
            points: 0,
            tier: "none".into(),
            action: Action::Nothing,
            lines: Vec::new(),
            model: ModelRef { name: "none".into(), version: 1, hash: ChainHash::of_body("") },
        },
    })
}

/// An inquiry at 0, then what staff did: at which time, who, what.
fn lead(events: &[(u64, &str, Event)]) -> Lead {
    let first = Body::Inquiry(inquiry("555-0100"));
    let bodies = events
        .iter()
        .map(|(time, author, event)| (*time, Body::Event { author: staff(author), event: event.clone() }));
    let records: Vec<Record> = std::iter::once((0, first))
        .chain(bodies)
        .zip(1u8..)
        .map(|((time, body), n)| Record { entry: EntryId::from_bytes([n; 16]), seq: n.into(), time, body })
        .collect();
    fold(ThreadId::from_bytes([1; 16]), &records)
}

fn claim(over: Option<&str>) -> Event {
    Event::Claimed { over: over.map(staff) }
}

#[test]
fn of_two_who_claim_at_once_the_first_in_the_log_has_it() {
    let race = lead(&[(1, "sam-rivera", claim(None)), (2, "maria-lopez", claim(None))]);
    assert_eq!(race.holder(3), Some(&staff("sam-rivera")));
    let taken_over = lead(&[(1, "sam-rivera", claim(None)), (2, "maria-lopez", claim(Some("sam-rivera")))]);
    assert_eq!(taken_over.holder(3), Some(&staff("maria-lopez")));
}

#[test]
fn a_claim_ends_by_its_holder_by_a_call_and_by_itself() {
    let sam = |event| lead(&[(1, "sam-rivera", claim(None)), (2, "sam-rivera", event)]);
    assert_eq!(sam(Event::Released).holder(3), None);
    assert_eq!(sam(Event::CallAttempted { outcome: CallOutcome::NoAnswer }).holder(3), None);
    assert_eq!(sam(claim(None)).holder(2 + CLAIM_MS - 1), Some(&staff("sam-rivera")), "renewed");
    let by_another = lead(&[(1, "sam-rivera", claim(None)), (2, "maria-lopez", Event::Released)]);
    assert_eq!(by_another.holder(3), Some(&staff("sam-rivera")));
    assert_eq!(by_another.holder(1 + CLAIM_MS), None);
    let late = lead(&[(1, "sam-rivera", claim(None)), (1 + CLAIM_MS, "maria-lopez", claim(None))]);
    assert_eq!(late.holder(2 + CLAIM_MS), Some(&staff("maria-lopez")), "what lapsed needs no taking over");
}

#[test]
fn a_planned_call_waits_for_the_next_one_that_is_tried() {
    let plan = |due| Event::CallPlanned { due, note: "after work".into() };
    let planned = lead(&[(1, "sam-rivera", plan(5)), (2, "sam-rivera", plan(9))]);
    assert_eq!(planned.task.map(|task| task.due), Some(9));
    let call = Event::CallAttempted { outcome: CallOutcome::Voicemail };
    assert!(lead(&[(1, "sam-rivera", plan(5)), (2, "maria-lopez", call)]).task.is_none());
}

#[test]
fn a_lead_closes_with_a_reason_and_opens_again() {
    let closed = Event::Closed { reason: ClosedReason::Referred, note: "Dr. Example".into() };
    let lead_of = |more: &[Event]| {
        let all: Vec<_> =
            std::iter::once(&closed).chain(more).map(|e| (1, "sam-rivera", e.clone())).collect();
        lead(&all)
    };
    let closing = lead_of(&[]);
    assert_eq!((closing.stage, closing.closing.unwrap().reason), (Stage::Closed, ClosedReason::Referred));
    for event in [
        Event::StageChanged { stage: Stage::Reached },
        Event::AppointmentBooked { slot: lead::thread::Slot::at(9), reference: None },
    ] {
        let open = lead_of(&[event]);
        assert!(open.stage != Stage::Closed && open.closing.is_none());
    }
}

#[test]
fn what_is_put_right_counts_and_keeps_its_history() {
    let correct =
        |field, was: &str, now: &str| Event::AnswerCorrected { field, was: was.into(), now: now.into() };
    let lead = lead(&[
        (1, "sam-rivera", correct(AnswerField::Phone, "555-0100", "555-0101")),
        (2, "maria-lopez", correct(AnswerField::Phone, "555-0100", "555-0102")),
        (3, "maria-lopez", correct(AnswerField::Carrier, "", "Example Health")),
        (4, "sam-rivera", correct(AnswerField::MemberId, "", "XH-1")),
    ]);
    let answers = lead.answers().unwrap();
    assert_eq!(answers.contact.phone.as_deref(), Some("555-0102"), "the last word counts");
    assert_eq!(AnswerField::Carrier.of(&answers), "Example Health");
    assert_eq!(AnswerField::MemberId.of(&answers), "XH-1");
    let crossed: Vec<bool> = lead.corrections.iter().map(|correction| correction.crossed).collect();
    assert_eq!(crossed, [false, true, false, false], "the second did not see the first");
    assert_eq!(lead.inquiry().unwrap().answers.contact.phone.as_deref(), Some("555-0100"), "as it was sent");
}

#[test]
fn every_answer_that_can_be_put_right_reads_back_and_can_be_taken_away() {
    for field in AnswerField::ALL {
        let mut answers = Answers::default();
        field.set(&mut answers, "x");
        assert_eq!(field.of(&answers), "x", "{field:?}");
        field.set(&mut answers, "");
        assert!(answers == Answers::default(), "{field:?}");
    }
}

#[test]
fn checks_count_once_and_can_be_withdrawn() {
    let verified = |what| Event::Verified { what };
    let lead = lead(&[
        (1, "sam-rivera", verified(Verification::Identity)),
        (2, "maria-lopez", verified(Verification::Identity)),
        (3, "maria-lopez", verified(Verification::Insurance)),
        (4, "maria-lopez", Event::Unverified { what: Verification::Insurance }),
    ]);
    let found: Vec<_> = lead.verified.iter().map(|one| (one.what, one.author.as_str())).collect();
    assert_eq!(found, [(Verification::Identity, "sam-rivera")]);
}

#[test]
fn what_staff_took_down_is_theirs_and_bounded() {
    let taken = Event::InquiryTaken { channel: Channel::Phone, inquiry: inquiry("555-0199") };
    let lead = lead(&[(1, "sam-rivera", taken.clone())]);
    assert_eq!(lead.inquiries[0].taken, None);
    assert_eq!(lead.inquiries[1].taken, Some((staff("sam-rivera"), Channel::Phone)));
    let claims = |event| EventClaims {
        v: 1,
        practice: "lakeside-ortho".parse().unwrap(),
        thread: ThreadId::from_bytes([1; 16]),
        entry: EntryId::from_bytes([1; 16]),
        author: staff("sam-rivera"),
        time: 1,
        event,
    };
    assert!(EventClaims::parse(&claims(taken).to_json()).is_ok());
    let long = Event::InquiryTaken { channel: Channel::Phone, inquiry: inquiry(&"5".repeat(500)) };
    assert!(EventClaims::parse(&claims(long).to_json()).is_err());
}
