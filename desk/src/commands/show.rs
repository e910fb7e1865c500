//! `anteroom inbox show`: one inquiry, with everything that speaks for its urgency and its score.

use super::Context;
use crate::cli::{InboxExport, InboxShow};
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::files::{self, FileError};
use crate::reading::{Assessed, LANGUAGE, Reading, action_words, lane_name, stage_name};
use crate::session::Session;
use crate::terminal::{clean_line, quote};
use crate::words;
use lead::scoring::{Evidence, Line, LineSource, Score};
use serde_json::{Value, json};

/// Columns of quoted text.
const WIDTH: usize = 96;

/// Prints one inquiry.
pub(super) async fn show(context: &Context, options: &InboxShow) -> Result<(), Failure> {
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, &options.id)?;
    reading.warn_of_refused(context.output);
    context.output.print(&json(lead), || text(lead))?;
    reading.blame()
}

/// Writes everything that reads; what does not is said, and stops nothing.
pub(super) async fn export(context: &Context, options: &InboxExport) -> Result<(), Failure> {
    if options.file.exists() {
        return Err(FileError::Exists(options.file.clone()).into());
    }
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    reading.warn_of_refused(context.output);
    let leads = reading.assessed();
    let lines: String = leads.iter().map(|lead| format!("{}\n", json(lead))).collect();
    files::create_private(&options.file, lines.as_bytes())?;
    let count = leads.len();
    let printed = json!({ "exported": count, "refused": reading.refused().len(), "file": options.file });
    context.output.print(&printed, || {
        format!(
            "{count} inquiries are in {}, in clear: delete it when it has served.",
            options.file.display()
        )
    })?;
    reading.blame()
}

/// The inquiry of this reference, entry id or thread id.
pub(super) fn find<'a, 'b>(
    reading: &Reading,
    all: &'b [Assessed<'a>],
    id: &str,
) -> Result<&'b Assessed<'a>, Failure> {
    let id = id.trim();
    let is_it = |lead: &&Assessed<'_>| {
        lead.entry.to_string() == id || lead.lead.thread.to_string() == id || lead.entry.is_referred_to_as(id)
    };
    let found: Vec<&Assessed<'_>> = all.iter().filter(is_it).collect();
    match found.as_slice() {
        [lead] => Ok(lead),
        [] => Err(absent(reading, id)),
        several => {
            let ids: Vec<String> = several.iter().map(|lead| lead.entry.to_string()).collect();
            Err(Failure::new(
                Exit::Absent,
                format!("{id} names {} inquiries", several.len()),
                format!("name one by its id: {}", ids.join(", ")),
            ))
        }
    }
}

fn absent(reading: &Reading, id: &str) -> Failure {
    let refused = reading
        .refused()
        .iter()
        .find(|refused| refused.entry.to_string() == id || refused.entry.is_referred_to_as(id));
    match refused {
        Some(refused) => Failure::new(
            Exit::Refused,
            format!("entry {} of that name is refused: {}", refused.seq, refused.refusal),
            "run `anteroom log verify` for the whole picture",
        ),
        None if reading.lead_of(id).is_some_and(|lead| lead.inquiries.is_empty()) => Failure::new(
            Exit::Absent,
            format!("the inquiry {id} is erased: nothing can be added to it"),
            "an appointment that stands is changed in the EHR; whoever asks again is a new inquiry",
        ),
        None => Failure::new(
            Exit::Absent,
            format!("there is no inquiry {id}"),
            "run `anteroom inbox list` and take a reference from its first column",
        ),
    }
}

fn json(lead: &Assessed<'_>) -> Value {
    let needs = &lead.inquiry.answers.needs;
    let mentions: Vec<Value> = lead
        .assessment
        .triage
        .mentions
        .iter()
        .map(|mention| {
            json!({
                "concept": mention.concept,
                "status": mention.status,
                "lane": mention.lane,
                "span": [mention.span.0, mention.span.1],
                "text": span(needs, mention.span),
            })
        })
        .collect();
    json!({
        "reference": lead.reference(),
        "id": lead.entry,
        "thread": lead.lead.thread,
        "received": clock::rfc3339(lead.received),
        "stage": stage_name(lead.lead.stage),
        "inquiry": lead.inquiry,
        "misfits": words::misfits(lead),
        "triage": { "lane": lead.assessment.triage.lane, "mentions": mentions },
        "intent": { "intent": lead.assessment.intent.intent, "confidence": lead.assessment.intent.confidence },
        "work": words::work(lead)
            .into_iter()
            .map(|(time, author, what)| json!({ "time": clock::rfc3339(time), "author": author, "what": what }))
            .collect::<Vec<_>>(),
        "score": lead.assessment.score,
        "call_by": lead.call_by().map(clock::rfc3339),
    })
}

