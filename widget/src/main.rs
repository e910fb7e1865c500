//! Anteroom's intake form, as it runs in the sealed frame: checks the practice's manifest, shows the form
//! with Leptos, and performs what the state machine in the library asks for. It has no network and no
//! storage: sealed submissions leave through the loader's port.

#[cfg(target_arch = "wasm32")]
mod browser;

/// The frame's script has put the loader's message where [`browser::start`] finds it.
fn main() {
    #[cfg(target_arch = "wasm32")]
    browser::start();
}
