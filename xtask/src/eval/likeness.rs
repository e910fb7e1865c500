//! `cargo xtask fit-urgency [QUESTIONS.jsonl]`: fits the tables of `lead/lexicon/likeness.txt` to the messages in
//! `lead/training/` and writes them. Logistic regression with a ridge penalty, on the features that `lead` itself reads; the
//! same files give the same tables on every machine.
//!
//! `QUESTIONS` are general medical questions without labels, of which nothing but its part in the weights is kept: those that the
//! lexicon sees no emergency in count as none. Patients' own words for what they have had for years are not to be had
//! otherwise. Every second one is left out of the fit and measured.

use anyhow::{Context, ensure};
use lead::triage::{BUCKETS, LETTER_UNITS, Lane, features, lexical};
use serde::Deserialize;
use std::fmt::Write as _;
use std::fs;

const TRAINING: &str = "lead/training";
const TABLES: &str = "lead/lexicon/likeness.txt";

/// Parts for cross-validation.
const FOLDS: usize = 5;
const STEPS: usize = 200;
/// Strength of the penalty.
const RIDGE: f64 = 0.5;
/// Units in one log-odds.
const UNITS: f64 = 4.0;
/// Weights of no more units than this are left out: there are many, they say little, and each is downloaded.
const FAINT: i32 = 0;
/// The same for whom to call.
const FAINT_OF_HELP: i32 = 1;
/// What is added to the log-odds of an emergency: to miss one is worse than to show a telephone number too often.
const CAUTION: f64 = 1.1;
/// The same for whom to call: 988 and Poison Control are the rarer ones.
const CAUTION_OF_HELP: f64 = 1.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
    label: String,
    #[serde(default)]
    help: Option<String>,
}

struct Example {
    buckets: Vec<u16>,
    is_so: bool,
}

/// Fits, says how well that reads messages left out of the fit, and writes the tables.
///
/// # Errors
/// A file cannot be read or written, or has a row of another form.
pub(crate) fn fit(questions: Option<&str>) -> anyhow::Result<()> {
    let mut messages = read()?;
    let mut left_out = Vec::new();
    if let Some(file) = questions {
        let (fitted, kept) = read_questions(file)?;
        messages.extend(fitted);
        left_out = kept;
    }
    let of = |is_in: &dyn Fn(&Message) -> Option<bool>| -> Vec<Example> {
        let example =
            |message: &Message| Some(Example { buckets: buckets(&message.text), is_so: is_in(message)? });
        messages.iter().filter_map(example).collect()
    };
    let is_emergency = |message: &Message| message.label == "emergency";
    let helped_by = |help: &'static str| {
        move |message: &Message| is_emergency(message).then(|| message.help.as_deref() == Some(help))
    };
    let tables: [(&str, (f64, i32), Vec<Example>); 3] = [
        ("emergency", (CAUTION, FAINT), of(&|message| Some(is_emergency(message)))),
        ("988", (CAUTION_OF_HELP, FAINT_OF_HELP), of(&helped_by("988"))),
        ("poison", (CAUTION_OF_HELP, FAINT_OF_HELP), of(&helped_by("poison"))),
    ];
    let mut out = String::new();
    for (name, how, examples) in &tables {
        let mut counts = [[0_usize; 2]; 2];
        for fold in 0..FOLDS {
            let (left_out, fitted): (Vec<_>, Vec<_>) =
                examples.iter().enumerate().partition(|(n, _)| n % FOLDS == fold);
            let model = Model::fit(fitted.iter().map(|(_, example)| *example)).in_units(*how);
            for (_, example) in left_out {
                counts[usize::from(example.is_so)][usize::from(model.score(example) > 0)] += 1;
            }
        }
        let [[_, wrongly], [missed, found]] = counts;
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        println!(
            "{name:<10} {:>5} messages; of those left out of the fit: recall {:.3}, precision {:.3}",
            examples.len(),
            share(found, found + missed),
            share(found, found + wrongly)
        );
        let model = Model::fit(examples.iter()).in_units(*how);
        if *name == "emergency" && !left_out.is_empty() {
            let flagged = left_out
                .iter()
                .filter(|text| model.score(&Example { buckets: buckets(text), is_so: false }) > 0);
            println!("of {} questions left out, {} read like an emergency", left_out.len(), flagged.count());
        }
        writeln!(out, "{}", model.line())?;
    }
    fs::write(TABLES, out).with_context(|| format!("cannot write {TABLES}"))
}

