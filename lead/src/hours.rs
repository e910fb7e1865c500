//! When a practice answers the phone, and the deadline that a number of business minutes gives.

use crate::order::sort;
use serde::{Deserialize, Serialize};

/// Business hours in the practice's own time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The practice's time zone.
    pub zone: Zone,
    /// Open on these days, during these times. A day may appear more than once.
    pub open: Vec<Opening>,
    /// Closed on these dates, `2026-12-25`.
    #[serde(default)]
    pub holidays: Vec<String>,
}

/// A time zone without a database: a fixed offset and the rule of its daylight time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Standard time minus UTC, in minutes: -360 for US Central.
    pub utc_offset_minutes: i16,
    /// Daylight time.
    #[serde(default)]
    pub daylight: Daylight,
}

/// When clocks are one hour ahead of standard time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Daylight {
    /// Never.
    #[default]
    None,
    /// Second Sunday of March, 2:00, to first Sunday of November, 2:00 (15 U.S.C. 260a).
    UnitedStates,
    /// Last Sunday of March to last Sunday of October, 1:00 UTC (Directive 2000/84/EC).
    EuropeanUnion,
}

/// A stretch of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The days.
    pub days: Vec<Weekday>,
    /// Opens, `08:00`.
    pub from: String,
    /// Closes, `17:00`; later than `from`.
    pub to: String,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// Whether someone answers the phone, and when next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Now.
    Open,
    /// Not now, but then, in the practice's own time.
    Opens {
        /// 0: later today; 1: tomorrow.
        in_days: u32,
        /// Day of the week.
        weekday: Weekday,
        /// Before noon.
        morning: bool,
    },
    /// Not within 400 days.
    Closed,
}

/// How far ahead a deadline is looked for.
const MOST_DAYS: i64 = 400;
const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1440;

impl Hours {
    /// When `minutes` of opening time have passed since `from_ms` (milliseconds since 1970-01-01 UTC): by then a
    /// call is due. `None`: the practice does not open for so long within 400 days.
    #[must_use]
    pub fn deadline(&self, from_ms: u64, minutes: u32) -> Option<u64> {
        let from = i64::try_from(from_ms).ok()?;
        let mut left = i64::from(minutes) * MINUTE_MS;
        let today = self.zone.local_minutes(from).div_euclid(DAY_MINUTES);
        for day in today..today + MOST_DAYS {
            for (open, close) in self.openings(day) {
                let open = self.zone.utc_ms(day * DAY_MINUTES + open).max(from);
                let close = self.zone.utc_ms(day * DAY_MINUTES + close);
                if open >= close {
                    continue;
                }
                if close - open >= left {
                    return u64::try_from(open + left).ok();
                }
                left -= close - open;
            }
        }
        None
    }

    /// When the practice opens on the `nth` day after `from_ms` on which it opens; the 0th is the same day, at once
    /// if it is open then. `None`: not within 400 days.
    #[must_use]
    pub fn business_day(&self, from_ms: u64, nth: u16) -> Option<u64> {
        if nth == 0 {
            return self.deadline(from_ms, 0);
        }
        let from = i64::try_from(from_ms).ok()?;
        let today = self.zone.local_minutes(from).div_euclid(DAY_MINUTES);
        (today + 1..today + MOST_DAYS)
            .filter_map(|day| self.openings(day).first().map(|(open, _)| day * DAY_MINUTES + open))
            .nth(usize::from(nth - 1))
            .and_then(|open| u64::try_from(self.zone.utc_ms(open)).ok())
    }

    /// Whether the practice answers the phone at `ms`.
    #[must_use]
    pub fn is_open(&self, ms: u64) -> bool {
        let Ok(ms) = i64::try_from(ms) else { return false };
        let day = self.zone.local_minutes(ms).div_euclid(DAY_MINUTES);
        self.openings(day).into_iter().any(|(open, close)| {
            let from = self.zone.utc_ms(day * DAY_MINUTES + open);
            (from..self.zone.utc_ms(day * DAY_MINUTES + close)).contains(&ms)
        })
    }

    /// Whether someone answers the phone at `ms` (milliseconds since 1970-01-01 UTC), and when next.
    #[must_use]
    pub fn presence(&self, ms: u64) -> Presence {
        let Some(next) = self.deadline(ms, 0) else { return Presence::Closed };
        if next <= ms {
            return Presence::Open;
        }
        let local = |ms: u64| self.zone.local_minutes(i64::try_from(ms).unwrap_or(i64::MAX));
        let (now, next) = (local(ms), local(next));
        let day = next.div_euclid(DAY_MINUTES);
        Presence::Opens {
            in_days: u32::try_from(day - now.div_euclid(DAY_MINUTES)).unwrap_or_default(),
            weekday: Weekday::of_day(day),
            morning: next.rem_euclid(DAY_MINUTES) < DAY_MINUTES / 2,
        }
    }

