//! The browser's half: from the loader's first message to a form on the screen.

mod driver;
mod element;
mod port;
mod screens;
mod trust;

use any_spawner::Executor;
use driver::{Driver, now_ms};
use lead::signals::Signals;
use port::{Failure, Port, Start};
use wasm_bindgen_futures::spawn_local;
use widget::intake::Intake;
use widget::{reader, words};

const STYLE: &str = include_str!("style.css");

/// Shows the form, or tells the loader why not; the loader then shows the phone number.
pub(crate) fn start() {
    if let Some((port, start)) = Port::take() {
        spawn_local(show(port, start));
    }
}

async fn show(port: Port, start: Start) {
    let now_ms = now_ms();
    let manifest = match trust::manifest(&start, now_ms / 1000).await {
        Ok(manifest) => manifest,
        Err(_) => return port.failed(Failure::Untrusted),
    };
    port.rest().await;
    let version = manifest.version;
    let Start { languages, visits, device, .. } = start;
    let wanted: Vec<&str> = languages.split(',').collect();
    let language = words::choose(&wanted, &manifest.source.languages);
    let signals = Signals::bounded(reader::visits(&visits), now_ms);
    let intake = Intake::new(manifest.into(), language, signals, device, now_ms);

    port.style(STYLE);
    let Some(body) = web_sys::window().and_then(|window| window.document()).and_then(|page| page.body())
    else {
        return;
    };
    // It can only fail by being done already.
    let _ = Executor::init_wasm_bindgen();
    let driver = Driver::new(intake, port);
    driver.listen();
    driver.speak();
    driver.port().rest().await;
    screens::form(driver).mount(&body);
    driver.port().ready(version, driver.now(Intake::words));
}
