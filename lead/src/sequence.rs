//! Follow-up sequences: what a practice sends a person, and when, after an inquiry or a booking.
//!
//! A sequence is a document of the practice. [`next()`] says what its next step for a lead is, as a pure function
//! of the lead, the document and the time; sending is the work of the practice's program. [`faults`] refuses a
//! document that would tell the mail servers on the way what a person's health is. [`Sequences`] says which edition of a
//! document counts.
//!
//! Federal rules that the document has to state its side of: marketing needs an authorization where a third party
//! pays for it (45 CFR 164.501 "marketing", 164.508(a)(3)); commercial e-mail needs a postal address and a way
//! to opt out (15 U.S.C. 7704(a)(3) and (5)).
//!
//! [`faults`]: Sequence::faults

mod check;
mod edition;
mod next;
mod words;
mod zones;

pub use check::Sender;
pub use edition::{Flaw, InForce, LeftOut, Origin, Sequences};
pub use next::{Blocked, Next, Run, Stop, chosen, is_over, next, run_of, waking_at};
pub use words::{health_words, tells_health};
pub use zones::zones_of_zip;

use crate::inquiry::ContactWay;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// A follow-up sequence, format 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// Its name in scoring models and in the log: `gentle-follow-up`.
    pub id: String,
    /// Rises with every change.
    pub version: u32,
    /// Its name for staff.
    pub name: String,
    /// What begins it.
    #[serde(default)]
    pub starts: Starts,
    /// Whose wares it is about.
    pub class: Class,
    /// Why the person may be written to.
    pub basis: Basis,
    /// When no message goes out, by the person's clocks.
    #[serde(default)]
    pub quiet: Quiet,
    /// A message that cannot be sent for so long is given up.
    #[serde(default = "two_days")]
    pub give_up_after_hours: u16,
    /// In order.
    pub steps: Vec<Step>,
}

const fn two_days() -> u16 {
    48
}

/// What begins a sequence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// An inquiry whose tier names the sequence, or a member of staff who chose it. A booking ends it.
    #[default]
    Inquiry,
    /// A booking; a cancellation ends it, and a move begins it anew.
    Booking,
    /// An appointment that is called off before its time, of which the person had a message; a new booking ends it.
    Cancellation,
}

/// Whose products and services a sequence is about: 45 CFR 164.501, "marketing".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Class {
    /// The practice's own; nobody else pays for the message.
    OwnService,
    /// A third party pays for the message: nothing is sent without a signed authorization (45 CFR 164.508(a)(3)).
    ThirdPartyPaid {
        /// Who pays; the authorization names it.
        sponsor: String,
    },
}

/// Why the person may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Basis {
    /// They asked for an answer, and this is it.
    Request,
    /// They agreed to the practice's consent text of at least this version.
    Consent {
        /// The manifest's consent version.
        version: u32,
    },
}

/// A stretch of the day, every day; `from` may be later than `to`, over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// Begins, `20:00`.
    pub from: String,
    /// Ends, `09:00`.
    pub to: String,
}

impl Default for Quiet {
    fn default() -> Self {
        Self { from: "20:00".into(), to: "09:00".into() }
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique within the sequence, and never used again for another step: the log names it.
    pub id: String,
    /// When.
    pub when: Timing,
    /// Only if all of these hold; else the step is passed over.
    #[serde(default, rename = "if")]
    pub conditions: Vec<Condition>,
    /// What.
    #[serde(rename = "do")]
    pub action: StepAction,
}

/// When a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// Minutes after the step before it, or after the beginning.
    Minutes(u32),
    /// Minutes during which the practice is open.
    BusinessMinutes(u32),
    /// Days of 24 hours.
    Days(u16),
    /// At the opening of the n-th day after, counting the days on which the practice opens.
    BusinessDays(u16),
    /// Hours before the appointment. What is past by then is passed over.
    HoursBeforeAppointment(u16),
}

/// A condition on the lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Nobody has spoken with the person yet.
    NotReached,
    /// Somebody has.
    Reached,
    /// Somebody has called, and nobody answered.
    CalledInVain,
    /// The person agreed, in the form, to be written to later.
    AgreedToFollowUp,
    /// The person asked for an appointment.
    AskedForAppointment,
    /// The person prefers to be reached this way.
    Prefers(ContactWay),
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StepAction {
    /// A message to the person's e-mail address.
    Email(Email),
    /// A call that staff are asked to make.
    Call {
        /// What to say or ask, for staff. It is not sent.
        note: Text,
    },
}

/// A message, in each language that the practice speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Subject.
    pub subject: Text,
    /// What a mail program shows beside the subject.
    #[serde(default)]
    pub preview: Text,
    /// Markdown with the variables of [`VARIABLES`].
    pub body: Text,
    /// Whether the appointment goes along as a calendar file.
    #[serde(default)]
    pub calendar: bool,
}

/// What a template may name. There is none for what the person wrote, or for the service: a message travels and
/// lies in the clear.
pub const VARIABLES: [&str; 9] = [
    "greeting",
    "practice",
    "phone",
    "website",
    "reference",
    "appointment_day",
    "appointment_time",
    "sender",
    "unsubscribe",
];

impl Sequence {
    /// The step with this id.
    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}
