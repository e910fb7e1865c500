//! Appointment and hand-off in words, and the free times that the practice's calendar offers.

use super::case::Practice;
use super::plain::plain_line;
use super::when::{Zone, clock, day, full};
use super::work::verification_word;
use crate::words::{fill, t};
use lead::handover::is_behind;
use lead::thread::{Appointment, HandOff, Lead, NoAppointment, Slot, Stage, Verification};
use std::collections::HashMap;

/// Days that can be chosen from.
const DAYS: usize = 14;

/// A day with free times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Day {
    /// `Wed, Mar 4`.
    pub(crate) label: String,
    /// `2:05 PM`, and what to ask for.
    pub(crate) times: Vec<(String, Slot)>,
}

/// The next days with free times, without those that colleagues asked for already. `None`: no calendar is connected.
pub(crate) fn free_days(practice: &Practice, now: u64, zone: Zone) -> Option<Vec<Day>> {
    let free = practice.availability.as_ref()?;
    // What the list does not know of yet: wishes that wait, and appointments made since it was published.
    let since = |made: &&Appointment| made.time > free.at;
    let asked = practice.cases.iter().filter_map(|case| Some(&case.lead.requested.as_ref()?.slot));
    let made =
        practice.cases.iter().filter_map(|case| Some(&case.lead.appointment.as_ref().filter(since)?.slot));
    let mut taken: HashMap<u64, usize> = HashMap::new();
    asked.chain(made).for_each(|slot| *taken.entry(slot.start).or_default() += 1);
    let mut days: Vec<Day> = Vec::new();
    for slot in free.after(now) {
        if let Some(left) = taken.get_mut(&slot.start).filter(|left| **left > 0) {
            *left -= 1;
            continue;
        }
        let label = day(slot.start, zone);
        if days.last().is_none_or(|last| last.label != label) {
            if days.len() == DAYS {
                break;
            }
            days.push(Day { label, times: Vec::new() });
        }
        // A time can be free more than once, and is shown once.
        let is_new = |day: &&mut Day| day.times.last().is_none_or(|(_, before)| before.start != slot.start);
        if let Some(last) = days.last_mut().filter(is_new) {
            last.times.push((clock(slot.start, zone), slot.clone()));
        }
    }
    Some(days)
}

/// How something stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stand {
    pub(crate) words: String,
    pub(crate) tone: Tone,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Something is under way, or awaited.
    Waiting,
    /// A person has to look.
    Look,
}

fn stand(words: impl Into<String>, tone: Tone) -> Stand {
    Stand { words: words.into(), tone }
}

/// The appointment, what is asked for, and what came to nothing.
pub(crate) fn appointment(lead: &Lead, zone: Zone) -> Vec<Stand> {
    let mut all = Vec::new();
    if let Some(made) = &lead.appointment {
        all.push(stand(fill("Appointment: {time}", &[&full(made.slot.start, zone)]), Tone::Good));
    }
    if let Some(asked) = &lead.requested {
        let words = fill("Being booked: {time}", &[&full(asked.slot.start, zone)]);
        all.push(stand(words, Tone::Waiting));
    }
    if let Some((why, _)) = &lead.failed {
        let words = t(match why {
            NoAppointment::Taken => "That time was just taken. Choose another one.",
            NoAppointment::Refused => "The calendar refused it. Choose another time, or book there by hand.",
            NoAppointment::Unclear => "It is not clear whether it was booked. Look into the calendar.",
        });
        all.push(stand(words, Tone::Look));
    }
    if is_behind(lead) {
        all.push(stand(
            t("The EHR does not know of the last change yet. It is told again and again."),
            Tone::Waiting,
        ));
    }
    all
}

