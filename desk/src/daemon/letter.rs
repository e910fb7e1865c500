//! A message as it travels: RFC 5322, with what mailbox providers and the law ask for.

use super::ports::Mail;
use super::template::{self, TemplateError, Values};
use lead::sequence::{Email, Sender};
use lead::thread::Lead;
use lead::{Manifest, ical};
use lettre::message::dkim::{DkimConfig, DkimSigningAlgorithm, DkimSigningKey, dkim_sign};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, UNIX_EPOCH};
use wire::EntryId;

/// How long an appointment lasts whose end nobody gave, in milliseconds.
const HALF_AN_HOUR: u64 = 30 * 60_000;

/// Why there is no message. Certain: nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LetterError {
    /// The template.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// What the person gave is no address.
    #[error("the person's address is not one that mail can be sent to")]
    Recipient,
    /// The practice's own settings.
    #[error("the sender's address is not one that mail can come from")]
    Sender,
    /// It has no lines to stand on.
    #[error("the message cannot be put together: {0}")]
    Message(#[from] lettre::error::Error),
}

/// How messages are signed: RFC 6376.
#[derive(Debug, Clone)]
pub(crate) struct Dkim {
    /// Domain that signs.
    pub(crate) domain: String,
    /// Name of its key in the DNS.
    pub(crate) selector: String,
    /// PKCS #1 PEM for RSA, base64 of the seed for Ed25519.
    pub(crate) key: String,
    /// Which of the two.
    pub(crate) ed25519: bool,
}

impl Dkim {
    fn config(&self) -> Option<DkimConfig> {
        let algorithm = if self.ed25519 { DkimSigningAlgorithm::Ed25519 } else { DkimSigningAlgorithm::Rsa };
        let key = DkimSigningKey::new(self.key.trim(), algorithm).ok()?;
        // RFC 8058 section 4: the signature has to cover both List-Unsubscribe headers.
        let signed = [
            "From",
            "Reply-To",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "MIME-Version",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
        ];
        let headers = signed.map(HeaderName::new_from_ascii_str).to_vec();
        let relaxed = lettre::message::dkim::DkimCanonicalizationType::Relaxed;
        let canonicalization = lettre::message::dkim::DkimCanonicalization { header: relaxed, body: relaxed };
        Some(DkimConfig::new(self.selector.clone(), self.domain.clone(), key, headers, canonicalization))
    }

    /// Whether the key can sign.
    pub(crate) fn is_usable(&self) -> bool {
        self.config().is_some()
    }
}

/// Writes messages for a practice.
#[derive(Debug, Clone)]
pub(crate) struct Letters {
    /// Who they come from.
    pub(crate) sender: Sender,
    /// How they are signed, if here and not by the mail server.
    pub(crate) dkim: Option<Dkim>,
}

impl Letters {
    /// The message of a step to a lead. `id` is the claim's: sent twice by a mail server that lost its answer, it
    /// is one message for whoever compares Message-IDs.
    pub(crate) fn write(
        &self,
        id: &EntryId,
        lead: &Lead,
        email: &Email,
        manifest: &Manifest,
        unsubscribe: &str,
        now: u64,
    ) -> Result<Mail, LetterError> {
        let answers = lead.answers().ok_or(LetterError::Recipient)?;
        let to = answers.contact.email.as_deref().unwrap_or_default().trim().to_owned();
        let spoken = lead.inquiry().map_or("en", |inquiry| inquiry.lang.as_str());
        let language = if email.body.has(spoken) { spoken } else { spoken.split('-').next().unwrap_or("en") };
        let values = Values::of(lead, manifest, &self.sender, unsubscribe);
        let rendered = template::render(email, language, &values, &self.sender)?;
        let alternative = MultiPart::alternative_plain_html(rendered.text, rendered.html);
        let invite = email.calendar.then(|| invite(lead, manifest, &self.sender)).flatten();
        let body = match invite {
            None => alternative,
            Some(event) => MultiPart::mixed().multipart(alternative).singlepart(calendar_part(&event, now)),
        };
        let recipient: Address = to.parse().map_err(|_| LetterError::Recipient)?;
        let mut message = self
            .head(id, now)?
            .to(Mailbox::new(None, recipient))
            .subject(rendered.subject)
            .multipart(body)?;
        let headers = message.headers_mut();
        // RFC 8058 section 3.1 and RFC 3834 section 5.
        for (name, value) in [
            ("List-Unsubscribe", format!("<{unsubscribe}>")),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ("Auto-Submitted", "auto-generated".to_owned()),
        ] {
            headers.insert_raw(HeaderValue::dangerous_new_pre_encoded(
                HeaderName::new_from_ascii_str(name),
                value.clone(),
                value,
            ));
        }
        Ok(self.signed(message, to))
    }

