//! What an inquiry is worth to a practice, by a document that the practice owns.
//!
//! Integers only. A [`Score`]'s lines always sum to its points. The score orders work and is never shown
//! to a patient; it says nothing about how urgent or how serious anything is: that is [`crate::triage`].

pub mod calibrate;
mod check;
mod facts;
mod model;
mod points;
mod replay;
pub mod versions;

pub use facts::{Appointment, Facts, InsuranceIs, PageEvent, ReferralSource, Visitor};
pub use model::{Action, Count, Criterion, DateRange, Group, Model, Place, Range, Tier, When};
use points::criteria_that_hold;
pub use points::{score, score_as};
pub use replay::{Move, Replay};
pub use versions::Versions;

use crate::text::Text;
use serde::{Deserialize, Serialize};
use wire::ChainHash;

/// A score with its explanation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The sum of the lines' points.
    pub points: i32,
    /// Id of the tier that the points reach.
    pub tier: String,
    /// What is to be done in that tier.
    pub action: Action,
    /// Where the points come from, in the model's order; adjustments last.
    pub lines: Vec<Line>,
    /// By which model.
    pub model: ModelRef,
}

/// One line of an explanation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What gave, or took, the points.
    pub source: LineSource,
    /// Its name, for staff.
    pub label: Text,
    /// Points; may be negative.
    pub points: i32,
    /// What it was seen in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// What a line stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSource {
    /// A criterion, by id.
    Criterion(String),
    /// The cap of a group, by id: what the group's criteria gave above it.
    Cap(String),
    /// The model's total range.
    Range,
}

/// Where a criterion was seen.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// An answer of the form, by the name of its member in [`crate::inquiry::Answers`].
    Answer(String),
    /// Bytes `start..end` of the text about needs.
    Needs(u32, u32),
    /// A page visited: path, and time in milliseconds.
    Visit(String, u64),
}

/// Names the exact model that gave a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 of its canonical JSON: [`Model::hash`].
    pub hash: ChainHash,
}

redacted_debug!(Score, Line, Evidence);

impl Line {
    fn new(source: LineSource, label: &Text, points: i32, evidence: Vec<Evidence>) -> Self {
        Self { source, label: label.clone(), points, evidence }
    }
}

impl Score {
    /// Bounds for a score that a stranger sent.
    pub(crate) fn fits(&self) -> bool {
        self.lines.len() <= 200
            && self.lines.iter().all(|line| line.evidence.len() <= 200)
            && self.tier.len() <= 80
            && self.model.name.len() <= 80
    }
}
