//! What the console knows and does, without a browser: [`step`] takes an event, changes the state and
//! says which effects to perform. The views show the state; `drive` performs the effects. Keys and
//! tokens are not here: `drive` holds them and drops them on [`Effect::Forget`].

pub(crate) mod access;
pub(crate) mod answers;
pub(crate) mod booking;
pub(crate) mod case;
pub(crate) mod chart;
pub(crate) mod contact;
pub(crate) mod drafting;
pub(crate) mod drafts;
pub(crate) mod due;
pub(crate) mod export;
pub(crate) mod following;
pub(crate) mod forming;
pub(crate) mod guide;
pub(crate) mod guiding;
pub(crate) mod locked;
pub(crate) mod needs;
pub(crate) mod open;
pub(crate) mod pipeline;
pub(crate) mod plain;
pub(crate) mod publishing;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod rules;
pub(crate) mod same;
pub(crate) mod score;
pub(crate) mod settings;
pub(crate) mod shortcut;
pub(crate) mod take;
pub(crate) mod timeline;
pub(crate) mod training;
pub(crate) mod unfinished;
pub(crate) mod visits;
pub(crate) mod watch;
pub(crate) mod when;
pub(crate) mod work;
pub(crate) mod writing;

pub(crate) use case::Practice;
pub(crate) use locked::{Chosen, Locked, Machine, Phase, Progress, Remember, Remembered, Trouble};
pub(crate) use open::{Open, Shown};
pub(crate) use training::{Begin, Practising};

use crate::model::queue::{Filter, Order};
use crate::model::work::{Ticket, Unsent, Way};
use wire::ThreadId;
use zeroize::Zeroizing;

/// Locked, or open with everything decrypted in memory.
pub(crate) enum State {
    Locked(Locked),
    Open(Box<Open>),
    /// Open, with people who do not exist in front of the practice's own.
    Training(Box<dyn Practising>),
}

impl State {
    /// What is worked with, while it is open.
    pub(crate) fn open(&self) -> Option<&Open> {
        match self {
            Self::Locked(_) => None,
            Self::Open(open) => Some(open),
            Self::Training(training) => Some(training.open()),
        }
    }

