//! Files that browsers load: every version of the widget that this relay ever served, and the console.
//! Each lies beside its `.br` and `.gz` copies, made at build time.

use super::AppState;
use crate::error::RelayError;
use crate::library::{Encoding, File, Library};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::sync::Arc;

/// What is served under `/e/` and `/console/`. Clones share it.
#[derive(Clone, Default)]
pub struct Assets {
    widget: Arc<Library>,
    console: Option<Arc<Library>>,
}

impl Assets {
    /// Serves `widget`, whose names are `version/file`, and `console` if there is one.
    #[must_use]
    pub fn new(widget: Library, console: Option<Library>) -> Self {
        Self { widget: Arc::new(widget), console: console.map(Arc::new) }
    }
}

/// A name under `/e/` means one content for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Everything that the console is made of comes from its own relay, and nothing runs from a string.
const CONSOLE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

pub(super) fn widget_routes() -> Router<AppState> {
    Router::new().route("/e/{version}/{file}", get(widget))
}

pub(super) fn console_routes() -> Router<AppState> {
    Router::new()
        .route("/console", get(async || Redirect::permanent("/console/")))
        .route("/console/", get(console_index))
        .route("/console/{*file}", get(console))
}

async fn widget(
    State(assets): State<Assets>,
    Path((version, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, RelayError> {
    let file = assets.widget.find(&format!("{version}/{file}")).ok_or(RelayError::NotFound)?;
    serve(file, &headers, [(CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE))]).await
}

async fn console_index(State(assets): State<Assets>, headers: HeaderMap) -> Result<Response, RelayError> {
    console(State(assets), Path("index.html".into()), headers).await
}

async fn console(
    State(assets): State<Assets>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RelayError> {
    let library = assets.console.as_ref().ok_or(RelayError::NotFound)?;
    // The patients' form, which the console shows in a frame while it is edited.
    let is_preview = file.starts_with("preview/");
    let file = library.find(&file).ok_or(RelayError::NotFound)?;
    let page = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONSOLE_POLICY)),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
        ),
    ];
    let mut response = serve(file, &headers, page).await?;
    if is_preview {
        // The sealed frame has no origin that could be named.
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    Ok(response)
}

async fn serve<const N: usize>(
    file: &File,
    request: &HeaderMap,
    extra: [(HeaderName, HeaderValue); N],
) -> Result<Response, RelayError> {
    let common = [(ETAG, header(&file.etag)?), (VARY, HeaderValue::from_static("accept-encoding"))];
    if request.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == file.etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, common, extra).into_response());
    }
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (encoding, path) = file.best(|encoding| accepts(accepted, encoding.name()));
    let bytes = tokio::fs::read(path).await.map_err(|error| RelayError::Internal(error.to_string()))?;
    let mut response = (common, extra, [(CONTENT_TYPE, file.content_type)], bytes).into_response();
    if encoding != Encoding::Identity {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    Ok(response)
}

/// RFC 9110 section 12.5.3, as far as browsers use it: listed, and not with `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|parameter| {
            let weight = parameter.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
            weight == Some(0.0)
        });
        named && !refused
    })
}

fn header(value: &str) -> Result<HeaderValue, RelayError> {
    HeaderValue::from_str(value).map_err(|error| RelayError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn codings_are_taken_as_the_client_says() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "br"));
        assert!(!accepts("brotli", "br"));
    }
}
