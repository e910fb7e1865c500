//! Free times and appointments: what is free is published for the console, and what staff ask for is made, or said to
//! be taken. Of two who ask for the same time, the first in the log has it.

use super::{BOOKED, Engine, Halt, Turn};
use crate::daemon::ports::{Appended, Ehr, Log, Mailer, Notifier};
use crate::failure::{Exit, Failure};
use lead::slots::{Allowed, taken};
use lead::thread::{Appointment, Availability, Event, Lead, NoAppointment};
use seal::random::make_entry_id;
use std::collections::BTreeMap;
use wire::ThreadId;

/// Free times are published anew after so long, in milliseconds, even if only the horizon has moved.
const STALE: u64 = 12 * 3_600_000;

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Makes the appointments that are asked for, then publishes what is free.
    pub(super) async fn schedule(
        &mut self,
        leads: &mut BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        if self.rules.slots.is_none() {
            return Ok(());
        }
        // In the order of the log: a record is never taken before the one ahead of it.
        let mut asked: Vec<(u64, ThreadId)> = leads.values().filter_map(asked_at).collect();
        asked.sort_unstable();
        for (_, thread) in asked {
            if let Some(appointment) = self.make(thread, leads, now).await? {
                turn.booked += 1;
                if let Some(lead) = leads.get_mut(&thread) {
                    lead.requested = None;
                    lead.appointment = Some(appointment);
                }
            }
        }
        self.publish(leads, now).await
    }

    /// Answers one wish; the appointment, where it came about.
    async fn make(
        &mut self,
        thread: ThreadId,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
    ) -> Result<Option<Appointment>, Halt> {
        let (Some(template), Some(lead)) = (&self.rules.slots, leads.get(&thread)) else { return Ok(None) };
        let Some(requested) = lead.requested.clone() else { return Ok(None) };
        let Some(id) = self.log.id(&thread, BOOKED, &[&requested.entry.to_string()]) else { return Ok(None) };
        let others = taken(leads.values(), Some(thread), template.minutes);
        let hours = &self.log.manifest().source.hours;
        let mut slot = requested.slot;
        slot.end = slot.end.or(Some(slot.start.saturating_add(u64::from(template.minutes) * super::MINUTE)));
        let event = match template.allows(hours, &others, &slot, now) {
            Allowed::Yes if lead.appointment.is_some() => {
                Event::AppointmentRescheduled { slot: slot.clone(), reference: None }
            }
            Allowed::Yes => Event::AppointmentBooked { slot: slot.clone(), reference: None },
            Allowed::Taken => Event::AppointmentFailed { reason: NoAppointment::Taken },
            Allowed::Never => Event::AppointmentFailed { reason: NoAppointment::Refused },
        };
        let is_made = !matches!(event, Event::AppointmentFailed { .. });
        let moves = lead.appointment.as_ref().map_or(0, |made| made.moves.saturating_add(1));
        let sealed = self.log.seal(thread, id, event, now).await?;
        let ours = self.log.append(&sealed).await? == Appended::Ours;
        let made = Appointment { entry: id, time: now, slot, reference: None, moves };
        Ok((ours && is_made).then_some(made))
    }

    /// Publishes free times where they are others than those published last.
    async fn publish(&mut self, leads: &BTreeMap<ThreadId, Lead>, now: u64) -> Result<(), Halt> {
        let Some(template) = &self.rules.slots else { return Ok(()) };
        let hours = &self.log.manifest().source.hours;
        let free = template.free(hours, &taken(leads.values(), None, template.minutes), now);
        let known = [self.log.availability(), self.published.clone()].into_iter().flatten();
        if known.max_by_key(|known| known.at).is_some_and(|known| is_as_good(&known, &free, now)) {
            return Ok(());
        }
        let entry = make_entry_id().map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        let thread = ThreadId::derive_document("availability");
        let event = Event::SlotsPublished { availability: free.clone() };
        let sealed = self.log.seal(thread, entry, event, now).await?;
        self.log.append(&sealed).await?;
        self.published = Some(free);
        Ok(())
    }
}

/// When a lead's wish came, for leads that have one.
fn asked_at(lead: &Lead) -> Option<(u64, ThreadId)> {
    let requested = lead.requested.as_ref().filter(|_| lead.merged_into.is_none())?;
    let did = lead.history.iter().find(|did| did.entry == requested.entry)?;
    Some((did.time, lead.thread))
}

/// Whether what was published still says what is free. What has begun since is left out by who reads it.
fn is_as_good(known: &Availability, free: &Availability, now: u64) -> bool {
    let soonest = free.slots.first().map_or(u64::MAX, |slot| slot.start);
    let still: Vec<_> = known.slots.iter().filter(|slot| slot.start >= soonest).collect();
    let within: Vec<_> =
        free.slots.iter().filter(|slot| slot.end.is_some_and(|end| end <= known.until)).collect();
    now.saturating_sub(known.at) < STALE && still == within
}
