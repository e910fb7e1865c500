//! What the operator can watch, in Prometheus' text format (version 0.0.4). No label names a practice,
//! a member or an address: how much traffic a practice has is the practice's own business.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Upper bounds of histogram buckets, in microseconds.
const BOUNDS_US: [u64; 10] = [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000];

/// Counts of durations by size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: [u64; BOUNDS_US.len()],
    count: u64,
    sum_us: u64,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS_US.iter().position(|&bound| micros <= bound) {
            self.buckets[bucket] += 1;
        }
        self.count += 1;
        self.sum_us = self.sum_us.saturating_add(micros);
    }

    /// How many were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    fn write(&self, text: &mut String, name: &str, labels: &str) {
        let mut below = 0;
        for (bound, count) in BOUNDS_US.iter().zip(self.buckets) {
            below += count;
            let seconds = Duration::from_micros(*bound).as_secs_f64();
            let comma = if labels.is_empty() { "" } else { "," };
            let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"{seconds}\"}} {below}");
        }
        let comma = if labels.is_empty() { "" } else { "," };
        let _ = writeln!(text, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {}", self.count);
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(text, "{name}_sum{braces} {}", Duration::from_micros(self.sum_us).as_secs_f64());
        let _ = writeln!(text, "{name}_count{braces} {}", self.count);
    }
}

/// What a store tells of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreMeasures {
    /// Writes that were committed.
    pub writes: u64,
    /// Writes that failed, and writes turned away because too many waited.
    pub failures: u64,
    /// When a write failed last.
    pub failed: Option<Instant>,
    /// Writes that wait now.
    pub waiting: u64,
    /// How long commits took, the sync to disk included. Its count is the number of commits.
    pub commits: Histogram,
}

impl StoreMeasures {
    /// Counts writes that failed now.
    pub fn fail(&mut self, number: u64) {
        if number > 0 {
            self.failures += number;
            self.failed = Some(Instant::now());
        }
    }
}

/// What HTTP tells of itself. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    durations: Mutex<BTreeMap<String, Histogram>>,
    connections: Arc<AtomicU64>,
    streams: Arc<AtomicU64>,
}

/// Counts one thing that is open for as long as it lives.
#[derive(Debug)]
pub struct Open(Arc<AtomicU64>);

impl Open {
    fn new(gauge: &Arc<AtomicU64>) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(gauge))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts a request that was answered. `route` is the template, never the path.
    pub fn answered(&self, method: &str, route: &str, status: u16, duration: Duration) {
        let mut requests = self.0.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((route.to_owned(), method.to_owned(), status)).or_default() += 1;
        drop(requests);
        let mut durations = self.0.durations.lock().unwrap_or_else(PoisonError::into_inner);
        durations.entry(route.to_owned()).or_default().observe(duration);
    }

    /// Counts a connection.
    #[must_use]
    pub fn connection(&self) -> Open {
        Open::new(&self.0.connections)
    }

    /// Counts a stream of heads.
    #[must_use]
    pub fn stream(&self) -> Open {
        Open::new(&self.0.streams)
    }

    /// Everything, as text.
    #[must_use]
    pub fn render(&self, store: &StoreMeasures) -> String {
        let mut text = String::new();
        let family =
            |name: &str, kind: &str, help: &str| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
        let name = "anteroom_http_requests_total";
        text += &family(name, "counter", "Requests answered, by route, method and status.");
        for ((route, method, status), count) in
            &*self.0.requests.lock().unwrap_or_else(PoisonError::into_inner)
        {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            let _ = writeln!(text, "{name}{{{labels}}} {count}");
        }
        let name = "anteroom_http_request_seconds";
        text += &family(name, "histogram", "From a request's head to its answer, by route.");
        for (route, histogram) in &*self.0.durations.lock().unwrap_or_else(PoisonError::into_inner) {
            histogram.write(&mut text, name, &format!("route=\"{route}\""));
        }
        let (connections, streams) = (&self.0.connections, &self.0.streams);
        for (name, kind, help, value) in [
            (
                "anteroom_connections_open",
                "gauge",
                "Connections that are open.",
                connections.load(Ordering::Relaxed),
            ),
            (
                "anteroom_streams_open",
                "gauge",
                "Streams of heads that are open.",
                streams.load(Ordering::Relaxed),
            ),
            ("anteroom_store_writes_total", "counter", "Writes that were made durable.", store.writes),
            (
                "anteroom_store_failures_total",
                "counter",
                "Writes that failed or were turned away.",
                store.failures,
            ),
            ("anteroom_store_waiting", "gauge", "Writes that wait for a transaction.", store.waiting),
        ] {
            text += &family(name, kind, help);
            let _ = writeln!(text, "{name} {value}");
        }
        let name = "anteroom_store_commit_seconds";
        text += &family(name, "histogram", "Time of a commit, sync to disk included; many writes share one.");
        store.commits.write(&mut text, name, "");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.answered("POST", "/v1/practices/{practice}/inquiries", 201, Duration::from_micros(400));
        metrics.answered("POST", "/v1/practices/{practice}/inquiries", 201, Duration::from_secs(9));
        let open = metrics.stream();
        let text = metrics.render(&StoreMeasures { writes: 7, ..StoreMeasures::default() });
        let route = r#"route="/v1/practices/{practice}/inquiries""#;
        for line in [
            format!(r#"anteroom_http_requests_total{{{route},method="POST",status="201"}} 2"#),
            format!(r#"anteroom_http_request_seconds_bucket{{{route},le="0.00025"}} 0"#),
            format!(r#"anteroom_http_request_seconds_bucket{{{route},le="0.0005"}} 1"#),
            format!(r#"anteroom_http_request_seconds_bucket{{{route},le="2.5"}} 1"#),
            format!(r#"anteroom_http_request_seconds_bucket{{{route},le="+Inf"}} 2"#),
            format!("anteroom_http_request_seconds_sum{{{route}}} 9.0004"),
            "anteroom_streams_open 1".to_owned(),
            "anteroom_store_writes_total 7".to_owned(),
            "anteroom_store_commit_seconds_count 0".to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        drop(open);
        assert!(metrics.render(&StoreMeasures::default()).contains("anteroom_streams_open 0"));
    }
}
