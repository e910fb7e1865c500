//! What staff download, and how long a practice with many leads waits for them.

use super::Report;
use crate::build::{self, Part};
use crate::step::{cargo, run};
use crate::{budget, tool};
use anyhow::Result;
use std::process::Command;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    build::run(Some(Part::Console))?;
    tool::chromium()?;
    tool::npm("tests")?;
    run(&mut cargo(&["build", "--release", "--package", "relay", "--package", "desk"]))?;
    report.add("The console's transfer sizes", budget::console)?;
    report.run(
        "10,000 leads in Chromium",
        Command::new("node").arg("tests/bench/console.mjs").env("PROGRAMS", "release"),
    )
}
