//! Free times for appointments from a practice's own weekly template: pure.

use crate::fault::Fault;
use crate::hours::{Hours, Opening};
use crate::thread::{Availability, Lead, Slot};
use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// When a practice sees new patients, every week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// On these days, during these times, in the practice's own time; not on its holidays.
    pub open: Vec<Opening>,
    /// How long an appointment takes, in minutes.
    pub minutes: u16,
    /// How many at the same time.
    #[serde(default = "one")]
    pub beside: u8,
    /// None sooner than so many hours from now.
    #[serde(default = "day")]
    pub notice_hours: u16,
    /// None later than so many days from now.
    #[serde(default = "three_weeks")]
    pub ahead_days: u16,
}

const fn one() -> u8 {
    1
}

const fn day() -> u16 {
    24
}

const fn three_weeks() -> u16 {
    21
}

impl Template {
    /// What is wrong with it, beyond its form.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(5..=480).contains(&self.minutes) {
            faults.push(Fault::new("minutes", "is not between 5 and 480"));
        }
        if self.beside == 0 {
            faults.push(Fault::new("beside", "is 0: nobody could be seen"));
        }
        if !(1..=90).contains(&self.ahead_days) {
            faults.push(Fault::new("ahead_days", "is not between 1 and 90"));
        }
        if self.open.is_empty() {
            faults.push(Fault::new("open", "names no times"));
        }
        faults
    }

    /// Free times after `now` (milliseconds), where `taken` holds beginning and end of each appointment.
    #[must_use]
    pub fn free(&self, hours: &Hours, taken: &[(u64, u64)], now: u64) -> Availability {
        let from = now.saturating_add(u64::from(self.notice_hours) * HOUR);
        let until = now.saturating_add(u64::from(self.ahead_days) * DAY);
        let weekly = Hours { open: self.open.clone(), ..hours.clone() };
        let length = u64::from(self.minutes.max(1)) * MINUTE;
        let mut slots = Vec::new();
        for (open, close) in weekly.stretches(now, until) {
            let mut start = open;
            while start + length <= close && slots.len() < Availability::MOST {
                let end = start + length;
                if start >= from && end <= until && self.has_room(taken, start, end) {
                    slots.push(Slot { start, end: Some(end), reference: None });
                }
                start = end;
            }
        }
        Availability { at: now, until, slots }
    }

    fn has_room(&self, taken: &[(u64, u64)], start: u64, end: u64) -> bool {
        let meanwhile = taken.iter().filter(|(from, to)| *from < end && start < *to);
        meanwhile.count() < usize::from(self.beside)
    }

    /// Whether an appointment at `slot` can be made.
    #[must_use]
    pub fn allows(&self, hours: &Hours, taken: &[(u64, u64)], slot: &Slot, now: u64) -> Allowed {
        // Notice and horizon are for choosing; what was chosen may be asked for a little later.
        let patient = Self { notice_hours: 0, ahead_days: self.ahead_days.saturating_add(1), ..self.clone() };
        let at = |candidate: &Slot| candidate.start == slot.start;
        if patient.free(hours, taken, now).slots.iter().any(at) {
            Allowed::Yes
        } else if patient.free(hours, &[], now).slots.iter().any(at) {
            Allowed::Taken
        } else {
            Allowed::Never
        }
    }
}

/// Whether an appointment can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// It is free.
    Yes,
    /// Somebody has it.
    Taken,
    /// The practice has no such time.
    Never,
}

/// Beginning and end of the appointments of `leads`, but for `but`; `minutes` long where no end is known.
#[must_use]
pub fn taken<'a>(
    leads: impl IntoIterator<Item = &'a Lead>,
    but: Option<wire::ThreadId>,
    minutes: u16,
) -> Vec<(u64, u64)> {
    let others = leads.into_iter().filter(|lead| Some(lead.thread) != but);
    let made = others.filter_map(|lead| lead.appointment.as_ref());
    made.map(|made| {
        let length = u64::from(minutes.max(1)) * MINUTE;
        (made.slot.start, made.slot.end.unwrap_or(made.slot.start.saturating_add(length)))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hours::{Daylight, Weekday, Zone};

    /// Monday 5 January 2026, 12:00 UTC: six in the morning in Chicago.
    const MONDAY: u64 = 1_767_614_400_000;

    fn opening(from: &str, to: &str) -> Opening {
        Opening { days: vec![Weekday::Mon, Weekday::Wed], from: from.into(), to: to.into() }
    }

    fn template() -> Template {
        Template {
            open: vec![opening("09:00", "10:45")],
            minutes: 30,
            beside: 1,
            notice_hours: 24,
            ahead_days: 7,
        }
    }

    fn hours(holidays: &[&str]) -> Hours {
        let zone = Zone { utc_offset_minutes: -360, daylight: Daylight::UnitedStates };
        let open = vec![opening("08:00", "17:00")];
        Hours { zone, open, holidays: holidays.iter().map(|&day| day.into()).collect() }
    }

    fn starts(availability: &Availability) -> Vec<u64> {
        availability.slots.iter().map(|slot| (slot.start - MONDAY) / MINUTE).collect()
    }

    #[test]
    fn a_week_in_the_practices_own_time() {
        // Wednesday, 9:00 in Chicago, is 15:00 UTC; the last quarter of an hour is too short; today is too soon; on
        // Monday in a week the horizon ends before nine.
        let first = 2 * 1440 + 180;
        let free = template().free(&hours(&[]), &[], MONDAY);
        assert_eq!(starts(&free), [first, first + 30, first + 60]);
        assert_eq!(free.slots[0].end, Some(free.slots[0].start + 30 * MINUTE));
        assert!(template().free(&hours(&["2026-01-07"]), &[], MONDAY).slots.is_empty());
    }

    #[test]
    fn what_overlaps_an_appointment_is_not_free() {
        let at = |minute: u64| MONDAY + (2 * 1440 + 180 + minute) * MINUTE;
        let taken = [(at(20), at(40))];
        assert_eq!(starts(&template().free(&hours(&[]), &taken, MONDAY)), [2 * 1440 + 240]);
        let two = Template { beside: 2, ..template() };
        assert_eq!(two.free(&hours(&[]), &taken, MONDAY).slots.len(), 3);
        let allows = |minute, now| template().allows(&hours(&[]), &taken, &Slot::at(at(minute)), now);
        assert_eq!(allows(60, MONDAY), Allowed::Yes);
        assert_eq!(allows(60, at(60) - HOUR), Allowed::Yes, "chosen yesterday, asked for today");
        assert_eq!(allows(30, MONDAY), Allowed::Taken);
        assert_eq!(allows(45, MONDAY), Allowed::Never);
        assert_eq!(allows(60, at(61)), Allowed::Never, "it has begun");
    }
}
