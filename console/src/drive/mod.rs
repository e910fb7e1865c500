//! Performs what the model asks for: WebCrypto, the relay, the clock, other tabs. Keys and token live
//! here and nowhere else, from unlocking to [`Effect::Forget`].

mod access;
mod clock;
mod crew;
mod follow;
mod kept;
mod memory;
mod notify;
mod opening;
mod own;
mod publishing;
mod relay;
mod remembered;
mod scripts;
mod session;
mod store;
mod tabs;
mod trouble;
mod trust;
mod unsent;

use crate::model;
use crate::model::access::{AccessTrouble, Found};
use crate::model::pipeline::Do;
use crate::model::publishing::Order;
use crate::model::training::begin;
use crate::model::work::{Ticket, Unsent, Way};
use crate::model::{Begin, Effect, Event};
use crate::view::{App, AppProps, Console, focus};
use gloo_net::http::{Request, Response};
use leptos::mount::mount_to_body;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use opening::Opened;
use session::{Deed, Desk, Sealed, Session};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use wire::ThreadId;

thread_local! {
    static SIGNED_IN: RefCell<Option<SignedIn>> = const { RefCell::new(None) };
}

/// Who is signed in. An auditor holds nothing by which a lead could be read or written.
#[derive(Clone)]
enum SignedIn {
    Staff(Rc<Session>),
    Auditor(Rc<Desk>),
}

impl SignedIn {
    fn desk(&self) -> &Rc<Desk> {
        match self {
            Self::Staff(session) => &session.desk,
            Self::Auditor(desk) => desk,
        }
    }
}

/// The session of who reads and writes leads.
fn session() -> Option<Rc<Session>> {
    SIGNED_IN.with_borrow(|signed_in| match signed_in {
        Some(SignedIn::Staff(session)) => Some(Rc::clone(session)),
        Some(SignedIn::Auditor(_)) | None => None,
    })
}

/// Shows the console and starts its clock.
pub(crate) fn start() {
    let console = Console::new(perform, clock::zone, || seal::random::make_thread_id().ok());
    mount_to_body(move || App(AppProps { console }));
    console.send(Event::Tick(clock::now()));
    clock::start(console);
    tabs::listen(console);
    spawn_local(async move {
        kept::sweep().await;
        look(console).await;
    });
}

/// Tells what this browser keeps for a next opening.
async fn look(console: Console) {
    console.send(Event::Machine(remembered::machine().await));
}

fn perform(console: Console, effect: Effect) {
    match effect {
        Effect::Focus(to) => focus::focus(console, to),
        Effect::Forget => {
            SIGNED_IN.set(None);
            seal::web::dismiss();
            spawn_local(look(console));
        }
        Effect::ForgetMachine => spawn_local(async move {
            store::clear().await;
            tabs::forgot();
            look(console).await;
        }),
        Effect::LockOthers => tabs::lock_others(),
        Effect::FetchPatients => run(console, Some(Errand::FetchPatients)),
        Effect::AskToNotify => notify::ask(console),
        Effect::Notify => notify::tell(),
        Effect::Append { ticket, thread, event } => write(console, ticket, thread, Deed::Append(event)),
        Effect::Erase { ticket, thread, ground } => write(console, ticket, thread, Deed::Erase(ground)),
        Effect::ReadAccess => read_access(console),
        Effect::RecallDrafts => run(console, session().map(Errand::RecallDrafts)),
        Effect::KeepDrafts => run(console, session().map(Errand::KeepDrafts)),
        Effect::PublishManifest(order) => {
            run(console, session().map(|session| Errand::Publish(session, order)))
        }
        Effect::RecallUnfinished => own_here(console, Own::Recall),
        Effect::KeepUnfinished => own_here(console, Own::Unfinished),
        Effect::SendAgain { ticket, unsent } => send_again(console, ticket, unsent),
        Effect::Discard(ticket) => {
            let given_up = session().and_then(|session| session.give_up(ticket));
            if let Some(Sealed::Entry(unsent)) = given_up {
                own_here(console, Own::Settle(unsent));
            }
        }
        Effect::KeepViews(views) => with_desk(|desk| memory::keep_views(&desk.anchor, &desk.staff, &views)),
        Effect::RecallViews => {
            let mut views = Vec::new();
            with_desk(|desk| views = memory::recall_views(&desk.anchor, &desk.staff));
            console.send(Do::Recalled(views).into());
        }
        Effect::Unlock { credential, passphrase, remember } => spawn_local(async move {
            let report = move |progress| console.send(Event::Progress(progress));
            match opening::open(credential, passphrase, remember, report).await {
                Ok(Opened::Staff(session)) => read(console, session).await,
                Ok(Opened::Auditor(desk, practice)) => {
                    SIGNED_IN.set(Some(SignedIn::Auditor(desk)));
                    console.send(Event::Opened(practice));
                }
                Err(trouble) => console.send(Event::Failed(trouble)),
            }
        }),
    }
}

