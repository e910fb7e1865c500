//! The open console: which leads are listed, where the cursor is, what is shown beside the list.

use super::access::Access;
use super::case::{Case, Practice, Same};
use super::drafting::Drafting;
use super::drafts::Drafts;
use super::forming::Forming;
use super::pipeline::{self, Pipeline};
use super::publishing::Publishing;
use super::queue::{Listed, Query, next_to_call, select};
use super::rows::{self, HEAD};
use super::settings::Tab;
use super::unfinished::Unfinished;
use super::work::{Outgoing, Ticket, Unsent, Way};
use super::writing::Writing;
use super::{Direction, Effect, Event, Focus};
use std::collections::HashSet;
use std::sync::Arc;
use wire::practice::Role;
use wire::{StaffId, ThreadId};

/// Everything that the open console shows.
pub(crate) struct Open {
    pub(crate) practice: Same<Practice>,
    pub(crate) query: Query,
    /// The leads listed; follows from practice and query.
    pub(crate) listed: Same<Listed>,
    pub(crate) cursor: Option<ThreadId>,
    pub(crate) shown: Shown,
    /// Whether the lead that is shown was opened from the pipeline, and leads back to it.
    from_pipeline: bool,
    pub(crate) pipeline: Pipeline,
    pub(crate) access: Access,
    pub(crate) patients: Patients,
    pub(crate) drafting: Drafting,
    pub(crate) forming: Forming,
    pub(crate) writing: Writing,
    /// Whether these three hold what an earlier opening left.
    pub(crate) drafts: Drafts,
    pub(crate) unfinished: Unfinished,
    pub(crate) publishing: Publishing,
    pub(crate) shortcuts: bool,
    /// Events on their way to the log.
    pub(crate) outgoing: Vec<Outgoing>,
    next_ticket: Ticket,
    /// Whether the relay answered when last asked.
    pub(crate) link: Link,
    /// Whether new inquiries are told of outside the page.
    pub(crate) notify: bool,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) now: u64,
}

/// What stands beside the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    Nothing,
    Lead(ThreadId),
    /// The same lead with the guide for the call.
    Call(ThreadId),
    /// An inquiry is being written down.
    Take,
    /// All leads, as a table or a board.
    Pipeline,
    /// What the numbers say.
    Reports,
    /// The practice's own affairs.
    Settings(Tab),
    /// What is known of the log, and what was refused.
    Log,
    /// What practising has shown.
    Feedback,
}

impl Shown {
    /// The lead that is shown, in whatever way.
    pub(crate) const fn lead(self) -> Option<ThreadId> {
        match self {
            Self::Lead(thread) | Self::Call(thread) => Some(thread),
            Self::Nothing
            | Self::Take
            | Self::Pipeline
            | Self::Reports
            | Self::Settings(_)
            | Self::Log
            | Self::Feedback => None,
        }
    }
}

/// How far the people to practise with are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Patients {
    #[default]
    NotAsked,
    Asked,
    /// They could not be had.
    Missing,
}

/// Whether what is shown is what the relay has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Link {
    UpToDate,
    Unreachable,
}

impl Open {
    pub(crate) fn new(practice: Practice, now: u64) -> Self {
        let practice = Same(Arc::new(practice));
        let query = Query::default();
        let listed = Same(Arc::new(select(&practice, &query, now)));
        let cursor = listed.cases.first().map(|case| case.lead.thread);
        Self {
            practice,
            query,
            listed,
            cursor,
            shown: Shown::Nothing,
            from_pipeline: false,
            pipeline: Pipeline::default(),
            access: Access::default(),
            drafting: Drafting::default(),
            patients: Patients::default(),
            forming: Forming::default(),
            drafts: Drafts::default(),
            writing: Writing::default(),
            unfinished: Unfinished::default(),
            publishing: Publishing::default(),
            shortcuts: false,
            outgoing: Vec::new(),
            next_ticket: 1,
            link: Link::UpToDate,
            notify: false,
            now,
        }
    }

    /// What is shown first: the day's work; to an auditor, who did what.
    pub(crate) fn begin(&mut self) -> Vec<Effect> {
        if self.practice.role == Role::Auditor {
            return self.open_settings(Tab::Access);
        }
        self.at_cursor().into_iter().chain([Effect::RecallViews, Effect::RecallUnfinished]).collect()
    }

