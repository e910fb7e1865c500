//! What this browser keeps from one opening to the next, by name (`static/store.js`). Nothing comes here in clear.

use super::scripts::call;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

/// What has this name; `None` also where the browser forbids storage.
pub(super) async fn get(name: &str) -> Option<JsValue> {
    ask("get", &Array::of1(&name.into())).await.filter(|found| !found.is_undefined())
}

/// The time since everything was last forgotten here, in whatever tab. Who began within it keeps nothing once it is over.
#[derive(Clone)]
pub(super) struct Era(JsValue);

impl Era {
    pub(super) async fn now() -> Self {
        Self(ask("forgotten", &Array::new()).await.unwrap_or(JsValue::UNDEFINED))
    }
}

/// Keeps it, if `era` is not over.
pub(super) async fn put(name: &str, value: &JsValue, era: &Era) {
    ask("put", &Array::of3(&name.into(), value, &era.0)).await;
}

pub(super) async fn remove(name: &str) {
    ask("remove", &Array::of1(&name.into())).await;
}

/// Removes everything, and ends the era.
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
