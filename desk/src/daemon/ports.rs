//! What the engine needs of the world. The real ones are [`super::follower`], [`super::smtp`], [`super::notify`] and
//! [`crate::ehr`]; a test has its own.

use super::engine::Halt;
use crate::failure::Failure;
use inbox::Announced;
use lead::Manifest;
use lead::hl7::Scheduling;
use lead::thread::{AlertReason, Availability, Edition, Event, EventClaims, Lead, NoAppointment, Slot};
use std::sync::Arc;
use wire::{EntryId, ThreadId};

/// What became of an entry that was appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is in the log: this very entry.
    Ours,
    /// The log has another entry of this id: someone else was first.
    Other,
}

/// Why the log did not take an entry.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// It cannot be reached now; whether the entry arrived is not known.
    #[error("the relay is away: {0}")]
    Away(String),
    /// It refuses, and will again.
    #[error("the relay refuses: {0}")]
    Refused(String),
}

/// The practice's log.
pub(crate) trait Log {
    /// Every thread, folded, as it was last read.
    fn leads(&self) -> Vec<Lead>;
    /// The manifest in force.
    fn manifest(&self) -> &Manifest;
    /// Free times, as they were published last.
    fn availability(&self) -> Option<Availability>;
    /// Every edition of the documents that owners published, in the log's order.
    fn documents(&self) -> Arc<Vec<Edition>>;
    /// The run of the practice's program that announced itself last.
    fn leader(&self) -> Option<Announced>;
    /// Announces a run of this program; from now on it leads.
    async fn announce(&mut self, instance: EntryId, now: u64) -> Result<(), Halt>;
    /// The id of what is recorded about `parts` of a thread; `None`: nothing of the thread was read.
    fn id(&self, thread: &ThreadId, purpose: &str, parts: &[&str]) -> Option<EntryId>;
    /// Signs and seals an event.
    async fn seal(&self, thread: ThreadId, entry: EntryId, event: Event, now: u64)
    -> Result<String, Failure>;
    /// Reads back what [`Log::seal`] gave.
    fn read(&self, sealed: &str) -> Option<EventClaims>;
    /// Appends it.
    async fn append(&mut self, sealed: &str) -> Result<Appended, LogError>;
    /// The address at which a person stops messages with one click (RFC 8058), made known to the relay.
    async fn unsubscribe(&mut self, thread: &ThreadId) -> Result<String, LogError>;
    /// Threads whose link was used since it was last asked.
    async fn opt_outs(&mut self) -> Result<Vec<ThreadId>, LogError>;
}

/// A message on its way.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Mail {
    /// Envelope sender.
    pub(crate) from: String,
    /// Envelope recipient.
    pub(crate) to: String,
    /// RFC 5322, with CRLF.
    pub(crate) bytes: Vec<u8>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(redacted)")
    }
}

/// Why a mail server did not take a message. Certain: it was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not now: no connection, or SMTP 4xx.
    Later(String),
    /// Never: SMTP 5xx, or an address that is none.
    Never(String),
}

impl Refusal {
    /// In words.
    pub(crate) fn why(self) -> String {
        match self {
            Self::Later(why) | Self::Never(why) => why,
        }
    }
}

/// Why a mail server did not get as far as a message. Certain: it was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotOffered {
    /// It does not take the message.
    Refused(Refusal),
    /// It has no such recipient, and will not have one.
    DeadAddress(String),
}

impl NotOffered {
    /// In words.
    pub(crate) fn why(self) -> String {
        match self {
            Self::Refused(refusal) => refusal.why(),
            Self::DeadAddress(why) => why,
        }
    }
}

impl From<Refusal> for NotOffered {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What became of a message that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Handover {
    /// The mail server has it.
    Sent,
    /// The mail server said no.
    Refused(Refusal),
    /// The connection broke before the mail server answered (RFC 1047): nobody knows.
    Unclear,
}

/// A way for messages.
pub(crate) trait Mailer {
    /// A conversation in which the mail server waits for the message.
    type Ready;
    /// Everything up to the message itself.
    async fn offer(&mut self, mail: &Mail) -> Result<Self::Ready, NotOffered>;
    /// The message itself.
    async fn hand_over(&mut self, ready: Self::Ready, mail: &Mail) -> Handover;
}

/// Alerts that go out together: how many, of what kind, and nothing of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    /// Which step of the escalation, from 1.
    pub(crate) level: u8,
    /// How many inquiries for each reason.
    pub(crate) counts: Vec<(AlertReason, usize)>,
    /// Names it: sent twice, it counts once.
    pub(crate) id: String,
}

/// A way for alerts to staff.
pub(crate) trait Notifier {
    /// Sends it to all of a step's recipients. An error: to none, or not to all; it is sent again.
    async fn notify(&mut self, digest: &Digest, now: u64) -> Result<(), String>;
}

/// What became of a lead that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The EHR has it.
    Taken {
        /// What the EHR calls it.
        reference: String,
    },
    /// The EHR has it not, or not all of it. What it has of it does no harm to the next try.
    Refused(Refusal),
    /// Nobody knows, and a second one could do harm.
    Unclear,
}

/// Why the EHR's calendar has no such appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotBooked {
    /// It cannot be asked now.
    Later,
    /// The answer to who asked for it.
    No(NoAppointment),
}

/// A way into the practice's EHR.
pub(crate) trait Ehr {
    /// Whether handing over twice leaves the same as once.
    fn is_repeatable(&self) -> bool;
    /// Whether appointments are made there when staff ask for them, and not only with the hand-over.
    fn keeps_appointments(&self) -> bool;
    /// Hands a lead over.
    async fn hand_over(&mut self, of: &lead::handover::Handover<'_>, now: u64) -> Delivery;
    /// Makes a change of the appointment known; twice is as good as once. Called off, `of` still has it; where `of` has
    /// none, nothing of one may stay.
    async fn pass_on(
        &mut self,
        of: &lead::handover::Handover<'_>,
        what: Scheduling,
        now: u64,
    ) -> Result<(), Refusal>;
    /// What is free in its calendar between two moments in milliseconds, the earliest first.
    async fn free(&mut self, from: u64, until: u64) -> Result<Vec<Slot>, Refusal>;
    /// Puts the appointment that `of` has into its calendar, or moves it there, and gives the EHR's reference of it;
    /// twice is as good as once.
    async fn book(&mut self, of: &lead::handover::Handover<'_>) -> Result<String, NotBooked>;
}
