//! Transfer sizes, and the budgets that fail CI.

use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The loader, brotli, in bytes: it runs on every page of the practice's website.
const LOADER: u64 = 3_000;
/// Everything until the form is sent, brotli, in bytes: loader, glue, wasm, styles. The aim is 100,000; this
/// is where it stands, so that it can only fall.
const WIDGET: u64 = 115_000;
/// The console's first transfer, brotli, in bytes.
const CONSOLE: u64 = 400_000;

/// Prints the sizes; fails over budget.
pub(crate) fn run() -> Result<()> {
    let widget = current_widget()?;
    let loader = print(&widget.join("loader.js"))?;
    let total = loader + print(&widget.join("frame.js"))? + print(&widget.join("widget.wasm"))?;
    eprintln!("    {total:>8}  widget in all, of {WIDGET}");
    ensure!(loader <= LOADER, "the loader is {loader} bytes brotli; its budget is {LOADER}");
    ensure!(total <= WIDGET, "the widget is {total} bytes brotli; its budget is {WIDGET}");

    let mut console = 0;
    for entry in fs::read_dir("dist/console")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "br") {
            console += fs::metadata(&path)?.len();
        }
    }
    eprintln!("    {console:>8}  console in all, of {CONSOLE}");
    ensure!(console <= CONSOLE, "the console is {console} bytes brotli; its budget is {CONSOLE}");
    Ok(())
}

/// The folder of the widget version that was built last.
pub(crate) fn current_widget() -> Result<PathBuf> {
    let current: serde_json::Value = serde_json::from_slice(&fs::read("dist/widget/current.json")?)?;
    let version = current["version"].as_str().unwrap_or_default();
    Ok(PathBuf::from("dist/widget").join(version))
}

fn print(path: &Path) -> Result<u64> {
    let compressed = fs::metadata(format!("{}.br", path.to_string_lossy()))?.len();
    let raw = fs::metadata(path)?.len();
    eprintln!("    {compressed:>8}  {} (brotli; {raw} as it is)", path.display());
    Ok(compressed)
}
