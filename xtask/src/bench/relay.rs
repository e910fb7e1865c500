//! Durable submissions per second, beside what the same disk does in the same run.

use super::Report;
use crate::step::{cargo, run};
use anyhow::Result;
use std::process::Command;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    let programs = ["--package", "relay", "--bin", "anteroom-relay", "--example", "bench"];
    run(cargo(&["build", "--release"]).args(programs))?;
    report.run(
        "Durable submissions, beside this disk's fdatasync",
        &mut Command::new("target/release/examples/bench"),
    )
}
