//! Whether answers can be used, and why not. The patient's form asks it while it is filled in, and staff's programs
//! ask it again of what arrived, which anyone may have made up.
//!
//! It refuses only what would leave the practice unable to answer: no name, number or address is wrong for being
//! unusual.

use crate::hours::is_date;
use crate::inquiry::{Answer, Answers, Insurance, LINE_BYTES, NEEDS_BYTES, TEXT_BYTES};
use crate::manifest::{Choice, Field, FieldKind, ManifestSource};
use std::fmt;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing written.
    Missing,
    /// Nothing chosen.
    NotChosen,
    /// Not agreed to, or to another version of the text.
    NotAgreed,
    /// No e-mail address.
    Email,
    /// No phone number.
    Phone,
    /// No ZIP or postal code.
    Zip,
    /// No date, or one that cannot be a birthday.
    Date,
    /// Longer than it may be.
    TooLong,
    /// Neither phone nor e-mail: nobody could answer.
    NoWayBack,
    /// Wants to be called or texted, without a number.
    PhoneForThat,
    /// Wants an e-mail, without an address.
    EmailForThat,
    /// Something that the form does not offer.
    NotOffered,
}

impl fmt::Display for Problem {
    /// For staff; the form has words of its own for patients.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is not filled in",
            Self::NotChosen => "is not chosen",
            Self::NotAgreed => "is not agreed to in this version",
            Self::Email => "is not an e-mail address",
            Self::Phone => "is not a phone number",
            Self::Zip => "is not a ZIP or postal code",
            Self::Date => "is not a date of birth",
            Self::TooLong => "is longer than the form allows",
            Self::NoWayBack => "is missing, and so is every other way to answer",
            Self::PhoneForThat => "is missing, and a call or a text is asked for",
            Self::EmailForThat => "is missing, and an e-mail is asked for",
            Self::NotOffered => "is something that the form does not offer",
        })
    }
}

/// Which part of a field's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The answer itself, or the choice that the other parts depend on.
    Head,
    /// Insurance company.
    Carrier,
    /// Insurance plan.
    Plan,
    /// Member id.
    MemberId,
    /// Who referred.
    Physician,
    /// Where they practise.
    PhysicianPractice,
    /// The patient, when someone else writes.
    Patient,
}

/// Something wrong with the answer to one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Place of the field among [`crate::manifest::Form::fields`].
    pub field: usize,
    /// Which part of its answer.
    pub part: Part,
    /// What is wrong.
    pub problem: Problem,
}

/// Everything that is wrong with `answers`, in the form's order. `today` is `2026-11-23`.
#[must_use]
pub fn problems(source: &ManifestSource, answers: &Answers, today: &str) -> Vec<Found> {
    let mut check = Check { source, answers, today, field: 0, found: Vec::new() };
    for (at, field) in source.form.fields().enumerate() {
        check.field = at;
        if source.form.is_shown(field, answers) {
            check.field(field);
        }
    }
    check.found
}

/// The same in words for staff, each question by its label in `language`.
#[must_use]
pub fn misfits(source: &ManifestSource, answers: &Answers, today: &str, language: &str) -> Vec<String> {
    let asked: Vec<&Field> = source.form.fields().collect();
    let say = |one: Found| {
        let label = asked.get(one.field)?.label.in_language(language);
        Some(format!("\"{label}\" {}", one.problem))
    };
    problems(source, answers, today).into_iter().filter_map(say).collect()
}

/// Most characters of a line or a text; `None` for what is chosen.
#[must_use]
pub fn most_chars(kind: &FieldKind, part: Part) -> Option<usize> {
    Some(match (kind, part) {
        (_, Part::MemberId) => 60,
        (FieldKind::Name, _) | (_, Part::Carrier | Part::Plan | Part::Patient) => 120,
        (_, Part::Physician | Part::PhysicianPractice) => 120,
        (FieldKind::Email, _) => 200,
        (FieldKind::Phone, _) => 40,
        (FieldKind::Zip, _) => 12,
        (FieldKind::DateOfBirth, _) => 10,
        (
            FieldKind::Needs { max_chars }
            | FieldKind::Text { max_chars }
            | FieldKind::LongText { max_chars },
            _,
        ) => *max_chars as usize,
        _ => return None,
    })
}

struct Check<'a> {
    source: &'a ManifestSource,
    answers: &'a Answers,
    today: &'a str,
    field: usize,
    found: Vec<Found>,
}

