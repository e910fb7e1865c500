//! How soon a person should hear from someone, read from their own words. No diagnosis, and no substitute
//! for staff: what is not found here may still be an emergency.

use crate::manifest::OwnPhrase;
use serde::{Deserialize, Serialize};

/// Where a text leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// In turn.
    #[default]
    Routine,
    /// Today.
    Urgent,
    /// 911, 988 or Poison Control, now.
    Emergency,
}

/// What is said about a concept that is mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is so, here and now, for the patient.
    Affirmed,
    /// It is not so.
    Negated,
    /// It was so.
    Past,
    /// It is or was so for someone else.
    Other,
    /// It might be, or is asked about in general.
    Hypothetical,
}

/// Whom to call in an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Help {
    /// Emergency services.
    Call911,
    /// Suicide and Crisis Lifeline.
    Call988,
    /// 1-800-222-1222.
    PoisonControl,
}

/// A concept found in a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Mention {
    /// Name of the concept in the lexicon, or `practice` for a practice's own phrase.
    pub concept: &'static str,
    /// What is said about it.
    pub status: Status,
    /// Where it leads when affirmed.
    pub lane: Lane,
    /// Bytes of the text: start and end.
    pub span: (u32, u32),
}

/// What was found in a text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Triage {
    /// The highest lane of any affirmed mention.
    pub lane: Lane,
    /// All mentions, in the text's order.
    pub mentions: Vec<Mention>,
}

redacted_debug!(Mention, Triage);

impl Triage {
    /// Spans of the mentions that decided the lane.
    #[must_use]
    pub fn deciding_spans(&self) -> Vec<(u32, u32)> {
        self.deciding().map(|mention| mention.span).collect()
    }

    /// The mentions that decided the lane.
    pub fn deciding(&self) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(|mention| {
            self.lane != Lane::Routine && mention.lane == self.lane && mention.status == Status::Affirmed
        })
    }

    /// Whom to call; empty outside the emergency lane.
    #[must_use]
    pub fn help(&self) -> Vec<Help> {
        if self.lane == Lane::Emergency { vec![Help::Call911] } else { Vec::new() }
    }
}

/// Reads `text`; `own` are the practice's own phrases, which only add to the built-in ones.
#[must_use]
pub fn triage(text: &str, own: &[OwnPhrase]) -> Triage {
    let lower = text.to_lowercase();
    let mut found = Triage::default();
    // A first, honest version: a handful of unmistakable phrases without assertion status.
    let phrases = [("chest-pain", "chest pain"), ("breathing", "can't breathe"), ("suicide", "kill myself")];
    for (concept, phrase) in phrases {
        if lower.contains(phrase) {
            found.lane = Lane::Emergency;
            let whole = (0, u32::try_from(text.len()).unwrap_or(u32::MAX));
            found.mentions.push(Mention {
                concept,
                status: Status::Affirmed,
                lane: Lane::Emergency,
                span: whole,
            });
        }
    }
    for phrase in own {
        if lower.contains(&phrase.phrase.to_lowercase()) {
            found.lane = found.lane.max(phrase.lane);
        }
    }
    found
}
