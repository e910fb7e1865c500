//! What a person wants from the practice, read from their own words.

use serde::{Deserialize, Serialize};

/// What a person wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// To make, move or confirm an appointment.
    Book,
    /// To find a physician, a service or a place.
    FindProvider,
    /// To know about insurance.
    Insurance,
    /// To know a price.
    Price,
    /// Clinical information.
    Clinical,
    /// Records, results, bills, forms.
    Records,
    /// Something for someone who is a patient already: refill, follow-up, aftercare.
    ExistingPatient,
    /// To refer a patient, or to come by a physician's referral.
    PhysicianReferral,
    /// To sell something, to find work, or to waste time.
    Solicitation,
    /// None of these, or not enough words to tell.
    #[default]
    Other,
}

/// An intent, how sure it is, and why.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct IntentResult {
    /// The likeliest intent.
    pub intent: Intent,
    /// 0 to 100.
    pub confidence: u8,
    /// What spoke for it, strongest first.
    pub evidence: Vec<Clue>,
}

/// A piece of text that spoke for an intent.
#[derive(Clone, PartialEq, Eq)]
pub struct Clue {
    /// Bytes of the text: start and end.
    pub span: (u32, u32),
    /// How strongly, in hundredths of a log-odds unit.
    pub weight: i16,
}

redacted_debug!(IntentResult, Clue);

impl IntentResult {
    /// Spans of the evidence.
    #[must_use]
    pub fn spans(&self) -> Vec<(u32, u32)> {
        self.evidence.iter().map(|clue| clue.span).collect()
    }
}

/// Reads `text`.
#[must_use]
pub fn classify(text: &str) -> IntentResult {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    // A first, honest version: single words decide.
    let intent = if has(&["appointment", "schedule", "book ", " cita"]) {
        Intent::Book
    } else if has(&["insurance", "medicare", "seguro"]) {
        Intent::Insurance
    } else if has(&["how much", "price", "cost", "cuánto"]) {
        Intent::Price
    } else {
        Intent::Other
    };
    IntentResult { intent, confidence: if intent == Intent::Other { 0 } else { 60 }, evidence: Vec::new() }
}
