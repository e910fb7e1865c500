//! One turn of the desk: what is unfinished is finished, what is due is done, each thing once.
//!
//! An effect goes through [`Stage`]s, each on disk before the next. The claim is an entry of the log under an id
//! derived from what it is about: the log takes an id once, so of two programs one gets it, and a program that
//! comes back from a crash and sends its claim again gets the same receipt. What was being handed over when a
//! program or a connection died is recorded as unclear, and is not sent again.

use super::alert::{self, AlertStep};
use super::journal::{Journal, Row, Stage};
use super::letter::Letters;
use super::ports::{Appended, Digest, Handover, Log, LogError, Mailer, Notifier, Refusal};
use crate::failure::Failure;
use lead::sequence::{self, Next, Sequence, StepAction};
use lead::thread::{AlertReason, Event, EventClaims, Lead, StepKey, Undelivered};
use lead::{Assessment, assess};
use std::collections::{BTreeMap, HashMap};
use wire::{EntryId, ThreadId};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// Longest wait between two tries of a message.
const LONGEST_WAIT: u64 = 4 * HOUR;

/// What the practice set.
pub(crate) struct Rules {
    /// Follow-up.
    pub(crate) sequences: Vec<Sequence>,
    /// Escalation.
    pub(crate) alerts: Vec<AlertStep>,
    /// Least time between two digests of one step, in minutes.
    pub(crate) digest_minutes: u32,
}

/// The desk at work.
pub(crate) struct Engine<L, M, N> {
    /// The practice's log.
    pub(crate) log: L,
    /// The way for messages.
    pub(crate) mailer: M,
    /// The way for alerts.
    pub(crate) notifier: N,
    journal: Journal,
    rules: Rules,
    letters: Letters,
    assessed: HashMap<EntryId, (u64, Assessment)>,
    digested: BTreeMap<u8, u64>,
}

/// What a turn did, and when the next one is needed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Messages that the mail server took.
    pub(crate) sent: usize,
    /// Messages that failed for good.
    pub(crate) failed: usize,
    /// Messages of which nobody knows.
    pub(crate) unclear: usize,
    /// Calls asked for.
    pub(crate) calls: usize,
    /// Alerts raised.
    pub(crate) alerts: usize,
    /// What went wrong, for the operator; names no person.
    pub(crate) troubles: Vec<String>,
    /// When something is due next, in milliseconds.
    pub(crate) wake: Option<u64>,
}

/// Why a turn ended early. What it had begun is in the journal.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The relay is away or refuses; later turns go on.
    Log(LogError),
    /// The disk or a key failed: the program must not go on.
    Failure(Failure),
}

