//! What crosses the network between a practice and its relay: ids, public keys, the header of a
//! sealed entry, the log and its hash chain, requests and responses, limits.
//!
//! Nothing here can open an entry, and no plaintext type lives here: the relay depends on this
//! crate and on no other of ours.

pub mod access;
pub mod api;
pub mod checkpoint;
pub mod header;
pub mod id;
pub mod json;
pub mod jwk;
pub mod limits;
pub mod log;
pub mod practice;
pub mod problem;
pub mod proof;
pub mod reference;
pub mod signed;
pub mod unsubscribe;

pub use header::{EntryKind, SealedHeader};
pub use id::{EntryId, IdError, PracticeId, StaffId, ThreadId};
pub use jwk::{PublicJwk, Thumbprint};
pub use log::{ChainHash, Entry, Head};
