//! `cargo xtask fit FILE.jsonl`: the weights in `lead/lexicon/intent.toml` that tell booking, finding a provider and
//! neither apart, by multinomial logistic regression with a ridge penalty on labelled text. One number for each group
//! of phrases: nothing of the text itself is kept. Prints what it finds and how well that does on dialogues left out
//! of the fit; writing the numbers into the lexicon is for a person.

use super::measures::Measures;
use super::{Row, Task, read};
use anyhow::ensure;
use lead::intent::{Intent, evidence};
use std::collections::{BTreeMap, BTreeSet};

/// Parts for cross-validation, by dialogue.
const FOLDS: usize = 5;
/// Strength of the penalty; a weight of one log-odds unit costs as much as half a row read wrongly.
const RIDGE: f64 = 0.5;
const STEPS: usize = 400;

/// A group of phrases, named by its intent and its present weight.
type Group = (usize, i16);

struct Example {
    label: usize,
    fold: usize,
    groups: BTreeMap<Group, f64>,
}

const CLASSES: [(&str, Intent); 3] =
    [("bookappointment", Intent::Book), ("findprovider", Intent::FindProvider), ("none", Intent::Other)];

/// Fits and prints.
///
/// # Errors
/// The file cannot be read, or lacks a class.
pub(crate) fn run(file: &str) -> anyhow::Result<()> {
    let rows = read(file, Task::Intent, &BTreeMap::new())?;
    let examples: Vec<Example> = rows.iter().filter_map(example).collect();
    for (class, (name, _)) in CLASSES.iter().enumerate() {
        ensure!(examples.iter().any(|one| one.label == class), "{file} has no row labelled {name}");
    }
    let mut pairs = Vec::new();
    for fold in 0..FOLDS {
        let weights = Weights::fit(examples.iter().filter(|one| one.fold != fold));
        let left_out = examples.iter().filter(|one| one.fold == fold);
        pairs.extend(left_out.map(|one| (one.label, weights.best(one))));
    }
    let name = |class: usize| CLASSES[class].0.to_owned();
    println!(
        "dialogues left out of the fit:\n{}",
        Measures::of(pairs.iter().map(|&(a, b)| (name(a), name(b))))
    );
    let weights = Weights::fit(examples.iter());
    let whole = examples.iter().map(|one| (name(one.label), name(weights.best(one))));
    println!("\nthe rows of the fit:\n{}", Measures::of(whole));
    println!("\nintercepts, booking, finding, neither: {:.0?}", weights.intercepts.map(|by| by * 100.0));
    println!("weights: intent, today, fitted, rows");
    for ((class, today), weight) in &weights.groups {
        let rows = examples.iter().filter(|one| one.groups.contains_key(&(*class, *today))).count();
        println!("  {:<16} {today:>4} {:>5.0} {rows:>5}", CLASSES[*class].0, weight * 100.0);
    }
    Ok(())
}

fn example(row: &Row) -> Option<Example> {
    let label = CLASSES.iter().position(|(name, _)| row.label.as_deref() == Some(name))?;
    let mut groups = BTreeMap::new();
    for (intent, clue) in evidence(&row.text) {
        if let Some(class) = CLASSES.iter().position(|(_, known)| *known == intent) {
            *groups.entry((class, clue.weight)).or_default() += 1.0;
        }
    }
    let key = row.dialogue.as_deref().unwrap_or(&row.text);
    let fold = key.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % FOLDS;
    Some(Example { label, fold, groups })
}

#[derive(Default)]
struct Weights {
    intercepts: [f64; 3],
    groups: BTreeMap<Group, f64>,
}

impl Weights {
    /// Gradient descent with momentum; the loss is convex.
    fn fit<'a>(examples: impl Iterator<Item = &'a Example>) -> Self {
        let examples: Vec<&Example> = examples.collect();
        let names: BTreeSet<Group> = examples.iter().flat_map(|one| one.groups.keys().copied()).collect();
        let mut weights =
            Self { groups: names.into_iter().map(|name| (name, 0.0)).collect(), ..Self::default() };
        let mut speed = Self { groups: weights.groups.clone(), ..Self::default() };
        let rate = 1.0 / examples.len() as f64;
        for _ in 0..STEPS {
            let mut slope = Self {
                groups: weights.groups.iter().map(|(name, by)| (*name, RIDGE * by)).collect(),
                ..Self::default()
            };
            for one in &examples {
                let chances = weights.chances(one);
                let off: [f64; 3] =
                    std::array::from_fn(|class| chances[class] - f64::from(u8::from(class == one.label)));
                off.iter().zip(&mut slope.intercepts).for_each(|(off, sum)| *sum += off);
                for (name, count) in &one.groups {
                    if let Some(sum) = slope.groups.get_mut(name) {
                        *sum += off[name.0] * count;
                    }
                }
            }
            speed.step(&slope, 0.9, -rate);
            weights.step(&speed, 1.0, 1.0);
        }
        weights
    }

    /// `self * keep + other * by`.
    fn step(&mut self, other: &Self, keep: f64, by: f64) {
        self.intercepts
            .iter_mut()
            .zip(&other.intercepts)
            .for_each(|(mine, theirs)| *mine = *mine * keep + theirs * by);
        self.groups
            .values_mut()
            .zip(other.groups.values())
            .for_each(|(mine, theirs)| *mine = *mine * keep + theirs * by);
    }

    fn sums(&self, one: &Example) -> [f64; 3] {
        let mut sums = self.intercepts;
        for (name, count) in &one.groups {
            sums[name.0] += self.groups.get(name).copied().unwrap_or(0.0) * count;
        }
        sums
    }

    fn chances(&self, one: &Example) -> [f64; 3] {
        let sums = self.sums(one);
        let most = sums.iter().copied().fold(f64::MIN, f64::max);
        let shares = sums.map(|sum| (sum - most).exp());
        let total: f64 = shares.iter().sum();
        shares.map(|share| share / total)
    }

    fn best(&self, one: &Example) -> usize {
        let sums = self.sums(one);
        (0..3).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap_or(0)
    }
}
