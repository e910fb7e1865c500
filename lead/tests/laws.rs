//! Laws that hold for every model, every set of facts and every order of records.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::inquiry::{Answers, AppointmentWish, Contact, Inquiry, Insurance};
use lead::intent::{Intent, IntentResult};
use lead::manifest::{PageKind, ServiceTier};
use lead::scoring::{
    Action, Appointment, Count, Criterion, Facts, Group, InsuranceIs, LineSource, Model, PageEvent, Place,
    Range, ReferralSource, Tier, Visitor, When, score,
};
use lead::signals::{Signals, Visit};
use lead::text::Text;
use lead::thread::{
    AnswerField, Body, CallOutcome, CalledOff, Channel, ClosedReason, Event, FollowUpState, HandOff,
    NoAppointment, Record, Slot, Stage, StepKey, Undelivered, Verification, fold,
};
use lead::triage::{Lane, Triage};
use proptest::prelude::*;
use wire::{EntryId, StaffId, ThreadId};

const DAY: u64 = 86_400_000;
const NOW: u64 = 20_000 * DAY;

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        Just(When::AppointmentRequested),
        Just(When::FormCompleted),
        Just(When::ServiceTier(vec![ServiceTier::Surgical])),
        Just(When::Insurance(vec![InsuranceIs::Given])),
        Just(When::Intent(vec![Intent::Book, Intent::Price])),
        Just(When::Zip(vec!["606".into()])),
        (0..10u16).prop_map(When::WithinMiles),
        (1..4u16, 1..40u16).prop_map(|(times, within_days)| When::Pages {
            kind: PageKind::Guide,
            times,
            within_days
        }),
    ]
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let count = prop_oneof![Just(Count::Once), (0..5u16).prop_map(|most| Count::Each { most })];
    let name = "[a-d]";
    (
        when(),
        any::<i32>(),
        count,
        prop::option::of(0..20u16),
        prop::option::of("[x-z]"),
        name,
        prop::option::of(name),
    )
        .prop_map(|(when, points, count, half_life_days, group, id, other)| Criterion {
            count,
            dates: None,
            group,
            half_life_days,
            id,
            label: Text::default(),
            points,
            requires: Vec::new(),
            unless: other.into_iter().collect(),
            when,
        })
}

