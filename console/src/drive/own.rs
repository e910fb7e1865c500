//! What this browser keeps of a member of staff's own work from one opening to the next: drafts, what is unfinished, what
//! is not sent. Encrypted under a key that only the person's own key gives. Each change is stored as it is made, so that
//! there is nothing left to do when the console locks.

use super::scripts::{member, object};
use super::session::Session;
use super::{clock, store};
use inbox::Anchor;
use js_sys::Uint8Array;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wire::StaffId;

/// The editors' drafts.
pub(super) const DRAFTS: &str = "drafts";
/// Notes and a call as far as they were typed.
pub(super) const UNFINISHED: &str = "unfinished";
/// Begins what an event is kept as that the relay is not known to have taken.
pub(super) const UNSENT: &str = "unsent-";

/// Whose it is, and what; `None`: nothing is kept any more.
type Next = (Rc<Session>, Option<String>);

thread_local! {
    /// What is to be stored next, by name.
    static NEXT: RefCell<BTreeMap<String, Next>> = const { RefCell::new(BTreeMap::new()) };
    static IS_STORING: Cell<bool> = const { Cell::new(false) };
}

/// What was kept as `what`.
pub(super) async fn recall(session: &Session, what: &str) -> Option<String> {
    let name = name(what, &session.desk.anchor, &session.desk.staff);
    let record = store::get(&name).await?;
    let sealed = member(&record, "sealed")?.dyn_into::<Uint8Array>().ok()?;
    session.key.open_own(&sealed.to_vec(), &name).await
}

/// Keeps `text` in place of what was kept. Of several that come while one is stored, the last one counts.
pub(super) fn keep(session: Rc<Session>, what: &str, text: Option<String>) {
    let name = name(what, &session.desk.anchor, &session.desk.staff);
    NEXT.with_borrow_mut(|next| next.insert(name, (session, text)));
    if IS_STORING.replace(true) {
        return;
    }
    spawn_local(async {
        while let Some((name, (session, text))) = NEXT.with_borrow_mut(BTreeMap::pop_first) {
            put(&session, &name, text).await;
        }
        IS_STORING.set(false);
    });
}

async fn put(session: &Session, name: &str, text: Option<String>) {
    let Some(text) = text else { return store::remove(name).await };
    // Without it the text is in memory alone.
    let Some(sealed) = session.key.seal_own(&text, name).await else { return };
    let record = object(&[
        ("used", (clock::now() as f64).into()),
        ("sealed", Uint8Array::from(sealed.as_slice()).into()),
    ]);
    store::put(name, &record, &session.desk.era).await;
}

/// What is kept whose name begins with `what`.
pub(super) async fn kept(what: &str, anchor: &Anchor, staff: &StaffId) -> Vec<String> {
    let rest = name("", anchor, staff);
    let found = store::names().await.into_iter().filter(|name| name.starts_with(what));
    found.filter_map(|name| name.strip_suffix(&rest).map(str::to_owned)).collect()
}

/// Forgets all of a member of staff.
pub(super) async fn forget(anchor: &Anchor, staff: &StaffId) {
    for what in [DRAFTS, UNFINISHED, UNSENT] {
        for what in kept(what, anchor, staff).await {
            store::remove(&name(&what, anchor, staff)).await;
        }
    }
}

fn name(what: &str, anchor: &Anchor, staff: &StaffId) -> String {
    format!("{what}.{}.{}.{staff}", anchor.practice, anchor.pin)
}
