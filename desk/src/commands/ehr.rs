//! `anteroom ehr check|status|retry|export`: leads on their way into the EHR.

use super::Context;
use super::show::find;
use super::work::seal_in;
use crate::cli::{EhrExport, EhrRetry, OfCredential};
use crate::clock;
use crate::daemon::ports::Ehr;
use crate::daemon::settings::Settings;
use crate::ehr::settings::{Calendar, EhrSettings};
use crate::ehr::{Target, folder};
use crate::failure::{Exit, Failure};
use crate::reading::{Assessed, Reading};
use crate::session::Session;
use crate::terminal::{clean_block, clean_line};
use lead::handover::{Due, Handover, due, untold};
use lead::thread::{Event, HandOff, Lead, Verification};
use serde_json::{Value, json};
use std::path::Path;

fn ehr_of(path: &Path) -> Result<(EhrSettings, Option<Calendar>), Failure> {
    let Settings { ehr, calendar, .. } = Settings::read(path)?;
    let ehr = ehr.ok_or_else(|| {
        Failure::new(
            Exit::Document,
            format!("{} has no [ehr]", path.display()),
            "add it: docs/hand-off.md shows every member",
        )
    })?;
    Ok((ehr, calendar))
}

/// Asks the EHR what it takes; hands nothing over.
pub(super) async fn check(context: &Context, settings: &Path) -> Result<(), Failure> {
    let (ehr, calendar) = ehr_of(settings)?;
    let mut target = Target::open(&ehr, calendar.as_ref())?;
    let address = target.address();
    let key = target.public_key();
    if let Some(key) = &key {
        context.output.progress(&format!("The public key that the EHR has to know:\n{key}"));
    }
    let failed = |why: String| {
        Failure::new(
            Exit::Failed,
            format!("{address}: {why}"),
            "nothing is lost: leads wait; put it right and run this again",
        )
    };
    let mut found = target.probe().await.map_err(failed)?;
    if let Some(calendar) = &calendar {
        let now = clock::now_ms();
        let until = now.saturating_add(u64::from(calendar.ahead_days) * 86_400_000);
        let free = target.free(now, until).await.map_err(|refusal| failed(refusal.why()))?;
        found["free"] = json!(free.len());
    }
    context.output.print(&found, || {
        let list = |name: &str| -> Vec<&str> {
            found[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let mut lines = vec![format!("{address} answers.")];
        if found["takes"].is_array() {
            lines.push(format!("It takes {}.", list("takes").join(", ")));
        }
        if !list("leaves").is_empty() {
            lines.push(format!("It does not take {}: these are left out.", list("leaves").join(", ")));
        }
        if let Some(free) = found["free"].as_u64() {
            lines.push(format!("Its calendar has {free} free times."));
        }
        clean_block(&lines.join("\n"))
    })
}

/// One lead's place on the way: a word for programs, and a sentence.
pub(super) fn place(lead: &Lead) -> Option<(&'static str, String)> {
    let checks = |open: &[Verification]| {
        let words: Vec<String> = open
            .iter()
            .map(|what| serde_json::to_value(what).ok().and_then(|word| word.as_str().map(str::to_owned)))
            .map(Option::unwrap_or_default)
            .collect();
        words.join(", ")
    };
    let is_behind = untold(lead).is_some();
    if lead.inquiries.is_empty() && !is_behind {
        return None;
    }
    Some(match (due(lead), &lead.hand_off) {
        (Due::No, _) if is_behind && lead.inquiries.is_empty() => (
            "behind",
            "erased, and the EHR does not know of the appointment's last change: the desk tells it; if it does not \
             take it, change it there"
                .into(),
        ),
        (Due::No, _) if is_behind => {
            ("behind", "called off; the EHR's calendar may have the appointment still".into())
        }
        (Due::No, _) => return None,
        (Due::Waits(open), _) => {
            let behind = if is_behind { "; the EHR does not know of the last change" } else { "" };
            ("waits", format!("waits until somebody has checked: {}{behind}", checks(&open)))
        }
        (Due::Try { attempt, at }, HandOff::Failed { reason, .. }) => {
            ("failed", format!("{reason}; try {attempt} on {}", clock::local(at)))
        }
        (Due::Try { attempt, .. }, _) => ("due", format!("try {attempt} is due")),
        (Due::Started { attempt, since }, _) => {
            ("started", format!("try {attempt} since {}", clock::local(since)))
        }
        (Due::Person, HandOff::Failed { reason, .. }) => {
            ("dead-letter", format!("a person has to look: {reason}"))
        }
        (Due::Person, _) => (
            "unclear",
            "it broke off: look into the EHR, then `anteroom ehr retry` if it is not there".into(),
        ),
        (Due::Done, HandOff::Done { reference, .. }) if is_behind => {
            ("behind", format!("{reference}; the EHR does not know of the last change"))
        }
        (Due::Done, HandOff::Done { reference, .. }) => ("done", reference.clone()),
        (Due::Done, _) => ("done", String::new()),
    })
}

/// Lists what is on its way, what is there, and what a person has to look at.
pub(super) async fn status(context: &Context, of: &OfCredential) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    // Those of which the inquiry is erased too: what the EHR has of them may be behind.
    let found: Vec<_> = reading.leads().iter().filter_map(|lead| Some((lead, place(lead)?))).collect();
    let reference = |lead: &Lead| lead.inquiries.last().map(|received| received.entry.reference());
    let rows: Vec<Value> = found
        .iter()
        .map(|(lead, (state, words))| {
            json!({
                "reference": reference(lead), "thread": lead.thread, "state": state, "what": words,
                "attempts": lead.hand_off.attempts(),
            })
        })
        .collect();
    context.output.print(&json!({ "leads": rows }), || {
        let lines: Vec<String> = found
            .iter()
            .map(|(lead, (state, words))| {
                let name = reference(lead).unwrap_or_else(|| lead.thread.to_string());
                format!("{name}  {state:<11}  {}", clean_line(words))
            })
            .collect();
        if lines.is_empty() { "Nobody is on the way into the EHR.".into() } else { lines.join("\n") }
    })
}

/// Asks for another try.
pub(super) async fn retry(context: &Context, options: &EhrRetry) -> Result<(), Failure> {
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let mut chosen: Vec<&Assessed<'_>> = match &options.id {
        Some(id) => vec![find(&reading, &all, id)?],
        None => all.iter().collect(),
    };
    chosen.retain(|lead| lead.lead.hand_off.needs_a_person());
    if let (Some(id), []) = (&options.id, chosen.as_slice()) {
        return Err(Failure::new(
            Exit::Absent,
            format!("{id} does not wait for a person"),
            "`anteroom ehr status` says where it is",
        ));
    }
    let signed_in = session.sign_in().await?;
    for lead in &chosen {
        let sealed = seal_in(&session, &reading, lead.lead.thread, Event::HandOffAsked).await?;
        signed_in.append(sealed).await?;
    }
    let references: Vec<String> = chosen.iter().map(|lead| lead.reference()).collect();
    context.output.print(&json!({ "asked": references }), || match references.len() {
        0 => "Nobody waits for a person to look.".to_owned(),
        count => format!("{count} asked for: the desk tries again."),
    })
}

/// Writes a lead's files.
pub(super) async fn export(context: &Context, options: &EhrExport) -> Result<(), Failure> {
    let (settings, _) = ehr_of(&options.settings)?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, &options.id)?;
    let manifest = &reading.manifest;
    let source = (&manifest.source, manifest.version);
    let handover = Handover::of(&manifest.practice, source, &settings.system, settings.minutes, lead.lead)
        .ok_or_else(|| Failure::new(Exit::Absent, "nothing is left of this inquiry", "choose another"))?;
    crate::files::create_directory(&options.out)?;
    let files = folder::write(&options.out, &handover, &settings.route(), clock::now_ms())?;
    context.output.print(&json!({ "reference": lead.reference(), "files": files }), || {
        let lines: Vec<String> = files.iter().map(|file| format!("\n  {}", file.display())).collect();
        format!("{} in clear, delete it when it has served:{}", lead.reference(), lines.concat())
    })
}
