//! Messages and calls of sequences: claimed, sent, settled.

use super::{BOUNCED, CALL, CLAIM, Engine, HOUR, Halt, LONGEST_WAIT, MINUTE, OPTED_OUT, SETTLED, Turn};
use crate::daemon::journal::{Row, Stage};
use crate::daemon::ports::{Appended, Ehr, Handover, Log, Mailer, NotOffered, Notifier, Refusal};
use lead::sequence::{self, Next, StepAction};
use lead::thread::{Event, EventClaims, Lead, StepKey, Undelivered};
use std::collections::BTreeMap;
use wire::ThreadId;

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// The steps of a lead that have come, or come next.
    pub(super) async fn follow_up(
        &mut self,
        lead: &Lead,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        let runs = sequence::chosen(lead, self.assessment(lead), &self.sequences.in_force);
        for run in runs {
            let Some(known) = self.sequences.get(&run.sequence) else { continue };
            let sequence = &known.sequence;
            let next = sequence::next(known, &run, lead, &self.log.manifest().source.hours, now);
            match next {
                Next::Step { key, at } if at <= now => {
                    match sequence.step(&key.step).map(|step| &step.action) {
                        Some(StepAction::Email(_)) => {
                            let event = Event::FollowUpClaimed { step: key.clone() };
                            let id = self.step_id(&lead.thread, CLAIM, &key);
                            let Some(row) = self.claim(lead.thread, id, event, now).await? else {
                                continue;
                            };
                            self.go_on(row, leads, now, turn).await?;
                        }
                        Some(StepAction::Call { .. }) => {
                            turn.calls += usize::from(self.ask_for_call(lead.thread, key, now).await?);
                        }
                        None => {}
                    }
                }
                Next::Step { at, .. } => turn.wake_at(at),
                Next::InFlight { key } => {
                    let give_up = u64::from(sequence.give_up_after_hours) * HOUR;
                    self.abandoned(lead, key, give_up, now, turn).await?;
                }
                Next::Done | Next::Stopped(_) | Next::Blocked(_) => {}
            }
        }
        Ok(())
    }

    /// A claim in the log that is not in our journal is another program's, or was ours before the journal was lost.
    /// Past the time in which it would have given up, nobody knows what became of it.
    async fn abandoned(
        &mut self,
        lead: &Lead,
        key: StepKey,
        give_up: u64,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        let Some(id) = self.step_id(&lead.thread, CLAIM, &key) else { return Ok(()) };
        let since =
            lead.follow_ups.iter().find(|message| message.step == key).map_or(now, |message| message.time);
        if self.journal.find(&id)?.is_some() || now < since.saturating_add(give_up + HOUR) {
            return Ok(());
        }
        let Some(settled) = self.step_id(&lead.thread, SETTLED, &key) else { return Ok(()) };
        let event = Event::FollowUpUnclear { step: key };
        let sealed = self.log.seal(lead.thread, settled, event, now).await?;
        if self.log.append(&sealed).await? == Appended::Ours {
            turn.unclear += 1;
        }
        Ok(())
    }

    /// Tries to send a message that is claimed.
    pub(super) async fn deliver(
        &mut self,
        row: Row,
        claims: &EventClaims,
        key: &StepKey,
        lead: Option<&Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<Row, Halt> {
        let failed = |reason| Event::FollowUpFailed { step: key.clone(), reason };
        let sequence = self.sequences.get(&key.sequence).map(|known| &known.sequence);
        let step = sequence.and_then(|sequence| sequence.step(&key.step));
        let (Some(sequence), Some(step), Some(lead)) = (sequence, step, lead) else {
            return Ok(self.decide(row, failed(Undelivered::Stopped), now).await?);
        };
        let StepAction::Email(email) = &step.action else {
            return Ok(self.decide(row, failed(Undelivered::Stopped), now).await?);
        };
        let run = sequence::run_of(lead, key);
        if run.is_none_or(|run| sequence::is_over(sequence, &run, lead).is_some()) {
            turn.failed += 1;
            return Ok(self.decide(row, failed(Undelivered::Stopped), now).await?);
        }
        let hours = &self.log.manifest().source.hours;
        let waking = sequence::waking_at(sequence, lead, hours, now);
        if waking > now {
            return Ok(self.put_off(row, waking)?);
        }
        let unsubscribe = self.log.unsubscribe(&claims.thread).await?;
        let letter = self.letters.write(&row.id, lead, email, self.log.manifest(), &unsubscribe, now);
        let mail = match letter {
            Ok(mail) => mail,
            Err(error) => {
                turn.troubles
                    .push(format!("step {} of {} cannot be written: {error}", key.step, key.sequence));
                turn.failed += 1;
                return Ok(self.decide(row, failed(Undelivered::Refused), now).await?);
            }
        };
        let give_up = row.begun.saturating_add(u64::from(sequence.give_up_after_hours) * HOUR);
        let refusal = match self.mailer.offer(&mail).await {
            Err(NotOffered::DeadAddress(why)) => {
                self.bounce(claims.thread, &row, now).await?;
                Refusal::Never(why)
            }
            Err(NotOffered::Refused(refusal)) => refusal,
            Ok(ready) => {
                let mut row = row.clone();
                row.stage = Stage::HandingOver;
                self.journal.put(&row)?;
                match self.mailer.hand_over(ready, &mail).await {
                    Handover::Sent => {
                        turn.sent += 1;
                        return Ok(self.decide(row, Event::FollowUpSent { step: key.clone() }, now).await?);
                    }
                    Handover::Unclear => {
                        turn.unclear += 1;
                        return Ok(self
                            .decide(row, Event::FollowUpUnclear { step: key.clone() }, now)
                            .await?);
                    }
                    Handover::Refused(refusal) => refusal,
                }
            }
        };
        match refusal {
            Refusal::Never(why) => {
                turn.troubles.push(format!("step {} of {} was refused: {why}", key.step, key.sequence));
                turn.failed += 1;
                Ok(self.decide(row, failed(Undelivered::Refused), now).await?)
            }
            Refusal::Later(why) if now >= give_up => {
                turn.troubles.push(format!("step {} of {} is given up: {why}", key.step, key.sequence));
                turn.failed += 1;
                Ok(self.decide(row, failed(Undelivered::TooLate), now).await?)
            }
            Refusal::Later(why) => {
                turn.troubles.push(format!("step {} of {} waits: {why}", key.step, key.sequence));
                let wait = (5 * MINUTE).saturating_mul(1 << row.tries.min(10)).min(LONGEST_WAIT);
                let row = Row { tries: row.tries + 1, ..row };
                Ok(self.put_off(row, now + wait)?)
            }
        }
    }

    /// Writes down that the mail server knows no such address: nothing more goes there by itself.
    async fn bounce(&mut self, thread: ThreadId, row: &Row, now: u64) -> Result<(), Halt> {
        let Some(id) = self.log.id(&thread, BOUNCED, &[&row.id.to_string()]) else { return Ok(()) };
        let sealed = self.log.seal(thread, id, Event::Bounced, now).await?;
        self.log.append(&sealed).await?;
        Ok(())
    }

    /// Writes down that a person stopped messages. The relay's word is enough for that: it can only make us quieter.
    pub(super) async fn opt_out(&mut self, thread: ThreadId, now: u64) -> Result<(), Halt> {
        let Some(id) = self.log.id(&thread, OPTED_OUT, &[]) else { return Ok(()) };
        let sealed = self.log.seal(thread, id, Event::OptedOut, now).await?;
        self.log.append(&sealed).await?;
        Ok(())
    }

    /// Asks staff for a call. The entry is the whole effect, so it needs no journal.
    async fn ask_for_call(&mut self, thread: ThreadId, key: StepKey, now: u64) -> Result<bool, Halt> {
        let Some(id) = self.step_id(&thread, CALL, &key) else { return Ok(false) };
        let sealed = self.log.seal(thread, id, Event::CallAsked { step: key }, now).await?;
        Ok(self.log.append(&sealed).await? == Appended::Ours)
    }
}
