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
    // Other projects' embeds: nothing but this needs them.
    tool::npm("tests/bench")?;
    run(&mut cargo(&["build", "--package", "relay", "--package", "desk"]))?;
    report.add("The widget's transfer sizes", budget::widget)?;
    let scripts = [
        ("The widget in Chromium", "browser"),
        ("Typing while a proof of work is solved", "typing"),
        ("Beside other embeds", "embeds"),
    ];
    for (title, script) in scripts {
        report.run(title, Command::new("node").arg(format!("tests/bench/{script}.mjs")))?;
    }
    build::seal_example()?;
    report.run("Sealing in Chromium", Command::new("node").arg("tests/bench/seal.mjs"))
}
