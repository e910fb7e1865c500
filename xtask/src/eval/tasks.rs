//! What is predicted for a row in each task, and how our names are set beside a file's labels.

use super::measures::share;
use super::{Row, fold};
use anyhow::{bail, ensure};
use lead::intent::{self, Intent};
use lead::scoring::{Criterion, Facts, Model, When, score};
use lead::triage::{self, Lane, Status, triage};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is measured.
#[derive(Clone, Copy)]
pub(crate) enum Task {
    /// Lanes of triage.
    Urgency,
    /// Whether the patient's browser shows guidance for an emergency.
    Guidance,
    /// Assertion status of a given concept.
    Negation,
    /// Intent.
    Intent,
}

impl Task {
    pub(crate) fn named(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "urgency" => Self::Urgency,
            "guidance" => Self::Guidance,
            "negation" => Self::Negation,
            "intent" => Self::Intent,
            _ => bail!("unknown task `{name}`: urgency, guidance, negation or intent"),
        })
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Guidance => "guidance",
            Self::Negation => "negation",
            Self::Intent => "intent",
        }
    }

    /// What rows can be labelled as.
    const fn known(self) -> &'static [&'static str] {
        match self {
            Self::Urgency => &["emergency", "urgent", "routine"],
            Self::Guidance => &["emergency", "none"],
            Self::Negation => &["affirmed", "negated", "past", "other", "hypothetical"],
            Self::Intent => &[
                "book",
                "findprovider",
                "bookappointment",
                "none",
                "insurance",
                "price",
                "clinical",
                "records",
                "existingpatient",
                "physicianreferral",
                "solicitation",
                "other",
            ],
        }
    }

    /// A file's label in our terms: without regard to case, hyphens and underscores, by `map`, by its usual synonym.
    pub(crate) fn label(self, label: &str, map: &BTreeMap<String, String>) -> anyhow::Result<String> {
        let folded = fold(label);
        if let Some(mapped) = map.get(&folded) {
            return Ok(mapped.clone());
        }
        let name = match (self, folded.as_str()) {
            (Self::Urgency, "emergent" | "911") => "emergency",
            (Self::Urgency, "nonurgent" | "nonemergency" | "none") => "routine",
            (Self::Guidance, "emergent" | "911") => "emergency",
            (Self::Guidance, "urgent" | "routine" | "nonurgent" | "nonemergency") => "none",
            (Self::Negation, "affirmative" | "positive" | "present" | "asserted") => "affirmed",
            (Self::Negation, "negative" | "absent" | "denied") => "negated",
            (Self::Negation, "historical" | "history") => "past",
            (Self::Negation, "family" | "experiencer") => "other",
            (Self::Negation, "conditional") => "hypothetical",
            (_, folded) => folded,
        };
        let is_known = self.known().contains(&name) || map.values().any(|mapped| mapped == name);
        ensure!(
            is_known,
            "unknown label \"{label}\": {} knows {}; rename it, as in --map {label}={}",
            self.name(),
            self.known().join(", "),
            self.known()[0]
        );
        Ok(name.to_owned())
    }

    /// Says what makes a measure less than it seems.
    pub(crate) fn warn(self, rows: &[Row]) {
        let is_missing = |row: &&Row| find_concept(row).is_none();
        let missing = rows.iter().filter(is_missing).count();
        if matches!(self, Self::Negation) && missing > 0 {
            println!("  {missing} concepts do not stand in their texts; they count as affirmed");
        }
    }

    /// The label for a row, in the file's terms, and why.
    pub(crate) fn predict(
        self,
        row: &Row,
        labels: &BTreeSet<String>,
        map: &BTreeMap<String, String>,
    ) -> (String, Value) {
        let mapped = |name: &str| {
            let name = fold(name);
            map.get(&name).cloned().unwrap_or(name)
        };
        match self {
            Self::Urgency => {
                let found = triage(&row.text, &[]);
                let lane = match found.lane {
                    Lane::Emergency => "emergency",
                    Lane::Urgent => "urgent",
                    Lane::Routine => "routine",
                };
                (mapped(lane), mentions(&row.text, &found))
            }
            Self::Guidance => {
                let found = triage::watch(&row.text, &[]);
                let shown = if found.lane == Lane::Emergency { "emergency" } else { "none" };
                (mapped(shown), mentions(&row.text, &found))
            }
            Self::Negation => {
                let status = concept_status(row);
                let name = mapped(status_name(status));
                // A file that does not tell past or supposed findings apart counts them as affirmed.
                let known = labels.contains(&name) || status == Status::Negated;
                (if known { name } else { mapped("affirmed") }, json!(status_name(status)))
            }
            Self::Intent => {
                let scores = intent::scores(&row.text);
                let label =
                    if labels.is_empty() {
                        mapped(&intent_name(intent::classify(&row.text).intent))
                    } else {
                        let named =
                            scores.iter().map(|&(intent, score)| (label_of(intent, labels, &mapped), score));
                        let weighed = named.map(|(label, score)| {
                            if label == NEITHER { (label, score - RARELY) } else { (label, score) }
                        });
                        let best = weighed
                            .filter(|(label, _)| labels.contains(label))
                            .max_by_key(|&(_, score)| score);
                        best.map_or_else(|| mapped("other"), |(label, _)| label)
                    };
                let why: Vec<Value> = scores
                    .iter()
                    .filter(|(_, score)| *score != 0)
                    .map(|(intent, score)| json!([intent, score]))
                    .collect();
                (label, json!(why))
            }
        }
    }

    /// What there is to say of a file without labels.
    pub(crate) fn describe(self, rows: &[Row], predicted: &[(String, Value)]) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (label, _) in predicted {
            *counts.entry(label).or_default() += 1;
        }
        for (label, n) in &counts {
            println!("  {label:<18} {n:>6}  {}", share(*n, rows.len()));
        }
        for (model, name) in
            [(Model::seed(), "the default model"), (with_words(), "one that also counts intent and urgency")]
        {
            let ready = rows.iter().filter(|row| is_care_ready(&model, &row.text)).count();
            println!("  care-ready from text alone, by {name}: {}", share(ready, rows.len()));
        }
        if matches!(self, Self::Intent) {
            println!("  each care-ready by the latter, with the words that spoke for an intent:");
            for row in rows.iter().filter(|row| is_care_ready(&with_words(), &row.text)) {
                let words = intent::classify(&row.text).evidence.into_iter();
                let words = words.map(|clue| row.text.get(clue.span.0 as usize..clue.span.1 as usize));
                println!("    {} <- {}", json!(words.collect::<Vec<_>>()), row.text);
            }
        }
        if matches!(self, Self::Urgency) {
            println!("  every emergency, with what it was seen in:");
            for (row, (_, why)) in rows.iter().zip(predicted).filter(|(_, (label, _))| label == "emergency") {
                println!("    {} <- {}", why, row.text);
            }
        }
    }
}

