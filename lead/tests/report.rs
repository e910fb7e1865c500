//! Reports over folded leads: what each number counts, and laws that hold for every set of leads.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::Assessment;
use lead::hours::{Daylight, Hours, Opening, Weekday, Zone};
use lead::inquiry::{Answers, Inquiry, Referral};
use lead::report::{BOUNDS, Conversion, Entry, Missed, Report, Step};
use lead::scoring::{Facts, Model, score};
use lead::thread::{Body, CallOutcome, ClosedReason, Event, Lead, Record, Stage, Verification, fold};
use proptest::prelude::*;
use wire::{EntryId, ThreadId};

const MINUTE: u64 = 60_000;
/// Monday, 5 January 2026, 9:00 in Chicago.
const MONDAY: u64 = 1_767_625_200_000;

fn hours() -> Hours {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    Hours {
        zone: Zone { utc_offset_minutes: -360, daylight: Daylight::UnitedStates },
        open: vec![Opening { days: vec![Mon, Tue, Wed, Thu, Fri], from: "08:00".into(), to: "17:00".into() }],
        holidays: Vec::new(),
    }
}

fn inquiry(service: Option<&str>, referred: bool) -> Inquiry {
    let answers = Answers {
        service: service.map(str::to_owned),
        referral: referred.then(|| Referral { physician: "Dr. Example".into(), practice: None }),
        ..Answers::default()
    };
    Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 1,
        submitted_ms: 0,
        answers,
        signals: Default::default(),
        preliminary: score(&Model::seed(), &Facts::from_text("")),
    }
}

/// A lead whose inquiry came at `received`, and what staff did so many minutes later.
fn lead(n: u8, received: u64, inquiry: Inquiry, did: &[(u64, Event)]) -> Lead {
    let record = |seq: usize, time, body| Record {
        entry: EntryId::from_bytes([seq as u8; 16]),
        seq: seq as u64,
        time,
        body,
    };
    let mut records = vec![record(0, received, Body::Inquiry(Box::new(inquiry)))];
    records.extend(did.iter().enumerate().map(|(at, (minutes, event))| {
        let body = Body::Event { author: "coordinator".parse().unwrap(), event: event.clone() };
        record(at + 1, received + minutes * MINUTE, body)
    }));
    fold(ThreadId::from_bytes([n; 16]), &records)
}

/// `ready`: the model asks for a call within an hour.
fn assessment(ready: bool) -> Assessment {
    let text = if ready { "I need an appointment" } else { "" };
    let mut facts = Facts::from_text(text);
    facts.form_completed = true;
    let mut model = Model::seed();
    model.criteria[1].points = 30;
    Assessment { score: score(&model, &facts), triage: facts.triage, intent: facts.intent }
}

fn call(outcome: CallOutcome) -> Event {
    Event::CallAttempted { outcome }
}

fn booked() -> Event {
    Event::StageChanged { stage: Stage::Booked }
}

#[test]
fn each_number_counts_what_it_says() {
    let closed = Event::Closed { reason: ClosedReason::Cost, note: String::new() };
    let patient = Event::HandedToEhr { reference: "Patient/1".into() };
    let verified = Event::Verified { what: Verification::Identity };
    // Called after half an hour and booked; called the next morning at nine and lost; never called; a newsletter reader.
    let leads = [
        lead(
            1,
            MONDAY,
            inquiry(Some("knee"), true),
            &[
                (30, call(CallOutcome::NoAnswer)),
                (45, call(CallOutcome::Reached)),
                (46, verified),
                (50, booked()),
                (60, patient),
            ],
        ),
        lead(
            2,
            MONDAY + 7 * 60 * MINUTE,
            inquiry(Some("knee"), false),
            &[(17 * 60, call(CallOutcome::Reached)), (18 * 60, closed)],
        ),
        lead(3, MONDAY, inquiry(None, false), &[]),
        lead(4, MONDAY, inquiry(None, false), &[]),
    ];
    let assessments = [assessment(true), assessment(true), assessment(true), assessment(false)];
    let entries = leads.iter().zip(&assessments).filter_map(|(lead, found)| Entry::of(lead, found));
    let now = MONDAY + 24 * 60 * MINUTE;
    let report = Report::of(entries, &hours(), &(0..u64::MAX), now);

    let steps = Step::ALL.map(|step| report.funnel.step(step));
    assert_eq!(steps, [4, 3, 2, 1, 1, 1]);
    assert_eq!(report.funnel.lost.iter().collect::<Vec<_>>(), [(&"cost", &1)]);
    assert_eq!(report.funnel.open, 2);

    // Half an hour; from four to five and from eight to nine; the others wait since nine on Monday: nine hours.
    assert_eq!(report.response.bars, [0, 0, 1, 0, 1, 0, 0]);
    assert_eq!((report.response.median, report.response.ninetieth), (Some(30), Some(120)));
    assert_eq!((report.response.waiting, report.response.longest_waiting), (2, Some(9 * 60)));

    assert_eq!((report.deadlines.kept, report.deadlines.running), (1, 0));
    let missed = |n: u8, due, called| Missed { thread: ThreadId::from_bytes([n; 16]), due, called };
    let expected = [
        missed(3, MONDAY + 60 * MINUTE, None),
        missed(2, MONDAY + 8 * 60 * MINUTE, Some(MONDAY + 24 * 60 * MINUTE)),
    ];
    assert_eq!(report.deadlines.missed, expected);

    let one = Conversion { inquiries: 1, booked: 1 };
    assert_eq!(report.by_source["physician"], one);
    assert_eq!(report.by_source["direct"], Conversion { inquiries: 3, booked: 0 });
    assert_eq!(report.by_service["knee"].per_mille(), Some(500));
    assert_eq!(report.by_band[&30], Conversion { inquiries: 3, booked: 1 });
    assert_eq!(report.by_hour[&9].inquiries, 3);
    assert_eq!(report.by_hour[&16].inquiries, 1);
    assert_eq!(Conversion::default().per_mille(), None);
}