    /// Minutes of opening time between two times in milliseconds, rounded down; 0 where `to_ms` is not later. Counted
    /// over at most 400 days.
    #[must_use]
    pub fn business_minutes(&self, from_ms: u64, to_ms: u64) -> u64 {
        let (Ok(from), Ok(to)) = (i64::try_from(from_ms), i64::try_from(to_ms)) else { return 0 };
        let day_of = |ms| self.zone.local_minutes(ms).div_euclid(DAY_MINUTES);
        let mut open_ms = 0;
        for day in day_of(from)..=day_of(to).min(day_of(from).saturating_add(MOST_DAYS)) {
            for (open, close) in self.openings(day) {
                let open = self.zone.utc_ms(day * DAY_MINUTES + open).max(from);
                let close = self.zone.utc_ms(day * DAY_MINUTES + close).min(to);
                open_ms += (close - open).max(0);
            }
        }
        u64::try_from(open_ms / MINUTE_MS).unwrap_or(0)
    }

    /// The hour of the practice's own time, 0 to 23.
    #[must_use]
    pub fn local_hour(&self, ms: u64) -> u8 {
        let minutes = self.zone.local_minutes(i64::try_from(ms).unwrap_or(i64::MAX / 4));
        u8::try_from(minutes.rem_euclid(DAY_MINUTES) / 60).unwrap_or(0)
    }

    /// Beginnings and ends of opening times that touch the time between two times, all in milliseconds; at most 400 days.
    #[must_use]
    pub fn stretches(&self, from_ms: u64, to_ms: u64) -> Vec<(u64, u64)> {
        let (Ok(from), Ok(to)) = (i64::try_from(from_ms), i64::try_from(to_ms)) else { return Vec::new() };
        let day_of = |ms| self.zone.local_minutes(ms).div_euclid(DAY_MINUTES);
        let days = day_of(from)..=day_of(to).min(day_of(from).saturating_add(MOST_DAYS));
        let utc = |minute| u64::try_from(self.zone.utc_ms(minute)).unwrap_or_default();
        days.flat_map(|day| {
            let all = self.openings(day).into_iter();
            all.map(move |(open, close)| (utc(day * DAY_MINUTES + open), utc(day * DAY_MINUTES + close)))
                .collect::<Vec<_>>()
        })
        .filter(|(open, close)| *close > from_ms && *open < to_ms)
        .collect()
    }

    /// Opening and closing minutes of a local day (days since 1970-01-01), in order, none twice.
    fn openings(&self, day: i64) -> Vec<(i64, i64)> {
        let (year, month, date) = civil_from_days(day);
        let iso = format!("{year:04}-{month:02}-{date:02}");
        if self.holidays.contains(&iso) {
            return Vec::new();
        }
        let weekday = Weekday::of_day(day);
        let mut stretches: Vec<(i64, i64)> = self
            .open
            .iter()
            .filter(|opening| opening.days.contains(&weekday))
            .filter_map(|opening| Some((minutes(&opening.from)?, minutes(&opening.to)?)))
            .collect();
        sort(&mut stretches, Ord::cmp);
        let mut end = 0;
        for stretch in &mut stretches {
            stretch.0 = stretch.0.max(end);
            end = end.max(stretch.1);
        }
        stretches.retain(|(open, close)| open < close);
        stretches
    }
}

impl Zone {
    /// When the stretch from `from` to `to` (minutes of the day, over midnight where `from` is later) ends, if
    /// `ms` is within it here; `None`: it is not.
    #[must_use]
    pub fn leave(self, ms: u64, from: i64, to: i64) -> Option<u64> {
        let utc = i64::try_from(ms).ok()?;
        let local = self.local_minutes(utc);
        let (day, minute) = (local.div_euclid(DAY_MINUTES), local.rem_euclid(DAY_MINUTES));
        let (within, end) = if from <= to {
            ((from..to).contains(&minute), day)
        } else {
            (minute >= from || minute < to, if minute >= from { day + 1 } else { day })
        };
        // Later than `ms` in any case, also where the clocks go back in between.
        let end = self.utc_ms(end * DAY_MINUTES + to).max(utc + 1);
        if within { u64::try_from(end).ok() } else { None }
    }

    /// Local time minus UTC at `ms`, in milliseconds.
    #[must_use]
    pub fn offset_ms(self, ms: u64) -> i64 {
        let utc = i64::try_from(ms).unwrap_or_default();
        (self.local_minutes(utc) - utc.div_euclid(MINUTE_MS)) * MINUTE_MS
    }

