//! A thousand clients that are slow on purpose (`slowhttptest`), and one that is not.

use super::PRACTICE;
use crate::support::client::Client;
use crate::support::lab::register_in;
use crate::support::process::{Process, submit};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::process::Command;
use tokio::task::JoinHandle;

/// Every slow client has to be cut this long after it came.
const PATIENCE: Duration = Duration::from_secs(15);

/// They come one after another, within this time.
const COMING: Duration = Duration::from_secs(8);

/// How a client is slow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Slow {
    Head,
    Body,
    Reading,
}

impl Slow {
    const ALL: [Self; 3] = [Self::Head, Self::Body, Self::Reading];

    /// Starts `connections` clients, all within a few seconds.
    fn start(self, address: SocketAddr, connections: usize) -> JoinHandle<()> {
        let submit = format!("http://{address}/v1/practices/{PRACTICE}/inquiries");
        let document = format!("http://{address}/openapi.json");
        // Whoever attacks brings their own processor. On this one, which it shares, the attack comes last.
        let mut attack = Command::new("nice");
        attack.args(["-n", "19", "slowhttptest"]);
        let (count, rate) = (connections.to_string(), (connections / 3).max(50).to_string());
        attack.args(["-c", &count, "-r", &rate, "-l", "40", "-p", "5", "-i", "5"]);
        match self {
            Self::Head => attack.args(["-H", "-u", &document]),
            // 3,000 bytes are announced, a few arrive every 5 s.
            Self::Body => attack
                .args(["-B", "-t", "POST", "-s", "3000", "-x", "8", "-f", "application/jose"])
                .args(["-u", &submit]),
            // Asked for many times on each connection, read a few bytes at a time.
            Self::Reading => attack
                .args(["-X", "-k", "10", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-u", &document]),
        };
        tokio::spawn(async move {
            let status = attack.output().await.expect("this test needs nice, of coreutils").status;
            assert_ne!(
                status.code(),
                Some(127),
                "this test needs slowhttptest: apt-get install slowhttptest"
            );
        })
    }
}

/// Submits for `length`, now and then; the sorted latencies.
async fn behave(address: SocketAddr, length: Duration) -> Vec<Duration> {
    let (begun, mut latencies) = (Instant::now(), Vec::new());
    while begun.elapsed() < length {
        let sent = Instant::now();
        // As a browser does it: a connection of its own.
        let mut client = Client::connect(address).await.unwrap();
        assert_eq!(submit(&mut client, PRACTICE).await.unwrap(), 201);
        latencies.push(sent.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    latencies.sort();
    latencies
}

fn p99(sorted: &[Duration]) -> Duration {
    sorted[(sorted.len() - 1) * 99 / 100]
}

/// How many sockets the relay may hold besides, such as those of a client that behaves.
const BESIDES: usize = 8;

/// Waits until the relay has let go of every slow connection; fails if it has not `PATIENCE` after the last came.
/// What counts is what the relay holds: to a slow reader the kernel goes on giving what it had taken over by then.
async fn see_cut(relay: &Process, before: usize, begun: Instant) -> Duration {
    while relay.open_files() > before + BESIDES {
        let held = relay.open_files() - before;
        assert!(begun.elapsed() < COMING + PATIENCE, "{held} are still held after {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_are_cut_and_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    let (before, begun) = (relay.open_files(), Instant::now());
    let attacks = Slow::ALL.map(|mode| mode.start(relay.address, 333));
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(relay.open_files() > before + 300, "no attack: {} files are open", relay.open_files());
    // Each of them is taken, or this panics.
    behave(relay.address, Duration::from_secs(5)).await;
    see_cut(&relay, before, begun).await;
    relay.end().await;
    for attack in attacks {
        attack.await.unwrap();
    }
}

/// One after another, each with 1,000 connections, beside the latency of a client without them: before each of them, since
/// one short time of it has a p99 between 0.6 and 1.4 ms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long, and of use only on a machine at rest: cargo xtask soak"]
async fn a_thousand_slow_clients_do_not_double_anyones_p99() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    behave(relay.address, Duration::from_secs(2)).await;
    let (mut normal, mut attacked) = (Vec::new(), Vec::new());
    for mode in Slow::ALL {
        normal.extend(behave(relay.address, Duration::from_secs(8)).await);
        let (before, begun) = (relay.open_files(), Instant::now());
        let attack = mode.start(relay.address, 1_000);
        tokio::time::sleep(Duration::from_secs(4)).await;
        let under = p99(&behave(relay.address, Duration::from_secs(6)).await);
        let took = see_cut(&relay, before, begun).await;
        println!("{mode:?}: p99 {under:?} with 1,000; the last was cut after {took:?}");
        attack.await.unwrap();
        attacked.push((mode, under));
    }
    normal.sort();
    let normal = p99(&normal);
    println!("p99 {normal:?} without");
    for (mode, under) in attacked {
        assert!(under < normal * 2, "{mode:?}: {normal:?} became {under:?}");
    }
    relay.end().await;
}
