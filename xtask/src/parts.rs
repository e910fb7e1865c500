//! What each part of the widget, or of the console, weighs: `cargo xtask budget --parts`.
//!
//! A part is a crate, as far as function names tell (a generic function counts for the crate that wrote it), or the
//! module's data. What a part adds is measured, not estimated: the module is compressed with it and without it. What
//! several parts share by looking alike is in none of them, so the column sums to less than the whole.

use crate::build;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// Parts smaller than this, in bytes as they are, are put together.
const SMALL: usize = 500;

/// A table for each of `files`, which have their function names.
pub(crate) fn tables(files: &[PathBuf]) -> Result<String> {
    let mut tables = String::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        write!(tables, "{name}\n{}", table(file)?)?;
    }
    Ok(tables)
}

fn table(path: &Path) -> Result<String> {
    let wasm = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let Module { parts, names } = Module::read(&wasm)?;
    let names = [names];
    let whole = build::brotli(&without(&wasm, &names))?.len();
    let mut rows = Vec::new();
    for (part, ranges) in &parts {
        let left_out = [ranges.as_slice(), &names].concat();
        let rest = build::brotli(&without(&wasm, &left_out))?.len();
        rows.push((whole.saturating_sub(rest), ranges.iter().map(Range::len).sum::<usize>(), part));
    }
    rows.sort_by(|a, b| b.cmp(a));
    let mut table = format!("{:>8} {:>8}  part\n", "brotli", "as it is");
    for (compressed, raw, part) in rows {
        writeln!(table, "{compressed:>8} {raw:>8}  {part}")?;
    }
    writeln!(table, "{whole:>8} {:>8}  in all", wasm.len() - names[0].len())?;
    Ok(table)
}

/// The bytes outside of `ranges`, which do not overlap.
fn without(wasm: &[u8], ranges: &[Range<usize>]) -> Vec<u8> {
    let mut ranges = ranges.to_vec();
    ranges.sort_by_key(|range| range.start);
    let (mut kept, mut at) = (Vec::with_capacity(wasm.len()), 0);
    for range in ranges {
        kept.extend_from_slice(&wasm[at..range.start]);
        at = range.end;
    }
    kept.extend_from_slice(&wasm[at..]);
    kept
}

struct Module {
    /// Where the code and data of each part are.
    parts: BTreeMap<String, Vec<Range<usize>>>,
    /// The section with names, which patients do not download.
    names: Range<usize>,
}

impl Module {
    fn read(wasm: &[u8]) -> Result<Self> {
        let (mut bodies, mut imports, mut named, mut names) = (Vec::new(), 0, BTreeMap::new(), 0..0);
        let mut parts: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imports += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.range()),
                Payload::DataSection(section) => {
                    parts.entry("texts and tables".to_owned()).or_default().push(section.range());
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(known) = section.as_known() {
                        names = section.range();
                        for name in known {
                            if let Name::Function(functions) = name? {
                                for function in functions {
                                    let function = function?;
                                    named.insert(function.index, function.name.to_owned());
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (index, body) in (imports..).zip(bodies) {
            let part = named.get(&index).map_or("(no name)".to_owned(), |name| part_of(name));
            parts.entry(part).or_default().push(body);
        }
        let small: Vec<String> = parts
            .iter()
            .filter(|(_, ranges)| ranges.iter().map(Range::len).sum::<usize>() < SMALL)
            .map(|(part, _)| part.clone())
            .collect();
        for part in small {
            let ranges = parts.remove(&part).unwrap_or_default();
            parts.entry("(others)".to_owned()).or_default().extend(ranges);
        }
        Ok(Self { parts, names })
    }
}

/// The crate that wrote the function, by the names that wasm-bindgen leaves: `<lead[1f]::text::Text as
/// core[2e]::clone::Clone>::clone` is lead's, and `<alloc[3d]::vec::Vec<wire[4c]::Json>>::push` is alloc's.
fn part_of(name: &str) -> String {
    let path = name.trim_start_matches(['<', '&', '[', '(', '*']).trim_start_matches("dyn ");
    match path.split_once('[') {
        Some((part, _)) if !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            part.to_owned()
        }
        _ => "(others)".to_owned(),
    }
}
