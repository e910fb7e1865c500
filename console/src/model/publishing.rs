//! Publishing a manifest from this page: what it is going to change, in words, how far it is, and what can go wrong. The
//! root key is not here: `drive/publishing.rs` has it, for one signature, where the page may ask for it ([`is_own_page`]).

use super::case::Practice;
use super::drafting::{self, Drafting};
use super::forming::{Forming, Part};
use crate::words::{en, fill, found, t, tag};
use lead::manifest::check::mistakes;
use lead::manifest::publication::VALID_DAYS;
use lead::manifest::{Field, ManifestSource, Service};
use lead::text::Text;
use std::fmt;
use zeroize::Zeroizing;

/// Whether a page that says to be served by `anteroom desk` may ask for the root key: it must not come from where the
/// relay (a base URL) is. Who runs the relay could change a page there, and take the key.
pub(crate) fn is_own_page(origin: &str, relay: &str) -> bool {
    let theirs = origin_of(relay);
    theirs.is_some() && origin_of(origin) != theirs
}

/// Scheme, host and port, written in one way (WHATWG URL, section 4.7).
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let host = rest.split('/').next()?.to_ascii_lowercase();
    let port = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(port).unwrap_or(&host);
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}

/// How far it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Publishing {
    #[default]
    Resting,
    /// The root key is asked for.
    Asking,
    Working(Stage),
    /// It is asked for again, or for the first time in the right way.
    Failed(Trouble),
    /// This version is in force, until then (milliseconds).
    Done {
        version: u64,
        until: u64,
    },
}

impl Publishing {
    pub(crate) const fn is_working(&self) -> bool {
        matches!(self, Self::Working(_))
    }

    /// Whether the fields for the root key are there.
    pub(crate) const fn is_asked(&self) -> bool {
        matches!(self, Self::Asking | Self::Working(_) | Self::Failed(_))
    }
}

/// The steps of publishing, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Stage {
    /// What is in force, the roster and the keyring are read and checked.
    Checking,
    /// The passphrase opens the root key, which signs.
    Signing,
    Sending,
    ReadingBack,
}

impl Stage {
    pub(crate) const ALL: [Self; 4] = [Self::Checking, Self::Signing, Self::Sending, Self::ReadingBack];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Checking => "Checking what is in force",
            Self::Signing => "Signing with the root key",
            Self::Sending => "Sending it to the relay",
            Self::ReadingBack => "Reading it back",
        })
    }
}

/// What is to be published, and by what.
#[derive(PartialEq)]
pub(crate) struct Order {
    /// The root key's file, still encrypted.
    pub(crate) file: String,
    pub(crate) passphrase: Zeroizing<String>,
    pub(crate) days: u32,
    pub(crate) source: ManifestSource,
    /// The version in force that it was made from.
    pub(crate) of: u64,
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order, redacted")
    }
}

/// What went wrong, as a person can act on it. The draft is there as before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    NoFile,
    NoPassphrase,
    /// No whole number within [`VALID_DAYS`].
    Days,
    NotARootKey,
    Passphrase,
    /// The root key of another practice, or another one of this.
    OtherPractice(String),
    /// The browser has no WebCrypto here.
    NoCrypto,
    /// There are mistakes in it.
    Mistakes,
    TooLong,
    /// Another version came into force since the draft was begun, or a moment ago.
    Overtaken(u64),
    /// The relay's documents are not the practice's: what was found.
    Untrusted(String),
    /// The relay does not let this person publish.
    NotAllowed,
    /// The relay does not take it, with this status.
    Refused(u16),
    /// The relay did not answer, before anything was sent.
    Unreachable,
    /// It did not answer what was sent: nobody knows whether it took it.
    Unclear,
    /// It took it, and shows something else.
    NotShown(u64),
}

