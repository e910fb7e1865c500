//! `anteroom audit export|verify`: the access log in a file, with the relay's signed word on how long it is; and
//! the check of such a file, which needs no network and believes nobody.

use super::Context;
use crate::cli::{AuditExport, AuditVerify};
use crate::failure::{Exit, Failure};
use crate::files;
use crate::session::Session;
use serde_json::json;
use signed_note::{Note, StandardVerifier, Verifier, VerifierList};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use wire::PracticeId;
use wire::access::AccessHead;
use wire::checkpoint::{Checkpoint, ExportLine, Tree};

/// Longest line that is looked at, in bytes.
const LINE: u64 = 64 << 10;

/// Writes records up to a checkpoint, and the checkpoint.
pub(super) async fn export(context: &Context, options: &AuditExport) -> Result<(), Failure> {
    let session = Session::open(context, &options.of.credential)?;
    let signed_in = session.sign_in().await?;
    let note = signed_in.checkpoint().await?;
    let size = read_note(&note).map_or(0, |(_, checkpoint)| checkpoint.size);
    let mut text = String::new();
    let mut line = |line: &ExportLine| match serde_json::to_string(line) {
        Ok(json) => {
            text.push_str(&json);
            text.push('\n');
            Ok(())
        }
        Err(error) => Err(Failure::new(Exit::Failed, error, "report this")),
    };
    let mut head = AccessHead::empty(&session.credential.anchor.practice);
    while head.seq < size {
        let page = signed_in.access_page(head.seq).await?;
        let before = head.seq;
        for record in page.records.into_iter().take_while(|record| record.record.seq <= size) {
            head.advance(&record).map_err(|error| broken(&error))?;
            line(&ExportLine::Record(record))?;
        }
        if head.seq == before {
            return Err(broken(&format!("access record {} is missing", before + 1)));
        }
    }
    line(&ExportLine::Checkpoint(note))?;
    files::create_private(&options.file, text.as_bytes())?;
    let json = json!({ "exported": size, "file": options.file });
    context.output.print(&json, || {
        format!(
            "{size} records and the relay's checkpoint are in {}.\nCheck it with: anteroom audit verify {} --key KEY",
            options.file.display(),
            options.file.display()
        )
    })
}

/// Checks a file.
pub(super) fn verify(context: &Context, options: &AuditVerify) -> Result<(), Failure> {
    let key = verifier(&options.key)?;
    let file = File::open(&options.file).map_err(|error| {
        Failure::new(Exit::Failed, format!("{}: {error}", options.file.display()), "check the path")
    })?;
    let found = check(BufReader::new(file), key).map_err(|bad| {
        Failure::new(
            Exit::Log,
            format!("{}: {bad}", options.file.display()),
            "this file is not what the relay signed: keep it, export again, and ask the relay's operator if that \
             one is no better",
        )
    })?;
    let json = json!({ "records": found.size, "origin": found.origin, "checkpoint": "valid" });
    context
        .output
        .print(&json, || format!("{} records, and all of them are what {} signed.", found.size, found.origin))
}

/// The key as text, or the name of a file that holds it.
fn verifier(given: &str) -> Result<StandardVerifier, Failure> {
    let text = if given.contains('+') { given.to_owned() } else { files::read(given.as_ref())? };
    StandardVerifier::new(text.trim()).map_err(|_| {
        Failure::new(
            Exit::Usage,
            "the key is not a log key",
            "give what the relay told at registration: `relay-log.pub` beside the root key, or its text",
        )
    })
}

/// The first line that is wrong, and why.
#[derive(Debug, PartialEq, Eq)]
struct BadLine {
    line: u64,
    why: &'static str,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// Follows the chain line by line, and compares its tree with the checkpoint at the end.
fn check(file: impl BufRead, key: StandardVerifier) -> Result<Checkpoint, BadLine> {
    let origin = key.name().to_owned();
    let practice: Option<PracticeId> = origin.rsplit('/').next().and_then(|name| name.parse().ok());
    let practice =
        practice.ok_or(BadLine { line: 1, why: "the key is not that of a practice's access log" })?;
    let (mut head, mut tree, mut number) = (AccessHead::empty(&practice), Tree::default(), 0);
    let known = VerifierList::new(vec![Box::new(key)]);
    let mut lines = Lines(file);
    while let Some(text) = lines.next() {
        number += 1;
        let bad = |why| BadLine { line: number, why };
        let line = text.and_then(|text| serde_json::from_str(&text).ok());
        match line.ok_or(bad("not a line of an exported access log"))? {
            ExportLine::Record(record) => {
                head.advance(&record).map_err(|_| bad("a record is missing before it, or it was altered"))?;
                tree.push(&record.hash);
            }
            ExportLine::Checkpoint(note) => {
                let (note, checkpoint) = read_note(&note).ok_or(bad("not a checkpoint"))?;
                note.verify(&known).map_err(|_| bad("the checkpoint is not signed by this key"))?;
                if checkpoint.origin != origin {
                    return Err(bad("the checkpoint is of another log"));
                }
                if (checkpoint.size, checkpoint.root) != (tree.size(), tree.root()) {
                    return Err(bad("the records before it are not those that were signed"));
                }
                return match lines.next() {
                    None => Ok(checkpoint),
                    Some(_) => Err(BadLine { line: number + 1, why: "there is more after the checkpoint" }),
                };
            }
        }
    }
    Err(BadLine { line: number + 1, why: "the file ends without a checkpoint" })
}

/// Lines of bounded length; `Some(None)` is one that is none.
struct Lines<R>(R);

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Option<Option<String>> {
        let mut text = String::new();
        match self.0.by_ref().take(LINE).read_line(&mut text) {
            Ok(0) => None,
            Ok(_) => Some(text.ends_with('\n').then_some(text)),
            Err(_) => Some(None),
        }
    }
}

fn read_note(text: &str) -> Option<(Note, Checkpoint)> {
    let note = Note::from_bytes(text.as_bytes()).ok()?;
    let checkpoint = Checkpoint::parse(std::str::from_utf8(note.text()).ok()?)?;
    Some((note, checkpoint))
}

fn broken(error: &dyn fmt::Display) -> Failure {
    Failure::new(
        Exit::Log,
        format!("the relay's access log cannot be trusted: {error}"),
        "believe nothing that the relay shows now, and ask its operator",
    )
}
