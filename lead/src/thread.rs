//! A lead as the fold of its thread: the inquiries that patients sent and the events that staff signed.
//!
//! Folding is pure and total, and gives the same lead for any order in which the records are handed over.

mod booking;
mod event;
mod fold;
mod follow_up;
mod guide;
mod work;

use crate::inquiry::{Answers, Inquiry, Voicemail};
use std::borrow::Cow;
use wire::{EntryId, StaffId, ThreadId};

pub use booking::{Appointment, Availability, CalledOff, HandOff, NoAppointment, Requested, Slot, Withdrawn};
pub use event::{CallOutcome, ErasureGround, Event, EventClaims, NotAnEvent, Stage, Verification};
pub use fold::fold;
pub use follow_up::{Alert, AlertReason, AskedCall, Assigned, FollowUp, FollowUpState, StepKey, Undelivered};
pub use guide::{CallGuide, Document, Edition, WrittenSequence};
pub use work::{
    AnswerField, CLAIM_MS, CallTask, Channel, Claim, ClosedReason, Closing, Correction, Verified,
};

/// One opened entry of a thread.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub entry: EntryId,
    /// Its place in the practice's log; orders the fold.
    pub seq: u64,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// What it holds.
    pub body: Body,
}

/// What an opened entry holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// From a patient; unauthenticated.
    Inquiry(Box<Inquiry>),
    /// From staff, its signature checked.
    Event {
        /// Who.
        author: StaffId,
        /// What.
        event: Event,
    },
    /// Erased; only its place is left.
    Erased,
}

/// A note of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// Its entry.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// In the author's words, as corrected last.
    pub text: String,
}

/// A call that was tried.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// How it went.
    pub outcome: CallOutcome,
}

/// What a member of staff did, as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Did {
    /// Its entry.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// What.
    pub event: Event,
}

/// A lead as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its thread.
    pub thread: ThreadId,
    /// Inquiries, oldest first; usually one.
    pub inquiries: Vec<Received>,
    /// Where it stands.
    pub stage: Stage,
    /// Notes, oldest first.
    pub notes: Vec<Note>,
    /// Calls, oldest first.
    pub calls: Vec<Call>,
    /// An appointment that is asked for.
    pub requested: Option<Requested>,
    /// Why the last wish for an appointment failed, and when (milliseconds), where nothing came of it since.
    pub failed: Option<(NoAppointment, u64)>,
    /// The appointment, where one is made.
    pub appointment: Option<Appointment>,
    /// The appointment that was called off last, where none was made since.
    pub withdrawn: Option<Withdrawn>,
    /// Bookings, moves and cancellations that the EHR knows of, by their entries.
    pub passed_on: Vec<EntryId>,
    /// How far the hand-off to the EHR is.
    pub hand_off: HandOff,
    /// Follow-up chosen by a person, the last time.
    pub assigned: Option<Assigned>,
    /// Messages, by the first record of each.
    pub follow_ups: Vec<FollowUp>,
    /// Calls that sequences ask for.
    pub asked_calls: Vec<AskedCall>,
    /// Alerts raised, oldest first.
    pub alerts: Vec<Alert>,
    /// When the person last answered a message, in milliseconds.
    pub replied: Option<u64>,
    /// When a message last came back, in milliseconds.
    pub bounced: Option<u64>,
    /// Who works on it, as the log says; ask [`Claim::holds`] whether that still counts.
    pub claim: Option<Claim>,
    /// The call that is planned.
    pub task: Option<CallTask>,
    /// How it ended, where it ended without an appointment.
    pub closing: Option<Closing>,
    /// What was checked with the person, each thing once, oldest first.
    pub verified: Vec<Verified>,
    /// Answers that were put right, oldest first.
    pub corrections: Vec<Correction>,
    /// The person wants no further messages.
    pub opted_out: bool,
    /// The thread that this one goes on in.
    pub merged_into: Option<ThreadId>,
    /// Everything that staff did, oldest first; what they took down is with the inquiries.
    pub history: Vec<Did>,
    /// How many of the entries are erased.
    pub erased: usize,
    /// When the relay took the last entry, in milliseconds.
    pub last_activity: u64,
}

/// An inquiry of a lead.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Its entry.
    pub entry: EntryId,
    /// Its place in the log.
    pub seq: u64,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// What was sent.
    pub inquiry: Box<Inquiry>,
    /// Who wrote it down, and how it came; `None`: through the form, unauthenticated.
    pub taken: Option<(StaffId, Channel)>,
}

redacted_debug!(Record, Body, Note, Call, Did, Lead, Received);

impl Lead {
    /// The latest inquiry; `None` when it is erased or not arrived.
    #[must_use]
    pub fn inquiry(&self) -> Option<&Inquiry> {
        self.inquiries.last().map(|received| &*received.inquiry)
    }

    /// The answers of the latest inquiry, as put right by staff.
    #[must_use]
    pub fn answers(&self) -> Option<Cow<'_, Answers>> {
        self.inquiry().map(|inquiry| work::corrected(&inquiry.answers, &self.corrections))
    }

    /// How often what a calendar knows of the appointment has changed since it was first made: it rises with every booking,
    /// move and cancellation (RFC 5545 3.8.7.4, SEQUENCE).
    #[must_use]
    pub fn calendar_sequence(&self) -> u32 {
        let is_change = |did: &&Did| {
            matches!(
                did.event,
                Event::AppointmentBooked { .. }
                    | Event::AppointmentRescheduled { .. }
                    | Event::AppointmentCancelled { .. }
            )
        };
        let changes = self.history.iter().filter(is_change).count();
        u32::try_from(changes.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Who holds the lead at `now`, in milliseconds.
    #[must_use]
    pub fn holder(&self, now: u64) -> Option<&StaffId> {
        self.claim.as_ref().filter(|claim| claim.holds(now)).map(|claim| &claim.by)
    }

    /// May staff leave a voicemail? Only where the person said so.
    #[must_use]
    pub fn voicemail(&self) -> Option<Voicemail> {
        self.inquiry().and_then(|inquiry| inquiry.answers.contact.voicemail)
    }
}
