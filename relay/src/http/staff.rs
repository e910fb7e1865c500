//! Handlers of what needs a staff token. Each is given the capability that it needs and no more.

use super::extract::{Jose, Json};
use crate::access::{Auditor, Coordinator, Outcome, Owner, Staff};
use crate::error::RelayError;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use wire::access::AccessPage;
use wire::api::{Page, Receipt, SignedRoster};
use wire::limits::PAGE_ENTRIES;
use wire::problem::Problem;
use wire::{Head, PracticeId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    #[serde(default)]
    after: u64,
    #[serde(default = "whole_page")]
    limit: u32,
}

const fn whole_page() -> u32 {
    PAGE_ENTRIES
}

/// Entries of the log in order; which ones is noted in the access log.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/entries", operation_id = "entries", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("after" = Option<u64>, Query, description = "Seq after which to begin; 0 is the beginning"),
        ("limit" = Option<u32>, Query, description = "At most so many, and at most 500")),
    responses(
        (status = 200, description = "A page; it may be shorter than asked for", body = Page),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn entries(
    coordinator: Coordinator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<axum::Json<Page>, RelayError> {
    let Query(query) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(axum::Json(coordinator.page(query.after, query.limit).await?))
}

/// The access log in order; that it was read is noted in it.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/access-log", operation_id = "accessLog", tag = "auditor",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("after" = Option<u64>, Query, description = "Seq after which to begin; 0 is the beginning"),
        ("limit" = Option<u32>, Query, description = "At most so many, and at most 500")),
    responses(
        (status = 200, description = "A page", body = AccessPage),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn access_log(
    auditor: Auditor,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<axum::Json<AccessPage>, RelayError> {
    let Query(query) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(axum::Json(auditor.access_log(query.after, query.limit).await?))
}

/// A stream of the log's heads: server-sent events named `head` whose data is a Head.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/heads", operation_id = "heads", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "Endless", body = Head, content_type = "text/event-stream"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn heads(
    coordinator: Coordinator,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, RelayError> {
    let follow = coordinator.follow().await?;
    let events = stream::unfold(follow, async |mut follow| {
        let head = follow.next().await?;
        let event = Event::default().event("head").id(head.seq.to_string()).json_data(head);
        Some((event, follow))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// Appends a sealed event or document. The entry id in its header is the idempotency key.
#[utoipa::path(
    post, path = "/v1/practices/{practice}/entries", operation_id = "append", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = String, content_type = "application/jose", description = "Compact JWE of kind event or document"),
    responses(
        (status = 201, description = "Durably stored", body = Receipt),
        (status = 200, description = "Stored before; the same receipt", body = Receipt),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another entry has this id", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Wrong content type", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a sealed event or document for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn append(
    coordinator: Coordinator,
    Jose(body): Jose,
) -> Result<Outcome<Receipt>, RelayError> {
    coordinator.append(body).await
}

/// The current roster and keyring.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/roster", operation_id = "roster", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "As published", body = SignedRoster),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn roster(staff: Staff) -> Result<axum::Json<SignedRoster>, RelayError> {
    Ok(axum::Json(staff.roster().await?))
}

/// Publishes a roster and its keyring; members left out lose their tokens.
#[utoipa::path(
    put, path = "/v1/practices/{practice}/roster", operation_id = "putRoster", tag = "owner",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = SignedRoster),
    responses(
        (status = 204, description = "Published"),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Not newer than what is published", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Wrong content type", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A document is refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn put_roster(
    owner: Owner,
    Json(signed): Json<SignedRoster>,
) -> Result<StatusCode, RelayError> {
    owner.publish_roster(signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Publishes a manifest.
#[utoipa::path(
    put, path = "/v1/practices/{practice}/manifest", operation_id = "putManifest", tag = "owner",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = String, content_type = "application/jose", description = "Compact JWS by the root key"),
    responses(
        (status = 204, description = "Published"),
        (status = 400, description = "The request cannot be read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No valid access token for this practice", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The role does not allow it", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such practice", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Not newer than what is published", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Wrong content type", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The manifest is refused", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too busy, or the disk cannot be written; Retry-After says when to come back", body = Problem, content_type = "application/problem+json"),
    ),
    security(("token" = [])),
)]
pub(super) async fn put_manifest(owner: Owner, Jose(text): Jose) -> Result<StatusCode, RelayError> {
    owner.publish_manifest(text).await?;
    Ok(StatusCode::NO_CONTENT)
}