fn text(lead: &Assessed<'_>) -> String {
    let inquiry = lead.inquiry;
    let mut out = vec![
        format!(
            "Inquiry {}, received {}, stage {}",
            lead.reference(),
            clock::local(lead.received),
            stage_name(lead.lead.stage)
        ),
        "What follows is what someone typed into a public form. Nobody has checked who they are.".to_owned(),
        String::new(),
    ];
    for (label, value) in words::answers(lead) {
        out.push(format!("  {label:<13} {}", clean_line(&value)));
    }
    if !inquiry.answers.needs.trim().is_empty() {
        out.extend([String::new(), "In their words".to_owned(), quote(inquiry.answers.needs.trim(), WIDTH)]);
    }
    let misfits = words::misfits(lead);
    if !misfits.is_empty() {
        out.extend([String::new(), "Does not fit the form: it may not have come from it".to_owned()]);
        out.extend(misfits.iter().map(|misfit| format!("  {}", clean_line(misfit))));
    }
    out.push(String::new());
    out.extend(urgency(lead));
    out.push(String::new());
    out.extend(score(lead));
    let visits = words::visits(lead);
    if !visits.is_empty() {
        out.extend([String::new(), "On the website, as their browser says".to_owned()]);
        out.extend(visits.iter().map(|visit| format!("  {}", clean_line(visit))));
    }
    let work = words::work(lead);
    if !work.is_empty() {
        out.extend([String::new(), "What staff did".to_owned()]);
        out.extend(work.iter().map(|(time, author, what)| {
            format!("  {}  {author}: {}", clock::local(*time), clean_line(what))
        }));
    }
    out.join("\n")
}

fn urgency(lead: &Assessed<'_>) -> Vec<String> {
    let triage = &lead.assessment.triage;
    let intent = &lead.assessment.intent;
    let mut out = vec![format!("Urgency: {}", lane_name(triage.lane))];
    for mention in &triage.mentions {
        let status = words::status(mention.status);
        let quoted = clean_line(span(&lead.inquiry.answers.needs, mention.span));
        out.push(format!("  \"{quoted}\" ({}, {status}, {})", mention.concept, lane_name(mention.lane)));
    }
    out.push(format!("Intent: {} ({} %)", words::intent(intent.intent), intent.confidence));
    out
}

fn score(lead: &Assessed<'_>) -> Vec<String> {
    let score = &lead.assessment.score;
    let due = lead.call_by().map_or_else(String::new, |ms| format!(", by {}", clock::local(ms)));
    let mut out =
        vec![format!("Score {}: {}, {}{due}", score.points, lead.tier_label(), action_words(&score.action))];
    out.extend(lines(score, &lead.inquiry.answers.needs));
    let model = &score.model;
    out.push(format!("  by model {} version {}, {}", clean_line(&model.name), model.version, model.hash));
    let preliminary = &lead.inquiry.preliminary;
    out.push(match preliminary.points == score.points && preliminary.model.hash == model.hash {
        true => format!("  their browser computed the same: {}", preliminary.points),
        false => format!(
            "  their browser computed {} by model {} version {}; the score above counts",
            preliminary.points,
            clean_line(&preliminary.model.name),
            preliminary.model.version
        ),
    });
    out
}

fn lines(score: &Score, needs: &str) -> Vec<String> {
    let mut out: Vec<String> = score
        .lines
        .iter()
        .map(|line| format!("  {:>+5}  {}", line.points, with_evidence(line, needs)).trim_end().to_owned())
        .collect();
    let sum: i32 = score.lines.iter().map(|line| line.points).sum();
    out.push(format!("  {sum:>5}  in all"));
    out
}

fn with_evidence(line: &Line, needs: &str) -> String {
    let id = match &line.source {
        LineSource::Criterion(id) | LineSource::Cap(id) => id.as_str(),
        LineSource::Range => "range",
    };
    let label = line.label.in_language(LANGUAGE);
    let label = clean_line(if label.is_empty() { id } else { label });
    let evidence: Vec<String> = line
        .evidence
        .iter()
        .map(|evidence| match evidence {
            Evidence::Answer(member) => format!("answer: {}", clean_line(member)),
            Evidence::Needs(start, end) => format!("\"{}\"", clean_line(span(needs, (*start, *end)))),
            Evidence::Visit(path, ms) => format!("{} on {}", clean_line(path), clock::local(*ms)),
        })
        .collect();
    if evidence.is_empty() { label } else { format!("{label}  ({})", evidence.join("; ")) }
}

fn span(text: &str, (start, end): (u32, u32)) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}