    pub(crate) fn step(&mut self, event: Event) -> Vec<Effect> {
        if self.practice.role == Role::Auditor && !is_for_auditors(&event) {
            return Vec::new();
        }
        match event {
            Event::Search(text) => {
                self.query.text = text;
                self.relist();
            }
            Event::Filter(filter) => {
                self.query.filter = filter;
                self.relist();
            }
            Event::Order(order) => {
                self.query.order = order;
                self.relist();
            }
            Event::Move(direction) => return self.travel(direction),
            Event::OpenLead(thread) => return self.open(thread),
            Event::OpenCursor => {
                if let Some(thread) = self.cursor {
                    return self.open(thread);
                }
            }
            Event::OpenLog => return self.show(Shown::Log),
            Event::CallNext => {
                if let Some(thread) = next_to_call(&self.practice, self.now) {
                    self.shown = Shown::Nothing;
                    let mut effects = self.open(thread);
                    effects.extend(self.claim(thread));
                    return effects;
                }
            }
            Event::Claim(thread) => return self.toggle_claim(thread),
            Event::Call(thread) => return self.call(thread),
            Event::ClaimHere => {
                return self.here().map(|thread| self.toggle_claim(thread)).unwrap_or_default();
            }
            Event::CallHere => return self.here().map(|thread| self.call(thread)).unwrap_or_default(),
            Event::OpenTake => {
                let mut effects = self.show(Shown::Take);
                if self.unfinished.recalled != Drafts::Here {
                    effects.push(Effect::RecallUnfinished);
                }
                return effects;
            }
            Event::OpenPipeline => {
                self.shown = Shown::Pipeline;
                self.relist();
                self.cursor = self.pipeline.listed.first().map(|case| case.lead.thread);
                return self.at_cursor();
            }
            Event::Pipeline(act) => return self.in_pipeline(act),
            Event::OpenReports => return self.show(Shown::Reports),
            Event::OpenQueue => {
                self.shown = Shown::Nothing;
                self.relist();
                return self.at_cursor();
            }
            Event::OpenSettings(tab) => return self.open_settings(tab),
            Event::Access(found) => self.access.step(found),
            Event::Drafted(drafting) => {
                self.drafting = *drafting;
                return self.keep_drafts();
            }
            Event::Drafts(recalled) => {
                (self.forming, self.drafting, self.writing) = *recalled;
                self.drafts = Drafts::Here;
            }
            Event::OpenTraining if self.may_practise() => {
                self.patients = Patients::Asked;
                return vec![Effect::FetchPatients];
            }
            Event::Patients(None) => {
                self.patients = Patients::Missing;
                return self.open_settings(Tab::Training);
            }
            Event::Formed(forming) if self.practice.role == Role::Owner => {
                let is_other = forming.draft != self.forming.draft;
                self.forming = *forming;
                return if is_other { self.keep_drafts() } else { Vec::new() };
            }
            Event::Written(writing) => {
                let is_other = !writing.has_drafts_of(&self.writing);
                self.writing = *writing;
                return if is_other { self.keep_drafts() } else { Vec::new() };
            }
            Event::PublishManifest(order) if self.practice.role == Role::Owner => {
                return vec![Effect::PublishManifest(order)];
            }
            Event::Publishing(now) => {
                self.publishing = *now;
                // What was published is a draft no more.
                let is_done = matches!(self.publishing, Publishing::Done { .. });
                return if is_done { self.keep_drafts() } else { Vec::new() };
            }
            // A later edition may be in what is still to be read.
            Event::Publish(document)
                if self.practice.role == Role::Owner && self.practice.reading.is_none() =>
            {
                return self.write(document.0, document.1);
            }
            Event::Erase { thread, ground } if self.practice.role == Role::Owner => {
                let entries = Vec::new();
                return self.act(thread, lead::thread::Event::Erased { entries, ground });
            }
            Event::TakeDown { thread, event } => {
                self.shown = Shown::Lead(thread);
                let mut effects = self.write(thread, *event);
                effects.extend(self.take_on(None));
                return effects;
            }
            Event::Notifications if self.notify => self.notify = false,
            Event::Notifications => return vec![Effect::AskToNotify],
            Event::NotificationsAllowed(allowed) => self.notify = allowed,
            Event::Shortcuts => self.shortcuts = !self.shortcuts,
            Event::Back => return self.back(),
            Event::FocusSearch => return vec![Effect::Focus(Focus::Search)],
            Event::Refreshed(practice) => return self.refresh(*practice),
            Event::Act { thread, event } => return self.act_and_finish(thread, event),
            Event::Jot { thread, text } => return self.jot(thread, text),
            Event::Taking(taking) => return self.take_on(taking.map(|taking| *taking)),
            Event::Unfinished(earlier) if self.unfinished.recalled != Drafts::Here => {
                let (unfinished, unsent) = *earlier;
                let mut effects = self.recall_unfinished(unfinished);
                effects.extend(unsent.into_iter().map(|unsent| self.send_again(unsent)));
                return effects;
            }
            Event::Resend(ticket) => return self.resend(ticket),
            Event::Saved(ticket) => self.outgoing.retain(|outgoing| outgoing.ticket != ticket),
            // What is being sent may be in the log already: it cannot be taken back.
            Event::Discard(ticket) => {
                let before = self.outgoing.len();
                self.outgoing.retain(|outgoing| outgoing.ticket != ticket || outgoing.way == Way::Sending);
                if self.outgoing.len() < before {
                    return vec![Effect::Discard(ticket)];
                }
            }
            Event::NotSaved(ticket, way) => {
                if let Some(outgoing) = self.outgoing.iter_mut().find(|outgoing| outgoing.ticket == ticket) {
                    outgoing.way = way;
                }
            }
            Event::Reached => self.link = Link::UpToDate,
            Event::Unreachable => self.link = Link::Unreachable,
            Event::Tick(now) => {
                self.now = now;
                // A planned call falls due, a claim lapses.
                self.relist();
            }
            _ => {}
        }
        Vec::new()
    }

