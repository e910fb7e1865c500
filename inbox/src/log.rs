//! A practice's log, read: leads, and what was refused.

use crate::chain::{LogError, Walk};
use crate::open::{Found, Item, open};
use crate::screen::{Refusal, Screen, Screened};
use crate::tombstones::Tombstones;
use crate::trust::{Anchor, Keys, Memory, Staff};
use futures_util::stream::{self, StreamExt};
use lead::thread::{Availability, Body, Document, Edition, Event, Lead, Record, fold};
use seal::Opener;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::api::Page;
use wire::log::EntryMeta;
use wire::practice::Role;
use wire::{EntryId, Head, StaffId, ThreadId, Thumbprint};

/// How many entries are opened at once. WebCrypto and threads work on them side by side.
const AT_ONCE: usize = 256;

/// Whether there is more to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Ask the relay for what comes after [`Inbox::head`].
    More,
    /// This is the end of the log.
    End,
}

/// An entry that was refused, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedEntry {
    /// Its place in the log.
    pub seq: u64,
    /// Its id, as the relay says.
    pub entry: EntryId,
    /// Its thread, as the relay says.
    pub thread: ThreadId,
    /// When the relay took it, in milliseconds.
    pub time: u64,
    /// Why.
    pub refusal: Refusal,
}

/// A page whose place in the chain is checked, still sealed.
#[derive(Debug)]
pub struct Checked<O> {
    staff: Arc<Staff>,
    keys: Arc<Keys<O>>,
    screened: Vec<Screened>,
    progress: Progress,
}

/// A page that was opened.
#[derive(Debug)]
pub struct OpenedPage {
    items: Vec<(Item, Option<Thumbprint>)>,
    progress: Progress,
}

impl<O: Opener> Checked<O> {
    /// Opens its entries. Meanwhile the inbox can check what comes next.
    pub async fn open(self) -> OpenedPage {
        let Self { staff, keys, screened, progress } = self;
        let sealed_to: Vec<_> = screened.iter().map(Screened::sealed_to).collect();
        let items: Vec<Item> = stream::iter(screened)
            .map(|screened| open(screened, &keys, &staff))
            .buffered(AT_ONCE)
            .collect()
            .await;
        OpenedPage { items: items.into_iter().zip(sealed_to).collect(), progress }
    }
}

/// A run of the practice's program that said it is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    /// Names the run.
    pub instance: EntryId,
    /// The place in the log of the entry that says so.
    pub seq: u64,
}

/// A log as far as it was read. Hand it page after page; look at the leads when it is at the end.
#[derive(Debug)]
pub struct Inbox<O> {
    staff: Arc<Staff>,
    keys: Arc<Keys<O>>,
    walk: Walk,
    screen: Screen,
    threads: BTreeMap<ThreadId, Vec<Record>>,
    changed: BTreeSet<ThreadId>,
    origins: BTreeMap<ThreadId, Thumbprint>,
    desk: Option<Announced>,
    availability: Option<Availability>,
    documents: Arc<Vec<Edition>>,
    refused: Vec<RefusedEntry>,
    tombstones: Tombstones,
}

impl<O: Opener> Inbox<O> {
    /// An inbox before its first page.
    #[must_use]
    pub fn new(anchor: &Anchor, staff: Staff, keys: Keys<O>, memory: &Memory) -> Self {
        Self {
            staff: Arc::new(staff),
            keys: Arc::new(keys),
            walk: Walk::from_start(&anchor.practice, memory.head),
            screen: Screen::new(anchor.practice.clone()),
            threads: BTreeMap::new(),
            changed: BTreeSet::new(),
            origins: BTreeMap::new(),
            desk: None,
            availability: None,
            documents: Arc::default(),
            refused: Vec::new(),
            tombstones: Tombstones::default(),
        }
    }

    /// The last entry that was read and whose chain holds. To be remembered at the end of the log.
    #[must_use]
    pub fn head(&self) -> Head {
        self.walk.head()
    }

    /// Reads the next page.
    ///
    /// # Errors
    /// [`LogError`]: the log is not what it was or should be. Nothing of the page is taken in, and what
    /// was read before must not be shown either.
    pub async fn read(&mut self, page: Page) -> Result<Progress, LogError> {
        let opened = self.check(page)?.open().await;
        Ok(self.take_in(opened))
    }

    /// The first part of [`Self::read`], which needs no key: the chain, and what can be said against an entry before it is
    /// opened. [`Self::head`] is at the page's end then.
    ///
    /// # Errors
    /// [`LogError`], as for [`Self::read`].
    pub fn check(&mut self, page: Page) -> Result<Checked<O>, LogError> {
        let progress = if self.walk.step(&page)? { Progress::End } else { Progress::More };
        let screened = page.entries.into_iter().map(|entry| self.screen.look(entry)).collect();
        Ok(Checked { staff: Arc::clone(&self.staff), keys: Arc::clone(&self.keys), screened, progress })
    }

    /// The last part of [`Self::read`]. Pages are taken in in the order in which they were checked.
    pub fn take_in(&mut self, opened: OpenedPage) -> Progress {
        for (item, key) in opened.items {
            self.take(item, key);
        }
        opened.progress
    }

