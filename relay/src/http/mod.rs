//! HTTP over the capabilities of [`crate::access`]: routes, limits, headers, and nothing that decides.

pub mod assets;
mod auditor;
mod extract;
mod headers;
pub mod limit;
mod openapi;
mod owner;
mod problem;
mod public;
mod refusals;
mod request;
mod staff;
mod unsubscribe;

use crate::access::Relay;
use crate::error::RelayError;
use assets::Assets;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use limit::AddressLimits;
use wire::limits;

/// Room for JSON around two signed documents and a keyring, with their quotes escaped.
const PUBLICATION_BYTES: usize =
    limits::MANIFEST_BYTES + limits::ROSTER_BYTES + 2 * limits::KEYRING_BYTES + 4096;

/// Whom the connection came from, in the extensions of each request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub std::net::IpAddr);

/// By when the whole of a request must have come, in the extensions of each request that came over a connection.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub tokio::time::Instant);

/// What the handlers share.
#[derive(Clone)]
pub struct AppState {
    /// The relay.
    pub relay: Relay,
    /// Widget assets, and the console if it is served here.
    pub assets: Assets,
    /// Limits per address.
    pub limits: AddressLimits,
}

impl FromRef<AppState> for Relay {
    fn from_ref(state: &AppState) -> Self {
        state.relay.clone()
    }
}

impl FromRef<AppState> for Assets {
    fn from_ref(state: &AppState) -> Self {
        state.assets.clone()
    }
}

/// The whole relay as a service; needs no socket.
pub fn app(state: AppState) -> Router {
    Router::new()
        .merge(open_to_websites(&state))
        .merge(for_staff(&state))
        .route("/u/{practice}/{token}", get(unsubscribe::page).post(unsubscribe::opt_out))
        .route("/healthz", get(async || StatusCode::NO_CONTENT))
        .route("/readyz", get(ready))
        .route("/openapi.json", get(openapi::document))
        .merge(assets::console_routes())
        .fallback(async || RelayError::NotFound)
        .layer(middleware::from_fn(headers::secure))
        .layer(middleware::from_fn_with_state(state.clone(), request::identify))
        .with_state(state)
}

/// `app` for clients that reach it by TLS.
pub fn only_by_tls(app: Router) -> Router {
    app.layer(middleware::from_fn(headers::strict_transport))
}

/// What only the operator's own machines should reach, on an address of its own.
pub fn operator_app(relay: Relay) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || StatusCode::NO_CONTENT))
        .route("/readyz", get(async |State(relay): State<Relay>| ready_now(&relay).await))
        .with_state(relay)
}

async fn metrics(State(relay): State<Relay>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], relay.render_metrics())
}

async fn ready_now(relay: &Relay) -> StatusCode {
    match relay.check_ready().await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What a page of any origin may call: the widget runs on every practice's own website.
fn open_to_websites(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/v1/practices/{practice}/manifest", get(public::manifest).put(owner::put_manifest))
        .layer(DefaultBodyLimit::max(limits::MANIFEST_BYTES))
        .route(
            "/v1/practices/{practice}/inquiries",
            post(public::submit)
                .layer(DefaultBodyLimit::max(limits::ENTRY_BYTES))
                .layer(middleware::from_fn_with_state(state.limits.submissions(), limit::hold)),
        )
        .route(
            "/v1/practices/{practice}/challenge",
            get(public::challenge)
                .layer(middleware::from_fn_with_state(state.limits.challenges(), limit::hold)),
        )
        .merge(assets::widget_routes())
        .layer(middleware::from_fn(headers::open_to_any_origin))
}

fn for_staff(state: &AppState) -> Router<AppState> {
    Router::new()
        .route(
            "/v1/practices/{practice}/entries",
            get(staff::entries).post(staff::append).layer(DefaultBodyLimit::max(limits::ENTRY_BYTES)),
        )
        .route("/v1/practices/{practice}/heads", get(staff::heads))
        .route("/v1/practices/{practice}/access-log", get(auditor::access_log))
        .route("/v1/practices/{practice}/access-log/checkpoint", get(auditor::checkpoint))
        .route(
            "/v1/practices/{practice}/erasures",
            post(owner::erase).layer(DefaultBodyLimit::max(limits::ERASURE_BYTES)),
        )
        .route(
            "/v1/practices/{practice}/unsubscribe-links",
            post(staff::link_unsubscribe).layer(DefaultBodyLimit::max(limits::TOKEN_REQUEST_BYTES)),
        )
        .route("/v1/practices/{practice}/opt-outs", get(staff::opt_outs))
        .route(
            "/v1/practices/{practice}/token",
            post(public::token)
                .layer(DefaultBodyLimit::max(limits::TOKEN_REQUEST_BYTES))
                .layer(middleware::from_fn_with_state(state.limits.sign_ins(), limit::hold)),
        )
        .route(
            "/v1/practices",
            post(public::register)
                .layer(DefaultBodyLimit::max(PUBLICATION_BYTES))
                .layer(middleware::from_fn_with_state(state.limits.registrations(), limit::hold)),
        )
        .route(
            "/v1/practices/{practice}/roster",
            get(staff::roster).put(owner::put_roster).layer(DefaultBodyLimit::max(PUBLICATION_BYTES)),
        )
}

async fn ready(State(relay): State<Relay>) -> Result<StatusCode, RelayError> {
    relay.check_ready().await?;
    Ok(StatusCode::NO_CONTENT)
}
