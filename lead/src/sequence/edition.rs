//! Which edition of a sequence is in force: the practice's log over its files, the latest edition over those before it. One
//! that cannot be sent by is left out, and what was in force before it stays.

use super::{Sender, Sequence, Step};
use crate::fault::{self, Fault};
use crate::manifest::ManifestSource;
use crate::thread::{Edition, WrittenSequence};
use wire::{EntryId, StaffId};

impl WrittenSequence {
    /// A sequence as it is published; `None`: it is too long for an entry.
    #[must_use]
    pub fn of(sequence: &Sequence) -> Option<Self> {
        // Nothing is in it but texts, whole numbers and maps with text keys, so writing cannot fail.
        let text = wire::json::to_text(sequence)?;
        (text.len() <= Self::BYTES).then(|| Self { id: sequence.id.clone(), text })
    }

    /// What takes the practice's own edition back.
    #[must_use]
    pub fn back(id: &str) -> Self {
        Self { id: id.to_owned(), text: String::new() }
    }

    /// Whether it takes the practice's own edition back.
    #[must_use]
    pub fn is_back(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The sequence; a member that nobody knows is refused.
    ///
    /// # Errors
    /// The first thing that does not fit, or that it is another sequence.
    pub fn read(&self) -> Result<Sequence, Fault> {
        let mut json = serde_json::Deserializer::from_str(&self.text);
        let sequence: Sequence = fault::read(&mut json)?;
        json.end().map_err(|error| Fault::new("", error.to_string()))?;
        if sequence.id != self.id {
            return Err(Fault::new("id", "it is published under another id"));
        }
        Ok(sequence)
    }
}

/// Where a sequence comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file beside the desk's settings.
    File,
    /// An owner published it.
    Log {
        /// Where it stands in the log.
        entry: EntryId,
        /// Who.
        author: StaffId,
        /// When the relay took it, in milliseconds.
        time: u64,
    },
}

/// A sequence by which messages are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// It.
    pub sequence: Sequence,
    /// Where it comes from.
    pub origin: Origin,
    /// Since when each step is there as it is, in milliseconds; 0: always.
    since: Vec<u64>,
}

impl From<Sequence> for InForce {
    /// As if it had always been there.
    fn from(sequence: Sequence) -> Self {
        let since = vec![0; sequence.steps.len()];
        Self { sequence, origin: Origin::File, since }
    }
}

impl InForce {
    /// Takes the place of `before` at `time`. A step is new that was not there, or was for other people.
    fn after(before: Option<&Self>, sequence: Sequence, origin: Origin, time: u64) -> Self {
        let before = before.filter(|before| {
            let (old, new) = (&before.sequence, &sequence);
            (old.starts, old.basis, &old.class) == (new.starts, new.basis, &new.class)
        });
        let since = |step: &Step| before.and_then(|before| before.since(step)).unwrap_or(time);
        let since = sequence.steps.iter().map(since).collect();
        Self { sequence, origin, since }
    }

    fn since(&self, step: &Step) -> Option<u64> {
        let is_it = |old: &Step| old.id == step.id && old.conditions == step.conditions;
        self.sequence.steps.iter().position(is_it).map(|at| self.since[at])
    }

    /// The steps, each with since when it is there as it is, in milliseconds; 0: always.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&Step, u64)> {
        self.sequence.steps.iter().zip(self.since.iter().copied())
    }
}

/// An edition by which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Id of the sequence.
    pub id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its version, as far as it can be read.
    pub version: Option<u32>,
    /// Why.
    pub why: Flaw,
}

/// Why nothing is sent by an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is no sequence of this format.
    Unreadable(Fault),
    /// An earlier edition has its version or a later one: of two that were written at the same time, the first counts.
    NotHigher {
        /// That edition's version.
        than: u32,
    },
    /// It would tell what it must not, or cannot be sent.
    Faulty(Vec<Fault>),
}

