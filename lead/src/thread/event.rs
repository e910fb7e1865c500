//! What a member of staff, or the practice's program, writes into a thread.

use super::booking::{Availability, CalledOff, NoAppointment, Slot};
use super::follow_up::{AlertReason, StepKey, Undelivered};
use super::guide::{CallGuide, WrittenSequence};
use super::work::{AnswerField, Channel, ClosedReason};
use crate::inquiry::Inquiry;
use serde::{Deserialize, Serialize};
use wire::{EntryId, EntryKind, PracticeId, StaffId, ThreadId};

/// Claims of the JWS inside a staff event. The reader checks that practice, thread and entry are those of the
/// sealed header, and that the key is the author's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventClaims {
    /// Format: always 1.
    pub v: u8,
    /// For whom.
    pub practice: PracticeId,
    /// Which lead.
    pub thread: ThreadId,
    /// Which entry.
    pub entry: EntryId,
    /// Who.
    pub author: StaffId,
    /// When, by the author's clock, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
    /// What.
    pub event: Event,
}

/// What a member of staff did.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The author works on the lead now. Counts only if nobody holds it but `over`: of two who claim at once, the first
    /// in the log has it.
    Claimed {
        /// Who held it, as far as the author knew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<StaffId>,
    },
    /// The author works on it no more. Counts only if they held it.
    Released,
    /// A call is promised or planned. Takes the place of an earlier plan, and is done by the next call that is tried.
    CallPlanned {
        /// When to call, in milliseconds.
        due: u64,
        /// What about.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// The lead ended without an appointment.
    Closed {
        /// Why.
        reason: ClosedReason,
        /// In the author's words; for a referral, to whom.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// An answer of the inquiry is put right.
    AnswerCorrected {
        /// Which.
        field: AnswerField,
        /// What it said, as the author saw it; empty: nothing.
        was: String,
        /// What it says now; empty: nothing.
        now: String,
    },
    /// An inquiry that did not come through the form, written down by the author. Begins a thread.
    InquiryTaken {
        /// How it came.
        channel: Channel,
        /// What was said.
        inquiry: Box<Inquiry>,
    },
    /// [`Event::Merged`] was a slip.
    Unmerged,
    /// The lead moved to a stage.
    StageChanged {
        /// Where to.
        stage: Stage,
    },
    /// Something to remember.
    NoteAdded {
        /// In the author's words.
        text: String,
    },
    /// A call was tried.
    CallAttempted {
        /// How it went.
        outcome: CallOutcome,
    },
    /// Something was checked with the person.
    Verified {
        /// What was checked.
        what: Verification,
    },
    /// [`Event::Verified`] was a slip, or holds no more.
    Unverified {
        /// What is to be checked again.
        what: Verification,
    },
    /// Follow-up goes by this sequence from now on.
    FollowUpAssigned {
        /// Its id; `None`: no follow-up.
        sequence: Option<String>,
    },
    /// A program has taken a message, before it sends it.
    FollowUpClaimed {
        /// Which.
        step: StepKey,
    },
    /// The mail server took it.
    FollowUpSent {
        /// Which.
        step: StepKey,
    },
    /// It was not sent, and will not be.
    FollowUpFailed {
        /// Which.
        step: StepKey,
        /// Why.
        reason: Undelivered,
    },
    /// It may or may not have been sent: the program or the connection died over it.
    FollowUpUnclear {
        /// Which.
        step: StepKey,
    },
    /// The person answered a message.
    Replied,
    /// A message came back: the address does not work.
    Bounced,
    /// A sequence asks staff for a call.
    CallAsked {
        /// Which step.
        step: StepKey,
    },
    /// Staff were alerted.
    AlertRaised {
        /// Why.
        reason: AlertReason,
        /// Which step of the escalation, from 1.
        level: u8,
    },
    /// An appointment is asked for.
    AppointmentRequested {
        /// When.
        slot: Slot,
    },
    /// An appointment is made.
    AppointmentBooked {
        /// When.
        slot: Slot,
        /// The EHR's reference: `Appointment/123`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The appointment is at another time now.
    AppointmentRescheduled {
        /// When.
        slot: Slot,
        /// The EHR's reference, where it changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    /// The appointment is called off.
    AppointmentCancelled {
        /// By whom.
        by: CalledOff,
    },
    /// An appointment did not come about.
    AppointmentFailed {
        /// Why.
        reason: NoAppointment,
    },
    /// A program begins to hand the lead over to the EHR.
    HandOffStarted {
        /// Which try, from 1.
        attempt: u16,
    },
    /// A try to hand it over failed.
    HandOffFailed {
        /// Which try, from 1.
        attempt: u16,
        /// In the EHR's words, or ours.
        reason: String,
        /// No further try is made.
        last: bool,
    },
    /// A try to hand it over broke off in the middle: the EHR may or may not have it, and a person has to look.
    HandOffUnclear {
        /// Which try, from 1.
        attempt: u16,
    },
    /// A member of staff looked, and asks for another try.
    HandOffAsked,
    /// The lead is a patient in the EHR now.
    HandedToEhr {
        /// The EHR's reference: `Patient/123`; for one that gives none, what it answered.
        reference: String,
    },
    /// The EHR knows of a booking, move or cancellation.
    AppointmentPassedOn {
        /// The entry that holds it.
        of: EntryId,
    },
    /// Free times, in the thread of the document `availability`. The latest one counts.
    SlotsPublished {
        /// Them.
        availability: Availability,
    },
    /// A guide for calls, in the thread of the document `guides`. An owner's only.
    GuidePublished {
        /// It.
        guide: CallGuide,
    },
    /// A follow-up sequence, in the thread of the document `sequences`. An owner's only.
    SequencePublished {
        /// It.
        sequence: WrittenSequence,
    },
    /// A program of the practice is at work, in the thread of the document `desk`. The latest one leads; it says so again
    /// while something is due that cannot be done.
    DeskStarted {
        /// Names this run of it.
        instance: EntryId,
    },
    /// The person wants no further messages.
    OptedOut,
    /// This thread goes on in another one.
    Merged {
        /// There.
        into: ThreadId,
    },
    /// A slip in an earlier event or answer is put right.
    Corrected {
        /// Which entry.
        entry: EntryId,
        /// How it should read.
        text: String,
    },
    /// Entries of this thread were erased at the relay: the owner's word beside the tombstones.
    Erased {
        /// Which.
        entries: Vec<EntryId>,
        /// Why.
        ground: ErasureGround,
    },
}

/// Why entries were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErasureGround {
    /// The person asked for it, or the law does.
    Request,
    /// The practice keeps such entries no longer.
    Retention,
    /// It should not be there: a test, or sent to the wrong practice.
    Mistake,
}

/// Where a lead stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Nobody has worked on it.
    #[default]
    New,
    /// Somebody tries to reach the person.
    Contacting,
    /// The person was reached.
    Reached,
    /// An appointment is made.
    Booked,
    /// Handed over to the EHR.
    Patient,
    /// Followed up without calls.
    Nurture,
    /// Done, without an appointment.
    Closed,
}

/// How a call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcome {
    /// Spoke with the person.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// Left a voicemail.
    Voicemail,
    /// The number is wrong.
    WrongNumber,
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// Who they are.
    Identity,
    /// How to reach them.
    Contact,
    /// What they need, and that nothing of it is an emergency.
    Needs,
    /// Their insurance.
    Insurance,
    /// A referral, where one is needed.
    Referral,
    /// Their consent to messages.
    Consent,
    /// That a signed authorization for marketing is on file: 45 CFR 164.508(a)(3).
    MarketingAuthorization,
}

