//! The relay: keeps each practice's sealed entries durably and in order, hands them to its staff,
//! and can read none of them. It depends on `wire` and on no crate that could open an entry.
//!
//! `access` decides who may do what; `store` keeps; `http` translates; `serve` runs it all;
//! `operate` is what an operator does beside.

pub mod access;
pub mod clock;
pub mod data;
pub mod error;
pub mod http;
pub mod key;
pub mod library;
pub mod limits;
pub mod metrics;
pub mod operate;
pub mod proof;
pub mod publication;
pub mod sealed;
pub mod secret;
pub mod serve;
pub mod settings;
pub mod signature;
pub mod store;
