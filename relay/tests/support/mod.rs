//! A practice, its keys, and a relay to try them on. Everything is synthetic; nothing is sealed for
//! real, because the relay could not tell: an entry here is the right shape around random text.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)]

pub mod client;
pub mod cluster;
pub mod keys;
pub mod lab;
pub mod practice;
pub mod process;
