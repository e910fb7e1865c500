//! Business hours: times that are times, days that are days.

use super::Found;
use jiff::civil::{Date, Time};
use lead::hours::Hours;

pub(super) fn check(found: &mut Found<'_>, hours: &Hours) {
    let offset = hours.zone.utc_offset_minutes;
    found.require(
        (-720..=840).contains(&offset),
        "hours.zone.utc_offset_minutes",
        format!("{offset} is not between -720 and 840"),
    );
    found.require(!hours.open.is_empty(), "hours.open", "is empty: a call deadline would never come");
    for (at, opening) in hours.open.iter().enumerate() {
        let path = format!("hours.open[{at}]");
        found.require(!opening.days.is_empty(), format!("{path}.days"), "is empty");
        let times = [("from", &opening.from), ("to", &opening.to)].map(|(name, text)| {
            let time = time(text);
            found.require(
                time.is_some(),
                format!("{path}.{name}"),
                format!("\"{text}\" is not a time such as 08:00"),
            );
            time
        });
        if let [Some(from), Some(to)] = times {
            let what = format!("opens at {} and closes at {}", opening.from, opening.to);
            found.require(from < to, path, what);
        }
    }
    for (at, holiday) in hours.holidays.iter().enumerate() {
        found.require(
            holiday.len() == 10 && holiday.parse::<Date>().is_ok(),
            format!("hours.holidays[{at}]"),
            format!("\"{holiday}\" is not a date such as 2026-12-25"),
        );
    }
}

fn time(text: &str) -> Option<Time> {
    let fits = text.len() == 5 && text.as_bytes()[2] == b':';
    if fits { Time::strptime("%H:%M", text).ok() } else { None }
}
