//! When staff are alerted: pure.

use lead::hours::Hours;
use lead::scoring::Action;
use lead::thread::{AlertReason, Lead, Stage};
use lead::triage::Lane;
use lead::{Assessment, thread::Received};
use serde::Deserialize;
use std::path::PathBuf;

/// One step of the escalation: who hears of it when nobody has taken the lead for so long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertStep {
    /// After so many minutes of opening time, for a lead that is to be called.
    pub(crate) after_business_minutes: u32,
    /// After so many minutes, at any hour, for what reads like an emergency.
    pub(crate) emergency_after_minutes: u32,
    /// E-mail addresses of staff.
    #[serde(default)]
    pub(crate) email: Vec<String>,
    /// Where a signed message is posted.
    #[serde(default)]
    pub(crate) webhook: Option<Webhook>,
}

/// A receiver of Standard Webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    /// Where.
    pub(crate) url: String,
    /// A file whose first line is the secret, `whsec_...`.
    pub(crate) secret_file: PathBuf,
}

/// What staff should be alerted of about a lead now, and were not.
pub(crate) fn due(
    lead: &Lead,
    assessment: &Assessment,
    hours: &Hours,
    steps: &[AlertStep],
    now: u64,
) -> Vec<(AlertReason, u8)> {
    let Some(received) = lead.inquiries.last() else { return Vec::new() };
    let over = lead.stage != Stage::New || !lead.calls.is_empty() || lead.merged_into.is_some();
    if over || lead.opted_out && assessment.triage.lane != Lane::Emergency {
        return Vec::new();
    }
    let mut all = Vec::new();
    if lead.holder(now).is_none() {
        all.extend(waiting(received, assessment, hours, steps, now));
    }
    if let Action::Call { within_business_minutes } = assessment.score.action
        && hours.deadline(received.time, within_business_minutes).is_some_and(|deadline| now > deadline)
    {
        all.push((AlertReason::DeadlineMissed, 1));
    }
    all.retain(|(reason, level)| {
        !lead.alerts.iter().any(|raised| raised.reason == *reason && raised.level >= *level)
    });
    all
}

/// The highest step that has come. What a program that was away has missed below it is not made up for.
fn waiting(
    received: &Received,
    assessment: &Assessment,
    hours: &Hours,
    steps: &[AlertStep],
    now: u64,
) -> Option<(AlertReason, u8)> {
    let emergency = assessment.triage.lane == Lane::Emergency;
    let reason = match assessment.score.action {
        _ if emergency => AlertReason::Emergency,
        Action::Call { .. } => AlertReason::CallWaiting,
        Action::Sequence(_) | Action::Nothing => return None,
    };
    let at = |step: &AlertStep| {
        if emergency {
            received.time.checked_add(u64::from(step.emergency_after_minutes) * 60_000)
        } else {
            hours.deadline(received.time, step.after_business_minutes)
        }
    };
    let level = steps.iter().filter(|step| at(step).is_some_and(|at| at <= now)).count();
    (level > 0).then(|| (reason, u8::try_from(level).unwrap_or(u8::MAX)))
}

/// The word for programs.
pub(crate) fn name(reason: AlertReason) -> &'static str {
    match reason {
        AlertReason::Emergency => "emergency",
        AlertReason::CallWaiting => "call-waiting",
        AlertReason::DeadlineMissed => "deadline-missed",
    }
}
