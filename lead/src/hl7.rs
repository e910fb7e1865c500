//! A lead as HL7 v2.5.1 messages: ADT^A04 (register a patient), SIU^S12, S13 and S15 (an appointment made, moved,
//! cancelled). The twin of [`crate::fhir`] for systems that speak no FHIR. Framing (MLLP) is not here.
//!
//! The message control id is derived from the thread and what the message says, so that a message that is sent twice
//! is the same message (2.9.2.1).

use crate::handover::{Handover, NameParts, hl7};
use crate::inquiry::Insurance;
use wire::ChainHash;

/// Names and facilities of the two ends: MSH-3 to MSH-6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// MSH-3, sending application.
    pub from_application: String,
    /// MSH-4, sending facility.
    pub from_facility: String,
    /// MSH-5, receiving application.
    pub to_application: String,
    /// MSH-6, receiving facility.
    pub to_facility: String,
    /// MSH-11, processing id: `true` is production, `false` training.
    pub is_production: bool,
}

/// What became of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduling {
    /// S12: made.
    Booked,
    /// S13: moved.
    Rescheduled,
    /// S15: called off.
    Cancelled,
}

impl Scheduling {
    const fn code(self) -> &'static str {
        match self {
            Self::Booked => "S12",
            Self::Rescheduled => "S13",
            Self::Cancelled => "S15",
        }
    }

    /// Table 0278, filler status codes; SCH-6 says it in words.
    const fn status(self) -> (&'static str, &'static str) {
        match self {
            Self::Booked => ("Booked", "BOOKED^Appointment booked"),
            Self::Rescheduled => ("Booked", "RESCHEDULED^Appointment moved"),
            Self::Cancelled => ("Cancelled", "CANCELLED^Appointment cancelled"),
        }
    }
}

/// ADT^A04^ADT_A01. `at_ms` is when the message is made; it enters MSH-7 and EVN-2 and nothing else.
#[must_use]
pub fn register(of: &Handover<'_>, route: &Route, at_ms: u64) -> String {
    let mut message = Message::default();
    message.header(of, route, ("ADT", "A04", "ADT_A01"), at_ms);
    message.segment("EVN", &["", &hl7(at_ms)]);
    message.patient(of);
    if let Some((name, relationship)) = of.writer() {
        let contact = &of.answers.contact;
        message.segment(
            "NK1",
            &["1", &person(&name), &component(&["", relationship]), "", &phone(contact.phone.as_deref())],
        );
    }
    message.visit();
    if let Some(Insurance::Plan { carrier, plan, member_id }) = &of.answers.insurance {
        let plan_id = escape(plan.as_deref().unwrap_or(carrier));
        let member = escape(member_id.as_deref().unwrap_or_default());
        let carrier = escape(carrier);
        let mut fields = vec!["1", &plan_id, &carrier, &carrier];
        fields.resize(35, "");
        // IN1-36, policy number.
        fields.push(&member);
        message.segment("IN1", &fields);
    }
    message.text
}

/// SIU^S12, S13 or S15 (structure SIU_S12). `None`: the lead has no appointment.
#[must_use]
pub fn schedule(of: &Handover<'_>, route: &Route, what: Scheduling, at_ms: u64) -> Option<String> {
    let (start, end) = of.appointment()?;
    let minutes = (end.saturating_sub(start) / 60_000).to_string();
    let (status, reason) = what.status();
    let mut message = Message::default();
    message.header(of, route, ("SIU", what.code(), "SIU_S12"), at_ms);
    let placer = component(&[&of.lead.thread.to_string(), "ANTEROOM"]);
    let filler = of.lead.appointment.as_ref().and_then(|appointment| appointment.reference.as_deref());
    let filler = filler.map(escape).unwrap_or_default();
    let desk = component(&["", &of.source.name]);
    let timing = format!("^^^{}^{}", hl7(start), hl7(end));
    let mut sch = vec![""; 25];
    let fields: [(usize, &str); 11] = [
        (1, &placer),
        (2, &filler),
        (6, reason),
        (7, "ROUTINE^Routine"),
        (8, "NORMAL^Routine schedule request"),
        (9, &minutes),
        (10, "min^minute^UCUM"),
        (11, &timing),
        (16, &desk),
        (20, &desk),
        (25, status),
    ];
    for (at, field) in fields {
        sch[at - 1] = field;
    }
    message.segment("SCH", &sch);
    message.patient(of);
    message.visit();
    message.segment("RGS", &["1", if what == Scheduling::Cancelled { "D" } else { "A" }]);
    let service =
        component(&[of.answers.service.as_deref().unwrap_or("visit"), of.service().unwrap_or("Visit")]);
    let action = if what == Scheduling::Cancelled { "D" } else { "A" };
    let start = hl7(start);
    message.segment("AIS", &["1", action, &service, &start, "", "", &minutes, "min^minute^UCUM", "", status]);
    Some(message.text)
}

