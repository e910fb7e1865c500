//! `anteroom inbox note|call|stage|erase`: what staff do with an inquiry, signed by who does it and sealed to
//! the practice.

use super::Context;
use super::show::find;
use crate::cli::{InboxCall, InboxErase, InboxNote, InboxStage, OfCredential};
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use inbox::event::seal_event;
use lead::thread::{Event, EventClaims};
use seal::random::make_entry_id;
use serde_json::json;
use wire::ThreadId;
use wire::api::Erasure;

/// Writes a note.
pub(super) async fn note(context: &Context, options: InboxNote) -> Result<(), Failure> {
    append(context, &options.of, &options.id, Event::NoteAdded { text: options.text }).await
}

/// Records a call.
pub(super) async fn call(context: &Context, options: &InboxCall) -> Result<(), Failure> {
    let event = Event::CallAttempted { outcome: options.outcome.into() };
    append(context, &options.of, &options.id, event).await
}

/// Changes the stage.
pub(super) async fn stage(context: &Context, options: &InboxStage) -> Result<(), Failure> {
    append(context, &options.of, &options.id, Event::StageChanged { stage: options.stage.into() }).await
}

/// Deletes the bodies of everything in the lead's thread, and leaves the owner's signed word that it was so.
pub(super) async fn erase(context: &Context, options: &InboxErase) -> Result<(), Failure> {
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, &options.id)?;
    let thread = lead.lead.thread;
    let entries = reading.kept_entries(&thread);
    let event = Event::Erased { entries: entries.clone(), ground: options.ground.into() };
    let evidence = seal_in(&session, &reading, thread, event).await?;
    let count = entries.len();
    let receipt = session.sign_in().await?.erase(&Erasure { evidence, entries }).await?;
    let json = json!({ "reference": lead.reference(), "erased": count, "seq": receipt.seq });
    context.output.print(&json, || {
        format!(
            "{} is erased: {count} entries have no content any more, and entry {} says by whom and why.\n\
             Backups of the relay, and what colleagues exported, may still hold it.",
            lead.reference(),
            receipt.seq
        )
    })
}

async fn append(context: &Context, of: &OfCredential, id: &str, event: Event) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, id)?;
    let sealed = seal_in(&session, &reading, lead.lead.thread, event).await?;
    let receipt = session.sign_in().await?.append(sealed).await?;
    let json = json!({ "reference": lead.reference(), "entry": receipt.entry, "seq": receipt.seq });
    context.output.print(&json, || format!("Entry {} is written on {}.", receipt.seq, lead.reference()))
}

/// Signed by whose session it is, sealed to the practice.
async fn seal_in(
    session: &Session,
    reading: &Reading,
    thread: ThreadId,
    event: Event,
) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("the event was not written: {error}"), "shorten it, and try again")
    };
    let claims = EventClaims {
        v: 1,
        practice: session.credential.anchor.practice.clone(),
        thread,
        entry: make_entry_id().map_err(|error| failed(&error))?,
        author: session.credential.staff.clone(),
        time: clock::now_ms(),
        event,
    };
    seal_event(&session.signer()?, &claims, &reading.manifest).await.map_err(|error| failed(&error))
}
