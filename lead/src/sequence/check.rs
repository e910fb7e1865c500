//! What is wrong with a sequence: one with faults is not sent.

use super::words::{health_words, tells_health};
use super::{Email, Sequence, Starts, StepAction, Timing, VARIABLES};
use crate::fault::Fault;
use crate::hours::minutes;
use crate::manifest::ManifestSource;
use crate::text::Text;

/// Most steps: whoever needs more writes to people too often.
const MOST_STEPS: usize = 20;

/// Who a message comes from, as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// Shown as the sender.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Where answers go; else to `address`.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Street address or registered post office box, as it stands under every message: 16 CFR 316.2(p).
    pub postal_address: String,
    /// The practice's website, where links may go: `https://www.lakeside.example`.
    #[serde(default)]
    pub website: String,
}

impl Sender {
    /// Everything that is wrong; `manifest` says which services must not be told.
    #[must_use]
    pub fn faults(&self, manifest: &ManifestSource) -> Vec<Fault> {
        let words = health_words(manifest);
        let mut faults = Vec::new();
        let mut say = |path: &str, message: String| faults.push(Fault::new(path, message));
        if self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            say("sender.name", "a sender has a name of one line".into());
        }
        if let Some(word) = tells_health(&self.name, &words) {
            say(
                "sender.name",
                named(
                    "the sender tells what it is about; mail servers and whoever glances at a phone read it",
                    &word,
                ),
            );
        }
        for (path, address) in
            [("sender.address", Some(&self.address)), ("sender.reply_to", self.reply_to.as_ref())]
        {
            if let Some(address) = address {
                if !is_address(address) {
                    say(path, "this is not an e-mail address".into());
                }
                // What stands after the @ is the practice's name on the internet and says nothing of one person.
                let local = address.split('@').next().unwrap_or_default();
                if let Some(word) = tells_health(local, &words) {
                    say(
                        path,
                        named(
                            "the sender's address tells what it is about; mail servers and whoever glances at a phone read it",
                            &word,
                        ),
                    );
                }
            }
        }
        if self.postal_address.trim().len() < 10
            || !self.postal_address.contains(|c: char| c.is_ascii_digit())
        {
            let message =
                "a postal address is missing: every message has to carry one (15 U.S.C. 7704(a)(5))";
            say("sender.postal_address", message.into());
        }
        if !self.website.is_empty() && !self.website.starts_with("https://") {
            say("sender.website", "a website begins with https://".into());
        }
        faults
    }
}

/// What is wrong, which is the same whatever it is about, and what it is about.
fn named(what: &str, name: &str) -> String {
    format!("{what}: {name}")
}

