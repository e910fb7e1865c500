//! Calls what the page's own scripts offer (`static/boot.js`), where a browser's interface is shorter in JavaScript.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What the promise gives that `what` of `script` gives; `None`, if that fails for any reason.
pub(super) async fn call(script: &str, what: &str, given: &Array) -> Option<JsValue> {
    let script = member(&window(), script)?;
    let function = member(&script, what)?.dyn_into::<Function>().ok()?;
    let promise = function.apply(&JsValue::UNDEFINED, given).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok()
}

pub(super) fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|member| !member.is_undefined())
}

pub(super) fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in members {
        // A plain object takes every member.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
