//! What a draft model would change: every lead scored by both, and who would move.

use super::points::{explain, place};
use super::{Facts, Model};
use std::collections::BTreeMap;

/// Width of a bar of the histogram, in points.
const BAR: i32 = 10;

/// What a draft would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many leads were scored.
    pub leads: usize,
    /// How many go from one tier to another, by both tiers' ids.
    pub moves: BTreeMap<(String, String), usize>,
    /// The leads that move, by their place among those handed over.
    pub moved: Vec<Move>,
    /// Leads per stretch of ten points: lower bound, by the current model, by the draft.
    pub histogram: BTreeMap<i32, (usize, usize)>,
}

/// A lead that would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its place among those handed over, from 0.
    pub lead: usize,
    /// Points and tier by the current model.
    pub from: (i32, String),
    /// Points and tier by the draft.
    pub to: (i32, String),
}

impl Replay {
    /// Scores each lead by both models.
    pub fn of<'a>(current: &Model, draft: &Model, leads: impl Iterator<Item = &'a Facts>) -> Self {
        let mut replay = Self::default();
        for (lead, facts) in leads.enumerate() {
            replay.leads += 1;
            let by = |model: &Model| {
                let (points, tier) = place(model, &explain(model, facts));
                (points, tier.map_or_else(String::new, |tier| tier.id.clone()))
            };
            let (from, to) = (by(current), by(draft));
            let bar = |points: i32| points.div_euclid(BAR) * BAR;
            replay.histogram.entry(bar(from.0)).or_default().0 += 1;
            replay.histogram.entry(bar(to.0)).or_default().1 += 1;
            if from.1 != to.1 {
                *replay.moves.entry((from.1.clone(), to.1.clone())).or_default() += 1;
                replay.moved.push(Move { lead, from, to });
            }
        }
        replay
    }
}
