//! What a member of staff does with a lead: events on their way to the log, and what becomes of them.
//!
//! An event is shown as done only when it came back from the log, checked like everyone else's.

use super::when::Zone;
use crate::words::{fill, t};
use lead::handover::Unsettled;
use lead::thread::{
    AnswerField, CallOutcome, CalledOff, Channel, ClosedReason, ErasureGround, Event, Slot, Stage,
    Verification,
};
use serde::{Deserialize, Serialize};
use wire::{EntryId, ThreadId};

/// Longest note, in characters.
pub(crate) const NOTE_CHARS: usize = 4_000;

/// Names an event of this tab until it is in the log.
pub(crate) type Ticket = u64;

/// An event on its way.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Outgoing {
    pub(crate) ticket: Ticket,
    pub(crate) thread: ThreadId,
    pub(crate) event: Event,
    pub(crate) way: Way,
}

/// An event as it was sealed, until the relay is known to have it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Unsent {
    pub(crate) thread: ThreadId,
    pub(crate) event: Event,
    /// What it is in the log, or will be.
    pub(crate) entry: EntryId,
    pub(crate) sealed: String,
}

/// Where it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// Being signed, sealed, appended.
    Sending,
    /// The relay did not take it, or did not say so; it can be sent again and will be there once.
    Waiting,
    /// The relay does not let this person write it. Sending it again is no use.
    Refused,
}

/// What it is, in a few words.
pub(crate) fn says(event: &Event) -> String {
    match event {
        Event::StageChanged { stage } => fill("Stage: {stage}", &[&stage_word(*stage)]),
        Event::NoteAdded { .. } => t("Note").into(),
        Event::CallAttempted { outcome } => fill("Call: {outcome}", &[&outcome_word(*outcome)]),
        Event::CallPlanned { .. } => t("Call planned").into(),
        Event::Claimed { over: None } => t("Claimed").into(),
        Event::Claimed { over: Some(holder) } => fill("Taken over from {holder}", &[holder]),
        Event::Released => t("Released").into(),
        Event::Closed { reason, .. } => fill("Closed: {reason}", &[&reason_word(*reason)]),
        Event::Verified { what } => fill("Checked: {what}", &[&verification_word(*what)]),
        Event::Unverified { what } => fill("Not checked after all: {what}", &[&verification_word(*what)]),
        Event::AnswerCorrected { field, .. } => fill("Corrected: {field}", &[&field_word(*field)]),
        Event::InquiryTaken { channel, .. } => fill("Taken down: {channel}", &[&channel_word(*channel)]),
        Event::AppointmentRequested { .. } => t("Appointment asked for").into(),
        Event::AppointmentBooked { .. } => t("Appointment").into(),
        Event::AppointmentRescheduled { .. } => t("Appointment moved").into(),
        Event::AppointmentCancelled { by: CalledOff::Patient } => {
            t("Appointment called off by the person").into()
        }
        Event::AppointmentCancelled { by: CalledOff::Practice } => t("Appointment called off by us").into(),
        Event::AppointmentFailed { .. } => t("Appointment did not come about").into(),
        Event::HandOffStarted { .. } => t("Hand-off to the EHR began").into(),
        Event::HandOffFailed { .. } => t("Hand-off to the EHR failed").into(),
        Event::HandOffUnclear { .. } => t("Perhaps handed to the EHR").into(),
        Event::HandOffAsked => t("Hand-off to be tried again").into(),
        Event::AppointmentPassedOn { .. } => t("The EHR knows of the appointment").into(),
        Event::GuidePublished { .. } | Event::SequencePublished { .. } => {
            t("Document of the practice").into()
        }
        Event::SlotsPublished { .. } => t("Free times").into(),
        Event::HandedToEhr { .. } => t("Handed to the EHR").into(),
        Event::FollowUpAssigned { .. } => t("Follow-up chosen").into(),
        Event::FollowUpClaimed { .. } => t("Follow-up being sent").into(),
        Event::FollowUpSent { .. } => t("Follow-up sent").into(),
        Event::FollowUpFailed { .. } => t("Follow-up not sent").into(),
        Event::FollowUpUnclear { .. } => t("Follow-up perhaps sent").into(),
        Event::Replied => t("They answered a message").into(),
        Event::Bounced => t("A message came back").into(),
        Event::CallAsked { .. } => t("The sequence asks for a call").into(),
        Event::AlertRaised { level, .. } => fill("Staff alerted, step {level}", &[level]),
        Event::DeskStarted { .. } => t("The practice's program started").into(),
        Event::OptedOut => t("No further messages").into(),
        Event::Merged { .. } => t("Merged into another lead").into(),
        Event::Unmerged => t("Not merged after all").into(),
        Event::Corrected { .. } => t("Note corrected").into(),
        Event::Erased { ground, .. } => fill("Erased: {ground}", &[&ground_word(*ground)]),
    }
}

