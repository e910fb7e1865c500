//! Times in words. The zone is given by whoever asks: the browser in the console, a constant in tests.

use crate::words::{en, fill, many, t};

/// Milliseconds since 1970-01-01 UTC to minutes that local time is ahead of UTC then.
pub(crate) type Zone = fn(u64) -> i32;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

const WEEKDAYS: [&str; 7] = [en("Thu"), en("Fri"), en("Sat"), en("Sun"), en("Mon"), en("Tue"), en("Wed")];
const MONTHS: [&str; 12] = [
    en("Jan"),
    en("Feb"),
    en("Mar"),
    en("Apr"),
    en("May"),
    en("Jun"),
    en("Jul"),
    en("Aug"),
    en("Sep"),
    en("Oct"),
    en("Nov"),
    en("Dec"),
];

/// A moment on the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Local {
    /// Days since 1970-01-01, there.
    pub(crate) day: i64,
    year: i64,
    month: usize,
    date: i64,
    minute: i64,
}

impl Local {
    pub(crate) fn at(ms: u64, zone: Zone) -> Self {
        let shifted = i64::try_from(ms / MINUTE).unwrap_or(0) + i64::from(zone(ms));
        let day = shifted.div_euclid(1440);
        // Days to a proleptic Gregorian date: eras of 400 years that begin on 1 March.
        let since_march = day + 719_468;
        let (era, of_era) = (since_march.div_euclid(146_097), since_march.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let month = (march_month + 2) % 12;
        Self {
            day,
            year: year_of_era + era * 400 + i64::from(march_month >= 10),
            month: usize::try_from(month).unwrap_or(0),
            date: of_year - (153 * march_month + 2) / 5 + 1,
            minute: shifted.rem_euclid(1440),
        }
    }

    fn weekday(self) -> &'static str {
        t(WEEKDAYS[usize::try_from(self.day.rem_euclid(7)).unwrap_or(0)])
    }

    /// `2:05 PM`.
    fn clock(self) -> String {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let half = t(if hour < 12 { "AM" } else { "PM" });
        format!("{}:{minute:02} {half}", if hour % 12 == 0 { 12 } else { hour % 12 })
    }

    fn date(self) -> String {
        fill("{month} {date}", &[&t(MONTHS[self.month]), &self.date])
    }
}

/// Short, for a list: `now`, `12 min`, `2:05 PM`, `Yesterday`, `Tue`, `Mar 4`, `Mar 4, 2025`.
pub(crate) fn brief(ms: u64, now: u64, zone: Zone) -> String {
    let (then, today) = (Local::at(ms, zone), Local::at(now, zone));
    let ago = now.saturating_sub(ms);
    match today.day - then.day {
        ..=0 if ago < MINUTE => t("now").into(),
        _ if ago < HOUR => short_span(ago),
        ..=0 => then.clock(),
        1 => t("Yesterday").into(),
        2..=6 => then.weekday().into(),
        _ if then.year == today.year => then.date(),
        _ => fill("{date}, {year}", &[&then.date(), &then.year]),
    }
}

/// `2:05 PM`.
pub(crate) fn clock(ms: u64, zone: Zone) -> String {
    Local::at(ms, zone).clock()
}

/// `Tue, Mar 4`.
pub(crate) fn day(ms: u64, zone: Zone) -> String {
    let then = Local::at(ms, zone);
    fill("{weekday}, {date}", &[&then.weekday(), &then.date()])
}

/// `Tue`.
pub(crate) fn weekday(ms: u64, zone: Zone) -> &'static str {
    Local::at(ms, zone).weekday()
}

/// In full: `Tue, Mar 4, 2025, 2:05 PM`.
pub(crate) fn full(ms: u64, zone: Zone) -> String {
    let then = Local::at(ms, zone);
    fill("{weekday}, {date}, {year}, {clock}", &[&then.weekday(), &then.date(), &then.year, &then.clock()])
}

/// How long ago: `just now`, `12 minutes ago`, `3 hours ago`, `6 days ago`.
pub(crate) fn ago(ms: u64, now: u64) -> String {
    match now.saturating_sub(ms) {
        ..MINUTE => t("just now").into(),
        past => fill("{span} ago", &[&span(past)]),
    }
}

/// A length of time in its largest unit: `40 seconds`, `12 minutes`, `1 hour`, `6 days`.
pub(crate) fn span(ms: u64) -> String {
    match ms {
        0..MINUTE => many(ms / 1000, "{count} second", "{count} seconds"),
        MINUTE..HOUR => many(ms / MINUTE, "{count} minute", "{count} minutes"),
        HOUR..DAY => many(ms / HOUR, "{count} hour", "{count} hours"),
        _ => many(ms / DAY, "{count} day", "{count} days"),
    }
}

/// The same in a few letters: `40 s`, `12 min`, `1 h`, `6 d`.
pub(crate) fn short_span(ms: u64) -> String {
    match ms {
        0..MINUTE => fill("{seconds} s", &[&(ms / 1000)]),
        MINUTE..HOUR => fill("{minutes} min", &[&(ms / MINUTE)]),
        HOUR..DAY => fill("{hours} h", &[&(ms / HOUR)]),
        _ => fill("{days} d", &[&(ms / DAY)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHICAGO: Zone = |_| -360;
    /// 2026-03-04 20:05 UTC, a Wednesday; 14:05 in Chicago.
    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn full_is_local() {
        assert_eq!(full(NOW, CHICAGO), "Wed, Mar 4, 2026, 2:05 PM");
        assert_eq!(full(NOW, |_| 0), "Wed, Mar 4, 2026, 8:05 PM");
        assert_eq!(full(0, |_| 0), "Thu, Jan 1, 1970, 12:00 AM");
        assert_eq!(full(951_782_400_000, |_| 0), "Tue, Feb 29, 2000, 12:00 AM");
    }

    #[test]
    fn brief_says_as_much_as_is_needed() {
        let brief = |before: u64| brief(NOW - before, NOW, CHICAGO);
        assert_eq!(brief(20_000), "now");
        assert_eq!(brief(12 * MINUTE), "12 min");
        assert_eq!(brief(3 * HOUR), "11:05 AM");
        assert_eq!(brief(20 * HOUR), "Yesterday");
        assert_eq!(brief(3 * DAY), "Sun");
        assert_eq!(brief(30 * DAY), "Feb 2");
        assert_eq!(brief(365 * DAY), "Mar 4, 2025");
    }

    #[test]
    fn a_clock_that_runs_ahead_does_no_harm() {
        assert_eq!(brief(NOW + HOUR, NOW, CHICAGO), "now");
        assert_eq!(ago(NOW + HOUR, NOW), "just now");
        assert_eq!(ago(NOW - 61 * MINUTE, NOW), "1 hour ago");
    }
}
