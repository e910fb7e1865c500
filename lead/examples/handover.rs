//! What made-up leads are handed over as, for validators that others wrote: `tests/lead/handover.py` reads it.

#![expect(clippy::unwrap_used, reason = "an example stops where it fails")]
#![cfg(not(target_arch = "wasm32"))]

#[path = "../tests/handed/mod.rs"]
mod handed;

use lead::fhir::bundle;
use lead::hl7::{Scheduling, register, schedule};
use lead::ical::Event;
use serde_json::json;
use wire::{PracticeId, ThreadId};

fn main() {
    for sample in handed::samples() {
        let (of, route) = (sample.handover(), handed::route());
        println!("{}", json!({ "kind": "fhir", "text": bundle(&of, handed::NOW).to_json() }));
        println!("{}", json!({ "kind": "hl7", "text": register(&of, &route, handed::NOW) }));
        for what in [Scheduling::Booked, Scheduling::Rescheduled, Scheduling::Cancelled] {
            if let Some(text) = schedule(&of, &route, what, handed::NOW) {
                println!("{}", json!({ "kind": "hl7", "text": text }));
            }
        }
    }
    let erased = handed::Sample::erased_and_booked();
    for what in [Scheduling::Booked, Scheduling::Rescheduled, Scheduling::Cancelled] {
        let text = schedule(&erased.of_appointment(), &handed::route(), what, handed::NOW);
        println!("{}", json!({ "kind": "hl7", "text": text }));
    }
    let practice: PracticeId = "lakeside-ortho".parse().unwrap();
    for (title, place) in [
        ("Appointment", "1 Lake Street, Example City; 2nd floor"),
        ("Cita\nBEGIN:VEVENT", "\\n 🙂 ".repeat(30).as_str()),
    ] {
        for is_cancelled in [false, true] {
            let event = Event {
                practice: &practice,
                thread: ThreadId::from_bytes([1; 16]),
                sequence: u32::from(is_cancelled),
                start: handed::NOW,
                end: handed::NOW + 1_800_000,
                title,
                place,
                phone: "+1 555 0100",
                remind_before: Some(60),
                is_cancelled,
            };
            println!(
                "{}",
                json!({ "kind": "ical", "text": event.to_ics(handed::NOW), "title": title, "place": place.trim() })
            );
        }
    }
}
