//! When a lead first got to each step.

use crate::thread::{CallOutcome, Event, Lead, Stage};

/// When a lead first got to each step, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Milestones {
    /// Somebody tried to call.
    pub called: Option<u64>,
    /// Somebody spoke with the person.
    pub reached: Option<u64>,
    /// Identity or insurance was checked.
    pub verified: Option<u64>,
    /// An appointment was made.
    pub booked: Option<u64>,
    /// The person became a patient in the EHR.
    pub handed_over: Option<u64>,
}

impl Milestones {
    /// Reads the lead's history. An inquiry that staff took down was made by speaking with the person.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        let mut steps = Self::default();
        if let Some(taken) = lead.inquiries.first().filter(|received| received.taken.is_some()) {
            steps.reached = Some(taken.time);
        }
        for did in &lead.history {
            let Some(step) = steps.step_of(&did.event) else { continue };
            *step = Some(step.map_or(did.time, |first| first.min(did.time)));
        }
        for call in &lead.calls {
            steps.called = Some(steps.called.map_or(call.time, |first| first.min(call.time)));
        }
        steps
    }

    /// When somebody first tried to reach the person, or did.
    #[must_use]
    pub fn first_contact(&self) -> Option<u64> {
        [self.called, self.reached, self.verified, self.booked].into_iter().flatten().min()
    }

    /// The step that an event takes.
    const fn step_of(&mut self, event: &Event) -> Option<&mut Option<u64>> {
        Some(match event {
            Event::CallAttempted { outcome: CallOutcome::Reached }
            | Event::StageChanged { stage: Stage::Reached } => &mut self.reached,
            Event::StageChanged { stage: Stage::Contacting } => &mut self.called,
            Event::Verified { .. } => &mut self.verified,
            Event::AppointmentBooked { .. } | Event::StageChanged { stage: Stage::Booked } => {
                &mut self.booked
            }
            Event::HandedToEhr { .. } | Event::StageChanged { stage: Stage::Patient } => {
                &mut self.handed_over
            }
            _ => return None,
        })
    }
}