fn read() -> anyhow::Result<Vec<Message>> {
    let mut messages: Vec<Message> = Vec::new();
    let mut files: Vec<_> =
        fs::read_dir(TRAINING)?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
    files.sort();
    for path in files {
        let text = fs::read_to_string(&path)?;
        for (n, line) in text.lines().enumerate() {
            let message: Message =
                serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), n + 1))?;
            ensure!(
                ["emergency", "urgent", "routine"].contains(&message.label.as_str()),
                "{}:{}: unknown label `{}`",
                path.display(),
                n + 1,
                message.label
            );
            messages.push(message);
        }
    }
    Ok(messages)
}

/// Every second question, as a message that is no emergency where the lexicon sees none; and the texts of the others.
fn read_questions(file: &str) -> anyhow::Result<(Vec<Message>, Vec<String>)> {
    #[derive(Deserialize)]
    struct Question {
        text: String,
    }
    let (mut fitted, mut left_out) = (Vec::new(), Vec::new());
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    for (n, line) in text.lines().enumerate() {
        let Question { text } = serde_json::from_str(line).with_context(|| format!("{file}:{}", n + 1))?;
        if n % 2 == 1 {
            left_out.push(text);
        } else if lexical(&text).lane != Lane::Emergency {
            fitted.push(Message { text, label: "routine".to_owned(), help: None });
        }
    }
    Ok((fitted, left_out))
}

/// All features of a message, each once: windows matter for reading only.
fn buckets(text: &str) -> Vec<u16> {
    let mut all: Vec<u16> = features(text).into_iter().flatten().map(|feature| feature.bucket).collect();
    all.sort_unstable();
    all.dedup();
    all
}

struct Model {
    bias: f64,
    weights: Vec<f64>,
}

impl Model {
    /// Gradient descent with momentum; the loss is convex.
    fn fit<'a>(examples: impl Iterator<Item = &'a Example>) -> Self {
        let examples: Vec<&Example> = examples.collect();
        let mut model = Self { bias: 0.0, weights: vec![0.0; BUCKETS] };
        let mut speed = Self { bias: 0.0, weights: vec![0.0; BUCKETS] };
        let rate = 4.0 / examples.len() as f64;
        for _ in 0..STEPS {
            let mut slope =
                Self { bias: 0.0, weights: model.weights.iter().map(|weight| weight * RIDGE).collect() };
            for example in &examples {
                let chance = 1.0 / (1.0 + (-model.log_odds(example)).exp());
                let off = chance - f64::from(u8::from(example.is_so));
                slope.bias += off;
                example.buckets.iter().for_each(|&bucket| slope.weights[usize::from(bucket)] += off);
            }
            speed.step(&slope, 0.9, -rate);
            model.step(&speed, 1.0, 1.0);
        }
        model
    }

    /// `self * keep + other * by`.
    fn step(&mut self, other: &Self, keep: f64, by: f64) {
        self.bias = self.bias * keep + other.bias * by;
        for (mine, theirs) in self.weights.iter_mut().zip(&other.weights) {
            *mine = *mine * keep + theirs * by;
        }
    }

    fn log_odds(&self, example: &Example) -> f64 {
        self.bias + example.buckets.iter().map(|&bucket| self.weights[usize::from(bucket)]).sum::<f64>()
    }

    fn in_units(&self, (caution, faint): (f64, i32)) -> Units {
        let units = |weight: f64| (weight * UNITS).round() as i32;
        let kept = |weight: &f64| match units(*weight) {
            units if units.abs() <= faint => 0,
            units => units.clamp(-LETTER_UNITS, LETTER_UNITS),
        };
        Units { bias: units(self.bias + caution), weights: self.weights.iter().map(kept).collect() }
    }
}

/// A model as it is written: whole weights.
struct Units {
    bias: i32,
    weights: Vec<i32>,
}

impl Units {
    fn score(&self, example: &Example) -> i32 {
        self.bias + example.buckets.iter().map(|&bucket| self.weights[usize::from(bucket)]).sum::<i32>()
    }

    fn line(&self) -> String {
        let letter = |&weight: &i32| match weight {
            0 => '.',
            1.. => char::from(b'a' + (weight - 1) as u8),
            _ => char::from(b'A' + (-weight - 1) as u8),
        };
        let letters: String = self.weights.iter().map(letter).collect();
        format!("{} {}", self.bias, letters.trim_end_matches('.'))
    }
}
