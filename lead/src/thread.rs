//! A lead as the fold of its thread: the inquiries that patients sent and the events that staff signed.
//!
//! Folding is pure and total, and gives the same lead for any order in which the records are handed over.

mod booking;
mod follow_up;
mod work;

use crate::inquiry::{Answers, Inquiry, Voicemail};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wire::{EntryId, PracticeId, StaffId, ThreadId};

pub use booking::{Appointment, Availability, CalledOff, HandOff, NoAppointment, Requested, Slot, Withdrawn};
pub use follow_up::{Alert, AlertReason, AskedCall, Assigned, FollowUp, FollowUpState, StepKey, Undelivered};
pub use work::{
    AnswerField, CLAIM_MS, CallTask, Channel, Claim, ClosedReason, Closing, Correction, Verified,
};

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
    /// A program of the practice began its work, in the thread of the document `desk`. The latest one leads.
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

redacted_debug!(EventClaims, Event, Record, Body, Note, Call, Did, Lead, Received);

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
    fn fits(&self) -> bool {
        match self {
            Self::InquiryTaken { inquiry, .. } => inquiry.v == 1 && inquiry.fits(),
            Self::SlotsPublished { availability } => availability.slots.len() <= Availability::MOST,
            _ => true,
        }
    }
}

/// The claims are not an event of a known format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a staff event of a known format")]
pub struct NotAnEvent;

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

/// Folds the records of `thread`, in any order. A record handed over twice counts once.
#[must_use]
pub fn fold(thread: ThreadId, records: &[Record]) -> Lead {
    let mut ordered: Vec<&Record> = records.iter().collect();
    ordered.sort_by_key(|record| (record.seq, record.entry));
    ordered.dedup_by_key(|record| (record.seq, record.entry));
    let mut lead = Lead {
        thread,
        inquiries: Vec::new(),
        stage: Stage::New,
        notes: Vec::new(),
        calls: Vec::new(),
        requested: None,
        failed: None,
        appointment: None,
        withdrawn: None,
        passed_on: Vec::new(),
        hand_off: HandOff::None,
        assigned: None,
        follow_ups: Vec::new(),
        asked_calls: Vec::new(),
        alerts: Vec::new(),
        replied: None,
        bounced: None,
        claim: None,
        task: None,
        closing: None,
        verified: Vec::new(),
        corrections: Vec::new(),
        opted_out: false,
        merged_into: None,
        history: Vec::new(),
        erased: 0,
        last_activity: 0,
    };
    for record in ordered {
        lead.apply(record);
    }
    lead
}

impl Lead {
    fn apply(&mut self, record: &Record) {
        self.last_activity = self.last_activity.max(record.time);
        match &record.body {
            Body::Inquiry(inquiry) => self.receive(record, inquiry, None),
            Body::Erased => self.erased += 1,
            Body::Event { author, event } => self.apply_event(record, author, event),
        }
    }

    fn receive(&mut self, record: &Record, inquiry: &Inquiry, taken: Option<(StaffId, Channel)>) {
        let (entry, seq, time) = (record.entry, record.seq, record.time);
        self.inquiries.push(Received { entry, seq, time, inquiry: Box::new(inquiry.clone()), taken });
    }

