//! `anteroom inbox note|call|stage`: what staff do with an inquiry, signed by who does it and sealed to
//! the practice.

use super::Context;
use super::show::find;
use crate::cli::{InboxCall, InboxNote, InboxStage, OfCredential};
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use inbox::event::seal_event;
use lead::thread::{Event, EventClaims};
use seal::random::make_entry_id;
use serde_json::json;

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

async fn append(context: &Context, of: &OfCredential, id: &str, event: Event) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, id)?;
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("the event was not written: {error}"), "shorten it, and try again")
    };
    let claims = EventClaims {
        v: 1,
        practice: session.credential.anchor.practice.clone(),
        thread: lead.lead.thread,
        entry: make_entry_id().map_err(|error| failed(&error))?,
        author: session.credential.staff.clone(),
        time: clock::now_ms(),
        event,
    };
    let sealed =
        seal_event(&session.signer()?, &claims, &reading.manifest).await.map_err(|error| failed(&error))?;
    let receipt = session.sign_in().await?.append(sealed).await?;
    let json = json!({ "reference": lead.reference(), "entry": receipt.entry, "seq": receipt.seq });
    context.output.print(&json, || format!("Entry {} is written on {}.", receipt.seq, lead.reference()))
}