impl From<LogError> for Halt {
    fn from(error: LogError) -> Self {
        Self::Log(error)
    }
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl<L: Log, M: Mailer, N: Notifier> Engine<L, M, N> {
    /// An engine with what was unfinished when the last one ended.
    pub(crate) fn new(
        (log, mailer, notifier): (L, M, N),
        journal: Journal,
        rules: Rules,
        letters: Letters,
    ) -> Self {
        Self {
            log,
            mailer,
            notifier,
            journal,
            rules,
            letters,
            assessed: HashMap::new(),
            digested: BTreeMap::new(),
        }
    }

    /// After a start, before the first turn: what was being handed over is unclear now.
    pub(crate) async fn recover(&mut self, now: u64) -> Result<usize, Failure> {
        let mut unclear = 0;
        for row in self.journal.rows()? {
            if row.stage == Stage::HandingOver {
                self.decide(row, Outcome::Unclear, now).await?;
                unclear += 1;
            }
        }
        Ok(unclear)
    }

    /// Does what is due at `now` (milliseconds); the log was just read.
    pub(crate) async fn turn(&mut self, now: u64) -> Result<Turn, Halt> {
        let mut turn = Turn::default();
        let mut leads: BTreeMap<ThreadId, Lead> =
            self.log.leads().into_iter().map(|lead| (lead.thread, lead)).collect();
        for thread in self.log.opt_outs().await? {
            if let Some(lead) = leads.get_mut(&thread).filter(|lead| !lead.opted_out) {
                self.opt_out(thread, now).await?;
                lead.opted_out = true;
            }
        }
        self.assess_all(&leads);
        for row in self.journal.rows()? {
            let done = self.go_on(row, &leads, now, &mut turn).await;
            tolerate(done, &mut turn)?;
        }
        for lead in leads.values() {
            let followed = self.follow_up(lead, &leads, now, &mut turn).await;
            tolerate(followed, &mut turn)?;
            let raised = self.raise_alerts(lead, now, &mut turn).await;
            tolerate(raised, &mut turn)?;
        }
        self.send_digests(now, &mut turn).await?;
        let waiting = self.journal.rows()?.into_iter().map(|row| row.not_before.max(now + 1)).min();
        turn.wake = [turn.wake, waiting].into_iter().flatten().min();
        Ok(turn)
    }

    /// Whether a step of a sequence is due; for a program that watches another one work.
    pub(crate) fn is_anything_due(&mut self, now: u64) -> bool {
        let leads: BTreeMap<ThreadId, Lead> =
            self.log.leads().into_iter().map(|lead| (lead.thread, lead)).collect();
        self.assess_all(&leads);
        let hours = &self.log.manifest().source.hours;
        leads.values().any(|lead| {
            let runs = sequence::chosen(lead, self.assessment(lead), &self.rules.sequences);
            runs.iter().any(|run| {
                let known = self.rules.sequences.iter().find(|known| known.id == run.sequence);
                known.is_some_and(|sequence| {
                    matches!(sequence::next(sequence, run, lead, hours, now), Next::Step { at, .. } if at <= now)
                })
            })
        })
    }

    fn assess_all(&mut self, leads: &BTreeMap<ThreadId, Lead>) {
        let manifest = self.log.manifest();
        for received in leads.values().filter_map(|lead| lead.inquiries.last()) {
            let known = self.assessed.get(&received.entry);
            if known.is_none_or(|(version, _)| *version != manifest.version) {
                let assessment = assess(&manifest.source, &manifest.source.scoring, &received.inquiry);
                self.assessed.insert(received.entry, (manifest.version, assessment));
            }
        }
    }

    fn step_id(&self, thread: &ThreadId, purpose: &str, key: &StepKey) -> Option<EntryId> {
        self.log.id(thread, purpose, &[&key.sequence, &key.step, &key.run.to_string()])
    }

    fn assessment(&self, lead: &Lead) -> Option<&Assessment> {
        let received = lead.inquiries.last()?;
        self.assessed.get(&received.entry).map(|(_, assessment)| assessment)
    }

    /// The steps of a lead that have come, or come next.
    async fn follow_up(
        &mut self,
        lead: &Lead,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        let runs = sequence::chosen(lead, self.assessment(lead), &self.rules.sequences);
        for run in runs {
            let Some(sequence) = self.rules.sequences.iter().find(|known| known.id == run.sequence) else {
                continue;
            };
            let next = sequence::next(sequence, &run, lead, &self.log.manifest().source.hours, now);
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
                Next::Step { at, .. } => turn.wake = Some(turn.wake.map_or(at, |wake| wake.min(at))),
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

    /// Puts a claim into the journal, so that it is ours to send. `None`: it is there already, or has no id.
    async fn claim(
        &mut self,
        thread: ThreadId,
        id: Option<EntryId>,
        event: Event,
        now: u64,
    ) -> Result<Option<Row>, Halt> {
        let Some(id) = id else { return Ok(None) };
        if self.journal.find(&id)?.is_some() {
            return Ok(None);
        }
        let claim = self.log.seal(thread, id, event, now).await?;
        let row =
            Row { id, stage: Stage::Claiming, claim, outcome: None, tries: 0, begun: now, not_before: 0 };
        self.journal.put(&row)?;
        Ok(Some(row))
    }

    /// Takes an effect as far as it goes now.
    async fn go_on(
        &mut self,
        mut row: Row,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        if row.stage == Stage::Claiming {
            match self.log.append(&row.claim).await {
                Ok(Appended::Other) => return Ok(self.journal.finish(&row.id)?),
                Ok(Appended::Ours) => row.stage = Stage::Claimed,
                Err(LogError::Refused(why)) => {
                    // Nothing was done yet: the next turn begins anew, with the keys of then.
                    self.journal.finish(&row.id)?;
                    return Err(LogError::Refused(why).into());
                }
                Err(away) => return Err(away.into()),
            }
            self.journal.put(&row)?;
        }
        let Some(claims) = self.log.read(&row.claim) else {
            turn.troubles.push("a row of the journal cannot be read with the practice's keys".into());
            return Ok(());
        };
        if row.stage == Stage::Claimed && row.not_before <= now {
            match &claims.event {
                Event::FollowUpClaimed { step } => {
                    let lead = leads.get(&claims.thread);
                    row = self.deliver(row, &claims, step, lead, now, turn).await?;
                }
                // Alerts go out together, at the end of the turn.
                Event::AlertRaised { .. } => {}
                _ => self.journal.finish(&row.id)?,
            }
        }
        if row.stage == Stage::Settling
            && let Some(outcome) = row.outcome.clone()
        {
            match self.log.append(&outcome).await {
                Ok(_) => self.journal.finish(&row.id)?,
                Err(LogError::Refused(why)) => {
                    // Sealed to a key that is no longer taken, perhaps: sealed anew for the next turn.
                    if let Some(EventClaims { thread, entry, event, .. }) = self.log.read(&outcome) {
                        let outcome = Some(self.log.seal(thread, entry, event, now).await?);
                        self.journal.put(&Row { outcome, ..row })?;
                    }
                    return Err(LogError::Refused(why).into());
                }
                Err(away) => return Err(away.into()),
            }
        }
        Ok(())
    }

    /// Tries to send a message that is claimed.
    async fn deliver(
        &mut self,
        row: Row,
        claims: &EventClaims,
        key: &StepKey,
        lead: Option<&Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<Row, Halt> {
        let sequence = self.rules.sequences.iter().find(|known| known.id == key.sequence);
        let step = sequence.and_then(|sequence| sequence.step(&key.step));
        let (Some(sequence), Some(step), Some(lead)) = (sequence, step, lead) else {
            return Ok(self.decide(row, Outcome::Failed(Undelivered::Stopped), now).await?);
        };
        let StepAction::Email(email) = &step.action else {
            return Ok(self.decide(row, Outcome::Failed(Undelivered::Stopped), now).await?);
        };
        let run = sequence::run_of(lead, key);
        if run.is_none_or(|run| sequence::is_over(sequence, &run, lead).is_some()) {
            turn.failed += 1;
            return Ok(self.decide(row, Outcome::Failed(Undelivered::Stopped), now).await?);
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
                return Ok(self.decide(row, Outcome::Failed(Undelivered::Refused), now).await?);
            }
        };
        let give_up = row.begun.saturating_add(u64::from(sequence.give_up_after_hours) * HOUR);
        let refusal = match self.mailer.offer(&mail).await {
            Err(refusal) => refusal,
            Ok(ready) => {
                let mut row = row.clone();
                row.stage = Stage::HandingOver;
                self.journal.put(&row)?;
                match self.mailer.hand_over(ready, &mail).await {
                    Handover::Sent => {
                        turn.sent += 1;
                        return Ok(self.decide(row, Outcome::Sent, now).await?);
                    }
                    Handover::Unclear => {
                        turn.unclear += 1;
                        return Ok(self.decide(row, Outcome::Unclear, now).await?);
                    }
                    Handover::Refused(refusal) => refusal,
                }
            }
        };
        match refusal {
            Refusal::Never(why) => {
                turn.troubles.push(format!("step {} of {} was refused: {why}", key.step, key.sequence));
                turn.failed += 1;
                Ok(self.decide(row, Outcome::Failed(Undelivered::Refused), now).await?)
            }
            Refusal::Later(why) if now >= give_up => {
                turn.troubles.push(format!("step {} of {} is given up: {why}", key.step, key.sequence));
                turn.failed += 1;
                Ok(self.decide(row, Outcome::Failed(Undelivered::TooLate), now).await?)
            }
            Refusal::Later(why) => {
                turn.troubles.push(format!("step {} of {} waits: {why}", key.step, key.sequence));
                let wait = (5 * MINUTE).saturating_mul(1 << row.tries.min(10)).min(LONGEST_WAIT);
                let row = Row { tries: row.tries + 1, ..row };
                Ok(self.put_off(row, now + wait)?)
            }
        }
    }

    fn put_off(&self, row: Row, not_before: u64) -> Result<Row, Failure> {
        let row = Row { stage: Stage::Claimed, not_before, ..row };
        self.journal.put(&row)?;
        Ok(row)
    }

    /// Writes the outcome of a claim into the journal, on its way to the log.
    async fn decide(&mut self, row: Row, outcome: Outcome, now: u64) -> Result<Row, Failure> {
        let read = self.log.read(&row.claim);
        let step = match read {
            Some(EventClaims { thread, event: Event::FollowUpClaimed { step }, .. }) => Some((thread, step)),
            _ => None,
        };
        let found = step.and_then(|(thread, step)| {
            let id = self.step_id(&thread, SETTLED, &step)?;
            Some((thread, id, step))
        });
        let Some((thread, id, step)) = found else {
            self.journal.finish(&row.id)?;
            return Ok(Row { stage: Stage::Settling, outcome: None, ..row });
        };
        let event = match outcome {
            Outcome::Sent => Event::FollowUpSent { step },
            Outcome::Unclear => Event::FollowUpUnclear { step },
            Outcome::Failed(reason) => Event::FollowUpFailed { step, reason },
        };
        let sealed = self.log.seal(thread, id, event, now).await?;
        let row = Row { stage: Stage::Settling, outcome: Some(sealed), ..row };
        self.journal.put(&row)?;
        Ok(row)
    }

    /// Writes down that a person stopped messages. The relay's word is enough for that: it can only make us quieter.
    async fn opt_out(&mut self, thread: ThreadId, now: u64) -> Result<(), Halt> {
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

    async fn raise_alerts(&mut self, lead: &Lead, now: u64, turn: &mut Turn) -> Result<(), Halt> {
        let Some(assessment) = self.assessment(lead) else { return Ok(()) };
        let Some(entry) = lead.inquiries.last().map(|received| received.entry.to_string()) else {
            return Ok(());
        };
        let hours = &self.log.manifest().source.hours;
        for (reason, level) in alert::due(lead, assessment, hours, &self.rules.alerts, now) {
            let level_text = level.to_string();
            let parts = [alert::name(reason), level_text.as_str(), entry.as_str()];
            let event = Event::AlertRaised { reason, level };
            let id = self.log.id(&lead.thread, ALERT, &parts);
            let Some(row) = self.claim(lead.thread, id, event, now).await? else { continue };
            self.go_on(row, &BTreeMap::new(), now, turn).await?;
            turn.alerts += 1;
        }
        Ok(())
    }

    /// Sends what was raised, one message a step. An alert that was sent and not struck off before a crash is sent
    /// again: one too many does less harm than one too few, and it carries the same id.
    async fn send_digests(&mut self, now: u64, turn: &mut Turn) -> Result<(), Halt> {
        let mut pending: BTreeMap<u8, Vec<(Row, AlertReason)>> = BTreeMap::new();
        for row in self.journal.rows()? {
            if row.stage == Stage::Claimed
                && let Some(EventClaims { event: Event::AlertRaised { reason, level }, .. }) =
                    self.log.read(&row.claim)
            {
                pending.entry(level).or_default().push((row, reason));
            }
        }
        for (level, rows) in pending {
            let next =
                self.digested.get(&level).map(|last| last + u64::from(self.rules.digest_minutes) * MINUTE);
            if let Some(next) = next.filter(|&next| next > now) {
                turn.wake = Some(turn.wake.map_or(next, |wake| wake.min(next)));
                continue;
            }
            let mut counts: BTreeMap<AlertReason, usize> = BTreeMap::new();
            for (_, reason) in &rows {
                *counts.entry(*reason).or_default() += 1;
            }
            let id = rows.first().map(|(row, _)| row.id.to_string()).unwrap_or_default();
            let digest = Digest { level, counts: counts.into_iter().collect(), id };
            match self.notifier.notify(&digest, now).await {
                Ok(()) => {
                    self.digested.insert(level, now);
                    for (row, _) in rows {
                        self.journal.finish(&row.id)?;
                    }
                }
                Err(why) => {
                    turn.troubles.push(format!("an alert of step {level} waits: {why}"));
                    for (row, _) in rows {
                        self.journal.put(&Row { not_before: now + MINUTE, ..row })?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// What the relay refuses of one lead does not keep the others waiting.
fn tolerate(result: Result<(), Halt>, turn: &mut Turn) -> Result<(), Halt> {
    match result {
        Err(Halt::Log(LogError::Refused(why))) => {
            turn.troubles.push(format!("the relay refuses an entry: {why}"));
            Ok(())
        }
        result => result,
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Sent,
    Unclear,
    Failed(Undelivered),
}

/// Purposes of derived ids. Never change one: programs of two releases must agree.
const CLAIM: &str = "follow-up";
const SETTLED: &str = "follow-up-settled";
const CALL: &str = "call-asked";
const ALERT: &str = "alert";
const OPTED_OUT: &str = "opted-out";
