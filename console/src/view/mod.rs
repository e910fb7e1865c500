//! What is on the screen. Components only show the state and turn what a person does into events;
//! whatever can be wrong is decided in `model`.
//!
//! Text stands in braces, also where it is constant: Leptos would write constant elements by `innerHTML`,
//! and the page's policy (Trusted Types) forbids that for everyone. `t` translates it (`words.rs`).

#![allow(unreachable_pub, reason = "`#[component]` writes a `pub` of its own")]

mod access;
mod board;
mod booking;
mod call;
mod cards;
mod chart;
mod correct;
mod drafting;
mod ending;
mod file;
pub(crate) mod focus;
mod following;
mod forming;
mod gate;
mod guiding;
mod history;
mod icon;
mod keys;
mod language;
mod later;
mod lead;
mod list;
mod log;
pub(crate) mod origin;
mod pipeline;
mod publishing;
mod reports;
mod rules;
mod score;
mod settings;
mod shell;
mod slice;
mod table;
mod take;
mod timeline;
mod training;
mod visible;
mod work;

use crate::model::when::Zone;
use crate::model::{Effect, Event, Locked, Open, Practising, State, step};
use leptos::prelude::*;
use slice::{Slice, slice};
use wire::ThreadId;

/// The one state, and how to change it.
#[derive(Clone, Copy)]
pub(crate) struct Console {
    state: RwSignal<State>,
    perform: fn(Console, Effect),
    pub(crate) zone: Zone,
    /// A new thread's id; `None` where the browser gives no randomness.
    pub(crate) make_thread: fn() -> Option<ThreadId>,
}

impl Console {
    pub(crate) fn new(perform: fn(Self, Effect), zone: Zone, make_thread: fn() -> Option<ThreadId>) -> Self {
        Self { state: RwSignal::new(State::default()), perform, zone, make_thread }
    }

    /// Milliseconds since 1970-01-01 UTC, as of the last tick.
    pub(crate) fn now(self) -> u64 {
        self.with(|state| match state {
            State::Locked(locked) => locked.now,
            state => state.open().map_or(0, |open| open.now),
        })
    }

    /// Lets `event` happen, and performs what follows from it.
    pub(crate) fn send(self, event: Event) {
        let effects = self.state.try_update(|state| step(state, event));
        for effect in effects.into_iter().flatten() {
            (self.perform)(self, effect);
        }
    }

    pub(crate) fn with<T>(self, read: impl FnOnce(&State) -> T) -> T {
        self.state.with_untracked(read)
    }

    /// What `read` finds in the open console; `None` while it is locked.
    pub(crate) fn open<T: PartialEq + Send + Sync + 'static>(self, read: fn(&Open) -> T) -> Slice<Option<T>> {
        slice(move || self.state.with(|state| state.open().map(read)))
    }

    /// What `read` finds while people who do not exist are practised with; `None` at any other time.
    pub(crate) fn training<T: PartialEq + Send + Sync + 'static>(
        self,
        read: fn(&dyn Practising) -> T,
    ) -> Slice<Option<T>> {
        slice(move || {
            self.state.with(|state| match state {
                State::Training(training) => Some(read(&**training)),
                State::Locked(_) | State::Open(_) => None,
            })
        })
    }

    pub(crate) fn locked(self) -> Slice<Option<Locked>> {
        slice(move || {
            self.state.with(|state| match state {
                State::Locked(locked) => Some(locked.clone()),
                State::Open(_) | State::Training(_) => None,
            })
        })
    }
}

/// The console, given by [`App`] to everything below it.
pub(crate) fn console() -> Console {
    expect_context()
}

/// The whole console.
#[component]
pub(crate) fn App(console: Console) -> impl IntoView {
    provide_context(console);
    let is_open = console.open(|_| ());
    let spoken = language::begin();
    move || {
        spoken.get().map(|_| match is_open.get() {
            Some(()) => shell::Shell().into_any(),
            None => gate::Gate().into_any(),
        })
    }
}
