//! What a practice publishes about its intake: services, form, texts, pages, scoring, hours.
//!
//! [`ManifestSource`] is what the practice writes (TOML or JSON); [`Manifest`] is that with the claims
//! that publication adds, as signed. Checking the signature is `seal`'s work; deciding whether signed
//! claims are acceptable is [`Manifest::accept`].

pub mod check;
pub mod form;
pub mod publication;

use crate::hours::Hours;
use crate::scoring::Model;
use crate::text::Text;
use crate::triage::Lane;
pub use form::{Choice, Condition, Field, FieldKind, Form, Guide, Step};
use serde::{Deserialize, Serialize};
use wire::PracticeId;
use wire::limits::CLOCK_SKEW_SECONDS;
use wire::practice::JwkSet;

/// The signed claims. The first five members are [`wire::practice::ManifestHead`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Whose manifest.
    pub practice: PracticeId,
    /// Rises with every publication.
    pub version: u64,
    /// Issued at, in seconds (RFC 7519 section 4.1.6).
    pub iat: u64,
    /// Not valid from here on, in seconds (RFC 7519 section 4.1.4).
    pub exp: u64,
    /// Inbox keys; the first is the one to encrypt to.
    pub inbox: JwkSet,
    /// What the practice wrote.
    pub source: ManifestSource,
}

/// Why signed claims are not accepted as this practice's manifest, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not JSON of the expected shape, or without an inbox key.
    #[error("the manifest is not of the expected form")]
    Malformed,
    /// Another practice's manifest.
    #[error("the manifest belongs to another practice")]
    Foreign,
    /// `exp` has passed.
    #[error("the manifest has expired")]
    Expired,
    /// `iat` lies in the future by more than the clock skew that is forgiven.
    #[error("the manifest is not valid yet")]
    NotYetValid,
    /// Older than a version that this reader has already seen.
    #[error("the manifest is older than one seen before")]
    RolledBack,
}

impl Manifest {
    /// Reads signed claims. `now` is in seconds; `seen` is the highest version that this reader has
    /// accepted before.
    ///
    /// # Errors
    /// [`Refused`]: the caller must not go on with any part of the manifest.
    pub fn accept(
        claims: &[u8],
        practice: &PracticeId,
        now: u64,
        seen: Option<u64>,
    ) -> Result<Self, Refused> {
        let manifest: Self = serde_json::from_slice(claims).map_err(|_| Refused::Malformed)?;
        manifest.admit(practice, now, seen)
    }

    /// The rest of [`Self::accept`], for claims that another reader has read.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn admit(self, practice: &PracticeId, now: u64, seen: Option<u64>) -> Result<Self, Refused> {
        if self.inbox.keys.is_empty() || self.exp <= self.iat {
            return Err(Refused::Malformed);
        }
        if self.practice != *practice {
            return Err(Refused::Foreign);
        }
        if now >= self.exp {
            return Err(Refused::Expired);
        }
        if self.iat > now.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err(Refused::NotYetValid);
        }
        if seen.is_some_and(|seen| self.version < seen) {
            return Err(Refused::RolledBack);
        }
        Ok(self)
    }

    /// The claims to sign, as JSON.
    #[must_use]
    pub fn to_claims(&self) -> Vec<u8> {
        // Only maps with text keys are in it, so serialisation cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What a practice writes: everything but keys, version and dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestSource {
    /// The practice's name as patients know it.
    pub name: String,
    /// Phone number, as shown; dialled after everything but digits and `+` is dropped.
    pub phone: String,
    /// The practice's own words beside 911, 988 and Poison Control.
    #[serde(default)]
    pub emergency_note: Text,
    /// Language tags, the practice's first choice first.
    pub languages: Vec<String>,
    /// What patients can ask for.
    pub services: Vec<Service>,
    /// The form's steps and fields.
    pub form: Form,
    /// Which pages of the website mean what.
    #[serde(default)]
    pub pages: Vec<PagePattern>,
    /// Consent asked for before sending.
    pub consent: Consent,
    /// Consent to a gentle follow-up, asked for by a field of the kind `follow_up`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<Consent>,
    /// Texts shown with the form, each with a version.
    #[serde(default)]
    pub notices: Vec<Notice>,
    /// When the practice answers the phone.
    pub hours: Hours,
    /// Words of the practice's own for triage. They add to the built-in ones and never replace them.
    #[serde(default)]
    pub phrases: Vec<OwnPhrase>,
    /// The preliminary scoring model.
    pub scoring: Model,
}

impl ManifestSource {
    /// The service with this id.
    #[must_use]
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The kind of the page at `path`: that of the first pattern that fits.
    #[must_use]
    pub fn page_kind(&self, path: &str) -> Option<PageKind> {
        self.pages.iter().find(|page| page.matches(path)).map(|page| page.kind)
    }
}

/// Something a practice does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Name in answers and models: `knee-replacement`.
    pub id: String,
    /// Name for patients.
    pub label: Text,
    /// What kind of care it is.
    pub tier: ServiceTier,
}

/// Kind of care, as far as scoring tells services apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceTier {
    /// A surgical procedure or the consultation for one.
    Surgical,
    /// A procedure without surgery.
    Procedure,
    /// Evaluation, second opinion, visit.
    Consultation,
    /// Therapy and other care over several visits.
    Therapy,
    /// Anything else.
    General,
}

/// A kind of page on the practice's website.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// Costs and insurance.
    Pricing,
    /// Appointments.
    Scheduling,
    /// A service or procedure.
    Service,
    /// A guide to a condition.
    Guide,
    /// A physician's page.
    Physician,
    /// A file to take home.
    Download,
}

/// Pages of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagePattern {
    /// What such a page is.
    pub kind: PageKind,
    /// A path, where `*` stands for any run of characters: `/guides/*`.
    pub pattern: String,
}

impl PagePattern {
    /// Whether `path` fits the pattern as a whole. Linear in the path for each `*`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let Some((first, rest)) = self.pattern.split_once('*') else {
            return self.pattern == path;
        };
        let Some(mut path) = path.strip_prefix(first) else { return false };
        let mut parts = rest.split('*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return path.ends_with(part);
            }
            // The earliest place leaves most for the parts that follow, so it never needs undoing.
            let Some(at) = path.find(part) else { return false };
            path = &path[at + part.len()..];
        }
        true
    }
}

/// Consent text and its version; the version goes into the inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Rises with every change of the text.
    pub version: u32,
    /// What is agreed to.
    pub text: Text,
}

/// A text shown with the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// `privacy`: under the form. `what-happens-next`: on the confirmation; `what-happens-next-<tier>`: there, for
    /// visitors in that tier.
    pub id: String,
    /// Rises with every change of the text.
    pub version: u32,
    /// The text.
    pub text: Text,
}

/// A phrase that a practice adds to triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnPhrase {
    /// Where a mention of it leads; at least urgent to have an effect.
    pub lane: Lane,
    /// The words, in any case, with or without accents.
    pub phrase: String,
}
