//! From what is filled in to what is sealed: only what was asked and answered, in the members of
//! [`lead::inquiry::Answers`].

use crate::control::{ANY, Control, Entry, MYSELF, NO, Part, SELF_PAY, UNKNOWN, YES, is_asked};
use crate::values::Values;
use lead::inquiry::{
    Answer, Answers, AppointmentWish, ConsentGiven, ContactWay, Insurance, OnBehalfOf, Referral, Voicemail,
};

/// The answers. `consent` is the version of the text that was shown.
#[must_use]
pub fn answers(controls: &[Control], values: &Values, consent: u32) -> Answers {
    let form = Filled { controls, values };
    let mut answers = Answers {
        service: form.text(Part::Service),
        needs: form.text(Part::Needs).unwrap_or_default(),
        insurance: form.insurance(),
        referral: form.referral(),
        appointment: form.appointment(),
        on_behalf_of: form.on_behalf_of(),
        date_of_birth: form.text(Part::DateOfBirth),
        zip: form.text(Part::Zip),
        consent: form.text(Part::Consent).map(|_| ConsentGiven { version: consent }),
        ..Answers::default()
    };
    answers.contact.name = form.text(Part::Name).unwrap_or_default();
    answers.contact.email = form.text(Part::Email);
    answers.contact.phone = form.text(Part::Phone);
    answers.contact.prefer = form.text(Part::Prefer).and_then(|way| contact_way(&way));
    answers.contact.times = form.chosen(Part::Times).unwrap_or_default();
    answers.contact.voicemail = form.text(Part::Voicemail).and_then(|given| match given.as_str() {
        YES => Some(Voicemail::Welcome),
        NO => Some(Voicemail::Never),
        _ => None,
    });
    for (index, control) in controls.iter().enumerate() {
        if control.part == Part::Other && form.is_answered(index) {
            let answer = match control.entry {
                Entry::One(_) | Entry::Menu(_) | Entry::Many(_) => {
                    Answer::Chosen(values.chosen(index).to_vec())
                }
                _ => Answer::Text(values.text(index).trim().to_owned()),
            };
            answers.other.insert(control.name.clone(), answer);
        }
    }
    answers
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

struct Filled<'a> {
    controls: &'a [Control],
    values: &'a Values,
}

impl Filled<'_> {
    fn is_answered(&self, index: usize) -> bool {
        is_asked(self.controls, self.values, index) && !self.values.is_blank(index)
    }

    /// The first answered control that holds `part`.
    fn find(&self, part: Part) -> Option<usize> {
        (0..self.controls.len()).find(|&index| self.controls[index].part == part && self.is_answered(index))
    }

    fn text(&self, part: Part) -> Option<String> {
        self.find(part).map(|index| self.values.text(index).trim().to_owned())
    }

    fn chosen(&self, part: Part) -> Option<Vec<String>> {
        self.find(part).map(|index| self.values.chosen(index).to_vec())
    }

    fn insurance(&self) -> Option<Insurance> {
        match self.text(Part::Insurance)?.as_str() {
            SELF_PAY => Some(Insurance::SelfPay),
            UNKNOWN => Some(Insurance::Unknown),
            _ => Some(Insurance::Plan {
                carrier: self.text(Part::Carrier).unwrap_or_default(),
                plan: self.text(Part::Plan),
                member_id: self.text(Part::MemberId),
            }),
        }
    }

    fn referral(&self) -> Option<Referral> {
        let physician = self.text(Part::Physician)?;
        Some(Referral { physician, practice: self.text(Part::PhysicianPractice) })
    }

    fn appointment(&self) -> Option<AppointmentWish> {
        let mut windows = self.chosen(Part::Appointment)?;
        if windows.iter().any(|id| id == ANY) {
            windows.clear();
        }
        Some(AppointmentWish { windows })
    }

    fn on_behalf_of(&self) -> Option<OnBehalfOf> {
        let relationship = self.text(Part::Relationship).filter(|id| id != MYSELF)?;
        Some(OnBehalfOf { relationship, patient: self.text(Part::Patient) })
    }
}
