//! How to reach the person: what is shown, and links that do what they say.

use super::answers::labels;
use super::plain::plain_line;
use crate::words::{fill, t};
use lead::inquiry::{Contact, ContactWay, Voicemail};
use lead::manifest::{FieldKind, ManifestSource};

/// Ways to a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Ways {
    pub(crate) phone: Option<Way>,
    pub(crate) email: Option<Way>,
    /// `Prefers a text message · mornings · never leave a voicemail`.
    pub(crate) wishes: Vec<String>,
}

/// Text, and where it leads; no link where the text is not what it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Way {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

impl Ways {
    /// The same to look at, leading nowhere.
    pub(crate) fn without_links(mut self) -> Self {
        for way in [&mut self.phone, &mut self.email].into_iter().flatten() {
            way.href = None;
        }
        self
    }
}

pub(crate) fn ways(source: &ManifestSource, contact: &Contact) -> Ways {
    let mut wishes = Vec::new();
    if let Some(prefer) = contact.prefer {
        let word = t(match prefer {
            ContactWay::Phone => "Prefers a call",
            ContactWay::Text => "Prefers a text message",
            ContactWay::Email => "Prefers e-mail",
        });
        wishes.push(word.to_owned());
    }
    if !contact.times.is_empty() {
        wishes.push(fill("Good times: {times}", &[&times(source, &contact.times)]));
    }
    match contact.voicemail {
        Some(Voicemail::Welcome) => wishes.push(t("Voicemail is welcome").into()),
        Some(Voicemail::Never) => wishes.push(t("Never leave a voicemail").into()),
        None => {}
    }
    let way =
        |text: &String, href: fn(&str) -> Option<String>| Way { text: plain_line(text), href: href(text) };
    Ways {
        phone: contact.phone.as_ref().map(|text| way(text, telephone)),
        email: contact.email.as_ref().map(|text| way(text, mail)),
        wishes,
    }
}

/// In the words of the form's own question.
fn times(source: &ManifestSource, ids: &[String]) -> String {
    let options = source.form.fields().find_map(|field| match &field.kind {
        FieldKind::Times { options } => Some(options.as_slice()),
        _ => None,
    });
    labels(options.unwrap_or_default(), ids)
}

/// RFC 3966 section 3: digits, with a plus in front where there was one. Pauses, extensions and service codes, with
/// which a number could do more than ring, make it no link.
fn telephone(text: &str) -> Option<String> {
    let allowed =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/' | '\u{A0}');
    let plus = if text.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    ((7..=15).contains(&digits.len()) && text.chars().all(allowed)).then(|| format!("tel:{plus}{digits}"))
}

/// RFC 6068 section 2, for plain addresses: anything that could add a header field makes it no link.
fn mail(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let fits = !local.is_empty()
        && domain.contains('.')
        && text.len() <= 254
        && local.chars().all(harmless)
        && domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    // A plus in a mailto link is read as a space by some programs.
    fits.then(|| format!("mailto:{}@{domain}", local.replace('+', "%2B")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    #[test]
    fn numbers_ring_and_do_nothing_else() {
        assert_eq!(telephone("(555) 010-0199").as_deref(), Some("tel:5550100199"));
        assert_eq!(telephone("+1 555 0100").as_deref(), Some("tel:+15550100"));
        for wrong in
            ["", "call me", "*21*5550100#", "5550100;ext=1", "5550100,,9", "javascript:alert(1)5550100", "12"]
        {
            assert_eq!(telephone(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn addresses_write_and_do_nothing_else() {
        assert_eq!(mail("ana+knee@example.com").as_deref(), Some("mailto:ana%2Bknee@example.com"));
        for wrong in
            ["", "ana", "@example.com", "a@b", "a@b.com?bcc=x@y.zz", "a b@c.de", "a%0Ab@c.de", "a@b.com&x"]
        {
            assert_eq!(mail(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn wishes_in_words() {
        let contact = Contact {
            prefer: Some(ContactWay::Text),
            times: vec!["8-10".into(), "gone".into()],
            voicemail: Some(Voicemail::Never),
            ..Contact::default()
        };
        let expected = ["Prefers a text message", "Good times: 8 to 10 am, gone", "Never leave a voicemail"];
        assert_eq!(ways(&samples::source(), &contact).wishes, expected);
    }
}