/// Reads the log for the first time, then follows it.
async fn read(console: Console, session: Rc<Session>) {
    SIGNED_IN.set(Some(SignedIn::Staff(Rc::clone(&session))));
    let shown = Cell::new(false);
    let show = |practice| {
        let practice = Box::new(practice);
        console.send(if shown.replace(true) { Event::Refreshed(practice) } else { Event::Opened(practice) });
    };
    let read = session.read_first(|| is_current(&session), show).await;
    match read {
        Ok(()) if is_current(&session) => follow::follow(console, &session),
        Err(trouble) if is_current(&session) => console.send(Event::Failed(trouble)),
        // Locked meanwhile.
        Ok(()) | Err(_) => {}
    }
}

/// Writes an event, and reads it back from the log with everything else that is new.
fn write(console: Console, ticket: Ticket, thread: ThreadId, deed: Deed) {
    let Some(session) = session() else { return };
    spawn_local(async move {
        let written = match session.seal_as(ticket, thread, deed).await {
            Some(sealed) => {
                if let Sealed::Entry(unsent) = &sealed {
                    own(console, Rc::clone(&session), Own::Hold(Rc::clone(unsent)));
                }
                let written = session.send(ticket, &sealed).await;
                if let (Ok(_), Sealed::Entry(unsent)) = (&written, sealed) {
                    own(console, Rc::clone(&session), Own::Settle(unsent));
                }
                written
            }
            None => Err(Way::Waiting),
        };
        let read = match written {
            Ok(seq) => session.refresh_after_others(seq).await,
            Err(_) => None,
        };
        if is_current(&session) {
            // The event itself first, so that at no time it is neither shown nor on its way.
            if let Some(event) = read {
                console.send(event);
            }
            console.send(match written {
                Ok(_) => Event::Saved(ticket),
                Err(way) => Event::NotSaved(ticket, way),
            });
        }
    });
}

/// Something about what this browser keeps of a person's own work.
enum Own {
    /// Tell what an earlier opening left.
    Recall,
    /// Keep what is unfinished, as it is now.
    Unfinished,
    /// Keep what is sealed until the relay has it: a lock must not cost it. An erasure is signed for again instead.
    Hold(Rc<Unsent>),
    /// The relay has it, or it is given up.
    Settle(Rc<Unsent>),
}

fn own_here(console: Console, what: Own) {
    if let Some(session) = session() {
        own(console, session, what);
    }
}

/// Without the part that does it, what is typed and what is sealed are in memory alone, as they are without a storage.
fn own(console: Console, session: Rc<Session>, what: Own) {
    spawn_local(async move {
        let Ok(doing) = doing(console, Rc::clone(&session), what).await else { return };
        if let Some(event) = doing.await
            && is_current(&session)
        {
            console.send(event);
        }
    });
}

/// In the part with the pages on which people write.
#[wasm_split(lead, wasm_split_path = leptos::wasm_split, fallible)]
fn doing(
    console: Console,
    session: Rc<Session>,
    what: Own,
) -> Result<Pin<Box<dyn Future<Output = Option<Event>>>>, SplitLoaderError> {
    match what {
        Own::Recall => return Ok(Box::pin(async move { Some(unsent::recall_all(&session).await) })),
        Own::Unfinished => {
            if let Some(text) = console.with(|state| state.real().map(|open| open.unfinished.write())) {
                own::keep(session, own::UNFINISHED, text);
            }
        }
        Own::Hold(unsent) => unsent::keep(session, &unsent),
        Own::Settle(unsent) => unsent::settle(session, &unsent.entry),
    }
    Ok(Box::pin(std::future::ready(None)))
}

