//! How far leads got.

use super::Entry;
use crate::thread::Stage;
use serde::Serialize;
use std::collections::BTreeMap;

/// A step on the way to care, each further than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Somebody asked for care.
    Inquiry,
    /// The model asks for a call.
    Qualified,
    /// Somebody spoke with the person.
    Contacted,
    /// Identity or insurance was checked.
    Verified,
    /// An appointment was made.
    Booked,
    /// The person is a patient in the EHR.
    HandedOver,
}

impl Step {
    /// All, in order.
    pub const ALL: [Self; 6] =
        [Self::Inquiry, Self::Qualified, Self::Contacted, Self::Verified, Self::Booked, Self::HandedOver];

    /// The furthest step that a lead ever reached, whatever became of it afterwards.
    #[must_use]
    pub fn of(entry: &Entry<'_>) -> Self {
        let steps = &entry.milestones;
        if steps.handed_over.is_some() {
            Self::HandedOver
        } else if steps.booked.is_some() {
            Self::Booked
        } else if steps.verified.is_some() {
            Self::Verified
        } else if steps.reached.is_some() {
            Self::Contacted
        } else if entry.call_within().is_some() {
            Self::Qualified
        } else {
            Self::Inquiry
        }
    }
}

/// Leads by how far they got. A lead that got further counts at every earlier step too (who is booked was reached,
/// whoever forgot to note the call), so that no step has more leads than the one before it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Funnel {
    /// All of them.
    pub inquiries: usize,
    /// The model asks for a call, or staff got further with them anyway.
    pub qualified: usize,
    /// Somebody spoke with the person.
    pub contacted: usize,
    /// Identity or insurance was checked.
    pub verified: usize,
    /// An appointment was made.
    pub booked: usize,
    /// Patients in the EHR.
    pub handed_over: usize,
    /// Closed without an appointment, by reason; `unsaid` where none was given.
    pub lost: BTreeMap<&'static str, usize>,
    /// Neither booked nor closed.
    pub open: usize,
}

impl Funnel {
    pub(super) fn of(entries: &[Entry<'_>]) -> Self {
        let mut funnel = Self::default();
        for entry in entries {
            let furthest = Step::of(entry);
            for step in Step::ALL.into_iter().filter(|step| *step <= furthest) {
                *funnel.step_mut(step) += 1;
            }
            if furthest >= Step::Booked {
                continue;
            }
            if entry.lead.stage == Stage::Closed {
                let reason = entry.lead.closing.as_ref().map_or("unsaid", |closing| closing.reason.as_str());
                *funnel.lost.entry(reason).or_default() += 1;
            } else {
                funnel.open += 1;
            }
        }
        funnel
    }

    /// Leads that got to `step` or further.
    #[must_use]
    pub fn step(&self, step: Step) -> usize {
        match step {
            Step::Inquiry => self.inquiries,
            Step::Qualified => self.qualified,
            Step::Contacted => self.contacted,
            Step::Verified => self.verified,
            Step::Booked => self.booked,
            Step::HandedOver => self.handed_over,
        }
    }

    fn step_mut(&mut self, step: Step) -> &mut usize {
        match step {
            Step::Inquiry => &mut self.inquiries,
            Step::Qualified => &mut self.qualified,
            Step::Contacted => &mut self.contacted,
            Step::Verified => &mut self.verified,
            Step::Booked => &mut self.booked,
            Step::HandedOver => &mut self.handed_over,
        }
    }
}
