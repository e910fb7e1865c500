use super::*;
use crate::hours::{Daylight, Opening, Weekday};
use crate::inquiry::{Answers, AppointmentWish, ConsentGiven, Contact, Inquiry};
use crate::scoring::{Facts, Model, score};
use crate::sequence::{Email, Sequences};
use crate::signals::Signals;
use crate::text::Text;
use crate::thread::{Body, Document, Edition, Event, Record, Slot, WrittenSequence, fold};
use wire::{StaffId, ThreadId};

/// Monday 23 November 2026, 15:00 UTC: nine in the morning in Chicago.
const MONDAY: u64 = 1_795_446_000_000;

/// As if the sequence had always been there.
fn next(sequence: &Sequence, run: &Run, lead: &Lead, hours: &Hours, now: u64) -> Next {
    super::next(&sequence.clone().into(), run, lead, hours, now)
}

fn chosen(lead: &Lead, assessment: Option<&Assessment>, all: &[Sequence]) -> Vec<Run> {
    let all: Vec<InForce> = all.iter().cloned().map(InForce::from).collect();
    super::chosen(lead, assessment, &all)
}

fn hours() -> Hours {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    Hours {
        zone: Zone { utc_offset_minutes: -360, daylight: Daylight::UnitedStates },
        open: vec![Opening { days: vec![Mon, Tue, Wed, Thu, Fri], from: "08:00".into(), to: "17:00".into() }],
        holidays: vec!["2026-11-26".into()],
    }
}

fn email(id: &str, when: Timing) -> Step {
    let action = StepAction::Email(Email::default());
    Step { id: id.into(), when, conditions: vec![], action }
}

fn call(id: &str, when: Timing) -> Step {
    Step { id: id.into(), when, conditions: vec![], action: StepAction::Call { note: Text::default() } }
}

fn sequence(steps: Vec<Step>) -> Sequence {
    Sequence {
        id: "gentle".into(),
        version: 1,
        name: "Gentle".into(),
        starts: Starts::Inquiry,
        class: Class::OwnService,
        basis: Basis::Request,
        quiet: Quiet::default(),
        give_up_after_hours: 48,
        steps,
    }
}

fn inquiry() -> Inquiry {
    let model = Model::seed();
    let contact = Contact {
        name: "Example Person".into(),
        email: Some("person@example.com".into()),
        phone: Some("+1 555 0100".into()),
        ..Contact::default()
    };
    let answers = Answers { contact, ..Answers::default() };
    let source: crate::ManifestSource =
        toml::from_str(include_str!("../../../../examples/manifests/lakeside-ortho.toml")).unwrap();
    let facts = Facts::gather(&source, &answers, &Signals::default(), MONDAY);
    Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 1,
        submitted_ms: MONDAY,
        answers,
        signals: Signals::default(),
        preliminary: score(&model, &facts),
    }
}

fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

fn lead_with(inquiry: Inquiry, events: &[(u64, Event)]) -> Lead {
    let author: StaffId = "sam-rivera".parse().unwrap();
    let first = Record { entry: entry(1), seq: 1, time: MONDAY, body: Body::Inquiry(Box::new(inquiry)) };
    let events = (2u8..).zip(events).map(|(n, (time, event))| Record {
        entry: entry(n),
        seq: n.into(),
        time: *time,
        body: Body::Event { author: author.clone(), event: event.clone() },
    });
    let records: Vec<Record> = std::iter::once(first).chain(events).collect();
    fold(ThreadId::from_bytes([9; 16]), &records)
}

fn lead(events: &[(u64, Event)]) -> Lead {
    lead_with(inquiry(), events)
}

fn run() -> Run {
    Run { sequence: "gentle".into(), entry: entry(1), start: MONDAY }
}

fn key(step: &str) -> StepKey {
    StepKey { sequence: "gentle".into(), step: step.into(), run: entry(1) }
}

fn at(step: &str, at: u64) -> Next {
    Next::Step { key: key(step), at }
}

fn sent(step: &str) -> Event {
    Event::FollowUpSent { step: key(step) }
}

