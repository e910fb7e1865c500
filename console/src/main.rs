//! The staff's side: unlocks a credential in the browser, opens the practice's log and shows its leads.
//!
//! `model` decides everything and runs anywhere; `view` shows it; `drive` talks to WebCrypto and the
//! relay, and exists in a browser only.

// Host builds are for the tests and lints of `model` and `view`: nothing starts there.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

#[cfg(all(target_arch = "wasm32", not(feature = "gallery")))]
mod drive;
#[cfg(all(target_arch = "wasm32", feature = "gallery"))]
mod gallery;
mod model;
mod view;
mod words;

fn main() {
    #[cfg(all(target_arch = "wasm32", feature = "gallery"))]
    gallery::start();
    #[cfg(all(target_arch = "wasm32", not(feature = "gallery")))]
    drive::start();
}
