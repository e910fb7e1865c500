//! Durable submissions per second against a real `anteroom-relay` over loopback, beside what the same
//! disk does in the same run. The clients share the machine with the relay.
//!
//! `cargo build --release -p relay && cargo run --release -p relay --example bench -- [--json]
//! [--postgres] [--seconds N] [--clients 1,8,64] [--folder PATH]`

#[path = "../tests/support/mod.rs"]
mod support;

use clap::Parser;
use relay::store::postgres::PostgresStore;
use serde::Serialize;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Seek, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::client::{Client, post};
use support::cluster::Cluster;
use support::practice::Sealing;
use tokio::task::JoinSet;
use wire::api::JOSE;

const PRACTICE: &str = "lakeside-ortho";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measure durable submissions per second.
#[derive(Parser)]
struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Length of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Numbers of clients, each with one connection and one request at a time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64])]
    clients: Vec<usize>,
    /// Measure on a throw-away PostgreSQL cluster (in /tmp) instead of SQLite
    #[arg(long)]
    postgres: bool,
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
    submissions: usize,
    per_second: f64,
    /// Submissions for each fdatasync that the disk would have done.
    per_fdatasync: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.folder)?;
    let folder = tempfile::tempdir_in(&arguments.folder)?;
    let length = Duration::from_secs(arguments.seconds);

    let before = fdatasync_rate(folder.path(), length / 2)?;
    let cluster = arguments.postgres.then(Cluster::start_durable);
    let mut options = Vec::new();
    match &cluster {
        None => support::lab::register_in(folder.path(), PRACTICE).await,
        Some(cluster) => {
            let database = cluster.database().await;
            support::lab::register_on(&PostgresStore::open(&database).await?, PRACTICE).await;
            std::fs::write(folder.path().join("postgres"), database)?;
            options = vec!["--postgres-file".into(), folder.path().join("postgres").into_os_string()];
        }
    }
    let relay = Relay::start(folder.path(), &options)?;
    let mut runs = Vec::new();
    for &clients in &arguments.clients {
        // Fills caches and connections; not counted.
        load(relay.address, clients, length / 8).await?;
        runs.push((clients, load(relay.address, clients, length).await?));
    }
    drop(relay);
    let after = fdatasync_rate(folder.path(), length / 2)?;

    let fdatasync_per_second = f64::midpoint(before, after);
    let runs = runs.into_iter().map(|(clients, latencies)| {
        let per_second = latencies.len() as f64 / length.as_secs_f64();
        Run {
            clients,
            submissions: latencies.len(),
            per_second,
            per_fdatasync: per_second / fdatasync_per_second,
            p50_ms: quantile(&latencies, 0.50),
            p99_ms: quantile(&latencies, 0.99),
            max_ms: quantile(&latencies, 1.0),
        }
    });
    let body_bytes = Sealing::inquiry(PRACTICE).body().len();
    let report = Report { body_bytes, fdatasync_per_second, runs: runs.collect() };
    match arguments.json {
        true => println!("{}", serde_json::to_string(&report)?),
        false => print(&report),
    }
    Ok(())
}

fn print(report: &Report) {
    let Report { body_bytes, fdatasync_per_second, runs } = report;
    println!(
        "submissions of {body_bytes} bytes; this disk does {fdatasync_per_second:.0} fdatasync/s (4 KiB written over)"
    );
    println!(
        "{:>8} {:>12} {:>12} {:>10} {:>10} {:>10}",
        "clients", "durable/s", "x fdatasync", "p50 ms", "p99 ms", "max ms"
    );
    for Run { clients, per_second, per_fdatasync, p50_ms, p99_ms, max_ms, .. } in runs {
        println!(
            "{clients:>8} {per_second:>12.0} {per_fdatasync:>12.2} {p50_ms:>10.2} {p99_ms:>10.2} {max_ms:>10.2}"
        );
    }
}

/// Pages written over in a file that is there already, each synced alone: what a log that is reused
/// could reach without group commit. Appending to a growing file is slower, and no fair measure.
fn fdatasync_rate(folder: &Path, length: Duration) -> Result<f64, Failure> {
    let mut file = std::fs::File::create(folder.join("fdatasync"))?;
    let (page, pages) = ([7; 4096], 1_024);
    file.write_all(&page.repeat(pages))?;
    file.sync_all()?;
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < length {
        if count % pages == 0 {
            file.rewind()?;
        }
        file.write_all(&page)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// All clients submit for `length`; the sorted latencies in milliseconds.
async fn load(address: SocketAddr, clients: usize, length: Duration) -> Result<Vec<f64>, Failure> {
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        tasks.spawn(submit(address, length));
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    latencies.sort_by(f64::total_cmp);
    Ok(latencies)
}

async fn submit(address: SocketAddr, length: Duration) -> Result<Vec<f64>, Failure> {
    let mut client = Client::connect(address).await?;
    let (begun, mut latencies) = (Instant::now(), Vec::new());
    while begun.elapsed() < length {
        let request =
            post("/v1/practices/lakeside-ortho/inquiries", JOSE, "", &Sealing::inquiry(PRACTICE).body());
        let sent = Instant::now();
        let (status, body) = client.exchange(&request).await?;
        if status != 201 {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(latencies)
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * q).round() as usize).copied().unwrap_or_default()
}

struct Relay {
    child: Child,
    address: SocketAddr,
}

impl Relay {
    /// The `anteroom-relay` of the same build as this example.
    fn start(data: &Path, options: &[OsString]) -> Result<Self, Failure> {
        let example = std::env::current_exe()?;
        let built = example.ancestors().nth(2).ok_or("no build folder")?;
        let program = built.join("anteroom-relay");
        let config = data.join("relay.toml");
        std::fs::write(&config, "[limits]\nsubmissions_per_practice = 0\n")?;
        let mut child = Command::new(&program)
            .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--data"])
            .arg(data)
            .arg("--config")
            .arg(config)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}; build it first", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let address =
            line.trim().strip_prefix("listening on http://").ok_or("the relay did not start")?.parse()?;
        Ok(Self { child, address })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
