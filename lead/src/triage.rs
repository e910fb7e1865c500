//! How soon a person should hear from someone, read from their own words. No diagnosis, and no substitute
//! for staff: what is not found here may still be an emergency.

mod assertion;
mod likeness;

use crate::lexicon::{Hit, Lexicon, Target, Tokens, Trigger, full, hits};
use crate::manifest::OwnPhrase;
use crate::order::sort;
use assertion::Triggers;
use serde::{Deserialize, Serialize};

#[doc(hidden)]
pub use likeness::{BUCKETS, Feature, LETTER_UNITS, features};

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
    /// It was so for someone else.
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
    /// Where it leads, being said so.
    pub lane: Lane,
    /// Whom to call about it in an emergency.
    pub help: Help,
    /// Bytes of the text: start and end.
    pub span: (u32, u32),
}

/// What was found in a text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Triage {
    /// The highest lane of any mention.
    pub lane: Lane,
    /// All mentions, in the text's order.
    pub mentions: Vec<Mention>,
}

redacted_debug!(Mention, Triage);

impl Triage {
    /// The mentions that decided the lane; none in the routine lane.
    pub fn deciding(&self) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(|mention| self.lane != Lane::Routine && mention.lane == self.lane)
    }

    /// Spans of the mentions that decided the lane.
    #[must_use]
    pub fn deciding_spans(&self) -> Vec<(u32, u32)> {
        self.deciding().map(|mention| mention.span).collect()
    }

    /// Whom to call, each once; empty outside the emergency lane.
    #[must_use]
    pub fn help(&self) -> Vec<Help> {
        let mut help = Vec::new();
        for mention in self.deciding() {
            if self.lane == Lane::Emergency && !help.contains(&mention.help) {
                help.push(mention.help);
            }
        }
        help
    }
}

/// Reads `text`; `own` are the practice's own phrases, which only add to the built-in ones. The work is linear
/// in the text's length.
#[must_use]
pub fn triage(text: &str, own: &[OwnPhrase]) -> Triage {
    let tokens = Tokens::of(text);
    conclude(full(), &tokens, &hits(full(), &tokens), own)
}

/// By the lexicon alone: what likeness is fitted beside.
#[doc(hidden)]
#[must_use]
pub fn lexical(text: &str) -> Triage {
    let tokens = Tokens::of(text);
    let hits = hits(full(), &tokens);
    in_order(lexical_mentions(full(), &tokens, &hits, &assertion::triggers(&tokens, &hits)))
}

/// What the patient's browser watches for while someone types: what reads like an emergency, and the practice's own
/// phrases. [`triage`] says all of this too and, by the lexicon, more; that one weighs too much for a form.
#[must_use]
pub fn watch(text: &str, own: &[OwnPhrase]) -> Triage {
    let tokens = Tokens::of(text);
    let mut mentions = own_mentions(&tokens, own, |start, _| likeness::status(&tokens, start));
    mentions.extend(alike(&tokens));
    in_order(mentions)
}

/// From what was found in a text.
pub(crate) fn conclude(lexicon: &Lexicon, tokens: &Tokens, hits: &[Hit], own: &[OwnPhrase]) -> Triage {
    let triggers = assertion::triggers(tokens, hits);
    let mut mentions = lexical_mentions(lexicon, tokens, hits, &triggers);
    mentions.extend(own_mentions(tokens, own, |start, end| triggers.status(tokens, start, end)));
    if !mentions.iter().any(|mention| mention.lane == Lane::Emergency) {
        mentions.extend(alike(tokens));
    }
    in_order(mentions)
}

fn lexical_mentions(lexicon: &Lexicon, tokens: &Tokens, hits: &[Hit], triggers: &Triggers) -> Vec<Mention> {
    longest(hits)
        .into_iter()
        .map(|(concept, start, end)| {
            let concept = &lexicon.concepts[usize::from(concept)];
            let status = triggers.status(tokens, start, end);
            let lane = match status {
                Status::Affirmed if triggers.is_long(tokens, start) => concept.long,
                Status::Affirmed => concept.lane,
                Status::Past | Status::Hypothetical => concept.otherwise,
                Status::Negated | Status::Other => Lane::Routine,
            };
            let span = (tokens.all[start].start, tokens.all[end - 1].end);
            Mention { concept: concept.id, status, lane, help: concept.help, span }
        })
        .collect()
}

fn in_order(mut mentions: Vec<Mention>) -> Triage {
    sort(&mut mentions, |a, b| a.span.cmp(&b.span));
    let lane = mentions.iter().map(|mention| mention.lane).max().unwrap_or_default();
    Triage { lane, mentions }
}

