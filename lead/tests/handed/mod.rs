//! Leads to hand over. Every person is made up.

#![allow(dead_code, reason = "the example hands over fewer of them than the tests")]

use lead::ManifestSource;
use lead::handover::Handover;
use lead::hl7::Route;
use lead::inquiry::{
    Answers, AppointmentWish, ConsentGiven, Contact, ContactWay, Inquiry, Insurance, OnBehalfOf, Referral,
};
use lead::scoring::{Facts, Model, score};
use lead::thread::{Body, CallOutcome, CalledOff, Event, Lead, Record, Slot, Verification, fold};
use wire::{EntryId, PracticeId, ThreadId};

/// Monday, 5 January 2026, 15:00 UTC, in milliseconds.
pub(crate) const NOW: u64 = 1_767_625_200_000;
const DAY: u64 = 86_400_000;
const EXAMPLE: &str = include_str!("../../../examples/manifests/lakeside-ortho.toml");

/// A lead and what it is handed over with.
pub(crate) struct Sample {
    practice: PracticeId,
    source: ManifestSource,
    lead: Lead,
}

/// All of them but the erased one.
pub(crate) fn samples() -> Vec<Sample> {
    vec![Sample::referred(), Sample::child(), Sample::hostile(), Sample::without_a_member_id()]
}

pub(crate) fn route() -> Route {
    Route {
        from_application: "ANTEROOM".into(),
        from_facility: "LAKESIDE".into(),
        to_application: "EHR".into(),
        to_facility: "LAKESIDE".into(),
        is_production: false,
    }
}

impl Sample {
    fn of(thread: u8, answers: Answers, lang: &str, did: Vec<Event>) -> Self {
        let inquiry = Inquiry {
            v: 1,
            lang: lang.into(),
            manifest: 3,
            submitted_ms: NOW,
            answers,
            signals: Default::default(),
            preliminary: score(&Model::seed(), &Facts::from_text("")),
        };
        let events =
            did.into_iter().map(|event| Body::Event { author: "coordinator".parse().unwrap(), event });
        let bodies = std::iter::once(Body::Inquiry(Box::new(inquiry))).chain(events);
        let records: Vec<Record> = bodies
            .enumerate()
            .map(|(at, body)| Record {
                entry: EntryId::from_bytes([thread ^ (at as u8) << 4; 16]),
                seq: at as u64,
                time: NOW + at as u64 * 60_000,
                body,
            })
            .collect();
        Self {
            practice: "lakeside-ortho".parse().unwrap(),
            source: toml::from_str(EXAMPLE).unwrap(),
            lead: fold(ThreadId::from_bytes([thread; 16]), &records),
        }
    }

    /// Sent by a physician, insured, called twice, booked.
    pub(crate) fn referred() -> Self {
        let answers = Answers {
            contact: Contact {
                name: "Ana María Example".into(),
                email: Some("ana@example.com".into()),
                phone: Some("+1 555 0123".into()),
                prefer: Some(ContactWay::Email),
                ..Contact::default()
            },
            service: Some("knee-replacement".into()),
            needs: "My knee hurts & swells | after walking".into(),
            insurance: Some(Insurance::Plan {
                carrier: "Example Health".into(),
                plan: Some("Silver PPO".into()),
                member_id: Some("EX-0001".into()),
            }),
            referral: Some(Referral {
                physician: "Dr. Lee Example".into(),
                practice: Some("Example Family Care".into()),
            }),
            appointment: Some(AppointmentWish::default()),
            date_of_birth: Some("1958-02-14".into()),
            zip: Some("60614".into()),
            consent: Some(ConsentGiven { version: 1 }),
            ..Answers::default()
        };
        let did = vec![
            Event::CallAttempted { outcome: CallOutcome::NoAnswer },
            Event::CallAttempted { outcome: CallOutcome::Reached },
            Event::Verified { what: Verification::Referral },
            Event::AppointmentBooked {
                slot: Slot { start: NOW + 7 * DAY, end: Some(NOW + 7 * DAY + 45 * 60_000), reference: None },
                reference: Some("Appointment/123".into()),
            },
        ];
        Self::of(1, answers, "en", did)
    }

    /// A parent wrote in Spanish, pays without insurance, and did not give the child's name.
    pub(crate) fn child() -> Self {
        let answers = Answers {
            contact: Contact {
                name: "José Ejemplo".into(),
                phone: Some("555-0142".into()),
                ..Contact::default()
            },
            insurance: Some(Insurance::SelfPay),
            on_behalf_of: Some(OnBehalfOf { relationship: "parent".into(), patient: None }),
            needs: "Le duele la rodilla a mi hija".into(),
            ..Answers::default()
        };
        Self::of(2, answers, "es", vec![])
    }

    /// Someone who writes what would end a field, a segment, a search or a line elsewhere.
    pub(crate) fn hostile() -> Self {
        let nasty = "a|b^c~d\\e&f\r\nPID|1||x\u{0}\u{85},$|;:\"'<x>";
        let answers = Answers {
            contact: Contact { name: nasty.into(), phone: Some(nasty.into()), ..Contact::default() },
            service: Some(nasty.into()),
            insurance: Some(Insurance::Plan {
                carrier: nasty.into(),
                plan: None,
                member_id: Some(nasty.into()),
            }),
            date_of_birth: Some("yesterday".into()),
            zip: Some(nasty.into()),
            ..Answers::default()
        };
        let booked = Event::AppointmentBooked { slot: Slot::at(NOW + DAY), reference: None };
        Self::of(3, answers, "en", vec![booked])
    }

    /// Has a plan, and not its card at hand.
    pub(crate) fn without_a_member_id() -> Self {
        let answers = Answers {
            contact: Contact { name: "Sam Example".into(), ..Contact::default() },
            insurance: Some(Insurance::Plan {
                carrier: "Example Health".into(),
                plan: None,
                member_id: None,
            }),
            ..Answers::default()
        };
        Self::of(4, answers, "en", vec![])
    }

    /// Called off, and booked anew at the same time.
    pub(crate) fn booked_again(mut self) -> Self {
        let made = self.lead.appointment.clone().unwrap();
        for (n, event) in [
            Event::AppointmentCancelled { by: CalledOff::Patient },
            Event::AppointmentBooked { slot: made.slot, reference: made.reference },
        ]
        .into_iter()
        .enumerate()
        {
            let body = Body::Event { author: "coordinator".parse().unwrap(), event };
            let entry = EntryId::from_bytes([0xa0 + n as u8; 16]);
            self.lead.apply(&Record { entry, seq: 100 + n as u64, time: NOW + DAY, body });
        }
        self
    }

    /// Nothing is left of it.
    pub(crate) fn erased() -> Self {
        let mut sample = Self::child();
        sample.lead.inquiries.clear();
        sample
    }

    /// Booked, and then everything of it erased but that.
    pub(crate) fn erased_and_booked() -> Self {
        let mut sample = Self::referred();
        sample.lead.inquiries.clear();
        sample.lead.history.clear();
        sample
    }

    /// What an EHR can be told of the appointment.
    pub(crate) fn of_appointment(&self) -> Handover<'_> {
        Handover::of_appointment(
            &self.practice,
            (&self.source, 3),
            "https://lakeside.example/anteroom",
            30,
            &self.lead,
        )
    }

    pub(crate) fn try_handover(&self) -> Option<Handover<'_>> {
        Handover::of(&self.practice, (&self.source, 3), "https://lakeside.example/anteroom", 30, &self.lead)
    }

    pub(crate) fn handover(&self) -> Handover<'_> {
        self.try_handover().unwrap()
    }
}
