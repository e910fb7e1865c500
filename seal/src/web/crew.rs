//! Workers that open entries beside the page's thread: browsers do RSA on the thread that asks for it, 1 to 2 ms an
//! entry, so that a page with thousands of them would not answer for as long.
//!
//! A key is handed to each worker once, as the non-extractable `CryptoKey` that it is. [`dismiss`] ends the
//! workers and, with them, whatever they hold. Entries go to them several in one message, because a message costs as much
//! as what AES does with an entry.

use crate::jwe::Jwe;
use crate::kept::Wrapped;
use js_sys::{Array, Object, Reflect, Uint8Array, Uint32Array};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, MessageEvent, Worker};
use wire::jwk::Thumbprint;
use zeroize::Zeroizing;

/// Most entries in one message: a worker that waits for the next one should not wait long.
const AT_ONCE: usize = 16;

/// Parts of an entry in a message: wrapped key, what is kept of it, nonce, header, ciphertext.
const PARTS: usize = 5;

thread_local! {
    static CREW: RefCell<Option<Rc<Crew>>> = const { RefCell::new(None) };
}

pub(crate) struct Crew {
    hands: Vec<Hand>,
    next: Cell<u32>,
    waiting: Waiting,
    /// What goes out as soon as whoever asks has asked for all that is to be had.
    gathered: RefCell<Vec<Batch>>,
}

/// Who waits for the answers to which message.
type Waiting = Rc<RefCell<HashMap<u32, Vec<Wait<Answer>>>>>;

/// What came of an entry.
pub(crate) enum Answer {
    Opened {
        plain: Zeroizing<Vec<u8>>,
        /// Its content key for the next time, where that is kept and not known yet.
        wrapped: Option<Wrapped>,
    },
    Refused,
    /// A worker was lost, and nothing is said about the entry.
    Lost,
}

/// A key as workers hold it.
pub(crate) struct Held<'a> {
    pub(crate) name: &'a Thumbprint,
    pub(crate) opens: &'a CryptoKey,
    pub(crate) root: &'a CryptoKey,
    /// What the key that wraps content keys is derived with; `None`: none are kept.
    pub(crate) salt: Option<&'a [u8; 32]>,
}

/// Entries for one key.
struct Batch {
    name: String,
    key: Object,
    bytes: Vec<u8>,
    lengths: Vec<u32>,
    waits: Vec<Wait<Answer>>,
}

struct Hand {
    worker: Worker,
    /// Names of the keys that it holds.
    holds: RefCell<HashSet<String>>,
    /// Entries that it has not answered yet.
    owes: Rc<Cell<usize>>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

/// Something that is to come.
struct Wait<T>(Rc<RefCell<(Option<T>, Option<Waker>)>>);

impl<T> Wait<T> {
    fn new() -> Self {
        Self(Rc::new(RefCell::new((None, None))))
    }