/// Enough to refuse a slip; the mail server has the last word.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>,;:\\\"()[]".contains(&b))
    };
    plain(local)
        && plain(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

impl Sequence {
    /// Everything that is wrong, in the document's order; empty: it can be sent. `manifest` says which languages are
    /// spoken and which services must not be told, `sender` where links may go; `None`: it is not known here, and that is
    /// not looked at.
    #[must_use]
    pub fn faults(&self, manifest: &ManifestSource, sender: Option<&Sender>) -> Vec<Fault> {
        let words = health_words(manifest);
        let mut faults = Vec::new();
        let mut say = |path: String, message: String| faults.push(Fault::new(path, message));
        if !is_id(&self.id) {
            say("id".into(), "an id has 1 to 60 lower-case letters, digits and hyphens".into());
        }
        if self.name.trim().is_empty() || self.name.len() > 80 {
            say("name".into(), "a sequence has a name of at most 80 bytes".into());
        }
        match (minutes(&self.quiet.from), minutes(&self.quiet.to)) {
            (Some(from), Some(to)) => {
                let night = (to - from).rem_euclid(1440);
                if !(480..=1080).contains(&night) {
                    let message =
                        "quiet hours take 8 to 18 hours, so that nobody is woken and a message can go out";
                    say("quiet".into(), message.into());
                }
            }
            _ => say("quiet".into(), "a time is written as 20:00".into()),
        }
        if !(1..=240).contains(&self.give_up_after_hours) {
            say("give_up_after_hours".into(), "a message is tried for 1 to 240 hours".into());
        }
        if self.steps.is_empty() || self.steps.len() > MOST_STEPS {
            say("steps".into(), format!("a sequence has 1 to {MOST_STEPS} steps"));
        }
        for (n, step) in self.steps.iter().enumerate() {
            let at = format!("steps[{n}]");
            if !is_id(&step.id) {
                say(format!("{at}.id"), "an id has 1 to 60 lower-case letters, digits and hyphens".into());
            }
            if self.steps[..n].iter().any(|earlier| earlier.id == step.id) {
                say(format!("{at}.id"), "another step has this id".into());
            }
            if matches!(step.when, Timing::HoursBeforeAppointment(_)) && self.starts != Starts::Booking {
                say(
                    format!("{at}.when"),
                    "only a sequence that starts with a booking knows an appointment".into(),
                );
            }
            match &step.action {
                StepAction::Email(email) => {
                    self.check_email(email, manifest, sender, &words, &mut |member, message| {
                        say(format!("{at}.do.email.{member}"), message);
                    });
                }
                StepAction::Call { note } => {
                    if note.in_language("en").trim().is_empty() {
                        say(format!("{at}.do.call.note"), "staff need to know why they call".into());
                    }
                }
            }
        }
        faults
    }

    fn check_email(
        &self,
        email: &Email,
        manifest: &ManifestSource,
        sender: Option<&Sender>,
        words: &[String],
        say: &mut dyn FnMut(&str, String),
    ) {
        for language in &manifest.languages {
            for (member, text) in [("subject", &email.subject), ("body", &email.body)] {
                if !text.has(language) || text.in_language(language).trim().is_empty() {
                    say(member, named("a text is missing in a language that the practice speaks", language));
                }
            }
        }
        if email.calendar && self.starts == Starts::Inquiry {
            let message = "only a sequence that starts with a booking or a cancellation knows an appointment";
            say("calendar", message.into());
        }
        let texts: [(&str, &str, &Text); 3] = [
            (
                "subject",
                "the subject tells what it is about; mail servers and whoever glances at a phone read it",
                &email.subject,
            ),
            (
                "preview",
                "the preview tells what it is about; mail servers and whoever glances at a phone read it",
                &email.preview,
            ),
            (
                "body",
                "the message tells what it is about; mail servers and whoever glances at a phone read it",
                &email.body,
            ),
        ];
        for (member, what, text) in texts {
            for (language, text) in &text.0 {
                if let Some(word) = tells_health(text, words) {
                    say(member, format!("{language}: {}", named(what, &word)));
                }
                for name in variables(text) {
                    if !VARIABLES.contains(&name) {
                        let why = named("there is no such variable", name);
                        say(member, format!("{language}: {why} ({})", VARIABLES.join(", ")));
                    }
                }
            }
        }
        for (language, subject) in &email.subject.0 {
            if subject.chars().count() > 78 || subject.chars().any(char::is_control) {
                say("subject", named(language, "a subject is one line of at most 78 characters (RFC 5322)"));
            }
            if variables(subject).any(|name| !["practice", "sender"].contains(&name)) {
                say("subject", named(language, "a subject names nothing but the practice or the sender"));
            }
        }
        for (language, body) in &email.body.0 {
            for link in links(body) {
                if sender.is_some_and(|sender| !is_on(&sender.website, link)) {
                    say(
                        "body",
                        format!(
                            "{language}: {}",
                            named("a link does not lead to the practice's own website", link)
                        ),
                    );
                }
                if link.contains(['?', '#']) {
                    say(
                        "body",
                        format!(
                            "{language}: {}",
                            named("a link carries something that could tell people apart", link)
                        ),
                    );
                }
            }
        }
    }
}

fn is_on(website: &str, link: &str) -> bool {
    let path = link.strip_prefix(website).filter(|_| !website.is_empty());
    path.is_some_and(|path| path.is_empty() || path.starts_with(['/', '?', '#']))
}

fn is_id(id: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=60).contains(&id.len()) && id.bytes().all(fits)
}

/// The names within `{{ }}`; anything but a name there is given as it stands, and so is refused.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("{%").skip(1).map(|rest| rest.split("%}").next().unwrap_or(rest).trim());
    text.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap_or(rest).trim()).chain(blocks)
}

/// Everything in a Markdown text that begins like an address on the web.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("http").filter_map(|(at, _)| {
        let rest = &text[at..];
        let is_link = rest.starts_with("http://") || rest.starts_with("https://");
        let end = rest.find(|c: char| c.is_whitespace() || ")>\"]".contains(c)).unwrap_or(rest.len());
        is_link.then(|| &rest[..end])
    })
}

#[cfg(test)]
mod tests;
