//! Practising with people who do not exist: a queue like the real one, triaged and scored by the same rules, with nothing
//! behind it. What is done there is folded into a log in memory, and gone at the end.
//!
//! None of it can reach the relay: all that practising can ask of the browser is where the keyboard's focus goes, and its
//! type says so ([`Training::practise`]). The real practice waits beside it, is read on meanwhile, and is there again as it
//! was left.
//!
//! What is not needed before somebody practises is behind [`Practising`], and fetched then ([`Begin`]).

pub(crate) mod feedback;
pub(crate) mod patients;

use super::case::{Case, Practice};
use super::open::{Open, Shown};
use super::queue::{Turn, turn};
use super::unfinished::Unfinished;
use super::work::{Ticket, Way};
use super::{Effect, Event, Focus};
use feedback::Review;
use lead::hours::{Opening, Weekday};
use lead::thread::{self, Body, Record, fold};
use patients::Patient;
use std::collections::HashSet;
use std::sync::Arc;
use wire::practice::Role;
use wire::{EntryId, Head, ThreadId};

/// Practising, and the real practice beside it.
pub(crate) trait Practising: Send + Sync {
    /// The practice that is worked with.
    fn open(&self) -> &Open;
    /// The real one.
    fn real(&self) -> &Open;
    /// Lets `event` happen: to the real practice what the relay and the browser say, to the made-up one what a person
    /// does.
    fn step(&mut self, event: Event) -> Vec<Effect>;
    /// What waits in the real practice.
    fn outside(&self) -> Outside;
    /// What practising has shown so far.
    fn review(&self) -> Review;
    /// Ends it: the real practice as it was left, or at one of its leads.
    fn leave(self: Box<Self>, to: Option<ThreadId>) -> (Box<Open>, Vec<Effect>);
}

/// Begins beside a real practice, with the patients of a file; the practice comes back where the file is none.
pub(crate) type Begin = fn(Box<Open>, &str) -> Result<Box<dyn Practising>, Box<Open>>;

/// See [`Begin`].
pub(crate) fn begin(real: Box<Open>, file: &str) -> Result<Box<dyn Practising>, Box<Open>> {
    Training::begin(real, file).map(|training| Box::new(training) as Box<dyn Practising>)
}

struct Training {
    /// As it was left.
    real: Box<Open>,
    /// The real leads of then.
    known: HashSet<ThreadId>,
    open: Open,
    /// Those who have written, with how many leads somebody had begun to work on by then.
    here: Vec<(Patient, usize)>,
    coming: Vec<Patient>,
    /// Leads in the order in which somebody began to work on them.
    begun: Vec<ThreadId>,
    seq: u64,
}

/// What waits in the real practice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outside {
    /// Emergencies that nobody works on: how many, and the first.
    pub(crate) emergencies: usize,
    pub(crate) first: Option<ThreadId>,
    /// Inquiries that came in since practising began.
    pub(crate) news: usize,
}

impl Practising for Training {
    fn open(&self) -> &Open {
        &self.open
    }

    fn real(&self) -> &Open {
        &self.real
    }

    fn step(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Refreshed(_)
            | Event::Reached
            | Event::Unreachable
            | Event::Saved(_)
            | Event::NotSaved(..)
            | Event::Access(_)
            | Event::Drafts(_)
            | Event::Unfinished(_)
            | Event::Publishing(_)
            | Event::NotificationsAllowed(_)
            | Event::Pipeline(super::pipeline::Do::Recalled(_)) => self.real.step(event),
            Event::Tick(now) => {
                self.practise(Event::Tick(now));
                self.real.step(event)
            }
            event => self.practise(event).into_iter().map(Effect::Focus).collect(),
        }
    }

    fn outside(&self) -> Outside {
        let practice = &self.real.practice;
        let waits = |case: &&Arc<Case>| {
            turn(case, self.real.now) == Turn::Emergency && case.lead.holder(self.real.now).is_none()
        };
        let mut emergencies = practice.cases.iter().filter(waits).map(|case| case.lead.thread);
        let first = emergencies.next();
        let is_new = |case: &&Arc<Case>| !self.known.contains(&case.lead.thread);
        Outside {
            emergencies: usize::from(first.is_some()) + emergencies.count(),
            first,
            news: practice.cases.iter().filter(is_new).count(),
        }
    }

    fn review(&self) -> Review {
        feedback::review(self)
    }

    fn leave(self: Box<Self>, to: Option<ThreadId>) -> (Box<Open>, Vec<Effect>) {
        let mut real = self.real;
        let effects = match to {
            Some(thread) => real.step(Event::OpenLead(thread)),
            None if real.shown == Shown::Nothing => real.at_cursor(),
            None => vec![Effect::Focus(Focus::Page)],
        };
        (real, effects)
    }
}

