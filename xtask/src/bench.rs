//! `cargo xtask bench`: what it costs, measured side by side in one run. Nothing here passes or fails;
//! the budgets that do are in `budget`.
//!
//! Each part is a module of its own; each measure is a program that prints a table. The tables are shown as
//! they come, and once more together at the end.

mod console;
mod lead;
mod relay;
mod widget;

use crate::step::{printed, step};
use anyhow::Result;
use clap::ValueEnum;
use std::process::Command;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Measure only this part
    part: Option<Part>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// What a patient downloads and waits for
    Widget,
    /// Durable submissions per second
    Relay,
    /// Triage, scoring and replay
    Lead,
    /// What staff download
    Console,
}

/// The tables so far.
#[derive(Default)]
struct Report(Vec<(String, String)>);

impl Report {
    /// Takes what `measure` gives as the table of this title.
    fn add(&mut self, title: &str, measure: impl FnOnce() -> Result<String>) -> Result<()> {
        let table = step(title, measure)?;
        eprintln!("{}", indented(&table));
        self.0.push((title.to_owned(), table));
        Ok(())
    }

    /// The same, of what a program prints.
    fn run(&mut self, title: &str, program: &mut Command) -> Result<()> {
        self.add(title, || printed(program))
    }
}

/// Measures, and prints every table at the end.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part| options.part.is_none_or(|only| only == part);
    let mut report = Report::default();
    if wanted(Part::Widget) {
        widget::measure(&mut report)?;
    }
    if wanted(Part::Lead) {
        lead::measure(&mut report)?;
    }
    if wanted(Part::Relay) {
        relay::measure(&mut report)?;
    }
    if wanted(Part::Console) {
        console::measure(&mut report)?;
    }
    println!("\nSummary");
    for (title, table) in &report.0 {
        println!("\n{title}\n{}", indented(table));
    }
    Ok(())
}

fn indented(table: &str) -> String {
    table.trim_end().lines().map(|line| format!("    {line}\n")).collect()
}