#[test]
fn a_lead_that_goes_on_elsewhere_or_lies_outside_is_not_counted() {
    let into = ThreadId::from_bytes([9; 16]);
    let merged = lead(1, MONDAY, inquiry(None, false), &[(1, Event::Merged { into })]);
    let early = lead(2, MONDAY - 1, inquiry(None, false), &[]);
    let found = assessment(false);
    let entries = [&merged, &early].into_iter().filter_map(|lead| Entry::of(lead, &found));
    assert_eq!(Report::of(entries, &hours(), &(MONDAY..u64::MAX), MONDAY), Report::default());
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(call(CallOutcome::NoAnswer)),
        Just(call(CallOutcome::Reached)),
        Just(Event::Verified { what: Verification::Insurance }),
        Just(booked()),
        Just(Event::StageChanged { stage: Stage::New }),
        Just(Event::Closed { reason: ClosedReason::NoNeed, note: String::new() }),
        Just(Event::OptedOut),
    ]
}

fn leads() -> impl Strategy<Value = Vec<(Lead, bool)>> {
    let did = prop::collection::vec((0..20_000_u64, event()), 0..5);
    let one = (0..20_000_u64, any::<bool>(), did);
    prop::collection::vec(one, 0..12).prop_map(|all| {
        let mut leads = Vec::new();
        for (n, (minutes, ready, did)) in all.into_iter().enumerate() {
            leads.push((lead(n as u8, MONDAY + minutes * MINUTE, inquiry(None, false), &did), ready));
        }
        leads
    })
}

proptest! {
    #[test]
    fn every_lead_is_counted_once_in_each_part(leads in leads(), now in 0..40_000_u64) {
        let found = [assessment(false), assessment(true)];
        let entries = || leads.iter().filter_map(|(lead, ready)| Entry::of(lead, &found[usize::from(*ready)]));
        let now = MONDAY + now * MINUTE;
        let report = Report::of(entries(), &hours(), &(0..u64::MAX), now);
        let n = leads.len();

        let steps = Step::ALL.map(|step| report.funnel.step(step));
        prop_assert!(steps.is_sorted_by(|earlier, later| earlier >= later) && steps[0] == n);
        let lost: usize = report.funnel.lost.values().sum();
        prop_assert_eq!(report.funnel.booked + lost + report.funnel.open, n);
        prop_assert!(report.response.called() + report.response.waiting <= n);
        prop_assert!(report.response.median <= report.response.ninetieth);
        prop_assert!(report.deadlines.kept + report.deadlines.running + report.deadlines.missed.len() <= n);
        prop_assert!(report.deadlines.missed.iter().all(|missed| missed.called.unwrap_or(now) > missed.due));
        let sum = |all: Vec<Conversion>| all.iter().fold((0, 0), |sum, one| (sum.0 + one.inquiries, sum.1 + one.booked));
        let whole = (n, report.funnel.booked);
        prop_assert_eq!(sum(report.by_source.values().copied().collect()), whole);
        prop_assert_eq!(sum(report.by_service.values().copied().collect()), whole);
        prop_assert_eq!(sum(report.by_band.values().copied().collect()), whole);
        prop_assert_eq!(sum(report.by_hour.values().copied().collect()), whole);
        let reversed: Vec<Entry<'_>> = entries().collect::<Vec<_>>().into_iter().rev().collect();
        prop_assert_eq!(Report::of(reversed, &hours(), &(0..u64::MAX), now), report);
    }

    #[test]
    fn business_minutes_add_up_and_agree_with_deadlines(from in 0..60_000_u64, more in 0..60_000_u64, then in 0..60_000_u64) {
        let hours = hours();
        let [a, b, c] = [from, from + more, from + more + then].map(|minutes| MONDAY + minutes * MINUTE);
        let (first, second) = (hours.business_minutes(a, b), hours.business_minutes(b, c));
        prop_assert_eq!(first + second, hours.business_minutes(a, c));
        prop_assert_eq!(hours.business_minutes(b, a), 0);
        let due = hours.deadline(a, 60).unwrap();
        prop_assert_eq!(hours.business_minutes(a, due), 60);
    }
}

#[test]
fn bounds_rise_and_no_time_is_too_far() {
    assert!(BOUNDS.is_sorted());
    assert!(hours().business_minutes(0, u64::MAX / 4) > 0);
    assert_eq!(hours().business_minutes(0, u64::MAX), 0, "no such time");
    assert!(hours().local_hour(u64::MAX) < 24);
}
