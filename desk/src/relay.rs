//! The relay's HTTP, as a member of staff uses it. What comes back is bounded in size and time, and
//! not believed: `inbox` checks it.

use crate::failure::{Exit, Failure, Reason};
use inbox::assertion::AssertionError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use std::time::Duration;
use wire::access::AccessPage;
use wire::api::{Erasure, JOSE, Page, Receipt, Registered, Registration, SignedRoster, Token};
use wire::limits::{ENTRY_BYTES, KEYRING_BYTES, MANIFEST_BYTES, ROSTER_BYTES};
use wire::problem::Problem;
use wire::proof::{self, Challenge, Proof, Solution};
use wire::unsubscribe::{OptOuts, UnsubscribeLink};
use wire::{ChainHash, Head, PracticeId, StaffId};

/// Entries asked for at once.
const PAGE: usize = 200;
/// A page: each entry with its JSON around it.
const PAGE_BYTES: usize = PAGE * (ENTRY_BYTES + 1024);

/// Why the relay did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    /// Not a URL that may be used.
    #[error("{0} is not the address of a relay")]
    Address(String),
    /// Not the URL of a page.
    #[error("{0} is not the address of a page")]
    Page(String),
    /// No connection, or it broke, or took too long.
    #[error("{url} cannot be reached: {cause}")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        cause: String,
    },
    /// It said no.
    #[error("the relay refused: {title} (HTTP {status}{})", request_id.as_ref().map(|id| format!(", request {id}")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words.
        title: String,
        /// `urn:anteroom:<kind>`, where it gave one.
        kind: Option<String>,
        /// Names the request in its log.
        request_id: Option<String>,
        /// Work that it wants to see first.
        challenge: Option<Box<Challenge>>,
    },
    /// It answered something that is not of the protocol.
    #[error("the relay's answer is not one of a relay: {0}")]
    Malformed(&'static str),
}

impl RelayError {
    /// Its HTTP status, where it refused.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    fn reason(&self) -> Option<Reason> {
        match self {
            Self::Unreachable { .. } => Some(Reason::Unreachable),
            Self::Refused { kind: Some(kind), .. } if kind.ends_with(":assertion-refused") => {
                Some(Reason::NotLetIn)
            }
            Self::Refused { status: 401, .. } => Some(Reason::NotLetIn),
            Self::Refused { status: 404, .. } => Some(Reason::Unregistered),
            Self::Refused { status: 409, .. } => Some(Reason::Newer),
            Self::Refused { status: 429, .. } => Some(Reason::TooOften),
            _ => None,
        }
    }
}

impl From<RelayError> for Failure {
    fn from(error: RelayError) -> Self {
        let todo = match &error {
            RelayError::Address(_) => {
                "give it as https://relay.example (http:// only for this machine), without a path"
            }
            RelayError::Page(_) => "give it in full, such as https://www.example.com/contact",
            RelayError::Unreachable { .. } => {
                "check the network and that the relay is running, then run the command again"
            }
            RelayError::Refused { status: 401, .. } => NOT_LET_IN,
            RelayError::Refused { kind: Some(kind), .. } if kind.ends_with(":assertion-refused") => {
                NOT_LET_IN
            }
            RelayError::Refused { status: 403, .. } => {
                "ask the practice's owner: your role does not allow this"
            }
            RelayError::Refused { status: 404, .. } => "check the practice's name and the relay's address",
            RelayError::Refused { status: 409, .. } => {
                "someone published something newer meanwhile; run the command again"
            }
            RelayError::Refused { status: 429, .. } => {
                "wait a while: the relay limits how often one address may ask; nothing is done twice"
            }
            RelayError::Refused { .. } => "ask the relay's operator, and name the request",
            RelayError::Malformed(_) => {
                "check that the address is the relay's, and that relay and program are of one release"
            }
        };
        let exit = if matches!(error, RelayError::Page(_)) { Exit::Usage } else { Exit::Relay };
        Self { reason: error.reason(), ..Self::new(exit, &error, todo) }
    }
}

/// What to do where a sign-in is refused.
const NOT_LET_IN: &str = "check this machine's clock, and that your credential is the newest one that the owner gave you: \
    one that was replaced or removed signs nothing more";

/// A relay's address and a connection to it.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    base: String,
    http: Client,
}

/// A token and where it is good for.
pub(crate) struct SignedIn {
    relay: Relay,
    practice: PracticeId,
    bearer: HeaderValue,
}

/// What became of a submitted inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submitted {
    /// Stored.
    Accepted,
    /// The relay holds an entry of this id already.
    AlreadyThere,
}

