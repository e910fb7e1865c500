//! Each request gets an id, one log line, and, if it failed, its problem document. The line holds the
//! route's template, not the path; no address, no query, no header, no body.

use super::problem::{Failure, ForPeople, from_status, render};
use crate::access::Relay;
use crate::error::RelayError;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use wire::access::RequestId;

/// Names the request in answers and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) async fn identify(State(relay): State<Relay>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = make_request_id();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;

    let failure = failure_of(&response);
    let mut response = match &failure {
        Some(error) => render(response, error, id),
        None => response,
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let status = response.status().as_u16();
    let took = started.elapsed();
    relay.metrics().answered(known(&method), route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match failure {
        Some(cause) if status >= 500 => {
            tracing::error!(request = %id, %method, route, status, micros, %cause, "failed");
        }
        Some(cause) => tracing::info!(request = %id, %method, route, status, micros, %cause, "refused"),
        None => tracing::debug!(request = %id, %method, route, status, micros, "done"),
    }
    response
}

/// A method that clients made up must not become a label.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn failure_of(response: &Response) -> Option<Arc<RelayError>> {
    let status = response.status();
    match response.extensions().get::<Failure>() {
        Some(Failure(error)) => Some(Arc::clone(error)),
        None if response.extensions().get::<ForPeople>().is_some() => None,
        None if status.is_client_error() || status.is_server_error() => Some(Arc::new(from_status(status))),
        None => None,
    }
}

fn make_request_id() -> RequestId {
    // Only a name for a log line: without randomness the request is served all the same.
    RequestId::new(getrandom::u64().unwrap_or_default())
}
