//! The resources, with the elements that a hand-over fills. Named as in FHIR R4, where they are described.

use serde::Serialize;

macro_rules! elements {
    ($($(#[$doc:meta])* $name:ident { $($field:ident $(as $rename:literal)?: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            $($(#[serde(rename = $rename)])? #[serde(skip_serializing_if = "Absent::is_absent")] pub(super) $field: $type),+
        }
    )+};
}

/// FHIR has no empty lists and no null: what is absent is left out.
trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for String {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! never_absent {
    ($($type:ty),+) => {$(
        impl Absent for $type {
            fn is_absent(&self) -> bool {
                false
            }
        }
    )+};
}

never_absent!(&'static str, bool, CodeableConcept, Coding, Identifier, Reference, Provision);

/// A transaction.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    pub(super) resource_type: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// In an order in which each refers to earlier ones only.
    pub entry: Vec<Entry>,
}

/// A resource to create unless it is there.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its name within the bundle.
    pub full_url: String,
    /// What to create.
    pub resource: Resource,
    pub(super) request: BundleEntryRequest,
}

impl Entry {
    /// The search that finds the resource where it was created before: `identifier=system|value`.
    #[must_use]
    pub fn if_none_exist(&self) -> &str {
        &self.request.if_none_exist
    }
}

redacted_debug!(Bundle, Entry, Resource);

/// Types of resource that a hand-over is made of.
pub const TYPES: [&str; 10] = [
    "Patient",
    "RelatedPerson",
    "Coverage",
    "Consent",
    "Questionnaire",
    "QuestionnaireResponse",
    "ServiceRequest",
    "Appointment",
    "Communication",
    "Provenance",
];

impl Bundle {
    /// The body to post, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Only texts and flags are in it, so serialisation cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A resource of a hand-over.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "resourceType")]
#[expect(private_interfaces, reason = "made here, written as JSON, and not taken apart by anyone")]
pub enum Resource {
    /// The person who asks for care.
    Patient(Box<Patient>),
    /// Who wrote for the patient.
    RelatedPerson(Box<RelatedPerson>),
    /// Insurance, by the patient's word.
    Coverage(Box<Coverage>),
    /// Consent to the practice's text.
    Consent(Box<Consent>),
    /// The form.
    Questionnaire(Box<Questionnaire>),
    /// The answers.
    QuestionnaireResponse(Box<QuestionnaireResponse>),
    /// A referral, by the patient's word.
    ServiceRequest(Box<ServiceRequest>),
    /// The appointment made.
    Appointment(Box<Appointment>),
    /// A call or message.
    Communication(Box<Communication>),
    /// Where all this comes from.
    Provenance(Box<Provenance>),
}

impl Resource {
    /// Its type: `Patient`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Patient(_) => "Patient",
            Self::RelatedPerson(_) => "RelatedPerson",
            Self::Coverage(_) => "Coverage",
            Self::Consent(_) => "Consent",
            Self::Questionnaire(_) => "Questionnaire",
            Self::QuestionnaireResponse(_) => "QuestionnaireResponse",
            Self::ServiceRequest(_) => "ServiceRequest",
            Self::Appointment(_) => "Appointment",
            Self::Communication(_) => "Communication",
            Self::Provenance(_) => "Provenance",
        }
    }
}

