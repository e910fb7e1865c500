//! From what is filled in to what is sealed: only what was asked and answered, in the members of
//! [`lead::inquiry::Answers`].

use crate::control::{ANY, Control, MYSELF, NO, SELF_PAY, UNKNOWN, YES};
use crate::values::Values;
use lead::ManifestSource;
use lead::inquiry::{
    Answer, Answers, AppointmentWish, ConsentGiven, ContactWay, Insurance, OnBehalfOf, Referral, Voicemail,
};
use lead::manifest::{Field, FieldKind};
use lead::validate::Part;

/// The answers so far, and for each control whether it is asked.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// What would be sent.
    pub answers: Answers,
    /// One place for each control.
    pub asked: Vec<bool>,
}

/// Reads `values` in the form's order. A condition looks back, so each field is asked or not by the answers before it;
/// what is not asked is not answered either. Questions for some tiers only are asked in `tier`.
#[must_use]
pub fn read(source: &ManifestSource, controls: &[Control], values: &Values, tier: &str) -> Read {
    let mut read = Read { answers: Answers::default(), asked: vec![false; controls.len()] };
    for (number, field) in source.form.fields().enumerate() {
        let offered = field.tiers.is_empty() || field.tiers.iter().any(|known| known == tier);
        if !offered || !source.form.is_shown(field, &read.answers) {
            continue;
        }
        for (index, control) in controls.iter().enumerate() {
            if control.field == number {
                let holds = |(head, any_of): &(usize, Vec<String>)| {
                    values.chosen(*head).iter().any(|id| any_of.contains(id))
                };
                read.asked[index] = control.when.as_ref().is_none_or(holds);
            }
        }
        let filled = Filled { controls, values, asked: &read.asked, number };
        filled.answer(source, field, &mut read.answers);
    }
    read
}

/// The way of reaching someone that a control's id names.
#[must_use]
pub fn contact_way(id: &str) -> Option<ContactWay> {
    match id {
        "phone" => Some(ContactWay::Phone),
        "text" => Some(ContactWay::Text),
        "email" => Some(ContactWay::Email),
        _ => None,
    }
}

/// One field's controls.
struct Filled<'a> {
    controls: &'a [Control],
    values: &'a Values,
    asked: &'a [bool],
    number: usize,
}

impl Filled<'_> {
    fn text(&self, part: Part) -> Option<String> {
        let is_it = |(control, asked): (&Control, &bool)| {
            *asked && control.field == self.number && control.part == part
        };
        let index = self.controls.iter().zip(self.asked).position(is_it)?;
        let text = self.values.text(index).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn chosen(&self) -> Vec<String> {
        let head = self.controls.iter().position(|control| control.field == self.number);
        head.map(|head| self.values.chosen(head).to_vec()).unwrap_or_default()
    }

    fn answer(&self, source: &ManifestSource, field: &Field, answers: &mut Answers) {
        let head = self.text(Part::Head);
        let contact = &mut answers.contact;
        match &field.kind {
            FieldKind::Name => contact.name = head.unwrap_or_default(),
            FieldKind::Email => contact.email = head,
            FieldKind::Phone => contact.phone = head,
            FieldKind::Zip => answers.zip = head,
            FieldKind::DateOfBirth => answers.date_of_birth = head,
            FieldKind::Service => answers.service = head,
            FieldKind::Needs { .. } => answers.needs = head.unwrap_or_default(),
            FieldKind::Contact { .. } => contact.prefer = head.and_then(|way| contact_way(&way)),
            FieldKind::Times { .. } => contact.times = self.chosen(),
            FieldKind::Voicemail => {
                contact.voicemail = match head.as_deref() {
                    Some(YES) => Some(Voicemail::Welcome),
                    Some(NO) => Some(Voicemail::Never),
                    _ => None,
                }
            }
            FieldKind::Insurance { .. } => {
                answers.insurance = head.map(|known| match known.as_str() {
                    SELF_PAY => Insurance::SelfPay,
                    UNKNOWN => Insurance::Unknown,
                    _ => Insurance::Plan {
                        carrier: self.text(Part::Carrier).unwrap_or_default(),
                        plan: self.text(Part::Plan),
                        member_id: self.text(Part::MemberId),
                    },
                });
            }
            FieldKind::Referral => {
                answers.referral = head.filter(|referred| referred == YES).map(|_| Referral {
                    physician: self.text(Part::Physician).unwrap_or_default(),
                    practice: self.text(Part::PhysicianPractice),
                });
            }
            FieldKind::OnBehalfOf { .. } => {
                answers.on_behalf_of = head
                    .filter(|whom| whom != MYSELF)
                    .map(|relationship| OnBehalfOf { relationship, patient: self.text(Part::Patient) });
            }
            FieldKind::Appointment { .. } => {
                let mut windows = self.chosen();
                if windows.is_empty() {
                    return;
                }
                if windows.iter().any(|id| id == ANY) {
                    windows.clear();
                }
                answers.appointment = Some(AppointmentWish { windows });
            }
            FieldKind::Guides { .. } => answers.guides = self.chosen(),
            FieldKind::Consent => answers.consent = head.map(|_| given(source.consent.version)),
            FieldKind::FollowUp => {
                let version = source.follow_up.as_ref().map(|text| text.version);
                answers.follow_up = head.and(version).map(given);
            }
            FieldKind::Text { .. } | FieldKind::LongText { .. } => {
                if let Some(text) = head {
                    answers.other.insert(field.id.clone(), Answer::Text(text));
                }
            }
            FieldKind::Select { .. } | FieldKind::Choice { .. } | FieldKind::Choices { .. } => {
                let chosen = self.chosen();
                if !chosen.is_empty() {
                    answers.other.insert(field.id.clone(), Answer::Chosen(chosen));
                }
            }
        }
    }
}

const fn given(version: u32) -> ConsentGiven {
    ConsentGiven { version }
}
