use super::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .filter(|path| path.file_stem().is_none_or(|name| name != "tests" && name != "gallery"))
        .collect();
    found.sort();
    found
}

/// A file of the console without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let tests =
        ["#[cfg(test)]\nmod tests", "#[cfg(any(test"].into_iter().filter_map(|mark| text.find(mark)).min();
    text[..tests.unwrap_or(text.len())].to_owned()
}

/// The string literals of `code`, each with whether it stands inside a call that translates it or marks it for that.
fn literals(code: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    // Where a call began: how many brackets were open then, and whether its literals are texts.
    let mut calls: Vec<bool> = Vec::new();
    let bytes = code.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if code[at..].starts_with("//") => at += code[at..].find('\n').unwrap_or(code.len() - at),
            b'\'' if code[at..].starts_with("'\"'") => at += 3,
            b'"' => {
                let end = at + 1 + end_of_literal(&code[at + 1..]);
                found.push((unescaped(&code[at + 1..end]), calls.last() == Some(&true)));
                at = end + 1;
            }
            b'(' => {
                let name: String =
                    code[..at].chars().rev().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let translates = ["t", "ne", "llif", "ynam"].contains(&name.as_str());
                // `t(match x { A => "…" })`, `t(if x { "…" } …)`: what is chosen from is text as well.
                calls.push(translates || (name.is_empty() && calls.last() == Some(&true)));
                at += 1;
            }
            // The parts of `fill` are no text.
            b'[' if calls.last() == Some(&true) => {
                calls.push(false);
                at += 1;
            }
            b'[' => {
                calls.push(calls.last() == Some(&true));
                at += 1;
            }
            b')' | b']' => {
                calls.pop();
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}

fn end_of_literal(rest: &str) -> usize {
    let mut escaped = false;
    rest.bytes()
        .position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })
        .unwrap()
}

fn unescaped(literal: &str) -> String {
    let lines = literal.split("\\\n");
    let joined: String =
        lines.enumerate().map(|(at, line)| if at == 0 { line } else { line.trim_start() }).collect();
    joined.replace("\\\"", "\"")
}

/// Where it is written what libraries find and the console shows.
const FOUND: [&str; 12] = [
    "inbox/src/chain.rs",
    "inbox/src/screen.rs",
    "inbox/src/trust.rs",
    "wire/src/log.rs",
    "wire/src/access.rs",
    "seal/src/jws.rs",
    "seal/src/key.rs",
    "lead/src/manifest.rs",
    "lead/src/validate.rs",
    "lead/src/scoring/check.rs",
    "lead/src/sequence/check.rs",
    "console/src/drive/access.rs",
];

/// Their sentences as keys; without a last part that another library says.
fn of_libraries() -> impl Iterator<Item = String> {
    FOUND.into_iter().flat_map(|file| {
        let literals = literals(&code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)));
        let sentences = literals.into_iter().map(|(literal, _)| literal).filter(|text| text.contains(' '));
        // Of names and numbers that are read here, nothing is shown.
        let unseen = ["a hash is", "a request id is", "PublicKey("];
        let sentences = sentences.filter(move |text| !unseen.iter().any(|start| text.starts_with(start)));
        let sentences = sentences.map(|text| text.strip_suffix(": {0}").unwrap_or(&text).to_owned());
        sentences.map(|text| key(&without_names(&text)).0).collect::<Vec<_>>()
    })
}

/// A number for each of the `{names}`.
fn without_names(text: &str) -> String {
    let mut pieces = text.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + "0" + piece.split_once('}').map_or("", |(_, rest)| rest))
}