/// The words that make a text read like an emergency.
fn alike(tokens: &Tokens) -> impl Iterator<Item = Mention> {
    let (status, lane) = (Status::Affirmed, Lane::Emergency);
    likeness::read(tokens).into_iter().map(move |likeness| {
        let (start, end) = likeness.evidence;
        let span = (tokens.all[start].start, tokens.all[end].end);
        Mention { concept: "reads-like-an-emergency", status, lane, help: likeness.help, span }
    })
}

/// The practice's own phrases in a text.
fn own_mentions(tokens: &Tokens, own: &[OwnPhrase], status: impl Fn(usize, usize) -> Status) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for phrase in own.iter().take(MOST_OWN) {
        for (start, end) in places(tokens, &phrase.phrase) {
            let status = status(start, end);
            let lane = if status == Status::Affirmed { phrase.lane } else { Lane::Routine };
            let span = (tokens.all[start].start, tokens.all[end - 1].end);
            mentions.push(Mention { concept: "practice", status, lane, help: Help::Call911, span });
        }
    }
    mentions
}

/// More phrases of a practice's own than this are not looked for.
const MOST_OWN: usize = 500;

/// What is said about the concept that fills `span` (bytes) of `text`.
#[must_use]
pub fn status_of(text: &str, span: (usize, usize)) -> Status {
    let tokens = Tokens::of(text);
    let triggers = assertion::triggers(&tokens, &hits(full(), &tokens));
    let start = tokens.all.partition_point(|token| (token.end as usize) <= span.0);
    let end = tokens.all.partition_point(|token| (token.start as usize) < span.1);
    if start < end { triggers.status(&tokens, start, end) } else { Status::Affirmed }
}

/// Where `words` stand in `text`, compared word by word; bytes. Words of `text` that `words` leave out are not
/// forgiven; what `words` have in addition at their end is.
#[must_use]
pub fn find_words(text: &str, words: &str) -> Option<(usize, usize)> {
    let (tokens, mut wanted) = (Tokens::of(text), Tokens::of(words));
    let is_word = |of: &Tokens, at: usize| of.normal(&of.all[at]).starts_with(char::is_alphanumeric);
    let content: Vec<usize> = (0..tokens.all.len()).filter(|&at| is_word(&tokens, at)).collect();
    let kept: Vec<bool> = (0..wanted.all.len()).map(|at| is_word(&wanted, at)).collect();
    let mut keep = kept.iter();
    wanted.all.retain(|_| keep.next().copied().unwrap_or(false));
    for n in (1..=wanted.all.len()).rev() {
        let found = content.windows(n).find(|window| {
            window
                .iter()
                .zip(&wanted.all)
                .all(|(&at, word)| tokens.normal(&tokens.all[at]) == wanted.normal(word))
        });
        if let Some(window) = found {
            return Some((tokens.all[window[0]].start as usize, tokens.all[window[n - 1]].end as usize));
        }
    }
    None
}

/// The concepts in `hits` that are meant as they are said; of those that overlap and mean the same, the longest.
fn longest(hits: &[Hit]) -> Vec<(u16, usize, usize)> {
    let idioms: Vec<&Hit> = hits.iter().filter(|hit| hit.target == Target::Trigger(Trigger::Idiom)).collect();
    let is_meant = |hit: &Hit| !idioms.iter().any(|idiom| idiom.start <= hit.start && hit.end <= idiom.end);
    let mut found: Vec<(u16, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.target {
            Target::Concept(concept) if is_meant(hit) => Some((concept, hit.start, hit.end)),
            _ => None,
        })
        .collect();
    sort(&mut found, |a, b| (a.0, a.1, b.2).cmp(&(b.0, b.1, a.2)));
    found.dedup_by(|later, kept| {
        let overlaps = later.0 == kept.0 && later.1 < kept.2;
        if overlaps {
            kept.2 = kept.2.max(later.2);
        }
        overlaps
    });
    found
}

/// Where the words of `phrase` stand one after another in one sentence.
fn places(tokens: &Tokens, phrase: &str) -> Vec<(usize, usize)> {
    let wanted = Tokens::of(phrase);
    let n = wanted.all.len();
    if n == 0 || n > 40 || n > tokens.all.len() {
        return Vec::new();
    }
    let starts = (0..=tokens.all.len() - n).filter(|&start| {
        let here = &tokens.all[start..start + n];
        here.iter().zip(&wanted.all).all(|(token, word)| tokens.normal(token) == wanted.normal(word))
            && here[0].sentence == here[n - 1].sentence
    });
    starts.map(|start| (start, start + n)).collect()
}