/// Why a lead was closed.
pub(crate) fn reason_word(reason: ClosedReason) -> &'static str {
    t(match reason {
        ClosedReason::Declined => "Declined kindly",
        ClosedReason::Referred => "Referred elsewhere",
        ClosedReason::Unreachable => "Never reached",
        ClosedReason::ChoseAnother => "Chose another practice",
        ClosedReason::Cost => "Too expensive",
        ClosedReason::Insurance => "Insurance not taken",
        ClosedReason::NoNeed => "No need now",
        ClosedReason::ExistingPatient => "Existing patient",
        ClosedReason::Duplicate => "Duplicate",
        ClosedReason::Vendor => "Vendor or spam",
        ClosedReason::Other => "Other",
    })
}

/// Why a lead may be erased, as offered.
pub(crate) const GROUNDS: [ErasureGround; 3] =
    [ErasureGround::Request, ErasureGround::Retention, ErasureGround::Mistake];

pub(crate) fn ground_word(ground: ErasureGround) -> &'static str {
    t(match ground {
        ErasureGround::Request => "The person asked for it",
        ErasureGround::Retention => "Kept for long enough",
        ErasureGround::Mistake => "A test, or not meant for us",
    })
}

/// What speaks against erasing a lead now.
pub(crate) fn unsettled_word(what: Unsettled) -> &'static str {
    t(match what {
        Unsettled::Wish => {
            "An appointment is asked for, and there is no answer yet: once erased, nobody can tell the person. Call it off first."
        }
        Unsettled::HandOff => "It is being handed over to the EHR now. Wait until that is done.",
        Unsettled::Change => {
            "The EHR does not know of the appointment's last change yet. Wait until it does, or tell it yourself."
        }
        Unsettled::Upcoming => {
            "The appointment is still to come: once erased, nobody is reminded of it, and its time counts as free."
        }
    })
}

pub(crate) fn verification_word(what: Verification) -> &'static str {
    t(match what {
        Verification::Identity => "Identity",
        Verification::Contact => "Contact",
        Verification::Needs => "Needs, no emergency",
        Verification::Insurance => "Insurance",
        Verification::Referral => "Referral",
        Verification::Consent => "Consent to messages",
        Verification::MarketingAuthorization => "Authorization for marketing",
    })
}

pub(crate) fn field_word(field: AnswerField) -> &'static str {
    t(match field {
        AnswerField::Name => "Name",
        AnswerField::Phone => "Phone",
        AnswerField::Email => "E-mail",
        AnswerField::Service => "Service",
        AnswerField::Carrier => "Insurance company",
        AnswerField::MemberId => "Member ID",
        AnswerField::DateOfBirth => "Date of birth",
        AnswerField::Zip => "ZIP code",
    })
}

pub(crate) fn channel_word(channel: Channel) -> &'static str {
    t(match channel {
        Channel::Phone => "Phone call",
        Channel::WalkIn => "Walk-in",
        Channel::Message => "Message",
    })
}

pub(crate) const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::WalkIn, Channel::Message];

/// Outcomes of a call, in the order in which they are offered.
pub(crate) const OUTCOMES: [CallOutcome; 4] =
    [CallOutcome::Reached, CallOutcome::NoAnswer, CallOutcome::Voicemail, CallOutcome::WrongNumber];

pub(crate) fn outcome_word(outcome: CallOutcome) -> &'static str {
    t(match outcome {
        CallOutcome::Reached => "Reached",
        CallOutcome::NoAnswer => "No answer",
        CallOutcome::Voicemail => "Left a voicemail",
        CallOutcome::WrongNumber => "Wrong number",
    })
}

/// Stages that a person sets by hand; the others follow from booking and handing over.
pub(crate) const STAGES: [Stage; 5] =
    [Stage::New, Stage::Contacting, Stage::Reached, Stage::Nurture, Stage::Closed];

pub(crate) fn stage_word(stage: Stage) -> &'static str {
    t(match stage {
        Stage::New => "New",
        Stage::Contacting => "Contacting",
        Stage::Reached => "Reached",
        Stage::Booked => "Booked",
        Stage::Patient => "Patient",
        Stage::Nurture => "Follow-up",
        Stage::Closed => "Closed",
    })
}

