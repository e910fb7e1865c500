//! examples/deploy/ha on one machine: etcd, three Patroni nodes, HAProxy, a relay. The primary is killed
//! under load; what the relay acknowledged is there afterwards, once, and the chain holds.
#![allow(unreachable_pub, missing_docs, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod nodes;

use nodes::Nodes;
use relay::store::Store;
use relay::store::postgres::PostgresStore;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use support::client::{Client, post};
use support::practice::{Sealing, name};
use support::process::Process;
use tokio::task::JoinSet;
use wire::api::JOSE;
use wire::{EntryId, Head};

const PRACTICE: &str = "lakeside-ortho";
const CLIENTS: usize = 8;

/// What one client saw.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<EntryId>,
    /// The longest time without an acknowledgement.
    gap: Duration,
}

/// Submits as the widget does: the same inquiry again and again until it is acknowledged.
async fn submit(address: SocketAddr, ending: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    let mut last = Instant::now();
    while !ending.load(Ordering::Relaxed) {
        let inquiry = Sealing::inquiry(PRACTICE);
        let request = post("/v1/practices/lakeside-ortho/inquiries", JOSE, "", &inquiry.body());
        loop {
            let trying = async { Client::connect(address).await?.exchange(&request).await };
            match tokio::time::timeout(Duration::from_secs(30), trying).await {
                Ok(Ok((200 | 201, _))) => break,
                Ok(Ok((503, _))) => tokio::time::sleep(Duration::from_millis(200)).await,
                other => panic!("{other:?}"),
            }
        }
        seen.acknowledged.push(inquiry.entry);
        seen.gap = seen.gap.max(last.elapsed());
        last = Instant::now();
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs patroni, etcd and haproxy, and takes minutes: cargo xtask failover"]
async fn a_killed_primary_takes_nothing_that_was_acknowledged() {
    let mut nodes = Nodes::start().await;
    let postgres = nodes.folder().join("postgres");
    std::fs::write(&postgres, nodes.address()).unwrap();
    support::lab::register_on(&PostgresStore::open(&nodes.address()).await.unwrap(), PRACTICE).await;
    let data = nodes.folder().join("relay");
    std::fs::create_dir(&data).unwrap();
    let relay = Process::start(&data, &["--postgres-file", postgres.to_str().unwrap()]).await;

    let ending = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(submit(relay.address, Arc::clone(&ending)));
    }
    let mut primaries = vec![nodes.primary().await];
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(8)).await;
        nodes.kill(primaries[primaries.len() - 1]).await;
        primaries.push(nodes.next_primary(&primaries).await);
        tokio::time::sleep(Duration::from_secs(10)).await;
        // Back as a standby, so that the next primary has one.
        nodes.revive(primaries[primaries.len() - 2]).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    ending.store(true, Ordering::Relaxed);
    let seen = clients.join_all().await;
    let acknowledged: Vec<EntryId> = seen.iter().flat_map(|seen| seen.acknowledged.iter().copied()).collect();
    let gap = seen.iter().map(|seen| seen.gap).max().unwrap();
    relay.end().await;

    let stored = stored(&PostgresStore::open(&nodes.address()).await.unwrap()).await;
    let lost = acknowledged.iter().filter(|entry| !stored.contains(entry)).count();
    println!(
        "primaries {primaries:?}: {} acknowledged, {} stored, {lost} lost, chain intact; longest silence {gap:.1?}",
        acknowledged.len(),
        stored.len(),
    );
    assert!(acknowledged.len() > 500, "too little load to show anything");
    assert_eq!(lost, 0);
    assert!(gap > Duration::from_secs(1), "nobody noticed that the primary was killed");
}

async fn stored(store: &PostgresStore) -> HashSet<EntryId> {
    let (mut head, mut stored) = (Head::empty(&name(PRACTICE)), HashSet::new());
    loop {
        let page = store.page(&name(PRACTICE), head.seq, 500).await.unwrap().unwrap();
        for entry in &page.entries {
            head.advance(entry).unwrap();
            assert!(stored.insert(entry.meta.id), "entry {} is there twice", entry.meta.seq);
        }
        if head == page.head {
            return stored;
        }
    }
}