impl Verification {
    /// All, in the order in which they are asked.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Contact, Self::Needs, Self::Insurance, Self::Referral, Self::Consent];

    /// What a person has checked before a lead becomes a patient in the EHR.
    pub const BEFORE_HAND_OFF: [Self; 2] = [Self::Identity, Self::Contact];
}

redacted_debug!(EventClaims, Event);

impl EventClaims {
    /// Reads the claims of an event, strictly.
    ///
    /// # Errors
    /// Not an event of format 1, or one with an inquiry past its bounds.
    pub fn parse(json: &[u8]) -> Result<Self, NotAnEvent> {
        let claims = serde_json::from_slice::<Self>(json).ok().filter(|claims| claims.v == 1);
        claims.filter(|claims| claims.event.fits()).ok_or(NotAnEvent)
    }

    /// The claims to sign, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Only texts and integers are in it, so serialisation cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Event {
    /// As what it stands in the log: a document of the practice is kept when leads are erased or grow old.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::GuidePublished { .. } | Self::SequencePublished { .. } => EntryKind::Document,
            _ => EntryKind::Event,
        }
    }

    fn fits(&self) -> bool {
        match self {
            Self::InquiryTaken { inquiry, .. } => inquiry.v == 1 && inquiry.fits(),
            Self::SlotsPublished { availability } => availability.slots.len() <= Availability::MOST,
            Self::GuidePublished { guide } => guide.fits(),
            Self::SequencePublished { sequence } => sequence.fits(),
            _ => true,
        }
    }
}

/// The claims are not an event of a known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a staff event of a known format")]
pub struct NotAnEvent;
