//! RFC 9457: each error's fixed words. The cause stays here, in the log.

use crate::error::RelayError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use wire::access::RequestId;
use wire::problem::{self, Problem};

/// Seconds after which a client that met [`RelayError::Busy`] may come back.
const RETRY_SECONDS: &str = "2";

/// Somebody has to make room first.
const FULL_SECONDS: &str = "3600";

/// What a client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
}

/// Travels in the response's extensions to [`super::request::identify`], which knows the request id.
#[derive(Clone)]
pub(super) struct Failure(pub(super) Arc<RelayError>);

/// Marks an answer whose body is a page, whatever its status.
#[derive(Clone, Copy)]
pub(super) struct ForPeople;

impl IntoResponse for RelayError {
    fn into_response(self) -> Response {
        let mut response = words(&self).status.into_response();
        let headers = response.headers_mut();
        match self {
            // RFC 6750 section 3.
            Self::Unauthenticated => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Busy | Self::Unavailable(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
            }
            Self::Full => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(FULL_SECONDS));
            }
            Self::TooMany { seconds } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            _ => {}
        }
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// The response with its body: the words for `error`, under `request_id`.
pub(super) fn render(response: Response, error: &RelayError, request_id: RequestId) -> Response {
    let Words { status, kind, title } = words(error);
    let problem = Problem {
        kind: format!("urn:anteroom:{kind}"),
        title: title.into(),
        status: status.as_u16(),
        request_id: request_id.to_string(),
        challenge: match error {
            RelayError::ProofNeeded(challenge) => Some((**challenge).clone()),
            _ => None,
        },
    };
    let json = serde_json::to_vec(&problem).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(problem::CONTENT_TYPE));
    Response::from_parts(parts, Body::from(json))
}

/// For a refusal that the framework made: the error of the same status.
pub(super) fn from_status(status: StatusCode) -> RelayError {
    match status {
        StatusCode::NOT_FOUND => RelayError::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => RelayError::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => RelayError::TooLarge,
        StatusCode::REQUEST_TIMEOUT => RelayError::TooSlow,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => RelayError::MediaType,
        status if status.is_server_error() => RelayError::Internal(status.to_string()),
        status => RelayError::Malformed(status.to_string()),
    }
}

pub(super) fn words(error: &RelayError) -> Words {
    use RelayError as E;
    let (status, kind, title) = match error {
        E::NotFound => (404, "not-found", "There is nothing here."),
        E::MethodNotAllowed => (405, "method-not-allowed", "This cannot be done here."),
        E::Malformed(_) => (400, "malformed", "The request cannot be read."),
        E::MediaType => (415, "content-type", "The content type is not the one that belongs here."),
        E::TooLarge => (413, "too-large", "The request is too large."),
        E::TooSlow => (408, "too-slow", "The request took too long to arrive."),
        E::Envelope(_) => (422, "not-sealed", "This is not a sealed entry."),
        E::Misdirected => (422, "misdirected", "This entry is sealed for another place."),
        E::StaleKey => (422, "stale-key", "The key that this is sealed to is not valid now."),
        E::ProofNeeded(_) => {
            (403, "proof-needed", "Solve the challenge, and send this again with the proof.")
        }
        E::Unauthenticated => (401, "unauthenticated", "A valid access token is needed."),
        E::Forbidden => (403, "forbidden", "Your role does not allow this."),
        E::InviteRefused => (403, "invite-refused", "The invite is unknown, used or expired."),
        E::AssertionRefused(_) => (400, "assertion-refused", "The sign-in was refused."),
        E::Publication(_) => (422, "publication-refused", "The signed document was refused."),
        E::NotNewer => (409, "not-newer", "A document of this version or a newer one is published."),
        E::NameTaken => (409, "name-taken", "Another practice has this name."),
        E::Conflict => (409, "conflict", "Another entry has this id."),
        E::TokenTaken => (409, "token-taken", "This link belongs to another thread."),
        E::Full => (507, "full", "The practice's storage is full. Nothing is lost: keep this and try again."),
        E::UnknownEntry => (422, "unknown-entry", "An entry to be erased is not in this thread."),
        E::TooMany { .. } => (429, "too-many", "That is more than is allowed at once. Please wait."),
        E::Busy => (503, "busy", "Too much at once. Please try again in a moment."),
        E::Unavailable(_) => (503, "unavailable", "The relay cannot do this now."),
        E::Internal(_) => (500, "internal", "Something went wrong on our side."),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Words { status, kind, title }
}
