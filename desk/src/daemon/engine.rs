//! One turn of the desk: what is unfinished is finished, what is due is done, each thing once.
//!
//! An effect goes through [`Stage`]s, each on disk before the next. The claim is an entry of the log under an id
//! derived from what it is about: the log takes an id once, so of two programs one gets it, and a program that
//! comes back from a crash and sends its claim again gets the same receipt. What was being handed over when a
//! program or a connection died is recorded as unclear, and is not sent again.

mod alerts;
mod follow_up;
mod hand_off;
mod scheduling;
mod sequences;

use super::alert::{self, AlertStep};
use super::journal::{Journal, Row, Stage};
use super::letter::Letters;
use super::ports::{Appended, Ehr, Log, LogError, Mailer, Notifier};
use super::watch::{Part, Watch};
use crate::failure::Failure;
use lead::handover;
use lead::sequence::{self, Next, Sequence, Sequences};
use lead::slots::Template;
use lead::thread::{Availability, Event, EventClaims, Lead, Slot, StepKey};
use lead::{Assessment, assess};
use std::collections::{BTreeMap, HashMap};
use wire::{EntryId, ThreadId};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// Longest wait between two tries of a message.
const LONGEST_WAIT: u64 = 4 * HOUR;

/// What the practice set.
pub(crate) struct Rules {
    /// Follow-up by files: what the log has of the same ids counts over them.
    pub(crate) files: Vec<Sequence>,
    /// Escalation.
    pub(crate) alerts: Vec<AlertStep>,
    /// Least time between two digests of one step, in minutes.
    pub(crate) digest_minutes: u32,
    /// How leads are handed over to the EHR.
    pub(crate) hand_off: HandOffRules,
    /// When the practice sees new patients; `None`: the desk makes no appointments.
    pub(crate) times: Option<Times>,
}

/// Where free times come from.
pub(crate) enum Times {
    /// The practice's own week.
    Weekly(Template),
    /// The EHR's calendar.
    Calendar(Ahead),
}

/// How far ahead a calendar is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead {
    /// None sooner than so many hours from now.
    pub(crate) notice_hours: u16,
    /// None later than so many days from now.
    pub(crate) days: u16,
}

impl Times {
    /// The first moment after `now` for which an appointment can be chosen, in milliseconds.
    fn from(&self, now: u64) -> u64 {
        let hours = match self {
            Self::Weekly(template) => template.notice_hours,
            Self::Calendar(ahead) => ahead.notice_hours,
        };
        now.saturating_add(u64::from(hours) * HOUR)
    }
}

/// How leads are handed over to the EHR.
#[derive(Debug, Clone, Default)]
pub(crate) struct HandOffRules {
    /// A URI of the practice's own, under which its identifiers are unique.
    pub(crate) system: String,
    /// How long an appointment is whose end nobody gave, in minutes.
    pub(crate) minutes: u16,
}

/// The desk at work.
pub(crate) struct Engine<L, M, N, E> {
    /// The practice's log.
    pub(crate) log: L,
    /// The way for messages.
    pub(crate) mailer: M,
    /// The way for alerts.
    pub(crate) notifier: N,
    /// The way into the EHR, if there is one.
    ehr: Option<E>,
    journal: Journal,
    rules: Rules,
    letters: Letters,
    /// Follow-up as it is in force, and by which state of manifest and log.
    sequences: Sequences,
    judged: Option<sequences::Ground>,
    /// What the operator has to be told of it.
    untold: Vec<String>,
    assessed: HashMap<EntryId, (u64, Assessment)>,
    digested: BTreeMap<u8, u64>,
    /// Wishes and changes of appointments that the EHR did not take: not before then, in milliseconds.
    held_back: HashMap<EntryId, u64>,
    /// What the EHR did not take of a lead's appointment: told also if the lead is erased meanwhile.
    owed: BTreeMap<ThreadId, hand_off::Owed>,
    /// Free times as this program published them last.
    published: Option<Availability>,
    /// When the EHR's calendar was looked at, in milliseconds, and what was free, if that could be read.
    looked_up: Option<(u64, Option<Vec<Slot>>)>,
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
    /// Leads and changes of appointments that the EHR took.
    pub(crate) handed: usize,
    /// Appointments made or moved.
    pub(crate) booked: usize,
    /// What went wrong, for the operator; names no person.
    pub(crate) troubles: Vec<String>,
    /// When something is due next, in milliseconds.
    pub(crate) wake: Option<u64>,
}

