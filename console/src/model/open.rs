//! The open console: which leads are listed, where the cursor is, what is shown beside the list.

use super::case::{Practice, Same};
use super::queue::{Listed, Query, next_to_call, select};
use super::work::{Outgoing, Ticket, Way};
use super::{Direction, Effect, Event, Focus};
use std::collections::HashSet;
use std::sync::Arc;
use wire::{StaffId, ThreadId};

/// Everything that the open console shows.
#[derive(Clone)]
pub(crate) struct Open {
    pub(crate) practice: Same<Practice>,
    pub(crate) query: Query,
    /// The leads listed; follows from practice and query.
    pub(crate) listed: Same<Listed>,
    pub(crate) cursor: Option<ThreadId>,
    pub(crate) shown: Shown,
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

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.practice == other.practice
            && self.listed == other.listed
            && (self.cursor, self.shown, self.now) == (other.cursor, other.shown, other.now)
    }
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
    /// What the numbers say.
    Reports,
    /// What is known of the log, and what was refused.
    Log,
}

impl Shown {
    /// The lead that is shown, in whatever way.
    pub(crate) const fn lead(self) -> Option<ThreadId> {
        match self {
            Self::Lead(thread) | Self::Call(thread) => Some(thread),
            Self::Nothing | Self::Take | Self::Reports | Self::Log => None,
        }
    }
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
            shortcuts: false,
            outgoing: Vec::new(),
            next_ticket: 1,
            link: Link::UpToDate,
            notify: false,
            now,
        }
    }

    pub(crate) fn step(&mut self, event: Event) -> Vec<Effect> {
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
            Event::OpenTake => return self.show(Shown::Take),
            Event::OpenReports => return self.show(Shown::Reports),
            Event::TakeDown { thread, event } => {
                self.shown = Shown::Lead(thread);
                return self.write(thread, *event);
            }
            Event::Notifications if self.notify => self.notify = false,
            Event::Notifications => return vec![Effect::AskToNotify],
            Event::NotificationsAllowed(allowed) => self.notify = allowed,
            Event::Shortcuts => self.shortcuts = !self.shortcuts,
            Event::Back => return self.back(),
            Event::FocusSearch => return vec![Effect::Focus(Focus::Search)],
            Event::Refreshed(practice) => return self.refresh(*practice),
            Event::Act { thread, event } => return self.act(thread, event),
            Event::Resend(ticket) => return self.resend(ticket),
            Event::Saved(ticket) => self.outgoing.retain(|outgoing| outgoing.ticket != ticket),
            // What is being sent may be in the log already: it cannot be taken back.
            Event::Discard(ticket) => {
                self.outgoing.retain(|outgoing| outgoing.ticket != ticket || outgoing.way == Way::Sending);
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

    /// A list that is the same stays the very same, so that nothing is drawn anew.
    fn relist(&mut self) {
        let listed = select(&self.practice, &self.query, self.now);
        let same = listed.groups == self.listed.groups
            && listed.cases.len() == self.listed.cases.len()
            && listed.cases.iter().zip(&self.listed.cases).all(|(one, two)| Arc::ptr_eq(one, two));
        if !same {
            self.listed = Same(Arc::new(listed));
        }
        if self.position().is_none() {
            self.cursor = self.listed.cases.first().map(|case| case.lead.thread);
        }
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
        self.listed.cases.iter().position(|case| case.lead.thread == cursor)
    }

    fn travel(&mut self, direction: Direction) -> Vec<Effect> {
        let Some(last) = self.listed.cases.len().checked_sub(1) else { return Vec::new() };
        let at = self.position();
        let to = match (direction, at) {
            (Direction::First, _) | (_, None) => 0,
            (Direction::Last, _) => last,
            (Direction::Next, Some(at)) => (at + 1).min(last),
            (Direction::Previous, Some(at)) => at.saturating_sub(1),
        };
        let thread = self.listed.cases[to].lead.thread;
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
        self.cursor = Some(thread);
        self.shown = Shown::Lead(thread);
        vec![Effect::Focus(Focus::Page)]
    }

    fn show(&mut self, shown: Shown) -> Vec<Effect> {
        self.shown = shown;
        vec![Effect::Focus(Focus::Page)]
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
    fn act(&mut self, thread: ThreadId, event: lead::thread::Event) -> Vec<Effect> {
        if self.practice.case(thread).is_none() || self.practice.reading.is_some() {
            return Vec::new();
        }
        self.write(thread, event)
    }

    fn write(&mut self, thread: ThreadId, event: lead::thread::Event) -> Vec<Effect> {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.outgoing.push(Outgoing { ticket, thread, event: event.clone(), way: Way::Sending });
        vec![Effect::Append { ticket, thread, event }]
    }

    fn resend(&mut self, ticket: Ticket) -> Vec<Effect> {
        let waiting = |outgoing: &&mut Outgoing| outgoing.ticket == ticket && outgoing.way == Way::Waiting;
        let Some(outgoing) = self.outgoing.iter_mut().find(waiting) else { return Vec::new() };
        outgoing.way = Way::Sending;
        vec![Effect::Append { ticket, thread: outgoing.thread, event: outgoing.event.clone() }]
    }

    fn back(&mut self) -> Vec<Effect> {
        if self.shortcuts {
            self.shortcuts = false;
        } else if let Shown::Call(thread) = self.shown {
            return self.open(thread);
        } else if self.shown != Shown::Nothing {
            self.shown = Shown::Nothing;
        } else if !self.query.text.is_empty() {
            self.query.text.clear();
            self.relist();
        }
        self.cursor.map(|thread| Effect::Focus(Focus::Row(thread))).into_iter().collect()
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
mod tests {
    use super::*;
    use crate::model::case::samples;
    use crate::model::{LockReason, Progress, State, step};
    use zeroize::Zeroizing;

    const NOW: u64 = 1_772_654_700_000;

    fn practice(leads: u8) -> Practice {
        samples::practice(
            (1..=leads).map(|n| samples::case(n, &format!("knee number{n}"), NOW + u64::from(n))).collect(),
            Vec::new(),
        )
    }

    fn opened(leads: u8) -> State {
        let mut state = State::default();
        step(&mut state, Event::FilePicked { name: "m".into(), text: "a.b.c.d.e".into() });
        step(&mut state, Event::Unlock { passphrase: Zeroizing::new("x".into()) });
        step(&mut state, Event::Progress(Progress::Read { entries: 1, of: 1 }));
        step(&mut state, Event::Opened(Box::new(practice(leads))));
        state
    }

    fn open(state: &State) -> &Open {
        match state {
            State::Open(open) => open,
            State::Locked(_) => panic!("locked"),
        }
    }

    fn row(n: u8) -> Vec<Effect> {
        vec![Effect::Focus(Focus::Row(ThreadId::from_bytes([n; 16])))]
    }

    #[test]
    fn keys_travel_the_list_and_stop_at_its_ends() {
        let mut state = opened(3);
        assert_eq!(step(&mut state, Event::Move(Direction::Previous)), row(1));
        assert_eq!(step(&mut state, Event::Move(Direction::Next)), row(2));
        assert_eq!(step(&mut state, Event::Move(Direction::Last)), row(3));
        assert_eq!(step(&mut state, Event::Move(Direction::Next)), row(3));
        assert_eq!(open(&state).shown, Shown::Nothing);
        assert_eq!(step(&mut opened(0), Event::Move(Direction::Next)), []);
    }

    #[test]
    fn enter_opens_and_escape_goes_back_step_by_step() {
        let mut state = opened(2);
        step(&mut state, Event::Search("knee".into()));
        assert_eq!(step(&mut state, Event::OpenCursor), [Effect::Focus(Focus::Page)]);
        step(&mut state, Event::Move(Direction::Next));
        assert_eq!(open(&state).shown, Shown::Lead(ThreadId::from_bytes([2; 16])), "an open page follows");
        assert_eq!(step(&mut state, Event::Back), row(2));
        assert_eq!((open(&state).shown, open(&state).query.text.as_str()), (Shown::Nothing, "knee"));
        step(&mut state, Event::Back);
        assert_eq!(open(&state).query.text, "");
    }

    #[test]
    fn the_next_call_opens_whatever_is_searched_for() {
        let mut state = opened(3);
        step(&mut state, Event::Search("nothing like it".into()));
        let first = ThreadId::from_bytes([1; 16]);
        let claimed = lead::thread::Event::Claimed { over: None };
        assert_eq!(
            step(&mut state, Event::CallNext),
            [Effect::Focus(Focus::Page), Effect::Append { ticket: 1, thread: first, event: claimed }]
        );
        assert_eq!(open(&state).shown, Shown::Lead(first), "the one that waits longest");
        assert_eq!(step(&mut opened(0), Event::CallNext), []);
    }

    #[test]
    fn a_search_keeps_the_cursor_on_something_listed() {
        let mut state = opened(3);
        step(&mut state, Event::Search("number1".into()));
        assert_eq!(open(&state).cursor, Some(ThreadId::from_bytes([1; 16])));
        step(&mut state, Event::Search("nothing like it".into()));
        assert_eq!(open(&state).cursor, None);
        assert_eq!(step(&mut state, Event::OpenCursor), []);
    }

    #[test]
    fn new_entries_leave_the_person_where_they_are() {
        let mut state = opened(2);
        step(&mut state, Event::OpenLead(ThreadId::from_bytes([1; 16])));
        step(&mut state, Event::Refreshed(Box::new(practice(5))));
        assert_eq!(open(&state).cursor, Some(ThreadId::from_bytes([1; 16])));
        assert_eq!(open(&state).shown, Shown::Lead(ThreadId::from_bytes([1; 16])));
        assert_eq!(open(&state).listed.cases.len(), 5);
    }

    #[test]
    fn locking_drops_everything_and_tells_the_other_tabs_once() {
        let mut state = opened(3);
        assert_eq!(step(&mut state, Event::Lock(LockReason::Asked)), [Effect::Forget, Effect::LockOthers]);
        assert!(matches!(state, State::Locked(_)));
        assert_eq!(step(&mut state, Event::Lock(LockReason::OtherTab)), []);
        let mut other = opened(3);
        assert_eq!(step(&mut other, Event::Lock(LockReason::OtherTab)), [Effect::Forget]);
    }

    #[test]
    fn what_staff_do_is_kept_until_it_is_in_the_log() {
        let thread = ThreadId::from_bytes([1; 16]);
        let mut state = opened(1);
        let event = lead::thread::Event::NoteAdded { text: "call after 3".into() };
        let append = |ticket| [Effect::Append { ticket, thread, event: event.clone() }];
        assert_eq!(step(&mut state, Event::Act { thread, event: event.clone() }), append(1));
        assert_eq!(step(&mut state, Event::Resend(1)), [], "it is on its way");
        step(&mut state, Event::Discard(1));
        assert_eq!(open(&state).outgoing.len(), 1, "and cannot be taken back");
        step(&mut state, Event::NotSaved(1, Way::Waiting));
        assert_eq!(step(&mut state, Event::Resend(1)), append(1), "the same ticket, so it is there once");
        step(&mut state, Event::Saved(1));
        assert!(open(&state).outgoing.is_empty());
        assert_eq!(step(&mut state, Event::Act { thread, event: event.clone() }), append(2));
        step(&mut state, Event::NotSaved(2, Way::Refused));
        assert_eq!(step(&mut state, Event::Resend(2)), [], "it would be refused again");
        step(&mut state, Event::Discard(2));
        assert!(open(&state).outgoing.is_empty());
        let stranger = ThreadId::from_bytes([9; 16]);
        assert_eq!(step(&mut state, Event::Act { thread: stranger, event }), []);
    }

    #[test]
    fn a_call_is_claimed_and_given_back() {
        let mut state = opened(2);
        let effects = step(&mut state, Event::CallHere);
        assert!(matches!(effects[..], [Effect::Focus(Focus::Page), Effect::Append { .. }]));
        let thread = ThreadId::from_bytes([1; 16]);
        assert_eq!(open(&state).shown, Shown::Call(thread));
        step(&mut state, Event::Back);
        assert_eq!(open(&state).shown, Shown::Lead(thread), "from the call back to the lead");
        step(&mut state, Event::OpenReports);
        step(&mut state, Event::Back);
        assert_eq!(open(&state).shown, Shown::Nothing);
    }

    #[test]
    fn while_the_log_is_read_it_is_shown_and_nothing_is_written() {
        let mut state = opened(2);
        let reading = |leads: u8| Practice { reading: Some((leads.into(), 5)), ..practice(leads) };
        step(&mut state, Event::Refreshed(Box::new(reading(3))));
        assert_eq!(open(&state).listed.cases.len(), 3);
        assert_eq!(step(&mut state, Event::ClaimHere), []);
        let mut broken = state.clone();
        step(&mut state, Event::Refreshed(Box::new(practice(5))));
        assert!(matches!(step(&mut state, Event::ClaimHere)[..], [Effect::Append { .. }]));
        let failed = crate::model::Trouble::Log("entry 4 is missing".into());
        assert_eq!(step(&mut broken, Event::Failed(failed)), [Effect::Forget]);
        assert!(matches!(broken, State::Locked(_)), "half a log is not shown on");
    }

    #[test]
    fn new_inquiries_are_told_of_when_asked_for_and_colleagues_work_is_not() {
        let mut state = opened(2);
        assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(3)))), []);
        assert_eq!(step(&mut state, Event::Notifications), [Effect::AskToNotify]);
        step(&mut state, Event::NotificationsAllowed(true));
        assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(3)))), [], "nothing is new");
        assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(4)))), [Effect::Notify]);
        assert_eq!(step(&mut state, Event::Notifications), []);
        assert_eq!(step(&mut state, Event::Refreshed(Box::new(practice(5)))), []);
    }

    #[test]
    fn a_log_that_stops_checking_is_not_shown_on() {
        let mut state = opened(3);
        let effects = step(&mut state, Event::Distrusted("entry 4 is missing".into()));
        assert_eq!(effects, [Effect::Forget, Effect::LockOthers]);
        let State::Locked(locked) = state else { panic!("still open") };
        assert!(matches!(locked.phase, crate::model::Phase::Failed(_)));
    }

    #[test]
    fn what_arrives_after_locking_is_not_shown() {
        let mut state = opened(1);
        step(&mut state, Event::Lock(LockReason::Idle));
        step(&mut state, Event::Refreshed(Box::new(practice(3))));
        step(&mut state, Event::Opened(Box::new(practice(3))));
        assert!(matches!(state, State::Locked(_)));
    }
}
