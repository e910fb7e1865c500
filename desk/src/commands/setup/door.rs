//! The page's way in: who may ask, and what can be asked.
//!
//! The address is this machine's own, and still anyone's page can try it: requests must name it (against DNS rebinding),
//! come from the page itself, and carry a session that the link's token gave, once.

use super::office::{Colleague, Draft, Handed, Named, Opens, Publication, Retention};
use super::steps::{Facts, Steps, secret};
use crate::failure::{Exit, Failure};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use seal::Zeroizing;
use seal::random::make_jti;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use wire::limits::MANIFEST_BYTES;

/// Everything comes from this address, nothing runs from a string, and no other page may hold this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const FILES: [(&str, &str, &str); 7] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/setup.js", "text/javascript; charset=utf-8", include_str!("page/setup.js")),
    ("/office.js", "text/javascript; charset=utf-8", include_str!("page/office.js")),
    ("/parts.js", "text/javascript; charset=utf-8", include_str!("page/parts.js")),
    ("/setup.css", "text/css; charset=utf-8", include_str!("page/setup.css")),
    ("/es.js", "text/javascript; charset=utf-8", include_str!("page/es.js")),
    // The console's looks.
    ("/tokens.css", "text/css; charset=utf-8", include_str!("../../../../console/static/tokens.css")),
];

/// Larger than anything that the page sends, but a manifest.
const LARGEST: usize = 64 << 10;

/// A manifest as a file, spaces and all, inside of JSON.
const LARGEST_MANIFEST: usize = 4 * MANIFEST_BYTES;

#[derive(Clone)]
pub(super) struct Door(Arc<Inner>);

struct Inner {
    host: String,
    keys: Mutex<Keys>,
    /// One thing at a time.
    steps: tokio::sync::Mutex<Steps>,
    done: Notify,
}

/// Hashes, so that comparing them tells nothing by the time it takes.
#[derive(Default)]
struct Keys {
    token: Option<[u8; 32]>,
    session: Option<[u8; 32]>,
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl Door {
    /// The door and the token that opens it once.
    pub(super) fn new(address: SocketAddr, steps: Steps) -> Result<(Self, String), Failure> {
        let token = make_jti().map_err(|error| Failure::new(Exit::Failed, error, "try another system"))?;
        let keys = Mutex::new(Keys { token: Some(hash(&token)), session: None });
        let (steps, done) = (tokio::sync::Mutex::new(steps), Notify::new());
        Ok((Self(Arc::new(Inner { host: address.to_string(), keys, steps, done })), token))
    }

    pub(super) async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let inner = Arc::clone(&self.0);
        let ends = async move {
            tokio::select! {
                () = inner.done.notified() => {}
                // Without a signal handler there is still the page's last button.
                Ok(()) = tokio::signal::ctrl_c() => {}
            }
        };
        axum::serve(listener, self.routes()).with_graceful_shutdown(ends).await
    }

    fn routes(self) -> Router {
        let asked = Router::new()
            .route("/api/state", post(state))
            .route("/api/facts", post(facts))
            .route("/api/keys", post(keys))
            .route("/api/kit", post(kit))
            .route("/api/over", post(over))
            .route("/api/live", post(live))
            .route("/api/open", post(open))
            .route("/api/staff", post(staff))
            .route("/api/remove", post(remove))
            .route("/api/rotate", post(rotate))
            .route("/api/retain", post(retain))
            .route("/api/check", post(check).layer(DefaultBodyLimit::max(LARGEST_MANIFEST)))
            .route("/api/publish", post(publish).layer(DefaultBodyLimit::max(LARGEST_MANIFEST)))
            .route("/api/recovery", post(recovery))
            .route("/api/end", post(end))
            .layer(middleware::from_fn_with_state(self.clone(), session))
            .route("/api/enter", post(enter));
        let files = FILES.into_iter().fold(asked, |router, (path, kind, text)| {
            router.route(path, get(async move || ([(CONTENT_TYPE, kind)], text)))
        });
        files
            .layer(DefaultBodyLimit::max(LARGEST))
            .layer(middleware::from_fn_with_state(self.clone(), guard))
            .with_state(self)
    }

