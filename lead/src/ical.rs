//! An appointment as an iCalendar object (RFC 5545) that a patient can put into any calendar. It says when and where,
//! and nothing of why: calendars are synchronised, shared and shown on lock screens.

use crate::handover::basic;
use wire::{PracticeId, ThreadId};

/// What a calendar is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// Which practice; its id ends the UID.
    pub practice: &'a PracticeId,
    /// The lead's thread; names the event, whatever becomes of it.
    pub thread: ThreadId,
    /// How often it was changed, see [`crate::thread::Lead::calendar_sequence`]: SEQUENCE.
    pub sequence: u32,
    /// Begins, in milliseconds.
    pub start: u64,
    /// Ends, in milliseconds; later than `start`.
    pub end: u64,
    /// A neutral title, such as `Appointment`; neither a service nor a specialty.
    pub title: &'a str,
    /// Where; may be empty.
    pub place: &'a str,
    /// A phone number to call about it; may be empty.
    pub phone: &'a str,
    /// Minutes before the beginning at which the calendar reminds; `None`: it does not.
    pub remind_before: Option<u32>,
    /// The appointment is called off.
    pub is_cancelled: bool,
}

redacted_debug!(Event<'_>);

impl Event<'_> {
    /// METHOD (RFC 5546 1.4): that of an event which needs no answer.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        if self.is_cancelled { "CANCEL" } else { "PUBLISH" }
    }

    /// The object, with line ends and folding as in RFC 5545 3.1. `stamp_ms` is when it was made.
    #[must_use]
    pub fn to_ics(&self, stamp_ms: u64) -> String {
        let mut lines = Lines::default();
        lines.add("BEGIN", "VCALENDAR");
        lines.add("VERSION", "2.0");
        lines.add("PRODID", "-//Anteroom//Anteroom//EN");
        lines.add("CALSCALE", "GREGORIAN");
        lines.add("METHOD", self.method());
        lines.add("BEGIN", "VEVENT");
        lines.add("UID", &format!("{}@{}.anteroom.invalid", self.thread, self.practice));
        lines.add("DTSTAMP", &basic(stamp_ms));
        lines.add("SEQUENCE", &self.sequence.to_string());
        lines.add("DTSTART", &basic(self.start));
        lines.add("DTEND", &basic(self.end.max(self.start)));
        lines.text("SUMMARY", self.title);
        lines.text("LOCATION", self.place);
        lines.text("CONTACT", self.phone);
        lines.add("CLASS", "PRIVATE");
        lines.add("STATUS", if self.is_cancelled { "CANCELLED" } else { "CONFIRMED" });
        lines.add("TRANSP", if self.is_cancelled { "TRANSPARENT" } else { "OPAQUE" });
        if let Some(minutes) = self.remind_before.filter(|_| !self.is_cancelled) {
            lines.add("BEGIN", "VALARM");
            lines.add("ACTION", "DISPLAY");
            lines.text("DESCRIPTION", self.title);
            lines.add("TRIGGER", &format!("-PT{minutes}M"));
            lines.add("END", "VALARM");
        }
        lines.add("END", "VEVENT");
        lines.add("END", "VCALENDAR");
        lines.text
    }
}

/// Longest line, in bytes, without its end (RFC 5545 3.1).
const LINE: usize = 75;

#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    /// A property of type TEXT (3.3.11); left out where it is empty.
    fn text(&mut self, name: &str, value: &str) {
        if !value.trim().is_empty() {
            self.add(name, &escape(value.trim()));
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            // A continued line begins with a space, and no character is cut in two.
            if length + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(c);
            length += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ics(title: &str, place: &str) -> String {
        let practice = "lakeside-ortho".parse().unwrap();
        let event = Event {
            practice: &practice,
            thread: ThreadId::from_bytes([7; 16]),
            sequence: 2,
            start: 1_767_625_200_000,
            end: 1_767_627_000_000,
            title,
            place,
            phone: "+1 555 0100",
            remind_before: Some(60),
            is_cancelled: false,
        };
        event.to_ics(1_767_000_000_000)
    }

    #[test]
    fn an_event_as_a_calendar_reads_it() {
        let text = ics("Appointment", "1 Lake Street, Example City").replace("\r\n", "\n");
        for line in [
            "BEGIN:VCALENDAR\nVERSION:2.0\n",
            "\nMETHOD:PUBLISH\nBEGIN:VEVENT\n",
            "\nDTSTAMP:20251229T092000Z\nSEQUENCE:2\n",
            "\nDTSTART:20260105T150000Z\nDTEND:20260105T153000Z\n",
            "\nSUMMARY:Appointment\nLOCATION:1 Lake Street\\, Example City\nCONTACT:+1 555 0100\n",
            "\nSTATUS:CONFIRMED\n",
            "\nTRIGGER:-PT60M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_short_and_no_text_begins_a_property(title in any::<String>(), place in "\\PC{0,200}") {
            let text = ics(&title, &place);
            prop_assert!(text.ends_with("END:VCALENDAR\r\n"));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
            let names = ["BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND",
                "SUMMARY", "LOCATION", "CONTACT", "CLASS", "STATUS", "TRANSP", "ACTION", "DESCRIPTION", "TRIGGER", "END"];
            for line in text.replace("\r\n ", "").split_terminator("\r\n") {
                prop_assert!(line.split_once(':').is_some_and(|(name, _)| names.contains(&name)), "{}", line);
            }
        }
    }
}