    /// The practice's own.
    pub(crate) fn real(&self) -> Option<&Open> {
        match self {
            Self::Locked(_) => None,
            Self::Open(open) => Some(open),
            Self::Training(training) => Some(training.real()),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::Locked(Locked::default())
    }
}

/// What happened.
pub(crate) enum Event {
    /// A credential file was chosen; its text is still encrypted.
    FilePicked { name: String, text: String },
    /// What was chosen cannot be a credential file.
    FileRefused(Trouble),
    /// What this browser keeps for a next opening.
    Machine(Machine),
    /// A credential that is remembered here was chosen.
    Recalled(Remembered),
    /// Whether to remember the chosen file here, once it has opened.
    Remember(Remember),
    /// Forget what this browser keeps.
    ForgetMachine,
    /// Open the chosen credential with this.
    Unlock { passphrase: Zeroizing<String> },
    /// How far opening is.
    Progress(Progress),
    /// Opening did not work.
    Failed(Trouble),
    /// Everything is decrypted.
    Opened(Box<Practice>),
    /// The log has grown, and this is the practice now.
    Refreshed(Box<Practice>),
    /// The relay answered, and nothing is new.
    Reached,
    /// The log could not be read again.
    Unreachable,
    /// The log, read again, does not check: what was found.
    Distrusted(String),
    /// Write this to the lead's thread.
    Act { thread: ThreadId, event: lead::thread::Event },
    /// Send what waits again.
    Resend(Ticket),
    /// Give up what waits or was refused.
    Discard(Ticket),
    /// It is in the log.
    Saved(Ticket),
    /// It is not in the log, as far as is known.
    NotSaved(Ticket, Way),
    /// Lock now.
    Lock(LockReason),
    /// The search text is now this.
    Search(String),
    /// Show only these.
    Filter(Filter),
    /// Order the list like this.
    Order(Order),
    /// Move the cursor of the list.
    Move(Direction),
    /// Open this lead.
    OpenLead(ThreadId),
    /// Open the lead under the cursor.
    OpenCursor,
    /// Show what is known of the log, and what was refused.
    OpenLog,
    /// Open the lead that comes first in the day's work, and claim it.
    CallNext,
    /// Take this lead, so that no colleague calls at the same time; or give it back.
    Claim(ThreadId),
    /// Begin, or end, a call with this lead: the guide beside what is known.
    Call(ThreadId),
    /// The same for the lead that is shown, or under the cursor.
    ClaimHere,
    /// The same for the lead that is shown, or under the cursor.
    CallHere,
    /// Write down an inquiry that did not come through the form.
    OpenTake,
    /// It is written down, as this new thread.
    TakeDown { thread: ThreadId, event: Box<lead::thread::Event> },
    /// Show all leads.
    OpenPipeline,
    /// Something done there.
    Pipeline(pipeline::Do),
    /// Show what the numbers say.
    OpenReports,
    /// Show the day's work, and nothing beside it.
    OpenQueue,
    /// Show the practice's own affairs.
    OpenSettings(settings::Tab),
    /// How reading the access log goes.
    Access(access::Found),
    /// The scoring model's draft as it is now. What changes it (`Drafting::step`) runs with the page, which is fetched later.
    Drafted(Box<drafting::Drafting>),
    /// The drafts of an earlier opening, or none.
    Drafts(Box<(forming::Forming, drafting::Drafting, writing::Writing)>),
    /// This is typed as a note on the lead.
    Jot { thread: ThreadId, text: String },
    /// This is what is taken down of a call by now; `None`: it is given up.
    Taking(Option<Box<unfinished::Taking>>),
    /// What an earlier opening left unfinished, and what it sealed and the relay is not known to have taken.
    Unfinished(Box<(unfinished::Unfinished, Vec<Unsent>)>),
    /// Practise with people who do not exist.
    OpenTraining,
    /// What it takes to begin, and the file of these people; `None`: one of the two could not be had.
    Patients(Option<(Begin, String)>),
    /// Show what practising has shown.
    OpenFeedback,
    /// End it, and go on where the practice was left, or at this lead.
    LeaveTraining(Option<ThreadId>),
    /// The form's draft as it is now. What changes it (`Forming::step`) runs with the editor, which is fetched later.
    Formed(Box<forming::Forming>),
    /// The practice's own documents as they are written now; what changes them (`guiding.rs`, `following.rs`) comes later, too.
    Written(Box<writing::Writing>),
    /// Publish one, as `Document::published` gives it.
    Publish(Box<(ThreadId, lead::thread::Event)>),
    /// Publish a manifest with the root key.
    PublishManifest(Box<publishing::Order>),
    /// How that goes.
    Publishing(Box<publishing::Publishing>),
    /// Erase everything of this lead, for good.
    Erase { thread: ThreadId, ground: lead::thread::ErasureGround },
    /// Tell of new inquiries outside the page, or stop that.
    Notifications,
    /// What the browser says to that.
    NotificationsAllowed(bool),
    /// Show the map of shortcuts, or put it away.
    Shortcuts,
    /// Go one step back: out of the lead, or out of the search.
    Back,
    /// To the search field.
    FocusSearch,
    /// The clock moved on: milliseconds since 1970-01-01 UTC.
    Tick(u64),
}

/// Where the cursor goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    Next,
    Previous,
    First,
    Last,
}

/// Why the console is locked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LockReason {
    /// The person asked for it here.
    Asked,
    /// The person asked for it in another tab.
    OtherTab,
    /// Nobody used it for a while.
    Idle,
    /// The machine slept.
    Slept,
    /// The person left the page, which may come back from the browser's cache.
    Left,
}