impl Turn {
    /// Something is due at `at`, in milliseconds.
    fn wake_at(&mut self, at: u64) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// This turn and the one after it.
    pub(crate) fn then(self, next: Self) -> Self {
        Self {
            sent: self.sent + next.sent,
            failed: self.failed + next.failed,
            unclear: self.unclear + next.unclear,
            calls: self.calls + next.calls,
            alerts: self.alerts + next.alerts,
            handed: self.handed + next.handed,
            booked: self.booked + next.booked,
            troubles: [self.troubles, next.troubles].concat(),
            wake: next.wake,
        }
    }

    /// Whether anything was done: then the log is longer than it was read.
    pub(crate) const fn did_something(&self) -> bool {
        self.sent + self.failed + self.unclear + self.calls + self.alerts + self.handed + self.booked > 0
    }
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

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// An engine with what was unfinished when the last one ended.
    pub(crate) fn new(
        (log, mailer, notifier, ehr): (L, M, N, Option<E>),
        journal: Journal,
        rules: Rules,
        letters: Letters,
    ) -> Self {
        Self {
            log,
            mailer,
            notifier,
            ehr,
            journal,
            rules,
            letters,
            sequences: Sequences::default(),
            judged: None,
            untold: Vec::new(),
            assessed: HashMap::new(),
            digested: BTreeMap::new(),
            held_back: HashMap::new(),
            owed: BTreeMap::new(),
            published: None,
            looked_up: None,
        }
    }

    /// After a start, before the first turn: what was being handed over is unclear now, unless a second time does no
    /// harm. Gives how many are unclear.
    pub(crate) async fn recover(&mut self, now: u64) -> Result<usize, Failure> {
        let mut unclear = 0;
        for row in self.journal.rows()? {
            if row.stage != Stage::HandingOver {
                continue;
            }
            let outcome = match self.log.read(&row.claim).map(|claims| claims.event) {
                Some(Event::HandOffStarted { .. }) if self.is_repeatable() => {
                    self.put_off(row, 0)?;
                    continue;
                }
                Some(Event::HandOffStarted { attempt }) => Some(Event::HandOffUnclear { attempt }),
                Some(Event::FollowUpClaimed { step }) => Some(Event::FollowUpUnclear { step }),
                _ => None,
            };
            match outcome {
                Some(event) => drop(self.decide(row, event, now).await?),
                None => self.journal.finish(&row.id)?,
            }
            unclear += 1;
        }
        Ok(unclear)
    }

    /// Does the part of this run of the program, among others, at `now` (milliseconds); the log was just read.
    pub(crate) async fn take_part(&mut self, watch: &mut Watch, now: u64) -> Result<Turn, Halt> {
        let leader = self.log.leader();
        let part = watch.part(leader, || self.is_anything_due(now), now);
        let turn = match part {
            Part::Leads => self.turn(now).await?,
            Part::StandsBy => return self.finish(now).await,
            Part::TakesOver => {
                let why = "the desk that led does nothing about what is due: taking over";
                Turn { troubles: vec![why.into()], ..Turn::default() }
            }
        };
        // What was done is not read back yet: it would seem to be due still.
        let is_idle = part == Part::Leads && !turn.did_something();
        if part == Part::TakesOver || (is_idle && watch.has_to_speak(|| self.is_anything_due(now), now)) {
            self.log.announce(watch.instance(), now).await?;
            watch.spoke(now);
        }
        Ok(turn)
    }

    /// Does what is due at `now` (milliseconds); the log was just read.
    pub(crate) async fn turn(&mut self, now: u64) -> Result<Turn, Halt> {
        let mut turn = Turn::default();
        self.judge_sequences();
        let mut leads = self.leads(now).await?;
        let answered = self.schedule(&mut leads, now, &mut turn).await?;
        self.assess_all(&leads);
        self.go_on_with_all(&leads, now, &mut turn).await?;
        for lead in leads.values().filter(|lead| !answered.contains(&lead.thread)) {
            let followed = self.follow_up(lead, &leads, now, &mut turn).await;
            tolerate(followed, &mut turn)?;
            let raised = self.raise_alerts(lead, now, &mut turn).await;
            tolerate(raised, &mut turn)?;
            let handed = self.hand_off(lead, &leads, now, &mut turn).await;
            tolerate(handed, &mut turn)?;
        }
        self.end(now, turn).await
    }

    /// Finishes what this program has begun, and begins nothing: for one that leads no more. Nobody else can tell what
    /// became of it.
    pub(crate) async fn finish(&mut self, now: u64) -> Result<Turn, Halt> {
        let mut turn = Turn::default();
        if self.journal.rows()?.is_empty() {
            return Ok(turn);
        }
        self.judge_sequences();
        let leads = self.leads(now).await?;
        self.go_on_with_all(&leads, now, &mut turn).await?;
        self.end(now, turn).await
    }