impl Trouble {
    /// What is wrong.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::NoFile => t("No file is chosen.").into(),
            Self::NoPassphrase => t("The passphrase is missing.").into(),
            Self::Days => {
                fill("Valid for {least} to {most} days.", &[&VALID_DAYS.start(), &VALID_DAYS.end()])
            }
            Self::NotARootKey => t("This file is not a root key.").into(),
            Self::Passphrase => t("The passphrase does not open this file.").into(),
            Self::OtherPractice(practice) => {
                fill("This is not your practice's root key. It was made for {practice}.", &[practice])
            }
            Self::NoCrypto => t("This browser offers no cryptography on this page.").into(),
            Self::Mistakes => t("There are things to put right first.").into(),
            Self::TooLong => t("It is too long to be signed.").into(),
            Self::Overtaken(version) => fill("Version {version} came into force meanwhile.", &[version]),
            Self::Untrusted(what) => {
                fill("The relay's documents are not your practice's: {found}.", &[&found(what)])
            }
            Self::NotAllowed => t("The relay does not let you publish.").into(),
            Self::Refused(status) => fill("The relay refuses it (status {status}).", &[status]),
            Self::Unreachable => t("The relay does not answer.").into(),
            Self::Unclear => t("The relay did not answer what was sent to it.").into(),
            Self::NotShown(version) => {
                fill("The relay took version {version} and shows something else.", &[version])
            }
        }
    }

    /// What to do.
    pub(crate) fn remedy(&self) -> &'static str {
        t(match self {
            Self::NoFile | Self::NotARootKey => "Choose root.key, from where you keep it.",
            Self::NoPassphrase => "It is that of the root key, not that of your credential.",
            Self::Days => "A year is 365.",
            Self::Passphrase => {
                "It is that of the root key, not that of your credential. Your draft is as it was."
            }
            Self::OtherPractice(_) => "Nothing was published. Choose the root.key of this practice.",
            Self::NoCrypto => "Open the console over https, or from this machine.",
            Self::Mistakes => "Each is named on the pages Form and Scoring.",
            Self::TooLong => "Shorten its texts. Nothing was published.",
            Self::Overtaken(_) => {
                "Nothing of yours was published. Look at your draft again, then publish it."
            }
            Self::Untrusted(_) => {
                "Nothing was published. Tell everyone who looks after the relay: somebody may have changed what it holds."
            }
            Self::NotAllowed => "Nothing was published. Only owners on the roster may.",
            Self::Refused(_) => "Nothing was published, and your draft is as it was.",
            Self::Unreachable => "Nothing was published, and your draft is as it was. Try again.",
            Self::Unclear => {
                "Whether it was published shows when the relay answers again: then publish once more."
            }
            Self::NotShown(_) => "Read the access log, and tell everyone who looks after the relay.",
        })
    }

    /// Where the keyboard's focus is wanted, by id.
    pub(crate) const fn place(&self) -> &'static str {
        match self {
            Self::NoFile | Self::NotARootKey | Self::OtherPractice(_) => FILE,
            Self::Days => DAYS,
            _ => PASSPHRASE,
        }
    }
}

/// Ids of the fields, and of what stands in their place.
pub(crate) const FILE: &str = "root-file";
pub(crate) const PASSPHRASE: &str = "root-passphrase";
pub(crate) const DAYS: &str = "valid-days";
pub(crate) const BEGIN: &str = "publish-begin";
pub(crate) const DONE: &str = "publish-done";

/// So many days, as they were typed.
pub(crate) fn days(typed: &str) -> Result<u32, Trouble> {
    let days = typed.trim().parse().ok().filter(|days| VALID_DAYS.contains(days));
    days.ok_or(Trouble::Days)
}

/// What is there to publish.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Offer {
    /// What differs from what is in force, in words; nothing: there is no draft.
    pub(crate) changes: Vec<String>,
    /// Mistakes in the form, and in the scoring model: nothing is published with them.
    pub(crate) mistakes: [u64; 2],
}

impl Offer {
    pub(crate) const fn is_sound(&self) -> bool {
        matches!(self.mistakes, [0, 0])
    }
}

/// The drafts of form and scoring model as one manifest, each text and the model with the number that it will have.
pub(crate) fn whole(practice: &Practice, forming: &Forming, drafting: &Drafting) -> ManifestSource {
    let next = forming.next(practice);
    drafting::numbered(&drafting.versions(&practice.source.scoring))
        .map_or(next.clone(), |scoring| ManifestSource { scoring, ..next })
}