#[test]
fn delays_count_as_they_are_named() {
    for (when, hours_later) in [
        (Timing::Minutes(0), 0),
        (Timing::Minutes(90), 1),
        (Timing::BusinessMinutes(540), 24),
        (Timing::Days(2), 48),
        // Tuesday at eight; Thursday is Thanksgiving, so the fourth day is next Monday.
        (Timing::BusinessDays(1), 23),
        (Timing::BusinessDays(4), 7 * 24 - 1),
    ] {
        let Next::Step { at, .. } =
            next(&sequence(vec![call("hello", when)]), &run(), &lead(&[]), &hours(), MONDAY)
        else {
            panic!("{when:?}")
        };
        assert_eq!((at - MONDAY) / HOUR, hours_later, "{when:?}");
    }
}

#[test]
fn steps_follow_one_another_and_the_delay_counts_from_the_one_before() {
    let sequence = sequence(vec![email("one", Timing::Minutes(30)), call("two", Timing::Days(1))]);
    let next = |events: &[(u64, Event)], now| next(&sequence, &run(), &lead(events), &hours(), now);
    assert_eq!(next(&[], MONDAY), at("one", MONDAY + HOUR / 2));
    let claimed = (MONDAY + HOUR, Event::FollowUpClaimed { step: key("one") });
    assert_eq!(next(std::slice::from_ref(&claimed), MONDAY + 2 * HOUR), Next::InFlight { key: key("one") });
    let after = [claimed, (MONDAY + HOUR, sent("one"))];
    assert_eq!(next(&after, MONDAY + 2 * HOUR), at("two", MONDAY + HOUR + DAY));
    // A desk that was away for days does not catch up at once with all that it missed.
    assert_eq!(next(&[], MONDAY + 49 * HOUR), at("one", MONDAY + 49 * HOUR));
    let unclear = [(MONDAY, Event::FollowUpUnclear { step: key("one") })];
    assert_eq!(next(&unclear, MONDAY), at("two", MONDAY + DAY), "what may have been sent is not sent again");
    let done = [(MONDAY, sent("one")), (MONDAY, Event::CallAsked { step: key("two") })];
    assert_eq!(next(&done, MONDAY), Next::Done);
}

#[test]
fn nothing_goes_out_at_night_where_the_person_is() {
    let sequence = sequence(vec![email("one", Timing::Minutes(0))]);
    let first = |zip: Option<&str>, now| {
        let mut inquiry = inquiry();
        inquiry.answers.zip = zip.map(str::to_owned);
        match next(&sequence, &run(), &lead_with(inquiry, &[]), &hours(), now) {
            Next::Step { at, .. } => at,
            other => panic!("{other:?}"),
        }
    };
    // It is nine in Chicago, ten in New York, seven in Los Angeles, five in Honolulu.
    assert_eq!(first(None, MONDAY), MONDAY);
    assert_eq!(first(Some("10001"), MONDAY), MONDAY);
    assert_eq!(first(Some("90001"), MONDAY), MONDAY + 2 * HOUR);
    assert_eq!(first(Some("96801"), MONDAY), MONDAY + 4 * HOUR);
    // Idaho lies in two zones, at eight and at seven.
    assert_eq!(first(Some("83201"), MONDAY), MONDAY + 2 * HOUR);
    // Eight in the evening in Chicago.
    assert_eq!(first(None, MONDAY + 11 * HOUR), MONDAY + 24 * HOUR);
    assert_eq!(first(Some("90001"), MONDAY + 11 * HOUR), MONDAY + 11 * HOUR);
}

#[test]
fn a_call_is_asked_for_while_staff_are_there() {
    let sequence = sequence(vec![call("one", Timing::Days(3))]);
    // Thursday is Thanksgiving.
    let friday = MONDAY + 4 * DAY - HOUR;
    assert_eq!(next(&sequence, &run(), &lead(&[]), &hours(), MONDAY), at("one", friday));
}

#[test]
fn every_stop_stops() {
    let sequence = sequence(vec![email("one", Timing::Days(1))]);
    let booked = Event::AppointmentBooked { slot: Slot::at(MONDAY + 9 * DAY), reference: None };
    let chosen = Event::FollowUpAssigned { sequence: None };
    for (event, stop) in [
        (booked, Stop::Booked),
        (Event::StageChanged { stage: Stage::Booked }, Stop::Booked),
        (Event::StageChanged { stage: Stage::Closed }, Stop::Declined),
        (Event::HandedToEhr { reference: "Patient/1".into() }, Stop::Patient),
        (Event::OptedOut, Stop::OptedOut),
        (Event::Replied, Stop::Replied),
        (Event::Bounced, Stop::Bounced),
        (Event::Merged { into: ThreadId::from_bytes([3; 16]) }, Stop::Merged),
        (chosen, Stop::Reassigned),
    ] {
        let lead = lead(&[(MONDAY + HOUR, event)]);
        assert_eq!(next(&sequence, &run(), &lead, &hours(), MONDAY + 2 * DAY), Next::Stopped(stop));
    }
    let erased = Record { entry: entry(1), seq: 1, time: MONDAY, body: Body::Erased };
    let erased = fold(ThreadId::from_bytes([9; 16]), &[erased]);
    assert_eq!(next(&sequence, &run(), &erased, &hours(), MONDAY), Next::Stopped(Stop::Erased));
}

