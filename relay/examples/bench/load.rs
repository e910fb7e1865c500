//! Clients that submit, each on one connection and one request at a time.

use crate::Failure;
use crate::support::client::{Client, post};
use crate::support::practice::Sealing;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use wire::api::JOSE;

/// Where submissions go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    /// To their practice: each is stored durably.
    Stored,
    /// To another practice of the same relay: each is read, hashed and checked in the same way, and then
    /// refused instead of stored.
    Refused,
}

pub(crate) const PRACTICES: [&str; 2] = ["lakeside-ortho", "hillside-derm"];

impl Path {
    const fn practice(self) -> &'static str {
        match self {
            Self::Stored => PRACTICES[0],
            Self::Refused => PRACTICES[1],
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::Stored => 201,
            Self::Refused => 422,
        }
    }
}

/// What a number of clients saw.
#[derive(Serialize, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) submissions: usize,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Seen {
    /// Of what each submission took, in milliseconds, when they were sent for `length` in all.
    pub(crate) fn of(mut latencies: Vec<f64>, length: Duration) -> Self {
        latencies.sort_by(f64::total_cmp);
        Self {
            submissions: latencies.len(),
            per_second: latencies.len() as f64 / length.as_secs_f64(),
            p50_ms: quantile(&latencies, 0.50),
            p99_ms: quantile(&latencies, 0.99),
            max_ms: quantile(&latencies, 1.0),
        }
    }
}

/// All clients submit for `length`, on new connections; what each submission took, in milliseconds.
pub(crate) async fn load(
    address: SocketAddr,
    clients: usize,
    length: Duration,
    path: Path,
) -> Result<Vec<f64>, Failure> {
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        tasks.spawn(submit(address, length, path));
    }
    let mut latencies = Vec::new();
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done??);
    }
    Ok(latencies)
}

async fn submit(address: SocketAddr, length: Duration, path: Path) -> Result<Vec<f64>, Failure> {
    let mut client = Client::connect(address).await?;
    let url = format!("/v1/practices/{}/inquiries", path.practice());
    let (begun, mut latencies) = (Instant::now(), Vec::new());
    while begun.elapsed() < length {
        let request = post(&url, JOSE, "", &Sealing::inquiry(PRACTICES[0]).body());
        let sent = Instant::now();
        let (status, body) = client.exchange(&request).await?;
        if status != path.status() {
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
