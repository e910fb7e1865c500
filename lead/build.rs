//! Checks the lexicons in `lexicon/*.toml` and writes them as compact texts: comments, sources and layout left
//! out. One is what the patient's browser needs, the other what staff's programs need in addition. The pattern
//! language is described in `src/lexicon.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, process};

use toml::{Table, Value};

/// Each after what it refers to.
const FILES: [&str; 5] = ["sets", "emergency", "urgent", "assertion", "intent"];
const CLASSES: [&str; 9] = ["<time>", "<date>", "<number>", "<money>", "<link>", ",", "\\?", "!", ":"];
/// As `src/lexicon/pattern.rs` reads them.
const TRIGGERS: [&str; 13] = [
    "negated-after",
    "negated-before",
    "past-after",
    "past-before",
    "other-after",
    "other-before",
    "hypothetical-after",
    "hypothetical-before",
    "now",
    "long",
    "pseudo",
    "idiom",
    "end",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR").unwrap_or_default();
    let file = Path::new(&out).join("lexicon.txt");
    let result = compile().and_then(|text| fs::write(&file, text).map_err(|error| error.to_string()));
    if let Err(message) = result {
        fail(&message);
    }
}

fn fail(message: &str) -> ! {
    eprintln!("lexicon: {message}");
    process::exit(1)
}

fn compile() -> Result<String, String> {
    let mut lexicon = Lexicon::default();
    for file in FILES {
        lexicon.read_file(file)?;
    }
    Ok(lexicon.out)
}

#[derive(Default)]
struct Lexicon {
    /// A set may name those before it.
    sets: BTreeSet<String>,
    /// Concepts by id: the line that stands before their patterns.
    concepts: BTreeMap<String, String>,
    out: String,
}

impl Lexicon {
    fn read_file(&mut self, file: &str) -> Result<(), String> {
        let path = format!("lexicon/{file}.toml");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let table: Table = text.parse().map_err(|error| format!("{path}: {error}"))?;
        self.read(&table).map_err(|error| format!("{path}: {error}"))
    }

