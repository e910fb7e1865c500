//! One call for everything that is read from an inquiry: urgency, intent, score.

use crate::inquiry::{Answers, Inquiry};
use crate::intent::IntentResult;
use crate::manifest::ManifestSource;
use crate::scoring::{Facts, Model, Score, score};
use crate::signals::Signals;
use crate::triage::Triage;

/// Urgency, intent and value: three different things.
#[derive(Clone, PartialEq, Eq)]
pub struct Assessment {
    /// How soon.
    pub triage: Triage,
    /// What for.
    pub intent: IntentResult,
    /// What it is worth to the practice, and why.
    pub score: Score,
}

redacted_debug!(Assessment);

/// Assesses an inquiry by `model`: staff give the practice's own, the widget the manifest's.
#[must_use]
pub fn assess(source: &ManifestSource, model: &Model, inquiry: &Inquiry) -> Assessment {
    assess_parts(source, model, &inquiry.answers, &inquiry.signals, inquiry.submitted_ms)
}

/// The same before there is an inquiry: the widget's preliminary score.
#[must_use]
pub fn assess_parts(
    source: &ManifestSource,
    model: &Model,
    answers: &Answers,
    signals: &Signals,
    now_ms: u64,
) -> Assessment {
    let facts = Facts::gather(source, answers, signals, now_ms);
    let score = score(model, &facts);
    Assessment { triage: facts.triage, intent: facts.intent, score }
}
