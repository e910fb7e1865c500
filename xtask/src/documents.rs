//! What the documents say about this repository has to be so: a file, a test or a key that they name exists, and
//! each attack in the threat model names the test that plays it.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

const DOCUMENTS: [&str; 5] =
    ["docs/threat-model.md", "docs/hipaa.md", "docs/relay.md", "ARCHITECTURE.md", "README.md"];

/// What commands make. It is there or not by what ran before, so nothing is read or expected there.
const MADE: [&str; 4] = ["target", "node_modules", "dist", "data"];

/// Fails with every line that names what is not there.
pub(crate) fn run() -> Result<()> {
    let mut sources = String::new();
    read_sources(Path::new("."), &mut sources)?;
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(document).context(document)?;
        let lines = || (1..).zip(text.lines());
        let missing = lines().flat_map(|(number, line)| {
            let missing = named(line).filter(|name| !is_there(name, &sources));
            missing.map(move |name| format!("{document}:{number}: there is no {name}"))
        });
        wrong.extend(missing);
        if document.ends_with("threat-model.md") {
            let rows = lines().filter(|(_, line)| line.starts_with('|')).skip(2);
            let untested = rows.filter(|(_, row)| !names_a_test(row));
            wrong.extend(untested.map(|(number, _)| format!("{document}:{number}: this row names no test")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("documents are not true\n  {}", wrong.join("\n  ")) }
}

/// What stands between backticks.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether `name` exists, if it is a path of the repository or looks like a name in its code.
fn is_there(name: &str, sources: &str) -> bool {
    let (first, rest) = name.split_once('/').unwrap_or((name, ""));
    if MADE.contains(&first) {
        return true;
    }
    if !rest.is_empty()
        && !first.is_empty()
        && Path::new(first).is_dir()
        && !name.contains(['*', '<', '{', ' '])
    {
        return Path::new(name).exists();
    }
    let is_identifier =
        name.contains('_') && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    !is_identifier || sources.contains(name)
}

/// Whether the last column of a table's row names a file or folder that exists.
fn names_a_test(row: &str) -> bool {
    let last = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    named(last).any(|name| name.contains('/') && Path::new(name).exists())
}

/// Adds every file of code below `folder`.
fn read_sources(folder: &Path, sources: &mut String) -> Result<()> {
    const CODE: [&str; 6] = ["rs", "mjs", "js", "toml", "sql", "py"];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type()?.is_dir() {
            if !["docs", ".git"].iter().chain(&MADE).any(|skipped| name == *skipped) {
                read_sources(&path, sources)?;
            }
        } else if path.extension().is_some_and(|extension| CODE.iter().any(|code| extension == *code)) {
            sources.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_seen() {
        // Tests run in the package's folder.
        assert!(is_there("src/documents.rs", "") && !is_there("src/no_such_file.rs", ""));
        assert!(
            is_there("a_known_name", "fn a_known_name()")
                && !is_there("an_unknown_name", "fn a_known_name()")
        );
        assert!(is_there("plain words", "") && is_there("/u/{practice}/{token}", ""));
        assert!(names_a_test("| who | attack | what | `src/documents.rs` |"));
        assert!(!names_a_test("| who | attack `src/main.rs` | what | unit tests |"));
        assert_eq!(named("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
    }
}
