//! `anteroom verify-site`: what a visitor's browser would be given, checked link by link from the page:
//! snippet, loader, frame, wasm, manifest.

use super::Context;
use super::snippet::read_version;
use crate::cli::VerifySite;
use crate::failure::{Exit, Failure};
use crate::findings::Findings;
use crate::page::{self, Policy, Script};
use crate::relay::{RelayError, fetch_public};
use crate::session::Session;
use base64ct::{Base64, Encoding};
use lead::Manifest;
use sha2::{Digest, Sha256, Sha384};

const PASTE: &str = "paste what `anteroom snippet` prints, unchanged";

/// Fetches and checks.
pub(super) async fn verify(context: &Context, options: &VerifySite) -> Result<(), Failure> {
    let mut session = Session::open(context, &options.of.credential)?;
    let mut findings = Findings::default();
    let page = fetch_public(&options.url).await.map_err(|error| match error {
        RelayError::Unreachable { .. } => {
            Failure::new(Exit::Failed, error, "check the address, and that everybody may see the page")
        }
        error => error.into(),
    })?;
    let html = String::from_utf8_lossy(&page.body).into_owned();
    let manifest = session.manifest().await;
    let manifest = findings.take(manifest);
    if let Some(manifest) = &manifest {
        findings.well(format!("the relay gives out your manifest, version {}", manifest.version));
    }
    match page::scripts(&html).into_iter().filter(Script::is_loader).collect::<Vec<_>>().as_slice() {
        [] => findings.problem(Exit::Document, format!("{} holds no snippet", options.url), PASTE),
        [script] => {
            let expected = match &options.version_file {
                Some(path) => Some(read_version(path)?.version),
                None => None,
            };
            check_script(&mut findings, &session, script, expected.as_deref()).await;
            check_fallback(&mut findings, &html, manifest.as_ref());
        }
        several => findings.problem(
            Exit::Document,
            format!("{} holds {} snippets", options.url, several.len()),
            "leave one of them",
        ),
    }
    for policy in &page.policies {
        check_policy(&mut findings, &Policy::parse(policy), session.relay.address());
    }
    findings.conclude(context.output)
}

async fn check_script(findings: &mut Findings, session: &Session, script: &Script, expected: Option<&str>) {
    let anchor = &session.credential.anchor;
    let relay = session.relay.address();
    let same = |name: &str, expected: &str| script.attribute(name) == Some(expected);
    findings.check(
        same("data-practice", anchor.practice.as_str()),
        "the snippet is for your practice",
        Exit::Document,
        "the snippet is for another practice".to_owned(),
        PASTE,
    );
    findings.check(
        same("data-pin", &anchor.pin.to_string()),
        "its pin is your root key's",
        Exit::Trust,
        format!("its pin is not {}: the form would believe another key", anchor.pin),
        PASTE,
    );
    let anonymous = script.attribute("crossorigin").is_some_and(|value| matches!(value, "" | "anonymous"));
    findings.check(
        anonymous,
        "the browser can check the loader (crossorigin)",
        Exit::Document,
        "crossorigin=\"anonymous\" is missing: the browser refuses the loader".to_owned(),
        PASTE,
    );
    let src = script.attribute("src").unwrap_or_default();
    let at_relay = src.strip_prefix(&format!("{relay}/e/")).and_then(|rest| rest.strip_suffix("/loader.js"));
    let Some(version) = at_relay.filter(|version| version.bytes().all(|byte| byte.is_ascii_hexdigit()))
    else {
        findings.problem(Exit::Trust, format!("the loader comes from {src}, not from {relay}"), PASTE);
        return;
    };
    if let Some(expected) = expected {
        if version == expected {
            findings.well(format!("the form is release {version}"));
        } else {
            findings.warning(
                format!("the form is release {version}; this one is {expected}"),
                "paste what `anteroom snippet` prints now, when it suits you: old ones go on working",
            );
        }
    }
    check_code(findings, relay, version, script.attribute("integrity").unwrap_or_default()).await;
}

async fn check_code(findings: &mut Findings, relay: &str, version: &str, integrity: &str) {
    const ASK: &str = "ask the relay's operator; visitors see the phone number instead of the form";
    let base = format!("{relay}/e/{version}");
    let loader = fetch_public(&format!("{base}/loader.js")).await;
    let Some(loader) = findings.take(loader) else { return };
    let found = sri(&loader.body);
    findings.check(
        !integrity.is_empty(),
        "the page fixes the loader (integrity)",
        Exit::Trust,
        "integrity is missing: the relay could give out any loader".to_owned(),
        PASTE,
    );
    findings.check(
        found == integrity,
        "the relay gives out that loader",
        Exit::Trust,
        format!("the relay gives out a loader of {found}, and the page asks for {integrity}"),
        ASK,
    );
    findings.check(
        hex20(&loader.body) == version,
        "the loader's address is its own hash",
        Exit::Trust,
        format!("the loader's address says {version}, and its hash is {}", hex20(&loader.body)),
        ASK,
    );
    let text = String::from_utf8_lossy(&loader.body).into_owned();
    for file in ["frame.js", "widget.wasm"] {
        let fetched = fetch_public(&format!("{base}/{file}")).await;
        let Some(fetched) = findings.take(fetched) else { continue };
        findings.check(
            is_fixed(&text, &fetched.body),
            &format!("{file} is what the loader fixes"),
            Exit::Trust,
            format!("{file} is not what the loader fixes"),
            ASK,
        );
    }
}

fn check_fallback(findings: &mut Findings, html: &str, manifest: Option<&Manifest>) {
    let Some(manifest) = manifest else { return };
    let dialled: String = manifest.source.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if html.contains(&format!("tel:{dialled}")) {
        findings.well("the page holds your phone number for when the form cannot be shown");
    } else {
        findings.warning(format!("the page has no link to {}", manifest.source.phone), PASTE);
    }
}

fn check_policy(findings: &mut Findings, policy: &Policy, relay: &str) {
    const ADD: &str = "change the page's Content-Security-Policy";
    let runs = policy.allows("script-src", relay) && policy.allows_wasm();
    findings.check(
        runs,
        "the page's policy lets the form run",
        Exit::Document,
        format!("the page's policy blocks the form: script-src needs {relay} and 'wasm-unsafe-eval'"),
        ADD,
    );
    findings.check(
        policy.allows("connect-src", relay),
        "the page's policy lets the form reach the relay",
        Exit::Document,
        format!("the page's policy blocks the form: connect-src needs {relay}"),
        ADD,
    );
}

fn sri(bytes: &[u8]) -> String {
    format!("sha384-{}", Base64::encode_string(&Sha384::digest(bytes)))
}

/// Whether a loader fixes a file, by one of the hashes of Subresource Integrity (W3C SRI, 3.2).
fn is_fixed(loader: &str, file: &[u8]) -> bool {
    let short = format!("sha256-{}", Base64::encode_string(&Sha256::digest(file)));
    [short, sri(file)].iter().any(|hash| loader.contains(hash))
}

/// The version of a loader: the first 20 hex digits of its SHA-256.
fn hex20(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(10).map(|byte| format!("{byte:02x}")).collect()
}