fn model() -> impl Strategy<Value = Model> {
    let group = ("[x-z]", any::<i32>()).prop_map(|(id, cap)| Group { cap, id, label: Text::default() });
    let tier = any::<i32>().prop_map(|at_least| Tier {
        action: Action::Nothing,
        at_least,
        id: format!("from {at_least}"),
        label: Text::default(),
    });
    let parts = (
        prop::collection::vec(criterion(), 0..8),
        prop::collection::vec(group, 0..3),
        prop::collection::vec(tier, 0..4),
        (any::<i32>(), any::<i32>()).prop_map(|(max, min)| Range { max, min }),
    );
    parts.prop_map(|(criteria, groups, tiers, range)| Model {
        criteria,
        groups,
        name: "any".into(),
        places: vec![Place { miles: 5, zips: vec!["606".into()] }],
        range,
        tiers,
        version: 1,
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let pages = prop::collection::vec((0..60 * DAY).prop_map(|age| NOW - age), 0..6);
    (any::<bool>(), any::<bool>(), any::<bool>(), pages).prop_map(|(surgical, insured, wish, pages)| Facts {
        now_ms: NOW,
        service: surgical.then(|| ("knee".to_owned(), ServiceTier::Surgical)),
        intent: IntentResult { intent: Intent::Book, ..IntentResult::default() },
        triage: Triage::default(),
        insurance: if insured { InsuranceIs::Given } else { InsuranceIs::NotAnswered },
        referral: ReferralSource::Direct,
        pages: pages
            .into_iter()
            .map(|ms| PageEvent { kind: PageKind::Guide, path: "/guides/knee".into(), ms })
            .collect(),
        form_completed: true,
        appointment: if wish { Appointment::Answered } else { Appointment::NotRequested },
        contact: None,
        zip: "60614".into(),
        visitor: Visitor::New,
    })
}

fn staff(name: &str) -> StaffId {
    name.parse().unwrap()
}

fn inquiry(name: &str) -> Inquiry {
    let signals = Signals { visits: vec![] };
    let answers =
        Answers { contact: Contact { name: name.into(), ..Contact::default() }, ..Answers::default() };
    let model = Model::seed();
    let facts = Facts { service: None, ..sample_facts() };
    Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 1,
        submitted_ms: NOW,
        answers,
        signals,
        preliminary: score(&model, &facts),
    }
}

fn sample_facts() -> Facts {
    Facts {
        now_ms: NOW,
        service: None,
        intent: IntentResult::default(),
        triage: Triage::default(),
        insurance: InsuranceIs::Given,
        referral: ReferralSource::Direct,
        pages: Vec::new(),
        form_completed: true,
        appointment: Appointment::Answered,
        contact: None,
        zip: String::new(),
        visitor: Visitor::New,
    }
}

fn step() -> impl Strategy<Value = StepKey> {
    (0..2u8, 0..3u8).prop_map(|(run, step)| StepKey {
        sequence: "gentle".into(),
        step: step.to_string(),
        run: EntryId::from_bytes([run; 16]),
    })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        prop_oneof![Just(Stage::Contacting), Just(Stage::Nurture), Just(Stage::Closed)]
            .prop_map(|stage| Event::StageChanged { stage }),
        "[a-z]{0,8}".prop_map(|text| Event::NoteAdded { text }),
        prop_oneof![Just(CallOutcome::Reached), Just(CallOutcome::NoAnswer)]
            .prop_map(|outcome| Event::CallAttempted { outcome }),
        Just(Event::OptedOut),
        (0..12u8, "[a-z]{0,8}")
            .prop_map(|(entry, text)| Event::Corrected { entry: EntryId::from_bytes([entry; 16]), text }),
        any::<u64>().prop_map(|start| Event::AppointmentBooked { slot: Slot::at(start), reference: None }),
        any::<u64>()
            .prop_map(|start| Event::AppointmentRescheduled { slot: Slot::at(start), reference: None }),
        any::<u64>().prop_map(|start| Event::AppointmentRequested { slot: Slot::at(start) }),
        Just(Event::AppointmentCancelled { by: CalledOff::Patient }),
        Just(Event::AppointmentFailed { reason: NoAppointment::Taken }),
        step().prop_map(|step| Event::FollowUpClaimed { step }),
        step().prop_map(|step| Event::FollowUpSent { step }),
        step().prop_map(|step| Event::FollowUpUnclear { step }),
        step().prop_map(|step| Event::FollowUpFailed { step, reason: Undelivered::Refused }),
        step().prop_map(|step| Event::CallAsked { step }),
        (1..9u16).prop_map(|attempt| Event::HandOffStarted { attempt }),
        (1..9u16).prop_map(|attempt| Event::HandOffFailed { attempt, reason: "busy".into(), last: false }),
        (1..9u16).prop_map(|attempt| Event::HandOffUnclear { attempt }),
        Just(Event::HandOffAsked),
        (0..12u8).prop_map(|of| Event::AppointmentPassedOn { of: EntryId::from_bytes([of; 16]) }),
        Just(Event::HandedToEhr { reference: "Patient/1".into() }),
        prop::option::of(author()).prop_map(|over| Event::Claimed { over }),
        Just(Event::Released),
        any::<u64>().prop_map(|due| Event::CallPlanned { due, note: String::new() }),
        Just(Event::Closed { reason: ClosedReason::Declined, note: String::new() }),
        ("[ab]{0,1}", "[ab]{0,1}", 0..AnswerField::ALL.len()).prop_map(|(was, now, field)| {
            Event::AnswerCorrected { field: AnswerField::ALL[field], was, now }
        }),
        "[a-z]{1,8}".prop_map(|name| Event::InquiryTaken {
            channel: Channel::Phone,
            inquiry: Box::new(inquiry(&name))
        }),
        Just(Event::Verified { what: Verification::Insurance }),
        Just(Event::Unverified { what: Verification::Insurance }),
    ]
}

