//! Whether an answer can be used, and why not, in terms that [`crate::words`] puts plainly. It refuses only
//! what would leave the practice unable to answer: no name, number or address is wrong for being unusual.

use crate::control::{Control, Entry, Part, is_asked};
use crate::values::Values;
use lead::inquiry::{LINE_BYTES, NEEDS_BYTES, TEXT_BYTES};

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing written.
    Missing,
    /// Nothing chosen.
    NotChosen,
    /// Not agreed to.
    NotAgreed,
    /// No e-mail address.
    Email,
    /// No phone number.
    Phone,
    /// No ZIP or postal code.
    Zip,
    /// No date, or one that cannot be a birthday.
    Date,
    /// Longer than this many characters.
    TooLong(usize),
    /// Neither phone nor e-mail: nobody could answer.
    NoWayBack,
    /// Wants to be called or texted, without a number.
    PhoneForThat,
    /// Wants an e-mail, without an address.
    EmailForThat,
}

/// What is wrong with `controls[index]`; `today` is `2026-11-23`.
#[must_use]
pub fn problem(controls: &[Control], values: &Values, index: usize, today: &str) -> Option<Problem> {
    if !is_asked(controls, values, index) {
        return None;
    }
    let control = &controls[index];
    if values.is_blank(index) {
        return blank(controls, values, index);
    }
    let text = values.text(index).trim();
    let (characters, bytes) = match (&control.entry, control.part) {
        (Entry::Line { max, .. }, _) => (*max, LINE_BYTES),
        (Entry::Area(max), Part::Needs) => (*max, NEEDS_BYTES),
        (Entry::Area(max), _) => (*max, TEXT_BYTES),
        _ => (LINE_BYTES, LINE_BYTES),
    };
    if text.chars().count() > characters || text.len() > bytes {
        return Some(Problem::TooLong(characters));
    }
    match control.part {
        Part::Email if !is_email(text) => Some(Problem::Email),
        Part::Phone if !is_phone(text) => Some(Problem::Phone),
        Part::Zip if !is_postal_code(text) => Some(Problem::Zip),
        Part::DateOfBirth if !is_birthday(text, today) => Some(Problem::Date),
        _ => None,
    }
}

fn blank(controls: &[Control], values: &Values, index: usize) -> Option<Problem> {
    let control = &controls[index];
    let position = |part| controls.iter().position(|control| control.part == part);
    if control.required {
        return Some(match control.entry {
            Entry::Line { .. } | Entry::Area(_) | Entry::Date => Problem::Missing,
            Entry::One(_) | Entry::Menu(_) | Entry::Many(_) => Problem::NotChosen,
            Entry::Agree => Problem::NotAgreed,
        });
    }
    let prefer = position(Part::Prefer).map_or("", |prefer| values.text(prefer));
    match control.part {
        Part::Phone if matches!(prefer, "phone" | "text") => Some(Problem::PhoneForThat),
        Part::Email if prefer == "email" => Some(Problem::EmailForThat),
        Part::Phone => {
            let email = position(Part::Email).is_some_and(|email| !values.is_blank(email));
            (!email).then_some(Problem::NoWayBack)
        }
        Part::Email if position(Part::Phone).is_none() => Some(Problem::NoWayBack),
        _ => None,
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
    let number = text.split(['x', 'X', '#', ',', ';']).next().unwrap_or(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+-\u{2013}().\u{b7}/".contains(c);
    (7..=15).contains(&digits) && number.chars().all(plain)
}

fn is_postal_code(text: &str) -> bool {
    let known = text.chars().filter(|c| c.is_ascii_alphanumeric()).count();
    (3..=10).contains(&known) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-')
}

fn is_birthday(text: &str, today: &str) -> bool {
    let mut parts = text.split('-').map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    // ISO dates of one length compare as text.
    text.len() == 10 && (1..=days).contains(&day) && year >= 1900 && text <= today
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
        for phone in ["555-0100", "(555) 555-0142", "+44 20 7946 0018", "+1.555.555.0142", "555 555 0142 x12"]
        {
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