impl Check<'_> {
    fn say(&mut self, part: Part, problem: Problem) {
        self.found.push(Found { field: self.field, part, problem });
    }

    fn field(&mut self, field: &Field) {
        let Self { source, answers, .. } = *self;
        let contact = &answers.contact;
        let maybe = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
        match &field.kind {
            FieldKind::Name => self.text(field, Part::Head, &contact.name, field.required),
            FieldKind::Email => self.text(field, Part::Head, &maybe(&contact.email), field.required),
            FieldKind::Phone => self.text(field, Part::Head, &maybe(&contact.phone), field.required),
            FieldKind::Zip => self.text(field, Part::Head, &maybe(&answers.zip), field.required),
            FieldKind::DateOfBirth => {
                self.text(field, Part::Head, &maybe(&answers.date_of_birth), field.required);
            }
            FieldKind::Needs { .. } => self.text(field, Part::Head, &answers.needs, field.required),
            FieldKind::Text { .. } | FieldKind::LongText { .. } => match answers.other.get(&field.id) {
                Some(Answer::Chosen(_)) => self.say(Part::Head, Problem::NotOffered),
                Some(Answer::Text(text)) => self.text(field, Part::Head, text, field.required),
                None => self.text(field, Part::Head, "", field.required),
            },
            FieldKind::Insurance { .. } => {
                self.choice(field, &|_| true);
                if let Some(Insurance::Plan { carrier, plan, member_id }) = &answers.insurance {
                    self.text(field, Part::Carrier, carrier, true);
                    self.text(field, Part::Plan, &maybe(plan), false);
                    self.text(field, Part::MemberId, &maybe(member_id), false);
                }
            }
            // Nobody is referred, and everyone writes for themselves, who does not say otherwise.
            FieldKind::Referral => {
                if let Some(by) = &answers.referral {
                    self.text(field, Part::Physician, &by.physician, true);
                    self.text(field, Part::PhysicianPractice, &maybe(&by.practice), false);
                }
            }
            FieldKind::OnBehalfOf { options } => {
                if let Some(of) = &answers.on_behalf_of {
                    if !offers(options, &of.relationship) {
                        self.say(Part::Head, Problem::NotOffered);
                    }
                    self.text(field, Part::Patient, &maybe(&of.patient), true);
                }
            }
            FieldKind::Consent => {
                self.consent(field, answers.consent.map(|given| given.version), &source.consent)
            }
            FieldKind::FollowUp => {
                if let Some(text) = &source.follow_up {
                    self.consent(field, answers.follow_up.map(|given| given.version), text);
                }
            }
            FieldKind::Service => self.choice(field, &|id| source.service(id).is_some()),
            FieldKind::Contact { ways } => {
                self.choice(field, &|id| ways.iter().any(|way| way.as_str() == id))
            }
            FieldKind::Voicemail => self.choice(field, &|_| true),
            FieldKind::Guides { options } => {
                self.choice(field, &|id| options.iter().any(|guide| guide.id == id));
            }
            FieldKind::Appointment { options } => {
                self.choice(field, &|id| id == "any" || offers(options, id))
            }
            FieldKind::Times { options }
            | FieldKind::Select { options }
            | FieldKind::Choice { options }
            | FieldKind::Choices { options } => self.choice(field, &|id| offers(options, id)),
        }
    }

    fn choice(&mut self, field: &Field, is_offered: &dyn Fn(&str) -> bool) {
        let chosen = field.values(self.answers);
        if chosen.is_empty() && field.required {
            self.say(Part::Head, Problem::NotChosen);
        } else if !chosen.into_iter().all(is_offered) {
            self.say(Part::Head, Problem::NotOffered);
        }
    }

    fn consent(&mut self, field: &Field, given: Option<u32>, to: &crate::manifest::Consent) {
        if given.map_or(field.required, |version| version != to.version) {
            self.say(Part::Head, Problem::NotAgreed);
        }
    }

    fn text(&mut self, field: &Field, part: Part, text: &str, required: bool) {
        let text = text.trim();
        let problem = if text.is_empty() {
            if required { Some(Problem::Missing) } else { self.way_back(&field.kind) }
        } else if text.chars().count() > most_chars(&field.kind, part).unwrap_or(usize::MAX)
            || text.len() > most_bytes(&field.kind)
        {
            Some(Problem::TooLong)
        } else {
            let (fits, problem) = match (&field.kind, part) {
                (FieldKind::Email, _) => (is_email(text), Problem::Email),
                (FieldKind::Phone, _) => (is_phone(text), Problem::Phone),
                (FieldKind::Zip, _) => (is_postal_code(text), Problem::Zip),
                (FieldKind::DateOfBirth, _) => (is_birthday(text, self.today), Problem::Date),
                _ => return,
            };
            (!fits).then_some(problem)
        };
        if let Some(problem) = problem {
            self.say(part, problem);
        }
    }

    /// What the practice needs in order to answer at all.
    fn way_back(&self, kind: &FieldKind) -> Option<Problem> {
        let contact = &self.answers.contact;
        let prefer = contact.prefer.map_or("", |way| way.as_str());
        let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        match kind {
            FieldKind::Phone if matches!(prefer, "phone" | "text") => Some(Problem::PhoneForThat),
            FieldKind::Email if prefer == "email" => Some(Problem::EmailForThat),
            FieldKind::Phone | FieldKind::Email if blank(&contact.phone) && blank(&contact.email) => {
                // Said once: at the phone number, where the form asks for one.
                let asks = |field: &Field| {
                    field.kind == FieldKind::Phone && self.source.form.is_shown(field, self.answers)
                };
                let phone = self.source.form.fields().any(asks);
                (*kind == FieldKind::Phone || !phone).then_some(Problem::NoWayBack)
            }
            _ => None,
        }
    }
}

