//! A practice on a real relay, with a proxy of ours before it that can change every answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod ehr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use wire::api::Page;
use wire::{ChainHash, PracticeId};

/// What every desk's settings begin with; nothing takes mail on port 9.
pub(crate) fn desk_settings(smtp_port: u16) -> String {
    format!(
        r#"
state = "state"
sequences = "sequences"
[sender]
name = "Lakeside care team"
address = "hello@lakeside.example"
postal_address = "100 Example Street, Springfield, IL 62701"
website = "https://www.lakeside.example"
[smtp]
host = "127.0.0.1"
port = {smtp_port}
tls = "none"
"#
    )
}

pub(crate) const PASSPHRASE: &str = "a passphrase for tests only";

/// Changes the body of an answer: (path, body).
pub(crate) type Tamper = dyn Fn(&str, String) -> String + Send + Sync;

pub(crate) struct Lab {
    pub(crate) directory: TempDir,
    pub(crate) url: String,
    tamper: Arc<Mutex<Arc<Tamper>>>,
    relay: Child,
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.relay.kill();
        let _ = self.relay.wait();
    }
}

impl Lab {
    /// Relay and proxy; no practice yet.
    pub(crate) fn start() -> Self {
        Self::start_with(|_| Vec::new())
    }

    /// The same; the relay is given what `more` returns for the lab's directory.
    pub(crate) fn start_with(more: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let more = more(directory.path());
        // As in life, but for the time that the work takes.
        let config = directory.path().join("relay.toml");
        std::fs::write(&config, "[proof]\niterations = 1\n").unwrap();
        let front = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", front.local_addr().unwrap());
        let mut relay = Command::new(relay_program())
            .args(["serve", "--listen", "127.0.0.1:0", "--public-url", &url, "--config"])
            .arg(config)
            .arg("--data")
            .arg(directory.path().join("relay"))
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(relay.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let behind = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        let tamper: Arc<Mutex<Arc<Tamper>>> = Arc::new(Mutex::new(Arc::new(|_, body| body)));
        let shared = Proxy { behind, http: reqwest::Client::new(), tamper: Arc::clone(&tamper) };
        std::thread::spawn(move || proxy(front, shared));
        Self { directory, url, tamper, relay }
    }

    /// Relay, proxy, a practice with an owner and a coordinator, and `count` inquiries.
    pub(crate) fn with_practice(count: usize) -> Self {
        let lab = Self::start();
        lab.init();
        lab.ok(&["staff", "add", "sam-rivera", "--role", "coordinator", "--dir", &lab.practice()]);
        lab.seed(count);
        lab
    }

    pub(crate) fn init(&self) -> Output {
        let invite = self.invite();
        let manifest = root().join("examples/manifests/lakeside-ortho.toml");
        self.ok(&[
            "init",
            "--relay",
            &self.url,
            "--invite",
            &invite,
            "--manifest",
            manifest.to_str().unwrap(),
            "--owner",
            "maria-lopez",
            "--dir",
            &self.practice(),
        ])
    }

    pub(crate) fn invite(&self) -> String {
        let data = self.directory.path().join("relay");
        let output = Command::new(relay_program()).arg("invite").arg("--data").arg(data).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn seed(&self, count: usize) -> Output {
        let count = count.to_string();
        let owner = self.credential("maria-lopez");
        self.ok(&["demo", "seed", "--count", &count, "--credential", &owner])
    }

    pub(crate) fn practice(&self) -> String {
        self.path("practice")
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn credential(&self, staff: &str) -> String {
        self.path(&format!("practice/{staff}.credential"))
    }

    /// A copy of the coordinator's credential that remembers nothing.
    pub(crate) fn fresh_reader(&self, name: &str) -> String {
        let copy = self.path(&format!("{name}.credential"));
        std::fs::copy(self.credential("sam-rivera"), &copy).unwrap();
        copy
    }

    /// From now on, answers pass through `change`.
    pub(crate) fn tamper(&self, change: impl Fn(&str, String) -> String + Send + Sync + 'static) {
        *self.tamper.lock().unwrap() = Arc::new(change);
    }

    /// Pages of the log pass through `change`; the rest stays as it is.
    pub(crate) fn tamper_pages(&self, change: impl Fn(&mut Page) + Send + Sync + 'static) {
        self.tamper(move |path, body| {
            if !path.contains("/entries") {
                return body;
            }
            let mut page: Page = serde_json::from_str(&body).unwrap();
            change(&mut page);
            serde_json::to_string(&page).unwrap()
        });
    }

    pub(crate) fn honest(&self) {
        self.tamper(|_, body| body);
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        anteroom(arguments)
    }

    pub(crate) fn ok(&self, arguments: &[&str]) -> Output {
        let output = anteroom(arguments);
        assert!(output.status.success(), "{arguments:?}\n{}", stderr(&output));
        output
    }

    /// Runs and expects a failure of this exit code; gives standard error.
    pub(crate) fn fails(&self, exit: i32, arguments: &[&str]) -> (String, String) {
        let output = anteroom(arguments);
        let (out, err) = (stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}\n{out}\n{err}");
        (out, err)
    }
}

pub(crate) fn anteroom(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anteroom"))
        .args(arguments)
        .env("ANTEROOM_PASSPHRASE", PASSPHRASE)
        .env("TZ", "UTC")
        .output()
        .unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The log as a relay would have it, had it always been so.
pub(crate) fn chain_anew(page: &mut Page) {
    let practice: PracticeId = "lakeside-ortho".parse().unwrap();
    let mut hash = ChainHash::genesis(&practice);
    for (seq, entry) in (1..).zip(&mut page.entries) {
        entry.meta.seq = seq;
        if let Some(body) = &entry.body {
            entry.meta.sha256 = ChainHash::of_body(body);
        }
        hash = hash.next(&entry.meta);
        entry.hash = hash;
        page.head = wire::Head { seq, hash };
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The relay's program beside ours. `cargo test --workspace` builds both; alone, this package builds it
/// once, for it does not depend on it.
fn relay_program() -> PathBuf {
    static BUILT: std::sync::Once = std::sync::Once::new();
    let program = Path::new(env!("CARGO_BIN_EXE_anteroom")).with_file_name("anteroom-relay");
    BUILT.call_once(|| {
        if !program.exists() {
            let status = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--package", "relay", "--bin", "anteroom-relay"])
                .current_dir(root())
                .status()
                .unwrap();
            assert!(status.success() && program.exists(), "the relay does not build");
        }
    });
    program
}

#[derive(Clone)]
struct Proxy {
    behind: String,
    http: reqwest::Client,
    tamper: Arc<Mutex<Arc<Tamper>>>,
}

#[tokio::main(flavor = "current_thread")]
async fn proxy(front: TcpListener, shared: Proxy) {
    front.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(front).unwrap();
    let app = Router::new().fallback(forward).with_state(shared);
    axum::serve(listener, app).await.unwrap();
}

async fn forward(State(proxy): State<Proxy>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().unwrap().to_string();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::ACCEPT_ENCODING);
    let answer = proxy
        .http
        .request(parts.method, format!("{}{path}", proxy.behind))
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap();
    let mut kept = HeaderMap::new();
    if let Some(kind) = answer.headers().get(header::CONTENT_TYPE) {
        kept.insert(header::CONTENT_TYPE, kind.clone());
    }
    let text = answer.text().await.unwrap();
    let change = Arc::clone(&proxy.tamper.lock().unwrap());
    let text = if status == StatusCode::OK { change(&path, text) } else { text };
    (status, kept, text).into_response()
}