fn send_again(console: Console, ticket: Ticket, unsent: Unsent) {
    let (thread, event) = (unsent.thread, unsent.event.clone());
    if let Some(session) = session() {
        session.hold(ticket, unsent);
        write(console, ticket, thread, Deed::Append(event));
    }
}

/// What the code does that comes with the pages of the practice.
enum Errand {
    ReadAccess(Rc<Desk>),
    RecallDrafts(Rc<Session>),
    KeepDrafts(Rc<Session>),
    Publish(Rc<Session>, Box<Order>),
    FetchPatients,
}

fn read_access(console: Console) {
    let desk = SIGNED_IN.with_borrow(|signed_in| signed_in.as_ref().map(|one| Rc::clone(one.desk())));
    run(console, desk.map(Errand::ReadAccess));
}

/// Where the part cannot be had, a page that wants it says so, or asks again. What is to be stored is taken at once: there
/// may be nothing to read it from a moment later.
fn run(console: Console, errand: Option<Errand>) {
    let Some(errand) = errand else { return };
    spawn_local(async move {
        let missing = match errand {
            Errand::ReadAccess(_) => Some(Event::Access(Found::Failed(AccessTrouble::Unreachable))),
            Errand::FetchPatients => Some(Event::Patients(None)),
            Errand::RecallDrafts(_) | Errand::KeepDrafts(_) | Errand::Publish(..) => None,
        };
        match running(console, errand).await {
            Ok(running) => running.await,
            Err(_) => missing.into_iter().for_each(|event| console.send(event)),
        }
    });
}

#[wasm_split(office, wasm_split_path = leptos::wasm_split, fallible)]
fn running(console: Console, errand: Errand) -> Result<Pin<Box<dyn Future<Output = ()>>>, SplitLoaderError> {
    Ok(Box::pin(async move {
        match errand {
            Errand::ReadAccess(desk) => {
                let found = access::read(&desk, |found| console.send(Event::Access(found))).await;
                if is_signed_in(&desk) {
                    console.send(Event::Access(found));
                }
            }
            Errand::RecallDrafts(session) => {
                let stored = own::recall(&session, own::DRAFTS).await;
                let read = |stored: String| {
                    console
                        .with(|state| state.real().map(|open| model::drafts::read(&stored, &open.practice)))
                };
                if is_current(&session) {
                    console.send(Event::Drafts(Box::new(stored.and_then(read).unwrap_or_default())));
                }
            }
            Errand::KeepDrafts(session) => {
                if let Some(text) = console.with(|state| state.real().map(model::drafts::write)) {
                    own::keep(session, own::DRAFTS, text);
                }
            }
            Errand::Publish(session, order) => publishing::publish(console, session, *order).await,
            Errand::FetchPatients => console.send(Event::Patients(patients().await)),
        }
    }))
}

/// The people to practise with, made up and the same for every practice, and what it takes to begin.
async fn patients() -> Option<(Begin, String)> {
    let answer = Request::get("training.json").send().await.ok().filter(Response::ok)?;
    Some((begin, answer.text().await.ok()?))
}

fn with_desk(use_it: impl FnOnce(&Desk)) {
    SIGNED_IN.with_borrow(|signed_in| signed_in.as_ref().map(|signed_in| use_it(signed_in.desk())));
}

/// Whether it is still unlocked, and was not locked in between: what comes late belongs to nobody.
fn is_current(session: &Rc<Session>) -> bool {
    is_signed_in(&session.desk)
}

fn is_signed_in(desk: &Rc<Desk>) -> bool {
    SIGNED_IN.with_borrow(|now| now.as_ref().is_some_and(|now| Rc::ptr_eq(now.desk(), desk)))
}

/// Keeps the stream of heads up; where there is none, asks for new entries instead.
fn keep_up(console: Console) {
    let Some(session) = session() else { return };
    if !session.line.is_up() {
        refresh(console);
        follow::follow(console, &session);
    }
}

/// Looks for new entries, if the console is open and nothing is under way.
fn refresh(console: Console) {
    let Some(session) = session() else { return };
    spawn_local(async move {
        let found = session.refresh().await;
        if is_current(&session)
            && let Some(event) = found
        {
            console.send(event);
        }
    });
}
