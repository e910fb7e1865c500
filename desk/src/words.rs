//! Answers, visits and the words of triage and intent, as staff read them. What comes out of here is
//! still a patient's text: the caller cleans it.

use crate::clock;
use crate::reading::Assessed;
use lead::hours::iso_date;
use lead::inquiry::{Answer, ContactWay, Insurance, Voicemail};
use lead::intent::Intent;
use lead::manifest::PageKind;
use lead::signals::{Referrer, Visit};
use lead::thread::{AlertReason, CallOutcome, Event, NoAppointment, StepKey};
use lead::triage::Status;
use lead::validate;

/// Labels and values, in the order in which staff want them; without what was not answered.
pub(crate) fn answers(lead: &Assessed<'_>) -> Vec<(String, String)> {
    let answers = &lead.inquiry.answers;
    let contact = &answers.contact;
    let insurance = answers.insurance.as_ref().map(|insurance| match insurance {
        Insurance::Plan { carrier, plan, member_id } => {
            let mut parts = vec![carrier.clone()];
            parts.extend(plan.iter().map(|plan| format!("plan {plan}")));
            parts.extend(member_id.iter().map(|id| format!("member {id}")));
            parts.join(", ")
        }
        Insurance::Unknown => "does not know".to_owned(),
        Insurance::SelfPay => "pays without insurance".to_owned(),
    });
    let referral = answers.referral.as_ref().map(|by| match &by.practice {
        Some(practice) => format!("{}, {practice}", by.physician),
        None => by.physician.clone(),
    });
    let appointment = answers.appointment.as_ref().map(|wish| {
        if wish.windows.is_empty() { "yes, at any time".to_owned() } else { wish.windows.join(", ") }
    });
    let on_behalf = answers.on_behalf_of.as_ref().map(|of| match &of.patient {
        Some(patient) => format!("{patient} ({})", of.relationship),
        None => of.relationship.clone(),
    });
    let way = contact.prefer.map(|way| match way {
        ContactWay::Phone => "a call",
        ContactWay::Text => "a text message",
        ContactWay::Email => "an e-mail",
    });
    let voicemail = contact.voicemail.map(|voicemail| match voicemail {
        Voicemail::Welcome => "yes, leave one",
        Voicemail::Never => "no, never leave one",
    });
    let consent = answers.consent.map(|consent| format!("given, version {} of the text", consent.version));
    let follow_up = answers.follow_up.map(|given| format!("welcome, version {} of the text", given.version));
    let guides = Some(answers.guides.join(", ")).filter(|guides| !guides.is_empty());
    let service = Some(lead.service_label()).filter(|label| !label.is_empty());
    let times = Some(contact.times.join(", ")).filter(|times| !times.is_empty());
    let all = [
        ("Name", Some(contact.name.clone())),
        ("Phone", contact.phone.clone()),
        ("E-mail", contact.email.clone()),
        ("Prefers", way.map(str::to_owned)),
        ("Voicemail", voicemail.map(str::to_owned)),
        ("Good times", times),
        ("Service", service),
        ("For", on_behalf),
        ("Date of birth", answers.date_of_birth.clone()),
        ("ZIP", answers.zip.clone()),
        ("Insurance", insurance),
        ("Referred by", referral),
        ("Appointment", appointment),
        ("Booked", lead.lead.appointment.as_ref().map(|made| clock::local(made.slot.start))),
        ("Consent", consent),
        ("Follow-up", follow_up),
        ("Guides", guides),
        ("Language", Some(lead.inquiry.lang.clone())),
        ("Sent", Some(format!("{} by their clock", clock::local(lead.inquiry.submitted_ms)))),
    ];
    let mut out: Vec<(String, String)> =
        all.into_iter().filter_map(|(label, value)| Some((label.to_owned(), value?))).collect();
    out.extend(answers.other.iter().map(|(id, answer)| (other_label(lead, id), other(answer))));
    out
}

/// What does not fit the form that it names, by the check that the form makes too: nobody is kept from sending something
/// else. Nothing where the form has changed since.
pub(crate) fn misfits(lead: &Assessed<'_>) -> Vec<String> {
    let source = &lead.manifest.source;
    if lead.inquiry.manifest != lead.manifest.version {
        return Vec::new();
    }
    validate::misfits(source, &lead.inquiry.answers, &iso_date(lead.received), crate::reading::LANGUAGE)
}

fn other_label(lead: &Assessed<'_>, id: &str) -> String {
    // An id that the form does not have is whatever someone sent.
    let field = lead.manifest.source.form.field(id);
    field.map_or_else(
        || "Further".to_owned(),
        |field| field.label.in_language(crate::reading::LANGUAGE).to_owned(),
    )
}

fn other(answer: &Answer) -> String {
    match answer {
        Answer::Text(text) => text.clone(),
        Answer::Chosen(ids) => ids.join(", "),
    }
}

/// Calls and notes in their order: when the relay took them (milliseconds), who, what.
pub(crate) fn work(lead: &Assessed<'_>) -> Vec<(u64, String, String)> {
    let calls = lead.lead.calls.iter().map(|call| {
        let outcome = match call.outcome {
            CallOutcome::Reached => "called and spoke with them",
            CallOutcome::NoAnswer => "called, nobody answered",
            CallOutcome::Voicemail => "called and left a voicemail",
            CallOutcome::WrongNumber => "called, wrong number",
        };
        (call.time, call.author.to_string(), outcome.to_owned())
    });
    let notes = lead.lead.notes.iter().map(|note| (note.time, note.author.to_string(), note.text.clone()));
    let others = lead
        .lead
        .history
        .iter()
        .filter_map(|did| Some((did.time, did.author.to_string(), follow_up_words(&did.event)?)));
    let mut all: Vec<_> = calls.chain(notes).chain(others).collect();
    all.sort_by_key(|(time, ..)| *time);
    all
}

