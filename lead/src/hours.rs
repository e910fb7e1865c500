//! When a practice answers the phone, and the deadline that a number of business minutes gives.

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

/// The UTC date of a time in milliseconds, as `2026-12-31`.
pub(crate) fn iso_date(ms: u64) -> String {
    let (year, month, day) = civil_from_days(i64::try_from(ms / 86_400_000).unwrap_or(i64::MAX / 4));
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970-01-01 to a proleptic Gregorian date, by 400-year eras that begin on 1 March.
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
