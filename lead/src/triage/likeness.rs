//! Whether a text reads like an emergency: the net under the lexicon, which cannot list every way to say it.
//!
//! A logistic regression over a text's words, by their first letters, and pairs of neighbouring words. Both are hashed into a
//! table of small whole weights (Weinberger et al. 2009, "Feature hashing for large scale multitask learning"), so that
//! the model is small enough for the patient's browser. `cargo xtask fit-urgency` fits the tables in
//! `lead/lexicon/likeness.txt` to the labelled messages in `lead/training/`.

use super::{Help, Status};
use crate::lexicon::{Kind, Tokens};

/// Of a word, this many letters count: endings and most slips come after them.
const LETTERS: usize = 5;
/// So many words after a negation are marked by it, within its clause.
const NEGATION_REACH: u8 = 4;
/// A longer text is read in windows of whole sentences that have at least so many tokens, and the most alarming one counts:
/// what else stands in a long message must not outweigh its alarming part. Shorter windows make alarms of ordinary sentences,
/// torn out of what they belong to.
const WINDOW: usize = 50;
/// Places in the table; a power of two.
pub const BUCKETS: usize = 32_768;
/// The largest weight, in units, that a letter can say.
pub const LETTER_UNITS: i32 = 26;

/// One line for each class: its name, the weight that every text has, and a letter for each bucket: `.` for none, `a` to `z`
/// for 1 to 26 units, `A` to `Z` for as many less.
const TABLES: &str = include_str!("../../lexicon/likeness.txt");

/// Where the lines of [`TABLES`] begin and end: the compiler looks through a hundred thousand letters once, so that not every
/// text has to.
const LINES: [(usize, usize); 3] = {
    let (mut lines, mut start, mut n) = ([(0, 0); 3], 0, 0);
    while n < lines.len() {
        let mut end = start;
        while end < TABLES.len() && TABLES.as_bytes()[end] != b'\n' {
            end += 1;
        }
        lines[n] = (start, end);
        start = end + 1;
        n += 1;
    }
    lines
};

/// A word or a pair of words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its place in the table.
    pub bucket: u16,
    /// The tokens that it spans: the first and the last.
    pub(crate) tokens: (u32, u32),
}

/// A window that reads like an emergency.
pub(super) struct Likeness {
    /// Whom to call.
    pub(super) help: Help,
    /// What speaks most for it: the first and the last token.
    pub(super) evidence: (usize, usize),
}

/// The most alarming window of a text, if it reads like an emergency: once for each that is to be called. "Chest pain and I want
/// to die" is two emergencies.
pub(super) fn read(tokens: &Tokens) -> Vec<Likeness> {
    let [emergency, crisis, poison] = tables();
    let most_alarming = windows(tokens).max_by_key(|features| score(emergency, features)).unwrap_or_default();
    let mut found = Vec::new();
    let mut features = most_alarming;
    for (table, help) in [(crisis, Help::Call988), (poison, Help::PoisonControl)] {
        if score(emergency, &features) > 0 && score(table, &features) > 0 {
            found.push(Likeness { help, evidence: strongest(emergency, &features) });
            // What stands beside those words may be an emergency of another kind.
            let spoke: Vec<(u32, u32)> = features
                .iter()
                .filter(|feature| table.weight(feature.bucket) > 0)
                .map(|feature| feature.tokens)
                .collect();
            features.retain(|feature| {
                spoke.iter().all(|tokens| feature.tokens.1 < tokens.0 || tokens.1 < feature.tokens.0)
            });
        }
    }
    if score(emergency, &features) > 0 {
        found.push(Likeness { help: Help::Call911, evidence: strongest(emergency, &features) });
    }
    found
}

/// The words that speak most for it: the stretch of neighbouring features with the greatest sum (Kadane's algorithm), so
/// that staff read "chest pain that goes into my left arm", not the one word of it that weighs most.
fn strongest(table: Table, features: &[Feature]) -> (usize, usize) {
    let mut in_order = features.to_vec();
    crate::order::sort(&mut in_order, |a, b| a.tokens.1.cmp(&b.tokens.1));
    let (mut best, mut most) = ((0, 0), 0);
    let (mut stretch, mut sum) = ((0, 0), 0);
    for Feature { bucket, tokens: (first, last) } in in_order {
        let begin = if sum > 0 { first.min(stretch.0) } else { first };
        stretch = (begin, last);
        sum = sum.max(0) + table.weight(bucket);
        if sum > most {
            (best, most) = (stretch, sum);
        }
    }
    (best.0 as usize, best.1 as usize)
}

