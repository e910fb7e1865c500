//! Limits per address, before anything of a request is read.

use super::{AppState, Peer};
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

    fn check(&self, request: &Request, limiter: &Limiter) -> Result<(), RelayError> {
        let Some(Peer(peer)) = request.extensions().get() else { return Ok(()) };
        let address = client_address(*peer, request.headers(), &self.0.trusted_proxies);
        // A proxy on this machine that nobody declared would make all patients one address. Behind a declared one,
        // a loopback address is somebody's claim.
        let undeclared = address.is_loopback() && !self.0.trusted_proxies.contains(peer);
        if undeclared { Ok(()) } else { limiter.take(network_of(address)) }
    }
}

pub(super) async fn challenges(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, RelayError> {
    state.limits.check(&request, &state.limits.0.challenges)?;
    Ok(next.run(request).await)
}

pub(super) async fn submissions(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, RelayError> {
    state.limits.check(&request, &state.limits.0.submissions)?;
    Ok(next.run(request).await)
}

pub(super) async fn sign_ins(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, RelayError> {
    state.limits.check(&request, &state.limits.0.sign_ins)?;
    Ok(next.run(request).await)
}

pub(super) async fn registrations(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, RelayError> {
    state.limits.check(&request, &state.limits.0.registrations)?;
    Ok(next.run(request).await)
}
