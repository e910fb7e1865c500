//! The clock, and times as staff read them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970-01-01 UTC.
pub(crate) fn now_s() -> u64 {
    now_ms() / 1000
}

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `2026-11-23 18:04 CST`: this machine's time zone is not always the practice's, so it is named.
pub(crate) fn local(ms: u64) -> String {
    here(ms, "%Y-%m-%d %H:%M %Z")
}

/// `2026-11-23 18:04` in this machine's time zone, for tables.
pub(crate) fn local_short(ms: u64) -> String {
    here(ms, "%Y-%m-%d %H:%M")
}

/// `2026-11-23T18:04:00-06:00` in this machine's time zone: what `anteroom inbox book` takes.
pub(crate) fn local_rfc3339(ms: u64) -> String {
    here(ms, "%Y-%m-%dT%H:%M:%S%:z")
}

fn here(ms: u64, form: &str) -> String {
    match stamp(ms) {
        Some(stamp) => stamp.to_zoned_datetime(TimeZone::system()).strftime(form).to_string(),
        None => "?".to_owned(),
    }
}

/// RFC 3339 in UTC, for JSON.
pub(crate) fn rfc3339(ms: u64) -> String {
    stamp(ms).map_or_else(|| "?".to_owned(), |stamp| stamp.to_string())
}

/// `2026-11-24T00:04:00Z` to milliseconds.
pub(crate) fn parse_rfc3339(text: &str) -> Option<u64> {
    let stamp: Timestamp = text.parse().ok()?;
    u64::try_from(stamp.as_millisecond()).ok()
}

/// `3 days`, `2 h`, `5 min`: roughly, for people.
pub(crate) fn span(ms: u64) -> String {
    let minutes = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX)).as_mins();
    match minutes {
        0 => "less than a minute".to_owned(),
        1..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

/// `Mon, 23 Nov 2026 18:04:00 GMT` to seconds.
pub(crate) fn parse_http_date(text: &str) -> Option<u64> {
    let stamp = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    u64::try_from(stamp.as_second()).ok()
}

/// `Tuesday, November 24` and `2:30 PM` by the clocks of `zone`; `martes, 24 de noviembre` and `14:30` in Spanish.
pub(crate) fn day_and_time(ms: u64, zone: lead::hours::Zone, language: &str) -> (String, String) {
    let local = ms.checked_add_signed(zone.offset_ms(ms)).and_then(stamp);
    let Some(local) = local.map(|stamp| stamp.to_zoned_datetime(TimeZone::UTC)) else {
        return ("?".into(), "?".into());
    };
    if !language.starts_with("es") {
        return (local.strftime("%A, %B %-d").to_string(), local.strftime("%-I:%M %p").to_string());
    }
    const DAYS: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];
    const MONTHS: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    let day = DAYS[usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default() % 7];
    let month = MONTHS[usize::try_from(local.month() - 1).unwrap_or_default() % 12];
    (format!("{day}, {} de {month}", local.day()), local.strftime("%H:%M").to_string())
}

fn stamp(ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appointment_is_named_by_the_practices_clocks() {
        use lead::hours::{Daylight, Zone};
        let central = Zone { utc_offset_minutes: -360, daylight: Daylight::UnitedStates };
        // 24 November 2026, 20:30 UTC.
        let (day, time) = day_and_time(1_795_552_200_000, central, "en");
        assert_eq!((day.as_str(), time.as_str()), ("Tuesday, November 24", "2:30 PM"));
        let (day, time) = day_and_time(1_795_552_200_000, central, "es-MX");
        assert_eq!((day.as_str(), time.as_str()), ("martes, 24 de noviembre", "14:30"));
    }

    #[test]
    fn spans_are_rough_and_times_total() {
        for (ms, text) in [
            (59_000, "less than a minute"),
            (60_000, "1 min"),
            (7_140_000, "119 min"),
            (7_200_000, "2 h"),
            (3 * 86_400_000, "3 days"),
        ] {
            assert_eq!(span(ms), text);
        }
        assert_eq!(rfc3339(1_700_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(local(u64::MAX), "?");
        assert!(local(1_700_000_000_000).starts_with(&local_short(1_700_000_000_000)));
        assert_eq!(parse_rfc3339(&local_rfc3339(1_700_000_000_000)), Some(1_700_000_000_000));
        assert_eq!(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), Some(1_700_000_000));
    }
}
