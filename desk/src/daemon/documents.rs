//! Sequences from a folder: `<name>/sequence.toml`, and for each message of it `<template>.<language>.md`, which
//! begins with `Subject:` and `Preview:` lines and an empty line.

use crate::clock;
use crate::failure::{Exit, Failure};
use crate::files;
use lead::ManifestSource;
use lead::sequence::{Flaw, LeftOut, Origin, Sender, Sequence, Sequences};
use lead::thread::Edition;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Reads all sequences of a folder, in the order of their names, unchecked.
pub(crate) fn read_all(folder: &Path) -> Result<Vec<Sequence>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Failed,
            format!("{}: {error}", folder.display()),
            "check the path of the sequences",
        )
    };
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.join("sequence.toml").is_file() {
            folders.push(path);
        }
    }
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

/// Reads one.
pub(crate) fn read(folder: &Path) -> Result<Sequence, Failure> {
    let path = folder.join("sequence.toml");
    let wrong = |what: String| {
        Failure::new(
            Exit::Document,
            format!("{}: {what}", path.display()),
            "correct it there; examples/sequences shows every member",
        )
    };
    let text = files::read(&path)?;
    let mut document: Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    if let Some(Value::Array(steps)) = document.get_mut("steps") {
        for step in steps {
            fill(folder, step)?;
        }
    }
    lead::fault::read(document).map_err(|fault| wrong(fault.to_string()))
}

/// Puts the templates into a step that names one.
fn fill(folder: &Path, step: &mut Value) -> Result<(), Failure> {
    let Some(email) = step.get_mut("do").and_then(|action| action.get_mut("email")) else { return Ok(()) };
    let (template, calendar) = match email {
        Value::String(template) => (template.clone(), false),
        Value::Table(table) => match table.get("template") {
            Some(Value::String(template)) => {
                (template.clone(), table.get("calendar").and_then(Value::as_bool).unwrap_or_default())
            }
            _ => return Ok(()),
        },
        _ => return Ok(()),
    };
    let mut texts = [Table::new(), Table::new(), Table::new()];
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{}: {error}", folder.display()), "check that it can be read")
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(language) =
            name.strip_prefix(&format!("{template}.")).and_then(|rest| rest.strip_suffix(".md"))
        else {
            continue;
        };
        let (subject, preview, body) = split(&files::read(&path)?);
        for (table, text) in texts.iter_mut().zip([subject, preview, body]) {
            table.insert(language.to_owned(), Value::String(text));
        }
    }
    let [subject, preview, body] = texts;
    let filled = [
        ("subject", Value::Table(subject)),
        ("preview", Value::Table(preview)),
        ("body", Value::Table(body)),
        ("calendar", Value::Boolean(calendar)),
    ];
    *email = Value::Table(filled.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    Ok(())
}

/// Subject, preview and body of a template file.
fn split(text: &str) -> (String, String, String) {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
    let line = |name: &str| {
        let found = head.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().trim().to_owned()
    };
    (line("Subject:"), line("Preview:"), body.trim().to_owned())
}

/// Everything that is wrong with the sender, and with the files in whose place no edition of the log is in force.
pub(crate) fn mistakes(
    sequences: &[Sequence],
    published: &[Edition],
    sender: &Sender,
    manifest: &ManifestSource,
) -> Vec<String> {
    let mut all: Vec<String> = sender.faults(manifest).iter().map(ToString::to_string).collect();
    let counting = Sequences::of(sequences, published, manifest, Some(sender));
    for (n, sequence) in sequences.iter().enumerate() {
        let of = |fault: lead::Fault| format!("{}: {fault}", sequence.id);
        if counting.get(&sequence.id).is_none_or(|known| known.origin == Origin::File) {
            all.extend(sequence.faults(manifest, Some(sender)).into_iter().map(of));
        }
        if sequences[..n].iter().any(|earlier| earlier.id == sequence.id) {
            all.push(format!("{}: another sequence has this id", sequence.id));
        }
    }
    all
}

/// Which edition is left out and why, without anything that stands in it.
pub(crate) fn left_out_words(left: &LeftOut) -> String {
    let version = left.version.map(|version| format!("version {version} of ")).unwrap_or_default();
    let whose = match &left.origin {
        Origin::File => "the file".to_owned(),
        Origin::Log { author, time, .. } => format!("{author}, {}", clock::local(*time)),
    };
    let why = match &left.why {
        Flaw::Unreadable(fault) => format!("it cannot be read ({})", fault.path),
        Flaw::NotHigher { than } => format!("an earlier edition has version {than}"),
        Flaw::Faulty(faults) => {
            let places: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
            format!("{} mistake(s) in {}", faults.len(), places.join(", "))
        }
    };
    format!(
        "sequence {}: nothing is sent by {version}{whose}: {why}; `anteroom sequence list` says more",
        left.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lead::thread::WrittenSequence;

    #[test]
    fn a_template_has_a_head_and_a_body() {
        let (subject, preview, body) =
            split("Subject: We are here\r\nPreview: Soon\r\n\r\n{{ greeting }}\r\n\r\nHi\r\n");
        assert_eq!((subject.as_str(), preview.as_str()), ("We are here", "Soon"));
        assert_eq!(body, "{{ greeting }}\n\nHi");
        assert_eq!(split("no head").2, "");
    }

    #[test]
    fn the_shipped_sequences_are_well() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let sequences = read_all(&root.join("sequences")).unwrap();
        let ids: Vec<&str> = sequences.iter().map(|sequence| sequence.id.as_str()).collect();
        assert_eq!(ids, ["appointment", "cancellation", "gentle-follow-up", "no-answer"]);
        let manifest = crate::document::read_manifest(&root.join("manifests/lakeside-ortho.toml")).unwrap();
        let settings = super::super::settings::Settings::read(&root.join("desk/desk.toml")).unwrap();
        assert_eq!(mistakes(&sequences, &[], &settings.sender, &manifest), [""; 0]);
        // The console offers the same to begin with.
        for sequence in sequences {
            let id = sequence.id.clone();
            let text = files::read(&root.join(format!("../console/sequences/{id}.json"))).unwrap();
            assert_eq!(WrittenSequence { id, text }.read(), Ok(sequence));
        }
    }
}