    /// Minutes since midnight by the clocks there, at `ms`.
    #[must_use]
    pub fn minute_of_day(self, ms: u64) -> u16 {
        let local = self.local_minutes(i64::try_from(ms).unwrap_or_default());
        u16::try_from(local.rem_euclid(DAY_MINUTES)).unwrap_or_default()
    }

    /// Minutes since 1970-01-01 00:00 by the practice's clocks.
    fn local_minutes(self, utc_ms: i64) -> i64 {
        let standard = utc_ms.div_euclid(MINUTE_MS) + i64::from(self.utc_offset_minutes);
        if self.is_daylight(standard) { standard + 60 } else { standard }
    }

    /// The instant at which the practice's clocks show `local` minutes; of two the first.
    fn utc_ms(self, local: i64) -> i64 {
        let standard = if self.is_daylight(local - 60) { local - 60 } else { local };
        (standard - i64::from(self.utc_offset_minutes)) * MINUTE_MS
    }

    /// Whether clocks are ahead at `standard` minutes of standard time.
    fn is_daylight(self, standard: i64) -> bool {
        let (year, _, _) = civil_from_days(standard.div_euclid(DAY_MINUTES));
        let sunday = |month, nth| sunday_of(year, month, nth) * DAY_MINUTES;
        let offset = i64::from(self.utc_offset_minutes);
        let (start, end) = match self.daylight {
            Daylight::None => return false,
            // Both at 2:00 of the time then in force; the second is 1:00 standard time.
            Daylight::UnitedStates => (sunday(3, 2) + 120, sunday(11, 1) + 60),
            Daylight::EuropeanUnion => (sunday(3, 0) + 60 + offset, sunday(10, 0) + 60 + offset),
        };
        (start..end).contains(&standard)
    }
}

impl Weekday {
    /// The weekday of a day since 1970-01-01, which was a Thursday.
    const fn of_day(day: i64) -> Self {
        match (day + 3).rem_euclid(7) {
            0 => Self::Mon,
            1 => Self::Tue,
            2 => Self::Wed,
            3 => Self::Thu,
            4 => Self::Fri,
            5 => Self::Sat,
            _ => Self::Sun,
        }
    }
}

/// The day of a month's `nth` Sunday; 0: its last. March and October have 31 days, which is all that is asked.
const fn sunday_of(year: i64, month: i64, nth: i64) -> i64 {
    if nth == 0 {
        let last = days_from_civil(year, month, 31);
        return last - (last + 4).rem_euclid(7);
    }
    let first = days_from_civil(year, month, 1);
    first + (7 - (first + 4).rem_euclid(7)) % 7 + 7 * (nth - 1)
}

/// Minutes since midnight of `08:00`; up to `24:00`.
pub(crate) fn minutes(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let is_two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let two = |part: &str| if is_two(part) { part.parse::<u8>().ok() } else { None };
    let (hour, minute) = (two(hour)?, two(minute)?);
    let all = i64::from(hour) * 60 + i64::from(minute);
    (minute < 60 && all <= DAY_MINUTES).then_some(all)
}

/// Whether `text` is a date that exists, as `2026-12-31`.
pub(crate) fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-').map(str::parse::<i64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let exists = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (1900..=2999).contains(&year)
        && civil_from_days(days_from_civil(year, month, day)) == (year, month, day);
    exists && text == format!("{year:04}-{month:02}-{day:02}")
}

