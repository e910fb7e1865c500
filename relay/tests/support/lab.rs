//! A relay without a socket, on a database of its own, with a clock that the test sets.

use super::keys::Key;
use super::practice::{self, START, assertion, signed_assertion};
use axum::Router;
use axum::body::{Body, BodyDataStream, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures_util::StreamExt;
use relay::access::{Relay, Rules};
use relay::clock::ManualClock;
use relay::http::assets::Assets;
use relay::http::limit::{AddressLimits, AddressRates};
use relay::http::{AppState, app};
use relay::key::RelayKey;
use relay::limits::Rate;
use relay::proof::Terms;
use relay::publication::{check_manifest, check_roster};
use relay::secret::SecretHash;
use relay::store::sqlite::SqliteStore;
use relay::store::{AccessNote, Quota, Registered, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tower::ServiceExt;
use wire::access::{Action, Ending, RequestId, Subject};
use wire::api::{JOSE, Page, Token};
use wire::limits::PAGE_ENTRIES;
use wire::practice::Member;
use wire::problem::Problem;

pub const PUBLIC_URL: &str = "https://relay.example.com";

pub struct Lab {
    pub app: Router,
    pub relay: Relay,
    pub clock: ManualClock,
    pub store: Arc<dyn Store>,
    _folder: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

pub struct Chunks(BodyDataStream);

impl Chunks {
    /// The next chunk, within ten seconds; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        let next = tokio::time::timeout(std::time::Duration::from_secs(10), self.0.next());
        let chunk = next.await.unwrap()?.unwrap();
        Some(String::from_utf8(chunk.to_vec()).unwrap())
    }
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a problem document, whole and right.
    pub fn problem(&self, status: u16, kind: &str) {
        let problem: Problem = self.json();
        assert_eq!((self.status.as_u16(), problem.kind.as_str()), (status, &*format!("urn:anteroom:{kind}")));
        assert_eq!(problem.status, status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("x-request-id"), problem.request_id);
    }
}

/// Generous, and no proof of work.
pub fn rules() -> Rules {
    Rules {
        submissions: Rate::PerHour(1_000),
        proof: Terms { required: false, ..Terms::default() },
        quota: Quota::UNLIMITED,
    }
}

impl Lab {
    /// With no practice.
    pub fn empty() -> Self {
        Self::with_assets(Assets::default())
    }

    pub fn with_assets(assets: Assets) -> Self {
        Self::made(assets, rules(), AddressRates::default())
    }

    fn made(assets: Assets, rules: Rules, rates: AddressRates) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("relay.db")).unwrap());
        let clock = ManualClock::new(START * 1_000);
        let key = RelayKey::from_seed([7; 32]);
        let relay = Relay::new(Arc::clone(&store) as _, Arc::new(clock.clone()), PUBLIC_URL, &key, rules);
        let limits = AddressLimits::new(rates, &(Arc::new(clock.clone()) as _));
        let app = app(AppState { relay: relay.clone(), assets, limits });
        Self { app, relay, clock, store, _folder: folder }
    }

    /// With a practice of each of these names.
    pub async fn with(practices: &[&str]) -> Self {
        Self::with_rules(practices, rules()).await
    }

    pub async fn with_rules(practices: &[&str], rules: Rules) -> Self {
        let lab = Self::made(Assets::default(), rules, AddressRates::default());
        lab.register_all(practices).await
    }

    /// Behind these proxies.
    pub async fn behind(practices: &[&str], trusted_proxies: Vec<std::net::IpAddr>) -> Self {
        let rates = AddressRates { trusted_proxies, ..AddressRates::default() };
        Self::made(Assets::default(), rules(), rates).register_all(practices).await
    }

    async fn register_all(self, practices: &[&str]) -> Self {
        for practice in practices {
            let answer = self.register(practice).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        }
        self
    }

    pub async fn invite(&self) -> String {
        let secret = relay::secret::make_secret().unwrap();
        self.store.add_invite(SecretHash::of(&secret), START + 3_600).await.unwrap();
        secret
    }

    pub async fn register(&self, practice: &str) -> Answer {
        let invite = self.invite().await;
        self.json(Method::POST, "/v1/practices", Some(&invite), &practice::registration(practice)).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, content_type);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.call(Method::GET, path, token, "", Body::empty()).await
    }

    /// Of a GET, without its body.
    pub async fn status(&self, path: &str, token: Option<&str>) -> StatusCode {
        let mut request = Request::builder().uri(path);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    /// The chunks of an endless answer.
    pub async fn stream(&self, path: &str, token: &str) -> Chunks {
        let request = Request::builder().uri(path).header(AUTHORIZATION, format!("Bearer {token}"));
        let answer = self.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Chunks(answer.into_body().into_data_stream())
    }

    pub async fn jose(&self, method: Method, path: &str, token: Option<&str>, body: &str) -> Answer {
        self.call(method, path, token, JOSE, body.to_owned()).await
    }

    pub async fn json(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Answer {
        self.call(method, path, token, "application/json", serde_json::to_vec(body).unwrap()).await
    }

    pub async fn submit(&self, practice: &str, body: &str) -> Answer {
        self.jose(Method::POST, &format!("/v1/practices/{practice}/inquiries"), None, body).await
    }

    pub async fn request_token(&self, practice: &str, assertion: &str) -> Answer {
        let form =
            format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
        let path = format!("/v1/practices/{practice}/token");
        self.call(Method::POST, &path, None, "application/x-www-form-urlencoded", form).await
    }

    /// As Maria Lopez, the owner.
    pub async fn publish_roster(&self, practice: &str, version: u64, staff: Vec<Member>) {
        let token = self.sign_in(practice, "maria-lopez", super::keys::owner()).await;
        let roster = practice::roster(practice, version, staff);
        let path = format!("/v1/practices/{practice}/roster");
        let answer = self.json(Method::PUT, &path, Some(&token), &roster).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    }

    pub async fn sign_in(&self, practice: &str, staff: &str, key: &Key) -> String {
        use relay::clock::Clock;
        let claims = assertion(staff, practice, self.clock.now_s());
        let answer = self.request_token(practice, &signed_assertion(key, &claims)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json::<Token>().access_token
    }
}

pub fn open(data: &Path) -> SqliteStore {
    SqliteStore::open(&data.join("relay.db")).unwrap()
}

pub async fn page(store: &SqliteStore, practice: &str, after: u64) -> Page {
    store.page(&practice::name(practice), after, PAGE_ENTRIES).await.unwrap().unwrap()
}

/// Registers a practice in a data folder that no relay uses at the moment. Its manifest is valid now.
pub async fn register_in(data: &Path, practice: &str) {
    register_on(&open(data), practice).await;
}

/// The same on any store.
pub async fn register_on(store: &impl Store, practice: &str) {
    use relay::clock::{Clock, SystemClock};
    let now = SystemClock.now_s();
    let invite = SecretHash::of(&format!("for {practice}"));
    store.add_invite(invite, now + 60).await.unwrap();
    let inbox = [super::keys::inbox()];
    let text = practice::manifest_by(super::keys::root(), practice, 1, now, now + practice::QUARTER, &inbox);
    let manifest = check_manifest(text, now).unwrap();
    let staff = practice::registration(practice).staff;
    let roster = check_roster(staff, &manifest.practice, now).unwrap();
    let note = AccessNote {
        time_ms: now * 1_000,
        request: RequestId::new(1),
        actor: None,
        action: Action::Register,
        ending: Ending::Done,
        subject: Subject::None,
    };
    let registered =
        store.register(invite, manifest.practice, manifest.root, manifest.record, roster.record, note);
    assert_eq!(registered.await.unwrap(), Registered::New);
}

/// Signs Sam Reed in at a relay that runs now with the public URL `http://127.0.0.1`.
pub async fn sign_in_at(client: &mut super::client::Client, practice: &str) -> String {
    sign_in_as(client, practice, "sam-reed", super::keys::coordinator()).await
}

/// The same for another member.
pub async fn sign_in_as(
    client: &mut super::client::Client,
    practice: &str,
    staff: &str,
    key: &Key,
) -> String {
    use relay::clock::{Clock, SystemClock};
    let path = format!("/v1/practices/{practice}/token");
    let claims = wire::api::Assertion {
        aud: format!("http://127.0.0.1{path}"),
        ..assertion(staff, practice, SystemClock.now_s())
    };
    let signed = signed_assertion(key, &claims);
    let form = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={signed}");
    let request = super::client::post(&path, "application/x-www-form-urlencoded", "", &form);
    let (status, body) = client.exchange(&request).await.unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice::<Token>(&body).unwrap().access_token
}
