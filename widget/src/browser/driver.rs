//! Holds the state in one signal, hands events to it, and performs its effects.

use super::port::Port;
use leptos::prelude::*;
use lead::Inquiry;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use seal::entry::{Binding, seal};
use seal::{PublicKey, Zeroizing, random};
use std::time::Duration;
use widget::intake::{Effect, Event, Intake};
use wire::{EntryId, EntryKind};

/// DOM id of the heading of what is on the screen.
pub(crate) const HEADING: &str = "heading";

/// The running form. Cheap to copy into every listener.
#[derive(Clone, Copy)]
pub(crate) struct Driver {
    state: RwSignal<Intake>,
    port: StoredValue<Port, LocalStorage>,
}

/// Nothing sealed left the frame.
struct NotSealed;

impl Driver {
    pub(crate) fn new(intake: Intake, port: Port) -> Self {
        Self { state: RwSignal::new(intake), port: StoredValue::new_local(port) }
    }

    /// Takes outcomes from the loader from now on.
    pub(crate) fn listen(self) {
        self.port(|port| port.listen(move |event| self.dispatch(event)));
    }

    pub(crate) fn port<T>(self, with: impl FnOnce(&Port) -> T) -> T {
        self.port.with_value(with)
    }

    /// Something read from the state, kept up to date; what shows it changes only when it does.
    pub(crate) fn read<T: PartialEq + Send + Sync + 'static>(
        self,
        read: impl Fn(&Intake) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| self.state.with(&read))
    }

    /// Something read from the state, once.
    pub(crate) fn now<T>(self, read: impl FnOnce(&Intake) -> T) -> T {
        self.state.with_untracked(read)
    }

    /// Something happened.
    pub(crate) fn dispatch(self, event: Event) {
        let mut effects = Vec::new();
        self.state.update(|state| effects = state.step(event));
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(self, effect: Effect) {
        match effect {
            Effect::Seal(inquiry) => {
                let event = match self.seal(&inquiry) {
                    Ok((entry, body)) => {
                        self.dispatch(Event::Sealed(entry));
                        return self.port(|port| port.sealed(entry, &body));
                    }
                    Err(NotSealed) => Event::Refused,
                };
                self.dispatch(event);
            }
            Effect::Focus(control) => {
                let id = self.now(|state| state.controls[control].name.clone());
                focus(id);
            }
            Effect::Begin => {
                self.port(Port::top);
                focus(HEADING.to_owned());
            }
            Effect::SendIn(ms) => {
                set_timeout(move || self.dispatch(Event::Send(now_ms())), Duration::from_millis(ms));
            }
        }
    }

    /// Encrypts to the manifest's first inbox key. The plaintext is wiped when this returns.
    fn seal(self, inquiry: &Inquiry) -> Result<(EntryId, String), NotSealed> {
        let entry = random::make_entry_id().map_err(|_| NotSealed)?;
        let thread = random::make_thread_id().map_err(|_| NotSealed)?;
        let plain = Zeroizing::new(inquiry.to_json().map_err(|_| NotSealed)?);
        let manifest = self.now(|state| state.manifest.clone());
        let key = manifest.inbox.keys.first().ok_or(NotSealed)?;
        let key = PublicKey::from_jwk(key).map_err(|_| NotSealed)?;
        let binding = Binding {
            typ: EntryKind::Inquiry,
            practice: manifest.practice.clone(),
            thread,
            entry,
            manifest: manifest.version,
        };
        let body = seal(&binding, plain.as_bytes(), &key).map_err(|_| NotSealed)?;
        Ok((entry, body))
    }
}

/// By this browser's clock, in milliseconds.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Focuses the element `id` once what was just changed is on the screen.
fn focus(id: String) {
    let focus = move || {
        let element = document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // The element exists; there is nothing to do where it cannot take the focus.
            let _ = element.focus();
        }
    };
    set_timeout(focus, Duration::ZERO);
}
