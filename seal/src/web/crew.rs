//! Workers that open entries beside the page's thread: browsers do RSA on the thread that asks for it, 1 to 2 ms an
//! entry, so that a page with thousands of them would not answer for as long.
//!
//! A key is handed to each worker once, as the non-extractable `CryptoKey` that it is. [`dismiss`] ends the
//! workers and, with them, whatever they hold.

use crate::hazmat::Failed;
use crate::jwe::Jwe;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, MessageEvent, Worker};
use wire::jwk::Thumbprint;
use zeroize::Zeroizing;

thread_local! {
    static CREW: RefCell<Option<Rc<Crew>>> = const { RefCell::new(None) };
}

/// Who waits for which answer: called with the worker's message, or with nothing where the worker is lost.
type Waiting = Rc<RefCell<HashMap<u32, Function>>>;

pub(crate) struct Crew {
    hands: Vec<Hand>,
    next: Cell<u32>,
    waiting: Waiting,
}

struct Hand {
    worker: Worker,
    /// Names of the keys that it holds.
    holds: RefCell<HashSet<String>>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

/// Puts the workers to work that run; gives how many. Those that do not start are left out, and with none of
/// them everything is opened on the page's thread, as before.
pub async fn hire(workers: Vec<Worker>) -> usize {
    let waiting = Waiting::default();
    let mut starting = Vec::new();
    for (index, worker) in (0..).zip(workers) {
        // The first message, whatever it is, says that the script runs. It is listened for before it can come.
        let first = u32::MAX - index;
        let started = promise(&waiting, first);
        starting.push((Hand::new(worker, &waiting, first), started));
    }
    let mut hands = Vec::new();
    for (hand, started) in starting {
        if JsFuture::from(started).await.is_ok_and(|said| !said.is_undefined()) {
            hands.push(hand);
        }
    }
    let count = hands.len();
    let crew = (count > 0).then(|| Rc::new(Crew { hands, next: Cell::new(0), waiting }));
    CREW.set(crew);
    count
}

/// A promise of the answer with this number.
fn promise(waiting: &Waiting, id: u32) -> Promise {
    Promise::new(&mut |resolve, _| drop(waiting.borrow_mut().insert(id, resolve)))
}

/// Ends the workers. What they were asked for is not answered as opened any more.
pub fn dismiss() {
    if let Some(crew) = CREW.take() {
        crew.lose();
    }
}

/// The crew, if one was hired.
pub(crate) fn current() -> Option<Rc<Crew>> {
    CREW.with_borrow(Clone::clone)
}

impl Crew {
    /// Opens a JWE. `None`: a worker was lost, and nothing is said about the JWE.
    pub(crate) async fn open(
        &self,
        name: &Thumbprint,
        key: &CryptoKey,
        jwe: &Jwe,
    ) -> Option<Result<Zeroizing<Vec<u8>>, Failed>> {
        let id = self.next.get();
        // The highest numbers are those of the first messages.
        self.next.set((id + 1) % (u32::MAX / 2));
        let answer = promise(&self.waiting, id);
        let hand = &self.hands[id as usize % self.hands.len()];
        hand.ask(id, name, key, jwe).ok()?;
        let said = JsFuture::from(answer).await.ok().filter(|said| !said.is_undefined())?;
        let plain = Reflect::get(&said, &"plain".into()).ok()?;
        if plain.is_undefined() {
            return Some(Err(Failed));
        }
        let plain = Uint8Array::new(&plain);
        let copy = Zeroizing::new(plain.to_vec());
        plain.fill(0, 0, plain.length());
        Some(Ok(copy))
    }

    fn lose(&self) {
        for hand in &self.hands {
            hand.worker.terminate();
        }
        lose(&self.waiting);
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.lose();
    }
}

/// Whoever waits learns that there will be no answer.
fn lose(waiting: &Waiting) {
    for resolve in waiting.take().into_values() {
        // A promise's own function: it does not throw.
        let _ = resolve.call0(&JsValue::UNDEFINED);
    }
}

impl Hand {
    fn new(worker: Worker, waiting: &Waiting, first: u32) -> Self {
        let answers = Rc::clone(waiting);
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let said = message.data();
            let id = Reflect::get(&said, &"id".into()).ok().and_then(|id| id.as_f64());
            let id = id.map_or(first, |id| id as u32);
            let resolve = answers.borrow_mut().remove(&id);
            if let Some(resolve) = resolve {
                let _ = resolve.call1(&JsValue::UNDEFINED, &said);
            }
        });
        let lost = Rc::clone(waiting);
        // Of a worker that fails nobody knows which answers it owed: all who wait help themselves.
        let failed = Closure::<dyn FnMut(JsValue)>::new(move |_| lose(&lost));
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        Self { worker, holds: RefCell::default(), _heard: heard, _failed: failed }
    }

    fn ask(&self, id: u32, name: &Thumbprint, key: &CryptoKey, jwe: &Jwe) -> Result<(), JsValue> {
        let name = name.to_string();
        let message = Object::new();
        let set = |member: &str, value: &JsValue| Reflect::set(&message, &member.into(), value);
        let wrapped = Uint8Array::from(jwe.encrypted_key.as_slice());
        let sealed = Uint8Array::from(jwe.sealed.as_slice());
        set("id", &id.into())?;
        set("name", &name.as_str().into())?;
        set("wrapped", &wrapped)?;
        set("iv", &Uint8Array::from(jwe.iv.as_slice()))?;
        set("aad", &Uint8Array::from(jwe.protected.as_bytes()))?;
        set("sealed", &sealed)?;
        if self.holds.borrow_mut().insert(name) {
            set("key", key)?;
        }
        let moved = Array::of2(&wrapped.buffer(), &sealed.buffer());
        self.worker.post_message_with_transfer(&message, &moved)
    }
}
