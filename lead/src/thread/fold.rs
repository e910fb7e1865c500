//! A thread's records, one after the other, into a lead.

use super::follow_up;
use super::{
    Alert, Appointment, AskedCall, Assigned, Body, Call, CallOutcome, CallTask, Channel, Claim, Closing,
    Correction, Did, Event, FollowUpState, HandOff, Lead, Note, Received, Record, Requested, Stage, StepKey,
    Undelivered, Verified, Withdrawn,
};
use crate::inquiry::Inquiry;
use wire::{EntryId, StaffId, ThreadId};

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
    /// Takes in a record that comes after all that were folded.
    pub fn apply(&mut self, record: &Record) {
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
            // Written down over one that is there, it is that one at another time: the EHR's reference stays known.
            Event::AppointmentBooked { slot, reference }
            | Event::AppointmentRescheduled { slot, reference } => {
                let before = self.appointment.take();
                let moves = before.as_ref().map_or(0, |before| before.moves.saturating_add(1));
                let reference = reference.clone().or_else(|| before.and_then(|before| before.reference));
                self.book(Appointment { entry, time, slot: slot.clone(), reference, moves });
            }
            Event::AppointmentCancelled { .. } => self.unbook(entry, time),
            // A wish to move an appointment that fails leaves the appointment as it was.
            Event::AppointmentFailed { reason } => {
                self.failed = Some((*reason, time));
                if self.requested.take().is_none() {
                    self.unbook(entry, time);
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
            Event::Erased { .. }
            | Event::DeskStarted { .. }
            | Event::SlotsPublished { .. }
            | Event::GuidePublished { .. }
            | Event::SequencePublished { .. } => {}
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

    fn unbook(&mut self, entry: EntryId, time: u64) {
        self.requested = None;
        if let Some(appointment) = self.appointment.take() {
            self.withdrawn = Some(Withdrawn { entry, time, appointment });
        }
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