/// A practice's sequences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sequences {
    /// Those by which messages are sent, in the order of their ids.
    pub in_force: Vec<InForce>,
    /// Editions by which nothing is sent, as far as no later one of the same id is in force.
    pub left_out: Vec<LeftOut>,
}

/// One id, edition after edition.
#[derive(Default)]
struct Course<'a> {
    file: Option<&'a Sequence>,
    now: Option<InForce>,
    highest: Option<u32>,
    left_out: Vec<LeftOut>,
}

impl Sequences {
    /// What is in force of `files` and of the log's `editions`, among other documents, by the practice's manifest; `sender` as for
    /// [`Sequence::faults`].
    #[must_use]
    pub fn of(
        files: &[Sequence],
        editions: &[Edition],
        manifest: &ManifestSource,
        sender: Option<&Sender>,
    ) -> Self {
        let published = editions.iter().filter_map(|edition| Some(edition.sequence()?.id.as_str()));
        let mut ids: Vec<&str> = files.iter().map(|file| file.id.as_str()).chain(published).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut all = Self::default();
        for id in ids {
            let file = files.iter().find(|file| file.id == id);
            let mut course = Course { file, now: file.cloned().map(InForce::from), ..Course::default() };
            for edition in editions {
                if let Some(document) = edition.sequence().filter(|document| document.id == id) {
                    course.step(edition, document, |sequence| sequence.faults(manifest, sender));
                }
            }
            let (now, left_out) = course.end(|sequence| sequence.faults(manifest, sender));
            all.in_force.extend(now);
            all.left_out.extend(left_out);
        }
        all
    }

    /// The one with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&InForce> {
        self.in_force.iter().find(|known| known.sequence.id == id)
    }
}

impl Course<'_> {
    fn step(
        &mut self,
        Edition { entry, author, time, .. }: &Edition,
        document: &WrittenSequence,
        faults: impl Fn(&Sequence) -> Vec<Fault>,
    ) {
        if document.is_back() {
            let file = self.file.cloned();
            self.now = file.map(|file| InForce::after(self.now.as_ref(), file, Origin::File, *time));
            return self.left_out.clear();
        }
        let origin = Origin::Log { entry: *entry, author: author.clone(), time: *time };
        let read = document.read();
        let version = read.as_ref().ok().map(|sequence| sequence.version);
        match read.map_err(Flaw::Unreadable).and_then(|sequence| self.check(sequence, faults)) {
            Ok(sequence) => {
                self.highest = version;
                self.now = Some(InForce::after(self.now.as_ref(), sequence, origin, *time));
                self.left_out.clear();
            }
            Err(why) => self.left_out.push(LeftOut { id: document.id.clone(), origin, version, why }),
        }
    }

    fn check(&self, sequence: Sequence, faults: impl Fn(&Sequence) -> Vec<Fault>) -> Result<Sequence, Flaw> {
        if let Some(than) = self.highest.filter(|highest| sequence.version <= *highest) {
            return Err(Flaw::NotHigher { than });
        }
        let faults = faults(&sequence);
        if faults.is_empty() { Ok(sequence) } else { Err(Flaw::Faulty(faults)) }
    }

    /// A file with faults is not sent by either.
    fn end(self, faults: impl Fn(&Sequence) -> Vec<Fault>) -> (Option<InForce>, Vec<LeftOut>) {
        let Self { now, mut left_out, .. } = self;
        let Some(now) = now else { return (None, left_out) };
        let found = if now.origin == Origin::File { faults(&now.sequence) } else { Vec::new() };
        if found.is_empty() {
            return (Some(now), left_out);
        }
        let InForce { sequence: Sequence { id, version, .. }, origin, .. } = now;
        left_out.insert(0, LeftOut { id, origin, version: Some(version), why: Flaw::Faulty(found) });
        (None, left_out)
    }
}

#[cfg(test)]
mod tests;
