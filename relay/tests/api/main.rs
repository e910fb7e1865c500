//! The relay over HTTP, without a socket.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod access_log;
mod assets;
mod checkpoint;
mod clock;
mod erasure;
mod headers;
mod limits;
mod openapi;
mod proof;
mod publication;
mod reading;
mod roles;
mod sign_in;
mod submission;
mod unsubscribe;