/// What is said about the words from token `at` on, as far as a browser tells: whether a negation stands shortly before
/// them in their clause.
pub(super) fn status(tokens: &Tokens, at: usize) -> Status {
    let clause = tokens.all[..at].iter().rev().take_while(|token| token.kind != Kind::Mark);
    let is_negated =
        clause.take(NEGATION_REACH.into()).any(|token| NEGATIONS.contains(&tokens.normal(token)));
    if is_negated { Status::Negated } else { Status::Affirmed }
}

/// A text's features by window, for fitting: what is scored by [`watch`](super::watch).
#[must_use]
pub fn features(text: &str) -> Vec<Vec<Feature>> {
    windows(&Tokens::of(text)).collect()
}

fn windows(tokens: &Tokens) -> impl Iterator<Item = Vec<Feature>> {
    let all = &tokens.all;
    let begins = move |at: &usize| {
        *at == 0 || (all[*at].sentence != all[*at - 1].sentence && all.len() - *at >= WINDOW)
    };
    (0..all.len()).filter(begins).map(move |from| {
        let mut to = from;
        while to < all.len() && (to < from + WINDOW || all[to].sentence == all[to - 1].sentence) {
            to += 1;
        }
        window(tokens, from, to)
    })
}

/// The features of tokens `from..to`, each once.
fn window(tokens: &Tokens, from: usize, to: usize) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    let mut before: Option<(u32, u32)> = None;
    let mut negated = 0_u8;
    for (at, token) in tokens.all[from..to].iter().enumerate() {
        let at = (from + at) as u32;
        let word = match token.kind {
            Kind::Mark => {
                negated = 0;
                if tokens.normal(token) != "," {
                    before = None;
                }
                continue;
            }
            Kind::Number(tenths) => number(tenths),
            _ => hash(0, tokens.normal(token).chars().take(LETTERS).map(u32::from)),
        };
        let mut push = |kind: u32, other: u32, first: u32| {
            let bucket = (hash(kind, [other, word]) as usize % BUCKETS) as u16;
            features.push(Feature { bucket, tokens: (first, at) });
        };
        push(u32::from(negated > 0), 0, at);
        if let Some((other, first)) = before {
            push(2, other, first);
        }
        before = Some((word, at));
        negated = negated.saturating_sub(1);
        if NEGATIONS.contains(&tokens.normal(token)) {
            negated = NEGATION_REACH;
        }
    }
    crate::order::sort(&mut features, |a, b| a.bucket.cmp(&b.bucket));
    features.dedup_by_key(|feature| feature.bucket);
    features
}

const NEGATIONS: [&str; 19] = [
    "no", "not", "without", "never", "denies", "nor", "neither", "dont", "doesnt", "didnt", "isnt", "arent",
    "wasnt", "havent", "hasnt", "sin", "ni", "nunca", "tampoco",
];

/// Numbers by what they often are: counts, ages, temperatures.
fn number(tenths: u32) -> u32 {
    match tenths {
        ..=30 => 1,
        31..=120 => 2,
        121..=379 | 421..=999 => 5,
        380..=420 => 3,
        1_000..=1_079 => 4,
        1_080.. => 6,
    }
}

/// FNV-1a over whole numbers, mixed once more at the end so that every bit of it is of use.
fn hash(start: u32, parts: impl IntoIterator<Item = u32>) -> u32 {
    let sum = parts.into_iter().fold(0x811c_9dc5 ^ start, |sum, part| (sum ^ part).wrapping_mul(0x0100_0193));
    (sum ^ (sum >> 15)).wrapping_mul(0x2c1b_3c6d) >> 8
}

/// A table of weights.
#[derive(Clone, Copy)]
struct Table {
    bias: i32,
    letters: &'static [u8],
}

impl Table {
    fn weight(self, bucket: u16) -> i32 {
        match self.letters.get(usize::from(bucket)) {
            Some(letter @ b'a'..=b'z') => i32::from(letter - b'a') + 1,
            Some(letter @ b'A'..=b'Z') => -i32::from(letter - b'A') - 1,
            _ => 0,
        }
    }
}

fn score(table: Table, features: &[Feature]) -> i32 {
    table.bias + features.iter().map(|feature| table.weight(feature.bucket)).sum::<i32>()
}

/// Emergency or not; and of emergencies, a crisis (988) or not, poison or not.
fn tables() -> [Table; 3] {
    LINES.map(|(start, end)| {
        let line = TABLES.get(start..end).unwrap_or_default();
        let (bias, letters) = line.split_once(' ').unwrap_or_default();
        Table { bias: bias.parse().unwrap_or(-1), letters: letters.as_bytes() }
    })
}
