//! The staff console on this machine: its files from a folder, and the relay's interface behind the same address,
//! so that nothing of the console comes from the relay and the page speaks with nobody else.

use super::settings::ConsoleSettings;
use crate::failure::{Exit, Failure};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_ORIGIN, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use reqwest::Client;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path as FilePath;
use std::sync::Arc;
use tokio::net::TcpListener;
use wire::PracticeId;
use wire::limits::ENTRY_BYTES;

/// Everything comes from this address, and nothing runs from a string.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

/// Tells the console that the relay answers behind the console's own address.
const REACH: &str = "<meta name=\"anteroom-relay\" content=\"same-origin\">";

#[derive(Clone)]
struct Console {
    files: Arc<HashMap<String, (&'static str, Bytes)>>,
    relay: Arc<str>,
    practice: PracticeId,
    http: Client,
    hosts: Arc<[String; 2]>,
}

/// Binds the address; the console is served as long as the program runs.
pub(crate) async fn start(
    settings: &ConsoleSettings,
    relay: &str,
    practice: PracticeId,
) -> Result<SocketAddr, Failure> {
    let files = read_files(&settings.files)?;
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, format!("{}: {error}", settings.listen), "choose another console.listen")
    };
    let listener = TcpListener::bind(settings.listen).await.map_err(|error| failed(&error))?;
    let address = listener.local_addr().map_err(|error| failed(&error))?;
    let http = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| failed(&error))?;
    let hosts = [address.to_string(), format!("localhost:{}", address.port())];
    let console =
        Console { files: Arc::new(files), relay: relay.into(), practice, http, hosts: Arc::new(hosts) };
    tokio::spawn(async move {
        // It ends with the program.
        let _ = axum::serve(listener, app(console)).await;
    });
    Ok(address)
}

fn app(console: Console) -> Router {
    Router::new()
        .route("/", get(async || Redirect::permanent("/console/")))
        .route("/console", get(async || Redirect::permanent("/console/")))
        .route("/console/", get(index))
        .route("/console/{*file}", get(file))
        .route("/v1/practices/{practice}/{*rest}", any(forward))
        .layer(DefaultBodyLimit::max(4 * ENTRY_BYTES))
        .layer(middleware::from_fn_with_state(console.clone(), guard))
        .with_state(console)
}

/// A page elsewhere that had its name point at this machine (DNS rebinding) is sent away.
async fn guard(State(console): State<Console>, request: Request<Body>, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| console.hosts.iter().any(|known| known == host)) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn index(State(console): State<Console>) -> Response {
    serve(&console, "index.html")
}

async fn file(State(console): State<Console>, Path(file): Path<String>) -> Response {
    let mut response = serve(&console, &file);
    if file.starts_with("preview/") {
        // The patients' form, shown while it is edited: its sealed frame has no origin that could be named.
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    response
}

fn serve(console: &Console, name: &str) -> Response {
    let Some((kind, bytes)) = console.files.get(name) else { return StatusCode::NOT_FOUND.into_response() };
    ([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "no-cache")], bytes.clone()).into_response()
}

/// Hands a request of the console on to the relay; only of this practice, and only what the console needs.
async fn forward(
    State(console): State<Console>,
    Path((practice, _)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if practice != console.practice.as_str() || !matches!(method, Method::GET | Method::POST | Method::PUT) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let mut request = console.http.request(method, format!("{}{path}", console.relay)).body(body);
    for name in [AUTHORIZATION, CONTENT_TYPE, ACCEPT] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value.clone());
        }
    }
    let Ok(answer) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get(CONTENT_TYPE) {
        response = response.header(CONTENT_TYPE, kind.clone());
    }
    response
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from_stream(answer.bytes_stream()))
        .unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}

/// All files, read once: no request can name anything else.
fn read_files(folder: &FilePath) -> Result<HashMap<String, (&'static str, Bytes)>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Failed,
            format!("the console's files in {} cannot be read: {error}", folder.display()),
            "give console.files the folder of the built console",
        )
    };
    let mut files = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in std::fs::read_dir(&current).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Some(kind) = media_type(&path) else { continue };
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let mut bytes = std::fs::read(&path).map_err(failed)?;
            if name == "index.html" {
                let page = String::from_utf8_lossy(&bytes).replacen("</head>", &format!("{REACH}</head>"), 1);
                bytes = page.into_bytes();
            }
            files.insert(name, (kind, Bytes::from(bytes)));
        }
    }
    if files.contains_key("index.html") {
        return Ok(files);
    }
    Err(failed(std::io::Error::new(std::io::ErrorKind::NotFound, "index.html is missing")))
}

fn media_type(path: &FilePath) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        // Precompressed copies among them: on one machine they gain nothing.
        _ => return None,
    })
}
