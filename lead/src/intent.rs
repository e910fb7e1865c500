//! What a person wants from the practice, read from their own words.
//!
//! A linear model over phrases: each phrase of `lexicon/intent.toml` that is found adds its weight to one
//! intent. The phrases found are the explanation. No word is looked at twice for one intent.

use crate::lexicon::{Hit, Target, Tokens, full, hits};
use crate::order::sort;
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

/// All intents; where two are equally likely the earlier one counts.
const ALL: [Intent; 10] = [
    Intent::Solicitation,
    Intent::PhysicianReferral,
    Intent::Records,
    Intent::ExistingPatient,
    Intent::Insurance,
    Intent::Price,
    Intent::Book,
    Intent::FindProvider,
    Intent::Clinical,
    Intent::Other,
];

/// What speaks for [`Intent::Other`] before a word is read.
const PRIOR: i32 = 130;
/// How much likelier finding is than booking where nothing speaks for either: the regression's intercept.
const FINDING: i32 = 17;
/// Less than this share of the likelihood does not name an intent, in percent.
const SURE: u8 = 35;

/// An intent, how sure it is, and why.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct IntentResult {
    /// The likeliest intent.
    pub intent: Intent,
    /// 0 to 100.
    pub confidence: u8,
    /// What spoke for it, in the text's order.
    pub evidence: Vec<Clue>,
}

/// A piece of text that spoke for an intent.
#[derive(Clone, Copy, PartialEq, Eq)]
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
    let tokens = Tokens::of(text);
    conclude(&tokens, &hits(full(), &tokens))
}

/// From what was found in a text.
pub(crate) fn conclude(tokens: &Tokens, hits: &[Hit]) -> IntentResult {
    let clues = clues(tokens, hits);
    let mut scores = sums(&clues);
    scores.iter_mut().filter(|(intent, _)| *intent == Intent::Other).for_each(|(_, score)| *score += PRIOR);
    let Some(&(best, top)) = scores.iter().rev().max_by_key(|(_, score)| *score) else {
        return IntentResult::default();
    };
    // The softmax in steps: 2^(difference / 0.69) as whole shares of 1024, the same on every machine.
    let total: u32 = scores.iter().map(|&(_, score)| share(top - score)).sum();
    let confidence = (share(0) * 100 / total.max(1)) as u8;
    if best == Intent::Other || confidence < SURE {
        return IntentResult { intent: Intent::Other, confidence, evidence: Vec::new() };
    }
    let evidence = clues
        .into_iter()
        .filter(|(intent, ..)| *intent == best)
        .map(|(_, weight, start, end)| Clue {
            span: (tokens.all[start].start, tokens.all[end - 1].end),
            weight,
        })
        .collect();
    IntentResult { intent: best, confidence, evidence }
}

/// How strongly the words of `text` speak for each intent, in hundredths of a log-odds unit.
#[must_use]
pub fn scores(text: &str) -> Vec<(Intent, i32)> {
    let tokens = Tokens::of(text);
    sums(&clues(&tokens, &hits(full(), &tokens)))
}

/// What was found for every intent, in the text's order.
#[must_use]
pub fn evidence(text: &str) -> Vec<(Intent, Clue)> {
    let tokens = Tokens::of(text);
    let clue = |(intent, weight, start, end): (Intent, i16, usize, usize)| {
        (intent, Clue { span: (tokens.all[start].start, tokens.all[end - 1].end), weight })
    };
    clues(&tokens, &hits(full(), &tokens)).into_iter().map(clue).collect()
}

/// exp(-hundredths / 100) in 1024ths, by halving every 69 hundredths and straight lines between.
fn share(below: i32) -> u32 {
    let (halvings, rest) = (below.max(0) as u32 / 69, below.max(0) as u32 % 69);
    if halvings > 10 {
        return 0;
    }
    (1024 >> halvings) - (512 >> halvings) * rest / 69
}

/// Clues that count: of those for one intent that overlap, the strongest.
fn clues(tokens: &Tokens, hits: &[Hit]) -> Vec<(Intent, i16, usize, usize)> {
    let mut found: Vec<(Intent, i16, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.target {
            Target::Clue(intent, weight) => Some((intent, weight, hit.start, hit.end)),
            _ => None,
        })
        .collect();
    sort(&mut found, |a, b| (b.1, a.2, a.3).cmp(&(a.1, b.2, b.3)));
    let mut taken = vec![0_u16; tokens.all.len()];
    found.retain(|&(intent, _, start, end)| {
        let bit = 1 << intent as u16;
        let is_free = taken[start..end].iter().all(|by| by & bit == 0);
        if is_free {
            taken[start..end].iter_mut().for_each(|by| *by |= bit);
        }
        is_free
    });
    sort(&mut found, |a, b| (a.2, a.3).cmp(&(b.2, b.3)));
    found
}

fn sums(clues: &[(Intent, i16, usize, usize)]) -> Vec<(Intent, i32)> {
    let sum = |intent: Intent| {
        let of_intent =
            clues.iter().filter(|(by, ..)| *by == intent).map(|&(_, weight, ..)| i32::from(weight));
        let intercept = if intent == Intent::FindProvider { FINDING } else { 0 };
        // A long text repeats itself: it is not surer for that.
        of_intent.sum::<i32>().min(2_000) + intercept
    };
    ALL.iter().map(|&intent| (intent, sum(intent))).collect()
}
