//! Consent, referral, appointment, contacts made, and where all this comes from.

use super::Handover;
use super::types::{
    Agent, Annotation, Appointment, CodeableConcept, Coding, Communication, Consent, Identifier, Meta,
    Participant, Provenance, Provision, Reference, Resource, ServiceRequest,
};
use crate::handover::rfc3339;
use crate::inquiry::Referral;
use crate::thread::{CallOutcome, Event, Verification};

const PARTICIPANT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
/// Where US Core has the code of a transmitter up to 8; from 9 on it is there beside the author.
const US_CORE_PARTICIPANT: &str =
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type";
const V3_MODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode";

/// Consent to the practice's text, by its version.
pub(super) fn consent(of: &Handover<'_>, id: Identifier, patient: &Reference, by: &Reference) -> Resource {
    let version = of.answers.consent.map_or(0, |given| given.version);
    Resource::Consent(Box::new(Consent {
        identifier: vec![id],
        status: "active",
        scope: CodeableConcept::coded(
            "http://terminology.hl7.org/CodeSystem/consentscope",
            "patient-privacy",
            "Privacy Consent",
        ),
        category: vec![CodeableConcept::coded("http://loinc.org", "59284-0", "Consent Document")],
        patient: patient.clone(),
        date_time: rfc3339(of.sent()),
        performer: vec![by.clone()],
        policy_rule: CodeableConcept::text(&format!("Consent text of {}, version {version}", of.source.name)),
        provision: Provision { kind: "permit" },
    }))
}

/// A referral that the patient told of. It is a proposal until staff have seen it.
pub(super) fn service_request(
    of: &Handover<'_>,
    id: Identifier,
    patient: &Reference,
    referral: &Referral,
) -> Resource {
    let is_verified = of.lead.verified.iter().any(|verified| verified.what == Verification::Referral);
    let from = referral.practice.as_deref().filter(|practice| !practice.trim().is_empty());
    let requester =
        from.map_or_else(|| referral.physician.clone(), |from| format!("{}, {from}", referral.physician));
    let word = if is_verified { "Verified by staff." } else { "By the patient's word; not verified." };
    Resource::ServiceRequest(Box::new(ServiceRequest {
        meta: Meta::us_core("us-core-servicerequest"),
        identifier: vec![id],
        status: if is_verified { "active" } else { "draft" },
        intent: if is_verified { "order" } else { "proposal" },
        // The second is of US Core's value set for it (us-core-servicerequest-category), which has no code for a referral.
        category: vec![
            CodeableConcept::coded("http://snomed.info/sct", "3457005", "Patient referral"),
            CodeableConcept::coded("http://snomed.info/sct", "386053000", "Evaluation procedure"),
        ],
        code: CodeableConcept::text(of.service().unwrap_or("Evaluation")),
        subject: patient.clone(),
        authored_on: rfc3339(of.sent()),
        requester: Reference::named(&requester),
        note: vec![Annotation { text: word.to_owned() }],
    }))
}

/// The appointment that staff made; the practice's calendar is told of nothing but the service.
pub(super) fn appointment(
    of: &Handover<'_>,
    id: Identifier,
    patient: &Reference,
    request: Option<&Reference>,
    times: (u64, u64),
) -> Resource {
    let made = of.lead.appointment.as_ref().map_or(times.0, |appointment| appointment.time);
    Resource::Appointment(Box::new(Appointment {
        created: rfc3339(made),
        based_on: request.cloned().into_iter().collect(),
        ..with(of, id, patient.clone(), times)
    }))
}

/// The same before anybody has checked who it is: it names the inquiry, and no patient.
pub(super) fn reserved(of: &Handover<'_>, id: Identifier, times: (u64, u64)) -> Resource {
    let entry = of.lead.inquiries.first().map(|received| received.entry.reference()).unwrap_or_default();
    let somebody = Reference::named(&format!("New patient, inquiry {entry}"));
    Resource::Appointment(Box::new(with(of, id, somebody, times)))
}

fn with(of: &Handover<'_>, id: Identifier, who: Reference, (start, end): (u64, u64)) -> Appointment {
    Appointment {
        identifier: vec![id],
        status: "booked",
        service_type: of.service().map(CodeableConcept::text).into_iter().collect(),
        start: rfc3339(start),
        end: rfc3339(end),
        slot: of.slot().map(|slot| Reference::to(slot.to_owned())).into_iter().collect(),
        created: String::new(),
        based_on: Vec::new(),
        participant: vec![Participant { actor: who, status: "accepted" }],
    }
}

/// How a contact was made, and how it went.
pub(super) struct Contact {
    code: &'static str,
    display: &'static str,
    failed: Option<&'static str>,
}

/// `None`: the event is not a contact.
pub(super) const fn medium(event: &Event) -> Option<Contact> {
    Some(match event {
        Event::CallAttempted { outcome } => Contact {
            code: "PHONE",
            display: "telephone",
            failed: match outcome {
                CallOutcome::Reached | CallOutcome::Voicemail => None,
                CallOutcome::NoAnswer => Some("No answer"),
                CallOutcome::WrongNumber => Some("Wrong number"),
            },
        },
        Event::FollowUpSent { .. } => Contact { code: "EMAILWRIT", display: "email", failed: None },
        _ => return None,
    })
}

pub(super) fn communication(id: Identifier, patient: &Reference, contact: &Contact, at: u64) -> Resource {
    Resource::Communication(Box::new(Communication {
        identifier: vec![id],
        status: if contact.failed.is_some() { "not-done" } else { "completed" },
        status_reason: contact.failed.map(CodeableConcept::text),
        category: vec![CodeableConcept::coded(
            "http://terminology.hl7.org/CodeSystem/communication-category",
            "notification",
            "Notification",
        )],
        medium: vec![CodeableConcept::coded(V3_MODE, contact.code, contact.display)],
        subject: patient.clone(),
        recipient: vec![patient.clone()],
        sent: rfc3339(at),
    }))
}

/// Who said it, and who passed it on.
pub(super) fn provenance(
    of: &Handover<'_>,
    id: Identifier,
    target: Vec<Reference>,
    author: &Reference,
    recorded_ms: u64,
) -> Resource {
    let agent = |code: &str, display: &str, who: Reference| Agent {
        kind: CodeableConcept::coded(PARTICIPANT, code, display),
        who,
    };
    let practice = Reference {
        reference: String::new(),
        identifier: Some(Identifier { system: of.system.to_owned(), value: of.practice.to_string() }),
        display: of.source.name.clone(),
    };
    let mut transmitter = agent("transmitter", "Transmitter", practice);
    transmitter.kind.coding.push(Coding::new(US_CORE_PARTICIPANT, "transmitter", "Transmitter"));
    Resource::Provenance(Box::new(Provenance {
        meta: Meta::us_core("us-core-provenance")
            .map(|meta| Meta { tag: vec![Coding::new(&id.system, &id.value, "")], ..meta }),
        target,
        recorded: rfc3339(recorded_ms),
        agent: vec![agent("author", "Author", author.clone()), transmitter],
    }))
}