    fn apply_event(&mut self, record: &Record, author: &StaffId, event: &Event) {
        let (entry, time, author) = (record.entry, record.time, author.clone());
        if !matches!(event, Event::InquiryTaken { .. }) {
            self.history.push(Did { entry, author: author.clone(), time, event: event.clone() });
        }
        match event {
            Event::Claimed { over } => {
                let holder = self.holder(time);
                if holder == over.as_ref() || holder == Some(&author) {
                    self.claim = Some(Claim { by: author, since: time });
                }
            }
            Event::Released => self.release(&author),
            Event::CallPlanned { due, note } => {
                self.task = Some(CallTask { author, due: *due, note: note.clone() });
            }
            Event::Closed { reason, note } => {
                self.stage = Stage::Closed;
                self.task = None;
                self.closing = Some(Closing { author, time, reason: *reason, note: note.clone() });
            }
            Event::AnswerCorrected { field, was, now } => {
                let crossed = self.answers().is_some_and(|answers| field.of(&answers) != was);
                let (field, was, now) = (*field, was.clone(), now.clone());
                self.corrections.push(Correction { entry, author, time, field, was, now, crossed });
            }
            Event::InquiryTaken { channel, inquiry } => {
                self.receive(record, inquiry, Some((author, *channel)));
            }
            Event::Unmerged => self.merged_into = None,
            Event::Verified { what } => {
                if self.verified.iter().all(|verified| verified.what != *what) {
                    self.verified.push(Verified { what: *what, author, time });
                }
            }
            Event::Unverified { what } => self.verified.retain(|verified| verified.what != *what),
            Event::StageChanged { stage } => {
                self.stage = *stage;
                if *stage != Stage::Closed {
                    self.closing = None;
                }
            }
            Event::NoteAdded { text } => self.notes.push(Note { entry, author, time, text: text.clone() }),
            Event::CallAttempted { outcome } => {
                self.release(&author);
                self.task = None;
                self.asked_calls.iter_mut().for_each(|asked| asked.done = true);
                self.calls.push(Call { author, time, outcome: *outcome });
                let reached = *outcome == CallOutcome::Reached;
                self.stage = match self.stage {
                    Stage::New | Stage::Contacting if reached => Stage::Reached,
                    Stage::New => Stage::Contacting,
                    stage => stage,
                };
            }
            Event::FollowUpAssigned { sequence } => {
                self.assigned = Some(Assigned { entry, time, sequence: sequence.clone() });
            }
            Event::FollowUpClaimed { step } => self.settle(step, FollowUpState::Claimed, None, time),
            Event::FollowUpSent { step } => self.settle(step, FollowUpState::Sent, None, time),
            Event::FollowUpUnclear { step } => self.settle(step, FollowUpState::Unclear, None, time),
            Event::FollowUpFailed { step, reason } => {
                self.settle(step, FollowUpState::Failed, Some(*reason), time);
            }
            Event::Replied => self.replied = Some(time),
            Event::Bounced => self.bounced = Some(time),
            Event::CallAsked { step } => {
                if !self.asked_calls.iter().any(|asked| asked.step == *step) {
                    self.asked_calls.push(AskedCall { step: step.clone(), time, done: false });
                }
            }
            Event::AlertRaised { reason, level } => {
                self.alerts.push(Alert { reason: *reason, level: *level, time });
            }
            Event::AppointmentRequested { slot } => {
                self.failed = None;
                self.requested = Some(Requested { entry, slot: slot.clone() });
            }
            Event::AppointmentBooked { slot, reference } => {
                self.book(Appointment {
                    entry,
                    time,
                    slot: slot.clone(),
                    reference: reference.clone(),
                    moves: 0,
                });
            }
            Event::AppointmentRescheduled { slot, reference } => {
                let before = self.appointment.take();
                let moves = before.as_ref().map_or(0, |before| before.moves.saturating_add(1));
                let reference = reference.clone().or_else(|| before.and_then(|before| before.reference));
                self.book(Appointment { entry, time, slot: slot.clone(), reference, moves });
            }
            Event::AppointmentCancelled { .. } => self.unbook(entry),
            // A wish to move an appointment that fails leaves the appointment as it was.
            Event::AppointmentFailed { reason } => {
                self.failed = Some((*reason, time));
                if self.requested.take().is_none() {
                    self.unbook(entry);
                }
            }
            Event::AppointmentPassedOn { of } => self.passed_on.push(*of),
            Event::HandOffStarted { attempt } => {
                self.hand_over(HandOff::Started { attempt: *attempt, time });
            }
            Event::HandOffFailed { attempt, reason, last } => {
                let (attempt, reason, last) = (*attempt, reason.clone(), *last);
                self.hand_over(HandOff::Failed { attempt, reason, last, time });
            }
            Event::HandOffUnclear { attempt } => {
                self.hand_over(HandOff::Unclear { attempt: *attempt, time });
            }
            Event::HandOffAsked => self.ask_to_hand_over(time),
            Event::HandedToEhr { reference } => {
                self.hand_over(HandOff::Done { reference: reference.clone(), time });
                self.stage = Stage::Patient;
            }
            Event::OptedOut => self.opted_out = true,
            Event::Merged { into } => self.merged_into = Some(*into),
            Event::Corrected { entry, text } => {
                if let Some(note) = self.notes.iter_mut().find(|note| note.entry == *entry) {
                    note.text.clone_from(text);
                }
            }
            // The tombstones themselves count what is erased.
            Event::Erased { .. } | Event::DeskStarted { .. } | Event::SlotsPublished { .. } => {}
        }
    }

    fn settle(&mut self, step: &StepKey, state: FollowUpState, failure: Option<Undelivered>, time: u64) {
        follow_up::settle(&mut self.follow_ups, step, state, failure, time);
    }

    fn book(&mut self, appointment: Appointment) {
        self.requested = None;
        self.failed = None;
        self.withdrawn = None;
        self.task = None;
        self.closing = None;
        self.appointment = Some(appointment);
        if self.stage != Stage::Patient {
            self.stage = Stage::Booked;
        }
    }

    fn unbook(&mut self, entry: EntryId) {
        self.requested = None;
        self.withdrawn = self.appointment.take().map(|appointment| Withdrawn { entry, appointment });
        if self.stage == Stage::Booked {
            self.stage = Stage::Reached;
        }
    }

    /// What is done stays done, whatever a program that came too late has to say.
    fn hand_over(&mut self, now: HandOff) {
        if !matches!(self.hand_off, HandOff::Done { .. }) {
            self.hand_off = now;
        }
    }

    fn ask_to_hand_over(&mut self, time: u64) {
        if let HandOff::Failed { attempt, last: true, .. } | HandOff::Unclear { attempt, .. } = self.hand_off
        {
            self.hand_off = HandOff::Asked { attempt, time };
        }
    }

    fn release(&mut self, by: &StaffId) {
        if self.claim.as_ref().is_some_and(|claim| claim.by == *by) {
            self.claim = None;
        }
    }
}
