//! `cargo xtask eval --task urgency|guidance|negation|intent FILE.jsonl [--map old=new]...`: measures `lead` on text that
//! others wrote. Rows are `{"text", "label"}`, for negation also `"concept"`; the text is not kept anywhere but
//! in the file of errors under `target/`.

pub(crate) mod fit;
pub(crate) mod likeness;
mod measures;
mod tasks;

use anyhow::{Context, bail, ensure};
use measures::Measures;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use tasks::Task;

/// One row of a file.
pub(crate) struct Row {
    pub(crate) text: String,
    /// After `--map`; `None`: the file has no labels.
    pub(crate) label: Option<String>,
    pub(crate) concept: Option<String>,
    /// Rows of one dialogue are like each other.
    pub(crate) dialogue: Option<String>,
}

struct Options {
    task: Task,
    files: Vec<String>,
    map: BTreeMap<String, String>,
    errors: Option<String>,
}

/// Runs the command; `args` are those after `eval`.
///
/// # Errors
/// Wrong arguments, or a file that cannot be read.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let options = parse(args)?;
    for file in &options.files {
        let rows = read(file, options.task, &options.map)?;
        println!("{} on {file}: {} rows", options.task.name(), rows.len());
        let labels: BTreeSet<String> = rows.iter().filter_map(|row| row.label.clone()).collect();
        let predicted: Vec<(String, Value)> =
            rows.iter().map(|row| options.task.predict(row, &labels, &options.map)).collect();
        if labels.is_empty() {
            options.task.describe(&rows, &predicted);
            continue;
        }
        report(&rows, &predicted);
        options.task.warn(&rows);
        if matches!(options.task, Task::Intent) && labels.contains(tasks::NEITHER) && labels.len() > 2 {
            report_without_neither(&options, rows.iter(), &labels);
        }
        let path = options
            .errors
            .clone()
            .unwrap_or_else(|| format!("target/eval/{}-errors.jsonl", options.task.name()));
        write_errors(&path, &rows, &predicted)?;
        println!("errors written to {path}\n");
    }
    Ok(())
}

fn parse(args: &[String]) -> anyhow::Result<Options> {
    let mut task = None;
    let mut options = (Vec::new(), BTreeMap::new(), None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--task" => task = Some(Task::named(value()?)?),
            "--map" => {
                let pair = value()?;
                let (old, new) = pair.split_once('=').with_context(|| format!("`{pair}` is not old=new"))?;
                options.1.insert(fold(old), fold(new));
            }
            "--errors" => options.2 = Some(value()?.clone()),
            flag if flag.starts_with('-') => bail!("unknown option {flag}"),
            file => options.0.push(file.to_owned()),
        }
    }
    let (files, map, errors) = options;
    ensure!(
        !files.is_empty(),
        "which file? usage: cargo xtask eval --task urgency|guidance|negation|intent FILE.jsonl"
    );
    Ok(Options { task: task.context("which task? --task urgency, negation or intent")?, files, map, errors })
}

/// Labels are compared without regard to case, hyphens and underscores.
pub(crate) fn fold(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Reads the rows of `file`; blank lines are left out.
fn read(file: &str, task: Task, map: &BTreeMap<String, String>) -> anyhow::Result<Vec<Row>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let mut rows = Vec::new();
    for (n, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        rows.push(read_row(line, task, map).with_context(|| format!("{file}:{}", n + 1))?);
    }
    ensure!(!rows.is_empty(), "{file} has no rows");
    let labelled = rows.iter().filter(|row| row.label.is_some()).count();
    ensure!(
        labelled == 0 || labelled == rows.len(),
        "{file}: {} of {} rows have no \"label\": give it to all of them or to none",
        rows.len() - labelled,
        rows.len()
    );
    Ok(rows)
}

fn read_row(line: &str, task: Task, map: &BTreeMap<String, String>) -> anyhow::Result<Row> {
    let value: Value = serde_json::from_str(line)?;
    ensure!(value.is_object(), "not an object: a row is {{\"text\": ..., \"label\": ...}}");
    let member = |name: &str| match value.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => bail!("\"{name}\" is not a text but {other}"),
    };
    let row = Row {
        text: member("text")?.context("no \"text\"")?,
        label: member("label")?.map(|label| task.label(&label, map)).transpose()?,
        concept: member("concept")?,
        dialogue: member("dialogue")?,
    };
    let needs_concept = matches!(task, Task::Negation);
    ensure!(!needs_concept || row.concept.is_some(), "no \"concept\", whose status is asked for");
    Ok(row)
}

fn report(rows: &[Row], predicted: &[(String, Value)]) {
    let gold = rows.iter().map(|row| row.label.clone().unwrap_or_default());
    let measures = Measures::of(gold.zip(predicted.iter().map(|(label, _)| label.clone())));
    println!("{measures}");
}

/// Dialogues with a booking assistant: how well the other classes are told apart, where one of them is right.
fn report_without_neither<'a>(
    options: &Options,
    rows: impl Iterator<Item = &'a Row>,
    labels: &BTreeSet<String>,
) {
    let labels: BTreeSet<String> = labels.iter().filter(|label| *label != tasks::NEITHER).cloned().collect();
    let rows = rows.filter_map(|row| Some((row, row.label.clone().filter(|label| labels.contains(label))?)));
    let pairs = rows.map(|(row, label)| (label, options.task.predict(row, &labels, &options.map).0));
    println!("  without rows labelled `{}`:\n{}", tasks::NEITHER, Measures::of(pairs));
}

fn write_errors(path: &str, rows: &[Row], predicted: &[(String, Value)]) -> anyhow::Result<()> {
    let mut out = String::new();
    for (row, (label, why)) in rows.iter().zip(predicted) {
        if row.label.as_deref() != Some(label) {
            let error = serde_json::json!({
                "text": row.text, "concept": row.concept, "label": row.label, "predicted": label, "why": why,
            });
            let _ = writeln!(out, "{error}");
        }
    }
    if let Some(folder) = std::path::Path::new(path).parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, out).with_context(|| format!("cannot write {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_does_not_fit_says_why() {
        let read = |task, line: &str| match read_row(line, task, &BTreeMap::new()) {
            Ok(_) => String::new(),
            Err(error) => format!("{error:#}"),
        };
        let good = r#"{"text": "no pain", "concept": "pain", "label": "NEGATED", "source": 3}"#;
        assert_eq!(read(Task::Negation, good), "");
        assert_eq!(read(Task::Urgency, r#"{"text": "x", "label": null}"#), "");
        let wrong = [
            (Task::Urgency, "[]", "not an object"),
            (Task::Urgency, r#"{"label": "urgent"}"#, "no \"text\""),
            (Task::Urgency, r#"{"text": 7}"#, "\"text\" is not a text but 7"),
            (Task::Urgency, r#"{"text": "x", "label": "blue"}"#, "unknown label \"blue\""),
            (Task::Negation, r#"{"text": "x", "label": "negated"}"#, "no \"concept\""),
            (Task::Urgency, r#"{"text": "x""#, "EOF"),
        ];
        for (task, line, expected) in wrong {
            assert!(read(task, line).starts_with(expected), "{line}: {}", read(task, line));
        }
    }
}
