//! Appointment and hand-off to the EHR, as they stand.

use serde::{Deserialize, Serialize};
use wire::EntryId;

/// A time for an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Begins, in milliseconds.
    pub start: u64,
    /// Ends, in milliseconds, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// The calendar's reference of the slot: `Slot/123`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

impl Slot {
    /// A time of which only the beginning is known.
    #[must_use]
    pub const fn at(start: u64) -> Self {
        Self { start, end: None, reference: None }
    }
}

/// Times at which appointments can be made, as the practice's program found them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// When they were looked up, in milliseconds.
    pub at: u64,
    /// How far ahead was looked, in milliseconds.
    pub until: u64,
    /// Free times, the earliest first, at most [`Availability::MOST`].
    pub slots: Vec<Slot>,
}

impl Availability {
    /// So many fit into an entry.
    pub const MOST: usize = 400;

    /// The slots that begin after `now`, in milliseconds.
    pub fn after(&self, now: u64) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(move |slot| slot.start > now)
    }
}

/// An appointment that is wished for and not made yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The entry that asks for it.
    pub entry: EntryId,
    /// When.
    pub slot: Slot,
}

/// An appointment that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The entry that made or moved it.
    pub entry: EntryId,
    /// When the relay took that, in milliseconds.
    pub time: u64,
    /// When it is.
    pub slot: Slot,
    /// The EHR's reference: `Appointment/123`.
    pub reference: Option<String>,
    /// How often it was moved.
    pub moves: u32,
}

/// An appointment that was called off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The entry that called it off.
    pub entry: EntryId,
    /// When the relay took that, in milliseconds.
    pub time: u64,
    /// As it was.
    pub appointment: Appointment,
}

/// Why an appointment did not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoAppointment {
    /// The slot was taken meanwhile.
    Taken,
    /// The EHR refused it.
    Refused,
    /// What the EHR stored is not what was asked for, or it cannot be read back or called off: a person has to look.
    Unclear,
}

/// Who called an appointment off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalledOff {
    /// The patient.
    Patient,
    /// The practice.
    Practice,
}

/// How far the hand-off to the EHR is.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum HandOff {
    /// Not begun.
    #[default]
    None,
    /// A program is at it.
    Started {
        /// Which try, from 1.
        attempt: u16,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
    /// A try failed.
    Failed {
        /// Which try, from 1.
        attempt: u16,
        /// In the EHR's words, or ours.
        reason: String,
        /// No further try is made: a person has to look.
        last: bool,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
    /// A try broke off in the middle: the EHR may or may not have it, and a person has to look.
    Unclear {
        /// Which try, from 1.
        attempt: u16,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
    /// A member of staff looked, and asks for another try.
    Asked {
        /// The last try, from 1.
        attempt: u16,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
    /// Done.
    Done {
        /// The EHR's reference: `Patient/123`.
        reference: String,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
}

redacted_debug!(HandOff);

impl HandOff {
    /// The tries made so far.
    #[must_use]
    pub const fn attempts(&self) -> u16 {
        match self {
            Self::None | Self::Done { .. } => 0,
            Self::Started { attempt, .. }
            | Self::Failed { attempt, .. }
            | Self::Unclear { attempt, .. }
            | Self::Asked { attempt, .. } => *attempt,
        }
    }

    /// Nothing more happens before a person has looked: a dead letter.
    #[must_use]
    pub const fn needs_a_person(&self) -> bool {
        self.waits_for_a_person_since().is_some()
    }

    /// Since when that is so, in milliseconds.
    #[must_use]
    pub const fn waits_for_a_person_since(&self) -> Option<u64> {
        match self {
            Self::Unclear { time, .. } | Self::Failed { last: true, time, .. } => Some(*time),
            _ => None,
        }
    }
}
