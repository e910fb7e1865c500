//! Alerts to staff: raised in the log, and sent together.

use super::{ALERT, Engine, Halt, MINUTE, Turn};
use crate::daemon::alert;
use crate::daemon::journal::{Row, Stage};
use crate::daemon::ports::{Digest, Ehr, Log, Mailer, Notifier};
use lead::thread::{AlertReason, Event, EventClaims, Lead};
use std::collections::BTreeMap;

impl<L: Log, M: Mailer, N: Notifier, E: Ehr> Engine<L, M, N, E> {
    /// Puts what staff are to be alerted of into the journal.
    pub(super) async fn raise_alerts(&mut self, lead: &Lead, now: u64, turn: &mut Turn) -> Result<(), Halt> {
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
    pub(super) async fn send_digests(&mut self, now: u64, turn: &mut Turn) -> Result<(), Halt> {
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
                turn.wake_at(next);
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