/// Every text of the code and of the manifest's checker, and the findings of triage, which are shown by their ids.
fn texts() -> BTreeSet<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checker = here.join("../lead/src/manifest");
    let checked = [checker.join("check.rs")].into_iter().chain(sources(&checker.join("check")));
    let code = sources(&here.join("src")).into_iter().chain(checked).flat_map(|path| literals(&code(&path)));
    let boot = fs::read_to_string(here.join("static/boot.js")).unwrap();
    let said = boot.split("say('").skip(1).map(|rest| rest.split("')").next().unwrap().to_owned());
    let findings = ["emergency", "urgent"].map(|lexicon| {
        let text = fs::read_to_string(here.join(format!("../lead/lexicon/{lexicon}.toml"))).unwrap();
        let ids = text.lines().filter_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
        ids.map(str::to_owned).collect::<Vec<_>>()
    });
    // What of a scoring model is another (`lead::scoring::versions`).
    let frame = ["name", "groups", "range", "places", "tiers"].map(str::to_owned);
    code.filter(|(_, is_text)| *is_text)
        .map(|(text, _)| text)
        .chain(said)
        .chain(findings.into_iter().flatten())
        .chain(frame)
        .chain(of_libraries())
        .filter(|text| text.chars().any(char::is_alphabetic))
        .collect()
}

fn file(tag: &str) -> HashMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("static/words.{tag}.json"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn others() -> impl Iterator<Item = &'static str> {
    LANGUAGES.into_iter().map(|(tag, _)| tag).filter(|tag| *tag != ENGLISH)
}

#[test]
fn every_text_is_there_in_every_language_and_no_other() {
    let texts = texts();
    assert!(texts.contains("Next call") && texts.contains("chest-pain"));
    assert!(texts.contains("is not a phone number") && texts.contains("the body of entry {0} was altered"));
    for tag in others() {
        let words = file(tag);
        let missing: Vec<&String> = texts.iter().filter(|text| !words.contains_key(*text)).collect();
        let unused: Vec<&String> = words.keys().filter(|text| !texts.contains(*text)).collect();
        assert!(missing.is_empty(), "not in words.{tag}.json: {missing:#?}");
        assert!(unused.is_empty(), "in words.{tag}.json and nowhere in the code: {unused:#?}");
    }
}

#[test]
fn a_translation_names_the_same_parts() {
    let names = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect()
    };
    for tag in others() {
        for (english, text) in file(tag) {
            assert_eq!(names(&english), names(&text), "{english}");
            let ends = |text: &str| (text.starts_with(' '), text.ends_with(' '));
            assert_eq!(ends(&english), ends(&text), "{english}");
        }
    }
}

/// Whether a person would read it: a sentence, or a word that begins like one.
fn reads(literal: &str) -> bool {
    let mut letters = literal.chars();
    let begins =
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    begins || literal.contains(". ")
}

#[test]
fn nothing_that_a_person_reads_is_left_out() {
    // Keys of a keyboard and names: the same in every language.
    let same = ["Escape", "ArrowDown", "ArrowUp", "Home", "End", "Enter", "English", "Español", "Anteroom"];
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["src/view", "src/model"].into_iter().flat_map(|part| sources(&here.join(part))) {
        for (literal, is_text) in literals(&code(&path)) {
            let left_out = !is_text && reads(&literal) && !same.contains(&literal.as_str());
            assert!(!left_out, "{}: {literal:?} is not translated", path.display());
        }
    }
}

#[test]
fn parts_are_filled_in_by_name_and_what_they_hold_is_left_alone() {
    assert_eq!(fill("{a} of {b}", &[&"{b}", &2]), "{b} of 2");
    assert!(speak("es", r#"{"{a} of {b}":"de {b}, {a}"}"#));
    assert_eq!(fill("{a} of {b}", &[&1, &2]), "de 2, 1");
    assert_eq!((t("Lock"), tag()), ("Lock", "es"));
    assert!(speak("es", r#"{"entry {0} of {1}":"de {1}, la {0}","the roster":"la lista"}"#));
    assert_eq!(found("entry 12 of 340"), "de 340, la 12");
    assert_eq!(found("the roster: entry 7 of 8"), "la lista: de 8, la 7");
    assert_eq!(found("the roster: something else"), "la lista: something else");
    assert!(!speak("en", "<!doctype html>"), "a page in place of the file");
    assert_eq!(tag(), "es");
    assert_eq!(many(1, "{count} lead", "{count} leads"), "1 lead");
    assert_eq!(many(0, "{count} lead", "{count} leads"), "0 leads");
}
