//! One call for everything that is read from an inquiry: urgency, intent, score.

use crate::inquiry::{Answers, Inquiry};
use crate::intent::IntentResult;
use crate::manifest::ManifestSource;
use crate::scoring::{Facts, Model, ModelRef, Score, score_as};
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
    assess_as(source, model, model.reference(), inquiry)
}

/// The same for who assesses many: `reference` is [`Model::reference`], which takes longer than reading a text.
#[must_use]
pub fn assess_as(
    source: &ManifestSource,
    model: &Model,
    reference: ModelRef,
    inquiry: &Inquiry,
) -> Assessment {
    let facts = Facts::gather(source, &inquiry.answers, &inquiry.signals, inquiry.submitted_ms);
    conclude(model, reference, facts)
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
    conclude(model, model.reference(), Facts::preliminary(source, answers, signals, now_ms))
}

fn conclude(model: &Model, reference: ModelRef, facts: Facts) -> Assessment {
    let score = score_as(model, reference, &facts);
    Assessment { triage: facts.triage, intent: facts.intent, score }
}