fn author() -> impl Strategy<Value = StaffId> {
    prop_oneof![Just(staff("maria-lopez")), Just(staff("sam-rivera"))]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let body = prop_oneof![
        1 => "[a-z]{1,8}".prop_map(|name| Body::Inquiry(Box::new(inquiry(&name)))),
        1 => Just(Body::Erased),
        6 => (author(), event()).prop_map(|(author, event)| Body::Event { author, event }),
    ];
    prop::collection::vec(body, 0..12).prop_map(|bodies| {
        let numbered = bodies.into_iter().zip(1u8..);
        numbered
            .map(|(body, n)| Record {
                entry: EntryId::from_bytes([n; 16]),
                seq: u64::from(n),
                time: 1_000 * u64::from(n),
                body,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn lines_sum_to_the_score_for_any_model(model in model(), facts in facts()) {
        let score = score(&model, &facts);
        let sum: i64 = score.lines.iter().map(|line| i64::from(line.points)).sum();
        prop_assert_eq!(sum, i64::from(score.points));
    }

    #[test]
    fn a_group_never_gives_more_than_its_cap(model in model(), facts in facts()) {
        let score = score(&model, &facts);
        for group in &model.groups {
            let of_group: i64 = score
                .lines
                .iter()
                .filter(|line| match &line.source {
                    LineSource::Criterion(id) => model
                        .criteria
                        .iter()
                        .any(|c| c.id == *id && c.group.as_deref() == Some(&group.id)),
                    LineSource::Cap(id) => *id == group.id,
                    LineSource::Range => false,
                })
                .map(|line| i64::from(line.points))
                .sum();
            let ids = model.groups.iter().filter(|other| other.id == group.id).count();
            prop_assume!(ids == 1 && distinct_ids(&model) && group.cap.abs() <= 100_000);
            prop_assert!(of_group <= i64::from(group.cap));
        }
    }

    #[test]
    fn folding_does_not_depend_on_the_order_or_on_repeats(
        (records, shuffled) in records().prop_flat_map(|records| {
            let shuffled = Just(records.clone()).prop_shuffle();
            (Just(records), shuffled)
        }),
        again in any::<prop::sample::Index>(),
    ) {
        let thread = ThreadId::from_bytes([1; 16]);
        let expected = fold(thread, &records);
        let mut others = shuffled;
        if !others.is_empty() {
            others.push(others[again.index(others.len())].clone());
        }
        prop_assert!(fold(thread, &others) == expected);
    }

    #[test]
    fn inquiries_survive_writing_and_reading(name in ".{0,40}", needs in ".{0,200}", spaces in 0..50usize) {
        let mut sent = inquiry(&name);
        sent.answers.needs = needs;
        sent.answers.appointment = Some(AppointmentWish::default());
        let json = sent.to_json().unwrap() + &" ".repeat(spaces);
        prop_assert!(Inquiry::parse(json.as_bytes()).unwrap() == sent);
    }

    #[test]
    fn reading_an_inquiry_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Inquiry::parse(&bytes);
        let _ = Signals::from_loader(&String::from_utf8_lossy(&bytes), NOW);
    }
}

fn distinct_ids(model: &Model) -> bool {
    let mut ids: Vec<_> = model.criteria.iter().map(|criterion| &criterion.id).collect();
    ids.sort();
    ids.windows(2).all(|pair| pair[0] != pair[1])
}

#[test]
fn a_thread_reads_like_its_story() {
    let body = |event| Body::Event { author: staff("maria-lopez"), event };
    let stories = [
        Body::Inquiry(Box::new(inquiry("Example Person"))),
        body(Event::CallAttempted { outcome: CallOutcome::NoAnswer }),
        body(Event::NoteAdded { text: "call after five".into() }),
        body(Event::Corrected { entry: EntryId::from_bytes([3; 16]), text: "call after six".into() }),
        body(Event::CallAttempted { outcome: CallOutcome::Reached }),
        body(Event::AppointmentBooked { slot: Slot::at(NOW), reference: None }),
    ];
    let records: Vec<Record> = stories
        .into_iter()
        .zip(1u8..)
        .map(|(body, n)| Record { entry: EntryId::from_bytes([n; 16]), seq: n.into(), time: n.into(), body })
        .collect();
    let stage_after = |n: usize| fold(ThreadId::from_bytes([1; 16]), &records[..n]).stage;
    let stages: Vec<Stage> = (1..=6).map(stage_after).collect();
    use Stage::{Booked, Contacting, New, Reached};
    assert_eq!(stages, [New, Contacting, Contacting, Contacting, Reached, Booked]);
    let lead = fold(ThreadId::from_bytes([1; 16]), &records);
    assert_eq!(lead.notes[0].text, "call after six");
    assert_eq!(lead.inquiry().map(|inquiry| inquiry.answers.contact.name.as_str()), Some("Example Person"));
    assert_eq!((lead.appointment.map(|made| made.slot.start), lead.last_activity), (Some(NOW), 6));
}

#[test]
fn an_effect_that_is_settled_stays_settled() {
    let step = StepKey { sequence: "gentle".into(), step: "hello".into(), run: EntryId::from_bytes([1; 16]) };
    let after = |events: &[Event]| {
        let body = |event: &Event| Body::Event { author: staff("front-desk"), event: event.clone() };
        let records: Vec<Record> = (1u8..)
            .zip(events)
            .map(|(n, event)| Record {
                entry: EntryId::from_bytes([n; 16]),
                seq: n.into(),
                time: n.into(),
                body: body(event),
            })
            .collect();
        fold(ThreadId::from_bytes([1; 16]), &records)
    };
    let claimed = || Event::FollowUpClaimed { step: step.clone() };
    let sent = || Event::FollowUpSent { step: step.clone() };
    let unclear = || Event::FollowUpUnclear { step: step.clone() };
    let states = |events: &[Event]| after(events).follow_ups.iter().map(|f| f.state).collect::<Vec<_>>();
    assert_eq!(states(&[claimed()]), [FollowUpState::Claimed]);
    assert_eq!(states(&[claimed(), unclear()]), [FollowUpState::Unclear]);
    assert_eq!(states(&[claimed(), sent(), unclear(), claimed()]), [FollowUpState::Sent]);

    let booked =
        |start| Event::AppointmentBooked { slot: Slot::at(start), reference: Some("Appointment/1".into()) };
    let moved = |start| Event::AppointmentRescheduled { slot: Slot::at(start), reference: None };
    let lead = after(&[booked(5), moved(7)]);
    let made = lead.appointment.clone().unwrap();
    assert_eq!((made.slot.start, made.moves, made.reference.as_deref()), (7, 1, Some("Appointment/1")));
    let wish = Event::AppointmentRequested { slot: Slot::at(9) };
    let taken = Event::AppointmentFailed { reason: NoAppointment::Taken };
    let lead = after(&[booked(5), wish.clone(), taken.clone()]);
    assert_eq!(lead.appointment.map(|made| made.slot.start), Some(5), "the old one stands");
    let lead = after(&[booked(5), taken]);
    assert_eq!((lead.appointment, lead.stage), (None, Stage::Reached));
    let lead = after(&[wish, booked(5), Event::AppointmentCancelled { by: CalledOff::Patient }]);
    assert_eq!((lead.requested, lead.appointment, lead.stage), (None, None, Stage::Reached));

    let done = Event::HandedToEhr { reference: "Patient/1".into() };
    let late = Event::HandOffFailed { attempt: 2, reason: "busy".into(), last: true };
    assert!(matches!(after(&[done, late.clone()]).hand_off, HandOff::Done { .. }));
    let (asked, unclear) = (Event::HandOffAsked, Event::HandOffUnclear { attempt: 3 });
    let started = Event::HandOffStarted { attempt: 1 };
    assert!(after(std::slice::from_ref(&late)).hand_off.needs_a_person());
    assert!(matches!(after(&[late, asked.clone()]).hand_off, HandOff::Asked { attempt: 2, .. }));
    assert!(matches!(after(&[unclear, asked.clone()]).hand_off, HandOff::Asked { attempt: 3, .. }));
    assert!(matches!(after(&[started, asked]).hand_off, HandOff::Started { .. }), "nobody has to look yet");
}

#[test]
fn inquiries_are_read_strictly_and_bounded() {
    let good = inquiry("Example Person").to_json().unwrap();
    assert!(Inquiry::parse(good.as_bytes()).is_ok());
    let wrong = [
        good.replacen("\"v\":1", "\"v\":2", 1),
        good.replacen("\"v\":1", "\"v\":1,\"v\":1", 1),
        good.replacen("\"v\":1", "\"v\":1,\"x\":1", 1),
        good.replacen("\"name\":\"Example Person\"", "\"name\":\"Example Person\",\"ssn\":\"1\"", 1),
        good.replacen("Example Person", &"x".repeat(401), 1),
        format!("{good}{}", " ".repeat(64 << 10)),
    ];
    for json in wrong {
        assert!(Inquiry::parse(json.as_bytes()).is_err(), "{}", &json[..60]);
    }
    let mut long = inquiry("Example Person");
    long.answers.needs = "x".repeat(20_000);
    assert!(long.to_json().is_err(), "nothing is written that could not be read");
}

#[test]
fn nothing_that_a_patient_wrote_is_in_any_debug_output() {
    let mut sent = inquiry("Secret Name");
    sent.answers.needs = "secret needs".into();
    sent.answers.insurance = Some(Insurance::SelfPay);
    sent.signals.visits = vec![Visit {
        path: "/secret".into(),
        ms: 1,
        dwell_ms: 0,
        referrer: Default::default(),
        campaign: None,
    }];
    let record = Record {
        entry: EntryId::from_bytes([1; 16]),
        seq: 1,
        time: 1,
        body: Body::Inquiry(Box::new(sent.clone())),
    };
    let lead = fold(ThreadId::from_bytes([1; 16]), std::slice::from_ref(&record));
    let note = Event::NoteAdded { text: "secret note".into() };
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        sent,
        sent.answers,
        sent.answers.contact,
        sent.signals,
        sent.preliminary,
        sent.preliminary.lines,
        record,
        lead,
        note
    );
    assert!(!shown.to_lowercase().contains("secret"), "{shown}");
    assert!(shown.starts_with("Inquiry(redacted) Answers(redacted)"));
}

#[test]
fn points_of_a_visit_halve() {
    let points_after = |days: u64| {
        let model = Model {
            criteria: vec![Criterion {
                count: Count::Once,
                dates: None,
                group: None,
                half_life_days: Some(10),
                id: "guide".into(),
                label: Text::default(),
                points: 100,
                requires: vec![],
                unless: vec![],
                when: When::Pages { kind: PageKind::Guide, times: 1, within_days: 60 },
            }],
            groups: vec![],
            name: "halving".into(),
            places: vec![],
            range: Range::default(),
            tiers: vec![],
            version: 1,
        };
        let page = PageEvent { kind: PageKind::Guide, path: "/guides/knee".into(), ms: NOW - days * DAY };
        score(
            &model,
            &Facts {
                pages: vec![page],
                triage: Triage { lane: Lane::Routine, ..Triage::default() },
                ..sample_facts()
            },
        )
        .points
    };
    assert_eq!([0, 5, 10, 20, 40].map(points_after), [100, 71, 50, 25, 6]);
}
