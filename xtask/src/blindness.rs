//! The proof of blindness: nothing in the relay's dependency graph can open an entry.

use crate::step::{cargo, output};
use anyhow::{Result, bail, ensure};

/// What a relay must not be able to reach, through any path of normal or build dependencies.
const FORBIDDEN: [&str; 5] = ["seal", "lead", "inbox", "rsa", "aes-gcm"];

/// Fails with the path to the first forbidden crate.
pub(crate) fn run() -> Result<()> {
    // The check must be able to see: the desk does reach every one of them.
    let seen = reach("desk")?;
    for name in FORBIDDEN {
        ensure!(
            seen.iter().any(|found| found == name),
            "the blindness check cannot see `{name}` even from the desk"
        );
    }
    let reachable = reach("relay")?;
    for name in FORBIDDEN {
        if reachable.iter().any(|found| found == name) {
            let path = output(&mut cargo(&[
                "tree",
                "--package",
                "relay",
                "--edges",
                "normal,build",
                "--target",
                "all",
                "--invert",
                name,
            ]));
            bail!("the relay can reach `{name}`:\n{}", path.unwrap_or_default());
        }
    }
    eprintln!(
        "    the relay reaches {} crates; none of {} is among them",
        reachable.len(),
        FORBIDDEN.join(", ")
    );
    Ok(())
}

/// Names of all crates that `package` depends on, on any platform.
fn reach(package: &str) -> Result<Vec<String>> {
    let tree = output(&mut cargo(&[
        "tree",
        "--package",
        package,
        "--edges",
        "normal,build",
        "--target",
        "all",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let mut names: Vec<String> =
        tree.lines().filter_map(|line| line.split(' ').next()).map(String::from).collect();
    names.sort();
    names.dedup();
    Ok(names)
}