    /// All leads, with those who stopped messages since.
    async fn leads(&mut self, now: u64) -> Result<BTreeMap<ThreadId, Lead>, Halt> {
        let mut leads: BTreeMap<ThreadId, Lead> =
            self.log.leads().into_iter().map(|lead| (lead.thread, lead)).collect();
        for thread in self.log.opt_outs().await? {
            if let Some(lead) = leads.get_mut(&thread).filter(|lead| !lead.opted_out) {
                self.opt_out(thread, now).await?;
                lead.opted_out = true;
            }
        }
        Ok(leads)
    }

    async fn go_on_with_all(
        &mut self,
        leads: &BTreeMap<ThreadId, Lead>,
        now: u64,
        turn: &mut Turn,
    ) -> Result<(), Halt> {
        for row in self.journal.rows()? {
            let done = self.go_on(row, leads, now, turn).await;
            tolerate(done, turn)?;
        }
        Ok(())
    }

    async fn end(&mut self, now: u64, mut turn: Turn) -> Result<Turn, Halt> {
        self.send_digests(now, &mut turn).await?;
        turn.troubles.append(&mut self.untold);
        let waiting = self.journal.rows()?.into_iter().map(|row| row.not_before.max(now + 1)).min();
        turn.wake = [turn.wake, waiting].into_iter().flatten().min();
        Ok(turn)
    }

    /// Whether a step of a sequence, an alert, an answer or a hand-off is due; for a program that watches another one work.
    pub(crate) fn is_anything_due(&mut self, now: u64) -> bool {
        let leads: BTreeMap<ThreadId, Lead> =
            self.log.leads().into_iter().map(|lead| (lead.thread, lead)).collect();
        self.assess_all(&leads);
        self.judge_sequences();
        let hours = &self.log.manifest().source.hours;
        leads.values().any(|lead| {
            if self.ehr.is_some() && matches!(handover::due(lead), handover::Due::Try { at, .. } if at <= now)
            {
                return true;
            }
            if self.rules.times.is_some() && lead.requested.is_some() {
                return true;
            }
            let assessment = self.assessment(lead);
            if assessment
                .is_some_and(|found| !alert::due(lead, found, hours, &self.rules.alerts, now).is_empty())
            {
                return true;
            }
            let runs = sequence::chosen(lead, assessment, &self.sequences.in_force);
            runs.iter().any(|run| {
                self.sequences.get(&run.sequence).is_some_and(|known| {
                    matches!(sequence::next(known, run, lead, hours, now), Next::Step { at, .. } if at <= now)
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
                Event::HandOffStarted { attempt } => {
                    let lead = leads.get(&claims.thread);
                    row = self.deliver_to_ehr(row, *attempt, lead, now, turn).await?;
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

    fn put_off(&self, row: Row, not_before: u64) -> Result<Row, Failure> {
        let row = Row { stage: Stage::Claimed, not_before, ..row };
        self.journal.put(&row)?;
        Ok(row)
    }

    /// Writes the outcome of a claim into the journal, on its way to the log.
    async fn decide(&mut self, row: Row, outcome: Event, now: u64) -> Result<Row, Failure> {
        let found = self.log.read(&row.claim).and_then(|claims| {
            let id = match &claims.event {
                Event::FollowUpClaimed { step } => self.step_id(&claims.thread, SETTLED, step),
                Event::HandOffStarted { attempt } => {
                    self.log.id(&claims.thread, HANDED_OFF, &[&attempt.to_string()])
                }
                _ => None,
            };
            Some((claims.thread, id?))
        });
        let Some((thread, id)) = found else {
            self.journal.finish(&row.id)?;
            return Ok(Row { stage: Stage::Settling, outcome: None, ..row });
        };
        let sealed = self.log.seal(thread, id, outcome, now).await?;
        let row = Row { stage: Stage::Settling, outcome: Some(sealed), ..row };
        self.journal.put(&row)?;
        Ok(row)
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

/// Purposes of derived ids. Never change one: programs of two releases must agree.
const CLAIM: &str = "follow-up";
const SETTLED: &str = "follow-up-settled";
const CALL: &str = "call-asked";
const ALERT: &str = "alert";
const BOUNCED: &str = "bounced";
const OPTED_OUT: &str = "opted-out";
const HAND_OFF: &str = "hand-off";
const HANDED_OFF: &str = "hand-off-settled";
const BOOKED: &str = "appointment-booked";
const SAID_AGAIN: &str = "appointment-said-again";
const PASSED_ON: &str = "appointment-passed-on";