#[test]
fn what_a_third_party_pays_for_waits_for_a_signed_authorization() {
    let mut sequence = sequence(vec![email("one", Timing::Minutes(0))]);
    sequence.class = Class::ThirdPartyPaid { sponsor: "Example Devices".into() };
    let next = |sequence: &Sequence, events: &[(u64, Event)]| {
        next(sequence, &run(), &lead(events), &hours(), MONDAY)
    };
    assert_eq!(next(&sequence, &[]), Next::Blocked(Blocked::NoAuthorization));
    let other = [(MONDAY, Event::Verified { what: Verification::Identity })];
    assert_eq!(next(&sequence, &other), Next::Blocked(Blocked::NoAuthorization));
    let signed = [(MONDAY, Event::Verified { what: Verification::MarketingAuthorization })];
    assert_eq!(next(&sequence, &signed), at("one", MONDAY));
}

#[test]
fn consent_is_to_the_text_that_was_shown() {
    let mut sequence = sequence(vec![email("one", Timing::Minutes(0))]);
    sequence.basis = Basis::Consent { version: 2 };
    for (given, allowed) in [(None, false), (Some(1), false), (Some(2), true), (Some(3), true)] {
        let mut inquiry = inquiry();
        inquiry.answers.consent = given.map(|version| ConsentGiven { version });
        let next = next(&sequence, &run(), &lead_with(inquiry, &[]), &hours(), MONDAY);
        let expected = if allowed { at("one", MONDAY) } else { Next::Blocked(Blocked::NoConsent) };
        assert_eq!(next, expected, "{given:?}");
    }
}

#[test]
fn a_step_whose_conditions_do_not_hold_is_passed_over() {
    let mut sequence = sequence(vec![email("one", Timing::Days(1)), call("two", Timing::Minutes(0))]);
    let asked = Condition::AskedForAppointment;
    for (conditions, passes) in [
        (vec![Condition::NotReached], true),
        (vec![Condition::Reached], false),
        (vec![Condition::CalledInVain], false),
        (vec![asked], true),
        (vec![asked, Condition::Prefers(ContactWay::Text)], false),
    ] {
        sequence.steps[0].conditions = conditions.clone();
        let mut inquiry = inquiry();
        inquiry.answers.appointment = Some(AppointmentWish::default());
        let next = next(&sequence, &run(), &lead_with(inquiry, &[]), &hours(), MONDAY);
        let expected = if passes { at("one", MONDAY + DAY) } else { at("two", MONDAY) };
        assert_eq!(next, expected, "{conditions:?}");
    }
    let mut unreachable = inquiry();
    unreachable.answers.contact.email = None;
    sequence.steps[0].conditions.clear();
    let next = next(&sequence, &run(), &lead_with(unreachable, &[]), &hours(), MONDAY);
    assert_eq!(next, at("two", MONDAY), "nobody is written to who gave no address");
}

