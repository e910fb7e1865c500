//! Durable submissions against a real `anteroom-relay` over loopback, beside what the same disk, and the
//! same relay without storing, do in the same run. The clients share the machine with the relay.
//!
//! `cargo xtask bench relay` builds and runs it; by hand: `cargo build --release -p relay --bins
//! --example bench && target/release/examples/bench --help`

#[path = "../../tests/support/mod.rs"]
mod support;

mod disk;
mod load;
mod memory;

use clap::Parser;
use disk::fdatasync_rate;
use load::{PRACTICES, Path, Seen, load};
use memory::Memory;
use relay::store::postgres::PostgresStore;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use support::cluster::Cluster;
use support::lab::{open, register_on};
use support::practice::Sealing;
use support::process::{Process, command};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Turns that storing and refusing take. How the system spreads new connections over cores that clients and relay share
/// changes the rate by a third and more, so one turn of each would compare two throws of a die.
const TURNS: u32 = 8;

/// Measure a relay.
#[derive(Parser)]
struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Length of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Numbers of clients, each with one connection and one request at a time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64, 256])]
    clients: Vec<usize>,
    /// Measure on a throw-away PostgreSQL cluster (in /tmp) instead of SQLite
    #[arg(long)]
    postgres: bool,
    /// Measure memory instead: with 10,000 streams, and with 1,000 practices and a million entries (4 GB of disk)
    #[arg(long)]
    memory: bool,
    /// Where to put the database; its disk is what is measured
    #[arg(long, default_value = "target/bench")]
    folder: PathBuf,
}

#[derive(Serialize)]
struct Report {
    body_bytes: usize,
    fdatasync_per_second: f64,
    runs: Vec<Run>,
}

#[derive(Serialize)]
struct Run {
    clients: usize,
    stored: Seen,
    refused: Seen,
    /// Submissions for each fdatasync that the disk would have done.
    per_fdatasync: f64,
    /// Submissions for each that would only have been checked.
    per_refused: f64,
    /// Median latency, in fdatasyncs.
    p50_fdatasyncs: f64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder)?;
    let folder = tempfile::tempdir_in(&arguments.folder)?;
    if arguments.memory {
        let memory = memory::measure(folder.path(), 10_000, 1_000, 1_000_000).await?;
        match arguments.json {
            true => println!("{}", serde_json::to_string(&memory)?),
            false => print_memory(&memory),
        }
        return Ok(());
    }
    let report = measure(&arguments, folder.path()).await?;
    match arguments.json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print(&report),
    }
    Ok(())
}

async fn measure(arguments: &Arguments, folder: &std::path::Path) -> Result<Report, Failure> {
    let length = Duration::from_secs(arguments.seconds);
    let cluster = arguments.postgres.then(Cluster::start_durable);
    let postgres = folder.join("postgres");
    let mut options = Vec::new();
    match &cluster {
        None => register(&open(folder)).await,
        Some(cluster) => {
            let database = cluster.database().await;
            register(&PostgresStore::open(&database).await?).await;
            std::fs::write(&postgres, database)?;
            options = vec!["--postgres-file", postgres.to_str().ok_or("no path")?];
        }
    }
    // What is refused would be logged at `info`, what is stored would not.
    let mut serve = command(folder, &options);
    let relay = Process::spawn(serve.env("ANTEROOM_LOG", "error")).await;
    let mut measured = Vec::new();
    let mut syncs = vec![fdatasync_rate(folder, length / 4)?];
    for &clients in &arguments.clients {
        // Fills caches and connections; not counted.
        load(relay.address, clients, length / 8, Path::Stored).await?;
        let (mut stored, mut refused) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            stored.extend(load(relay.address, clients, length / TURNS, Path::Stored).await?);
            refused.extend(load(relay.address, clients, length / TURNS / 2, Path::Refused).await?);
        }
        let (stored, refused) = (Seen::of(stored, length), Seen::of(refused, length / 2));
        // Between the runs: what else the machine does weighs on both.
        syncs.push(fdatasync_rate(folder, length / 4)?);
        measured.push((clients, stored, refused));
    }
    relay.end().await;

    let fdatasync_per_second = syncs.iter().sum::<f64>() / syncs.len() as f64;
    let runs = measured.into_iter().map(|(clients, stored, refused)| Run {
        clients,
        stored,
        refused,
        per_fdatasync: stored.per_second / fdatasync_per_second,
        per_refused: stored.per_second / refused.per_second,
        p50_fdatasyncs: stored.p50_ms / 1_000.0 * fdatasync_per_second,
    });
    let body_bytes = Sealing::inquiry(PRACTICES[0]).body().len();
    Ok(Report { body_bytes, fdatasync_per_second, runs: runs.collect() })
}

async fn register(store: &impl relay::store::Store) {
    for practice in PRACTICES {
        register_on(store, practice).await;
    }
}

fn print(report: &Report) {
    let Report { body_bytes, fdatasync_per_second, runs } = report;
    println!(
        "submissions of {body_bytes} bytes; this disk does {fdatasync_per_second:.0} fdatasync/s (4 KiB written over)"
    );
    println!(
        "{:>8} {:>10} {:>12} {:>14} {:>12} {:>8} {:>8} {:>8}",
        "clients", "durable/s", "x fdatasync", "x only checked", "p50 in syncs", "p50 ms", "p99 ms", "max ms"
    );
    for Run { clients, stored, per_fdatasync, per_refused, p50_fdatasyncs, .. } in runs {
        let Seen { per_second, p50_ms, p99_ms, max_ms, .. } = stored;
        println!(
            "{clients:>8} {per_second:>10.0} {per_fdatasync:>12.2} {per_refused:>14.2} {p50_fdatasyncs:>12.2} \
             {p50_ms:>8.2} {p99_ms:>8.2} {max_ms:>8.2}"
        );
    }
}

fn print_memory(memory: &Memory) {
    let Memory { at_rest_mib, streams, with_streams_mib, practices, entries, with_entries_mib } = memory;
    println!("resident memory");
    println!("  at rest                                     {at_rest_mib:>6.1} MiB");
    println!("  {streams} open streams                          {with_streams_mib:>6.1} MiB");
    println!("  {practices} practices, {entries} entries            {with_entries_mib:>6.1} MiB");
}