elements! {
    BundleEntryRequest { method: &'static str, url: &'static str, if_none_exist: String }
    Meta { profile: Vec<String>, tag: Vec<Coding> }
    Identifier { system: String, value: String }
    Coding { system: String, code: String, display: String }
    CodeableConcept { coding: Vec<Coding>, text: String }
    Reference { reference: String, identifier: Option<Identifier>, display: String }
    HumanName { extension: Vec<Extension>, text: String, family: String, given: Vec<String> }
    Extension { url: &'static str, value_code: &'static str }
    ContactPoint { system: &'static str, value: String, rank: Option<u8> }
    Address { postal_code: String }
    PatientCommunication { language: CodeableConcept }
    Patient {
        meta: Option<Meta>, identifier: Vec<Identifier>, active: bool, name: Vec<HumanName>, telecom: Vec<ContactPoint>,
        gender: &'static str, birth_date: Option<String>, address: Vec<Address>, communication: Vec<PatientCommunication>,
    }
    RelatedPerson {
        meta: Option<Meta>, identifier: Vec<Identifier>, active: bool, patient: Reference,
        relationship: Vec<CodeableConcept>, name: Vec<HumanName>, telecom: Vec<ContactPoint>,
    }
    CoverageClass { kind as "type": CodeableConcept, value: String, name: String }
    Coverage {
        meta: Option<Meta>, identifier: Vec<Identifier>, status: &'static str, kind as "type": Option<CodeableConcept>,
        subscriber_id: Option<String>, beneficiary: Reference, relationship: Option<CodeableConcept>,
        payor: Vec<Reference>, class: Vec<CoverageClass>,
    }
    Provision { kind as "type": &'static str }
    Consent {
        identifier: Vec<Identifier>, status: &'static str, scope: CodeableConcept, category: Vec<CodeableConcept>,
        patient: Reference, date_time: String, performer: Vec<Reference>, policy_rule: CodeableConcept,
        provision: Provision,
    }
    AnswerOption { value_coding: Coding }
    QuestionnaireItem {
        link_id: String, text: String, kind as "type": &'static str, repeats: Option<bool>,
        answer_option: Vec<AnswerOption>, item: Vec<QuestionnaireItem>,
    }
    Questionnaire {
        identifier: Vec<Identifier>, url: String, version: String, title: String, status: &'static str,
        subject_type: Vec<&'static str>, item: Vec<QuestionnaireItem>,
    }
    Answer { value_string: Option<String>, value_date: Option<String>, value_coding: Option<Coding> }
    ResponseItem { link_id: String, text: String, answer: Vec<Answer>, item: Vec<ResponseItem> }
    QuestionnaireResponse {
        meta: Option<Meta>, identifier: Identifier, questionnaire: String, status: &'static str, subject: Reference,
        authored: String, author: Reference, item: Vec<ResponseItem>,
    }
    Annotation { text: String }
    ServiceRequest {
        meta: Option<Meta>, identifier: Vec<Identifier>, status: &'static str, intent: &'static str,
        category: Vec<CodeableConcept>, code: CodeableConcept, subject: Reference, authored_on: String,
        requester: Reference, note: Vec<Annotation>,
    }
    Participant { actor: Reference, status: &'static str }
    Appointment {
        identifier: Vec<Identifier>, status: &'static str, service_type: Vec<CodeableConcept>, start: String,
        end: String, slot: Vec<Reference>, created: String, based_on: Vec<Reference>, participant: Vec<Participant>,
    }
    Communication {
        identifier: Vec<Identifier>, status: &'static str, status_reason: Option<CodeableConcept>,
        category: Vec<CodeableConcept>, medium: Vec<CodeableConcept>, subject: Reference, recipient: Vec<Reference>,
        sent: String,
    }
    Agent { kind as "type": CodeableConcept, who: Reference }
    Provenance { meta: Option<Meta>, target: Vec<Reference>, recorded: String, agent: Vec<Agent> }
}

impl Reference {
    /// To another entry of the bundle, or to what the EHR has.
    pub(super) const fn to(full_url: String) -> Self {
        Self { reference: full_url, identifier: None, display: String::new() }
    }

    /// To something that has a name only.
    pub(super) fn named(display: &str) -> Self {
        Self { reference: String::new(), identifier: None, display: display.to_owned() }
    }
}

impl Coding {
    pub(super) fn new(system: &str, code: &str, display: &str) -> Self {
        Self { system: system.to_owned(), code: code.to_owned(), display: display.to_owned() }
    }
}

impl CodeableConcept {
    pub(super) fn coded(system: &str, code: &str, display: &str) -> Self {
        Self { coding: vec![Coding::new(system, code, display)], text: String::new() }
    }

    pub(super) fn text(text: &str) -> Self {
        Self { coding: Vec::new(), text: text.to_owned() }
    }
}

impl Meta {
    /// That the resource holds a profile of US Core.
    pub(super) fn us_core(profile: &str) -> Option<Self> {
        Some(Self { profile: vec![format!("{}{profile}", super::US_CORE)], tag: Vec::new() })
    }
}
