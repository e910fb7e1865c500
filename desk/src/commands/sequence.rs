//! `anteroom sequence check|test|preview`: follow-up before it is sent; `list|publish|withdraw`: its editions in the log.

use super::Context;
use super::work::{by_tier, seal_in};
use crate::cli::{
    OfCredential, SequenceCheck, SequenceDocuments, SequenceList, SequencePreview, SequencePublish,
    SequenceWithdraw,
};
use crate::clock;
use crate::daemon::documents::{self, left_out_words, mistakes, read_all};
use crate::daemon::settings::Settings;
use crate::daemon::template::{Values, render};
use crate::document::read_manifest;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use crate::terminal::{clean_block, clean_line};
use lead::Manifest;
use lead::sequence::{Blocked, Flaw, Next, Origin, Sequence, Sequences, StepAction, Stop, chosen, next};
use lead::thread::{Document, Edition, WrittenSequence};
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
pub(super) async fn check(context: &Context, options: &SequenceCheck) -> Result<(), Failure> {
    let Documents { settings, sequences, manifest } = read(&options.documents)?;
    let inbox = match &options.credential {
        Some(credential) => Some(Session::open(context, credential)?.read().await?),
        None => None,
    };
    let published = inbox.as_ref().map(|inbox| inbox.documents().as_slice()).unwrap_or_default();
    let (sender, source) = (&settings.sender, &manifest.source);
    refuse(&mistakes(&sequences, published, sender, source))?;
    let all = Sequences::of(&sequences, published, source, Some(sender));
    let ids: Vec<&str> = all.in_force.iter().map(|known| known.sequence.id.as_str()).collect();
    let mut json = listed(&all, &[]);
    json["sequences"] = json!(ids);
    context.output.print(&json, || {
        let well = format!("{} sequences are well: {}.", ids.len(), ids.join(", "));
        if inbox.is_some() { format!("{well}\n{}", lines(&all, &[])) } else { well }
    })
}

/// Shows what is in force.
pub(super) async fn list(context: &Context, options: &SequenceList) -> Result<(), Failure> {
    let settings = options.settings.as_deref().map(Settings::read).transpose()?;
    let files = settings.as_ref().map(|settings| read_all(&settings.sequences)).transpose()?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let (source, sender) = (&reading.manifest.source, settings.as_ref().map(|settings| &settings.sender));
    let all = Sequences::of(files.as_deref().unwrap_or_default(), reading.documents(), source, sender);
    let mut absent: Vec<&str> = by_tier(source).filter(|id| all.get(id).is_none()).collect();
    absent.sort_unstable();
    absent.dedup();
    context.output.print(&listed(&all, &absent), || lines(&all, &absent))
}

fn listed(all: &Sequences, absent: &[&str]) -> Value {
    let origin = |origin: &Origin| match origin {
        Origin::File => json!("file"),
        Origin::Log { entry, author, time } => {
            json!({ "entry": entry, "author": author, "time": clock::rfc3339(*time) })
        }
    };
    let in_force = all.in_force.iter().map(|known| {
        let Sequence { id, version, name, .. } = &known.sequence;
        json!({ "id": id, "version": version, "name": name, "from": origin(&known.origin) })
    });
    let left_out = all.left_out.iter().map(|left| {
        json!({ "id": left.id, "version": left.version, "from": origin(&left.origin), "why": why(&left.why) })
    });
    json!({
        "in_force": in_force.collect::<Vec<_>>(), "left_out": left_out.collect::<Vec<_>>(), "absent": absent,
    })
}

fn lines(all: &Sequences, absent: &[&str]) -> String {
    let in_force = all.in_force.iter().map(|known| {
        let Sequence { id, version, name, .. } = &known.sequence;
        let from = match &known.origin {
            Origin::File => "a file".to_owned(),
            Origin::Log { author, time, .. } => format!("the log, by {author} on {}", clock::local(*time)),
        };
        clean_line(&format!("{id}  version {version}, {from}: {name}"))
    });
    let left_out = all.left_out.iter().flat_map(|left| {
        let each = why(&left.why).into_iter().map(|why| clean_line(&format!("  {why}")));
        std::iter::once(clean_line(&left_out_words(left))).chain(each)
    });
    let absent = absent.iter().map(|id| {
        clean_line(&format!("{id}  named by the scoring model; no edition in the log, and no file seen here"))
    });
    let all: Vec<String> = in_force.chain(left_out).chain(absent).collect();
    if all.is_empty() { "There is no sequence.".to_owned() } else { all.join("\n") }
}