impl Relay {
    /// A relay by its address. Plain HTTP is for this machine only: sealed or not, a token travels.
    pub(crate) fn new(address: &str) -> Result<Self, RelayError> {
        let wrong = || RelayError::Address(address.to_owned());
        let url = Url::parse(address).map_err(|_| wrong())?;
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let allowed = url.scheme() == "https" || (url.scheme() == "http" && local);
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !allowed || !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(wrong());
        }
        let http = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(60))
            // Something on the way may end a connection that lies idle, and whoever uses it next finds it broken.
            .pool_idle_timeout(Duration::from_secs(3))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("anteroom/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unreachable(address, &error))?;
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), http })
    }

    /// Its address, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.base
    }

    /// The token endpoint's URL, which an assertion names.
    pub(crate) fn token_endpoint(&self, practice: &PracticeId) -> String {
        format!("{}/v1/practices/{practice}/token", self.base)
    }

    /// Whether it answers and can store.
    pub(crate) async fn is_ready(&self) -> Result<(), RelayError> {
        self.send(self.request(Method::GET, "/readyz")).await.map(|_| ())
    }

    /// Seconds between this machine's clock and the relay's, as its `Date` says (RFC 9110 section 6.6.1).
    pub(crate) async fn clock_skew(&self) -> Result<u64, RelayError> {
        let response = self.send(self.request(Method::GET, "/healthz")).await?;
        let date = response.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
        date.and_then(crate::clock::parse_http_date)
            .map(|theirs| theirs.abs_diff(crate::clock::now_s()))
            .ok_or(RelayError::Malformed("no date"))
    }

    /// The manifest, unchecked.
    pub(crate) async fn manifest(&self, practice: &PracticeId) -> Result<String, RelayError> {
        let path = format!("/v1/practices/{practice}/manifest");
        let response = self.send(self.request(Method::GET, &path)).await?;
        self.text(response, MANIFEST_BYTES).await
    }

    /// Registers a practice with an invite.
    pub(crate) async fn register(
        &self,
        invite: &str,
        registration: &Registration,
    ) -> Result<Registered, RelayError> {
        let request = self.request(Method::POST, "/v1/practices").bearer_auth(invite).json(registration);
        let response = self.send(request).await?;
        self.json(response, 4096, "no log key").await
    }

    /// Submits a sealed inquiry, as the widget does.
    pub(crate) async fn submit(
        &self,
        practice: &PracticeId,
        sealed: String,
    ) -> Result<Submitted, RelayError> {
        let path = format!("/v1/practices/{practice}/inquiries");
        let request = || self.request(Method::POST, &path).header(CONTENT_TYPE, JOSE).body(sealed.clone());
        let mut answer = self.send(request()).await;
        if let Err(RelayError::Refused { challenge: Some(challenge), .. }) = answer {
            answer = self.send(request().header(proof::HEADER, solve(*challenge).await?)).await;
        }
        match answer {
            Ok(_) => Ok(Submitted::Accepted),
            Err(error) if error.status() == Some(409) => Ok(Submitted::AlreadyThere),
            Err(error) => Err(error),
        }
    }

    /// Exchanges an assertion for a token.
    pub(crate) async fn sign_in(
        &self,
        practice: &PracticeId,
        staff: &StaffId,
        signer: &seal::PrivateKey,
        now: u64,
    ) -> Result<SignedIn, RelayError> {
        let endpoint = self.token_endpoint(practice);
        let assertion = inbox::assertion::make_assertion(signer, staff, &endpoint, now).await;
        self.exchange(practice, assertion).await
    }

    /// The same for an owner by the practice's root key.
    pub(crate) async fn sign_in_by_root(
        &self,
        practice: &PracticeId,
        owner: &StaffId,
        root: &seal::PrivateKey,
        now: u64,
    ) -> Result<SignedIn, RelayError> {
        let endpoint = self.token_endpoint(practice);
        let assertion = inbox::assertion::make_assertion_by_root(root, owner, &endpoint, now).await;
        self.exchange(practice, assertion).await
    }

    async fn exchange(
        &self,
        practice: &PracticeId,
        assertion: Result<String, AssertionError>,
    ) -> Result<SignedIn, RelayError> {
        let assertion =
            assertion.map_err(|_| RelayError::Malformed("no assertion can be signed with this key"))?;
        let request = self
            .request(Method::POST, &format!("/v1/practices/{practice}/token"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(inbox::assertion::token_request(&assertion));
        let response = self.send(request).await?;
        let token: Token = self.json(response, 4096, "no token").await?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.access_token))
            .map_err(|_| RelayError::Malformed("no token"))?;
        bearer.set_sensitive(true);
        Ok(SignedIn { relay: self.clone(), practice: practice.clone(), bearer })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, RelayError> {
        let response = request.send().await.map_err(|error| unreachable(&self.base, &error))?;
        let status = response.status();
        if status.is_success() { Ok(response) } else { Err(self.refusal(status, response).await) }
    }

    async fn refusal(&self, status: StatusCode, response: Response) -> RelayError {
        let problem: Option<Problem> = self.json(response, 4096, "").await.ok();
        let title = status.canonical_reason().unwrap_or("no reason given").to_owned();
        RelayError::Refused {
            status: status.as_u16(),
            title: problem.as_ref().map_or(title, |problem| problem.title.clone()),
            kind: problem.as_ref().map(|problem| problem.kind.clone()),
            challenge: problem.as_ref().and_then(|problem| problem.challenge.clone()).map(Box::new),
            request_id: problem.map(|problem| problem.request_id),
        }
    }

    async fn json<T: DeserializeOwned>(
        &self,
        response: Response,
        most: usize,
        what: &'static str,
    ) -> Result<T, RelayError> {
        let text = self.text(response, most).await?;
        serde_json::from_str(&text).map_err(|_| RelayError::Malformed(what))
    }

    async fn text(&self, mut response: Response, most: usize) -> Result<String, RelayError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&self.base, &error))? {
            if bytes.len() + chunk.len() > most {
                return Err(RelayError::Malformed("too long"));
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| RelayError::Malformed("not text"))
    }
}