/// Follow-up, alerts, appointments and hand-off; the rest of what staff do has lines of its own.
fn follow_up_words(event: &Event) -> Option<String> {
    let step = |what: &str, step: &StepKey| format!("{what}: {} / {}", step.sequence, step.step);
    Some(match event {
        Event::FollowUpAssigned { sequence: Some(sequence) } => format!("follow-up chosen: {sequence}"),
        Event::FollowUpAssigned { sequence: None } => "no follow-up".into(),
        Event::FollowUpSent { step: key } => step("message sent", key),
        Event::FollowUpFailed { step: key, .. } => step("message could not be sent", key),
        Event::FollowUpUnclear { step: key } => step("message may or may not have been sent", key),
        Event::Replied => "they answered a message".into(),
        Event::Bounced => "a message came back".into(),
        Event::OptedOut => "they want no messages".into(),
        Event::CallAsked { step: key } => step("call asked for", key),
        Event::AlertRaised { reason, level } => match reason {
            AlertReason::Emergency => format!("alert {level}: reads like an emergency, nobody has taken it"),
            AlertReason::CallWaiting => format!("alert {level}: to be called, nobody has taken it"),
            AlertReason::DeadlineMissed => "alert: the call is late".into(),
        },
        Event::AppointmentBooked { slot, .. } => format!("appointment on {}", clock::local(slot.start)),
        Event::AppointmentRescheduled { slot, .. } => {
            format!("appointment moved to {}", clock::local(slot.start))
        }
        Event::AppointmentCancelled { .. } => "appointment called off".into(),
        Event::AppointmentRequested { slot } => {
            format!("appointment asked for on {}", clock::local(slot.start))
        }
        Event::AppointmentFailed { reason } => match reason {
            NoAppointment::Taken => "the time was taken meanwhile".into(),
            NoAppointment::Refused => "the calendar refused the appointment".into(),
            NoAppointment::Unclear => "it is not clear what the calendar has: look there".into(),
        },
        Event::HandOffFailed { attempt, reason, .. } => format!("hand-off {attempt} failed: {reason}"),
        Event::HandOffUnclear { attempt } => {
            format!("hand-off {attempt} broke off: the EHR may or may not have it, look there")
        }
        Event::HandOffAsked => "hand-off to be tried again".into(),
        Event::HandedToEhr { reference } => format!("handed over to the EHR: {reference}"),
        _ => return None,
    })
}

/// One line for each page, in the order of first visits.
pub(crate) fn visits(lead: &Assessed<'_>) -> Vec<String> {
    let visits = &lead.inquiry.signals.visits;
    let mut paths: Vec<&str> = Vec::new();
    for visit in visits {
        if !paths.contains(&visit.path.as_str()) {
            paths.push(&visit.path);
        }
    }
    let mut out = Vec::new();
    if let Some(came) = visits.iter().find_map(came_by) {
        out.push(came);
    }
    for path in paths {
        let of: Vec<&Visit> = visits.iter().filter(|visit| visit.path == path).collect();
        let last = of.iter().map(|visit| visit.ms).max().unwrap_or_default();
        let ago = clock::span(lead.inquiry.submitted_ms.saturating_sub(last));
        let kind = lead.manifest.source.page_kind(path).map_or("page", page);
        out.push(match of.len() {
            1 => format!("{kind} {path}, {ago} before sending"),
            times => format!("{kind} {path}, {times} times, last {ago} before sending"),
        });
    }
    out
}

fn came_by(visit: &Visit) -> Option<String> {
    let from = match visit.referrer {
        Referrer::None => None,
        Referrer::Search => Some("came from a search engine"),
        Referrer::Social => Some("came from a social network"),
        Referrer::Physician => Some("came by a physician's referral link"),
        Referrer::Other => Some("came from another website"),
    };
    let campaign = visit.campaign.as_ref().map(|campaign| {
        let parts = [&campaign.source, &campaign.medium, &campaign.name];
        parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" / ")
    });
    match (from, campaign) {
        (Some(from), Some(campaign)) => Some(format!("{from}, campaign {campaign}")),
        (Some(from), None) => Some(from.to_owned()),
        (None, Some(campaign)) => Some(format!("came by campaign {campaign}")),
        (None, None) => None,
    }
}

fn page(kind: PageKind) -> &'static str {
    match kind {
        PageKind::Pricing => "costs and insurance page",
        PageKind::Scheduling => "appointments page",
        PageKind::Service => "service page",
        PageKind::Guide => "guide",
        PageKind::Physician => "physician's page",
        PageKind::Download => "download",
    }
}

/// What is said about a concept.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Affirmed => "affirmed",
        Status::Negated => "negated",
        Status::Past => "past",
        Status::Other => "about someone else",
        Status::Hypothetical => "hypothetical",
    }
}

/// What a person wants.
pub(crate) fn intent(intent: Intent) -> &'static str {
    match intent {
        Intent::Book => "to book",
        Intent::FindProvider => "to find a physician or service",
        Intent::Insurance => "a question about insurance",
        Intent::Price => "a question about the price",
        Intent::Clinical => "clinical information",
        Intent::Records => "records or billing",
        Intent::ExistingPatient => "an existing patient's matter",
        Intent::PhysicianReferral => "a physician's referral",
        Intent::Solicitation => "solicitation",
        Intent::Other => "unclear",
    }
}
