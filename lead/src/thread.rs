//! A lead as the fold of its thread: the inquiries that patients sent and the events that staff signed.
//!
//! Folding is pure and total, and gives the same lead for any order in which the records are handed over.

use crate::inquiry::{Inquiry, Voicemail};
use serde::{Deserialize, Serialize};
use wire::{EntryId, PracticeId, StaffId, ThreadId};

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
    /// Identity or insurance was checked.
    Verified {
        /// What was checked.
        what: Verification,
    },
    /// A follow-up message was sent.
    FollowUpSent {
        /// Name of the sequence.
        sequence: String,
        /// Its step, from 1.
        step: u16,
    },
    /// An appointment is asked for.
    AppointmentRequested {
        /// Begins, in milliseconds.
        start: u64,
    },
    /// An appointment is made.
    AppointmentBooked {
        /// Begins, in milliseconds.
        start: u64,
    },
    /// An appointment did not come about.
    AppointmentFailed {
        /// Why.
        reason: String,
    },
    /// The lead is a patient in the EHR now.
    HandedToEhr {
        /// The EHR's reference.
        reference: String,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// Who they are.
    Identity,
    /// Their insurance.
    Insurance,
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
    /// Appointment, where one is made: begins, in milliseconds.
    pub appointment: Option<u64>,
    /// The person wants no further messages.
    pub opted_out: bool,
    /// The thread that this one goes on in.
    pub merged_into: Option<ThreadId>,
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
}

redacted_debug!(EventClaims, Event, Record, Body, Note, Call, Lead, Received);

impl EventClaims {
    /// Reads the claims of an event, strictly.
    ///
    /// # Errors
    /// Not an event of format 1.
    pub fn parse(json: &[u8]) -> Result<Self, NotAnEvent> {
        serde_json::from_slice::<Self>(json).ok().filter(|claims| claims.v == 1).ok_or(NotAnEvent)
    }

    /// The claims to sign, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Only texts and integers are in it, so serialisation cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
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
        appointment: None,
        opted_out: false,
        merged_into: None,
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
            Body::Inquiry(inquiry) => self.inquiries.push(Received {
                entry: record.entry,
                seq: record.seq,
                time: record.time,
                inquiry: inquiry.clone(),
            }),
            Body::Erased => self.erased += 1,
            Body::Event { author, event } => self.apply_event(record, author, event),
        }
    }

    fn apply_event(&mut self, record: &Record, author: &StaffId, event: &Event) {
        let (entry, time, author) = (record.entry, record.time, author.clone());
        match event {
            Event::StageChanged { stage } => self.stage = *stage,
            Event::NoteAdded { text } => self.notes.push(Note { entry, author, time, text: text.clone() }),
            Event::CallAttempted { outcome } => {
                self.calls.push(Call { author, time, outcome: *outcome });
                let reached = *outcome == CallOutcome::Reached;
                self.stage = match self.stage {
                    Stage::New | Stage::Contacting if reached => Stage::Reached,
                    Stage::New => Stage::Contacting,
                    stage => stage,
                };
            }
            Event::AppointmentBooked { start } => {
                self.appointment = Some(*start);
                self.stage = Stage::Booked;
            }
            Event::AppointmentFailed { .. } => self.appointment = None,
            Event::HandedToEhr { .. } => self.stage = Stage::Patient,
            Event::OptedOut => self.opted_out = true,
            Event::Merged { into } => self.merged_into = Some(*into),
            Event::Corrected { entry, text } => {
                if let Some(note) = self.notes.iter_mut().find(|note| note.entry == *entry) {
                    note.text.clone_from(text);
                }
            }
            Event::Verified { .. } | Event::FollowUpSent { .. } | Event::AppointmentRequested { .. } => {}
        }
    }
}