    /// Not before what is there was looked at: it would be lost.
    fn keep_drafts(&self) -> Vec<Effect> {
        (self.drafts == Drafts::Here).then_some(Effect::KeepDrafts).into_iter().collect()
    }

    /// A list that is the same stays the very same, so that nothing is drawn anew.
    pub(crate) fn relist(&mut self) {
        if self.is_pipeline() {
            self.relist_pipeline();
        }
        let listed = select(&self.practice, &self.query, self.now);
        let same = listed.groups == self.listed.groups
            && listed.cases.len() == self.listed.cases.len()
            && listed.cases.iter().zip(&self.listed.cases).all(|(one, two)| Arc::ptr_eq(one, two));
        if !same {
            self.listed = Same(Arc::new(listed));
        }
        if self.position().is_none() {
            self.cursor = self.in_front().first().map(|case| case.lead.thread);
        }
    }

    /// Whether the pipeline, or a lead opened from it, takes the whole width.
    pub(crate) fn is_pipeline(&self) -> bool {
        self.shown == Shown::Pipeline || (self.from_pipeline && self.shown.lead().is_some())
    }

    /// The leads that the cursor moves through.
    fn in_front(&self) -> &[Arc<Case>] {
        if self.is_pipeline() { &self.pipeline.listed } else { &self.listed.cases }
    }

    /// Where the row under the cursor begins and ends, in pixels, with what stands right above it.
    pub(crate) fn cursor_row(&self) -> Option<(i32, i32)> {
        let at = self.position()?;
        if self.is_pipeline() {
            let top = i32::try_from(at).ok()?.saturating_mul(pipeline::ROW);
            return Some((top, top + 2 * pipeline::ROW));
        }
        let top = rows::top(&self.listed.groups, at);
        Some((top - HEAD, top + rows::ROW))
    }

    fn refresh(&mut self, practice: Practice) -> Vec<Effect> {
        let tells = self.notify && self.practice.reading.is_none();
        let news = tells && has_new_inquiry(&self.practice, &practice);
        self.practice = Same(Arc::new(practice));
        self.link = Link::UpToDate;
        self.relist();
        news.then_some(Effect::Notify).into_iter().collect()
    }

    /// Where the cursor is in the list.
    pub(crate) fn position(&self) -> Option<usize> {
        let cursor = self.cursor?;
        self.in_front().iter().position(|case| case.lead.thread == cursor)
    }

    fn travel(&mut self, direction: Direction) -> Vec<Effect> {
        let Some(last) = self.in_front().len().checked_sub(1) else { return Vec::new() };
        let at = self.position();
        let to = match (direction, at) {
            (Direction::First, _) | (_, None) => 0,
            (Direction::Last, _) => last,
            (Direction::Next, Some(at)) => (at + 1).min(last),
            (Direction::Previous, Some(at)) => at.saturating_sub(1),
        };
        let thread = self.in_front()[to].lead.thread;
        self.cursor = Some(thread);
        if self.shown.lead().is_some() {
            self.shown = Shown::Lead(thread);
        }
        vec![Effect::Focus(Focus::Row(thread))]
    }

    fn open(&mut self, thread: ThreadId) -> Vec<Effect> {
        if self.practice.case(thread).is_none() {
            return Vec::new();
        }
        self.from_pipeline = self.is_pipeline();
        self.cursor = Some(thread);
        self.shown = Shown::Lead(thread);
        vec![Effect::Focus(Focus::Page)]
    }

    pub(crate) fn show(&mut self, shown: Shown) -> Vec<Effect> {
        self.shown = shown;
        vec![Effect::Focus(Focus::Page)]
    }

