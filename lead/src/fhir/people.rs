//! The patient, who wrote for the patient, and who pays.

use super::Handover;
use super::types::{
    Address, CodeableConcept, ContactPoint, Coverage, CoverageClass, Extension, HumanName, Identifier, Meta,
    Patient, PatientCommunication, Reference, RelatedPerson, Resource,
};
use crate::handover::NameParts;
use crate::inquiry::{Contact, ContactWay, Insurance};

const V3: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
const SUBSCRIBER: &str = "http://terminology.hl7.org/CodeSystem/subscriber-relationship";
const CLASS: &str = "http://terminology.hl7.org/CodeSystem/coverage-class";
const SELF_PAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-selfpay";

/// US Core asks for a gender; the form does not, so it is `unknown`, and not guessed.
pub(super) fn patient(of: &Handover<'_>, id: Identifier) -> Resource {
    let answers = &of.answers;
    let is_writer = answers.on_behalf_of.is_none();
    let zip = answers.zip.as_deref().map(str::trim).filter(|zip| !zip.is_empty());
    let is_date = |date: &&String| crate::hours::is_date(date);
    Resource::Patient(Box::new(Patient {
        meta: Meta::us_core("us-core-patient"),
        identifier: vec![id],
        active: true,
        name: vec![of.patient().map_or_else(unknown_name, |parts| name(&parts))],
        telecom: if is_writer { telecom(&answers.contact) } else { Vec::new() },
        gender: "unknown",
        birth_date: answers.date_of_birth.as_ref().filter(is_date).cloned(),
        address: zip.map(|zip| Address { postal_code: zip.to_owned() }).into_iter().collect(),
        communication: vec![PatientCommunication {
            language: CodeableConcept::coded("urn:ietf:bcp:47", of.language(), ""),
        }],
    }))
}

pub(super) fn related_person(
    of: &Handover<'_>,
    id: Identifier,
    patient: &Reference,
    writer: &NameParts<'_>,
    relationship: &str,
) -> Resource {
    let known = match relationship {
        "parent" => Some(("PRN", "parent")),
        "mother" => Some(("MTH", "mother")),
        "father" => Some(("FTH", "father")),
        "child" => Some(("CHILD", "child")),
        "spouse" | "husband" | "wife" => Some(("SPS", "spouse")),
        "sibling" => Some(("SIB", "sibling")),
        "guardian" => Some(("GUARD", "guardian")),
        "friend" => Some(("FRND", "unrelated friend")),
        _ => None,
    };
    let mut concept = known.map_or_else(CodeableConcept::default_text, |(code, display)| {
        CodeableConcept::coded(V3, code, display)
    });
    concept.text = Some(relationship.trim()).filter(|text| !text.is_empty()).unwrap_or("not said").to_owned();
    Resource::RelatedPerson(Box::new(RelatedPerson {
        meta: Meta::us_core("us-core-relatedperson"),
        identifier: vec![id],
        active: true,
        patient: patient.clone(),
        relationship: vec![concept],
        name: vec![name(writer)],
        telecom: telecom(&of.answers.contact),
    }))
}

/// `None`: the person did not know. US Core's Coverage needs a member id and says how the patient is insured; where
/// either is not known the resource claims no profile.
pub(super) fn coverage(of: &Handover<'_>, insurance: &Insurance, patient: &Reference) -> Option<Coverage> {
    let own = of.answers.on_behalf_of.is_none();
    let base = Coverage {
        meta: None,
        identifier: Vec::new(),
        status: "active",
        kind: None,
        subscriber_id: None,
        beneficiary: patient.clone(),
        relationship: None,
        payor: vec![patient.clone()],
        class: Vec::new(),
    };
    match insurance {
        Insurance::Unknown => None,
        Insurance::Plan { carrier, .. } if carrier.trim().is_empty() => None,
        Insurance::SelfPay => {
            Some(Coverage { kind: Some(CodeableConcept::coded(SELF_PAY, "pay", "Pay")), ..base })
        }
        Insurance::Plan { carrier, plan, member_id } => {
            let member_id = member_id.clone().filter(|id| !id.trim().is_empty());
            let plan = plan.as_deref().filter(|plan| !plan.trim().is_empty());
            Some(Coverage {
                meta: member_id.as_ref().and_then(|_| Meta::us_core("us-core-coverage")),
                subscriber_id: member_id,
                relationship: Some(if own {
                    CodeableConcept::coded(SUBSCRIBER, "self", "Self")
                } else {
                    CodeableConcept::coded(SUBSCRIBER, "other", "Other")
                }),
                payor: vec![Reference::named(carrier)],
                class: plan
                    .map(|plan| CoverageClass {
                        kind: CodeableConcept::coded(CLASS, "plan", "Plan"),
                        value: plan.to_owned(),
                        name: plan.to_owned(),
                    })
                    .into_iter()
                    .collect(),
                ..base
            })
        }
    }
}

impl Coverage {
    pub(super) fn identified(self, id: Identifier) -> Resource {
        Resource::Coverage(Box::new(Self { identifier: vec![id], ..self }))
    }
}

impl CodeableConcept {
    const fn default_text() -> Self {
        Self { coding: Vec::new(), text: String::new() }
    }
}

fn name(parts: &NameParts<'_>) -> HumanName {
    if parts.text.is_empty() {
        return unknown_name();
    }
    HumanName {
        extension: Vec::new(),
        text: parts.text.to_owned(),
        family: parts.family.to_owned(),
        given: parts.given.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// US Core's way of saying that a name is not known.
fn unknown_name() -> HumanName {
    let url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
    HumanName {
        extension: vec![Extension { url, value_code: "unknown" }],
        text: String::new(),
        family: String::new(),
        given: Vec::new(),
    }
}

/// The way that the person prefers stands first.
fn telecom(contact: &Contact) -> Vec<ContactPoint> {
    let preferred = match contact.prefer {
        Some(ContactWay::Email) => "email",
        Some(ContactWay::Text) => "sms",
        Some(ContactWay::Phone) | None => "phone",
    };
    let phone = if preferred == "sms" { "sms" } else { "phone" };
    let ways = [(phone, &contact.phone), ("email", &contact.email)];
    ways.into_iter()
        .filter_map(|(system, value)| Some((system, value.as_deref()?.trim())))
        .filter(|(_, value)| !value.is_empty())
        .map(|(system, value)| ContactPoint {
            system,
            value: value.to_owned(),
            rank: (system == preferred).then_some(1),
        })
        .collect()
}
