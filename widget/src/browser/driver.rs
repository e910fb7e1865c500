//! Holds the state in one signal, hands events to it, and performs its effects.

use super::port::Port;
use lead::Inquiry;
use reactive_graph::signal::ArcRwSignal;
use reactive_graph::traits::{Update, With, WithUntracked};
use seal::entry::Binding;
use seal::{Zeroizing, random, web};
use wasm_bindgen_futures::spawn_local;
use widget::intake::{Effect, Event, Intake};
use wire::{EntryId, EntryKind};

/// DOM id of the heading of what is on the screen.
pub(crate) const HEADING: &str = "heading";

/// DOM id of the emergency guidance.
pub(crate) const GUIDANCE: &str = "guidance";

/// The running form. Cheap to copy into every listener.
#[derive(Clone, Copy)]
pub(crate) struct Driver(&'static Shared);

struct Shared {
    state: ArcRwSignal<Intake>,
    port: Port,
}

/// Nothing sealed left the frame.
struct NotSealed;

impl Driver {
    /// The form lives as long as its page, and nothing of this is ever given back.
    pub(crate) fn new(intake: Intake, port: Port) -> Self {
        Self(Box::leak(Box::new(Shared { state: ArcRwSignal::new(intake), port })))
    }

    /// Takes what the loader says from now on.
    pub(crate) fn listen(self) {
        self.port().listen(move |event| self.dispatch(event));
    }

    pub(crate) fn port(self) -> &'static Port {
        &self.0.port
    }

    /// Something read from the state; what shows it follows.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Intake) -> T) -> T {
        self.0.state.with(read)
    }

    /// Something read from the state, once.
    pub(crate) fn now<T>(self, read: impl FnOnce(&Intake) -> T) -> T {
        self.0.state.with_untracked(read)
    }

    /// Something happened.
    pub(crate) fn dispatch(self, event: Event) {
        let mut effects = Vec::new();
        self.0.state.update(|state| effects = state.step(event));
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(self, effect: Effect) {
        match effect {
            Effect::Seal(inquiry) => spawn_local(async move {
                match self.seal(&inquiry).await {
                    Ok((entry, body)) => {
                        self.dispatch(Event::Sealed(entry, now_ms()));
                        self.port().sealed(entry, &body);
                    }
                    Err(NotSealed) => self.dispatch(Event::Refused),
                }
            }),
            Effect::Focus(control) => {
                let id = self.now(|state| state.controls[control].name.clone());
                self.port().focus(&id);
            }
            Effect::Begin => {
                self.port().top();
                self.port().focus(HEADING);
            }
            Effect::Speak => self.speak(),
            Effect::Reveal => self.port().reveal(GUIDANCE),
            Effect::SendIn(ms) => self.port().send_in(ms),
        }
    }

    /// Gives the document the language of the form, and its name in it.
    pub(crate) fn speak(self) {
        let (language, words) = self.now(|state| (state.language.clone(), state.words()));
        self.port().speak(&language, if words.right_to_left { "rtl" } else { "ltr" });
        self.port().title(words.frame);
    }

    /// Encrypts to the manifest's first inbox key. The plaintext is wiped when this returns.
    async fn seal(self, inquiry: &Inquiry) -> Result<(EntryId, String), NotSealed> {
        let entry = random::make_entry_id(now_ms()).map_err(|_| NotSealed)?;
        let thread = random::make_thread_id().map_err(|_| NotSealed)?;
        let plain = Zeroizing::new(inquiry.to_json().map_err(|_| NotSealed)?);
        let manifest = self.now(|state| state.manifest.clone());
        let key = manifest.inbox.keys.first().ok_or(NotSealed)?;
        let binding = Binding {
            typ: EntryKind::Inquiry,
            practice: manifest.practice.clone(),
            thread,
            entry,
            manifest: manifest.version,
        };
        let body = web::seal(&binding, plain.as_bytes(), key).await.map_err(|_| NotSealed)?;
        Ok((entry, body))
    }
}

/// By this browser's clock, in milliseconds.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
