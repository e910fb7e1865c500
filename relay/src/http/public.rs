//! Handlers of what needs no token: the widget's two, registration and sign-in.

use super::extract::{Form, Jose, Json};
use crate::access::{Outcome, Registrar, Registration, Visitor};
use crate::error::RelayError;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::api::{Accepted, JOSE};

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

pub(super) async fn submit(visitor: Visitor, Jose(body): Jose) -> Result<Outcome<Accepted>, RelayError> {
    visitor.submit(body).await
}

/// RFC 7523 section 2.1.
#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: String,
    assertion: String,
}

pub(super) async fn token(
    visitor: Visitor,
    Form(request): Form<TokenRequest>,
) -> Result<Response, RelayError> {
    let token = visitor.sign_in(&request.grant_type, &request.assertion).await?;
    Ok(axum::Json(token).into_response())
}

pub(super) async fn register(
    registrar: Registrar,
    Json(registration): Json<Registration>,
) -> Result<Response, RelayError> {
    let (status, practice) = match registrar.register(registration).await? {
        Outcome::New(practice) => (StatusCode::CREATED, practice),
        Outcome::Same(practice) => (StatusCode::OK, practice),
    };
    Ok((status, [(LOCATION, format!("/v1/practices/{practice}/manifest"))]).into_response())
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
