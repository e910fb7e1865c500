//! Triage, scoring and replay, natively and in Chromium, and what `lead` adds to the widget.

use super::Report;
use crate::build::{self, Part};
use crate::step::{cargo, run};
use crate::{parts, tool};
use anyhow::Result;
use std::process::Command;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    tool::chromium()?;
    tool::npm("tests")?;
    run(&mut cargo(&["build", "--package", "lead", "--example", "readings"]))?;
    run(&mut cargo(&["build", "--release", "--package", "lead", "--example", "readings"]))?;
    build::lead_example()?;
    build::run(Some(Part::Widget))?;
    report.add("What the parts of the widget weigh, `lead` among them", || {
        parts::tables(&build::named(Part::Widget)?)
    })?;
    report.run(
        "Reading and replay, natively and in Chromium",
        Command::new("node").args(["tests/lead/run.mjs", "time"]),
    )
}
