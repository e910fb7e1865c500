//! What a patient downloads and waits for.

use super::Report;
use crate::build::{self, Part};
use crate::step::{cargo, run};
use crate::{budget, tool};
use anyhow::Result;
use std::process::Command;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    build::run(Some(Part::Widget))?;
    tool::chromium()?;
    tool::npm("tests")?;
    run(&mut cargo(&["build", "--package", "relay", "--package", "desk"]))?;
    report.add("The widget's transfer sizes", budget::widget)?;
    report.run("The widget in Chromium", Command::new("node").arg("tests/bench/browser.mjs"))?;
    build::seal_example()?;
    report.run("Sealing in Chromium", Command::new("node").arg("tests/bench/seal.mjs"))
}