/// The UTC date of a time in milliseconds, as `2026-12-31`.
#[must_use]
pub fn iso_date(ms: u64) -> String {
    let (year, month, day) = civil_from_days(i64::try_from(ms / 86_400_000).unwrap_or(i64::MAX / 4));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, by 400-year eras that begin on 1 March.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The other way: the date of a day.
pub(crate) const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds of a UTC time.
    fn utc(year: i64, month: i64, day: i64, hour: i64, minute: i64) -> u64 {
        ((days_from_civil(year, month, day) * DAY_MINUTES + hour * 60 + minute) * MINUTE_MS) as u64
    }

    fn hours(daylight: Daylight) -> Hours {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Hours {
            zone: Zone { utc_offset_minutes: -360, daylight },
            open: vec![
                Opening { days: vec![Mon, Tue, Wed, Thu, Fri], from: "08:00".into(), to: "12:00".into() },
                Opening { days: vec![Mon, Tue, Wed, Thu], from: "13:00".into(), to: "17:00".into() },
            ],
            holidays: vec!["2026-11-26".into()],
        }
    }

    #[test]
    fn the_calendar_is_right_both_ways() {
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2000, 3, 1), 11_017);
        for day in (-200_000..200_000).step_by(37) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
        assert!(is_date("2028-02-29") && !is_date("2026-02-29") && !is_date("2026-2-9") && !is_date("x"));
    }

    #[test]
    fn an_hour_counts_only_while_the_practice_is_open() {
        let hours = hours(Daylight::UnitedStates);
        // Tuesday 24 November 2026 is in standard time: 8:00 there is 14:00 UTC.
        let due = |from| hours.deadline(from, 60);
        assert_eq!(due(utc(2026, 11, 24, 15, 0)), Some(utc(2026, 11, 24, 16, 0)), "in the morning");
        assert_eq!(due(utc(2026, 11, 24, 17, 30)), Some(utc(2026, 11, 24, 19, 30)), "over lunch");
        assert_eq!(due(utc(2026, 11, 24, 3, 0)), Some(utc(2026, 11, 24, 15, 0)), "sent at night");
        assert_eq!(due(utc(2026, 11, 24, 22, 45)), Some(utc(2026, 11, 25, 14, 45)), "into the next day");
        assert_eq!(due(utc(2026, 11, 25, 22, 30)), Some(utc(2026, 11, 27, 14, 30)), "over Thanksgiving");
        assert_eq!(due(utc(2026, 11, 27, 17, 30)), Some(utc(2026, 11, 30, 14, 30)), "over a weekend");
        assert!(hours.is_open(utc(2026, 11, 24, 15, 0)) && !hours.is_open(utc(2026, 11, 26, 15, 0)));
    }

    #[test]
    fn it_says_when_someone_answers_next() {
        use Presence::{Closed, Open, Opens};
        use Weekday::{Fri, Mon, Tue, Wed};
        let hours = hours(Daylight::UnitedStates);
        let at = |month, day, hour| hours.presence(utc(2026, month, day, hour, 0));
        assert_eq!(at(11, 24, 15), Open);
        assert_eq!(at(11, 24, 18), Opens { in_days: 0, weekday: Tue, morning: false }, "over lunch");
        assert_eq!(at(11, 24, 12), Opens { in_days: 0, weekday: Tue, morning: true }, "before opening");
        assert_eq!(at(11, 24, 23), Opens { in_days: 1, weekday: Wed, morning: true }, "at closing time");
        assert_eq!(at(11, 25, 23), Opens { in_days: 2, weekday: Fri, morning: true }, "before a holiday");
        assert_eq!(at(11, 27, 18), Opens { in_days: 3, weekday: Mon, morning: true }, "before a weekend");
        let never = Hours { open: vec![], ..hours.clone() };
        assert_eq!(never.presence(utc(2026, 11, 24, 15, 0)), Closed);
    }

    #[test]
    fn clocks_change_when_the_law_says() {
        let ahead = |zone: Zone, at| zone.local_minutes(at as i64) * MINUTE_MS - at as i64;
        let central = Zone { utc_offset_minutes: -360, daylight: Daylight::UnitedStates };
        let hour = 60 * MINUTE_MS;
        assert_eq!(ahead(central, utc(2026, 3, 8, 7, 59)), -6 * hour);
        assert_eq!(ahead(central, utc(2026, 3, 8, 8, 0)), -5 * hour);
        assert_eq!(ahead(central, utc(2026, 11, 1, 6, 59)), -5 * hour);
        assert_eq!(ahead(central, utc(2026, 11, 1, 7, 0)), -6 * hour);
        let berlin = Zone { utc_offset_minutes: 60, daylight: Daylight::EuropeanUnion };
        assert_eq!(ahead(berlin, utc(2026, 3, 29, 0, 59)), hour);
        assert_eq!(ahead(berlin, utc(2026, 3, 29, 1, 0)), 2 * hour);
        assert_eq!(ahead(berlin, utc(2026, 10, 25, 0, 59)), 2 * hour);
        assert_eq!(ahead(berlin, utc(2026, 10, 25, 1, 0)), hour);
    }

    #[test]
    fn a_practice_that_never_opens_gives_no_deadline() {
        let closed = Hours { open: vec![], ..hours(Daylight::None) };
        assert_eq!(closed.deadline(utc(2026, 11, 24, 15, 0), 60), None);
        let nonsense = Opening { days: vec![Weekday::Mon], from: "17:00".into(), to: "08:00".into() };
        assert_eq!(Hours { open: vec![nonsense], ..closed }.deadline(utc(2026, 11, 24, 15, 0), 1), None);
        assert_eq!(minutes("24:00"), Some(1440));
        assert_eq!([minutes("24:01"), minutes("8:00"), minutes("08:60"), minutes("+8:00")], [None; 4]);
    }
}
