//! The relay's HTTP, as the console uses it. What comes back is not trusted: `inbox` checks it.

use crate::view::origin::passed_on_by;
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use web_sys::{AbortSignal, ReadableStream, RequestCache, RequestCredentials};
use wire::PracticeId;
use wire::access::AccessPage;
use wire::api::{Erasure, JOSE, Page, Receipt, SignedRoster, Token};
use wire::limits::PAGE_ENTRIES;

/// Entries asked for first: few, so that there is something to see soon.
const ENTRIES_FIRST: u32 = 100;
/// Entries asked for at once from then on; fewer than the relay would give. Between two pages the browser can draw and
/// answer.
const ENTRIES_AT_ONCE: u32 = 400;

/// A relay and a practice on it.
pub(super) struct Relay {
    /// Where assertions are addressed to.
    audience: String,
    /// Where requests go.
    practice_url: String,
}

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RelayError {
    #[error("no answer")]
    Unreachable,
    #[error("refused with status {0}")]
    Refused(u16),
    #[error("an answer that is none")]
    Unreadable,
}

impl Relay {
    /// `base` is the credential's relay, without a slash at the end.
    pub(super) fn new(base: &str, practice: &PracticeId) -> Self {
        let path = format!("/v1/practices/{practice}");
        let reached = passed_on_by().unwrap_or_else(|| base.to_owned());
        Self { audience: format!("{base}{path}/token"), practice_url: reached + &path }
    }

    /// Where assertions are addressed to: always the relay itself, whoever passes them on.
    pub(super) fn token_endpoint(&self) -> String {
        self.audience.clone()
    }

    pub(super) async fn manifest(&self) -> Result<String, RelayError> {
        text(send(Request::get(&self.url("manifest"))).await?).await
    }

    /// `form` is an RFC 7523 token request.
    pub(super) async fn token(&self, form: String) -> Result<Token, RelayError> {
        let request = plain(Request::post(&self.url("token")))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .map_err(|_| RelayError::Unreachable)?;
        json(accept(request.send().await)?).await
    }

    pub(super) async fn roster(&self, token: &str) -> Result<SignedRoster, RelayError> {
        json(send(bearer(Request::get(&self.url("roster")), token)).await?).await
    }

    /// Publishes a manifest (compact JWS).
    pub(super) async fn put_manifest(&self, token: &str, jws: String) -> Result<(), RelayError> {
        let request = bearer(plain(Request::put(&self.url("manifest"))), token)
            .header("Content-Type", JOSE)
            .body(jws)
            .map_err(|_| RelayError::Unreachable)?;
        accept(request.send().await).map(drop)
    }

    /// Entries after `seq`.
    pub(super) async fn page(&self, token: &str, seq: u64) -> Result<Page, RelayError> {
        let limit = if seq == 0 { ENTRIES_FIRST } else { ENTRIES_AT_ONCE };
        let url = format!("{}?after={seq}&limit={limit}", self.url("entries"));
        json(send(bearer(Request::get(&url), token)).await?).await
    }

    /// A stream of events, one for each new head of the log.
    pub(super) async fn heads(
        &self,
        token: &str,
        until: Option<&AbortSignal>,
    ) -> Result<ReadableStream, RelayError> {
        let request = bearer(Request::get(&self.url("heads")), token).abort_signal(until);
        send(request).await?.body().ok_or(RelayError::Unreadable)
    }

    /// Appends a sealed entry. The same entry twice is one entry.
    pub(super) async fn append(&self, token: &str, sealed: String) -> Result<Receipt, RelayError> {
        let request = bearer(plain(Request::post(&self.url("entries"))), token)
            .header("Content-Type", JOSE)
            .body(sealed)
            .map_err(|_| RelayError::Unreachable)?;
        json(accept(request.send().await)?).await
    }

    /// Has the entries erased that the signed evidence names.
    pub(super) async fn erase(&self, token: &str, erasure: &Erasure) -> Result<Receipt, RelayError> {
        let body = wire::json::to_text(erasure).ok_or(RelayError::Unreadable)?;
        let request = bearer(plain(Request::post(&self.url("erasures"))), token)
            .header("Content-Type", "application/json")
            .body(body)
            .map_err(|_| RelayError::Unreachable)?;
        json(accept(request.send().await)?).await
    }

    /// Records of the access log after `seq`.
    pub(super) async fn access_page(&self, token: &str, seq: u64) -> Result<AccessPage, RelayError> {
        let url = format!("{}?after={seq}&limit={PAGE_ENTRIES}", self.url("access-log"));
        json(send(bearer(Request::get(&url), token)).await?).await
    }

    fn url(&self, what: &str) -> String {
        format!("{}/{what}", self.practice_url)
    }
}

fn plain(request: RequestBuilder) -> RequestBuilder {
    request.credentials(RequestCredentials::Omit).cache(RequestCache::NoStore)
}

fn bearer(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.header("Authorization", &format!("Bearer {token}"))
}

async fn send(request: RequestBuilder) -> Result<Response, RelayError> {
    accept(plain(request).send().await)
}

fn accept(sent: Result<Response, gloo_net::Error>) -> Result<Response, RelayError> {
    match sent {
        Ok(response) if response.ok() => Ok(response),
        Ok(response) => Err(RelayError::Refused(response.status())),
        Err(_) => Err(RelayError::Unreachable),
    }
}

async fn text(response: Response) -> Result<String, RelayError> {
    response.text().await.map_err(|_| RelayError::Unreachable)
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, RelayError> {
    // As bytes, like all JSON here: what reads it from a text would be in the program a second time. And a page of the log
    // is a megabyte that need not become the browser's text first.
    let bytes = response.binary().await.map_err(|_| RelayError::Unreachable)?;
    serde_json::from_slice(&bytes).map_err(|_| RelayError::Unreadable)
}
