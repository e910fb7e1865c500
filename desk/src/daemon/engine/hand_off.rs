//! Leads into the EHR, once an appointment is made and a person has checked who it is; and what becomes of the
//! appointment afterwards.

use super::{Engine, HAND_OFF, HANDED_OFF, HOUR, Halt, MINUTE, PASSED_ON, Turn};
use crate::daemon::journal::{Row, Stage};
use crate::daemon::ports::{Appended, Delivery, Ehr, Log, Mailer, Notifier, Refusal};
use lead::handover::{Due, Handover, MOST_ATTEMPTS, due, untold};
use lead::hl7::Scheduling;
use lead::thread::{Event, Lead, NoAppointment, fold};
use std::collections::BTreeMap;
use wire::{EntryId, ThreadId};

/// A change of an appointment that the EHR does not know of.
#[derive(Clone)]
pub(super) struct Owed {
    /// The entry that it follows from.
    of: EntryId,
    what: Scheduling,
    /// The lead as it is to be told.
    told: Lead,
}

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Whether handing over twice leaves the same as once.
    pub(super) fn is_repeatable(&self) -> bool {
        self.ehr.as_ref().is_some_and(Ehr::is_repeatable)
    }

    /// Takes a lead as far into the EHR as it goes now.
    pub(super) async fn hand_off(
        &mut self,
        lead: &Lead,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        if self.ehr.is_none() {
            return Ok(());
        }
        match due(lead) {
            Due::Try { attempt, at } if at <= now => {
                let id = self.log.id(&lead.thread, HAND_OFF, &[&attempt.to_string()]);
                let event = Event::HandOffStarted { attempt };
                let Some(row) = self.claim(lead.thread, id, event, now).await? else { return Ok(()) };
                self.go_on(row, leads, now, turn).await
            }
            Due::Try { at, .. } => {
                turn.wake_at(at);
                self.pass_on(lead, now, turn).await
            }
            Due::Started { attempt, since } if now >= since.saturating_add(HOUR) => {
                self.abandoned_hand_off(lead.thread, attempt, now, turn).await
            }
            Due::Started { .. } => Ok(()),
            Due::Done | Due::No | Due::Waits(_) | Due::Person => self.pass_on(lead, now, turn).await,
        }
    }

    /// A try that was begun by a program that did not come back.
    async fn abandoned_hand_off(
        &mut self,
        thread: ThreadId,
        attempt: u16,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        let number = attempt.to_string();
        let ids = [HAND_OFF, HANDED_OFF].map(|purpose| self.log.id(&thread, purpose, &[&number]));
        let [Some(claim), Some(settled)] = ids else { return Ok(()) };
        if self.journal.find(&claim)?.is_some() {
            return Ok(());
        }
        let event = if self.is_repeatable() {
            let reason = "the program that was at it did not come back".to_owned();
            Event::HandOffFailed { attempt, reason, last: false }
        } else {
            Event::HandOffUnclear { attempt }
        };
        let sealed = self.log.seal(thread, settled, event, now).await?;
        if self.log.append(&sealed).await? == Appended::Ours {
            turn.unclear += 1;
        }
        Ok(())
    }

    /// A try that is claimed.
    pub(super) async fn deliver_to_ehr(
        &mut self,
        mut row: Row,
        attempt: u16,
        lead: Option<&Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<Row, Halt> {
        let failed = |reason: &str, last| Event::HandOffFailed { attempt, reason: reason.to_owned(), last };
        let Some(ehr) = &mut self.ehr else { return Ok(row) };
        let manifest = self.log.manifest();
        let rules = &self.rules.hand_off;
        let handover = lead.and_then(|lead| {
            let source = (&manifest.source, manifest.version);
            Handover::of(&manifest.practice, source, &rules.system, rules.minutes, lead)
        });
        let Some(handover) = handover else {
            turn.failed += 1;
            return Ok(self.decide(row, failed("nothing is left of the inquiry", true), now).await?);
        };
        row.stage = Stage::HandingOver;
        self.journal.put(&row)?;
        let outcome = match ehr.hand_over(&handover, now).await {
            Delivery::Taken { reference } => {
                turn.handed += 1;
                Event::HandedToEhr { reference }
            }
            Delivery::Unclear => {
                turn.unclear += 1;
                Event::HandOffUnclear { attempt }
            }
            Delivery::Refused(refusal) => {
                turn.failed += 1;
                // Why is in the log, sealed: an EHR's words may repeat what a patient wrote.
                turn.troubles
                    .push(format!("try {attempt} of a hand-off failed: `anteroom ehr status` says why"));
                match refusal {
                    Refusal::Later(why) => failed(&why, attempt.is_multiple_of(MOST_ATTEMPTS)),
                    Refusal::Never(why) => failed(&why, true),
                }
            }
        };
        Ok(self.decide(row, outcome, now).await?)
    }

    /// Tells the EHR what became of the appointment of a lead, where it may have one.
    async fn pass_on(&mut self, lead: &Lead, now: u64, turn: &mut Turn) -> Result<(), Halt> {
        let Some(Owed { of, what, told }) = self.owed_of(lead) else { return Ok(()) };
        if let Some(&at) = self.held_back.get(&of).filter(|&&at| at > now) {
            turn.wake_at(at);
            return Ok(());
        }
        let Some(id) = self.log.id(&lead.thread, PASSED_ON, &[&of.to_string()]) else { return Ok(()) };
        let event = match self.make_known(&told, what, now).await {
            Ok(()) => {
                turn.handed += 1;
                Event::AppointmentPassedOn { of }
            }
            // Whether the calendar has it cannot be found out, and nobody waits for it any more.
            Err(Refusal::Never(_)) if told.appointment.is_none() && lead.appointment.is_none() => {
                turn.troubles.push(
                    "an appointment that was called off may be in the EHR's calendar: a person has to look there"
                        .into(),
                );
                Event::AppointmentFailed { reason: NoAppointment::Unclear }
            }
            Err(refusal) => {
                turn.troubles.push("the EHR did not take a change of an appointment".into());
                let wait = if matches!(refusal, Refusal::Later(_)) { 5 * MINUTE } else { 4 * HOUR };
                self.owed.insert(lead.thread, Owed { of, what, told: appointment_alone(&told) });
                self.held_back.insert(of, now + wait);
                turn.wake_at(now + wait);
                return Ok(());
            }
        };
        let sealed = self.log.seal(lead.thread, id, event, now).await?;
        self.log.append(&sealed).await?;
        self.held_back.remove(&of);
        self.owed.remove(&lead.thread);
        Ok(())
    }

    /// What the EHR is to be told of the lead's appointment; of one that was erased before the EHR took it, what stood there
    /// then, as long as this program runs.
    fn owed_of(&mut self, lead: &Lead) -> Option<Owed> {
        if let Some((of, what, told)) = untold(lead) {
            return Some(Owed { of, what, told: told.into_owned() });
        }
        let is_forgotten = lead.erased > 0 && lead.inquiry().is_none() && lead.appointment.is_none();
        if !is_forgotten {
            self.owed.remove(&lead.thread);
        }
        self.owed.get(&lead.thread).filter(|owed| !lead.passed_on.contains(&owed.of)).cloned()
    }

    /// Makes the EHR's calendar say what `lead` does; without an appointment, that it has none.
    pub(super) async fn make_known(
        &mut self,
        lead: &Lead,
        what: Scheduling,
        now: u64,
    ) -> Result<(), Refusal> {
        let (manifest, rules) = (self.log.manifest(), &self.rules.hand_off);
        let source = (&manifest.source, manifest.version);
        let of = Handover::of_appointment(&manifest.practice, source, &rules.system, rules.minutes, lead);
        match &mut self.ehr {
            Some(ehr) => ehr.pass_on(&of, what, now).await,
            None => Err(Refusal::Never("there is no EHR".into())),
        }
    }
}

/// A lead of which an EHR is to be told its appointment and nothing of the person.
fn appointment_alone(lead: &Lead) -> Lead {
    Lead {
        appointment: lead.appointment.clone(),
        withdrawn: lead.withdrawn.clone(),
        hand_off: lead.hand_off.clone(),
        ..fold(lead.thread, &[])
    }
}
