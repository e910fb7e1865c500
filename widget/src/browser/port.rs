//! The one channel between frame and loader, and the closed list of what is said on it.
//!
//! | frame says | loader says |
//! |---|---|
//! | `ready {version}`, `failed {reason}` | `delivered {entry}` |
//! | `size {height}` (by frame.js), `top` | `waiting {entry, kept}` |
//! | `sealed {entry, body}` | `refused {entry}` |
//! | `guide {path}`, `close` (by frame.js) | |
//! | | `visits {visits}`: the way so far, when it goes on |
//! | `proof {proof}` (by frame.js) | `solve {task}` (to frame.js) |
//!
//! `frame.js` itself says `again`, when a time asked for is over, and `idle`, when nobody has touched the form.

use super::driver::now_ms;
use js_sys::{Function, Object, Promise, Reflect, global};
use lead::signals::Signals;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, MessagePort};
use widget::intake::{Delivery, Device, Event};
use widget::reader;
use widget::words::Words;
use wire::EntryId;

/// What the loader hands over to begin with.
pub(crate) struct Start {
    /// Signed manifest, compact JWS.
    pub(crate) manifest: String,
    /// From the snippet.
    pub(crate) practice: String,
    /// From the snippet: thumbprint of the root key.
    pub(crate) pin: String,
    /// Highest manifest version accepted in this browser; 0: none.
    pub(crate) seen: u64,
    /// JSON for [`lead::signals::Signals::from_loader`].
    pub(crate) visits: String,
    /// Language tags, the best first, with commas between.
    pub(crate) languages: String,
    /// Whose device it is.
    pub(crate) device: Device,
}

/// Why there is no form.
#[derive(Clone, Copy)]
pub(crate) enum Failure {
    /// The manifest is not the practice's own.
    Untrusted,
}

/// The frame's end of the channel.
pub(crate) struct Port {
    port: MessagePort,
    helpers: JsValue,
}

impl Port {
    /// Takes what `frame.js` left in `globalThis.anteroom`.
    pub(crate) fn take() -> Option<(Self, Start)> {
        let helpers = member(&global(), "anteroom");
        let text = |name| member(&helpers, name).as_string();
        let start = Start {
            manifest: text("manifest")?,
            practice: text("practice")?,
            pin: text("pin").unwrap_or_default(),
            seen: member(&helpers, "seen").as_f64().unwrap_or_default() as u64,
            visits: text("visits").unwrap_or_default(),
            languages: text("languages").unwrap_or_default(),
            device: if member(&helpers, "kiosk").is_truthy() { Device::Kiosk } else { Device::Own },
        };
        let port = member(&helpers, "port").dyn_into().ok()?;
        Some((Self { port, helpers }, start))
    }

    /// Hands every outcome that the loader reports to `hear`.
    pub(crate) fn listen(&self, hear: impl Fn(Event) + 'static) {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
            if let Some(event) = outcome(&message.data()) {
                hear(event);
            }
        });
        self.port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        listener.forget();
    }

    /// The form stands: what the loader names frame and button by.
    pub(crate) fn ready(&self, version: u64, words: &Words) {
        let version = ("version", (version as f64).into());
        self.say("ready", &[version, ("title", words.frame.into()), ("close", words.close.into())]);
    }

    pub(crate) fn failed(&self, failure: Failure) {
        let Failure::Untrusted = failure;
        self.say("failed", &[("reason", "untrusted".into())]);
    }

    /// Asks for the form's beginning to be on the screen.
    pub(crate) fn top(&self) {
        self.say("top", &[]);
    }

    /// Hands over a sealed submission.
    pub(crate) fn sealed(&self, entry: EntryId, body: &str) {
        self.say("sealed", &[("entry", entry.to_string().into()), ("body", body.into())]);
    }

    /// Asks for a page of the practice's website.
    pub(crate) fn guide(&self, path: &str) {
        self.say("guide", &[("path", path.into())]);
    }

    /// Makes `text` the document's one style sheet.
    pub(crate) fn style(&self, text: &str) {
        self.help("style", text, "");
    }

    /// Puts the focus on the element `id`, once what was just changed is on the screen.
    pub(crate) fn focus(&self, id: &str) {
        self.help("focus", id, "");
    }

    /// Brings the element `id` on the screen, once what was just changed is there.
    pub(crate) fn reveal(&self, id: &str) {
        self.help("reveal", id, "");
    }

    /// Hears `again` in so many milliseconds.
    pub(crate) fn send_in(&self, ms: u64) {
        self.help("again", &ms.to_string(), "");
    }

    /// Names the document's language and direction.
    pub(crate) fn speak(&self, language: &str, direction: &str) {
        self.help("speak", language, direction);
    }

    /// Names the document.
    pub(crate) fn title(&self, title: &str) {
        self.help("title", title, "");
    }

    /// Ends the browser's task: what follows is another, and the page can draw and listen in between.
    pub(crate) async fn rest(&self) {
        if let Ok(promise) = self.help("rest", "", "").dyn_into::<Promise>() {
            // It has no way to fail.
            let _ = JsFuture::from(promise).await;
        }
    }

    fn help(&self, name: &str, first: &str, second: &str) -> JsValue {
        let helper = member(&self.helpers, name).dyn_into::<Function>();
        // A helper cannot throw but by a defect, and then the page is better off with the form than without.
        let said = helper.and_then(|helper| helper.call2(&JsValue::UNDEFINED, &first.into(), &second.into()));
        said.unwrap_or_default()
    }

    fn say(&self, kind: &str, members: &[(&str, JsValue)]) {
        let message = Object::new();
        let kind = [("type", JsValue::from_str(kind))];
        for (name, value) in kind.iter().chain(members) {
            // Setting a member of a fresh object cannot fail; a closed port swallows the message.
            let _ = Reflect::set(&message, &JsValue::from_str(name), value);
        }
        let _ = self.port.post_message(&message);
    }
}

/// What the input that `event` comes from holds.
pub(crate) fn value(event: &web_sys::Event) -> String {
    let target = event.target().map_or(JsValue::UNDEFINED, Into::into);
    member(&target, "value").as_string().unwrap_or_default()
}

fn member(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn outcome(message: &JsValue) -> Option<Event> {
    let kind = member(message, "type").as_string()?;
    match kind.as_str() {
        "again" => return Some(Event::Send(now_ms())),
        "idle" => return Some(Event::Idle(now_ms())),
        "visits" => {
            let visits = reader::visits(&member(message, "visits").as_string()?);
            return Some(Event::Visited(Signals::bounded(visits, now_ms())));
        }
        _ => {}
    }
    let entry: EntryId = member(message, "entry").as_string()?.parse().ok()?;
    match kind.as_str() {
        "delivered" => Some(Event::Delivered(entry)),
        "waiting" if member(message, "kept").is_truthy() => Some(Event::Waiting(entry, Delivery::Kept)),
        "waiting" => Some(Event::Waiting(entry, Delivery::OnlyHere)),
        "refused" => Some(Event::Refused),
        _ => None,
    }
}