impl Training {
    fn begin(real: Box<Open>, file: &str) -> Result<Self, Box<Open>> {
        let now = real.now;
        let Some(patients) = patients::read(file, &real.practice.source, now) else { return Err(real) };
        let (coming, here): (Vec<_>, Vec<_>) = patients.into_iter().partition(|patient| patient.after > 0);
        let known = real.practice.cases.iter().map(|case| case.lead.thread).collect();
        let practice = made_up(&real.practice);
        let mut open = Open::new(practice, now);
        open.unfinished = Unfinished::nothing();
        let mut training = Self { real, known, open, here: Vec::new(), coming, begun: Vec::new(), seq: 0 };
        for patient in here {
            training.receive(patient);
        }
        training.open.cursor = training.open.listed.cases.first().map(|case| case.lead.thread);
        Ok(training)
    }

    /// Lets a person do something in the made-up practice. What would be written goes into memory; where the focus goes is
    /// all that is given back, so that nothing else can follow.
    fn practise(&mut self, event: Event) -> Vec<Focus> {
        let effects = match event {
            // A queue and its calls are practised with. The rest is about the real practice.
            Event::OpenSettings(_)
            | Event::OpenLog
            | Event::OpenPipeline
            | Event::Pipeline(_)
            | Event::Notifications
            | Event::OpenTraining => Vec::new(),
            Event::OpenReports | Event::OpenFeedback => self.open.show(Shown::Feedback),
            event => self.open.step(event),
        };
        let mut focus = Vec::new();
        for effect in effects {
            match effect {
                Effect::Append { ticket, thread, event } => self.write(ticket, thread, event),
                Effect::Focus(to) => focus.push(to),
                Effect::Erase { ticket, .. } => {
                    self.open.step(Event::NotSaved(ticket, Way::Refused));
                }
                Effect::Unlock { .. }
                | Effect::Forget
                | Effect::ForgetMachine
                | Effect::LockOthers
                | Effect::ReadAccess
                | Effect::KeepViews(_)
                | Effect::RecallViews
                | Effect::RecallDrafts
                | Effect::KeepDrafts
                | Effect::RecallUnfinished
                | Effect::KeepUnfinished
                | Effect::SendAgain { .. }
                | Effect::Discard(_)
                | Effect::PublishManifest(_)
                | Effect::FetchPatients
                | Effect::AskToNotify
                | Effect::Notify => {}
            }
        }
        focus
    }

    fn write(&mut self, ticket: Ticket, thread: ThreadId, event: thread::Event) {
        let called = matches!(event, thread::Event::CallAttempted { .. });
        if !self.begun.contains(&thread) {
            self.begun.push(thread);
        }
        let author = self.open.practice.staff.clone();
        self.fold_in(thread, self.open.now, Body::Event { author, event });
        self.open.step(Event::Saved(ticket));
        if called {
            self.let_in();
        }
    }

    /// Those who write after so many calls.
    fn let_in(&mut self) {
        let calls: usize = self.open.practice.cases.iter().map(|case| case.lead.calls.len()).sum();
        let (due, coming) = std::mem::take(&mut self.coming).into_iter().partition(|one| one.after <= calls);
        self.coming = coming;
        for patient in Vec::from_iter::<Vec<Patient>>(due) {
            self.receive(patient);
        }
    }

    fn receive(&mut self, patient: Patient) {
        let time = self.open.now.saturating_sub(patient.waits);
        self.fold_in(patient.thread, time, Body::Inquiry(Box::new(patient.inquiry.clone())));
        self.here.push((patient, self.begun.len()));
    }

    /// Takes one more record into a lead, as reading the log would.
    fn fold_in(&mut self, thread: ThreadId, time: u64, body: Body) {
        self.seq += 1;
        let mut entry = [0; 16];
        entry[8..].copy_from_slice(&self.seq.to_be_bytes());
        let record = Record { entry: EntryId::from_bytes(entry), seq: self.seq, time, body };
        let mut practice = Practice::clone(&self.open.practice);
        let at = practice.cases.binary_search_by_key(&thread, |case| case.lead.thread);
        let lead = match at {
            Ok(at) => {
                let mut lead = practice.cases[at].lead.clone();
                lead.apply(&record);
                lead
            }
            Err(_) => fold(thread, &[record]),
        };
        let case = Arc::new(Case::new(lead, &practice.source));
        match at {
            Ok(at) => practice.cases[at] = case,
            Err(at) => practice.cases.insert(at, case),
        }
        self.open.step(Event::Refreshed(Box::new(practice)));
    }
}

/// The practice without its people, open around the clock so that the time to call runs whenever one practises. Nobody
/// erases for good there.
fn made_up(real: &Practice) -> Practice {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let mut source = real.source.clone();
    let days = vec![Mon, Tue, Wed, Thu, Fri, Sat, Sun];
    source.hours.open = vec![Opening { days, from: "00:00".to_owned(), to: "24:00".to_owned() }];
    source.hours.holidays.clear();
    Practice {
        source,
        role: Role::Coordinator,
        availability: None,
        documents: Arc::clone(&real.documents),
        head: Head { seq: 0, ..real.head },
        cases: Vec::new(),
        refused: Vec::new(),
        reading: None,
        ..real.clone()
    }
}

#[cfg(test)]
mod tests;
