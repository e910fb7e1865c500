//! `cargo xtask soak`: the long forms of the relay's tests, on release builds. CI runs their short forms.

use crate::step::{cargo, run as execute, step};
use crate::tool;
use anyhow::Result;

/// `cargo xtask failover`: examples/deploy/ha with its primary killed under load.
pub(crate) fn failover() -> Result<()> {
    tool::high_availability()?;
    long_test("failover", "killed_primary")
}

/// Kills relays a hundred times under load, and lets a thousand slow clients at one.
pub(crate) fn run() -> Result<()> {
    tool::relay_tests()?;
    step("100 relays killed under load", || long_test("operation", "killed_a_hundred_times"))?;
    step("1,000 slow clients", || long_test("operation", "thousand_slow_clients"))
}

fn long_test(target: &str, name: &str) -> Result<()> {
    let test = ["test", "--release", "--package", "relay", "--test", target, name];
    execute(cargo(&test).args(["--", "--ignored", "--nocapture"]))
}
