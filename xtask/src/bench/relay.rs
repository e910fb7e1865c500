//! Durable submissions per second, beside what the same disk, and the same relay without storing, do in the
//! same run; a relay's memory; and the work that it asks of a patient's browser.

use super::Report;
use crate::step::{cargo, run};
use crate::tool;
use anyhow::Result;
use std::process::Command;

pub(super) fn measure(report: &mut Report) -> Result<()> {
    tool::postgresql()?;
    let programs = ["--package", "relay", "--bin", "anteroom-relay", "--example", "bench"];
    run(cargo(&["build", "--release"]).args(programs))?;
    let bench = || Command::new("target/release/examples/bench");
    report.run("Durable submissions on SQLite, beside this disk's fdatasync", &mut bench())?;
    report.run("Durable submissions on PostgreSQL", bench().arg("--postgres"))?;
    report.run("A relay's memory", bench().arg("--memory"))?;
    tool::chromium()?;
    tool::npm("tests")?;
    report.run("A proof of work in Chromium", Command::new("node").arg("tests/bench/proof.mjs"))
}
