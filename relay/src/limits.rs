//! How often one address may do what anyone may do. Addresses are never stored: a bucket is found by
//! a hash under a random key that lives in memory for at most an hour.

use crate::clock::Clock;
use crate::error::RelayError;
use axum::http::HeaderMap;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Milliseconds in which an empty bucket fills, and after which the key changes.
const HOUR_MS: u64 = 3_600_000;

/// Buckets at once, about 5 MB. A flood of addresses beyond that starts the table afresh.
const BUCKETS: usize = 100_000;

/// How many an hour; at most as many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// As many as one likes.
    Unlimited,
    /// This many.
    PerHour(u32),
}

impl Rate {
    /// As written in the configuration, where 0 is no limit.
    #[must_use]
    pub const fn from_number(per_hour: u32) -> Self {
        if per_hour == 0 { Self::Unlimited } else { Self::PerHour(per_hour) }
    }
}

/// A token bucket for each key.
pub struct Limiter {
    rate: Rate,
    clock: Arc<dyn Clock>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    keyed: RandomState,
    since_ms: u64,
    buckets: HashMap<u64, Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// What is left, as the time in which it was filled.
    left_ms: u64,
    at_ms: u64,
}

impl Limiter {
    /// With all buckets full.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        Self { rate, clock, table: Mutex::default() }
    }

    /// Takes one from the bucket of `key`.
    ///
    /// # Errors
    /// [`RelayError::TooMany`] when it is empty, with the time until it is not.
    pub fn take(&self, key: impl Hash) -> Result<(), RelayError> {
        let Rate::PerHour(per_hour) = self.rate else { return Ok(()) };
        let now = self.clock.now_ms();
        // A bucket is filled by time itself: one request costs the share of an hour that refills it.
        let cost = (HOUR_MS / u64::from(per_hour)).max(1);
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.rotate(now);
        let key = table.keyed.hash_one(key);
        let full = Bucket { left_ms: cost * u64::from(per_hour), at_ms: now };
        let bucket = table.buckets.entry(key).or_insert(full);
        let filled = bucket.left_ms.saturating_add(now.saturating_sub(bucket.at_ms));
        *bucket = Bucket { left_ms: filled.min(full.left_ms), at_ms: now };
        match bucket.left_ms.checked_sub(cost) {
            Some(left) => {
                bucket.left_ms = left;
                Ok(())
            }
            None => Err(RelayError::TooMany { seconds: (cost - bucket.left_ms).div_ceil(1_000) }),
        }
    }
}

impl Table {
    fn rotate(&mut self, now: u64) {
        if now.abs_diff(self.since_ms) > HOUR_MS || self.buckets.len() >= BUCKETS {
            *self = Self { keyed: RandomState::new(), since_ms: now, buckets: HashMap::new() };
        }
    }
}

/// Whose request it is, behind the proxies that the operator trusts.
///
/// The rightmost address of `X-Forwarded-For` that no trusted proxy has is the one that a trusted
/// proxy saw; everything left of it is the client's own claim.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let claimed: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for claim in claimed.iter().rev() {
        let Ok(address) = claim.parse() else { break };
        nearest = address;
        if !trusted.contains(&address) {
            break;
        }
    }
    nearest
}

/// What is counted as one client: an IPv4 address, or the /64 that an IPv6 subscriber has.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn limiter(per_hour: u32) -> (Limiter, ManualClock) {
        let clock = ManualClock::new(1_000_000_000);
        (Limiter::new(Rate::from_number(per_hour), Arc::new(clock.clone())), clock)
    }

    #[test]
    fn a_bucket_empties_and_fills_with_time() {
        let (limiter, clock) = limiter(60);
        assert_eq!((0..100).filter(|_| limiter.take("one").is_ok()).count(), 60);
        assert!(limiter.take("other").is_ok());
        assert!(matches!(limiter.take("one"), Err(RelayError::TooMany { seconds: 60 })));
        clock.advance_s(59);
        assert!(limiter.take("one").is_err());
        clock.advance_s(1);
        assert!(limiter.take("one").is_ok() && limiter.take("one").is_err());
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_fill_a_bucket() {
        let (limiter, clock) = limiter(1);
        assert!(limiter.take("one").is_ok());
        clock.set_ms(999_999_000);
        assert!(limiter.take("one").is_err());
    }

    #[test]
    fn zero_is_no_limit() {
        let (limiter, _) = limiter(0);
        assert!((0..1_000).all(|_| limiter.take("one").is_ok()));
    }

    #[test]
    fn the_table_does_not_grow_without_end() {
        let (limiter, _) = limiter(10);
        for number in 0..BUCKETS + 10 {
            limiter.take(number).unwrap();
        }
        assert!(limiter.table.lock().unwrap().buckets.len() <= BUCKETS);
    }

    #[test]
    fn only_what_a_trusted_proxy_saw_counts() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let seen = |peer: &str, forwarded: &str, trusted: &[&str]| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let trusted: Vec<_> = trusted.iter().map(|proxy| ip(proxy)).collect();
            client_address(ip(peer), &headers, &trusted)
        };
        let client = "203.0.113.9";
        assert_eq!(seen(client, "198.51.100.1", &[]), ip(client), "nobody is trusted");
        assert_eq!(seen("127.0.0.1", client, &["127.0.0.1"]), ip(client));
        assert_eq!(seen("127.0.0.1", &format!("198.51.100.1, {client}"), &["127.0.0.1"]), ip(client));
        let chain = format!("198.51.100.1, {client}, 10.0.0.2");
        assert_eq!(seen("127.0.0.1", &chain, &["127.0.0.1", "10.0.0.2"]), ip(client));
        assert_eq!(seen("127.0.0.1", "nonsense", &["127.0.0.1"]), ip("127.0.0.1"));
    }

    #[test]
    fn an_ipv6_subscriber_is_one_client() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
    }
}
