//! What is handed over to an EHR: snapshots, and that it is the same however often it is made.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod handed;

use handed::{Sample, samples};
use lead::fhir::{Bundle, bundle, reservation};
use lead::hl7::{Scheduling, register, schedule};
use serde_json::Value;
use std::collections::BTreeSet;

fn pretty(bundle: &Bundle) -> String {
    let value: Value = serde_json::from_str(&bundle.to_json()).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn a_referred_patient_as_a_bundle() {
    let sample = Sample::referred();
    insta::assert_snapshot!(pretty(&bundle(&sample.handover(), handed::NOW)));
}

#[test]
fn a_child_whose_parent_wrote_as_a_bundle() {
    let sample = Sample::child();
    insta::assert_snapshot!(pretty(&bundle(&sample.handover(), handed::NOW)));
}

#[test]
fn messages_of_version_2() {
    let (sample, route) = (Sample::referred(), handed::route());
    let of = sample.handover();
    let mut all = vec![register(&of, &route, handed::NOW)];
    for what in [Scheduling::Booked, Scheduling::Rescheduled, Scheduling::Cancelled] {
        all.extend(schedule(&of, &route, what, handed::NOW));
    }
    assert_eq!(all.len(), 4);
    insta::assert_snapshot!(all.join("\n").replace('\r', "\n"));
}

/// FHIR has neither null nor empty objects, lists or texts (R4, 2.6.2).
fn has_no_nothing(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty() && items.iter().all(has_no_nothing),
        Value::Object(members) => !members.is_empty() && members.values().all(has_no_nothing),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| name == "reference") {
                    Some(reference) => into.push(reference.to_owned()),
                    None => references(value, into),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, into)),
        _ => {}
    }
}

#[test]
fn every_entry_is_created_once_and_refers_to_earlier_ones() {
    for sample in samples() {
        let of = sample.handover();
        let (first, second) = (bundle(&of, handed::NOW), bundle(&of, handed::NOW + 86_400_000));
        let mut seen = BTreeSet::new();
        let mut searches = BTreeSet::new();
        for (entry, again) in first.entry.iter().zip(&second.entry) {
            let value = serde_json::to_value(entry).unwrap();
            assert!(has_no_nothing(&value), "{value}");
            let mut named = Vec::new();
            references(&value["resource"], &mut named);
            assert!(named.iter().all(|name| seen.contains(name)), "{named:?}");
            assert!(seen.insert(entry.full_url.clone()), "one name, two entries");
            assert!(searches.insert(entry.if_none_exist().to_owned()), "one identifier, two entries");
            assert_eq!((&entry.full_url, entry.if_none_exist()), (&again.full_url, again.if_none_exist()));
            let is_provenance = value["resource"]["resourceType"] == "Provenance";
            assert!(is_provenance || entry.resource == again.resource, "made twice, it differs");
        }
        assert_eq!(first.entry.len(), second.entry.len());
    }
}

#[test]
fn what_a_patient_wrote_never_becomes_another_field_or_segment() {
    let sample = Sample::hostile();
    let message = register(&sample.handover(), &handed::route(), handed::NOW);
    let names: Vec<&str> = message.split_terminator('\r').map(|segment| &segment[..3]).collect();
    assert_eq!(names, ["MSH", "EVN", "PID", "PV1", "IN1"]);
    let fields = message.split('\r').nth(2).unwrap().split('|').count();
    let usual = register(&Sample::referred().handover(), &handed::route(), handed::NOW);
    assert_eq!(fields, usual.split('\r').nth(2).unwrap().split('|').count());
}

#[test]
fn a_message_made_twice_is_the_same_message() {
    let sample = Sample::referred();
    let control = |at| {
        let message = schedule(&sample.handover(), &handed::route(), Scheduling::Booked, at).unwrap();
        message.split('|').nth(9).unwrap().to_owned()
    };
    assert_eq!(control(handed::NOW), control(handed::NOW + 5));
    let again = Sample::referred().booked_again();
    let again = schedule(&again.handover(), &handed::route(), Scheduling::Booked, handed::NOW).unwrap();
    assert_ne!(again.split('|').nth(9).unwrap(), control(handed::NOW), "called off and made again");
    let other = register(&sample.handover(), &handed::route(), handed::NOW);
    assert_ne!(other.split('|').nth(9).unwrap(), control(handed::NOW));
}

#[test]
fn an_appointment_whose_inquiry_is_erased_is_told_by_its_identifiers_alone() {
    let sample = Sample::erased_and_booked();
    assert!(sample.try_handover().is_none());
    let of = sample.of_appointment();
    assert_eq!(bundle(&of, handed::NOW).entry.len(), 0, "nobody is handed over");
    let told = schedule(&of, &handed::route(), Scheduling::Rescheduled, handed::NOW).unwrap();
    let before = Sample::referred();
    let known = schedule(&before.handover(), &handed::route(), Scheduling::Rescheduled, handed::NOW).unwrap();
    let segment = |message: &str, name: &str| {
        message.split('\r').find(|segment| segment.starts_with(name)).unwrap().to_owned()
    };
    assert_eq!(segment(&told, "SCH"), segment(&known, "SCH"), "the same appointment, at the same time");
    let id = segment(&known, "PID").split('|').nth(3).unwrap().to_owned();
    assert_eq!(segment(&told, "PID"), format!("PID|1||{id}||^^^^^^U"), "no name, no sex, no address");
    let reserved: Value = serde_json::from_str(&reservation(&of).to_json()).unwrap();
    let reserved = &reserved["entry"][0]["resource"];
    assert_eq!(reserved["start"], "2026-01-12T15:00:00Z");
    assert!(!reserved.to_string().contains("Ana"));
}

#[test]
fn nobody_is_handed_over_without_an_inquiry_and_nothing_is_scheduled_without_an_appointment() {
    let sample = Sample::child();
    assert_eq!(schedule(&sample.handover(), &handed::route(), Scheduling::Booked, handed::NOW), None);
    assert!(Sample::erased().try_handover().is_none());
}