    fn read(&mut self, table: &Table) -> Result<(), String> {
        // Sets first: the others name them.
        if let Some(sets) = table.get("sets") {
            for (name, alternatives) in sets.as_table().ok_or("`sets` is a table")? {
                let mut alternatives = texts(alternatives, name)?;
                // The longest first: a pattern should take in as much as it can.
                alternatives.sort_by_key(|text| std::cmp::Reverse(text.split(' ').count()));
                for text in &alternatives {
                    self.parts(text).map_err(|error| format!("@{name}: `{text}`: {error}"))?;
                }
                let _ = writeln!(self.out, "@{name}={}", alternatives.join("|"));
                self.sets.insert(name.clone());
            }
        }
        for (section, value) in table.iter().filter(|(section, _)| *section != "sets") {
            let entries = match (section.as_str(), value) {
                ("concept" | "trigger" | "clue" | "known", Value::Array(entries)) => entries,
                _ => return Err(format!("unknown section `{section}`")),
            };
            for entry in entries {
                self.entry(section, entry.as_table().ok_or("an entry is a table")?)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, section: &str, entry: &Table) -> Result<(), String> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let need = |key: &str| text(key).ok_or_else(|| format!("[[{section}]] without `{key}`"));
        let lane = |word: &str| match word {
            "emergency" => Ok("e"),
            "urgent" => Ok("u"),
            "routine" => Ok("r"),
            _ => Err(format!("unknown lane `{word}`")),
        };
        let allowed: &[&str] = match section {
            "concept" => {
                let id = need("id")?;
                if let Some(line) = self.concepts.get(id) {
                    // More words for a concept that another file describes.
                    let _ = writeln!(self.out, "{line}");
                    &["id", "en", "es"]
                } else {
                    need("source")?;
                    let first = lane(need("lane")?)?;
                    let second = lane(text("otherwise").unwrap_or("routine"))?;
                    let long = text("long").map_or(Ok(first), lane)?;
                    let help = text("help").unwrap_or("911");
                    if !["911", "988", "poison"].contains(&help) {
                        return Err(format!("unknown help `{help}`"));
                    }
                    let line = format!("!c {id} {first} {second} {long} {help}");
                    let _ = writeln!(self.out, "{line}");
                    self.concepts.insert(id.to_owned(), line);
                    &["id", "lane", "otherwise", "long", "help", "source", "en", "es"]
                }
            }
            "trigger" => {
                let kind = need("kind")?;
                if !TRIGGERS.contains(&kind) {
                    return Err(format!("unknown trigger `{kind}`"));
                }
                let _ = writeln!(self.out, "!t {kind}");
                &["kind", "source", "en", "es"]
            }
            "clue" => {
                let weight =
                    entry.get("weight").and_then(Value::as_integer).ok_or("[[clue]] without `weight`")?;
                let _ = writeln!(self.out, "!i {} {weight}", need("intent")?);
                &["intent", "weight", "en", "es"]
            }
            _ => {
                self.out.push_str("!k\n");
                &["en", "es"]
            }
        };
        if let Some(key) = entry.keys().find(|key| !allowed.contains(&key.as_str())) {
            return Err(format!("[[{section}]] does not know `{key}`"));
        }
        let mut seen = BTreeSet::new();
        for language in ["en", "es"] {
            let Some(patterns) = entry.get(language) else { continue };
            for pattern in texts(patterns, language)? {
                self.pattern(&pattern).map_err(|error| format!("`{pattern}`: {error}"))?;
                if seen.insert(pattern.clone()) {
                    let _ = writeln!(self.out, "{pattern}");
                }
            }
        }
        Ok(())
    }

    fn pattern(&self, pattern: &str) -> Result<(), String> {
        let inner = pattern.strip_prefix("^ ").unwrap_or(pattern);
        let inner = inner.strip_suffix(" $").unwrap_or(inner);
        let first = pieces(inner, ' ')[0];
        if first.starts_with('.') {
            return Err("a pattern cannot begin with a gap".into());
        }
        if inner.ends_with(" ..") && inner.len() == pattern.len() {
            return Err("a gap at the end says nothing".into());
        }
        self.parts(inner)
    }

    /// Checks what stands in a pattern, a group or a set.
    fn parts(&self, text: &str) -> Result<(), String> {
        let parts = pieces(text, ' ');
        let gaps = parts.iter().filter(|part| part.starts_with("..")).count();
        if parts.len() > 12 || gaps > 3 {
            return Err("at most 12 parts and 3 gaps".into());
        }
        for part in parts {
            let part = part.strip_suffix('?').filter(|rest| *rest != "\\").unwrap_or(part);
            if let Some(name) = part.strip_prefix('@') {
                if !self.sets.contains(name) {
                    return Err(format!("unknown set `@{name}`"));
                }
            } else if let Some(inner) = part.strip_prefix('(') {
                let inner = inner.strip_suffix(')').ok_or("unbalanced parentheses")?;
                pieces(inner, '|').into_iter().try_for_each(|alternative| self.parts(alternative))?;
            } else if !matches!(part, ".." | "...") {
                word(part)?;
            }
        }
        Ok(())
    }
}

fn word(word: &str) -> Result<(), String> {
    if CLASSES.contains(&word) {
        return Ok(());
    }
    if let Some(range) = word.strip_prefix('#') {
        let (low, high) = range.split_once('-').ok_or_else(|| format!("`{word}`: a range is #low-high"))?;
        return match (low.parse::<u32>(), high.parse::<u32>()) {
            (Ok(low), Ok(high)) if low <= high => Ok(()),
            _ => Err(format!("`{word}`: a range is #low-high")),
        };
    }
    let stem = word.strip_suffix('*').unwrap_or(word);
    let is_normal = !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if is_normal && (stem == word || (3..=16).contains(&stem.len())) {
        Ok(())
    } else {
        Err(format!("`{word}` is not lower-case letters without accents (or a prefix of 3 to 16)"))
    }
}

/// Splits at `separator` outside parentheses.
fn pieces(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == separator && depth == 0
    })
    .collect()
}

fn texts(value: &Value, name: &str) -> Result<Vec<String>, String> {
    let list = value.as_array().ok_or_else(|| format!("`{name}` is a list"))?;
    list.iter()
        .map(|text| text.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` is a list of texts")))
        .collect()
}
