//! `anteroom inbox note|call|stage|erase`: what staff do with an inquiry, signed by who does it and sealed to
//! the practice.

use super::Context;
use super::show::find;
use crate::cli::{
    ByArg, InboxBook, InboxCall, InboxCancel, InboxErase, InboxFollow, InboxMark, InboxNote, InboxStage,
    InboxVerify, MarkArg, OfCredential,
};
use crate::clock;
use crate::daemon::documents;
use crate::daemon::settings::Settings;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use crate::terminal::clean_line;
use inbox::event::seal_event;
use lead::ManifestSource;
use lead::handover::{Unsettled, unsettled};
use lead::scoring::Action;
use lead::sequence::{Sequences, Starts};
use lead::thread::{CalledOff, Event, EventClaims, Lead, Slot};
use seal::random::make_entry_id;
use serde_json::json;
use std::collections::BTreeSet;
use wire::ThreadId;
use wire::api::Erasure;

const DAY: u64 = 86_400_000;

/// Writes a note.
pub(super) async fn note(context: &Context, options: InboxNote) -> Result<(), Failure> {
    if options.text.trim().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "the note is empty",
            "write what is to be remembered, in quotes",
        ));
    }
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
    if let Some(what) = unsettled(lead.lead, clock::now_ms()).filter(|_| !options.anyway) {
        return Err(unsettled_failure(&lead.reference(), what));
    }
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

/// What the log says of an appointment is gone with the rest: whoever has to know it has to know it before.
fn unsettled_failure(reference: &str, what: Unsettled) -> Failure {
    let (why, todo) = match what {
        Unsettled::Wish => (
            "a time is asked for, and not answered yet",
            "wait for the desk, or call it off: anteroom inbox cancel",
        ),
        Unsettled::HandOff => ("the desk hands it over to the EHR now", "wait until it is done"),
        Unsettled::Upcoming => (
            "its appointment is still to come: nobody would be reminded of it, and its time would count as free",
            "call it off first (anteroom inbox cancel), or see that it stands in your own calendar",
        ),
        Unsettled::Change => (
            "the EHR does not know of the appointment's last change",
            "wait for the desk until `anteroom ehr status` says `behind` no more, or change it in the EHR yourself",
        ),
    };
    Failure::new(
        Exit::Failed,
        format!("{reference} is not erased: {why}"),
        format!("{todo}; with --anyway it is erased all the same"),
    )
}

/// Records what became of messages.
pub(super) async fn mark(context: &Context, options: &InboxMark) -> Result<(), Failure> {
    let event = match options.mark {
        MarkArg::Replied => Event::Replied,
        MarkArg::Bounced => Event::Bounced,
        MarkArg::OptedOut => Event::OptedOut,
    };
    append(context, &options.of, &options.id, event).await
}

/// Records a check.
pub(super) async fn verify(context: &Context, options: &InboxVerify) -> Result<(), Failure> {
    append(context, &options.of, &options.id, Event::Verified { what: options.what.into() }).await
}

/// Chooses follow-up.
pub(super) async fn follow(context: &Context, options: &InboxFollow) -> Result<(), Failure> {
    let settings = options.settings.as_deref().map(Settings::read).transpose()?;
    let sequence = Some(options.sequence.clone()).filter(|sequence| sequence != "none");
    append_with(context, &options.of, &options.id, |reading, _| {
        if let Some(wanted) = &sequence {
            is_known(wanted, settings.as_ref(), reading)?;
        }
        Ok(Event::FollowUpAssigned { sequence })
    })
    .await
}

/// Those of the log and of the desk's files. Without the desk's settings, for want of the files, those count too that the
/// log names somewhere.
fn is_known(wanted: &str, settings: Option<&Settings>, reading: &Reading) -> Result<(), Failure> {
    let files = settings.map(|settings| documents::read_all(&settings.sequences)).transpose()?;
    let sender = settings.map(|settings| &settings.sender);
    let source = &reading.manifest.source;
    let all = Sequences::of(files.as_deref().unwrap_or_default(), reading.documents(), source, sender);
    let begun = all.in_force.iter().filter(|known| known.sequence.starts == Starts::Inquiry);
    let mut known: BTreeSet<String> = begun.map(|known| known.sequence.id.clone()).collect();
    let todo = match files {
        Some(_) => "take one of these, or `none`",
        None => {
            "give the desk's settings, --settings FILE, whose folder of sequences counts; or take one of these, or `none`"
        }
    };
    if files.is_none() {
        let by_hand = reading.leads().iter().filter_map(|lead| lead.assigned.as_ref()?.sequence.clone());
        known.extend(by_tier(source).map(str::to_owned).chain(by_hand));
    }
    if known.contains(wanted) {
        return Ok(());
    }
    let known: Vec<String> = known.into_iter().collect();
    let list = if known.is_empty() {
        "none is known".to_owned()
    } else {
        format!("there are: {}", known.join(", "))
    };
    Err(Failure::new(
        Exit::Usage,
        clean_line(&format!("no sequence {wanted} begins with an inquiry; {list}")),
        todo,
    ))
}