    /// Whoever works leads may, once the log is read to its end: what breaks off then locks.
    pub(crate) fn may_practise(&self) -> bool {
        self.practice.role != Role::Auditor && self.practice.reading.is_none()
    }

    pub(crate) fn at_cursor(&self) -> Vec<Effect> {
        self.cursor.map(|thread| Effect::Focus(Focus::Row(thread))).into_iter().collect()
    }

    fn here(&self) -> Option<ThreadId> {
        self.shown.lead().or(self.cursor)
    }

    /// Who holds `thread` now.
    fn holder(&self, thread: ThreadId) -> Option<StaffId> {
        self.practice.case(thread).and_then(|case| case.lead.holder(self.now).cloned())
    }

    /// Claims a lead that is free; what one holds already is held on.
    fn claim(&mut self, thread: ThreadId) -> Vec<Effect> {
        if self.holder(thread).is_some() {
            return Vec::new();
        }
        self.act(thread, lead::thread::Event::Claimed { over: None })
    }

    /// One's own is given back; a free lead, or a colleague's, is taken.
    fn toggle_claim(&mut self, thread: ThreadId) -> Vec<Effect> {
        let holder = self.holder(thread);
        let event = if holder.as_ref() == Some(&self.practice.staff) {
            lead::thread::Event::Released
        } else {
            lead::thread::Event::Claimed { over: holder }
        };
        self.act(thread, event)
    }

    fn call(&mut self, thread: ThreadId) -> Vec<Effect> {
        if self.shown == Shown::Call(thread) {
            return self.open(thread);
        }
        let mut effects = self.open(thread);
        if !effects.is_empty() {
            self.shown = Shown::Call(thread);
            effects.extend(self.claim(thread));
        }
        effects
    }

    /// Nothing is written while the log is not read to its end: what comes later may say otherwise.
    pub(crate) fn act(&mut self, thread: ThreadId, event: lead::thread::Event) -> Vec<Effect> {
        if self.practice.case(thread).is_none() || self.practice.reading.is_some() {
            return Vec::new();
        }
        self.write(thread, event)
    }

    fn write(&mut self, thread: ThreadId, event: lead::thread::Event) -> Vec<Effect> {
        vec![send(self.begin_sending(thread, event.clone()), thread, event)]
    }

    fn send_again(&mut self, unsent: Unsent) -> Effect {
        let ticket = self.begin_sending(unsent.thread, unsent.event.clone());
        Effect::SendAgain { ticket, unsent }
    }

    fn begin_sending(&mut self, thread: ThreadId, event: lead::thread::Event) -> Ticket {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.outgoing.push(Outgoing { ticket, thread, event, way: Way::Sending });
        ticket
    }

    fn resend(&mut self, ticket: Ticket) -> Vec<Effect> {
        let waiting = |outgoing: &&mut Outgoing| outgoing.ticket == ticket && outgoing.way == Way::Waiting;
        let Some(outgoing) = self.outgoing.iter_mut().find(waiting) else { return Vec::new() };
        outgoing.way = Way::Sending;
        vec![send(ticket, outgoing.thread, outgoing.event.clone())]
    }

    fn back(&mut self) -> Vec<Effect> {
        if self.shortcuts {
            self.shortcuts = false;
        } else if let Shown::Call(thread) = self.shown {
            return self.open(thread);
        } else if self.shown != Shown::Nothing {
            let to_pipeline = self.shown != Shown::Pipeline && self.is_pipeline();
            self.shown = if to_pipeline { Shown::Pipeline } else { Shown::Nothing };
            self.relist();
        } else if !self.query.text.is_empty() {
            self.query.text.clear();
            self.relist();
        }
        self.at_cursor()
    }
}

/// Whatever has to do with leads is not: the relay gives an auditor no entry and takes none, and no key here opens one.
const fn is_for_auditors(event: &Event) -> bool {
    matches!(event, Event::OpenSettings(_) | Event::Access(_) | Event::Tick(_))
}

/// What erases goes to the relay in another way than what is only written.
fn send(ticket: Ticket, thread: ThreadId, event: lead::thread::Event) -> Effect {
    match event {
        lead::thread::Event::Erased { ground, .. } => Effect::Erase { ticket, thread, ground },
        event => Effect::Append { ticket, thread, event },
    }
}

/// Whether `now` holds an inquiry that `before` did not. What a colleague took down is no news to tell.
fn has_new_inquiry(before: &Practice, now: &Practice) -> bool {
    let known: HashSet<ThreadId> = before.cases.iter().map(|case| case.lead.thread).collect();
    now.cases
        .iter()
        .filter(|case| !known.contains(&case.lead.thread))
        .any(|case| case.lead.inquiries.first().is_some_and(|received| received.taken.is_none()))
}

#[cfg(test)]
mod tests;
