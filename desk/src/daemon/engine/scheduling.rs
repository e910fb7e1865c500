//! Free times and appointments: what is free is published for the console, and what staff ask for is made, or said to
//! be taken. Of two who ask for the same time, the first in the log has it.

use super::{BOOKED, Engine, HOUR, Halt, MINUTE, SAID_AGAIN, Times, Turn};
use crate::daemon::ports::{Appended, Ehr, Log, Mailer, NotBooked, Notifier, Refusal};
use crate::failure::{Exit, Failure};
use lead::handover::{Handover, is_in_ehr, standing};
use lead::hours::Hours;
use lead::slots::{Allowed, Template, taken};
use lead::thread::{
    Appointment, Availability, Body, Did, Event, EventClaims, Lead, NoAppointment, Record, Slot,
};
use seal::random::make_entry_id;
use std::collections::{BTreeMap, HashSet};
use wire::{EntryId, ThreadId};

/// Free times are published anew after so long, in milliseconds, even if only the horizon has moved.
const STALE: u64 = 12 * HOUR;
/// The EHR's calendar is looked at again after so long, in milliseconds.
const LOOK_AGAIN: u64 = 5 * MINUTE;

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Makes the appointments that are asked for, then publishes what is free. Gives the leads that have an answer now: what
    /// follows from it waits until the log was read again, for somebody may have called it off meanwhile.
    pub(super) async fn schedule(
        &mut self,
        leads: &mut BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<HashSet<ThreadId>, Halt> {
        let mut answered = HashSet::new();
        if self.rules.times.is_none() {
            return Ok(answered);
        }
        let threads: Vec<ThreadId> = leads.keys().copied().collect();
        for thread in threads {
            self.put_right(thread, leads, now).await?;
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
                turn.wake_at(now);
                answered.insert(thread);
            }
        }
        self.publish(leads, now, turn).await?;
        Ok(answered)
    }

    /// An answer that came after its wish was called off, or after another wish took its place, undid what staff had said:
    /// that is said again.
    async fn put_right(
        &mut self,
        thread: ThreadId,
        leads: &mut BTreeMap<ThreadId, Lead>,
        now: u64,
    ) -> Result<(), Halt> {
        let answer_to = |wish: &EntryId| self.log.id(&thread, BOOKED, &[&wish.to_string()]);
        let Some((answer, event)) = leads.get(&thread).and_then(|lead| undone(lead, answer_to)) else {
            return Ok(());
        };
        let Some(id) = self.log.id(&thread, SAID_AGAIN, &[&answer.to_string()]) else { return Ok(()) };
        if let Some(record) = self.write(thread, id, event, now).await?
            && let Some(lead) = leads.get_mut(&thread)
        {
            lead.apply(&record);
        }
        Ok(())
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
        if let Some(&at) = self.held_back.get(&requested.entry).filter(|&&at| at > now) {
            turn.wake_at(at);
            return Ok(None);
        }
        if !self.can_make(lead) {
            // The EHR is not asked either: the log has forgotten what it may rightly have.
            let reason = NoAppointment::Refused;
            return self.write(thread, id, Event::AppointmentFailed { reason }, now).await;
        }
        let Some(slot) = self.choose(lead, &requested.slot, leads, now) else { return Ok(None) };
        let moves = lead.appointment.as_ref().map_or(0, |made| made.moves.saturating_add(1));
        let wish = slot.map(|slot| Appointment { entry: id, time: now, slot, reference: None, moves });
        let answer = if self.ehr.as_ref().is_some_and(Ehr::keeps_appointments) {
            match self.in_ehr(lead, wish, now).await {
                Ok(made) => Ok(made),
                Err(NotBooked::No(reason)) => Err(reason),
                Err(NotBooked::Later) => {
                    turn.troubles.push("the EHR cannot be asked for an appointment now: it waits".into());
                    self.held_back.insert(requested.entry, now + LOOK_AGAIN);
                    turn.wake_at(now + LOOK_AGAIN);
                    return Ok(None);
                }
            }
        } else {
            wish
        };
        let event = match answer {
            Err(reason) => Event::AppointmentFailed { reason },
            Ok(Appointment { slot, reference, .. }) if moves > 0 => {
                Event::AppointmentRescheduled { slot, reference }
            }
            Ok(Appointment { slot, reference, .. }) => Event::AppointmentBooked { slot, reference },
        };
        self.write(thread, id, event, now).await
    }

    /// An appointment is made for somebody of whom something is known; of an erased inquiry, one that is known can be moved.
    fn can_make(&self, lead: &Lead) -> bool {
        let keeps = self.ehr.as_ref().is_some_and(Ehr::keeps_appointments);
        lead.inquiry().is_some() || lead.appointment.is_some() && (!keeps || is_in_ehr(lead))
    }

    /// The slot that a wish means; `None`: the practice has no times of its own.
    fn choose(
        &self,
        lead: &Lead,
        wanted: &Slot,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
    ) -> Option<Result<Slot, NoAppointment>> {
        match self.rules.times.as_ref()? {
            Times::Weekly(template) => {
                let hours = &self.log.manifest().source.hours;
                Some(by_template(template, hours, lead, leads, wanted, now))
            }
            Times::Calendar(_) => {
                let known = self.log.availability();
                let known = known
                    .iter()
                    .flat_map(|known| &known.slots)
                    .chain(self.looked_up.iter().flat_map(|(_, slots)| slots.iter().flatten()));
                let others = slots_of(leads.values().filter(|other| other.thread != lead.thread));
                Some(chosen(wanted, known, &others, now))
            }
        }
    }

    /// Has the EHR make an appointment. Where nothing comes of it, nothing of it stays there: an earlier try may have
    /// written it, and ended before it could say so.
    async fn in_ehr(
        &mut self,
        lead: &Lead,
        wish: Result<Appointment, NoAppointment>,
        now: u64,
    ) -> Result<Appointment, NotBooked> {
        let answer = match wish {
            Ok(wish) => self.ask_ehr(lead, wish).await,
            Err(reason) => Err(NotBooked::No(reason)),
        };
        // Whatever came of it, the calendar is another one than it was.
        self.looked_up = None;
        let reason = match answer {
            Err(NotBooked::No(reason)) if reason != NoAppointment::Unclear => reason,
            answer => return answer,
        };
        let (what, standing) = standing(lead);
        Err(match self.make_known(&standing, what, now).await {
            Ok(()) => NotBooked::No(reason),
            Err(Refusal::Later(_)) => NotBooked::Later,
            Err(Refusal::Never(_)) => NotBooked::No(NoAppointment::Unclear),
        })
    }

    async fn ask_ehr(&mut self, lead: &Lead, wish: Appointment) -> Result<Appointment, NotBooked> {
        let wished = Lead { appointment: Some(wish.clone()), ..lead.clone() };
        let (manifest, rules) = (self.log.manifest(), &self.rules.hand_off);
        let source = (&manifest.source, manifest.version);
        let of = Handover::of_appointment(&manifest.practice, source, &rules.system, rules.minutes, &wished);
        let Some(ehr) = &mut self.ehr else { return Err(NotBooked::No(NoAppointment::Refused)) };
        let reference = ehr.book(&of).await?;
        Ok(Appointment { reference: Some(reference), ..wish })
    }

    /// Writes an event; gives its record, where it is ours.
    async fn write(
        &mut self,
        thread: ThreadId,
        id: EntryId,
        event: Event,
        now: u64,
    ) -> Result<Option<Record>, Halt> {
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

/// What the latest answer undid, by its entry: staff had called the wish off, or asked for another time, before it came.
/// `answer_to` gives the id of the answer to a wish.
fn undone(lead: &Lead, answer_to: impl Fn(&EntryId) -> Option<EntryId>) -> Option<(EntryId, Event)> {
    let is_of_appointment = |did: &&Did| {
        matches!(
            did.event,
            Event::AppointmentRequested { .. }
                | Event::AppointmentBooked { .. }
                | Event::AppointmentRescheduled { .. }
                | Event::AppointmentCancelled { .. }
                | Event::AppointmentFailed { .. }
        )
    };
    let mut latest_first = lead.history.iter().rev().filter(is_of_appointment);
    let (answer, said) = (latest_first.next()?, latest_first.next()?);
    match (&answer.event, &said.event) {
        (Event::AppointmentBooked { .. } | Event::AppointmentRescheduled { .. }, _) => {}
        (Event::AppointmentFailed { .. }, Event::AppointmentRequested { .. }) => {}
        _ => return None,
    }
    if !matches!(said.event, Event::AppointmentCancelled { .. } | Event::AppointmentRequested { .. }) {
        return None;
    }
    let is_answered = |did: &Did| {
        matches!(did.event, Event::AppointmentRequested { .. }) && answer_to(&did.entry) == Some(answer.entry)
    };
    latest_first.any(is_answered).then(|| (answer.entry, said.event.clone()))
}

/// Answers a wish out of the practice's own week.
fn by_template(
    template: &Template,
    hours: &Hours,
    lead: &Lead,
    leads: &BTreeMap<ThreadId, Lead>,
    wanted: &Slot,
    now: u64,
) -> Result<Slot, NoAppointment> {
    let others = taken(leads.values(), Some(lead.thread), template.minutes);
    let end = wanted.end.unwrap_or(wanted.start.saturating_add(u64::from(template.minutes) * MINUTE));
    // The EHR's calendar is not asked for its own slots here.
    let slot = Slot { end: Some(end), reference: None, ..*wanted };
    match template.allows(hours, &others, &slot, now) {
        Allowed::Yes => Ok(slot),
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
