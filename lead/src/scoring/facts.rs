//! What a model may look at, gathered from an inquiry once.

use crate::inquiry::{Answers, ContactWay, Insurance};
use crate::intent::{self, Intent, IntentResult};
use crate::lexicon::{Tokens, full, hits};
use crate::manifest::{ManifestSource, OwnPhrase, PageKind, ServiceTier};
use crate::order::sort;
use crate::signals::{Referrer, Signals};
use crate::triage::{self, Triage};
use serde::{Deserialize, Serialize};

/// Two views of one path closer together than this are one visit: a reload is not interest.
const SAME_VISIT_MS: u64 = 30 * 60_000;
/// A visit this long before sending makes a returning visitor.
const RETURNING_MS: u64 = 12 * 3_600_000;

/// What a model may look at.
#[derive(Clone, PartialEq, Eq)]
pub struct Facts {
    /// When the inquiry was sent, in milliseconds.
    pub now_ms: u64,
    /// The service asked for: id and tier.
    pub service: Option<(String, ServiceTier)>,
    /// Intent of the text.
    pub intent: IntentResult,
    /// Urgency of the text.
    pub triage: Triage,
    /// Insurance.
    pub insurance: InsuranceIs,
    /// How the visitor came.
    pub referral: ReferralSource,
    /// Distinct visits to pages that the practice gave a kind, oldest first.
    pub pages: Vec<PageEvent>,
    /// Every required question that was asked has an answer.
    pub form_completed: bool,
    /// Whether an appointment was asked for.
    pub appointment: Appointment,
    /// Preferred way of being reached.
    pub contact: Option<ContactWay>,
    /// ZIP code, without white space.
    pub zip: String,
    /// New or returning.
    pub visitor: Visitor,
}

/// Whether an appointment was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appointment {
    /// In the form.
    Answered,
    /// In the text about needs.
    Written,
    /// It was not.
    NotRequested,
}

/// What is known of insurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InsuranceIs {
    /// A carrier was given.
    Given,
    /// "I don't know".
    Unknown,
    /// Pays without insurance.
    SelfPay,
    /// Not answered.
    NotAnswered,
}

/// How the visitor came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferralSource {
    /// A physician referred them, by their own words or by a referral link.
    Physician,
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// Another website.
    Website,
    /// None of these is known.
    Direct,
}

impl ReferralSource {
    /// How the writer of these answers came.
    #[must_use]
    pub fn of(answers: &Answers, signals: &Signals) -> Self {
        let came_by = |kind| signals.visits.iter().any(|visit| visit.referrer == kind);
        if answers.referral.is_some() || came_by(Referrer::Physician) {
            Self::Physician
        } else if came_by(Referrer::Search) {
            Self::Search
        } else if came_by(Referrer::Social) {
            Self::Social
        } else if came_by(Referrer::Other) {
            Self::Website
        } else {
            Self::Direct
        }
    }

    /// The word used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Physician => "physician",
            Self::Search => "search",
            Self::Social => "social",
            Self::Website => "website",
            Self::Direct => "direct",
        }
    }
}

/// New or returning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visitor {
    /// First seen less than twelve hours before sending.
    New,
    /// Seen before that.
    Returning,
}

/// One distinct visit to a page with a kind.
#[derive(Clone, PartialEq, Eq)]
pub struct PageEvent {
    /// What the page is.
    pub kind: PageKind,
    /// Its path.
    pub path: String,
    /// When, in milliseconds.
    pub ms: u64,
}

redacted_debug!(Facts, PageEvent);

impl Facts {
    /// Gathers the facts of an inquiry; runs triage and intent over the text about needs.
    #[must_use]
    pub fn gather(source: &ManifestSource, answers: &Answers, signals: &Signals, now_ms: u64) -> Self {
        Self::around(source, answers, signals, now_ms).reading(&answers.needs, &source.phrases)
    }

    /// What the patient's browser gathers: emergencies, no intent. See [`triage::watch`].
    #[must_use]
    pub fn preliminary(source: &ManifestSource, answers: &Answers, signals: &Signals, now_ms: u64) -> Self {
        Self {
            triage: triage::watch(&answers.needs, &source.phrases),
            ..Self::around(source, answers, signals, now_ms)
        }
    }

    /// Everything but the text about needs.
    fn around(source: &ManifestSource, answers: &Answers, signals: &Signals, now_ms: u64) -> Self {
        let first_ms = signals.visits.iter().map(|visit| visit.ms).min();
        let service = answers.service.as_deref().and_then(|id| source.service(id));
        Self {
            now_ms,
            service: service.map(|service| (service.id.clone(), service.tier)),
            pages: distinct_pages(source, signals, now_ms),
            form_completed: source.form.is_complete(answers),
            visitor: match first_ms {
                Some(first) if first.saturating_add(RETURNING_MS) <= now_ms => Visitor::Returning,
                _ => Visitor::New,
            },
            referral: ReferralSource::of(answers, signals),
            ..Self::of_answers(answers)
        }
    }

    /// What a text says by itself: no form, no visits.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self::of_answers(&Answers::default()).reading(text, &[])
    }

    /// With what the text says: it is read once for both.
    fn reading(self, text: &str, own: &[OwnPhrase]) -> Self {
        let tokens = Tokens::of(text);
        let found = hits(full(), &tokens);
        let triage = triage::conclude(full(), &tokens, &found, own);
        let intent = intent::conclude(&tokens, &found);
        let appointment = match self.appointment {
            Appointment::NotRequested if intent.intent == Intent::Book => Appointment::Written,
            known => known,
        };
        Self { intent, triage, appointment, ..self }
    }

    fn of_answers(answers: &Answers) -> Self {
        Self {
            now_ms: 0,
            service: None,
            intent: IntentResult::default(),
            triage: Triage::default(),
            insurance: match answers.insurance {
                Some(Insurance::Plan { .. }) => InsuranceIs::Given,
                Some(Insurance::Unknown) => InsuranceIs::Unknown,
                Some(Insurance::SelfPay) => InsuranceIs::SelfPay,
                None => InsuranceIs::NotAnswered,
            },
            referral: ReferralSource::Direct,
            pages: Vec::new(),
            form_completed: false,
            appointment: match answers.appointment {
                Some(_) => Appointment::Answered,
                None => Appointment::NotRequested,
            },
            contact: answers.contact.prefer,
            zip: answers.zip.iter().flat_map(|zip| zip.chars()).filter(|c| !c.is_whitespace()).collect(),
            visitor: Visitor::New,
        }
    }
}

fn distinct_pages(source: &ManifestSource, signals: &Signals, now_ms: u64) -> Vec<PageEvent> {
    let mut pages: Vec<PageEvent> = signals
        .visits
        .iter()
        .filter(|visit| visit.ms <= now_ms)
        .filter_map(|visit| {
            let kind = source.page_kind(&visit.path)?;
            Some(PageEvent { kind, path: visit.path.clone(), ms: visit.ms })
        })
        .collect();
    sort(&mut pages, |a, b| (&a.path, a.ms).cmp(&(&b.path, b.ms)));
    // `dedup_by` hands over (later, kept): each view is measured against the visit it may belong to.
    pages.dedup_by(|later, kept| later.path == kept.path && later.ms - kept.ms < SAME_VISIT_MS);
    sort(&mut pages, |a, b| (a.ms, &a.path).cmp(&(b.ms, &b.path)));
    pages
}