pub(crate) fn offer(practice: &Practice, forming: &Forming, drafting: &Drafting) -> Offer {
    let next = whole(practice, forming, drafting);
    let changes = changes(&practice.source, &next);
    if changes.is_empty() {
        return Offer::default();
    }
    let (scoring, form): (Vec<_>, Vec<_>) =
        mistakes(&next).into_iter().partition(|mistake| mistake.path.starts_with("scoring."));
    Offer { changes, mistakes: [form.len() as u64, scoring.len() as u64] }
}

/// What `next` does otherwise than `now`.
fn changes(now: &ManifestSource, next: &ManifestSource) -> Vec<String> {
    let mut said = questions(now, next);
    said.extend(services(now, next));
    for (differs, is, what) in [
        (now.name != next.name, en("Name: {text}"), &next.name),
        (now.phone != next.phone, en("Phone number: {text}"), &next.phone),
    ] {
        said.extend(differs.then(|| fill(is, &[what])));
    }
    let parts = [
        (now.languages != next.languages, t("Languages of the form")),
        (now.hours != next.hours, Part::Hours.label()),
        (now.consent != next.consent, t("Consent that everyone gives")),
        (now.follow_up != next.follow_up, t("Consent to a later follow-up")),
        (now.notices != next.notices || now.emergency_note != next.emergency_note, Part::Texts.label()),
        (now.phrases != next.phrases, Part::Words.label()),
        (now.pages != next.pages, Part::Website.label()),
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|(differs, _)| *differs).map(|(_, name)| name).collect();
    if !parts.is_empty() {
        said.push(fill("Changed: {parts}", &[&parts.join(", ")]));
    }
    if now.scoring != next.scoring {
        said.push(fill("Scoring model, version {version}", &[&next.scoring.version]));
        said.extend(drafting::changes(&now.scoring, &next.scoring));
    }
    said
}

fn named(text: &Text) -> &str {
    text.in_language(tag())
}

fn questions(now: &ManifestSource, next: &ManifestSource) -> Vec<String> {
    let old: Vec<&Field> = now.form.fields().collect();
    let new: Vec<&Field> = next.form.fields().collect();
    let mut said = differences(
        &old,
        &new,
        |field| (&field.id, named(&field.label)),
        &[en("New question: {name}"), en("Question changed: {name}"), en("Question taken out: {name}")],
    );
    // What is left is where they stand: steps, their titles, their order.
    let places = |source: &ManifestSource, others: &[&Field]| {
        let both = |field: &&Field| others.iter().any(|other| other.id == field.id);
        let step = |step: &lead::manifest::Step| {
            let ids: Vec<String> =
                step.fields.iter().filter(|field| both(field)).map(|f| f.id.clone()).collect();
            (step.id.clone(), step.title.clone(), ids)
        };
        source.form.steps.iter().map(step).collect::<Vec<_>>()
    };
    if places(now, &new) != places(next, &old) {
        said.push(t("Changed: the steps of the form, or the order of its questions").to_owned());
    }
    said
}

fn services(now: &ManifestSource, next: &ManifestSource) -> Vec<String> {
    let old: Vec<&Service> = now.services.iter().collect();
    let new: Vec<&Service> = next.services.iter().collect();
    let mut said = differences(
        &old,
        &new,
        |service| (&service.id, named(&service.label)),
        &[en("New service: {name}"), en("Service changed: {name}"), en("Service taken out: {name}")],
    );
    if said.is_empty() && now.services != next.services {
        said.push(t("Changed: the order of the services").to_owned());
    }
    said
}

/// What is new, what is changed and what is gone, by id; `says` says it of a name.
fn differences<'a, T: PartialEq>(
    old: &[&'a T],
    new: &[&'a T],
    about: impl Fn(&'a T) -> (&'a String, &'a str),
    says: &[&'static str; 3],
) -> Vec<String> {
    let with_id = |of: &[&'a T], one: &'a T| {
        let found = of.iter().find(|other| about(other).0 == about(one).0);
        found.copied()
    };
    let kept = new.iter().filter_map(|one| match with_id(old, one) {
        None => Some(fill(says[0], &[&about(one).1])),
        Some(before) if before != *one => Some(fill(says[1], &[&about(one).1])),
        Some(_) => None,
    });
    let gone = old.iter().filter(|one| with_id(new, one).is_none());
    kept.chain(gone.map(|one| fill(says[2], &[&about(one).1]))).collect()
}

#[cfg(test)]
mod tests;
