use super::*;
use crate::model::case::samples;
use crate::model::{Direction, Shown};
use lead::thread::{Body, Record, fold};

const NOW: u64 = 1_772_654_700_000;

fn did(case: &Case, events: Vec<lead::thread::Event>) -> Case {
    let received = &case.lead.inquiries[0];
    let entry = |seq: u64| wire::EntryId::from_bytes([seq as u8; 16]);
    let inquiry = Body::Inquiry(received.inquiry.clone());
    let mut records = vec![Record { entry: entry(1), seq: 1, time: received.time, body: inquiry }];
    for (event, seq) in events.into_iter().zip(2..) {
        let body = Body::Event { author: "sam-rivera".parse().unwrap(), event };
        records.push(Record { entry: entry(seq), seq, time: NOW + seq, body });
    }
    Case::new(fold(case.lead.thread, &records), &samples::source())
}

fn opened() -> Open {
    let one = |n: u8, needs: &str| samples::case(n, needs, NOW + u64::from(n));
    let cases = vec![
        one(1, "I want to book a knee replacement this week"),
        one(2, "We sell SEO services, vendor offer"),
        one(3, "I have chest pain and can't breathe"),
        did(&one(4, "knee"), vec![closed(ClosedReason::Cost, "")]),
    ];
    let mut open = Open::new(samples::practice(cases, Vec::new()), NOW);
    open.step(Event::OpenPipeline);
    open
}

fn listed(open: &Open) -> Vec<u8> {
    open.pipeline.listed.iter().map(|case| case.lead.thread.as_bytes()[0]).collect()
}

fn choose(open: &mut Open, facet: Facet, id: &str) -> Vec<u8> {
    open.step(Do::Choose(facet, Some(id.to_owned())).into());
    listed(open)
}

#[test]
fn every_column_is_reached_by_what_staff_do() {
    use lead::thread::{CallOutcome, Event, Slot};
    let steps = [
        (Column::New, Event::NoteAdded { text: "x".into() }),
        (Column::Contacted, Event::CallAttempted { outcome: CallOutcome::Reached }),
        (Column::Verified, Event::Verified { what: Verification::Identity }),
        (Column::Booked, Event::AppointmentBooked { slot: Slot::at(NOW), reference: None }),
        (Column::HandedOver, Event::HandedToEhr { reference: "Patient/1".into() }),
        (Column::Lost, closed(ClosedReason::Other, "")),
    ];
    let case = samples::case(1, "knee", NOW);
    for upto in 1..=steps.len() {
        let events = steps[..upto].iter().map(|(_, event)| event.clone()).collect();
        assert_eq!(Column::of(&did(&case, events).lead), steps[upto - 1].0);
    }
}

#[test]
fn filters_narrow_together_and_search_looks_at_decrypted_text() {
    let mut open = opened();
    assert_eq!(listed(&open), [4, 3, 2, 1], "latest first");
    assert_eq!(choose(&mut open, Facet::Lane, "routine"), [4, 2, 1]);
    assert_eq!(choose(&mut open, Facet::Stage, "lost"), [4]);
    open.step(Do::Clear.into());
    open.step(Do::Search("CHEST".into()).into());
    assert_eq!(listed(&open), [3]);
    assert_eq!(choose(&mut open, Facet::Service, ""), [0_u8; 0]);
}

#[test]
fn every_facet_has_an_option_for_every_lead() {
    let open = opened();
    for facet in Facet::ALL {
        let options = facet.options(&open.practice.source);
        for case in &open.practice.cases {
            let id = facet.of(case, &open.practice.source);
            assert!(options.iter().any(|option| option.0 == id), "{facet:?}: {id:?}");
        }
    }
}

