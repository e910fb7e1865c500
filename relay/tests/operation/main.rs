//! What an operator does with the real `anteroom-relay`, and what the machine does to it.
#![allow(unreachable_pub, missing_docs, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod backup;
mod connections;
mod crash;
mod durability;
mod faults;
mod interface;
mod logs;
mod migrate;
mod postgres;
mod practice;
mod proxy;
mod slow;
mod tls;

use support::client::Client;
use support::process::{Process, submit};

const PRACTICE: &str = "lakeside-ortho";

/// Submits `number` inquiries that are all taken.
async fn fill(relay: &Process, number: usize) {
    let mut client = Client::connect(relay.address).await.unwrap();
    for _ in 0..number {
        assert_eq!(submit(&mut client, PRACTICE).await.unwrap(), 201);
    }
}
