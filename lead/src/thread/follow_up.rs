//! Follow-up, call tasks and alerts, as the practice's program records them in a thread.
//!
//! An effect in the world is claimed before it happens and settled afterwards; each record has an id derived
//! from what it is about, so that of two programs only one gets it.

use serde::{Deserialize, Serialize};
use wire::EntryId;

/// One step of a sequence for one lead: the same wherever and whenever it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepKey {
    /// Id of the sequence.
    pub sequence: String,
    /// Id of the step in it.
    pub step: String,
    /// The entry that began this run: the inquiry, the booking, the assignment.
    pub run: EntryId,
}

/// Where a message stands. Later ones outrank earlier ones, whatever order they were written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FollowUpState {
    /// A program has taken it; what became of it is not known yet.
    Claimed,
    /// It was refused for good, or tried for too long.
    Failed,
    /// The program or the connection died while it was handed over: it may or may not have been sent.
    Unclear,
    /// The mail server took it.
    Sent,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undelivered {
    /// The mail server refused the address or the message (SMTP 5xx).
    Refused,
    /// The mail server could not be reached, or put it off (SMTP 4xx), for longer than the sequence allows.
    TooLate,
    /// The person stopped follow-up after it was claimed.
    Stopped,
}

/// A message to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// Which.
    pub step: StepKey,
    /// Where it stands.
    pub state: FollowUpState,
    /// Why it was not sent.
    pub failure: Option<Undelivered>,
    /// When the relay took the first record of it, in milliseconds.
    pub time: u64,
}

/// A call that a sequence asks staff for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCall {
    /// Which.
    pub step: StepKey,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// Somebody has called since.
    pub done: bool,
}

/// Follow-up chosen by a person, in place of the score's tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The entry, which begins a run.
    pub entry: EntryId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// Id of the sequence; `None`: no follow-up.
    pub sequence: Option<String>,
}

/// Why staff were alerted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertReason {
    /// What was written reads like an emergency, and nobody has taken it.
    Emergency,
    /// The score asks for a call, and nobody has taken it.
    CallWaiting,
    /// The call's deadline has passed.
    DeadlineMissed,
}

/// An alert to staff; it names no patient and nothing of what they wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Why.
    pub reason: AlertReason,
    /// Which step of the escalation, from 1.
    pub level: u8,
    /// When the relay took it, in milliseconds.
    pub time: u64,
}

/// Puts a message into a list, or moves the one that is there on.
pub(super) fn settle(
    follow_ups: &mut Vec<FollowUp>,
    step: &StepKey,
    state: FollowUpState,
    failure: Option<Undelivered>,
    time: u64,
) {
    match follow_ups.iter_mut().find(|known| known.step == *step) {
        Some(known) if state > known.state => (known.state, known.failure) = (state, failure),
        Some(_) => {}
        None => follow_ups.push(FollowUp { step: step.clone(), state, failure, time }),
    }
}