#[test]
fn reminders_go_by_the_appointment_and_begin_anew_when_it_moves() {
    let mut reminders = sequence(vec![
        email("confirmation", Timing::Minutes(0)),
        email("reminder", Timing::HoursBeforeAppointment(24)),
    ]);
    reminders.starts = Starts::Booking;
    let all = [reminders.clone()];
    let start = MONDAY + 7 * DAY;
    let book = |start| Event::AppointmentBooked { slot: Slot::at(start), reference: None };
    let step = |lead: &Lead, now| {
        let runs = chosen(lead, None, &all);
        assert_eq!(runs.len(), 1);
        (next(&reminders, &runs[0], lead, &hours(), now), runs[0].entry)
    };
    let booked = lead(&[(MONDAY, book(start))]);
    let (confirmation, run) = step(&booked, MONDAY);
    let key = |step: &str, run| StepKey { sequence: "gentle".into(), step: step.into(), run };
    assert_eq!(confirmation, Next::Step { key: key("confirmation", run), at: MONDAY });
    let confirmed = (MONDAY, Event::FollowUpSent { step: key("confirmation", run) });
    let reminded = lead(&[(MONDAY, book(start)), confirmed.clone()]);
    assert_eq!(step(&reminded, MONDAY).0, Next::Step { key: key("reminder", run), at: start - DAY });
    let moved = Event::AppointmentRescheduled { slot: Slot::at(start + DAY), reference: None };
    let moved = lead(&[(MONDAY, book(start)), confirmed.clone(), (MONDAY + HOUR, moved)]);
    let (again, second) = step(&moved, MONDAY + HOUR);
    assert!(second != run && again == Next::Step { key: key("confirmation", second), at: MONDAY + HOUR });
    // Booked for this afternoon: the reminder's time has passed, and none is sent.
    let soon = lead(&[(MONDAY, book(MONDAY + 5 * HOUR)), confirmed]);
    assert_eq!(step(&soon, MONDAY).0, Next::Done);
    let off = Event::AppointmentCancelled { by: crate::thread::CalledOff::Patient };
    let off = lead(&[(MONDAY, book(start)), (MONDAY, off)]);
    assert!(chosen(&off, None, &all).is_empty());
    assert_eq!(off.calendar_sequence(), 1);
    let run = Run { sequence: "gentle".into(), entry: entry(2), start: MONDAY };
    assert_eq!(next(&reminders, &run, &off, &hours(), MONDAY), Next::Stopped(Stop::Cancelled));
}

#[test]
fn who_had_a_confirmation_is_told_that_it_is_called_off() {
    let mut told = sequence(vec![email("off", Timing::Minutes(0))]);
    told.starts = Starts::Cancellation;
    let all = [told.clone()];
    let start = MONDAY + 7 * DAY;
    let book = |at, start| (at, Event::AppointmentBooked { slot: Slot::at(start), reference: None });
    let confirmation = StepKey { sequence: "appointment".into(), step: "confirmation".into(), run: entry(2) };
    let confirmed = (MONDAY, Event::FollowUpSent { step: confirmation });
    let off = |at| (at, Event::AppointmentCancelled { by: crate::thread::CalledOff::Practice });
    let called_off = lead(&[book(MONDAY, start), confirmed.clone(), off(MONDAY + HOUR)]);
    let runs = chosen(&called_off, None, &all);
    assert_eq!(runs, [Run { sequence: "gentle".into(), entry: entry(4), start: MONDAY + HOUR }]);
    let key = StepKey { sequence: "gentle".into(), step: "off".into(), run: entry(4) };
    let now = MONDAY + HOUR;
    assert_eq!(next(&told, &runs[0], &called_off, &hours(), now), Next::Step { key: key.clone(), at: now });
    assert_eq!(run_of(&called_off, &key).as_ref(), Some(&runs[0]));

    let again = lead(&[book(MONDAY, start), confirmed.clone(), off(now), book(now + 1, start)]);
    assert_eq!(next(&told, &runs[0], &again, &hours(), now), Next::Stopped(Stop::Booked));
    assert_eq!((again.calendar_sequence(), again.appointment.as_ref().map(|made| made.moves)), (2, Some(0)));
    let unheard = lead(&[book(MONDAY, start), off(now)]);
    let past = lead(&[book(MONDAY, start), confirmed, off(start)]);
    for lead in [unheard, past, again] {
        assert!(chosen(&lead, None, &all).is_empty());
    }
}

#[test]
fn what_staff_choose_outranks_the_tier() {
    let all = [sequence(vec![email("one", Timing::Minutes(0))])];
    let source: crate::ManifestSource =
        toml::from_str(include_str!("../../../../examples/manifests/lakeside-ortho.toml")).unwrap();
    let mut model = source.scoring.clone();
    model.tiers.iter_mut().for_each(|tier| tier.action = Action::Sequence("gentle".into()));
    let assess = |inquiry: &Inquiry| crate::assess(&source, &model, inquiry);
    let plain = inquiry();
    assert_eq!(chosen(&lead(&[]), Some(&assess(&plain)), &all), [run()]);
    let mut emergency = inquiry();
    emergency.answers.needs = "I have crushing chest pain and cannot breathe".into();
    assert_eq!(chosen(&lead_with(emergency.clone(), &[]), Some(&assess(&emergency)), &all), []);
    let by_hand = Event::FollowUpAssigned { sequence: Some("gentle".into()) };
    let chosen_run = Run { sequence: "gentle".into(), entry: entry(2), start: MONDAY };
    assert_eq!(
        chosen(&lead_with(emergency.clone(), &[(MONDAY, by_hand)]), Some(&assess(&emergency)), &all),
        [chosen_run]
    );
    let none = Event::FollowUpAssigned { sequence: None };
    assert_eq!(chosen(&lead(&[(MONDAY, none)]), Some(&assess(&plain)), &all), []);
    // A model that was changed meanwhile does not drop what has begun.
    assert_eq!(chosen(&lead(&[(MONDAY, sent("one"))]), None, &all), [run()]);
}

