//! `kill -9` under load: what was acknowledged is there, once, and the chain holds.
#![allow(clippy::unwrap_used)]

#[path = "support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use support::client::{Client, post};
use support::practice::{Sealing, name};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use wire::api::{Accepted, JOSE};
use wire::{EntryId, Head};

const PRACTICE: &str = "lakeside-ortho";
const ROUNDS: u64 = 10;
const CLIENTS: usize = 16;

async fn start(data: &Path) -> (Child, SocketAddr) {
    let config = data.join("relay.toml");
    std::fs::write(&config, "[limits]\nsubmissions_per_practice = 0\n").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_anteroom-relay"))
        .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--data"])
        .arg(data)
        .arg("--config")
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let address = line.strip_prefix("listening on http://").unwrap().parse().unwrap();
    (child, address)
}

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
    let folder = tempfile::tempdir().unwrap();
    support::lab::register_in(folder.path(), PRACTICE).await;
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let (mut relay, address) = start(folder.path()).await;
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(submit_until_dead(address));
        }
        // Another moment each time: in a commit, in a checkpoint, between them.
        tokio::time::sleep(Duration::from_millis(100 + 37 * round)).await;
        relay.start_kill().unwrap();
        relay.wait().await.unwrap();
        while let Some(entries) = clients.join_next().await {
            acknowledged.extend(entries.unwrap());
        }
    }
    assert!(acknowledged.len() > 100, "too little load to show anything: {}", acknowledged.len());
    check(folder.path(), &acknowledged).await;
}

async fn check(data: &Path, acknowledged: &[EntryId]) {
    let database = data.join("relay.db");
    let store = support::lab::open(data);
    let mut head = Head::empty(&name(PRACTICE));
    let mut stored = HashSet::new();
    loop {
        let page = support::lab::page(&store, PRACTICE, head.seq).await;
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
    let found = relay::serve::check(data).unwrap();
    assert_eq!((found.practices, found.entries), (1, head.seq));
}
