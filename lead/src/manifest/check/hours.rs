//! Business hours: times that are times, days that are days.

use super::{Found, en};
use crate::hours::{Hours, is_date, minutes};

pub(super) fn check(found: &mut Found<'_>, hours: &Hours) {
    let offset = hours.zone.utc_offset_minutes;
    let what = en("{minutes} is not between -720 and 840");
    found.require((-720..=840).contains(&offset), "hours.zone.utc_offset_minutes", what, &[&offset]);
    let what = en("is empty: a call deadline would never come");
    found.require(!hours.open.is_empty(), "hours.open", what, &[]);
    for (at, opening) in hours.open.iter().enumerate() {
        let path = format!("hours.open[{at}]");
        found.require(!opening.days.is_empty(), &format!("{path}.days"), en("is empty"), &[]);
        let times = [("from", &opening.from), ("to", &opening.to)].map(|(name, text)| {
            let time = minutes(text).filter(|_| text != "24:00");
            let what = en("\"{text}\" is not a time such as 08:00");
            found.require(time.is_some(), &format!("{path}.{name}"), what, &[text]);
            time
        });
        if let [Some(from), Some(to)] = times {
            let what = en("opens at {from} and closes at {to}");
            found.require(from < to, &path, what, &[&opening.from, &opening.to]);
        }
    }
    for (at, holiday) in hours.holidays.iter().enumerate() {
        let what = en("\"{text}\" is not a date such as 2026-12-25");
        found.require(is_date(holiday), &format!("hours.holidays[{at}]"), what, &[holiday]);
    }
}
