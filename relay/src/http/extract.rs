//! From a request to a capability and to a body of the right type.

use super::Deadline;
use crate::access::{Auditor, Coordinator, Owner, Registrar, Relay, Session, Staff, Visitor};
use crate::error::RelayError;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRef, FromRequest, FromRequestParts, MatchedPath, Path, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::PracticeId;
use wire::access::{Action, RequestId};
use wire::api::JOSE;
use wire::unsubscribe::TOKEN_CHARS;

#[derive(Deserialize)]
struct AtPractice {
    practice: PracticeId,
}

async fn practice<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<PracticeId, RelayError> {
    let path = Path::<AtPractice>::from_request_parts(parts, state).await;
    // A name that cannot exist is a practice that does not exist.
    path.map(|Path(at)| at.practice).map_err(|_| RelayError::NotFound)
}

/// RFC 6750 section 2.1.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The id that [`super::request::identify`] gave the request.
fn request_id(parts: &Parts) -> Result<RequestId, RelayError> {
    let missing = || RelayError::Internal("a request without an id".into());
    parts.extensions.get().copied().ok_or_else(missing)
}

/// As what a refusal of this request is noted.
fn action(parts: &Parts) -> Action {
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    match (&parts.method, route.rsplit('/').next()) {
        (&Method::POST, Some("entries")) => Action::Append,
        (_, Some("entries")) => Action::ReadEntries,
        (&Method::PUT, Some("roster")) => Action::PublishRoster,
        (_, Some("roster")) => Action::ReadRoster,
        (_, Some("manifest")) => Action::PublishManifest,
        (_, Some("heads")) => Action::Follow,
        (_, Some("erasures")) => Action::Erase,
        (_, Some("unsubscribe-links")) => Action::LinkUnsubscribe,
        (_, Some("opt-outs")) => Action::ReadOptOuts,
        (_, Some("checkpoint")) => Action::ReadCheckpoint,
        _ => Action::ReadAccessLog,
    }
}

async fn session<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Session, RelayError>
where
    Relay: FromRef<S>,
{
    let practice = practice(parts, state).await?;
    let token = bearer(&parts.headers).ok_or(RelayError::Unauthenticated)?;
    Session::open(Relay::from_ref(state), &practice, token, request_id(parts)?).await
}

/// `FromRequestParts` for a capability, given how a request becomes one.
macro_rules! capability {
    ($name:ident, |$parts:ident, $state:ident| $make:expr) => {
        impl<S: Send + Sync> FromRequestParts<S> for $name
        where
            Relay: FromRef<S>,
        {
            type Rejection = RelayError;
            async fn from_request_parts($parts: &mut Parts, $state: &S) -> Result<Self, RelayError> {
                $make
            }
        }
    };
}

capability!(Visitor, |parts, state| {
    Ok(Self::new(Relay::from_ref(state), practice(parts, state).await?, request_id(parts)?))
});
capability!(Registrar, |parts, state| {
    let invite = bearer(&parts.headers).ok_or(RelayError::InviteRefused)?;
    Ok(Self::new(Relay::from_ref(state), invite, request_id(parts)?))
});
capability!(Staff, |parts, state| Ok(session(parts, state).await?.staff()));
capability!(Coordinator, |parts, state| session(parts, state).await?.coordinator(action(parts)).await);
capability!(Owner, |parts, state| session(parts, state).await?.owner(action(parts)).await);
capability!(Auditor, |parts, state| session(parts, state).await?.auditor(action(parts)).await);

/// A link out of a message, if it has the form of one.
pub(super) struct Link(pub(super) Option<(Visitor, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Link
where
    Relay: FromRef<S>,
{
    type Rejection = RelayError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RelayError> {
        let path = Path::<(PracticeId, String)>::from_request_parts(parts, state).await.ok();
        let path = path.filter(|Path((_, token))| token.len() <= TOKEN_CHARS);
        let Some(Path((practice, token))) = path else { return Ok(Self(None)) };
        Ok(Self(Some((Visitor::new(Relay::from_ref(state), practice, request_id(parts)?), token))))
    }
}

/// A body of `application/jose`: sealed or signed text.
pub(super) struct Jose(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Jose {
    type Rejection = RelayError;
    async fn from_request(request: Request, state: &S) -> Result<Self, RelayError> {
        let bytes = body(request, state, JOSE).await?;
        // Compact serialisations are ASCII; anything else is not one.
        let text = String::from_utf8(bytes.into());
        text.map(Self).map_err(|_| RelayError::Malformed("not ASCII".into()))
    }
}

/// A body of `application/json`. Its reader's words name no value.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = RelayError;
    async fn from_request(request: Request, state: &S) -> Result<Self, RelayError> {
        let bytes = body(request, state, "application/json").await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            RelayError::Malformed(format!("line {} column {}", error.line(), error.column()))
        })
    }
}

/// A body of `application/x-www-form-urlencoded`.
pub(super) struct Form<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = RelayError;
    async fn from_request(request: Request, state: &S) -> Result<Self, RelayError> {
        let deadline = deadline(&request);
        match in_time(deadline, axum::Form::from_request(request, state)).await? {
            Ok(axum::Form(form)) => Ok(Self(form)),
            Err(rejection) => Err(super::problem::from_status(rejection.status())),
        }
    }
}

fn deadline(request: &Request) -> Option<Deadline> {
    request.extensions().get().copied()
}

/// What `coming` gives if it does by the deadline. One of the whole request, not of its body alone: whoever was slow with
/// the head has less time for the body.
async fn in_time<T>(deadline: Option<Deadline>, coming: impl Future<Output = T>) -> Result<T, RelayError> {
    match deadline {
        Some(Deadline(at)) => tokio::time::timeout_at(at, coming).await.map_err(|_| RelayError::TooSlow),
        None => Ok(coming.await),
    }
}

async fn body<S: Send + Sync>(
    request: Request,
    state: &S,
    content_type: &'static str,
) -> Result<Bytes, RelayError> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|value| value.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(content_type)) {
        return Err(RelayError::MediaType);
    }
    let deadline = deadline(&request);
    let body = in_time(deadline, Bytes::from_request(request, state)).await?;
    body.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => RelayError::TooLarge,
        _ => RelayError::Malformed("the body ended early".into()),
    })
}
