//! The browser's half: from the loader's first message to a form on the screen.

mod driver;
mod element;
mod port;
mod screens;
mod trust;

use driver::Driver;
use lead::signals::Signals;
use leptos::prelude::mount_to_body;
use port::{Failure, Port, Start};
use widget::intake::Intake;
use widget::words;

const STYLE: &str = include_str!("style.css");

/// Shows the form, or tells the loader why not; the loader then shows the phone number.
pub(crate) fn start() {
    let Some((port, start)) = Port::take() else { return };
    let now_ms = js_sys::Date::now() as u64;
    let manifest = match trust::manifest(&start, now_ms / 1000) {
        Ok(manifest) => manifest,
        Err(_) => return port.failed(Failure::Untrusted),
    };
    let version = manifest.version;
    let Start { languages, visits, .. } = start;
    let wanted: Vec<&str> = languages.split(',').collect();
    let language = words::choose(&wanted, &manifest.source.languages);
    let signals = Signals::from_loader(&visits, now_ms);
    let intake = Intake::new(manifest.into(), language, signals, now_ms);

    port.style(STYLE);
    mount_to_body(move || {
        let driver = Driver::new(intake, port);
        driver.listen();
        driver.port(|port| port.ready(version));
        screens::form(driver)
    });
}
