//! Free times and appointments: what is free is published for the console, and what staff ask for is made, or said to
//! be taken. Of two who ask for the same time, the first in the log has it.

use super::{BOOKED, Engine, HOUR, Halt, MINUTE, Times, Turn};
use crate::daemon::ports::{Appended, Ehr, Log, Mailer, NotBooked, Notifier};
use crate::failure::{Exit, Failure};
use lead::handover::Handover;
use lead::hours::Hours;
use lead::slots::{Allowed, Template, taken};
use lead::thread::{
    Appointment, Availability, Body, Event, EventClaims, Lead, NoAppointment, Record, Requested, Slot,
};
use seal::random::make_entry_id;
use std::collections::{BTreeMap, HashSet};
use wire::ThreadId;

/// Free times are published anew after so long, in milliseconds, even if only the horizon has moved.
const STALE: u64 = 12 * HOUR;
/// The EHR's calendar is looked at again after so long, in milliseconds.
const LOOK_AGAIN: u64 = 5 * MINUTE;

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Makes the appointments that are asked for, then publishes what is free.
    pub(super) async fn schedule(
        &mut self,
        leads: &mut BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        if self.rules.times.is_none() {
            return Ok(());
        }
        // In the order of the log: a record is never taken before the one ahead of it.
        let mut asked: Vec<(u64, ThreadId)> = leads.values().filter_map(asked_at).collect();
        asked.sort_unstable();
        for (_, thread) in asked {
            if let Some(answer) = self.make(thread, leads, now, turn).await?
                && let Some(lead) = leads.get_mut(&thread)
            {
                lead.apply(&answer);
                turn.booked += usize::from(lead.failed.is_none());
            }
        }
        self.publish(leads, now, turn).await
    }

    /// Answers one wish; gives the record of it, where it is ours.
    async fn make(
        &mut self,
        thread: ThreadId,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<Option<Record>, Halt> {
        let Some(lead) = leads.get(&thread) else { return Ok(None) };
        let Some(requested) = &lead.requested else { return Ok(None) };
        let Some(id) = self.log.id(&thread, BOOKED, &[&requested.entry.to_string()]) else { return Ok(None) };
        let moves = lead.appointment.as_ref().map_or(0, |made| made.moves.saturating_add(1));
        let wish = Appointment { entry: id, time: now, slot: requested.slot.clone(), reference: None, moves };
        let answer = match &self.rules.times {
            None => return Ok(None),
            Some(Times::Weekly(template)) => {
                by_template(template, &self.log.manifest().source.hours, lead, leads, wish, now)
            }
            Some(Times::Calendar(_)) => match self.in_calendar(lead, requested, leads, wish, now, turn).await
            {
                Some(answer) => answer,
                None => return Ok(None),
            },
        };
        let event = match answer {
            Err(reason) => Event::AppointmentFailed { reason },
            Ok(Appointment { slot, reference, .. }) if moves > 0 => {
                Event::AppointmentRescheduled { slot, reference }
            }
            Ok(Appointment { slot, reference, .. }) => Event::AppointmentBooked { slot, reference },
        };
        let sealed = self.log.seal(thread, id, event, now).await?;
        if self.log.append(&sealed).await? == Appended::Other {
            return Ok(None);
        }
        // As it will be read back from the end of the log.
        let EventClaims { entry, author, event, .. } = self.log.read(&sealed).ok_or_else(|| {
            Failure::new(Exit::Failed, "an entry of the desk's own does not open", "run `anteroom doctor`")
        })?;
        Ok(Some(Record { entry, seq: u64::MAX, time: now, body: Body::Event { author, event } }))
    }

    /// Answers a wish out of the EHR's calendar; `None`: it cannot be asked now.
    async fn in_calendar(
        &mut self,
        lead: &Lead,
        requested: &Requested,
        leads: &BTreeMap<ThreadId, Lead>,
        wish: Appointment,
        now: u64,
        turn: &mut Turn,
    ) -> Option<Result<Appointment, NoAppointment>> {
        if let Some(&at) = self.held_back.get(&requested.entry).filter(|&&at| at > now) {
            turn.wake_at(at);
            return None;
        }
        let known = self.log.availability();
        let known = known
            .iter()
            .flat_map(|known| &known.slots)
            .chain(self.looked_up.iter().flat_map(|(_, slots)| slots.iter().flatten()));
        let others = slots_of(leads.values().filter(|other| other.thread != lead.thread));
        let slot = match chosen(&requested.slot, known, &others, now) {
            Ok(slot) => slot,
            Err(reason) => return Some(Err(reason)),
        };
        let made = Appointment { slot, ..wish };
        let wished = Lead { appointment: Some(made.clone()), ..lead.clone() };
        let (manifest, rules) = (self.log.manifest(), &self.rules.hand_off);
        let source = (&manifest.source, manifest.version);
        let of = Handover::of(&manifest.practice, source, &rules.system, rules.minutes, &wished);
        let (Some(of), Some(ehr)) = (of, &mut self.ehr) else { return Some(Err(NoAppointment::Refused)) };
        let answer = ehr.book(&of).await;
        // Whatever came of it, the calendar is another one than it was.
        self.looked_up = None;
        match answer {
            Ok(reference) => Some(Ok(Appointment { reference: Some(reference), ..made })),
            Err(NotBooked::No(reason)) => Some(Err(reason)),
            Err(NotBooked::Later) => {
                turn.troubles.push("the EHR cannot be asked for an appointment now: it waits".into());
                self.held_back.insert(requested.entry, now + LOOK_AGAIN);
                turn.wake_at(now + LOOK_AGAIN);
                None
            }
        }
    }

    /// Publishes free times where they are others than those published last.
    async fn publish(
        &mut self,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        let Some(times) = &self.rules.times else { return Ok(()) };
        let from = times.from(now);
        let free = match times {
            Times::Weekly(template) => {
                let hours = &self.log.manifest().source.hours;
                template.free(hours, &taken(leads.values(), None, template.minutes), now)
            }
            Times::Calendar(ahead) => {
                let until = now.saturating_add(u64::from(ahead.days) * 24 * HOUR);
                let Some(slots) = self.look(from, until, now, turn).await else { return Ok(()) };
                let others = slots_of(leads.values());
                let is_left = |slot: &Slot| {
                    slot.start >= from
                        && slot.reference.as_ref().is_none_or(|name| !others.contains(name.as_str()))
                };
                let slots = slots.into_iter().filter(is_left).take(Availability::MOST).collect();
                Availability { at: now, until, slots }
            }
        };
        let known = [self.log.availability(), self.published.clone()].into_iter().flatten();
        if known.max_by_key(|known| known.at).is_some_and(|known| is_as_good(&known, &free, from, now)) {
            return Ok(());
        }
        let entry = make_entry_id(now).map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        let thread = ThreadId::derive_document("availability");
        let event = Event::SlotsPublished { availability: free.clone() };
        let sealed = self.log.seal(thread, entry, event, now).await?;
        self.log.append(&sealed).await?;
        self.published = Some(free);
        Ok(())
    }

    /// What is free in the EHR's calendar, as it was looked up within [`LOOK_AGAIN`]; `None`: nobody knows.
    async fn look(&mut self, from: u64, until: u64, now: u64, turn: &mut Turn) -> Option<Vec<Slot>> {
        if let Some((at, slots)) = &self.looked_up
            && now.saturating_sub(*at) < LOOK_AGAIN
        {
            return slots.clone();
        }
        let slots = self.ehr.as_mut()?.free(from, until).await.ok();
        if slots.is_none() {
            turn.troubles
                .push("free times cannot be read from the EHR: `anteroom ehr check` says why".into());
        }
        self.looked_up = Some((now, slots.clone()));
        slots
    }
}

