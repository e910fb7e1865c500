//! `cargo xtask bench`: what it costs, measured side by side in one run. Nothing here passes or fails;
//! the budgets that do are in `budget`.

use crate::step::{cargo, run as execute, step};
use crate::{budget, build, tool};
use anyhow::Result;
use std::process::Command;

/// Prints every measure.
pub(crate) fn run() -> Result<()> {
    build::run()?;
    tool::chromium()?;
    tool::npm("tests")?;
    execute(&mut cargo(&["build", "--package", "relay", "--package", "desk"]))?;
    step("Transfer sizes", budget::run)?;
    step("The widget in Chromium", || execute(Command::new("node").arg("tests/bench/browser.mjs")))?;
    step("Sealing in the browser", || {
        build::seal_example()?;
        execute(Command::new("node").arg("tests/bench/seal.mjs"))
    })?;
    step("Reading and replay, natively and in Chromium", || {
        execute(&mut cargo(&["build", "--package", "lead", "--example", "readings"]))?;
        execute(&mut cargo(&["build", "--release", "--package", "lead", "--example", "readings"]))?;
        build::lead_example()?;
        execute(Command::new("node").args(["tests/lead/run.mjs", "time"]))
    })?;
    step("Durable submissions, beside this disk's fdatasync", || {
        execute(&mut cargo(&[
            "build",
            "--release",
            "--package",
            "relay",
            "--bin",
            "anteroom-relay",
            "--example",
            "bench",
        ]))?;
        execute(&mut Command::new("target/release/examples/bench"))
    })
}
