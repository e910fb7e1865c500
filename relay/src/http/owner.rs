//! Handlers for owners.

use super::extract::{Jose, Json};
use super::refusals::{Always, AtPractice, ByRole, Reading, WithBody, WithToken};
use crate::access::{Outcome, Owner};
use crate::error::RelayError;
use axum::http::StatusCode;
use wire::PracticeId;
use wire::api::{Erasure, Receipt, SignedRoster};
use wire::problem::Problem;

/// Publishes a roster and its keyring; members left out lose their tokens.
#[utoipa::path(
    put, path = "/v1/practices/{practice}/roster", operation_id = "putRoster", tag = "owner",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = SignedRoster),
    responses(
        (status = 204, description = "Published"),
        (status = 409, description = "Not newer than what is published", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A document is refused", body = Problem, content_type = "application/problem+json"),
        Reading, WithBody, AtPractice, WithToken, ByRole, Always,
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
        (status = 409, description = "Not newer than what is published", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The manifest is refused", body = Problem, content_type = "application/problem+json"),
        Reading, WithBody, AtPractice, WithToken, ByRole, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn put_manifest(owner: Owner, Jose(text): Jose) -> Result<StatusCode, RelayError> {
    owner.publish_manifest(text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Erases the bodies of entries of one thread, and appends the signed event that says so. Hashes and places in the
/// chain stay.
#[utoipa::path(
    post, path = "/v1/practices/{practice}/erasures", operation_id = "erase", tag = "owner",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = Erasure),
    responses(
        (status = 201, description = "Erased; the receipt of the event", body = Receipt),
        (status = 200, description = "Erased before by the same event; the same receipt", body = Receipt),
        (status = 409, description = "Another entry has the event's id", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a sealed event, or an entry is not in its thread", body = Problem, content_type = "application/problem+json"),
        Reading, WithBody, AtPractice, WithToken, ByRole, Always,
    ),
    security(("token" = [])),
)]
pub(super) async fn erase(
    owner: Owner,
    Json(erasure): Json<Erasure>,
) -> Result<Outcome<Receipt>, RelayError> {
    owner.erase(erasure).await
}
