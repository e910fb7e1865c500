//! Drafts of form and scoring model that this browser keeps from one opening to the next, for each practice and member of
//! staff: encrypted under a key that only the person's own key gives. Each change is stored as it is made, so that there
//! is nothing left to do when the console locks.

use super::scripts::{member, object};
use super::session::Session;
use super::{clock, store};
use inbox::Anchor;
use js_sys::Uint8Array;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wire::StaffId;

/// What is to be stored next; `None` within: nothing is kept any more.
type Next = Option<(Rc<Session>, Option<String>)>;

thread_local! {
    static NEXT: RefCell<Next> = const { RefCell::new(None) };
    static IS_STORING: Cell<bool> = const { Cell::new(false) };
}

/// What was kept.
pub(super) async fn recall(session: &Session) -> Option<String> {
    let name = name(&session.desk.anchor, &session.desk.staff);
    let record = store::get(&name).await?;
    let sealed = member(&record, "sealed")?.dyn_into::<Uint8Array>().ok()?;
    session.key.open_own(&sealed.to_vec(), &name).await
}

/// Keeps `text` in place of what was kept. Of several that come while one is stored, the last one counts.
pub(super) fn keep(session: Rc<Session>, text: Option<String>) {
    NEXT.set(Some((session, text)));
    if IS_STORING.replace(true) {
        return;
    }
    spawn_local(async {
        while let Some((session, text)) = NEXT.take() {
            put(&session, text).await;
        }
        IS_STORING.set(false);
    });
}

async fn put(session: &Session, text: Option<String>) {
    let name = name(&session.desk.anchor, &session.desk.staff);
    let Some(text) = text else { return store::remove(&name).await };
    // Without it the draft is in memory alone, as before.
    let Some(sealed) = session.key.seal_own(&text, &name).await else { return };
    let record = object(&[
        ("used", (clock::now() as f64).into()),
        ("sealed", Uint8Array::from(sealed.as_slice()).into()),
    ]);
    store::put(&name, &record, &session.desk.era).await;
}

/// Forgets those of a member of staff.
pub(super) async fn forget(anchor: &Anchor, staff: &StaffId) {
    store::remove(&name(anchor, staff)).await;
}

fn name(anchor: &Anchor, staff: &StaffId) -> String {
    format!("drafts.{}.{}.{staff}", anchor.practice, anchor.pin)
}
