//! `kill -9` under load: what was acknowledged is there, once, and the chain holds.

use super::PRACTICE;
use crate::support::client::{Client, post};
use crate::support::practice::{Sealing, name};
use crate::support::process::Process;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::task::JoinSet;
use wire::api::{Accepted, JOSE};
use wire::{EntryId, Head};

const CLIENTS: usize = 16;

/// Submits until the relay dies; the entries that it acknowledged.
async fn submit_until_dead(address: SocketAddr) -> Vec<EntryId> {
    let mut acknowledged = Vec::new();
    let Ok(mut client) = Client::connect(address).await else { return acknowledged };
    loop {
        let request =
            post("/v1/practices/lakeside-ortho/inquiries", JOSE, "", &Sealing::inquiry(PRACTICE).body());
        match client.exchange(&request).await {
            Ok((201, body)) => acknowledged.push(serde_json::from_slice::<Accepted>(&body).unwrap().entry),
            Ok((status, body)) => panic!("{status}: {}", String::from_utf8_lossy(&body)),
            Err(_) => return acknowledged,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_relay_loses_nothing_that_it_acknowledged() {
    kill_until(10, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: cargo xtask soak"]
async fn a_relay_killed_a_hundred_times_loses_nothing() {
    kill_until(100, 100_000).await;
}

/// Kills relays under load for at least `rounds`, until at least `submissions` were acknowledged.
async fn kill_until(rounds: u64, submissions: usize) {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), PRACTICE).await;
    let mut acknowledged = Vec::new();
    let mut round = 0;
    while round < rounds || acknowledged.len() < submissions {
        let mut relay = Process::start(folder.path(), &[]).await;
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(submit_until_dead(relay.address));
        }
        // Another moment each time: in a commit, in a checkpoint, between them.
        tokio::time::sleep(Duration::from_millis(100 + (37 * round) % 900)).await;
        relay.kill().await;
        while let Some(entries) = clients.join_next().await {
            acknowledged.extend(entries.unwrap());
        }
        round += 1;
        assert!(round < 100 * rounds, "too little load to show anything: {}", acknowledged.len());
    }
    let stored = check(folder.path(), &acknowledged).await;
    println!(
        "{round} relays killed: {} submissions acknowledged, {stored} stored; 0 lost, 0 duplicated, chain \
         intact, integrity_check ok",
        acknowledged.len()
    );
}

/// Number of entries in a log that holds all of `acknowledged`, each once.
async fn check(data: &Path, acknowledged: &[EntryId]) -> u64 {
    let database = data.join("relay.db");
    let store = crate::support::lab::open(data);
    let mut head = Head::empty(&name(PRACTICE));
    let mut stored = HashSet::new();
    loop {
        let page = crate::support::lab::page(&store, PRACTICE, head.seq).await;
        for entry in &page.entries {
            head.advance(entry).unwrap();
            assert!(stored.insert(entry.meta.id), "entry {} is there twice", entry.meta.seq);
        }
        if head == page.head {
            break;
        }
    }
    let lost = acknowledged.iter().filter(|entry| !stored.contains(entry)).count();
    assert_eq!(lost, 0, "of {} acknowledged submissions", acknowledged.len());
    let verdict: String = rusqlite::Connection::open(database)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    drop(store);
    let found = relay::store::sqlite::check(&data.join("relay.db")).unwrap();
    assert_eq!((found.practices, found.entries), (1, head.seq));
    head.seq
}