    /// A message of the practice's program to its staff.
    pub(crate) fn to_staff(
        &self,
        id: &str,
        to: &str,
        subject: &str,
        text: String,
        now: u64,
    ) -> Result<Mail, LetterError> {
        let recipient: Address = to.parse().map_err(|_| LetterError::Recipient)?;
        let message = self
            .head(id, now)?
            .to(Mailbox::new(None, recipient))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text)?;
        Ok(self.signed(message, to.to_owned()))
    }

    fn head(&self, id: impl std::fmt::Display, now: u64) -> Result<MessageBuilder, LetterError> {
        let address: Address = self.sender.address.parse().map_err(|_| LetterError::Sender)?;
        let message_id = format!("<{id}@{}>", address.domain());
        let mut builder = Message::builder()
            .from(Mailbox::new(Some(self.sender.name.clone()), address))
            .message_id(Some(message_id))
            .date(UNIX_EPOCH + Duration::from_millis(now));
        if let Some(reply_to) = &self.sender.reply_to {
            let address = reply_to.parse().map_err(|_| LetterError::Sender)?;
            builder = builder.reply_to(Mailbox::new(None, address));
        }
        Ok(builder)
    }

    fn signed(&self, mut message: Message, to: String) -> Mail {
        if let Some(config) = self.dkim.as_ref().and_then(Dkim::config) {
            dkim_sign(&mut message, &config);
        }
        Mail { from: self.sender.address.clone(), to, bytes: message.formatted() }
    }
}

/// The appointment of a lead for a calendar, if it has one, or had one that is called off. Its title is neutral; calendars
/// are shared.
fn invite<'a>(lead: &Lead, manifest: &'a Manifest, sender: &'a Sender) -> Option<ical::Event<'a>> {
    let off = lead.withdrawn.as_ref().map(|off| &off.appointment);
    let made = lead.appointment.as_ref().or(off)?;
    let is_spanish = lead.inquiry().is_some_and(|inquiry| inquiry.lang.starts_with("es"));
    Some(ical::Event {
        practice: &manifest.practice,
        thread: lead.thread,
        sequence: lead.calendar_sequence(),
        start: made.slot.start,
        end: made.slot.end.unwrap_or(made.slot.start + HALF_AN_HOUR),
        title: if is_spanish { "Cita" } else { "Appointment" },
        place: &sender.postal_address,
        phone: &manifest.source.phone,
        remind_before: Some(24 * 60),
        is_cancelled: lead.appointment.is_none(),
    })
}

/// RFC 6047 2.4: the method stands in the part's head too.
fn calendar_part(event: &ical::Event<'_>, now: u64) -> SinglePart {
    let kind = format!("text/calendar; charset=utf-8; method={}", event.method());
    let kind = ContentType::parse(&kind).unwrap_or(ContentType::TEXT_PLAIN);
    SinglePart::builder().header(kind).body(event.to_ics(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(dkim: Option<Dkim>) -> Letters {
        let sender = Sender {
            name: "Lakeside care team".into(),
            address: "hello@lakeside.example".into(),
            reply_to: None,
            postal_address: "100 Example Street".into(),
            website: String::new(),
        };
        Letters { sender, dkim }
    }

    fn head(letters: &Letters) -> String {
        let mail = letters.to_staff("abc", "staff@lakeside.example", "2 wait", "Hello".into(), 0).unwrap();
        String::from_utf8(mail.bytes).unwrap().split("\r\n\r\n").next().unwrap().replace("\r\n ", " ")
    }

    #[test]
    fn a_message_is_signed_where_there_is_a_key() {
        // The private key of RFC 8463 appendix A.2.
        let key = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=".into();
        let dkim = Dkim { domain: "lakeside.example".into(), selector: "desk".into(), key, ed25519: true };
        assert!(dkim.is_usable());
        assert!(!Dkim { key: "no key".into(), ..dkim.clone() }.is_usable());
        let signed = head(&letters(Some(dkim)));
        let signature = signed.lines().find(|line| line.starts_with("DKIM-Signature:")).unwrap();
        assert!(
            signature.contains("a=ed25519-sha256") && signature.contains("d=lakeside.example"),
            "{signature}"
        );
        assert!(!head(&letters(None)).contains("DKIM"));
    }

    #[test]
    fn the_same_effect_has_the_same_message_id() {
        let id = |head: &str| head.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
        assert_eq!(id(&head(&letters(None))).as_deref(), Some("Message-ID: <abc@lakeside.example>"));
    }
}
