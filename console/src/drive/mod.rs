//! Performs what the model asks for: WebCrypto, the relay, the clock, other tabs. Keys and token live
//! here and nowhere else, from unlocking to [`Effect::Forget`].

mod clock;
mod memory;
mod opening;
mod relay;
mod session;
mod tabs;

use crate::model::{Effect, Event};
use crate::view::{App, AppProps, Console, focus};
use leptos::mount::mount_to_body;
use leptos::task::spawn_local;
use session::Session;
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static SESSION: RefCell<Option<Rc<Session>>> = const { RefCell::new(None) };
}

/// Shows the console and starts its clock.
pub(crate) fn start() {
    let console = Console::new(perform, clock::zone);
    mount_to_body(move || App(AppProps { console }));
    console.send(Event::Tick(clock::now()));
    clock::start(console);
    tabs::listen(console);
}

fn perform(console: Console, effect: Effect) {
    match effect {
        Effect::Focus(to) => focus::focus(console, to),
        Effect::Forget => SESSION.set(None),
        Effect::LockOthers => tabs::lock_others(),
        Effect::Unlock { file, passphrase } => spawn_local(async move {
            let report = move |progress| console.send(Event::Progress(progress));
            match opening::open(&file, passphrase, report).await {
                Ok((session, practice)) => {
                    SESSION.set(Some(Rc::new(session)));
                    console.send(Event::Opened(Box::new(practice)));
                }
                Err(trouble) => console.send(Event::Failed(trouble)),
            }
        }),
    }
}

/// Looks for new entries, if the console is open and nothing is under way.
fn refresh(console: Console) {
    let Some(session) = SESSION.with_borrow(Clone::clone) else { return };
    spawn_local(async move {
        let found = session.refresh().await;
        // Locked in the meantime, or unlocked anew: what came belongs to nobody now.
        let current = SESSION.with_borrow(|now| now.as_ref().is_some_and(|now| Rc::ptr_eq(now, &session)));
        if current && let Some(event) = found {
            console.send(event);
        }
    });
}