fn mentions(text: &str, found: &triage::Triage) -> Value {
    let shown = found.mentions.iter().map(|mention| {
        let words = text.get(mention.span.0 as usize..mention.span.1 as usize).unwrap_or_default();
        json!([mention.concept, mention.status, words])
    });
    shown.collect()
}

const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Affirmed => "affirmed",
        Status::Negated => "negated",
        Status::Past => "past",
        Status::Other => "other",
        Status::Hypothetical => "hypothetical",
    }
}

fn find_concept(row: &Row) -> Option<(usize, usize)> {
    triage::find_words(&row.text, row.concept.as_deref()?)
}

fn concept_status(row: &Row) -> Status {
    find_concept(row).map_or(Status::Affirmed, |span| triage::status_of(&row.text, span))
}

/// The label that dialogues with a booking assistant have for turns that neither book nor look for a provider.
pub(crate) const NEITHER: &str = "none";
/// How much rarer such turns are than the others, in hundredths of a log-odds unit: the difference of the
/// intercepts of the regression in docs/triage.md.
const RARELY: i32 = 281;

fn intent_name(intent: Intent) -> String {
    serde_json::to_value(intent).ok().and_then(|name| name.as_str().map(fold)).unwrap_or_default()
}

/// Our intent in the file's terms: by its own name, or else as dialogues with a booking assistant call it.
fn label_of(intent: Intent, labels: &BTreeSet<String>, mapped: &impl Fn(&str) -> String) -> String {
    let own = mapped(&intent_name(intent));
    if labels.contains(&own) {
        return own;
    }
    let usual = match intent {
        Intent::Book => "bookappointment",
        Intent::FindProvider => "findprovider",
        _ => NEITHER,
    };
    usual.to_owned()
}

fn is_care_ready(model: &Model, text: &str) -> bool {
    score(model, &Facts::from_text(text)).tier == "care-ready"
}

/// The default model, with ten points each for the wish to book and for words of urgency, as a practice might write it.
fn with_words() -> Model {
    let mut model = Model::seed();
    let like = model.criteria[0].clone();
    let by = |id: &str, when| Criterion { id: id.into(), points: 10, when, ..like.clone() };
    model.criteria.push(by("wants-to-book", When::Intent(vec![Intent::Book])));
    model.criteria.push(by("urgent-words", When::Urgency(vec![Lane::Urgent, Lane::Emergency])));
    model
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(task: Task, label: &str, map: &[(&str, &str)]) -> Result<String, String> {
        let map = map.iter().map(|(old, new)| (fold(old), fold(new))).collect();
        task.label(label, &map).map_err(|error| error.to_string())
    }

    #[test]
    fn labels_are_known_in_any_case_by_synonym_or_by_map() {
        assert_eq!(label(Task::Negation, "NEGATED", &[]), Ok("negated".into()));
        assert_eq!(label(Task::Negation, "Absent", &[]), Ok("negated".into()));
        assert_eq!(label(Task::Intent, "Book_Appointment", &[]), Ok("bookappointment".into()));
        assert_eq!(label(Task::Urgency, "red", &[("Red", "emergency")]), Ok("emergency".into()));
        assert_eq!(label(Task::Urgency, "red", &[("emergency", "red")]), Ok("red".into()));
        let unknown = label(Task::Urgency, "Purple", &[]);
        assert!(unknown.is_err_and(|error| error.contains("--map Purple=emergency")));
    }
}