fn offers(options: &[Choice], id: &str) -> bool {
    options.iter().any(|option| option.id == id)
}

/// What an inquiry holds of it, whatever the form says.
const fn most_bytes(kind: &FieldKind) -> usize {
    match kind {
        FieldKind::Needs { .. } => NEEDS_BYTES,
        FieldKind::Text { .. } | FieldKind::LongText { .. } => TEXT_BYTES,
        _ => LINE_BYTES,
    }
}

/// As RFC 5321 allows, loosely: the practice's first answer is the real test.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
}

/// ITU-T E.164: at most 15 digits; with fewer than 7 nobody can be called. An extension may follow.
fn is_phone(text: &str) -> bool {
    let number = text.split(['x', 'X', '#', ',', ';', 'e']).next().unwrap_or(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || "+-\u{2010}\u{2011}\u{2013}().\u{b7}/".contains(c)
    };
    (7..=15).contains(&digits) && number.chars().all(plain)
}

/// Any country's: `60601-1234`, `SW1A 1AA`, `K1A 0B1`, `101`.
fn is_postal_code(text: &str) -> bool {
    let known = text.chars().filter(|c| c.is_ascii_alphanumeric()).count();
    (3..=10).contains(&known) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-')
}

/// ISO dates of one length compare as text.
fn is_birthday(text: &str, today: &str) -> bool {
    is_date(text) && text <= today
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_addresses_and_numbers_are_fine() {
        for email in
            ["a@example.com", "o'neil+knee@mail.example.co.uk", "josé@ejemplo.example", "x@münchen.example"]
        {
            assert!(is_email(email), "{email}");
        }
        for phone in [
            "555-0100",
            "(555) 555-0142",
            "+44 20 7946 0018",
            "+1.555.555.0142",
            "555 555 0142 x12",
            "555-555-0142 ext. 12",
            "+52 55 5555 0142",
            "001 49 30 5555 0142",
            "555\u{2011}555\u{2011}0142",
        ] {
            assert!(is_phone(phone), "{phone}");
        }
        for code in ["60601", "60601-1234", "SW1A 1AA", "K1A 0B1", "101"] {
            assert!(is_postal_code(code), "{code}");
        }
    }

    #[test]
    fn what_nobody_could_answer_is_not() {
        for email in ["a@example", "example.com", "@example.com", "a b@example.com", "a@example..com", "a@"] {
            assert!(!is_email(email), "{email}");
        }
        for phone in ["12345", "call me", "555-CALL-NOW", "+++++++"] {
            assert!(!is_phone(phone), "{phone}");
        }
        for code in ["1", "zip: 60601", "123456789012"] {
            assert!(!is_postal_code(code), "{code}");
        }
    }

    #[test]
    fn a_birthday_is_a_real_day_that_has_been() {
        let today = "2026-11-23";
        for date in ["1980-02-29", "2026-11-23", "1900-01-01"] {
            assert!(is_birthday(date, today), "{date}");
        }
        for date in
            ["1981-02-29", "2026-11-24", "1899-12-31", "1980-13-01", "1980-00-10", "80-01-01", "yesterday"]
        {
            assert!(!is_birthday(date, today), "{date}");
        }
    }
}
