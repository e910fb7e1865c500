//! What goes from a lead to the practice's EHR: gathered once, written by [`crate::fhir`] and [`crate::hl7`].
//!
//! Everything is the patient's own word until staff have verified it, and is handed over as that. Identifiers are
//! derived from the lead's thread and entries, so that whoever hands over twice hands over the same.

use crate::hl7::Scheduling;
use crate::hours::civil_from_days;
use crate::inquiry::{Answers, Inquiry};
use crate::manifest::ManifestSource;
use crate::thread::{Event, HandOff, Lead, NoAppointment, Verification};
use std::borrow::Cow;
use wire::{EntryId, PracticeId};

/// Tries before a person has to look.
pub const MOST_ATTEMPTS: u16 = 8;

const MINUTE: u64 = 60_000;

/// Where a lead is on its way into the EHR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Not on its way: no appointment, merged, or nothing left of it.
    No,
    /// A person has to check these first.
    Waits(Vec<Verification>),
    /// This try is due then (milliseconds); it may be past.
    Try {
        /// Which, from 1.
        attempt: u16,
        /// When.
        at: u64,
    },
    /// A program is at it.
    Started {
        /// Which try, from 1.
        attempt: u16,
        /// Since when, in milliseconds.
        since: u64,
    },
    /// A person has to look.
    Person,
    /// It is there.
    Done,
}

/// Where `lead` is on its way into the EHR: it goes there once an appointment is made and a person has checked
/// [`Verification::BEFORE_HAND_OFF`].
#[must_use]
pub fn due(lead: &Lead) -> Due {
    let again = |attempt: u16, at| Due::Try { attempt: attempt.saturating_add(1), at };
    match lead.hand_off {
        HandOff::Done { .. } => return Due::Done,
        HandOff::Started { attempt, time } => return Due::Started { attempt, since: time },
        HandOff::Unclear { .. } | HandOff::Failed { last: true, .. } => return Due::Person,
        HandOff::None | HandOff::Asked { .. } | HandOff::Failed { .. } => {}
    }
    let Some(appointment) = lead.appointment.as_ref() else { return Due::No };
    if lead.merged_into.is_some() || lead.inquiry().is_none() {
        return Due::No;
    }
    let checked = |what: &Verification| lead.verified.iter().any(|verified| verified.what == *what);
    let open: Vec<_> = Verification::BEFORE_HAND_OFF.into_iter().filter(|what| !checked(what)).collect();
    if !open.is_empty() {
        return Due::Waits(open);
    }
    match lead.hand_off {
        HandOff::Failed { attempt, time, .. } => again(attempt, time.saturating_add(pause(attempt))),
        HandOff::Asked { attempt, time } => again(attempt, time),
        _ => again(0, appointment.time),
    }
}

/// What the EHR has to be told of the lead's appointment: the entry that it follows from, and the lead as it is to be told.
/// `None` where the EHR knows of nothing, or of all. Called off, the lead still has its appointment; without one, nothing of
/// a wish that was called off may stay in the EHR's calendar.
#[must_use]
pub fn untold(lead: &Lead) -> Option<(EntryId, Scheduling, Cow<'_, Lead>)> {
    let change = if is_behind(lead) { untold_change(lead) } else { None };
    change.or_else(|| {
        // Of a lead whose record is erased nobody knows any more whether the EHR's calendar rightly has something.
        let wish = wish_called_off(lead).filter(|_| lead.inquiry().is_some() || is_in_ehr(lead));
        let entry = wish.or_else(|| called_off_after_a_try(lead))?;
        let (what, told) = standing(lead);
        Some((entry, what, told))
    })
}

/// Whether the EHR has the lead's appointment, and does not know of its last booking, move or cancellation.
#[must_use]
pub fn is_behind(lead: &Lead) -> bool {
    let called_off = || lead.withdrawn.as_ref().map(|withdrawn| withdrawn.entry);
    let last = lead.appointment.as_ref().map(|made| made.entry).or_else(called_off);
    is_in_ehr(lead) && last.is_some_and(|entry| !lead.passed_on.contains(&entry))
}

/// A booking, move or cancellation of an appointment that the EHR has.
fn untold_change(lead: &Lead) -> Option<(EntryId, Scheduling, Cow<'_, Lead>)> {
    if let Some(appointment) = &lead.appointment {
        let is_first = lead.passed_on.is_empty() || appointment.moves == 0;
        let what = if is_first { Scheduling::Booked } else { Scheduling::Rescheduled };
        return Some((appointment.entry, what, Cow::Borrowed(lead)));
    }
    let withdrawn = lead.withdrawn.as_ref()?;
    let mut told = lead.clone();
    told.appointment = Some(withdrawn.appointment.clone());
    Some((withdrawn.entry, Scheduling::Cancelled, Cow::Owned(told)))
}

