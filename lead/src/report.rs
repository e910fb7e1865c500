//! How a practice does with the people who ask for care: how far leads get, how soon somebody calls, which
//! deadlines were missed, and what becomes of inquiries by where they came from.
//!
//! Counts only: no name and no answer of a patient is in a report. Times come in, nothing looks at a clock, and
//! every number is an integer.

mod funnel;
mod milestones;
mod response;

pub use funnel::{Funnel, Step};
pub use milestones::Milestones;
pub use response::{BOUNDS, Deadlines, Missed, Response};

use crate::assess::Assessment;
use crate::hours::Hours;
use crate::inquiry::Inquiry;
use crate::scoring::{Action, ReferralSource};
use crate::thread::{Lead, Stage};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Width of a score band, in points.
pub const BAND: i32 = 10;

/// A lead and what its report is made of. Leads without an inquiry (erased, not arrived) have none.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The folded lead.
    pub lead: &'a Lead,
    /// When the relay took its first inquiry, in milliseconds.
    pub received: u64,
    /// Its latest inquiry.
    pub inquiry: &'a Inquiry,
    /// What staff's programs read in that inquiry.
    pub assessment: &'a Assessment,
    /// When the lead first got to each step.
    pub milestones: Milestones,
}

impl<'a> Entry<'a> {
    /// `None` for a lead that has no inquiry, or goes on in another thread and is counted there.
    #[must_use]
    pub fn of(lead: &'a Lead, assessment: &'a Assessment) -> Option<Self> {
        let received = lead.inquiries.first()?.time;
        let inquiry = lead.inquiry()?;
        let milestones = Milestones::of(lead);
        lead.merged_into.is_none().then_some(Self { lead, received, inquiry, assessment, milestones })
    }

    /// Nobody waits for a call any more.
    fn is_settled(&self) -> bool {
        self.lead.opted_out || matches!(self.lead.stage, Stage::Booked | Stage::Patient | Stage::Closed)
    }

    /// In how many business minutes the model asks for a call.
    fn call_within(&self) -> Option<u32> {
        match self.assessment.score.action {
            Action::Call { within_business_minutes } => Some(within_business_minutes),
            Action::Sequence(_) | Action::Nothing => None,
        }
    }
}

/// A report over the leads of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How far leads got, and what was lost why.
    pub funnel: Funnel,
    /// How soon somebody called.
    pub response: Response,
    /// Calls that the model asked for.
    pub deadlines: Deadlines,
    /// By how the visitor came: `physician`, `search`, `social`, `website`, `direct`.
    pub by_source: BTreeMap<&'static str, Conversion>,
    /// By the service asked for, by id; empty: none was.
    pub by_service: BTreeMap<String, Conversion>,
    /// By score, by the lower bound of each band of [`BAND`] points.
    pub by_band: BTreeMap<i32, Conversion>,
    /// By the hour of the practice's own time in which the inquiry came, 0 to 23.
    pub by_hour: BTreeMap<u8, Conversion>,
}

/// How many inquiries became appointments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// Leads.
    pub inquiries: usize,
    /// Of them booked at some time.
    pub booked: usize,
}

impl Conversion {
    /// Booked in a thousand, rounded down; `None` without inquiries.
    #[must_use]
    pub fn per_mille(self) -> Option<u32> {
        let share = (self.booked as u64 * 1000).checked_div(self.inquiries as u64)?;
        u32::try_from(share).ok()
    }

    fn add(&mut self, booked: bool) {
        self.inquiries += 1;
        self.booked += usize::from(booked);
    }
}

impl Report {
    /// Reports on the leads whose first inquiry came within `period` (milliseconds), as things stand at `now_ms`.
    /// The order of the leads makes no difference.
    #[must_use]
    pub fn of<'a>(
        leads: impl IntoIterator<Item = Entry<'a>>,
        hours: &Hours,
        period: &Range<u64>,
        now_ms: u64,
    ) -> Self {
        let mut entries: Vec<Entry<'a>> =
            leads.into_iter().filter(|entry| period.contains(&entry.received)).collect();
        entries.sort_by_key(|entry| (entry.received, entry.lead.thread));
        let mut report = Self {
            funnel: Funnel::of(&entries),
            response: Response::of(&entries, hours, now_ms),
            deadlines: Deadlines::of(&entries, hours, now_ms),
            ..Self::default()
        };
        for entry in &entries {
            let booked = Step::of(entry) >= Step::Booked;
            let answers = &entry.inquiry.answers;
            let came = ReferralSource::of(answers, &entry.inquiry.signals);
            let band = entry.assessment.score.points.div_euclid(BAND) * BAND;
            report.by_source.entry(came.as_str()).or_default().add(booked);
            report.by_service.entry(answers.service.clone().unwrap_or_default()).or_default().add(booked);
            report.by_band.entry(band).or_default().add(booked);
            report.by_hour.entry(hours.local_hour(entry.received)).or_default().add(booked);
        }
        report
    }
}
