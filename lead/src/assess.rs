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

/// Assesses an inquiry by `model`, the practice's own.
#[must_use]
pub fn assess(source: &ManifestSource, model: &Model, inquiry: &Inquiry) -> Assessment {
    conclude(model, Facts::gather(source, &inquiry.answers, &inquiry.signals, inquiry.submitted_ms))
}

/// What the patient's browser concludes, by the manifest's model, before there is an inquiry. It knows
/// emergencies but neither urgent concepts nor intent ([`crate::triage::watch`]), so criteria on those give no
/// points here; staff's [`assess`] has the last word.
#[must_use]
pub fn assess_parts(
    source: &ManifestSource,
    model: &Model,
    answers: &Answers,
    signals: &Signals,
    now_ms: u64,
) -> Assessment {
    conclude(model, Facts::preliminary(source, answers, signals, now_ms))
}

fn conclude(model: &Model, facts: Facts) -> Assessment {
    let score = score(model, &facts);
    Assessment { triage: facts.triage, intent: facts.intent, score }
}
