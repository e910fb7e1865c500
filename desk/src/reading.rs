//! A practice's log as staff look at it: leads with the assessment that counts, made here and not in
//! the patient's browser, and what was refused.

use crate::clock;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::parallel::Parallel;
use crate::session::Session;
use inbox::{Inbox, RefusedEntry};
use lead::scoring::Action;
use lead::thread::{Availability, Edition, Lead, Stage};
use lead::triage::Lane;
use lead::{Assessment, Inquiry, Manifest, assess};
use serde_json::{Value, json};
use wire::practice::Role;
use wire::{EntryId, Head, StaffId, ThreadId};

/// Language of labels. Staff may have another; the documents decide which they have.
pub(crate) const LANGUAGE: &str = "en";

/// A log that was read to its end and checked.
pub(crate) struct Reading {
    inbox: Inbox<Parallel>,
    leads: Vec<Lead>,
    /// The manifest in force.
    pub(crate) manifest: Manifest,
}

/// A lead with an inquiry that reads, assessed by the practice's model.
pub(crate) struct Assessed<'a> {
    /// The manifest, for labels.
    pub(crate) manifest: &'a Manifest,
    /// The lead.
    pub(crate) lead: &'a Lead,
    /// Id of its inquiry.
    pub(crate) entry: EntryId,
    /// When the relay took the inquiry, in milliseconds.
    pub(crate) received: u64,
    /// What was sent.
    pub(crate) inquiry: &'a Inquiry,
    /// Urgency, intent and value.
    pub(crate) assessment: Assessment,
}

impl Reading {
    /// Reads manifest and log.
    pub(crate) async fn make(session: &mut Session) -> Result<Self, Failure> {
        let manifest = session.manifest().await?;
        let inbox = session.read().await?;
        let leads = inbox.leads();
        Ok(Self { inbox, leads, manifest })
    }

    /// The end of the log.
    pub(crate) fn head(&self) -> Head {
        self.inbox.head()
    }

    /// Free times for appointments, as the desk published them last.
    pub(crate) fn availability(&self) -> Option<&Availability> {
        self.inbox.availability()
    }

    /// Every edition of the documents that owners published, in the log's order.
    pub(crate) fn documents(&self) -> &[Edition] {
        self.inbox.documents()
    }

    /// Whether the roster has this member of staff as an owner now.
    pub(crate) fn is_owner(&self, staff: &StaffId) -> bool {
        self.inbox.staff().roster().member(staff).is_some_and(|member| member.role == Role::Owner)
    }

    /// Every thread.
    pub(crate) fn leads(&self) -> &[Lead] {
        &self.leads
    }

    /// Leads with an inquiry, assessed.
    pub(crate) fn assessed(&self) -> Vec<Assessed<'_>> {
        self.leads.iter().filter_map(|lead| self.assess(lead)).collect()
    }

    fn assess<'a>(&'a self, lead: &'a Lead) -> Option<Assessed<'a>> {
        let received = lead.inquiries.last()?;
        let source = &self.manifest.source;
        let assessment = assess(source, &source.scoring, &received.inquiry);
        Some(Assessed {
            manifest: &self.manifest,
            lead,
            entry: received.entry,
            received: received.time,
            inquiry: &received.inquiry,
            assessment,
        })
    }

    /// What was refused.
    pub(crate) fn refused(&self) -> &[RefusedEntry] {
        self.inbox.refused()
    }

    /// Entries that the relay erased on its word alone.
    pub(crate) fn unexplained_erasures(&self) -> Vec<RefusedEntry> {
        self.inbox.unexplained_erasures(clock::now_ms())
    }

    /// The lead that `id` names, by a thread's id or by any of its entries, also where the inquiry is erased.
    pub(crate) fn lead_of(&self, id: &str) -> Option<&Lead> {
        let is_it = |entry: &EntryId| entry.to_string() == id || entry.is_referred_to_as(id);
        let thread = id.parse().ok().filter(|thread| self.inbox.lead(thread).is_some());
        let thread = thread.or_else(|| self.inbox.thread_with(is_it))?;
        self.leads.iter().find(|lead| lead.thread == thread)
    }

    /// The entries of a thread whose bodies are kept, as far as they were believed.
    pub(crate) fn kept_entries(&self, thread: &ThreadId) -> Vec<EntryId> {
        self.inbox.kept_entries(thread)
    }

    /// What was refused, for programs.
    pub(crate) fn refused_json(&self) -> Vec<Value> {
        self.refused()
            .iter()
            .map(|refused| {
                json!({
                    "seq": refused.seq,
                    "entry": refused.entry,
                    "thread": refused.thread,
                    "time": clock::rfc3339(refused.time),
                    "reason": refused.refusal.as_str(),
                    "why": refused.refusal.to_string(),
                })
            })
            .collect()
    }

    /// Says on standard error what is not shown, and why.
    pub(crate) fn warn_of_refused(&self, output: Output) {
        for refused in self.refused() {
            output.warn(&format!("entry {} is refused: {}", refused.seq, refused.refusal));
        }
    }

    /// Fails where the relay itself must have moved or repeated an entry: the chain of such a log can
    /// hold for a reader that has not seen it before.
    pub(crate) fn blame(&self) -> Result<(), Failure> {
        match self.refused().iter().find(|refused| refused.refusal.is_by_the_relay()) {
            None => Ok(()),
            Some(first) => Err(Failure::new(
                Exit::Log,
                format!("the relay's log cannot be trusted: entry {} is {}", first.seq, first.refusal),
                "only the relay can have done this: keep your state file, and ask the relay's operator",
            )),
        }
    }
}

impl Assessed<'_> {
    /// What the patient was given to name it.
    pub(crate) fn reference(&self) -> String {
        self.entry.reference()
    }

    /// The service's name, or its id where the manifest has none.
    pub(crate) fn service_label(&self) -> String {
        let Some(id) = &self.inquiry.answers.service else { return String::new() };
        self.manifest
            .source
            .service(id)
            .map_or_else(|| id.clone(), |service| service.label.in_language(LANGUAGE).to_owned())
    }

    /// When the tier's call is due, in milliseconds; `None` where no call is.
    pub(crate) fn call_by(&self) -> Option<u64> {
        match self.assessment.score.action {
            Action::Call { within_business_minutes } => {
                self.manifest.source.hours.deadline(self.received, within_business_minutes)
            }
            Action::Sequence(_) | Action::Nothing => None,
        }
    }

    /// The tier's name.
    pub(crate) fn tier_label(&self) -> String {
        let id = &self.assessment.score.tier;
        let label = self.manifest.source.scoring.tier(id).map(|tier| tier.label.in_language(LANGUAGE));
        label.filter(|label| !label.is_empty()).unwrap_or(id).to_owned()
    }
}

/// Names for people and programs alike.
pub(crate) fn lane_name(lane: Lane) -> &'static str {
    match lane {
        Lane::Routine => "routine",
        Lane::Urgent => "urgent",
        Lane::Emergency => "emergency",
    }
}

/// The word that JSON has too.
pub(crate) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::New => "new",
        Stage::Contacting => "contacting",
        Stage::Reached => "reached",
        Stage::Booked => "booked",
        Stage::Patient => "patient",
        Stage::Nurture => "nurture",
        Stage::Closed => "closed",
    }
}

/// What is to be done, in words.
pub(crate) fn action_words(action: &Action) -> String {
    match action {
        Action::Call { within_business_minutes } => {
            format!("call within {within_business_minutes} business minutes")
        }
        Action::Sequence(name) => format!("sequence {name}"),
        Action::Nothing => "nothing to do".to_owned(),
    }
}
