//! Transfer sizes, and the budgets that fail CI.

use crate::{build, parts};
use anyhow::{Result, ensure};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The loader, brotli, in bytes: it runs on every page of the practice's website.
const LOADER: u64 = 3_000;
/// Everything until the form is sent, brotli, in bytes: loader, glue, wasm, styles. It can only fall.
const WIDGET: u64 = 90_000;
/// The console's first transfer, brotli, in bytes: everything that is fetched until the queue of decrypted leads is on the
/// screen. The pages beside the queue are in files of their own (`split.rs`), fetched after that, and so is another
/// language's file. The aim is 400,000; this is where it stands, so that it can only fall.
const CONSOLE: u64 = 393_600;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print what each part of the widget, or of the console, weighs instead
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "widget")]
    parts: Option<build::Part>,
}

/// Prints the sizes; fails over budget.
pub(crate) fn run(options: &Options) -> Result<()> {
    if let Some(part) = options.parts {
        print!("{}", parts::tables(&build::named(part)?)?);
        return Ok(());
    }
    check()
}

/// The sizes against their budgets.
pub(crate) fn check() -> Result<()> {
    eprint!("{}{}", widget()?, console()?);
    Ok(())
}

/// The widget's table; an error over budget.
pub(crate) fn widget() -> Result<String> {
    let folder = current_widget()?;
    let mut table = String::new();
    let loader = row(&mut table, &folder.join("loader.js"))?;
    let others = row(&mut table, &folder.join("frame.js"))? + row(&mut table, &folder.join("widget.wasm"))?;
    let total = loader + others;
    writeln!(table, "{total:>8}  widget in all, of {WIDGET}")?;
    ensure!(loader <= LOADER, "{table}the loader is {loader} bytes brotli; its budget is {LOADER}");
    ensure!(total <= WIDGET, "{table}the widget is {total} bytes brotli; its budget is {WIDGET}");
    Ok(table)
}

/// The console's table; an error over budget.
pub(crate) fn console() -> Result<String> {
    let mut table = String::new();
    let mut total = 0;
    for file in browser_files("dist/console")? {
        // Another language is fetched by who chooses it, the people of the training by who practises.
        if !file.to_string_lossy().contains("/words.") && !file.ends_with("training.json") {
            total += compressed(&file)?;
        }
    }
    for file in browser_files("dist/console/parts")? {
        row(&mut table, &file)?;
    }
    writeln!(table, "{total:>8}  console until the queue is shown, of {CONSOLE}")?;
    ensure!(total <= CONSOLE, "{table}the console is {total} bytes brotli; its budget is {CONSOLE}");
    Ok(table)
}

/// What browsers are given of `folder`, without their compressed copies.
fn browser_files(folder: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "br") {
            files.push(path.with_extension(""));
        }
    }
    files.sort();
    Ok(files)
}

/// The folder of the widget version that was built last.
pub(crate) fn current_widget() -> Result<PathBuf> {
    let current: serde_json::Value = serde_json::from_slice(&fs::read("dist/widget/current.json")?)?;
    let version = current["version"].as_str().unwrap_or_default();
    Ok(PathBuf::from("dist/widget").join(version))
}

fn compressed(path: &Path) -> Result<u64> {
    Ok(fs::metadata(format!("{}.br", path.to_string_lossy()))?.len())
}

fn row(table: &mut String, path: &Path) -> Result<u64> {
    let compressed = compressed(path)?;
    let raw = fs::metadata(path)?.len();
    writeln!(table, "{compressed:>8}  {} (brotli; {raw} as it is)", path.display())?;
    Ok(compressed)
}
