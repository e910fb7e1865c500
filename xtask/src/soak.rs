//! `cargo xtask soak`: the long forms of the relay's and the desk's tests, on release builds. CI runs their short forms.

use crate::step::{cargo, run as execute, step};
use crate::tool;
use anyhow::Result;

/// `cargo xtask failover`: examples/deploy/ha with its primary killed under load.
pub(crate) fn failover() -> Result<()> {
    tool::high_availability()?;
    long_test("relay", "failover", "killed_primary")
}

/// Kills relays a hundred times under load, lets a thousand slow clients at one, and kills a desk at two hundred points of
/// its work.
pub(crate) fn run() -> Result<()> {
    tool::relay_tests()?;
    tool::python()?;
    step("100 relays killed under load", || long_test("relay", "operation", "killed_a_hundred_times"))?;
    step("1,000 slow clients", || long_test("relay", "operation", "thousand_slow_clients"))?;
    step("a desk killed at 200 points", || {
        // The desk's tests start the relay's program, and look for it beside the desk's.
        execute(&mut cargo(&["build", "--release", "--package", "relay", "--bin", "anteroom-relay"]))?;
        long_test("desk", "daemon", "two_hundred")
    })
}

fn long_test(package: &str, target: &str, name: &str) -> Result<()> {
    let test = ["test", "--release", "--package", package, "--test", target, name];
    execute(cargo(&test).args(["--", "--ignored", "--nocapture"]))
}
