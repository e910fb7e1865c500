//! Handlers for members of staff. Each is given the capability that it needs and no more.

use super::extract::{Jose, Json};
use super::refusals::{Always, AtPractice, ByRole, Reading, Storing, WithBody, WithToken};
use crate::access::{Coordinator, Outcome, Staff};
use crate::error::RelayError;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use wire::api::{Page, Receipt, SignedRoster};
use wire::limits::PAGE_ENTRIES;
use wire::problem::Problem;
use wire::unsubscribe::{OptOuts, UnsubscribeLink};
use wire::{Head, PracticeId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    #[serde(default)]
    pub(super) after: u64,
    #[serde(default = "whole_page")]
    pub(super) limit: u32,
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
        Reading, AtPractice, WithToken, ByRole, Always,
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

/// A stream of the log's heads: server-sent events named `head` whose data is a Head.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/heads", operation_id = "heads", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "Endless", body = Head, content_type = "text/event-stream"),
        AtPractice, WithToken, ByRole, Always,
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
        (status = 409, description = "Another entry has this id", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a sealed event or document for this practice", body = Problem, content_type = "application/problem+json"),
        Storing, Reading, WithBody, AtPractice, WithToken, ByRole, Always,
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
        AtPractice, WithToken, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn roster(staff: Staff) -> Result<axum::Json<SignedRoster>, RelayError> {
    Ok(axum::Json(staff.roster().await?))
}

/// Makes the link of one message known, by the hash of its token.
#[utoipa::path(
    post, path = "/v1/practices/{practice}/unsubscribe-links", operation_id = "linkUnsubscribe", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = UnsubscribeLink),
    responses(
        (status = 204, description = "The link works now, or did before"),
        (status = 409, description = "The token belongs to another thread", body = Problem, content_type = "application/problem+json"),
        Reading, WithBody, AtPractice, WithToken, ByRole, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn link_unsubscribe(
    coordinator: Coordinator,
    Json(link): Json<UnsubscribeLink>,
) -> Result<StatusCode, RelayError> {
    coordinator.link_unsubscribe(link).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Those who used such a link, in the order in which they did.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/opt-outs", operation_id = "optOuts", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("after" = Option<u64>, Query, description = "Seq after which to begin; 0 is the beginning"),
        ("limit" = Option<u32>, Query, description = "At most so many, and at most 500")),
    responses(
        (status = 200, description = "A page", body = OptOuts),
        Reading, AtPractice, WithToken, ByRole, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn opt_outs(
    coordinator: Coordinator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<axum::Json<OptOuts>, RelayError> {
    let Query(query) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(axum::Json(coordinator.opt_outs(query.after, query.limit).await?))
}