#[test]
fn sorting_by_the_same_again_turns_the_order_round() {
    let mut open = opened();
    let sorted = |open: &mut Open, sort: Sort| {
        open.step(Do::Sort(sort).into());
        listed(open)
    };
    assert_eq!(sorted(&mut open, Sort::Name), [1, 2, 3, 4]);
    assert_eq!(sorted(&mut open, Sort::Name), [4, 3, 2, 1]);
    let by_score = sorted(&mut open, Sort::Score);
    assert_eq!(by_score.len(), 4);
    assert_ne!(by_score[0], 2, "a vendor has the fewest points");
    assert_eq!(sorted(&mut open, Sort::Stage).last(), Some(&4), "what is lost comes last");
}

#[test]
fn a_kept_view_is_the_same_view_without_what_was_searched_for() {
    let mut open = opened();
    choose(&mut open, Facet::Lane, "urgent");
    choose(&mut open, Facet::Service, "knee-replacement");
    open.step(Do::Sort(Sort::Score).into());
    open.step(Do::Sort(Sort::Score).into());
    open.step(Do::Search("quincunx".into()).into());
    let effects = open.step(Do::Keep.into());
    let [Effect::KeepViews(lines)] = &effects[..] else { panic!("not kept") };
    assert!(!lines.join("").contains("quincunx"));
    let kept = View { text: String::new(), ..open.pipeline.view.clone() };
    assert_eq!(View::of_line(&lines[0]), kept);
    assert_eq!(kept.label(&open.practice.source), "Urgent · Knee replacement · by score");
    assert_eq!(View::of_line("what=ever\tthe=storage\tholds"), View::default());
    open.step(Do::Clear.into());
    open.step(Do::Use(0).into());
    assert_eq!(open.pipeline.view, kept);
    assert_eq!(open.step(Do::Forget(0).into()), [Effect::KeepViews(Vec::new())]);
}

#[test]
fn only_what_is_listed_and_ticked_is_worked_on() {
    let mut open = opened();
    open.step(Do::TickAll.into());
    assert_eq!(open.ticked_cases().len(), 4);
    choose(&mut open, Facet::Lane, "routine");
    assert_eq!(open.ticked_cases().len(), 3, "a tick that is not seen any more is gone");
    let effects = open.step(Do::Close(ClosedReason::Vendor, " spam ".into()).into());
    let threads: Vec<u8> = effects
        .iter()
        .map(|effect| match effect {
            Effect::Append { thread, event: lead::thread::Event::Closed { note, .. }, .. }
                if note == "spam" =>
            {
                thread.as_bytes()[0]
            }
            _ => panic!("not closed"),
        })
        .collect();
    assert_eq!(threads, [2, 1], "who is closed already is not closed twice");
    assert!(open.pipeline.ticked.is_empty());
}

#[test]
fn nothing_held_by_a_colleague_is_claimed_along() {
    let held = did(&samples::case(1, "knee", NOW), vec![lead::thread::Event::Claimed { over: None }]);
    let cases = vec![held, samples::case(2, "knee", NOW)];
    let mut open = Open::new(samples::practice(cases, Vec::new()), NOW + 10);
    open.step(Event::OpenPipeline);
    open.step(Do::TickAll.into());
    let effects = open.step(Do::Claim.into());
    assert!(matches!(&effects[..], [Effect::Append { thread, .. }] if thread.as_bytes()[0] == 2));
}

#[test]
fn a_lead_opened_from_it_leads_back_to_it_and_the_arrows_follow_its_order() {
    let mut open = opened();
    open.step(Do::Sort(Sort::Name).into());
    let thread = |n: u8| ThreadId::from_bytes([n; 16]);
    open.step(Event::OpenLead(thread(2)));
    assert_eq!(open.shown, Shown::Lead(thread(2)));
    open.step(Event::Move(Direction::Next));
    assert_eq!(open.shown, Shown::Lead(thread(3)));
    open.step(Event::Back);
    assert_eq!(open.shown, Shown::Pipeline);
    open.step(Event::Back);
    assert_eq!(open.shown, Shown::Nothing);
}