/// What the EHR's calendar is to have of the lead, whatever is wished for: the appointment, if it knows of it, else none.
#[must_use]
pub fn standing(lead: &Lead) -> (Scheduling, Cow<'_, Lead>) {
    match &lead.appointment {
        Some(made) if is_in_ehr(lead) && made.moves > 0 => (Scheduling::Rescheduled, Cow::Borrowed(lead)),
        Some(_) if is_in_ehr(lead) => (Scheduling::Booked, Cow::Borrowed(lead)),
        None => (Scheduling::Cancelled, Cow::Borrowed(lead)),
        Some(_) => (Scheduling::Cancelled, Cow::Owned(Lead { appointment: None, ..lead.clone() })),
    }
}

/// The entry that ended a wish before anybody answered it: a program may have written it into the EHR's calendar, and died
/// before it could say so. `None`: there is none, it was looked after, or what came later took its place there.
fn wish_called_off(lead: &Lead) -> Option<EntryId> {
    let (mut wish, mut called_off) = (None, None);
    for did in &lead.history {
        match &did.event {
            Event::AppointmentRequested { .. } => wish = Some(did.entry),
            Event::AppointmentCancelled { .. } => {
                called_off = wish.take().map(|_| did.entry).or(called_off);
            }
            // An appointment that the EHR has a name for is the one that it has.
            Event::AppointmentBooked { reference, .. } | Event::AppointmentRescheduled { reference, .. } => {
                wish = None;
                called_off = called_off.filter(|_| reference.is_none());
            }
            // Unclear: a person was asked to look.
            Event::AppointmentFailed { reason } => {
                wish = None;
                called_off = called_off.filter(|_| *reason != NoAppointment::Unclear);
            }
            Event::AppointmentPassedOn { of } => called_off = called_off.filter(|entry| entry != of),
            _ => {}
        }
    }
    match (wish, lead.merged_into) {
        (None, _) => called_off,
        // It is answered first.
        (Some(_), None) => None,
        // Nobody answers it.
        (Some(wish), Some(_)) => Some(wish).filter(|wish| !lead.passed_on.contains(wish)),
    }
}

/// The entry that called an appointment off after a try to hand it over that failed, perhaps half-way.
fn called_off_after_a_try(lead: &Lead) -> Option<EntryId> {
    let withdrawn = lead.withdrawn.as_ref().filter(|_| lead.hand_off.attempts() > 0)?;
    Some(withdrawn.entry).filter(|entry| !lead.passed_on.contains(entry))
}

/// What would be lost if the lead were erased now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsettled {
    /// A time is asked for, and the answer has not come.
    Wish,
    /// A program hands the lead over now.
    HandOff,
    /// The EHR does not know of the appointment's last change.
    Change,
    /// The appointment is still to come: nobody reminds of it then, and its time counts as free.
    Upcoming,
}

/// Why the lead should not be erased yet: afterwards nobody can tell the EHR how its appointment stands. `None`: nothing
/// speaks against it at `now`, in milliseconds.
#[must_use]
pub fn unsettled(lead: &Lead, now: u64) -> Option<Unsettled> {
    let is_to_come = lead.appointment.as_ref().is_some_and(|made| made.slot.start > now);
    let is_started = matches!(lead.hand_off, HandOff::Started { .. });
    let found = [
        (lead.requested.is_some() && lead.merged_into.is_none(), Unsettled::Wish),
        (is_started, Unsettled::HandOff),
        (untold(lead).is_some(), Unsettled::Change),
        (is_to_come, Unsettled::Upcoming),
    ];
    found.into_iter().find_map(|(is_so, what)| is_so.then_some(what))
}

/// Whether the EHR has had the lead's appointment: since it was made, or since the lead was handed over.
#[must_use]
pub fn is_in_ehr(lead: &Lead) -> bool {
    let withdrawn = lead.withdrawn.as_ref().map(|withdrawn| &withdrawn.appointment);
    let appointment = lead.appointment.as_ref().or(withdrawn);
    matches!(lead.hand_off, HandOff::Done { .. }) || appointment.is_some_and(|made| made.reference.is_some())
}

/// Between two tries, in milliseconds: 1, 5, 15 minutes, an hour, then 4 hours.
const fn pause(attempt: u16) -> u64 {
    match attempt {
        0 | 1 => MINUTE,
        2 => 5 * MINUTE,
        3 => 15 * MINUTE,
        4 => 60 * MINUTE,
        _ => 240 * MINUTE,
    }
}

/// A lead on its way into the EHR.
#[derive(Clone)]
pub struct Handover<'a> {
    /// Which practice.
    pub practice: &'a PracticeId,
    /// The practice's manifest.
    pub source: &'a ManifestSource,
    /// Version of the manifest that `source` is of.
    pub manifest: u64,
    /// A URI of the practice's own, under which its identifiers are unique: `https://lakeside.example/anteroom`.
    pub system: &'a str,
    /// How long an appointment is, in minutes, where its end is not known.
    pub minutes: u16,
    /// The lead.
    pub lead: &'a Lead,
    /// Its latest inquiry; `None`: it is erased, and what is told is the appointment alone.
    pub inquiry: Option<&'a Inquiry>,
    /// That inquiry's answers, as staff put them right; empty without one.
    pub answers: Cow<'a, Answers>,
}

