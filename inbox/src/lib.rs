//! Opens a practice's log, for the console and the practice's own program alike.
//!
//! The relay is taken to be hostile. Everything that it hands out is checked against what the reader
//! knows for itself: the pin of the practice's root key, and what it remembers of earlier readings.
//!
//! 1. [`Anchor`] checks manifest and roster, and the roster's digest the keyring: [`trust`].
//! 2. [`Inbox`] walks the log's chain, sees that every entry stands where its writer put it, opens it,
//!    and checks the signatures of staff: [`chain`], [`screen`], [`open`].
//! 3. What is left is folded into leads by [`lead::thread`]; what is refused is kept with its reason.
//!
//! There is no I/O and no clock here. Sealing and signing are `seal`'s, meaning is `lead`'s.

pub mod assertion;
pub mod chain;
pub mod credential;
pub mod event;
pub mod open;
pub mod root;
pub mod screen;
pub mod trust;

mod log;
mod tombstones;

pub use chain::{LogError, Walk};
pub use credential::Credential;
pub use log::{Announced, Checked, Inbox, OpenedPage, Progress, RefusedEntry};
pub use open::{Found, Item};
pub use root::RootKey;
pub use screen::Refusal;
pub use trust::{Anchor, Keys, Memory, Staff};