/// `before` is a file; an owner publishes `after` two days after the inquiry.
fn rewritten(before: Vec<Step>, after: Vec<Step>) -> InForce {
    let source: crate::ManifestSource =
        toml::from_str(include_str!("../../../../examples/manifests/lakeside-ortho.toml")).unwrap();
    let said = |mut steps: Vec<Step>| {
        for step in &mut steps {
            let text = || Text::from([("en", "Hello"), ("es", "Hola")]);
            step.action = match &step.action {
                StepAction::Email(_) => {
                    StepAction::Email(Email { subject: text(), body: text(), ..Email::default() })
                }
                StepAction::Call { .. } => StepAction::Call { note: text() },
            };
        }
        sequence(steps)
    };
    let (file, document) = (said(before), WrittenSequence::of(&said(after)).unwrap());
    let author = "maria-lopez".parse().unwrap();
    let edition =
        Edition { entry: entry(9), author, time: MONDAY + 2 * DAY, document: Document::Sequence(document) };
    let all = Sequences::of(&[file], &[edition], &source, None);
    all.get("gentle").unwrap().clone()
}

#[test]
fn an_edition_sends_nothing_to_whom_it_comes_too_late_for() {
    let first = || email("one", Timing::Minutes(0));
    let after = |steps| rewritten(vec![first()], steps);
    let now = MONDAY + 2 * DAY + HOUR;
    let had = |steps: &[&str]| {
        let sent = steps.iter().map(|step| (MONDAY, sent(step))).collect::<Vec<_>>();
        lead(&sent)
    };
    let next = |in_force: &InForce, lead: &Lead, run: &Run| super::next(in_force, run, lead, &hours(), now);

    let day_later = after(vec![first(), email("two", Timing::Days(1)), email("three", Timing::Days(3))]);
    assert_eq!(
        next(&day_later, &had(&["one"]), &run()),
        at("three", MONDAY + 3 * DAY),
        "two was yesterday's"
    );
    let fresh = Run { start: MONDAY + 2 * DAY + HOUR / 2, ..run() };
    assert_eq!(next(&day_later, &had(&[]), &fresh), at("one", now), "a run that begins now has it all");

    let inserted = after(vec![email("zero", Timing::Days(4)), first()]);
    assert_eq!(next(&inserted, &had(&["one"]), &run()), Next::Done, "this lead is past that place");
    assert_eq!(next(&inserted, &had(&[]), &run()), at("zero", MONDAY + 4 * DAY));

    let at_night = after(vec![first(), email("two", Timing::Minutes(36 * 60))]);
    assert_eq!(next(&at_night, &had(&["one"]), &run()), at("two", now), "it waited for the morning");

    // Done before, and the condition that passed it over is gone: not sent to everyone of the past.
    let mut narrow = email("two", Timing::Days(1));
    narrow.conditions = vec![Condition::Reached];
    let wider = rewritten(vec![first(), narrow], vec![first(), email("two", Timing::Days(1))]);
    assert_eq!(next(&wider, &had(&["one"]), &run()), Next::Done);

    // Who was to have it anyway has it at its new time, also if that is past.
    let sooner = rewritten(
        vec![first(), email("two", Timing::Days(30))],
        vec![first(), email("two", Timing::Days(1))],
    );
    assert_eq!(next(&sooner, &had(&["one"]), &run()), at("two", now));

    let gone = rewritten(vec![first(), email("two", Timing::Days(1))], vec![first()]);
    assert_eq!(next(&gone, &had(&["one"]), &run()), Next::Done);
    let claimed = lead(&[(MONDAY, Event::FollowUpClaimed { step: key("two") })]);
    assert_eq!(
        next(&gone, &claimed, &run()),
        at("one", now),
        "what was claimed is in the hands of who claimed it"
    );
}
