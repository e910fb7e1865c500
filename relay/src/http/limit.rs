//! Limits per address, before anything of a request is read.

use super::Peer;
use crate::clock::Clock;
use crate::error::RelayError;
use crate::limits::{Limiter, Rate, client_address, network_of};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Arc;

/// What one address may do in an hour, and who is believed about addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRates {
    /// Challenges before inquiries.
    pub challenges: Rate,
    /// Inquiries.
    pub submissions: Rate,
    /// Token requests.
    pub sign_ins: Rate,
    /// Registrations, with a good invite or without.
    pub registrations: Rate,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for AddressRates {
    fn default() -> Self {
        Self {
            challenges: Rate::PerHour(240),
            submissions: Rate::PerHour(60),
            sign_ins: Rate::PerHour(600),
            registrations: Rate::PerHour(20),
            trusted_proxies: Vec::new(),
        }
    }
}

/// The limiters of the public endpoints. Clones share them.
#[derive(Clone)]
pub struct AddressLimits(Arc<Limiters>);

struct Limiters {
    challenges: Limiter,
    submissions: Limiter,
    sign_ins: Limiter,
    registrations: Limiter,
    trusted_proxies: Vec<IpAddr>,
}

impl AddressLimits {
    /// With nothing used up yet.
    #[must_use]
    pub fn new(rates: AddressRates, clock: &Arc<dyn Clock>) -> Self {
        let limiter = |rate| Limiter::new(rate, Arc::clone(clock));
        Self(Arc::new(Limiters {
            challenges: limiter(rates.challenges),
            submissions: limiter(rates.submissions),
            sign_ins: limiter(rates.sign_ins),
            registrations: limiter(rates.registrations),
            trusted_proxies: rates.trusted_proxies,
        }))
    }

    /// Of challenges.
    pub(super) fn challenges(&self) -> AddressLimit {
        self.one(|limiters| &limiters.challenges)
    }

    /// Of inquiries.
    pub(super) fn submissions(&self) -> AddressLimit {
        self.one(|limiters| &limiters.submissions)
    }

    /// Of token requests.
    pub(super) fn sign_ins(&self) -> AddressLimit {
        self.one(|limiters| &limiters.sign_ins)
    }

    /// Of registrations.
    pub(super) fn registrations(&self) -> AddressLimit {
        self.one(|limiters| &limiters.registrations)
    }

    fn one(&self, limiter: fn(&Limiters) -> &Limiter) -> AddressLimit {
        AddressLimit { limiters: Arc::clone(&self.0), limiter }
    }
}

/// One of the limits, to be held by [`hold`].
#[derive(Clone)]
pub(super) struct AddressLimit {
    limiters: Arc<Limiters>,
    limiter: fn(&Limiters) -> &Limiter,
}

impl AddressLimit {
    fn check(&self, request: &Request) -> Result<(), RelayError> {
        let Some(Peer(peer)) = request.extensions().get() else { return Ok(()) };
        let trusted = &self.limiters.trusted_proxies;
        let address = client_address(*peer, request.headers(), trusted);
        // A proxy on this machine that nobody declared would make all patients one address. Behind a declared one,
        // a loopback address is somebody's claim.
        let undeclared = address.is_loopback() && !trusted.contains(peer);
        if undeclared { Ok(()) } else { (self.limiter)(&self.limiters).take(network_of(address)) }
    }
}

/// A layer that lets a request through if its address has not used up the limit.
pub(super) async fn hold(
    State(limit): State<AddressLimit>,
    request: Request,
    next: Next,
) -> Result<Response, RelayError> {
    limit.check(&request)?;
    Ok(next.run(request).await)
}