redacted_debug!(Handover<'_>);

/// A person's name in parts, as far as a program can tell.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct NameParts<'a> {
    /// As it was written.
    pub(crate) text: &'a str,
    /// The last word.
    pub(crate) family: &'a str,
    /// The words before it.
    pub(crate) given: Vec<&'a str>,
}

impl<'a> NameParts<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let text = text.trim();
        let mut given: Vec<&str> = text.split_whitespace().collect();
        let family = given.pop().unwrap_or_default();
        Self { text, family, given }
    }
}

impl<'a> Handover<'a> {
    /// `None`: the lead has no inquiry to hand over.
    #[must_use]
    pub fn of(
        practice: &'a PracticeId,
        (source, manifest): (&'a ManifestSource, u64),
        system: &'a str,
        minutes: u16,
        lead: &'a Lead,
    ) -> Option<Self> {
        lead.inquiry()?;
        Some(Self::of_appointment(practice, (source, manifest), system, minutes, lead))
    }

    /// To make the lead's appointment known, which an EHR finds by the practice's identifier: also where the inquiry is
    /// erased, and nothing can be said of the person.
    #[must_use]
    pub fn of_appointment(
        practice: &'a PracticeId,
        (source, manifest): (&'a ManifestSource, u64),
        system: &'a str,
        minutes: u16,
        lead: &'a Lead,
    ) -> Self {
        let (inquiry, answers) = (lead.inquiry(), lead.answers().unwrap_or_default());
        Self { practice, source, manifest, system, minutes, lead, inquiry, answers }
    }

    /// The language in which the person wrote.
    pub(crate) fn language(&self) -> &str {
        self.inquiry.map_or("en", |inquiry| &inquiry.lang)
    }

    /// When the person wrote, in milliseconds.
    pub(crate) fn sent(&self) -> u64 {
        self.inquiry.map_or(0, |inquiry| inquiry.submitted_ms)
    }

    /// The patient's name; `None`: someone else wrote, and did not say it.
    pub(crate) fn patient(&self) -> Option<NameParts<'_>> {
        let name = match &self.answers.on_behalf_of {
            Some(of) => of.patient.as_deref()?,
            None => &self.answers.contact.name,
        };
        Some(NameParts::of(name)).filter(|parts| !parts.family.is_empty())
    }

    /// Who wrote for the patient: name and relationship.
    pub(crate) fn writer(&self) -> Option<(NameParts<'_>, &str)> {
        let of = self.answers.on_behalf_of.as_ref()?;
        Some((NameParts::of(&self.answers.contact.name), &of.relationship))
    }

    /// Name of the service asked for, in English where there is one.
    pub(crate) fn service(&self) -> Option<&str> {
        let id = self.answers.service.as_deref()?;
        Some(self.source.service(id).map_or(id, |service| service.label.in_language("en")))
    }

    /// Beginning and end of the appointment, in milliseconds.
    #[must_use]
    pub fn appointment(&self) -> Option<(u64, u64)> {
        let slot = &self.lead.appointment.as_ref()?.slot;
        let end = slot.end.filter(|end| *end > slot.start);
        Some((slot.start, end.unwrap_or(slot.start + u64::from(self.minutes.max(1)) * 60_000)))
    }

    /// The calendar's reference of the appointment's slot: `Slot/123`.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        let reference = self.lead.appointment.as_ref()?.slot.reference.as_deref();
        // An id of R4: datatypes, 2.24.0.1.
        let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        reference.filter(|reference| reference.strip_prefix("Slot/").is_some_and(is_id))
    }
}

/// A UTC time in parts: year, month, day, hour, minute, second.
fn parts(ms: u64) -> [i64; 6] {
    let seconds = i64::try_from(ms / 1000).unwrap_or(i64::MAX);
    let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    [year, month, day, second / 3600, second / 60 % 60, second % 60]
}

/// `2026-11-24T15:00:00Z` (RFC 3339).
pub(crate) fn rfc3339(ms: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `20261124T150000Z` (RFC 5545 3.3.5, form 2).
pub(crate) fn basic(ms: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(ms);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// `20261124150000+0000` (HL7 v2.5.1 2.A.79).
pub(crate) fn hl7(ms: u64) -> String {
    let [year, month, day, hour, minute, second] = parts(ms);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+0000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_the_three_ways() {
        let ms = 1_767_625_205_999;
        assert_eq!(rfc3339(ms), "2026-01-05T15:00:05Z");
        assert_eq!(basic(ms), "20260105T150005Z");
        assert_eq!(hl7(ms), "20260105150005+0000");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        let _ = rfc3339(u64::MAX);
    }

    #[test]
    fn names_in_parts() {
        let parts = NameParts::of("  Ana María  Example ");
        assert_eq!((parts.family, parts.given.join(" ").as_str()), ("Example", "Ana María"));
        assert_eq!(NameParts::of("Sting").given, [""; 0]);
        assert_eq!(NameParts::of(" ").family, "");
    }
}
