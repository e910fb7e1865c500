//! Follows the relay's stream of heads, so that a new inquiry appears by itself. What the stream says is not
//! believed: it only tells when to read the log again.

use super::session::Session;
use super::{is_current, refresh};
use crate::view::Console;
use js_sys::{Reflect, Uint8Array};
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, ReadableStreamDefaultReader};

/// Ends a stream when it is dropped with its session.
pub(super) struct Line {
    abort: Option<AbortController>,
    state: Rc<Cell<State>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Down,
    /// Asked for. A proxy that keeps answers back until they end leaves it here.
    Asked,
    /// Something was heard.
    Up,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { abort: AbortController::new().ok(), state: Rc::default() }
    }

    /// Whether it tells of new entries: asking for them is not needed.
    pub(super) fn is_up(&self) -> bool {
        self.state.get() == State::Up
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

/// Opens the stream, unless it is open. It ends with the session, the token or the network; the clock then calls
/// this again.
pub(super) fn follow(console: Console, session: &Rc<Session>) {
    if session.line.state.get() != State::Down {
        return;
    }
    session.line.state.set(State::Asked);
    let state = Rc::clone(&session.line.state);
    let signal = session.line.abort.as_ref().map(AbortController::signal);
    // Weak, so that a stream does not keep the keys of a session that was locked.
    let weak = Rc::downgrade(session);
    let desk = Rc::clone(&session.desk);
    spawn_local(async move {
        let open = async |token: &str| desk.relay.heads(token, signal.as_ref()).await;
        if let Ok(stream) = desk.signed_in(open).await {
            drop(desk);
            listen(&stream, || match weak.upgrade() {
                Some(session) if is_current(&session) => {
                    state.set(State::Up);
                    refresh(console);
                    true
                }
                _ => false,
            })
            .await;
        }
        state.set(State::Down);
    });
}

/// Calls `told` for every chunk that holds an event, until the stream ends or `told` has enough.
async fn listen(stream: &ReadableStream, told: impl Fn() -> bool) {
    let Ok(reader) = stream.get_reader().dyn_into::<ReadableStreamDefaultReader>() else { return };
    while let Ok(read) = JsFuture::from(reader.read()).await {
        let member = |name: &str| Reflect::get(&read, &JsValue::from_str(name)).ok();
        if member("done").is_none_or(|done| done.is_truthy()) {
            return;
        }
        let chunk = member("value").and_then(|value| value.dyn_into::<Uint8Array>().ok());
        // Comments keep the connection alive and say nothing. An event that is cut in two between the letters of
        // its name is missed here, and found with the next one.
        let is_event = chunk.is_some_and(|chunk| chunk.to_vec().windows(5).any(|part| part == b"data:"));
        if is_event && !told() {
            return;
        }
    }
}
