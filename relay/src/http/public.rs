//! Handlers of what needs no token: the widget's three, registration and sign-in.

use super::extract::{Form, Jose, Json};
use super::refusals::{Always, AtPractice, Limited, Reading, Storing, WithBody};
use crate::access::{NewPractice, Outcome, Registrar, Registration, Visitor};
use crate::error::RelayError;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::api::{Accepted, JOSE, Registered, Token};
use wire::problem::Problem;
use wire::proof::{self, Challenge};
use wire::{EntryId, PracticeId};

/// The current manifest, signed by the practice's root key.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/manifest", operation_id = "manifest", tag = "public",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    responses(
        (status = 200, description = "Compact JWS", body = String, content_type = "application/jose"),
        (status = 304, description = "As known by If-None-Match"),
        AtPractice, Always,
    ),
)]
pub(super) async fn manifest(visitor: Visitor, headers: HeaderMap) -> Result<Response, RelayError> {
    let (version, text) = visitor.manifest().await?;
    let etag = format!("\"{version}\"");
    // Browsers keep it but ask every time: a new inbox key counts for the next visitor.
    let caching = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, etag.clone())];
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    Ok(match known {
        true => (StatusCode::NOT_MODIFIED, caching).into_response(),
        false => (caching, [(CONTENT_TYPE, JOSE)], text).into_response(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChallengeQuery {
    entry: EntryId,
}

/// Work to be done before the inquiry of this entry id is submitted.
#[utoipa::path(
    get, path = "/v1/practices/{practice}/challenge", operation_id = "challenge", tag = "public",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("entry" = EntryId, Query, description = "Entry id that the inquiry will have")),
    responses(
        (status = 200, description = "ALTCHA version 2", body = Challenge),
        (status = 204, description = "This relay asks for no proof"),
        Reading, AtPractice, Limited, Always,
    ),
)]
pub(super) async fn challenge(
    visitor: Visitor,
    query: Result<Query<ChallengeQuery>, QueryRejection>,
) -> Result<Response, RelayError> {
    let Query(ChallengeQuery { entry }) = query.map_err(|_| RelayError::Malformed("query".into()))?;
    Ok(match visitor.challenge(entry).await? {
        Some(challenge) => axum::Json(challenge).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Takes a sealed inquiry. The entry id in its header is the idempotency key.
#[utoipa::path(
    post, path = "/v1/practices/{practice}/inquiries", operation_id = "submit", tag = "public",
    params(("practice" = PracticeId, Path, description = "Name of the practice"),
        ("anteroom-proof" = Option<String>, Header, description = "Base64 of the JSON of ALTCHA's payload")),
    request_body(content = String, content_type = "application/jose", description = "Compact JWE of kind inquiry"),
    responses(
        (status = 201, description = "Durably stored", body = Accepted),
        (status = 200, description = "Stored before; the same answer", body = Accepted),
        (status = 403, description = "No valid proof for this entry; the challenge to solve is in the problem", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another entry has this id", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not a sealed inquiry for this practice under a valid key", body = Problem, content_type = "application/problem+json"),
        Storing, Reading, WithBody, AtPractice, Limited, Always,
    ),
)]
pub(super) async fn submit(
    visitor: Visitor,
    headers: HeaderMap,
    Jose(body): Jose,
) -> Result<Outcome<Accepted>, RelayError> {
    let proof = headers.get(proof::HEADER).and_then(|value| value.to_str().ok());
    visitor.submit(body, proof).await
}

/// RFC 7523 section 2.1.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct TokenRequest {
    grant_type: String,
    assertion: String,
}

/// Gives an access token for an assertion signed by a member of staff, or by the root key for an owner (RFC 7523 section 2.1).
#[utoipa::path(
    post, path = "/v1/practices/{practice}/token", operation_id = "signIn", tag = "staff",
    params(("practice" = PracticeId, Path, description = "Name of the practice")),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "RFC 6749 section 5.1", body = Token),
        (status = 400, description = "The assertion is refused", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The form lacks a member", body = Problem, content_type = "application/problem+json"),
        WithBody, AtPractice, Limited, Always,
    ),
)]
pub(super) async fn token(
    visitor: Visitor,
    Form(request): Form<TokenRequest>,
) -> Result<Response, RelayError> {
    let token = visitor.sign_in(&request.grant_type, &request.assertion).await?;
    Ok(axum::Json(token).into_response())
}

/// Registers a practice. The root key that signed both documents becomes its pin.
#[utoipa::path(
    post, path = "/v1/practices", operation_id = "register", tag = "owner",
    request_body(content = Registration),
    responses(
        (status = 201, description = "Registered", body = Registered),
        (status = 200, description = "Registered before by the same request", body = Registered),
        (status = 403, description = "The invite is unknown, used or expired", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A document is refused", body = Problem, content_type = "application/problem+json"),
        Reading, WithBody, Limited, Always,
    ),
    security(("invite" = [])),
)]
pub(super) async fn register(
    registrar: Registrar,
    Json(registration): Json<Registration>,
) -> Result<Response, RelayError> {
    let (status, registered) = match registrar.register(registration).await? {
        Outcome::New(registered) => (StatusCode::CREATED, registered),
        Outcome::Same(registered) => (StatusCode::OK, registered),
    };
    let NewPractice { practice, log_key } = registered;
    let location = [(LOCATION, format!("/v1/practices/{practice}/manifest"))];
    Ok((status, location, axum::Json(Registered { log_key })).into_response())
}

impl<T: serde::Serialize> IntoResponse for Outcome<T> {
    /// 201 for what is new, 200 with the same body for what is repeated.
    fn into_response(self) -> Response {
        match self {
            Self::New(answer) => (StatusCode::CREATED, axum::Json(answer)).into_response(),
            Self::Same(answer) => (StatusCode::OK, axum::Json(answer)).into_response(),
        }
    }
}
