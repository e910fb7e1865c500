//! What an operator does beside running the relay. Everything here may be done while a relay runs,
//! unless it says otherwise.

mod backup;
mod check;
mod collect;
mod key;
mod migrate;
mod practice;

pub use backup::{BackupError, backup, restore};
pub use check::{CheckError, check};
pub use collect::{CollectError, Collected, Space, collect};
pub use key::{KeyError, adopt_key};
pub use migrate::{MigrateError, migrate};
pub use practice::{PracticeError, add_practice, invite, practices};
