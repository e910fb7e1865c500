//! What a day's work leaves on a lead: who works on it, which call is planned, what was put right, how it ended.

use crate::inquiry::{Answers, Insurance};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wire::{EntryId, StaffId};

/// A claim nobody renewed ends after this long, in milliseconds: a closed laptop must not hold a lead.
pub const CLAIM_MS: u64 = 30 * 60_000;

/// Somebody works on the lead, so that nobody else calls at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub by: StaffId,
    /// Since when, by the relay's clock, in milliseconds.
    pub since: u64,
}

impl Claim {
    /// Whether it still counts at `now`, in milliseconds.
    #[must_use]
    pub const fn holds(&self, now: u64) -> bool {
        now.saturating_sub(self.since) < CLAIM_MS
    }
}

/// A call that was promised or planned.
#[derive(Clone, PartialEq, Eq)]
pub struct CallTask {
    /// Who planned it.
    pub author: StaffId,
    /// When to call, in milliseconds.
    pub due: u64,
    /// What about, in the author's words; may be empty.
    pub note: String,
}

/// How a lead ended without an appointment.
#[derive(Clone, PartialEq, Eq)]
pub struct Closing {
    /// Who closed it.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// Why.
    pub reason: ClosedReason,
    /// In the author's words; for a referral, to whom. May be empty.
    pub note: String,
}

/// Why a lead ended without an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosedReason {
    /// The practice cannot help, and said so kindly.
    Declined,
    /// Sent on to someone who can help.
    Referred,
    /// Never reached.
    Unreachable,
    /// Went to another practice.
    ChoseAnother,
    /// Too expensive.
    Cost,
    /// Their insurance is not taken.
    Insurance,
    /// Needs or wants no care now.
    NoNeed,
    /// Already a patient; handled elsewhere.
    ExistingPatient,
    /// The same person as another lead.
    Duplicate,
    /// Not from someone who looks for care.
    Vendor,
    /// Anything else.
    Other,
}

impl ClosedReason {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::Declined,
        Self::Referred,
        Self::Unreachable,
        Self::ChoseAnother,
        Self::Cost,
        Self::Insurance,
        Self::NoNeed,
        Self::ExistingPatient,
        Self::Duplicate,
        Self::Vendor,
        Self::Other,
    ];

    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Referred => "referred",
            Self::Unreachable => "unreachable",
            Self::ChoseAnother => "chose-another",
            Self::Cost => "cost",
            Self::Insurance => "insurance",
            Self::NoNeed => "no-need",
            Self::ExistingPatient => "existing-patient",
            Self::Duplicate => "duplicate",
            Self::Vendor => "vendor",
            Self::Other => "other",
        }
    }
}

/// How an inquiry came that staff wrote down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The person called.
    Phone,
    /// The person came by.
    WalkIn,
    /// The person wrote: a message, a letter, an e-mail.
    Message,
}

/// An answer that can be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerField {
    /// The person's name.
    Name,
    /// Phone number.
    Phone,
    /// E-mail address.
    Email,
    /// Id of a service.
    Service,
    /// Insurance company.
    Carrier,
    /// Member id of the plan.
    MemberId,
    /// Date of birth.
    DateOfBirth,
    /// ZIP or postal code.
    Zip,
}

/// An answer that staff put right.
#[derive(Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its entry.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// Which answer.
    pub field: AnswerField,
    /// What it said before, as the author saw it; empty: nothing.
    pub was: String,
    /// What it says now; empty: nothing.
    pub now: String,
    /// The author saw another answer than the one that stood there: someone else had changed it meanwhile. It counts
    /// all the same, and people decide.
    pub crossed: bool,
}

/// Something was checked with the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What.
    pub what: super::Verification,
    /// Who checked.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
}

redacted_debug!(CallTask, Closing, Correction);

impl AnswerField {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Phone,
        Self::Email,
        Self::Service,
        Self::Carrier,
        Self::MemberId,
        Self::DateOfBirth,
        Self::Zip,
    ];

    /// What `answers` say; empty: nothing.
    #[must_use]
    pub fn of(self, answers: &Answers) -> &str {
        let plan = |part: fn(&Insurance) -> Option<&str>| answers.insurance.as_ref().and_then(part);
        let found = match self {
            Self::Name => Some(answers.contact.name.as_str()),
            Self::Phone => answers.contact.phone.as_deref(),
            Self::Email => answers.contact.email.as_deref(),
            Self::Service => answers.service.as_deref(),
            Self::Carrier => plan(|insurance| match insurance {
                Insurance::Plan { carrier, .. } => Some(carrier),
                Insurance::Unknown | Insurance::SelfPay => None,
            }),
            Self::MemberId => plan(|insurance| match insurance {
                Insurance::Plan { member_id, .. } => member_id.as_deref(),
                Insurance::Unknown | Insurance::SelfPay => None,
            }),
            Self::DateOfBirth => answers.date_of_birth.as_deref(),
            Self::Zip => answers.zip.as_deref(),
        };
        found.unwrap_or_default()
    }

    /// Puts `text` in its place; empty takes the answer away.
    pub fn set(self, answers: &mut Answers, text: &str) {
        let some = (!text.is_empty()).then(|| text.to_owned());
        match self {
            Self::Name => text.clone_into(&mut answers.contact.name),
            Self::Phone => answers.contact.phone = some,
            Self::Email => answers.contact.email = some,
            Self::Service => answers.service = some,
            Self::DateOfBirth => answers.date_of_birth = some,
            Self::Zip => answers.zip = some,
            Self::Carrier | Self::MemberId => set_plan(self, answers, some),
        }
    }
}

fn set_plan(field: AnswerField, answers: &mut Answers, text: Option<String>) {
    let (carrier, plan, member_id) = match answers.insurance.take() {
        Some(Insurance::Plan { carrier, plan, member_id }) => (carrier, plan, member_id),
        // What they said instead of a plan stays said until there is one.
        other if text.is_none() => {
            answers.insurance = other;
            return;
        }
        _ => (String::new(), None, None),
    };
    let (carrier, member_id) =
        if field == AnswerField::Carrier { (text.unwrap_or_default(), member_id) } else { (carrier, text) };
    let empty = carrier.is_empty() && plan.is_none() && member_id.is_none();
    answers.insurance = (!empty).then_some(Insurance::Plan { carrier, plan, member_id });
}

/// `answers` as put right by `corrections`, in their order.
pub(super) fn corrected<'a>(answers: &'a Answers, corrections: &[Correction]) -> Cow<'a, Answers> {
    let mut answers = Cow::Borrowed(answers);
    for correction in corrections {
        correction.field.set(answers.to_mut(), &correction.now);
    }
    answers
}