/// What `drive` has to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    /// Derive the key, sign in, fetch, check, decrypt.
    Unlock { credential: Chosen, passphrase: Zeroizing<String>, remember: Remember },
    /// Drop keys and token.
    Forget,
    /// Remove what this browser keeps for a next opening.
    ForgetMachine,
    /// Tell the other tabs to lock.
    LockOthers,
    /// Sign, seal and append; what has this ticket already is sent again as it is.
    Append { ticket: Ticket, thread: ThreadId, event: lead::thread::Event },
    /// Send what an earlier opening sealed under this ticket.
    SendAgain { ticket: Ticket, unsent: Unsent },
    /// Sign for the erasure of a lead's entries, and have the relay erase them.
    Erase { ticket: Ticket, thread: ThreadId, ground: lead::thread::ErasureGround },
    /// Read the access log, and check its chain.
    ReadAccess,
    /// Keep these views of the pipeline in this browser.
    KeepViews(Vec<String>),
    /// Tell what views were kept.
    RecallViews,
    /// Tell what drafts an earlier opening left in this browser.
    RecallDrafts,
    /// Keep the drafts in this browser, encrypted, as they are now.
    KeepDrafts,
    /// Tell what an earlier opening left unfinished or not sent.
    RecallUnfinished,
    /// Keep what is unfinished in this browser, encrypted, as it is now.
    KeepUnfinished,
    /// What is sealed under this ticket is given up.
    Discard(Ticket),
    /// Have the root key sign a manifest, and the relay take it.
    PublishManifest(Box<publishing::Order>),
    /// Fetch the people to practise with.
    FetchPatients,
    /// Put the keyboard's focus here.
    Focus(Focus),
    /// Ask the browser whether notifications may be shown.
    AskToNotify,
    /// Say outside the page that something is new, and nothing about it.
    Notify,
}

/// What can be given the keyboard's focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Passphrase,
    Search,
    Row(ThreadId),
    Page,
}

/// Lets `event` happen to `state`.
pub(crate) fn step(state: &mut State, event: Event) -> Vec<Effect> {
    match (&mut *state, event) {
        (State::Open(_) | State::Training(_), Event::Lock(reason)) => {
            let staff = state.real().map(|open| open.practice.staff.to_string());
            *state = State::Locked(Locked::after(reason, staff.unwrap_or_default()));
            match reason {
                LockReason::OtherTab | LockReason::Left => vec![Effect::Forget],
                LockReason::Asked | LockReason::Idle | LockReason::Slept => {
                    vec![Effect::Forget, Effect::LockOthers]
                }
            }
        }
        (State::Locked(locked), Event::Opened(practice)) if locked.is_working() => {
            let mut open = Open::new(*practice, locked.now);
            let effects = open.begin();
            *state = State::Open(Box::new(open));
            effects
        }
        // What was believed so far came from the same relay: none of it may be shown any more.
        (State::Open(_) | State::Training(_), Event::Distrusted(found)) => {
            lock_after(state, Trouble::Log(found));
            vec![Effect::Forget, Effect::LockOthers]
        }
        // Reading broke off: half of a log is no log to work with.
        (State::Open(open), Event::Failed(trouble)) if open.practice.reading.is_some() => {
            lock_after(state, trouble);
            vec![Effect::Forget]
        }
        (State::Open(open), Event::Patients(Some((begin, file)))) if open.may_practise() => {
            practise(state, begin, &file)
        }
        (State::Training(_), Event::LeaveTraining(to)) => leave(state, to),
        (State::Locked(locked), event) => locked.step(event),
        (State::Open(open), event) => open.step(event),
        (State::Training(training), event) => training.step(event),
    }
}

fn lock_after(state: &mut State, trouble: Trouble) {
    let now = state.real().map_or(0, |open| open.now);
    *state = State::Locked(Locked { phase: Phase::Failed(trouble), now, ..Locked::default() });
}

/// Begins to practise with the people of `file`.
fn practise(state: &mut State, begin: Begin, file: &str) -> Vec<Effect> {
    let State::Open(real) = std::mem::take(state) else { return Vec::new() };
    let (now, effects) = match begin(real, file) {
        Ok(training) => {
            let effects = training.open().at_cursor();
            (State::Training(training), effects)
        }
        Err(mut real) => {
            let effects = real.step(Event::Patients(None));
            (State::Open(real), effects)
        }
    };
    *state = now;
    effects
}

fn leave(state: &mut State, to: Option<ThreadId>) -> Vec<Effect> {
    let State::Training(training) = std::mem::take(state) else { return Vec::new() };
    let (real, effects) = training.leave(to);
    *state = State::Open(real);
    effects
}
