//! The form model: steps of fields, as a practice writes them and the widget shows them.
//!
//! It says what is asked, not how it looks. Answers are [`crate::inquiry::Answers`].

use crate::inquiry::{Answer, Answers, ContactWay, Insurance, Voicemail};
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// A form: at least one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Shown one after another.
    pub steps: Vec<Step>,
}

impl Form {
    /// All fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.steps.iter().flat_map(|step| &step.fields)
    }

    /// Whether every required field that is asked has an answer.
    #[must_use]
    pub fn is_complete(&self, answers: &Answers) -> bool {
        self.fields().all(|field| {
            !field.required || !self.is_shown(field, answers) || !field.values(answers).is_empty()
        })
    }

    /// Whether `field` is asked, given the answers so far.
    #[must_use]
    pub fn is_shown(&self, field: &Field, answers: &Answers) -> bool {
        let Some(condition) = &field.show_if else { return true };
        let Some(asked) = self.field(&condition.field) else { return false };
        let values = asked.values(answers);
        if condition.any_of.is_empty() {
            return !values.is_empty();
        }
        condition.any_of.iter().any(|wanted| values.contains(&wanted.as_str()))
    }

    /// The field with this id.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.id == id)
    }
}

/// What is asked together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique within the form.
    pub id: String,
    /// Heading.
    pub title: Text,
    /// In order.
    pub fields: Vec<Field>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Unique within the form.
    pub id: String,
    /// What is asked for, and the bounds of an answer.
    pub kind: FieldKind,
    /// The question.
    pub label: Text,
    /// A line of help under the question.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub hint: Text,
    /// Shown instead of the built-in words when the answer does not fit.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub error: Text,
    /// Whether the form can be sent without it.
    #[serde(default)]
    pub required: bool,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<Condition>,
    /// Asked only of visitors whose preliminary score, by the answers to the questions without this member, falls into
    /// one of these tiers; empty: of everyone. It steers what is offered (a call-back window, a guide), so such a
    /// question is never required.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
}

impl FieldKind {
    /// Whether it may stand more than once.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        matches!(
            self,
            Self::Text { .. }
                | Self::LongText { .. }
                | Self::Select { .. }
                | Self::Choice { .. }
                | Self::Choices { .. }
        )
    }
}

impl Field {
    /// What was answered, as texts or ids; empty: nothing. Consents and a referral give `given`; insurance gives `given`,
    /// `unknown` or `self-pay`; someone else's request gives the relationship.
    #[must_use]
    pub fn values<'a>(&self, answers: &'a Answers) -> Vec<&'a str> {
        let contact = &answers.contact;
        let one = |text: &'a Option<String>| text.as_deref();
        let value = match &self.kind {
            FieldKind::Name => Some(contact.name.as_str()),
            FieldKind::Email => one(&contact.email),
            FieldKind::Phone => one(&contact.phone),
            FieldKind::Zip => one(&answers.zip),
            FieldKind::DateOfBirth => one(&answers.date_of_birth),
            FieldKind::Service => one(&answers.service),
            FieldKind::Needs { .. } => Some(answers.needs.as_str()),
            FieldKind::Insurance { .. } => answers.insurance.as_ref().map(|insurance| match insurance {
                Insurance::Plan { .. } => "given",
                Insurance::Unknown => "unknown",
                Insurance::SelfPay => "self-pay",
            }),
            FieldKind::Contact { .. } => contact.prefer.map(ContactWay::as_str),
            FieldKind::Voicemail => contact.voicemail.map(Voicemail::as_str),
            FieldKind::Referral => answers.referral.as_ref().map(|_| "given"),
            FieldKind::OnBehalfOf { .. } => answers.on_behalf_of.as_ref().map(|of| of.relationship.as_str()),
            FieldKind::Consent => answers.consent.map(|_| "given"),
            FieldKind::FollowUp => answers.follow_up.map(|_| "given"),
            FieldKind::Guides { .. } => return answers.guides.iter().map(String::as_str).collect(),
            FieldKind::Times { .. } => return contact.times.iter().map(String::as_str).collect(),
            FieldKind::Appointment { .. } => {
                return match &answers.appointment {
                    Some(wish) if wish.windows.is_empty() => vec!["any"],
                    Some(wish) => wish.windows.iter().map(String::as_str).collect(),
                    None => Vec::new(),
                };
            }
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Select { .. }
            | FieldKind::Choice { .. }
            | FieldKind::Choices { .. } => match answers.other.get(&self.id) {
                Some(Answer::Text(text)) => Some(text.as_str()),
                Some(Answer::Chosen(ids)) => return ids.iter().map(String::as_str).collect(),
                None => None,
            },
        };
        value.filter(|value| !value.trim().is_empty()).into_iter().collect()
    }
}

fn is_empty(text: &Text) -> bool {
    text.0.is_empty()
}

/// What a field asks for. The named kinds fill the members of [`crate::inquiry::Answers`] of the same name;
/// the free ones (`text`, `long_text`, `select`, `choice`, `choices`) fill `other` under the field's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldKind {
    /// The patient's name. Nothing is refused for being unusual.
    Name,
    /// E-mail address.
    Email,
    /// Phone number, national or international.
    Phone,
    /// ZIP or postal code.
    Zip,
    /// Date of birth.
    DateOfBirth,
    /// One of the practice's services.
    Service,
    /// What the patient needs, in free words. Triage reads it.
    Needs {
        /// Most characters.
        max_chars: u32,
    },
    /// Insurance: carrier, member id, plan, or "I don't know".
    Insurance {
        /// Carriers offered; others can be typed.
        #[serde(default)]
        carriers: Vec<String>,
    },
    /// Preferred way of being reached.
    Contact {
        /// The ways offered.
        ways: Vec<ContactWay>,
    },
    /// Good times to be reached.
    Times {
        /// What is offered.
        options: Vec<Choice>,
    },
    /// May we leave a voicemail?
    Voicemail,
    /// A referring physician: name and practice.
    Referral,
    /// Whether this is for someone else, and who.
    OnBehalfOf {
        /// Relationships offered.
        options: Vec<Choice>,
    },
    /// A wish for an appointment.
    Appointment {
        /// Windows offered.
        options: Vec<Choice>,
    },
    /// Consent to the manifest's consent text.
    Consent,
    /// Consent to the manifest's follow-up text: to be written to later, gently.
    FollowUp,
    /// Guides to read at home: any number. The confirmation links to those chosen.
    Guides {
        /// What is offered.
        options: Vec<Guide>,
    },
    /// A line of text.
    Text {
        /// Most characters.
        max_chars: u32,
    },
    /// Several lines of text.
    LongText {
        /// Most characters.
        max_chars: u32,
    },
    /// One of many, as a list that opens.
    Select {
        /// What is offered.
        options: Vec<Choice>,
    },
    /// One of few, all visible.
    Choice {
        /// What is offered.
        options: Vec<Choice>,
    },
    /// Any number of these.
    Choices {
        /// What is offered.
        options: Vec<Choice>,
    },
}

/// One of the answers offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is recorded.
    pub id: String,
    /// What is shown.
    pub label: Text,
}

/// A guide on the practice's website.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// What is recorded.
    pub id: String,
    /// What is shown.
    pub label: Text,
    /// Its path on the practice's website: `/guides/knee-pain.pdf`.
    pub path: String,
}

/// When a field is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Id of an earlier field.
    pub field: String,
    /// Its answer is one of these; empty: it has any answer.
    #[serde(default)]
    pub any_of: Vec<String>,
}
