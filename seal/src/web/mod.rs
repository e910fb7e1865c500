//! The same operations by WebCrypto, for console and widget: the browser holds the private keys as
//! non-extractable `CryptoKey`s, which no script can read back, and content keys never enter wasm memory.
//!
//! Nothing here waits for anything but its own call, so any number of entries can be opened at once.

mod crew;
mod key;
mod public;
pub mod second;
mod subtle;
mod unlock;

pub use crew::{dismiss, hire};
pub use key::{WebKey, WebSigner};
pub use public::{for_use, seal, verify_pinned};
pub use unlock::unlock;
