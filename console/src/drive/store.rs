//! What this browser keeps from one opening to the next, by name (`static/store.js`). Nothing comes here in clear.

use super::scripts::call;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

/// What has this name; `None` also where the browser forbids storage.
pub(super) async fn get(name: &str) -> Option<JsValue> {
    ask("get", &Array::of1(&name.into())).await.filter(|found| !found.is_undefined())
}

pub(super) async fn put(name: &str, value: &JsValue) {
    ask("put", &Array::of2(&name.into(), value)).await;
}

pub(super) async fn remove(name: &str) {
    ask("remove", &Array::of1(&name.into())).await;
}

/// Removes everything.
pub(super) async fn clear() {
    ask("clear", &Array::new()).await;
}

/// Removes what was not used since `ms`.
pub(super) async fn sweep(ms: f64) {
    ask("sweep", &Array::of1(&ms.into())).await;
}

/// The names of all that is kept.
pub(super) async fn names() -> Vec<String> {
    let names = ask("names", &Array::new()).await.and_then(|names| names.dyn_into::<Array>().ok());
    names.iter().flat_map(Array::iter).filter_map(|name| name.as_string()).collect()
}

/// A storage that fails costs time at the next opening, and nothing else.
async fn ask(what: &str, given: &Array) -> Option<JsValue> {
    call("anteroomStore", what, given).await
}
