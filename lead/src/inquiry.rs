//! What a patient sends: the JSON that is sealed. To its reader it is unauthenticated, hostile text.

use crate::members::Members;
use crate::scoring::Score;
use crate::signals::Signals;
use serde::{Deserialize, Serialize};

/// Longest inquiry, in bytes of JSON: the largest padding class.
pub const INQUIRY_BYTES: usize = 64 << 10;
/// Longest text about needs, in bytes.
pub const NEEDS_BYTES: usize = 16 << 10;
/// Longest other text, in bytes.
pub const TEXT_BYTES: usize = 4 << 10;
/// Longest name, address, number or id, in bytes.
pub const LINE_BYTES: usize = 400;
/// Most further answers.
pub const MOST_OTHER: usize = 64;

/// One inquiry, format 1.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inquiry {
    /// Format: always 1.
    pub v: u8,
    /// Language of the form, as a tag: `en`.
    pub lang: String,
    /// Version of the manifest that the form was made from.
    pub manifest: u64,
    /// When it was sent by the patient's clock, in milliseconds since 1970-01-01 UTC.
    pub submitted_ms: u64,
    /// What was answered.
    pub answers: Answers,
    /// The way through the website; empty where signals are off.
    #[serde(default)]
    pub signals: Signals,
    /// The score that the browser gave. Staff compute their own.
    pub preliminary: Score,
}

/// Answers by meaning, whatever form asked for them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Who, and how to reach them.
    pub contact: Contact,
    /// Id of one of the practice's services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// In the patient's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub needs: String,
    /// Insurance; `None`: not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Insurance>,
    /// A referring physician.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// A wish for an appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentWish>,
    /// Set when the patient is not the one who writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// `1980-02-29`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// ZIP or postal code, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zip: Option<String>,
    /// Consent given; `None`: the form did not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentGiven>,
    /// Consent to be written to later, gently; `None`: not given. Follow-up sequences need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<ConsentGiven>,
    /// Ids of the guides asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guides: Vec<String>,
    /// Answers to the form's free fields, by field id.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub other: Members<Answer>,
}

/// Who, and how to reach them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// As written; any script.
    pub name: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Preferred way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefer: Option<ContactWay>,
    /// Ids of good times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// May we leave a voicemail?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voicemail: Option<Voicemail>,
}

/// A way of reaching someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactWay {
    /// A call.
    Phone,
    /// A text message.
    Text,
    /// E-mail.
    Email,
}

impl ContactWay {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Text => "text",
            Self::Email => "email",
        }
    }
}

/// May we leave a voicemail?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Voicemail {
    /// Yes.
    Welcome,
    /// No.
    Never,
}

impl Voicemail {
    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Never => "never",
        }
    }
}

/// What is known of the patient's insurance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Insurance {
    /// A plan.
    Plan {
        /// Insurance company.
        carrier: String,
        /// Name of the plan.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<String>,
        /// Member id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member_id: Option<String>,
    },
    /// "I don't know".
    Unknown,
    /// Pays without insurance.
    SelfPay,
}

/// A referring physician.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// The physician.
    pub physician: String,
    /// Where they practise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practice: Option<String>,
}

/// A wish for an appointment.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentWish {
    /// Ids of the windows chosen; empty: any time.
    #[serde(default)]
    pub windows: Vec<String>,
}

/// The patient is someone else than the writer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnBehalfOf {
    /// Id of the relationship.
    pub relationship: String,
    /// The patient's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
}

/// Consent to a version of the practice's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentGiven {
    /// Which version.
    pub version: u32,
}

/// The answer to a free field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Text.
    Text(String),
    /// Ids chosen.
    Chosen(Vec<String>),
}

redacted_debug!(Inquiry, Answers, Contact, Insurance, Referral, AppointmentWish, OnBehalfOf, Answer,);

/// Why opened bytes are not an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InquiryError {
    /// Longer than [`INQUIRY_BYTES`].
    #[error("larger than an inquiry may be")]
    TooLarge,
    /// Not JSON of format 1.
    #[error("not an inquiry of a known format")]
    Malformed,
    /// A text or a list is longer than its bound.
    #[error("an answer is longer than it may be")]
    OutOfBounds,
}

impl Inquiry {
    /// Reads what was sealed, strictly: unknown members, repeated members and anything past the bounds are
    /// refused. Trailing spaces (padding) are allowed.
    ///
    /// # Errors
    /// [`InquiryError`].
    pub fn parse(json: &[u8]) -> Result<Self, InquiryError> {
        if json.len() > INQUIRY_BYTES {
            return Err(InquiryError::TooLarge);
        }
        let inquiry: Self = serde_json::from_slice(json).map_err(|_| InquiryError::Malformed)?;
        if inquiry.v != 1 {
            return Err(InquiryError::Malformed);
        }
        if inquiry.fits() { Ok(inquiry) } else { Err(InquiryError::OutOfBounds) }
    }

    /// The JSON to seal, unpadded.
    ///
    /// # Errors
    /// [`InquiryError::OutOfBounds`] or [`InquiryError::TooLarge`]: nothing is written that could not be read.
    pub fn to_json(&self) -> Result<String, InquiryError> {
        if !self.fits() {
            return Err(InquiryError::OutOfBounds);
        }
        let json = wire::json::to_text(self).ok_or(InquiryError::Malformed)?;
        if json.len() > INQUIRY_BYTES { Err(InquiryError::TooLarge) } else { Ok(json) }
    }

    pub(crate) fn fits(&self) -> bool {
        self.lang.len() <= 35 && self.answers.fits() && self.signals.fits() && self.preliminary.fits()
    }
}

fn line(text: &str) -> bool {
    text.len() <= LINE_BYTES
}

fn lines(texts: &[String]) -> bool {
    texts.len() <= MOST_OTHER && texts.iter().all(|text| line(text))
}

fn maybe(text: &Option<String>) -> bool {
    text.as_deref().is_none_or(line)
}

impl Answers {
    fn fits(&self) -> bool {
        let contact = &self.contact;
        let insurance = |insurance: &Insurance| match insurance {
            Insurance::Plan { carrier, plan, member_id } => line(carrier) && maybe(plan) && maybe(member_id),
            Insurance::Unknown | Insurance::SelfPay => true,
        };
        let other = |(id, answer): (&String, &Answer)| {
            line(id)
                && match answer {
                    Answer::Text(text) => text.len() <= TEXT_BYTES,
                    Answer::Chosen(ids) => lines(ids),
                }
        };
        line(&contact.name)
            && maybe(&contact.email)
            && maybe(&contact.phone)
            && lines(&contact.times)
            && maybe(&self.service)
            && self.needs.len() <= NEEDS_BYTES
            && self.insurance.as_ref().is_none_or(insurance)
            && self.referral.as_ref().is_none_or(|by| line(&by.physician) && maybe(&by.practice))
            && self.appointment.as_ref().is_none_or(|wish| lines(&wish.windows))
            && self.on_behalf_of.as_ref().is_none_or(|of| line(&of.relationship) && maybe(&of.patient))
            && maybe(&self.date_of_birth)
            && maybe(&self.zip)
            && lines(&self.guides)
            && self.other.len() <= MOST_OTHER
            && self.other.iter().all(other)
    }
}