/// Sequences that the scoring model's tiers name.
pub(super) fn by_tier(source: &ManifestSource) -> impl Iterator<Item = &str> {
    source.scoring.tiers.iter().filter_map(|tier| match &tier.action {
        Action::Sequence(id) => Some(id.as_str()),
        Action::Call { .. } | Action::Nothing => None,
    })
}

/// Writes down an appointment.
pub(super) async fn book(context: &Context, options: &InboxBook) -> Result<(), Failure> {
    let start = u64::try_from(options.start.as_millisecond()).unwrap_or_default();
    // What somebody came for today may be written down afterwards.
    if start.saturating_add(DAY) < clock::now_ms() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is past", clock::local(start)),
            "check the year, and give the time as 2026-12-01T14:30:00-06:00",
        ));
    }
    let end = Some(start.saturating_add(u64::from(options.minutes) * 60_000));
    let slot = Slot { start, end, reference: None };
    append_to_appointment(context, &options.of, &options.id, |reading, lead| {
        Ok(match lead.appointment {
            _ if options.ask => Event::AppointmentRequested { slot: offered(reading, slot) },
            None => Event::AppointmentBooked { slot, reference: None },
            Some(_) => Event::AppointmentRescheduled { slot, reference: None },
        })
    })
    .await
}

/// The slot of the practice's calendar that begins then, if it has one; of several, one that no colleague has asked for.
fn offered(reading: &Reading, wanted: Slot) -> Slot {
    let all = reading.assessed();
    let is_asked = |slot: &&&Slot| {
        all.iter().any(|lead| lead.lead.requested.as_ref().is_some_and(|asked| asked.slot == ***slot))
    };
    let offered = reading.availability().into_iter().flat_map(|known| &known.slots);
    let then: Vec<&Slot> = offered.filter(|slot| slot.start == wanted.start).collect();
    let slot = then.iter().find(|slot| !is_asked(slot)).or(then.first());
    slot.map_or(wanted, |slot| (*slot).clone())
}

/// Calls an appointment off.
pub(super) async fn cancel(context: &Context, options: &InboxCancel) -> Result<(), Failure> {
    let by = match options.by {
        ByArg::Patient => CalledOff::Patient,
        ByArg::Practice => CalledOff::Practice,
    };
    append_to_appointment(context, &options.of, &options.id, |_, lead| {
        if lead.appointment.is_none() && lead.requested.is_none() {
            return Err(Failure::new(
                Exit::Absent,
                format!("{} has no appointment, and none is asked for", options.id),
                "`anteroom inbox show` says what was done about it",
            ));
        }
        Ok(Event::AppointmentCancelled { by })
    })
    .await
}

async fn append(context: &Context, of: &OfCredential, id: &str, event: Event) -> Result<(), Failure> {
    append_with(context, of, id, |_, _| Ok(event)).await
}

async fn append_with(
    context: &Context,
    of: &OfCredential,
    id: &str,
    event: impl FnOnce(&Reading, &Lead) -> Result<Event, Failure>,
) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let all = reading.assessed();
    let lead = find(&reading, &all, id)?;
    write(context, (&session, &reading), lead.lead, &lead.reference(), event).await
}

/// The same for what concerns the appointment: one that is known can be changed although the inquiry is erased.
async fn append_to_appointment(
    context: &Context,
    of: &OfCredential,
    id: &str,
    event: impl FnOnce(&Reading, &Lead) -> Result<Event, Failure>,
) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let stands = |lead: &&Lead| lead.inquiries.is_empty() && lead.appointment.is_some();
    if let Some(lead) = reading.lead_of(id.trim()).filter(stands) {
        return write(context, (&session, &reading), lead, &lead.thread.to_string(), event).await;
    }
    let all = reading.assessed();
    let lead = find(&reading, &all, id)?;
    write(context, (&session, &reading), lead.lead, &lead.reference(), event).await
}

async fn write(
    context: &Context,
    (session, reading): (&Session, &Reading),
    lead: &Lead,
    reference: &str,
    event: impl FnOnce(&Reading, &Lead) -> Result<Event, Failure>,
) -> Result<(), Failure> {
    let sealed = seal_in(session, reading, lead.thread, event(reading, lead)?).await?;
    let receipt = session.sign_in().await?.append(sealed).await?;
    let json = json!({ "reference": reference, "entry": receipt.entry, "seq": receipt.seq });
    context.output.print(&json, || format!("Entry {} is written on {reference}.", receipt.seq))
}

/// Signed by whose session it is, sealed to the practice.
pub(super) async fn seal_in(
    session: &Session,
    reading: &Reading,
    thread: ThreadId,
    event: Event,
) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("the event was not written: {error}"), "shorten it, and try again")
    };
    let time = clock::now_ms();
    let claims = EventClaims {
        v: 1,
        practice: session.credential.anchor.practice.clone(),
        thread,
        entry: make_entry_id(time).map_err(|error| failed(&error))?,
        author: session.credential.staff.clone(),
        time,
        event,
    };
    seal_event(&session.signer()?, &claims, &reading.manifest).await.map_err(|error| failed(&error))
}