    fn keys(&self) -> std::sync::MutexGuard<'_, Keys> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page elsewhere that had its name point at this machine is sent away, and so is one that asks across origins.
async fn guard(State(door): State<Door>, request: Request<Body>, next: Next) -> Response {
    let own = format!("http://{}", door.0.host);
    let headers = request.headers();
    let is_named = headers.get(HOST).is_some_and(|host| host == door.0.host.as_str());
    let is_own =
        request.method() != Method::POST || headers.get(ORIGIN).is_some_and(|origin| origin == own.as_str());
    let answer = if !is_named {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    } else if !is_own {
        StatusCode::FORBIDDEN.into_response()
    } else {
        next.run(request).await
    };
    with_headers(answer)
}

fn with_headers(mut response: Response) -> Response {
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn session(
    State(door): State<Door>,
    headers: HeaderMap,
    request: Request<Body>,
    next: Next,
) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let known = door.keys().session;
    match given {
        Some(given) if known == Some(hash(given)) => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

/// The link's token for a session. Whoever comes second finds it used.
async fn enter(State(door): State<Door>, Json(Token { token }): Json<Token>) -> Response {
    let mut keys = door.keys();
    if keys.token != Some(hash(&token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let Ok(session) = make_jti() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    *keys = Keys { token: None, session: Some(hash(&session)) };
    Json(json!({ "session": session })).into_response()
}

type Answer = Result<Json<Value>, Refused>;

/// What is wrong and what to do, as the command line says it.
struct Refused(Failure);

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(refusal(self.0))).into_response()
    }
}

fn refusal(Failure { exit, reason, what, todo }: Failure) -> Value {
    json!({ "what": what, "todo": todo, "code": exit.as_str(), "reason": reason })
}

async fn state(State(door): State<Door>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.look_again().await;
    Ok(Json(steps.state()))
}

async fn facts(State(door): State<Door>, Json(facts): Json<Facts>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.take_facts(facts).await?;
    Ok(Json(steps.state()))
}

/// Passphrases are overwritten in memory as soon as they were used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passphrases {
    #[serde(deserialize_with = "secret")]
    root: Zeroizing<String>,
    #[serde(deserialize_with = "secret")]
    owner: Zeroizing<String>,
}

async fn keys(State(door): State<Door>, Json(given): Json<Passphrases>) -> Answer {
    let words = door.0.steps.lock().await.make_keys(given.root, given.owner).await?;
    Ok(Json(json!({ "words": *words })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    #[serde(deserialize_with = "secret")]
    words: Zeroizing<String>,
}

async fn kit(State(door): State<Door>, Json(Words { words }): Json<Words>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.test_kit(&words).await?;
    Ok(Json(steps.state()))
}

async fn over(State(door): State<Door>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.start_over()?;
    Ok(Json(steps.state()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invite {
    invite: String,
}

async fn live(State(door): State<Door>, Json(Invite { invite }): Json<Invite>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.go_live(invite.trim()).await?;
    Ok(Json(steps.state()))
}

async fn open(State(door): State<Door>, Json(given): Json<Opens>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.open_office(given).await?;
    Ok(Json(steps.state()))
}

async fn staff(State(door): State<Door>, Json(colleague): Json<Colleague>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    let handed = steps.office()?.add(colleague).await?;
    Ok(shown(handed, &steps))
}

async fn remove(State(door): State<Door>, Json(named): Json<Named>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.office()?.remove(named).await?;
    Ok(Json(steps.state()))
}

async fn rotate(State(door): State<Door>, Json(named): Json<Named>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    let handed = steps.office()?.rotate(named).await?;
    Ok(shown(handed, &steps))
}

async fn retain(State(door): State<Door>, Json(retention): Json<Retention>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.office()?.retain(retention).await?;
    Ok(Json(steps.state()))
}

async fn check(State(door): State<Door>, Json(draft): Json<Draft>) -> Answer {
    Ok(Json(door.0.steps.lock().await.office()?.check(&draft)?))
}

async fn publish(State(door): State<Door>, Json(publication): Json<Publication>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    steps.office()?.publish(publication).await?;
    Ok(Json(steps.state()))
}

async fn recovery(State(door): State<Door>, Json(Words { words }): Json<Words>) -> Answer {
    let mut steps = door.0.steps.lock().await;
    let tried = steps.test_recovery(&words).await?;
    Ok(Json(json!({ "tried": tried, "state": steps.state() })))
}

/// A new credential's words, this one time.
fn shown(Handed { file, words, trouble }: Handed, steps: &Steps) -> Json<Value> {
    Json(json!({ "file": file, "words": *words, "trouble": trouble.map(refusal), "state": steps.state() }))
}

async fn end(State(door): State<Door>) -> Answer {
    door.0.done.notify_one();
    Ok(Json(json!({})))
}
