//! One function for every parser that a stranger can reach, each taking any bytes. None may panic, and
//! what a parser accepts must read back the same after it was written.
//!
//! - `cargo test -p fuzz` runs every function over its seeds and some thousands of mutations of them, on
//!   a stable compiler.
//! - `cargo +nightly fuzz run --fuzz-dir fuzz/targets entry` fuzzes one of them with libFuzzer, for as long
//!   as one likes. `cargo run -p fuzz --example seeds -- fuzz/targets/corpus` writes the seeds for it.

mod domain;
mod network;
mod sealed;
pub mod seeds;

pub use domain::{event, free_text, inquiry, manifest, manifest_source, visits};
pub use network::{ids, page, publication};
pub use sealed::{credential, entry, entry_header, keyring, private_key, public_key, signed, signed_header};

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// A function that takes any bytes.
pub type Body = fn(&[u8]);

/// All of them, by the names of their libFuzzer targets.
pub const TARGETS: [(&str, Body); 17] = [
    ("credential", credential),
    ("entry", entry),
    ("entry_header", entry_header),
    ("event", event),
    ("free_text", free_text),
    ("ids", ids),
    ("inquiry", inquiry),
    ("keyring", keyring),
    ("manifest", manifest),
    ("manifest_source", manifest_source),
    ("page", page),
    ("private_key", private_key),
    ("public_key", public_key),
    ("publication", publication),
    ("signed", signed),
    ("signed_header", signed_header),
    ("visits", visits),
];

/// What parses must mean the same after it was written and read again.
fn reads_back<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(json) else { return };
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<T>(&written).expect("what was written can be read"), value);
}