/// Answers a wish out of the practice's own week.
fn by_template(
    template: &Template,
    hours: &Hours,
    lead: &Lead,
    leads: &BTreeMap<ThreadId, Lead>,
    mut wish: Appointment,
    now: u64,
) -> Result<Appointment, NoAppointment> {
    let others = taken(leads.values(), Some(lead.thread), template.minutes);
    let start = wish.slot.start;
    wish.slot.end = wish.slot.end.or(Some(start.saturating_add(u64::from(template.minutes) * MINUTE)));
    match template.allows(hours, &others, &wish.slot, now) {
        Allowed::Yes => Ok(wish),
        Allowed::Taken => Err(NoAppointment::Taken),
        Allowed::Never => Err(NoAppointment::Refused),
    }
}

/// The slot of the EHR's calendar that is wished for: the one that is named, else one that begins then. `known` are those
/// that were free, `others` those of other leads.
fn chosen<'a>(
    wanted: &Slot,
    known: impl Iterator<Item = &'a Slot>,
    others: &HashSet<&str>,
    now: u64,
) -> Result<Slot, NoAppointment> {
    if wanted.start <= now {
        return Err(NoAppointment::Refused);
    }
    let is_left = |slot: &&Slot| slot.reference.as_deref().is_some_and(|name| !others.contains(name));
    if wanted.reference.is_some() {
        return Some(wanted).filter(is_left).cloned().ok_or(NoAppointment::Taken);
    }
    let mut begin_then = known.filter(|slot| slot.start == wanted.start).peekable();
    let none = if begin_then.peek().is_some() { NoAppointment::Taken } else { NoAppointment::Refused };
    begin_then.find(is_left).cloned().ok_or(none)
}

