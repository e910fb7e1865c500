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

pub(super) async fn entries(
    coordinator: Coordinator,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<axum::Json<Page>, RelayError> {
    let Query(query) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(axum::Json(coordinator.page(query.after, query.limit).await?))
}

pub(super) async fn access_log(
    auditor: Auditor,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<axum::Json<AccessPage>, RelayError> {
    let Query(query) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(axum::Json(auditor.access_log(query.after, query.limit).await?))
}

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

pub(super) async fn append(
    coordinator: Coordinator,
    Jose(body): Jose,
) -> Result<Outcome<Receipt>, RelayError> {
    coordinator.append(body).await
}

pub(super) async fn roster(staff: Staff) -> Result<axum::Json<SignedRoster>, RelayError> {
    Ok(axum::Json(staff.roster().await?))
}

pub(super) async fn put_roster(
    owner: Owner,
    Json(signed): Json<SignedRoster>,
) -> Result<StatusCode, RelayError> {
    owner.publish_roster(signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn put_manifest(owner: Owner, Jose(text): Jose) -> Result<StatusCode, RelayError> {
    owner.publish_manifest(text).await?;
    Ok(StatusCode::NO_CONTENT)
}