/// PID-5, which has to be there, of a person whose name nobody said: table 0200, U is unspecified.
const NOT_SAID: &str = "^^^^^^U";

#[derive(Default)]
struct Message {
    text: String,
}

impl Message {
    /// Segments end with a carriage return (2.5.4); empty fields at the end are left out.
    fn segment(&mut self, name: &str, fields: &[&str]) {
        let used = fields.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
        self.text.push_str(name);
        for field in &fields[..used] {
            self.text.push('|');
            self.text.push_str(field);
        }
        self.text.push('\r');
    }

    fn header(&mut self, of: &Handover<'_>, route: &Route, kind: (&str, &str, &str), at_ms: u64) {
        let appointment = of.lead.appointment.as_ref();
        let said = format!(
            "{} {} {} {}",
            of.lead.thread,
            kind.1,
            appointment.map_or(0, |appointment| appointment.slot.start),
            // Made again at the same time, it is another appointment.
            appointment.map(|appointment| appointment.entry.to_string()).unwrap_or_default(),
        );
        // At most 20 characters (MSH-10).
        let id: String =
            ChainHash::of_body(&said).as_bytes()[..10].iter().map(|byte| format!("{byte:02X}")).collect();
        let name = |text: &str| escape(text);
        self.segment(
            "MSH",
            &[
                "^~\\&",
                &name(&route.from_application),
                &name(&route.from_facility),
                &name(&route.to_application),
                &name(&route.to_facility),
                &hl7(at_ms),
                "",
                &format!("{}^{}^{}", kind.0, kind.1, kind.2),
                &id,
                if route.is_production { "P" } else { "T" },
                "2.5.1",
                "",
                "",
                "",
                "",
                "",
                "UNICODE UTF-8",
            ],
        );
    }

    fn patient(&mut self, of: &Handover<'_>) {
        let answers = &of.answers;
        let id = component(&[&of.lead.thread.to_string(), "", "", "ANTEROOM", "PI"]);
        if of.inquiry.is_none() {
            // Erased: the id alone says who it is, and nothing that the EHR knows of the person is written over.
            self.segment("PID", &["1", "", &id, "", NOT_SAID]);
            return;
        }
        let name = of.patient().map_or_else(|| NOT_SAID.to_owned(), |name| person(&name));
        let born: String =
            answers.date_of_birth.iter().flat_map(|date| date.chars()).filter(char::is_ascii_digit).collect();
        let zip = component(&["", "", "", "", answers.zip.as_deref().unwrap_or_default()]);
        let zip = if answers.zip.is_some() { zip } else { String::new() };
        let own = answers.on_behalf_of.is_none();
        let phone = if own { phone(answers.contact.phone.as_deref()) } else { String::new() };
        let mail = answers.contact.email.as_deref().filter(|_| own);
        let mail = mail.map(|mail| format!("^NET^Internet^{}", escape(mail))).unwrap_or_default();
        let contact = [phone, mail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("~");
        // PID-8: the form asks for no sex; U is unknown (table 0001).
        self.segment("PID", &["1", "", &id, "", &name, "", &born, "U", "", "", &zip, "", &contact]);
    }

    /// PV1-2, patient class: outpatient.
    fn visit(&mut self) {
        self.segment("PV1", &["1", "O"]);
    }
}

/// XPN: family, given, further given, ..., L for the legal name.
fn person(name: &NameParts<'_>) -> String {
    let given = name.given.first().copied().unwrap_or_default();
    let further = name.given.get(1..).unwrap_or_default().join(" ");
    component(&[name.family, given, &further, "", "", "", "L"])
}

/// XTN: use, equipment, and the number as it was written.
fn phone(number: Option<&str>) -> String {
    let number = number.map(str::trim).filter(|number| !number.is_empty());
    number.map(|number| format!("^PRN^PH^^^^^^^^^{}", escape(number))).unwrap_or_default()
}

fn component(parts: &[&str]) -> String {
    parts.iter().map(|part| escape(part)).collect::<Vec<_>>().join("^").trim_end_matches('^').to_owned()
}

/// Escapes the delimiters (2.7.1). A new line, which would end a segment, becomes a space; other control characters
/// are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' => out.push_str("\\F\\"),
            '^' => out.push_str("\\S\\"),
            '&' => out.push_str("\\T\\"),
            '~' => out.push_str("\\R\\"),
            '\\' => out.push_str("\\E\\"),
            '\n' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_a_field_or_a_segment() {
        assert_eq!(escape("a|b^c&d~e\\f\r\ng\0"), "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f g");
        assert_eq!(component(&["a^", "", "b", ""]), "a\\S\\^^b");
    }

    #[test]
    fn empty_fields_at_the_end_are_left_out() {
        let mut message = Message::default();
        message.segment("PV1", &["1", "O", "", ""]);
        assert_eq!(message.text, "PV1|1|O\r");
    }
}