/// How far the hand-off to the EHR is; nothing where it is not to be expected.
pub(crate) fn hand_off(lead: &Lead, zone: Zone) -> Option<Stand> {
    let found = match &lead.hand_off {
        HandOff::None if lead.stage == Stage::Closed || lead.inquiries.is_empty() => return None,
        HandOff::None => {
            let unchecked = |what: &Verification| lead.verified.iter().all(|verified| verified.what != *what);
            let mut missing: Vec<String> =
                lead.appointment.is_none().then(|| t("an appointment").to_owned()).into_iter().collect();
            let unchecked = Verification::BEFORE_HAND_OFF.into_iter().filter(unchecked);
            missing.extend(
                unchecked.map(|what| fill("{what} checked", &[&verification_word(what).to_lowercase()])),
            );
            if missing.is_empty() {
                stand(t("Ready for the EHR. The practice's program hands it over."), Tone::Waiting)
            } else {
                stand(fill("For the EHR it still needs: {missing}.", &[&missing.join(", ")]), Tone::Waiting)
            }
        }
        HandOff::Started { attempt, .. } => {
            stand(fill("Being handed to the EHR, try {attempt}.", &[attempt]), Tone::Waiting)
        }
        HandOff::Failed { attempt, reason, last: false, .. } => {
            let words =
                fill("Try {attempt} failed: {reason}. It is tried again.", &[attempt, &plain_line(reason)]);
            stand(words, Tone::Waiting)
        }
        HandOff::Failed { reason, .. } => {
            let words = fill(
                "Not in the EHR: {reason}. It is not tried again before you ask.",
                &[&plain_line(reason)],
            );
            stand(words, Tone::Look)
        }
        HandOff::Unclear { .. } => stand(
            t("The hand-off broke off in the middle. Look into the EHR first: the patient may be there."),
            Tone::Look,
        ),
        HandOff::Asked { .. } => stand(t("Another try is asked for."), Tone::Waiting),
        HandOff::Done { reference, time } => stand(
            fill("In the EHR since {time}: {reference}", &[&full(*time, zone), &plain_line(reference)]),
            Tone::Good,
        ),
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::{Case, samples};
    use lead::thread::{Availability, Body, Event, Record, fold};

    const NOW: u64 = 1_772_654_700_000;
    const HOUR: u64 = 3_600_000;

    fn after(events: Vec<Event>) -> Lead {
        let case = samples::case(1, "knee", NOW);
        let entry = |seq: u64| wire::EntryId::from_bytes([seq as u8; 16]);
        let mut records = vec![Record {
            entry: entry(1),
            seq: 1,
            time: NOW,
            body: Body::Inquiry(case.lead.inquiries[0].inquiry.clone()),
        }];
        for (event, seq) in events.into_iter().zip(2..) {
            let body = Body::Event { author: "front-desk".parse().unwrap(), event };
            records.push(Record { entry: entry(seq), seq, time: NOW, body });
        }
        fold(case.lead.thread, &records)
    }

    fn slot(hours: u64) -> Slot {
        Slot {
            end: Some(NOW + (hours + 1) * HOUR),
            reference: Some("Slot/1".into()),
            ..Slot::at(NOW + hours * HOUR)
        }
    }

    #[test]
    fn free_times_are_those_that_come_and_nobody_asked_for() {
        let asks = after(vec![Event::AppointmentRequested { slot: slot(2) }]);
        let cases = vec![Case::new(asks, &samples::source())];
        let mut practice = samples::practice(cases, Vec::new());
        assert_eq!(free_days(&practice, NOW, |_| 0), None);
        let slots = vec![Slot::at(NOW - HOUR), slot(1), slot(1), slot(2), slot(30)];
        practice.availability = Some(Availability { at: NOW, until: NOW, slots });
        let days = free_days(&practice, NOW, |_| 0).unwrap();
        let times: Vec<&Slot> = days.iter().flat_map(|day| &day.times).map(|(_, slot)| slot).collect();
        assert_eq!(times, [&slot(1), &slot(30)], "whole, with end and reference");
        assert_eq!(days.len(), 2);
    }

    #[test]
    fn a_time_that_was_taken_is_said_until_another_is_asked_for() {
        let taken = Event::AppointmentFailed { reason: NoAppointment::Taken };
        let lead = after(vec![Event::AppointmentRequested { slot: slot(2) }, taken.clone()]);
        assert_eq!(appointment(&lead, |_| 0)[0].tone, Tone::Look);
        let again = Event::AppointmentRequested { slot: slot(3) };
        let lead = after(vec![Event::AppointmentRequested { slot: slot(2) }, taken, again]);
        assert!(appointment(&lead, |_| 0)[0].words.starts_with("Being booked"));
    }

    #[test]
    fn an_ehr_that_does_not_know_of_a_change_is_said_to_be_behind() {
        let is_said = |events: Vec<Event>| {
            appointment(&after(events), |_| 0).iter().any(|stand| stand.words.contains("does not know"))
        };
        let made = Event::AppointmentBooked { slot: slot(2), reference: Some("Appointment/1".into()) };
        let told = |seq: u8| Event::AppointmentPassedOn { of: wire::EntryId::from_bytes([seq; 16]) };
        let moved = Event::AppointmentRescheduled { slot: slot(3), reference: None };
        assert!(!is_said(vec![Event::AppointmentBooked { slot: slot(2), reference: None }]), "no EHR has it");
        assert!(!is_said(vec![made.clone(), told(2)]));
        assert!(is_said(vec![made.clone(), told(2), moved.clone()]));
        assert!(!is_said(vec![made.clone(), told(2), moved, told(4)]));
    }

    #[test]
    fn the_hand_off_says_what_is_missing_and_when_a_person_has_to_look() {
        let says = |events: Vec<Event>| hand_off(&after(events), |_| 0).unwrap();
        let missing = "For the EHR it still needs: an appointment, identity checked, contact checked.";
        assert_eq!(says(vec![]).words, missing);
        let mut ready = vec![Event::AppointmentBooked { slot: slot(9), reference: None }];
        ready.extend(Verification::BEFORE_HAND_OFF.map(|what| Event::Verified { what }));
        assert!(says(ready).words.starts_with("Ready"));
        let failed = |last| Event::HandOffFailed { attempt: 3, reason: "no \u{202E}answer".into(), last };
        assert_eq!(says(vec![failed(false)]).tone, Tone::Waiting);
        let dead = says(vec![failed(true)]);
        assert!(dead.tone == Tone::Look && dead.words.contains("no \u{FFFD}answer"));
        assert_eq!(says(vec![Event::HandOffUnclear { attempt: 1 }]).tone, Tone::Look);
        assert_eq!(says(vec![failed(true), Event::HandOffAsked]).tone, Tone::Waiting);
        let done = says(vec![Event::HandedToEhr { reference: "Patient/1".into() }]);
        assert!(done.tone == Tone::Good && done.words.ends_with("Patient/1"));
    }
}