/// A note worth keeping; `None` for nothing but white space. What is too long is cut nowhere: the field does not
/// take it.
pub(crate) fn note(text: &str) -> Option<Event> {
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= NOTE_CHARS)
        .then(|| Event::NoteAdded { text: text.to_owned() })
}

/// A lead closed with a reason, and words that may be empty.
pub(crate) fn closed(reason: ClosedReason, note: &str) -> Event {
    Event::Closed { reason, note: note.trim().chars().take(NOTE_CHARS).collect() }
}

/// An answer put right; `None` where nothing changes.
pub(crate) fn correction(field: AnswerField, was: &str, now: &str) -> Option<Event> {
    let now = now.trim();
    let fits = now.len() <= lead::inquiry::LINE_BYTES;
    (now != was && fits).then(|| Event::AnswerCorrected { field, was: was.to_owned(), now: now.to_owned() })
}

/// A call planned for the moment that a field says.
pub(crate) fn plan(text: &str, note: &str, zone: Zone) -> Option<Event> {
    let note = note.trim().chars().take(NOTE_CHARS).collect();
    moment(text, zone).map(|due| Event::CallPlanned { due, note })
}

/// An appointment at the moment that a field says.
pub(crate) fn appointment(text: &str, zone: Zone) -> Option<Event> {
    moment(text, zone).map(|start| Event::AppointmentBooked { slot: Slot::at(start), reference: None })
}

/// The moment that an `<input type="datetime-local">` says (`2026-03-04T14:05`), in milliseconds.
fn moment(text: &str, zone: Zone) -> Option<u64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let well_formed = text.len() == 16
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 => byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !well_formed {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute) = (number(11..13)?, number(14..16)?);
    let fits = (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !fits || hour > 23 || minute > 59 {
        return None;
    }
    let local = u64::try_from((days(year, month, day) * 1440 + hour * 60 + minute) * 60_000).ok()?;
    // The zone is asked for by UTC: first as if local time were UTC, then at the moment that this gives.
    let shift = |at: u64| local.checked_add_signed(-i64::from(zone(at)) * 60_000);
    shift(shift(local)?)
}

/// Days since 1970-01-01 of a proleptic Gregorian date, by eras of 400 years that begin on 1 March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::when::full;

    fn start(text: &str, zone: Zone) -> Option<u64> {
        moment(text, zone)
    }

    #[test]
    fn an_appointment_is_local_time() {
        assert_eq!(start("1970-01-01T00:00", |_| 0), Some(0));
        for text in ["2026-03-04T14:05", "2024-02-29T23:59", "2026-12-31T00:00"] {
            let at = start(text, |_| -360).unwrap();
            let words = full(at, |_| -360);
            assert!(words.contains(&text[..4]), "{words}");
            assert_eq!(start(text, |_| 0).unwrap() + 6 * 3_600_000, at);
        }
        assert_eq!(full(start("2026-03-04T14:05", |_| -360).unwrap(), |_| -360), "Wed, Mar 4, 2026, 2:05 PM");
    }

    #[test]
    fn an_appointment_on_the_day_that_clocks_change() {
        // US Central: one hour ahead from 2026-03-08 08:00 UTC on.
        let central: Zone = |at| if at >= 1_772_956_800_000 { -300 } else { -360 };
        assert_eq!(full(start("2026-03-08T09:00", central).unwrap(), central), "Sun, Mar 8, 2026, 9:00 AM");
        assert_eq!(full(start("2026-03-08T01:00", central).unwrap(), central), "Sun, Mar 8, 2026, 1:00 AM");
    }

    #[test]
    fn what_is_no_time_is_no_appointment() {
        for text in [
            "",
            "tomorrow",
            "2026-13-01T10:00",
            "2026-03-04T24:00",
            "2026-03-04 14:05",
            "2026-03-04T14:05Z",
            "é026-03-04T14:0",
        ] {
            assert_eq!(start(text, |_| 0), None, "{text}");
        }
    }

    #[test]
    fn a_correction_that_changes_nothing_is_none() {
        assert!(correction(AnswerField::Phone, "555-0100", " 555-0100 ").is_none());
        assert!(correction(AnswerField::Phone, "555-0100", &"5".repeat(500)).is_none());
        let taken_away = correction(AnswerField::Email, "a@example.com", "");
        assert!(matches!(taken_away, Some(Event::AnswerCorrected { now, .. }) if now.is_empty()));
    }

    #[test]
    fn an_empty_note_is_none() {
        assert!(note("  \n ").is_none());
        assert!(note(&"x".repeat(NOTE_CHARS + 1)).is_none());
        assert!(matches!(note(" call after 3 "), Some(Event::NoteAdded { text }) if text == "call after 3"));
    }
}
