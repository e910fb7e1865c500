//! What the project needs beside Rust, and how it gets there. Each function either leaves the tool
//! usable or fails with a sentence that says what to install.

use crate::step::{cargo, output, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// On crates.io: npm's package of this name downloads a program.
const GECKODRIVER: &str = "0.37.1";

/// The `wasm32-unknown-unknown` standard library.
pub(crate) fn wasm_target() -> Result<()> {
    let libraries = output(Command::new("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        "wasm32-unknown-unknown",
    ]))?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]))
        .context("the wasm target is missing: install it with `rustup target add wasm32-unknown-unknown`")
}

/// The standard library's sources, of the very toolchain that compiles them.
pub(crate) fn standard_library_sources() -> Result<()> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    run(Command::new("rustup").args(["component", "add", "rust-src"])).context(
        "the standard library's sources are missing: install them with `rustup component add rust-src`",
    )
}

/// Whether `program` can be started. Not all know `--version`.
pub(crate) fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// Debian's packages, when this is Debian and we may.
fn apt(program: &str, packages: &[&str]) -> Result<()> {
    if is_here(program) {
        return Ok(());
    }
    eprintln!("    {program} is missing: installing Debian's {}", packages.join(", "));
    if install(packages).is_err() || !is_here(program) {
        let packages = packages.join(", ");
        bail!(
            "{program} is needed and could not be installed: install the packages {packages} and run this again"
        );
    }
    Ok(())
}

fn install(packages: &[&str]) -> Result<()> {
    run(Command::new("apt-get").args(["-q", "update"]))?;
    run(Command::new("apt-get")
        .args(["-q", "install", "-y", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Chromium, for the browser tests.
pub(crate) fn chromium() -> Result<()> {
    apt("chromium", &["chromium"])
}

/// Firefox, and the driver that speaks for it.
pub(crate) fn firefox() -> Result<()> {
    apt("firefox-esr", &["firefox-esr"])?;
    cargo_program("geckodriver", GECKODRIVER)
}

/// What the relay's tests need: a kernel's view of calls and faults, a foreign TLS client, the reverse proxy of
/// the examples, and a PostgreSQL to start a throw-away cluster of.
pub(crate) fn relay_tests() -> Result<()> {
    apt("strace", &["strace"])?;
    apt("curl", &["curl"])?;
    apt("nginx", &["nginx-light"])?;
    apt("slowhttptest", &["slowhttptest"])?;
    postgresql()
}

/// Where Debian puts PostgreSQL's programs. The tests look nowhere else either
/// (`relay/tests/support/cluster.rs`).
pub(crate) fn postgresql() -> Result<()> {
    let is_installed = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        versions.flatten().any(|version| version.path().join("bin/initdb").is_file())
    };
    if !is_installed() {
        eprintln!("    PostgreSQL is missing: installing Debian's postgresql");
        let _ = install(&["postgresql"]);
    }
    if !is_installed() {
        bail!(
            "PostgreSQL is needed in /usr/lib/postgresql and could not be installed: install the package \
             postgresql and run this again"
        );
    }
    Ok(())
}

/// What the example of examples/deploy/ha is made of.
pub(crate) fn high_availability() -> Result<()> {
    postgresql()?;
    apt("curl", &["curl"])?;
    apt("patroni", &["patroni"])?;
    apt("etcd", &["etcd-server"])?;
    apt("haproxy", &["haproxy"])
}

/// Node.js and npm.
pub(crate) fn node() -> Result<()> {
    apt("node", &["nodejs", "npm"])?;
    apt("npm", &["npm"])
}

/// The npm packages that `directory`'s lock file names, installed there.
pub(crate) fn npm(directory: &str) -> Result<()> {
    let lock = std::fs::read(Path::new(directory).join("package-lock.json"))?;
    let installed = Path::new(directory).join("node_modules/.installed-lock");
    if std::fs::read(&installed).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    node()?;
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(directory))?;
    std::fs::write(installed, lock)?;
    Ok(())
}

/// A Python with the packages of `tests/requirements.txt`, in a virtual environment under `target/`.
pub(crate) fn python() -> Result<PathBuf> {
    let wanted = std::fs::read("tests/requirements.txt")?;
    let python = std::env::current_dir()?.join("target/venv/bin/python");
    let installed = Path::new("target/venv/.installed-requirements");
    if std::fs::read(installed).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    apt("python3", &["python3", "python3-venv"])?;
    run(Command::new("python3").args(["-m", "venv", "target/venv"]))
        .context("python3 needs its venv module: install the package python3-venv")?;
    run(Command::new(&python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--requirement",
        "tests/requirements.txt",
    ]))?;
    std::fs::write(installed, wanted)?;
    Ok(python)
}

/// A cargo subcommand from crates.io, such as `deny` at `version`.
pub(crate) fn cargo_subcommand(name: &str, version: &str) -> Result<()> {
    cargo_program(&format!("cargo-{name}"), version)
}

/// A program that is a crate of the same name.
fn cargo_program(krate: &str, version: &str) -> Result<()> {
    if is_here(krate) {
        return Ok(());
    }
    eprintln!("    {krate} is missing: installing it from crates.io");
    let install = ["install", "--quiet", krate, "--version", version];
    // A registry that lags by some days may not hold every version that the lock file names.
    run(cargo(&install).arg("--locked")).or_else(|_| run(&mut cargo(&install)))
}
