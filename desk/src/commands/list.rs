//! `anteroom inbox list`: everything that patients sent, by score.

use super::Context;
use crate::cli::OfCredential;
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::reading::{Assessed, Reading, lane_name, stage_name};
use crate::session::Session;
use crate::terminal::{Column, Side, table};
use lead::thread::{FollowUp, FollowUpState, Slot, StepKey};
use lead::triage::Lane;
use serde::Serialize;
use serde_json::{Value, json};

/// Prints the table.
pub(super) async fn list(context: &Context, of: &OfCredential) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    reading.warn_of_refused(context.output);
    let mut leads = reading.assessed();
    leads.sort_by_key(|lead| std::cmp::Reverse((lead.assessment.score.points, lead.received)));
    let json = json!({
        "practice": session.credential.anchor.practice,
        "head": reading.head(),
        "leads": leads.iter().map(|lead| row(lead).json()).collect::<Vec<_>>(),
        "refused": reading.refused_json(),
    });
    context.output.print(&json, || text(&leads))?;
    reading.blame()
}

fn text(leads: &[Assessed<'_>]) -> String {
    if leads.is_empty() {
        return "No inquiries yet.".to_owned();
    }
    let columns = [
        Column { title: "REFERENCE", widest: 9, side: Side::Left },
        Column { title: "RECEIVED", widest: 16, side: Side::Left },
        Column { title: "NAME", widest: 26, side: Side::Left },
        Column { title: "SERVICE", widest: 24, side: Side::Left },
        Column { title: "LANE", widest: 9, side: Side::Left },
        Column { title: "SCORE", widest: 5, side: Side::Right },
        Column { title: "TIER", widest: 16, side: Side::Left },
        Column { title: "STAGE", widest: 10, side: Side::Left },
    ];
    let rows: Vec<Vec<String>> = leads.iter().map(|lead| row(lead).cells()).collect();
    let mut out = table(&columns, &rows);
    let emergencies: Vec<String> = leads
        .iter()
        .filter(|lead| lead.assessment.triage.lane == Lane::Emergency)
        .map(Assessed::reference)
        .collect();
    if !emergencies.is_empty() {
        out.push_str(&format!("\n\nEmergency words, look first: {}", emergencies.join(", ")));
    }
    out
}

/// Prints free times, each as `inbox book` takes it.
pub(super) async fn slots(context: &Context, of: &OfCredential) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let availability = reading.availability().ok_or_else(|| {
        Failure::new(
            Exit::Absent,
            "no free times are published",
            "write [slots] into the desk's settings; until then `anteroom inbox book` writes a time down as it is",
        )
    })?;
    let free: Vec<&Slot> = availability.after(clock::now_ms()).collect();
    let rows: Vec<Value> = free
        .iter()
        .map(|slot| json!({ "start": clock::rfc3339(slot.start), "end": slot.end.map(clock::rfc3339) }))
        .collect();
    let json = json!({ "looked_up": clock::rfc3339(availability.at), "slots": rows });
    context.output.print(&json, || {
        let lines: Vec<String> = free.iter().map(|slot| clock::local_rfc3339(slot.start)).collect();
        if lines.is_empty() { "Nothing is free.".into() } else { lines.join("\n") }
    })
}

#[derive(Serialize)]
struct Row {
    reference: String,
    id: String,
    thread: String,
    received: String,
    #[serde(skip)]
    received_local: String,
    name: String,
    service: Option<String>,
    #[serde(skip)]
    service_label: String,
    lane: &'static str,
    score: i32,
    tier: String,
    #[serde(skip)]
    tier_label: String,
    stage: &'static str,
    call_by: Option<String>,
    follow_ups: Vec<Message>,
}

/// A message of a sequence.
#[derive(Serialize)]
struct Message {
    sequence: String,
    step: String,
    state: FollowUpState,
}

fn row(lead: &Assessed<'_>) -> Row {
    let score = &lead.assessment.score;
    Row {
        reference: lead.reference(),
        id: lead.entry.to_string(),
        thread: lead.lead.thread.to_string(),
        received: clock::rfc3339(lead.received),
        received_local: clock::local_short(lead.received),
        name: lead.inquiry.answers.contact.name.clone(),
        service: lead.inquiry.answers.service.clone(),
        service_label: lead.service_label(),
        lane: lane_name(lead.assessment.triage.lane),
        score: score.points,
        tier: score.tier.clone(),
        tier_label: lead.tier_label(),
        stage: stage_name(lead.lead.stage),
        call_by: lead.call_by().map(clock::rfc3339),
        follow_ups: lead.lead.follow_ups.iter().map(message).collect(),
    }
}

fn message(follow_up: &FollowUp) -> Message {
    let StepKey { sequence, step, .. } = follow_up.step.clone();
    Message { sequence, step, state: follow_up.state }
}

impl Row {
    fn cells(self) -> Vec<String> {
        let lane = if self.lane == "emergency" { "EMERGENCY" } else { self.lane };
        vec![
            self.reference,
            self.received_local,
            self.name,
            self.service_label,
            lane.to_owned(),
            self.score.to_string(),
            self.tier_label,
            self.stage.to_owned(),
        ]
    }

    fn json(self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
