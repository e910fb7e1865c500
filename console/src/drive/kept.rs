//! Content keys that this browser keeps from one opening to the next, wrapped under keys that only the keyring gives
//! ([`seal::kept`]), for each practice and member of staff. They end with the keyring that they were made under, with
//! the entries that they belong to, when the relay refuses the sign-in, and when nobody came for a month.

use super::scripts::{member, object};
use super::store::Era;
use super::{clock, own, store};
use inbox::Anchor;
use js_sys::Uint8Array;
use seal::Kept;
use seal::web::WebKey;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wire::{ChainHash, EntryId, StaffId};

/// How long they are kept after the last opening, in milliseconds.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// Those of one member of staff.
pub(super) struct KeptKeys {
    name: String,
    keyring: ChainHash,
    era: Era,
    table: Rc<RefCell<Kept>>,
}

impl KeptKeys {
    /// What was kept under this keyring. What is new is kept until this machine is told to forget, if it was not since
    /// `era`.
    pub(super) async fn recall(anchor: &Anchor, staff: &StaffId, keyring: ChainHash, era: &Era) -> Self {
        let name = name(anchor, staff);
        let record = store::get(&name).await;
        let bytes = record.as_ref().and_then(|record| read(record, keyring));
        if record.is_some() && bytes.is_none() {
            store::remove(&name).await;
        }
        let table = bytes.map(|bytes| Kept::from_bytes(&bytes)).unwrap_or_default();
        Self { name, keyring, era: era.clone(), table: Rc::new(RefCell::new(table)) }
    }

    /// The same key; it opens by what is kept, and adds to it.
    pub(super) fn lend(&self, key: WebKey) -> WebKey {
        key.keeping(&self.table, *self.keyring.as_bytes())
    }

    /// Forgets what belongs to erased entries.
    pub(super) fn forget(&self, erased: impl Iterator<Item = EntryId>) {
        let mut table = self.table.borrow_mut();
        erased.for_each(|entry| table.forget(&entry));
    }

    /// Whether enough has changed to store it again.
    pub(super) fn is_due(&self) -> bool {
        self.table.borrow().is_due()
    }

    /// Stores it, in place of what was there.
    pub(super) async fn store(&self) {
        let bytes = self.table.borrow_mut().to_bytes();
        let record = object(&[
            ("keyring", self.keyring.to_string().into()),
            ("used", (clock::now() as f64).into()),
            ("keys", Uint8Array::from(bytes.as_slice()).into()),
        ]);
        store::put(&self.name, &record, &self.era).await;
    }
}

/// Forgets all of a member of staff.
pub(super) async fn forget(anchor: &Anchor, staff: &StaffId) {
    store::remove(&name(anchor, staff)).await;
    own::forget(anchor, staff).await;
}

/// Forgets what nobody came for.
pub(super) async fn sweep() {
    store::sweep(clock::now().saturating_sub(KEPT_MS) as f64).await;
}

fn name(anchor: &Anchor, staff: &StaffId) -> String {
    format!("content-keys.{}.{}.{staff}", anchor.practice, anchor.pin)
}

fn read(record: &JsValue, keyring: ChainHash) -> Option<Vec<u8>> {
    let under = member(record, "keyring")?.as_string()?;
    let bytes = member(record, "keys")?.dyn_into::<Uint8Array>().ok()?;
    (under == keyring.to_string()).then(|| bytes.to_vec())
}
