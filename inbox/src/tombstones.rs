//! Tombstones, and what explains them: an owner's signed word, or the retention policy in the roster that the root
//! key signed. Without either, a tombstone is the relay's word alone.

use crate::log::RefusedEntry;
use crate::open::Found;
use crate::screen::Refusal;
use lead::thread::Event;
use std::collections::{HashMap, HashSet};
use wire::log::EntryMeta;
use wire::practice::{Role, Roster};
use wire::{EntryId, ThreadId};

/// What a log says about erasure.
#[derive(Debug, Default)]
pub(crate) struct Tombstones {
    found: Vec<RefusedEntry>,
    signed_for: HashSet<(ThreadId, EntryId)>,
    /// When entries of a thread were taken, in milliseconds; they rise with the log.
    times: HashMap<ThreadId, Vec<u64>>,
}

impl Tombstones {
    /// Takes note of the next entry.
    pub(crate) fn see(&mut self, meta: &EntryMeta, found: &Found) {
        self.times.entry(meta.thread).or_default().push(meta.time);
        match found {
            Found::Erased => self.found.push(RefusedEntry {
                seq: meta.seq,
                entry: meta.id,
                thread: meta.thread,
                time: meta.time,
                refusal: Refusal::Unexplained,
            }),
            Found::Event { role: Role::Owner, event, .. } => {
                if let Event::Erased { entries, .. } = &**event {
                    self.signed_for.extend(entries.iter().map(|entry| (meta.thread, *entry)));
                }
            }
            _ => {}
        }
    }

    /// Entries whose bodies are gone, or that an owner wants gone.
    pub(crate) fn entries(&self) -> impl Iterator<Item = EntryId> {
        let gone = self.found.iter().map(|tombstone| tombstone.entry);
        gone.chain(self.signed_for.iter().map(|(_, entry)| *entry))
    }

    /// Those that nothing explains at `now_ms`.
    pub(crate) fn unexplained(&self, roster: &Roster, now_ms: u64) -> Vec<RefusedEntry> {
        let explained = |tombstone: &&RefusedEntry| {
            self.signed_for.contains(&(tombstone.thread, tombstone.entry))
                || roster.retention_ms().is_some_and(|kept| self.was_quiet(tombstone, kept, now_ms))
        };
        self.found.iter().filter(|tombstone| !explained(tombstone)).copied().collect()
    }

    /// Whether the thread was ever quiet for longer than `kept` ms after the entry.
    fn was_quiet(&self, tombstone: &RefusedEntry, kept: u64, now_ms: u64) -> bool {
        let times = self.times.get(&tombstone.thread).map_or(&[][..], Vec::as_slice);
        let after = times.iter().skip_while(|&&time| time < tombstone.time).copied();
        let next = after.clone().skip(1).chain([now_ms]);
        after.zip(next).any(|(one, next)| next.saturating_sub(one) > kept)
    }
}
