//! `anteroom sequence check|test|preview`: follow-up before it is sent.

use super::Context;
use crate::cli::{SequenceDocuments, SequencePreview};
use crate::clock;
use crate::daemon::documents::{mistakes, read_all};
use crate::daemon::settings::Settings;
use crate::daemon::template::{Values, render};
use crate::document::read_manifest;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use crate::terminal::{clean_block, clean_line};
use lead::Manifest;
use lead::sequence::{Blocked, Next, Sequence, StepAction, Stop, chosen, next};
use serde_json::{Value, json};
use wire::practice::JwkSet;

struct Documents {
    settings: Settings,
    sequences: Vec<Sequence>,
    manifest: Manifest,
}

/// Reads everything, without a network; the manifest is not published, so it has no keys.
fn read(of: &SequenceDocuments) -> Result<Documents, Failure> {
    let settings = Settings::read(&of.settings)?;
    let sequences = read_all(&settings.sequences)?;
    let source = read_manifest(&of.manifest)?;
    let practice = "preview".parse().map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    let inbox = JwkSet { keys: Vec::new() };
    let manifest = Manifest { practice, version: 0, iat: 0, exp: 1, inbox, source };
    Ok(Documents { settings, sequences, manifest })
}

fn refuse(found: &[String]) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(|mistake| format!("\n  {mistake}")).collect();
    Err(Failure::new(
        Exit::Document,
        format!("{} mistake(s):{}", found.len(), lines.concat()),
        "correct them there; examples/sequences shows every member",
    ))
}

/// Looks for mistakes.
pub(super) fn check(context: &Context, of: &SequenceDocuments) -> Result<(), Failure> {
    let Documents { settings, sequences, manifest } = read(of)?;
    refuse(&mistakes(&sequences, &settings.sender, &manifest.source))?;
    let ids: Vec<&str> = sequences.iter().map(|sequence| sequence.id.as_str()).collect();
    context.output.print(&json!({ "sequences": ids }), || {
        format!("{} sequences are well: {}.", ids.len(), ids.join(", "))
    })
}

/// Renders every message.
pub(super) fn test(context: &Context, of: &SequenceDocuments) -> Result<(), Failure> {
    let Documents { settings, sequences, manifest } = read(of)?;
    refuse(&mistakes(&sequences, &settings.sender, &manifest.source))?;
    let mut texts = Vec::new();
    let mut list = Vec::new();
    for sequence in &sequences {
        for step in &sequence.steps {
            let StepAction::Email(email) = &step.action else { continue };
            for language in &manifest.source.languages {
                let values = Values::sample(&manifest, &settings.sender, language);
                let rendered = render(email, language, &values, &settings.sender).map_err(|error| {
                    Failure::new(
                        Exit::Document,
                        format!("{} {} in {language}: {error}", sequence.id, step.id),
                        "correct the template",
                    )
                })?;
                texts.push(format!(
                    "=== {} / {} / {language}\nSubject: {}\n\n{}",
                    sequence.id, step.id, rendered.subject, rendered.text
                ));
                list.push(json!({
                    "sequence": sequence.id, "step": step.id, "language": language,
                    "subject": rendered.subject, "text": rendered.text, "html": rendered.html,
                }));
            }
        }
    }
    context.output.print(&json!({ "messages": list }), || clean_block(&texts.join("\n")))
}

/// Shows each lead's next steps.
pub(super) async fn preview(context: &Context, options: &SequencePreview) -> Result<(), Failure> {
    let settings = Settings::read(&options.settings)?;
    let sequences = read_all(&settings.sequences)?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    refuse(&mistakes(&sequences, &settings.sender, &reading.manifest.source))?;
    let now = clock::now_ms();
    let mut lines = Vec::new();
    let mut list: Vec<Value> = Vec::new();
    for assessed in reading.assessed() {
        for run in chosen(assessed.lead, Some(&assessed.assessment), &sequences) {
            let hours = &reading.manifest.source.hours;
            let (what, at) = match sequences.iter().find(|known| known.id == run.sequence) {
                Some(sequence) => words(&next(sequence, &run, assessed.lead, hours, now)),
                None => ("nothing: there is no such sequence in the settings' folder".into(), None),
            };
            let reference = assessed.reference();
            let when = at.map_or_else(String::new, |at| format!(" at {}", clock::local(at)));
            lines.push(clean_line(&format!("{reference}  {}  {what}{when}", run.sequence)));
            list.push(json!({
                "reference": reference, "thread": assessed.lead.thread, "sequence": run.sequence,
                "next": what, "at": at.map(clock::rfc3339),
            }));
        }
    }
    context.output.print(&json!({ "leads": list }), || {
        if lines.is_empty() { "No lead is in a sequence.".to_owned() } else { lines.join("\n") }
    })
}

fn words(next: &Next) -> (String, Option<u64>) {
    match next {
        Next::Done => ("done".into(), None),
        Next::Step { key, at } => (format!("step {}", key.step), Some(*at)),
        Next::InFlight { key } => (format!("step {} is on its way", key.step), None),
        Next::Stopped(stop) => (format!("stopped: {}", stop_words(*stop)), None),
        Next::Blocked(Blocked::NoAuthorization) => {
            ("blocked: a third party pays, and no signed authorization is on file".into(), None)
        }
        Next::Blocked(Blocked::NoConsent) => ("blocked: the person did not consent".into(), None),
        Next::Blocked(Blocked::NeverOpen) => ("blocked: the practice never opens".into(), None),
    }
}

const fn stop_words(stop: Stop) -> &'static str {
    match stop {
        Stop::Booked => "an appointment is made",
        Stop::Patient => "the EHR has the patient",
        Stop::Declined => "closed",
        Stop::OptedOut => "the person wants no messages",
        Stop::Replied => "the person answered",
        Stop::Bounced => "the address does not work",
        Stop::Erased => "erased",
        Stop::Merged => "merged into another",
        Stop::Cancelled => "the appointment is called off",
        Stop::Reassigned => "staff chose otherwise",
    }
}