/// What is wrong with an edition, each thing with its place.
fn why(flaw: &Flaw) -> Vec<String> {
    match flaw {
        Flaw::Unreadable(fault) => vec![fault.to_string()],
        Flaw::NotHigher { than } => vec![format!("version: an earlier edition has version {than}")],
        Flaw::Faulty(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

/// Puts a sequence into the log.
pub(super) async fn publish(context: &Context, options: &SequencePublish) -> Result<(), Failure> {
    let sequence = documents::read(&options.folder)?;
    let settings = options.settings.as_deref().map(Settings::read).transpose()?;
    let sender = settings.as_ref().map(|settings| &settings.sender);
    let (session, reading) = of_owner(context, &options.of).await?;
    let source = &reading.manifest.source;
    let faults: Vec<String> = sequence.faults(source, sender).iter().map(ToString::to_string).collect();
    refuse(&faults)?;
    let document = WrittenSequence::of(&sequence).ok_or_else(|| {
        Failure::new(
            Exit::Document,
            format!(
                "the sequence is longer than {} bytes, which is what an entry holds",
                WrittenSequence::BYTES
            ),
            "make it shorter",
        )
    })?;
    let known = Sequences::of(&[], reading.documents(), source, None);
    if known.get(&sequence.id).is_some_and(|known| known.sequence == sequence) {
        let json = json!({ "sequence": sequence.id, "version": sequence.version, "seq": null });
        let said = || format!("Version {} of {} is in force already.", sequence.version, sequence.id);
        return context.output.print(&json, said);
    }
    let published = reading.documents().iter().filter_map(Edition::sequence);
    let highest = published.filter(|known| known.id == sequence.id).filter_map(|known| known.read().ok());
    let highest = highest.map(|known| known.version).max();
    if let Some(highest) = highest.filter(|highest| sequence.version <= *highest) {
        return Err(Failure::new(
            Exit::Document,
            format!(
                "the log has version {highest} of {}, and this is version {}",
                sequence.id, sequence.version
            ),
            format!("write `version = {}` into sequence.toml", highest.saturating_add(1)),
        ));
    }
    let seq = append(&session, &reading, document).await?;
    let json = json!({ "sequence": sequence.id, "version": sequence.version, "seq": seq });
    context.output.print(&json, || {
        format!("Version {} of {} is entry {seq}: the desk works by it now.", sequence.version, sequence.id)
    })
}

/// Takes the log's editions of a sequence back.
pub(super) async fn withdraw(context: &Context, options: &SequenceWithdraw) -> Result<(), Failure> {
    let (session, reading) = of_owner(context, &options.of).await?;
    let id = options.sequence.trim();
    let latest = reading.documents().iter().filter_map(Edition::sequence).rfind(|known| known.id == id);
    if latest.is_none_or(WrittenSequence::is_back) {
        return Err(Failure::new(
            Exit::Usage,
            clean_line(&format!("the log has no edition of {id}")),
            "`anteroom sequence list` names those that it has",
        ));
    }
    let seq = append(&session, &reading, WrittenSequence::back(id)).await?;
    context.output.print(&json!({ "sequence": id, "seq": seq }), || {
        format!("Entry {seq} takes {id} back: the desk's file counts again; without one, it begins for nobody any more.")
    })
}

/// Who may publish, by the roster as it is now.
async fn of_owner(context: &Context, of: &OfCredential) -> Result<(Session, Reading), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    if reading.is_owner(&session.credential.staff) {
        return Ok((session, reading));
    }
    Err(Failure::new(
        Exit::Failed,
        format!("{} is no owner: nobody would believe what they publish", session.credential.staff),
        "use the owner's credential",
    ))
}

async fn append(session: &Session, reading: &Reading, sequence: WrittenSequence) -> Result<u64, Failure> {
    let (thread, event) = Document::Sequence(sequence).published();
    let sealed = seal_in(session, reading, thread, event).await?;
    Ok(session.sign_in().await?.append(sealed).await?.seq)
}

/// Renders every message.
pub(super) fn test(context: &Context, of: &SequenceDocuments) -> Result<(), Failure> {
    let Documents { settings, sequences, manifest } = read(of)?;
    refuse(&mistakes(&sequences, &[], &settings.sender, &manifest.source))?;
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
    let files = read_all(&settings.sequences)?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let (source, sender) = (&reading.manifest.source, &settings.sender);
    refuse(&mistakes(&files, reading.documents(), sender, source))?;
    let all = Sequences::of(&files, reading.documents(), source, Some(sender));
    let now = clock::now_ms();
    let mut lines = Vec::new();
    let mut list: Vec<Value> = Vec::new();
    for assessed in reading.assessed() {
        for run in chosen(assessed.lead, Some(&assessed.assessment), &all.in_force) {
            let hours = &reading.manifest.source.hours;
            let (what, at) = match all.get(&run.sequence) {
                Some(known) => words(&next(known, &run, assessed.lead, hours, now)),
                None => {
                    ("nothing: there is no such sequence in the log or the settings' folder".into(), None)
                }
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
