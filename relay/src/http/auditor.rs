//! Handlers for owners and auditors.

use super::refusals::{Always, AtPractice, ByRole, Reading, WithToken};
use super::staff::PageQuery;
use crate::access::Auditor;
use crate::error::RelayError;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use wire::PracticeId;
use wire::access::AccessPage;

/// The access log in order; that it was read is noted in it.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/access-log", operation_id = "accessLog", tag = "auditor",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("after" = Option<u64>, Query, description = "Seq after which to begin; 0 is the beginning"),
        ("limit" = Option<u32>, Query, description = "At most so many, and at most 500")),
    responses(
        (status = 200, description = "A page", body = AccessPage),
        Reading, AtPractice, WithToken, ByRole, Always,
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

/// The relay's signed word on how long the access log is and what is in it.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/access-log/checkpoint", operation_id = "checkpoint", tag = "auditor",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "A signed note (C2SP tlog-checkpoint, Ed25519)", body = String, content_type = "text/plain"),
        AtPractice, WithToken, ByRole, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn checkpoint(auditor: Auditor) -> Result<String, RelayError> {
    auditor.checkpoint().await
}
