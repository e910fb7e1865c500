//! The calendar file that goes along with a confirmation: RFC 5545. Its title is neutral; calendars are shared.

use lead::Manifest;
use lead::sequence::Sender;
use lead::thread::Lead;

/// How long an appointment lasts whose end nobody gave.
const HALF_AN_HOUR: u64 = 30 * 60_000;

/// The appointment of a lead, if it has one.
pub(crate) fn invite(lead: &Lead, manifest: &Manifest, sender: &Sender, now: u64) -> Option<String> {
    let made = lead.appointment.as_ref()?;
    let uid = format!("{}@{}", lead.thread, sender.address.rsplit('@').next().unwrap_or("anteroom.invalid"));
    let end = made.slot.end.unwrap_or(made.slot.start + HALF_AN_HOUR);
    let spanish = lead.inquiry().is_some_and(|inquiry| inquiry.lang.starts_with("es"));
    let title = if spanish { "Cita" } else { "Appointment" };
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".into(),
        "PRODID:-//Anteroom//Desk//EN".into(),
        "METHOD:PUBLISH".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{uid}"),
        format!("DTSTAMP:{}", utc(now)?),
        format!("DTSTART:{}", utc(made.slot.start)?),
        format!("DTEND:{}", utc(end)?),
        format!("SEQUENCE:{}", made.moves),
        format!("SUMMARY:{title}"),
        format!("DESCRIPTION:{}", escape(&manifest.source.phone)),
        "CLASS:PRIVATE".into(),
        "END:VEVENT".into(),
        "END:VCALENDAR".into(),
    ];
    Some(lines.iter().map(|line| fold(line)).collect())
}

/// `20261124T203000Z`.
fn utc(ms: u64) -> Option<String> {
    let stamp = jiff::Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    Some(stamp.strftime("%Y%m%dT%H%M%SZ").to_string())
}

/// RFC 5545 section 3.3.11.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Lines of at most 75 octets, ended by CRLF: RFC 5545 section 3.1.
fn fold(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_and_marks_escaped() {
        let folded = fold(&"é".repeat(100));
        assert!(folded.split("\r\n").all(|line| line.len() <= 75), "{folded}");
        assert_eq!(folded.replace("\r\n ", "").trim_end(), "é".repeat(100));
        assert_eq!(escape("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
        assert_eq!(utc(1_795_552_200_000).as_deref(), Some("20261124T203000Z"));
    }
}