/// Something that anyone may fetch.
pub(crate) struct Fetched {
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Values of `Content-Security-Policy`.
    pub(crate) policies: Vec<String>,
}

/// Fetches a page or an asset, following a few redirects. Nothing of a practice is sent.
pub(crate) async fn fetch_public(address: &str) -> Result<Fetched, RelayError> {
    const MOST: usize = 4 << 20;
    let url = Url::parse(address).map_err(|_| RelayError::Page(address.to_owned()))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(RelayError::Page(address.to_owned()));
    }
    let failed = |error: reqwest::Error| unreachable(address, &error);
    let http = Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::limited(5))
        .user_agent(concat!("anteroom/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(failed)?;
    let mut response = http.get(url).send().await.and_then(Response::error_for_status).map_err(failed)?;
    let policies = response.headers().get_all("content-security-policy");
    let policies = policies.iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MOST {
            return Err(RelayError::Malformed("too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { body, policies })
}

impl SignedIn {
    /// The log after `seq`, unchecked.
    pub(crate) async fn page(&self, after: u64) -> Result<Page, RelayError> {
        let request = self.request(Method::GET, &format!("entries?after={after}&limit={PAGE}"));
        let response = self.relay.send(request).await?;
        self.relay.json(response, PAGE_BYTES, "not a page of a log").await
    }

    /// Roster and keyring, unchecked.
    pub(crate) async fn roster(&self) -> Result<SignedRoster, RelayError> {
        let response = self.relay.send(self.request(Method::GET, "roster")).await?;
        self.relay.json(response, ROSTER_BYTES + 2 * KEYRING_BYTES, "not a roster").await
    }

    /// Appends a sealed event. The receipt must be for what was sent.
    pub(crate) async fn append(&self, sealed: String) -> Result<Receipt, RelayError> {
        let sha256 = ChainHash::of_body(&sealed);
        let request = self.request(Method::POST, "entries").header(CONTENT_TYPE, JOSE).body(sealed);
        let response = self.relay.send(request).await?;
        let receipt: Receipt = self.relay.json(response, 4096, "no receipt").await?;
        if receipt.sha256 == sha256 { Ok(receipt) } else { Err(RelayError::Malformed("another's receipt")) }
    }

    /// Erases entries. The receipt must be for the evidence that was sent.
    pub(crate) async fn erase(&self, erasure: &Erasure) -> Result<Receipt, RelayError> {
        let response = self.relay.send(self.request(Method::POST, "erasures").json(erasure)).await?;
        let receipt: Receipt = self.relay.json(response, 4096, "no receipt").await?;
        let sent = ChainHash::of_body(&erasure.evidence);
        if receipt.sha256 == sent { Ok(receipt) } else { Err(RelayError::Malformed("another's receipt")) }
    }

    /// The access log after `seq`, unchecked.
    pub(crate) async fn access_page(&self, after: u64) -> Result<AccessPage, RelayError> {
        let request = self.request(Method::GET, &format!("access-log?after={after}"));
        let response = self.relay.send(request).await?;
        self.relay.json(response, PAGE_BYTES, "not a page of an access log").await
    }

    /// The relay's signed word on the access log, unchecked.
    pub(crate) async fn checkpoint(&self) -> Result<String, RelayError> {
        let response = self.relay.send(self.request(Method::GET, "access-log/checkpoint")).await?;
        self.relay.text(response, 4096).await
    }

    /// Makes an unsubscribe link known; the same one twice is one.
    pub(crate) async fn put_unsubscribe_link(&self, link: &UnsubscribeLink) -> Result<(), RelayError> {
        self.relay.send(self.request(Method::POST, "unsubscribe-links").json(link)).await.map(|_| ())
    }

    /// Who used such a link, after `seq`, unchecked.
    pub(crate) async fn opt_outs(&self, after: u64) -> Result<OptOuts, RelayError> {
        let request = self.request(Method::GET, &format!("opt-outs?after={after}&limit=500"));
        let response = self.relay.send(request).await?;
        self.relay.json(response, 1 << 20, "not a list of opt-outs").await
    }

    /// Waits until the relay says that its log goes past `seq`. Unchecked: a reason to read on, and nothing else.
    pub(crate) async fn wait_for_head_after(&self, seq: u64) -> Result<(), RelayError> {
        const MOST: usize = 64 << 10;
        let mut response = self.relay.send(self.request(Method::GET, "heads")).await?;
        let mut line = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| unreachable(&self.relay.base, &error))?
        {
            for byte in chunk {
                if byte != b'\n' {
                    line.push(byte);
                    continue;
                }
                let data =
                    line.strip_prefix(b"data:").and_then(|data| serde_json::from_slice::<Head>(data).ok());
                if data.is_some_and(|head| head.seq > seq) {
                    return Ok(());
                }
                line.clear();
            }
            if line.len() > MOST {
                return Err(RelayError::Malformed("too long"));
            }
        }
        Ok(())
    }

    /// Publishes roster and keyring.
    pub(crate) async fn put_roster(&self, signed: &SignedRoster) -> Result<(), RelayError> {
        self.relay.send(self.request(Method::PUT, "roster").json(signed)).await.map(|_| ())
    }

    /// Publishes a manifest.
    pub(crate) async fn put_manifest(&self, manifest: String) -> Result<(), RelayError> {
        let request = self.request(Method::PUT, "manifest").header(CONTENT_TYPE, JOSE).body(manifest);
        self.relay.send(request).await.map(|_| ())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = format!("/v1/practices/{}/{path}", self.practice);
        self.relay.request(method, &path).header(AUTHORIZATION, self.bearer.clone())
    }
}

/// Does the work that the relay asks for; the header that shows it.
async fn solve(challenge: Challenge) -> Result<String, RelayError> {
    let unsolved = || RelayError::Malformed("a challenge that cannot be solved");
    let json = serde_json::to_value(&challenge).map_err(|_| unsolved())?;
    let foreign: altcha::Challenge = serde_json::from_value(json).map_err(|_| unsolved())?;
    let work = move || altcha::solve_challenge(altcha::SolveChallengeOptions::new(&foreign));
    let found = tokio::task::spawn_blocking(work).await.map_err(|_| unsolved())?;
    let altcha::Solution { counter, derived_key, .. } = found.ok().flatten().ok_or_else(unsolved)?;
    Ok(Proof { challenge, solution: Solution { counter, derived_key } }.to_header())
}

fn unreachable(url: &str, error: &reqwest::Error) -> RelayError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    RelayError::Unreachable { url: url.to_owned(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers whatever is asked, and tells of each connection.
    fn answering() -> (String, std::sync::mpsc::Receiver<()>) {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (told, connections) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                told.send(()).unwrap();
                std::thread::spawn(move || {
                    while stream.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
                    }
                });
            }
        });
        (address, connections)
    }

    #[tokio::test]
    async fn a_connection_that_lay_idle_is_not_used_again() {
        let (address, connections) = answering();
        let relay = Relay::new(&address).unwrap();
        relay.is_ready().await.unwrap();
        relay.is_ready().await.unwrap();
        assert_eq!(connections.try_iter().count(), 1, "one after the other on one connection");
        tokio::time::sleep(Duration::from_millis(3_500)).await;
        relay.is_ready().await.unwrap();
        assert_eq!(connections.try_iter().count(), 1, "a new one after some idle time");
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for right in
            ["https://relay.example", "https://relay.example/", "http://127.0.0.1:8787", "http://localhost"]
        {
            assert!(Relay::new(right).is_ok(), "{right}");
        }
        for wrong in [
            "http://relay.example",
            "http://127.0.0.1.example.com",
            "https://user:secret@relay.example",
            "https://relay.example/path",
            "https://relay.example?x",
            "ftp://relay.example",
            "relay.example",
            "",
        ] {
            assert!(matches!(Relay::new(wrong), Err(RelayError::Address(_))), "{wrong}");
        }
        assert_eq!(Relay::new("https://relay.example/").unwrap().address(), "https://relay.example");
    }
}
