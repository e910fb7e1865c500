//! Starts the workers that open entries beside the page's thread.

use js_sys::{Function, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Worker;

/// More workers than this would wait for the page, which takes in what they open.
const MOST: u32 = 4;

/// One for each core of the machine, up to a few. The page's own script knows their address (`static/boot.js`).
pub(super) async fn hire() {
    let cores = window().navigator().hardware_concurrency() as u32;
    let start = Reflect::get(&window(), &"anteroomWorker".into()).ok();
    let Some(start) = start.and_then(|start| start.dyn_into::<Function>().ok()) else { return };
    let worker = |_| start.call0(&JsValue::UNDEFINED).ok()?.dyn_into::<Worker>().ok();
    seal::web::hire((0..cores.clamp(1, MOST)).filter_map(worker).collect()).await;
}