/// References of the slots that leads have.
fn slots_of<'a>(leads: impl Iterator<Item = &'a Lead>) -> HashSet<&'a str> {
    leads.filter_map(|lead| lead.appointment.as_ref()?.slot.reference.as_deref()).collect()
}

/// When a lead's wish came, for leads that have one.
fn asked_at(lead: &Lead) -> Option<(u64, ThreadId)> {
    let requested = lead.requested.as_ref().filter(|_| lead.merged_into.is_none())?;
    let did = lead.history.iter().find(|did| did.entry == requested.entry)?;
    Some((did.time, lead.thread))
}

/// Whether what was published still says what can be chosen from `from` on (milliseconds). What begins sooner is left out
/// by who reads it.
fn is_as_good(known: &Availability, free: &Availability, from: u64, now: u64) -> bool {
    let still: Vec<_> = known.slots.iter().filter(|slot| slot.start >= from).collect();
    let mut within: Vec<_> =
        free.slots.iter().filter(|slot| slot.end.is_some_and(|end| end <= known.until)).collect();
    if known.slots.len() == Availability::MOST {
        // It ended where no more fitted.
        within.truncate(still.len());
    }
    now.saturating_sub(known.at) < STALE && still == within
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(start: u64, name: &str) -> Slot {
        Slot { start, end: Some(start + 30), reference: Some(name.to_owned()) }
    }

    #[test]
    fn what_is_taken_is_published_and_what_has_only_begun_is_not() {
        let all = [slot(100, "Slot/a"), slot(200, "Slot/b"), slot(300, "Slot/c")];
        let known = Availability { at: 0, until: 1000, slots: all.to_vec() };
        let free = |slots: &[Slot]| Availability { at: 50, until: 1050, slots: slots.to_vec() };
        assert!(is_as_good(&known, &free(&all), 100, 50));
        assert!(is_as_good(&known, &free(&all[1..]), 101, 50), "the first can be chosen no more");
        assert!(!is_as_good(&known, &free(&all[1..]), 100, 50), "somebody has the first");
        assert!(!is_as_good(&known, &free(&all), 100, STALE), "too old");
        let later = [&all[..], &[slot(990, "Slot/d")]].concat();
        assert!(is_as_good(&known, &free(&later), 100, 50), "beyond the horizon of then");
    }

    #[test]
    fn a_wish_names_a_slot_or_a_time() {
        let known = [slot(100, "Slot/a"), slot(100, "Slot/b"), slot(200, "Slot/c")];
        let ask = |wanted: &Slot, others: &[&str], now| {
            chosen(wanted, known.iter(), &others.iter().copied().collect(), now).map(|slot| slot.reference)
        };
        let at = |start| Slot::at(start);
        assert_eq!(ask(&at(100), &["Slot/a"], 0), Ok(Some("Slot/b".into())));
        assert_eq!(ask(&at(100), &["Slot/a", "Slot/b"], 0), Err(NoAppointment::Taken));
        assert_eq!(ask(&at(150), &[], 0), Err(NoAppointment::Refused), "there is no such time");
        assert_eq!(ask(&at(200), &[], 200), Err(NoAppointment::Refused), "it has begun");
        assert_eq!(ask(&slot(300, "Slot/d"), &[], 0), Ok(Some("Slot/d".into())), "the EHR has the last word");
        assert_eq!(ask(&slot(100, "Slot/a"), &["Slot/a"], 0), Err(NoAppointment::Taken));
    }
}