    fn give(&self, value: T) {
        let waker = {
            let (there, waker) = &mut *self.0.borrow_mut();
            *there = Some(value);
            waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn take(self) -> T {
        poll_fn(|context| {
            let (there, waker) = &mut *self.0.borrow_mut();
            *waker = Some(context.waker().clone());
            there.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

impl<T> Clone for Wait<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// Puts the workers to work that run; gives how many. Those that do not start are left out, and with none of
/// them everything is opened on the page's thread, as before.
pub async fn hire(workers: Vec<Worker>) -> usize {
    let waiting = Waiting::default();
    let starting: Vec<_> = workers.into_iter().map(|worker| Hand::new(worker, &waiting)).collect();
    let mut hands = Vec::new();
    for (hand, runs) in starting {
        if runs.take().await {
            hands.push(hand);
        }
    }
    let count = hands.len();
    let crew = Crew { hands, next: Cell::default(), waiting, gathered: RefCell::default() };
    CREW.set((count > 0).then(|| Rc::new(crew)));
    count
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
    /// Opens a JWE, by its content key as it was kept from an earlier time if that is `known`.
    pub(crate) async fn open(self: &Rc<Self>, key: &Held<'_>, jwe: &Jwe, known: Option<&Wrapped>) -> Answer {
        let wait = Wait::new();
        if self.gather(key, jwe, known, wait.clone()).is_err() {
            return Answer::Lost;
        }
        wait.take().await
    }

    fn gather(
        self: &Rc<Self>,
        key: &Held<'_>,
        jwe: &Jwe,
        known: Option<&Wrapped>,
        wait: Wait<Answer>,
    ) -> Result<(), JsValue> {
        let mut gathered = self.gathered.borrow_mut();
        if gathered.is_empty() {
            let crew = Rc::clone(self);
            // Runs when the task that asks, which may ask for many at once, waits for what it asked for.
            wasm_bindgen_futures::spawn_local(async move { crew.send() });
        }
        let name = key.name.to_string();
        let with_room = |batch: &&mut Batch| batch.name == name && batch.waits.len() < AT_ONCE;
        match gathered.last_mut().filter(with_room) {
            Some(batch) => batch.add(jwe, known, wait),
            None => {
                let mut batch = Batch::new(name, key)?;
                batch.add(jwe, known, wait);
                gathered.push(batch);
            }
        }
        Ok(())
    }

    fn send(&self) {
        for batch in self.gathered.take() {
            let id = self.next.replace(self.next.get().wrapping_add(1));
            let free = self.hands.iter().min_by_key(|hand| hand.owes.get());
            let asked = free.map(|hand| hand.ask(id, &batch));
            let waits = batch.waits;
            if let Some(Ok(())) = asked {
                self.waiting.borrow_mut().insert(id, waits);
            } else {
                waits.iter().for_each(|wait| wait.give(Answer::Lost));
            }
        }
    }

    fn lose(&self) {
        for hand in &self.hands {
            hand.worker.terminate();
        }
        for batch in self.gathered.take() {
            batch.waits.iter().for_each(|wait| wait.give(Answer::Lost));
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
    let waiting = waiting.take();
    waiting.values().flatten().for_each(|wait| wait.give(Answer::Lost));
}

impl Batch {
    fn new(name: String, key: &Held<'_>) -> Result<Self, JsValue> {
        let Held { opens, root, salt, .. } = key;
        let object = Object::new();
        Reflect::set(&object, &"opens".into(), opens)?;
        if let Some(salt) = salt {
            Reflect::set(&object, &"root".into(), root)?;
            Reflect::set(&object, &"salt".into(), &Uint8Array::from(salt.as_slice()))?;
        }
        Ok(Self {
            name,
            key: object,
            bytes: Vec::new(),
            lengths: Vec::with_capacity(AT_ONCE * PARTS),
            waits: Vec::with_capacity(AT_ONCE),
        })
    }

    fn add(&mut self, jwe: &Jwe, known: Option<&Wrapped>, wait: Wait<Answer>) {
        let known = known.map_or(&[][..], Wrapped::as_slice);
        let parts: [&[u8]; PARTS] =
            [&jwe.encrypted_key, known, &jwe.iv, jwe.protected.as_bytes(), &jwe.sealed];
        for part in parts {
            self.bytes.extend_from_slice(part);
            self.lengths.push(part.len() as u32);
        }
        self.waits.push(wait);
    }
}

impl Hand {
    /// The worker, and whether it runs.
    fn new(worker: Worker, waiting: &Waiting) -> (Self, Wait<bool>) {
        let (runs, owes) = (Wait::new(), Rc::<Cell<usize>>::default());
        let (started, answers, answered) = (runs.clone(), Rc::clone(waiting), Rc::clone(&owes));
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            match Said::read(&message.data()) {
                Some(Said { id, answers: given }) => {
                    let waits = answers.borrow_mut().remove(&id).unwrap_or_default();
                    answered.set(answered.get().saturating_sub(waits.len()));
                    let given = given.into_iter().chain(std::iter::repeat_with(|| Answer::Lost));
                    waits.iter().zip(given).for_each(|(wait, answer)| wait.give(answer));
                }
                // The first message, whatever it is, says that the script runs.
                None => started.give(true),
            }
        });
        let (failed, lost) = (runs.clone(), Rc::clone(waiting));
        // Of a worker that fails nobody knows which answers it owed: all who wait help themselves.
        let failed = Closure::<dyn FnMut(JsValue)>::new(move |_| {
            failed.give(false);
            lose(&lost);
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        (Self { worker, holds: RefCell::default(), owes, _heard: heard, _failed: failed }, runs)
    }

    fn ask(&self, id: u32, batch: &Batch) -> Result<(), JsValue> {
        let message = Object::new();
        let set = |member: &str, value: &JsValue| Reflect::set(&message, &member.into(), value);
        let bytes = Uint8Array::from(batch.bytes.as_slice());
        set("id", &id.into())?;
        set("name", &batch.name.as_str().into())?;
        set("bytes", &bytes)?;
        set("lengths", &Uint32Array::from(batch.lengths.as_slice()))?;
        if self.holds.borrow_mut().insert(batch.name.clone()) {
            set("key", &batch.key)?;
        }
        self.worker.post_message_with_transfer(&message, &Array::of1(&bytes.buffer()))?;
        self.owes.set(self.owes.get() + batch.waits.len());
        Ok(())
    }
}

/// A worker's answer to one message.
struct Said {
    id: u32,
    answers: Vec<Answer>,
}

impl Said {
    /// `None`: it is none.
    fn read(said: &JsValue) -> Option<Self> {
        let member = |name: &str| Reflect::get(said, &name.into()).ok();
        let id = member("id")?.as_f64()? as u32;
        let bytes = member("bytes")?.dyn_into::<Uint8Array>().ok()?;
        let lengths = member("lengths")?.dyn_into::<Uint32Array>().ok()?.to_vec();
        let copy = Zeroizing::new(bytes.to_vec());
        bytes.fill(0, 0, bytes.length());
        let mut rest = copy.as_slice();
        let mut part = |length: u32| {
            let (part, after) = rest.split_at_checked(length as usize)?;
            rest = after;
            Some(part)
        };
        let answers = lengths.as_chunks::<2>().0.iter().map(|&[plain, wrapped]| {
            let (plain, wrapped) = (part(plain)?, part(wrapped)?);
            // No text is empty: of its padding at least one space would be left.
            Some(match plain {
                [] => Answer::Refused,
                _ => {
                    Answer::Opened { plain: Zeroizing::new(plain.to_vec()), wrapped: wrapped.try_into().ok() }
                }
            })
        });
        Some(Self { id, answers: answers.collect::<Option<_>>()? })
    }
}