    fn take(&mut self, item: Item, sealed_to: Option<Thumbprint>) {
        let Item { meta, found } = item;
        self.tombstones.see(&meta, &found);
        // Staff begin threads too, with what they took down; a stranger's inquiry in one of those would put another
        // telephone number in its place.
        let intrudes = matches!(found, Found::Inquiry(_)) && self.threads.contains_key(&meta.thread);
        let found = if intrudes { Found::Refused(Refusal::Intruding) } else { found };
        let body = match found {
            Found::Inquiry(inquiry) => Body::Inquiry(inquiry),
            Found::Event { author, role, event, .. } => match *event {
                Event::DeskStarted { instance } => {
                    self.desk = Some(Announced { instance, seq: meta.seq });
                    return;
                }
                Event::SlotsPublished { availability } => {
                    self.availability = Some(availability);
                    return;
                }
                Event::GuidePublished { .. } | Event::SequencePublished { .. } if role != Role::Owner => {
                    return self.refuse(&meta, Refusal::Unauthorised);
                }
                Event::GuidePublished { guide } => {
                    return self.publish(&meta, author, Document::Guide(guide));
                }
                Event::SequencePublished { sequence } => {
                    return self.publish(&meta, author, Document::Sequence(sequence));
                }
                event => {
                    // An owner's word counts from now on, also for what was read before it and whatever the relay still has.
                    if let (Role::Owner, Event::Erased { entries, .. }) = (role, &event) {
                        self.forget(&meta.thread, entries);
                    }
                    Body::Event { author, event }
                }
            },
            Found::Erased => Body::Erased,
            Found::Refused(refusal) => return self.refuse(&meta, refusal),
        };
        let record = Record { entry: meta.id, seq: meta.seq, time: meta.time, body };
        self.threads.entry(meta.thread).or_default().push(record);
        self.changed.insert(meta.thread);
        if let Some(key) = sealed_to {
            self.origins.entry(meta.thread).or_insert(key);
        }
    }

    fn publish(&mut self, meta: &EntryMeta, author: StaffId, document: Document) {
        let edition = Edition { entry: meta.id, author, time: meta.time, document };
        Arc::make_mut(&mut self.documents).push(edition);
    }

    fn refuse(&mut self, meta: &EntryMeta, refusal: Refusal) {
        let (seq, entry, thread, time) = (meta.seq, meta.id, meta.thread, meta.time);
        self.refused.push(RefusedEntry { seq, entry, thread, time, refusal });
    }

    fn forget(&mut self, thread: &ThreadId, entries: &[EntryId]) {
        let records = self.threads.get_mut(thread).into_iter().flatten();
        for record in records.filter(|record| entries.contains(&record.entry)) {
            record.body = Body::Erased;
        }
    }

    /// The key that the first entry of a thread was sealed to: it stays the same whatever keys come later.
    #[must_use]
    pub fn origin(&self, thread: &ThreadId) -> Option<&O> {
        self.origins.get(thread).and_then(|key| self.keys.key(key))
    }

    /// An inbox key by its name.
    #[must_use]
    pub fn key(&self, thumbprint: &Thumbprint) -> Option<&O> {
        self.keys.key(thumbprint)
    }

    /// The run of the practice's program that announced itself last.
    #[must_use]
    pub const fn desk(&self) -> Option<Announced> {
        self.desk
    }

    /// Free times for appointments, as the practice's program published them last; `None`: it does not.
    #[must_use]
    pub const fn availability(&self) -> Option<&Availability> {
        self.availability.as_ref()
    }

    /// The thread of an entry for which `is_it` holds, also where its body is erased.
    #[must_use]
    pub fn thread_with(&self, is_it: impl Fn(&EntryId) -> bool) -> Option<ThreadId> {
        let has = |records: &[Record]| records.iter().any(|record| is_it(&record.entry));
        self.threads.iter().find(|(_, records)| has(records)).map(|(thread, _)| *thread)
    }

    /// The practice's own documents in the log's order: every edition, unread.
    #[must_use]
    pub fn documents(&self) -> &Arc<Vec<Edition>> {
        &self.documents
    }

    /// Every thread, folded.
    #[must_use]
    pub fn leads(&self) -> Vec<Lead> {
        self.threads.iter().map(|(thread, records)| fold(*thread, records)).collect()
    }

    /// One thread, folded.
    #[must_use]
    pub fn lead(&self, thread: &ThreadId) -> Option<Lead> {
        self.threads.get(thread).map(|records| fold(*thread, records))
    }

    /// A thread that came or changed and was not given here since; `None`: there is no other.
    pub fn next_changed(&mut self) -> Option<ThreadId> {
        self.changed.pop_first()
    }

    /// What was refused, in the log's order.
    #[must_use]
    pub fn refused(&self) -> &[RefusedEntry] {
        &self.refused
    }

    /// Entries of a thread that can be erased: all that were believed and have a body.
    #[must_use]
    pub fn kept_entries(&self, thread: &ThreadId) -> Vec<EntryId> {
        let records = self.threads.get(thread).map_or(&[][..], Vec::as_slice);
        records.iter().filter(|record| record.body != Body::Erased).map(|record| record.entry).collect()
    }

    /// Tombstones that neither an owner signed for nor the practice's retention policy explains at `now_ms`.
    #[must_use]
    pub fn unexplained_erasures(&self, now_ms: u64) -> Vec<RefusedEntry> {
        self.tombstones.unexplained(self.staff.roster(), now_ms)
    }

    /// Entries that were erased, as far as the log was read: nothing that belongs to them should be kept.
    pub fn erased_entries(&self) -> impl Iterator<Item = EntryId> {
        self.tombstones.entries()
    }

    /// Who works at the practice.
    #[must_use]
    pub fn staff(&self) -> &Staff {
        &self.staff
    }
}
