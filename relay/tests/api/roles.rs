//! Every operation of the OpenAPI document for staff, times every role, times a foreign practice: one table. An
//! operation that the table does not know fails the test.

use crate::support::keys::{self, Key};
use crate::support::lab::Lab;
use crate::support::practice::{Sealing, everyone, manifest, roster};
use axum::http::{Method, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use wire::ChainHash;
use wire::api::Erasure;
use wire::unsubscribe::UnsubscribeLink;

/// What a request is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Owner,
    Coordinator,
    Auditor,
    /// An owner, of the other practice.
    Foreigner,
    /// Who was a coordinator until a moment ago, with the token of then.
    Leaver,
    /// With a token that was never given out.
    Stranger,
    /// With no token.
    Nobody,
}

const EVERYONE: [As; 7] =
    [As::Owner, As::Coordinator, As::Auditor, As::Foreigner, As::Leaver, As::Stranger, As::Nobody];

/// By operation: who is let in. Everyone else of the practice is told 403, and others 401.
const TABLE: [(&str, &[As]); 12] = [
    ("entries", &[As::Owner, As::Coordinator]),
    ("append", &[As::Owner, As::Coordinator]),
    ("heads", &[As::Owner, As::Coordinator]),
    ("linkUnsubscribe", &[As::Owner, As::Coordinator]),
    ("optOuts", &[As::Owner, As::Coordinator]),
    ("roster", &[As::Owner, As::Coordinator, As::Auditor]),
    ("accessLog", &[As::Owner, As::Auditor]),
    ("checkpoint", &[As::Owner, As::Auditor]),
    ("putRoster", &[As::Owner]),
    ("putManifest", &[As::Owner]),
    ("erase", &[As::Owner]),
    // With an invite, which no token is.
    ("register", &[]),
];

/// For anyone, and tested elsewhere.
const PUBLIC: [&str; 6] = ["manifest", "challenge", "submit", "signIn", "unsubscribePage", "unsubscribe"];

async fn token(lab: &Lab, who: As) -> Option<String> {
    let (practice, staff, key): (_, _, &Key) = match who {
        As::Owner => ("lakeside-ortho", "maria-lopez", keys::owner()),
        As::Coordinator | As::Leaver => ("lakeside-ortho", "sam-reed", keys::coordinator()),
        As::Auditor => ("lakeside-ortho", "ada-stone", keys::auditor()),
        As::Foreigner => ("hillside-ortho", "maria-lopez", keys::owner()),
        As::Stranger => return Some("A".repeat(43)),
        As::Nobody => return None,
    };
    Some(lab.sign_in(practice, staff, key).await)
}

/// The documented operations: method, path at the practice, and whether a secret is needed.
async fn operations(lab: &Lab) -> BTreeMap<String, (Method, String, bool)> {
    let document: Value = lab.get("/openapi.json", None).await.json();
    let mut operations = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.replace("{practice}", "lakeside-ortho");
            let method = method.to_uppercase().parse().unwrap();
            let secret = operation["security"].is_array();
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operations.insert(name, (method, path, secret)).is_none());
        }
    }
    operations
}

async fn call(
    lab: &Lab,
    operation: &str,
    (method, path): (&Method, &str),
    token: Option<&str>,
    version: u64,
) -> StatusCode {
    let (method, at) = (method.clone(), "lakeside-ortho");
    let event = Sealing::event(at);
    let answer = match operation {
        // Its body has no end.
        "heads" => return lab.status(path, token).await,
        "append" => lab.jose(method, path, token, &event.body()).await,
        "putManifest" => lab.jose(method, path, token, &manifest(at, version)).await,
        "putRoster" => lab.json(method, path, token, &roster(at, version, everyone())).await,
        "linkUnsubscribe" => {
            let token_sha256 = ChainHash::of_body(&version.to_string());
            lab.json(method, path, token, &UnsubscribeLink { token_sha256, thread: event.thread }).await
        }
        "erase" => {
            let inquiry = Sealing { thread: event.thread, ..Sealing::inquiry(at) };
            let stored = lab.submit(at, &inquiry.body()).await;
            assert_eq!(stored.status, StatusCode::CREATED);
            let erasure = Erasure { evidence: event.body(), entries: vec![inquiry.entry] };
            lab.json(method, path, token, &erasure).await
        }
        "register" => {
            let registration = crate::support::practice::registration("another-ortho");
            lab.json(method, path, token, &registration).await
        }
        "entries" | "optOuts" | "roster" | "accessLog" | "checkpoint" => lab.get(path, token).await,
        new => panic!("{new} is not in the table"),
    };
    answer.status
}

#[tokio::test]
async fn every_operation_is_in_the_table_or_public() {
    let lab = Lab::empty();
    for (name, (.., secret)) in operations(&lab).await {
        assert_eq!(secret, TABLE.iter().any(|(known, _)| *known == name), "{name}");
        assert_eq!(!secret, PUBLIC.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test]
async fn every_operation_for_every_role() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let operations = operations(&lab).await;
    let mut version = 1;
    for (operation, allowed) in TABLE {
        let (method, path, _) = &operations[operation];
        for who in EVERYONE {
            version += 3;
            let token = token(&lab, who).await;
            if who == As::Leaver {
                let mut others = everyone();
                others.retain(|member| member.id.as_str() != "sam-reed");
                lab.publish_roster("lakeside-ortho", version, others).await;
            }
            let status = call(&lab, operation, (method, path), token.as_deref(), version + 1).await;
            let outside = matches!(who, As::Foreigner | As::Leaver | As::Stranger | As::Nobody);
            let right = match status.as_u16() {
                200..=204 => allowed.contains(&who),
                401 => outside,
                403 => operation == "register" || (!outside && !allowed.contains(&who)),
                _ => false,
            };
            assert!(right, "{operation} as {who:?}: {status}");
            if who == As::Leaver {
                lab.publish_roster("lakeside-ortho", version + 2, everyone()).await;
            }
        }
    }
}

#[tokio::test]
async fn a_practice_that_does_not_exist_looks_like_one_that_is_not_yours() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let token = token(&lab, As::Owner).await;
    let foreign = lab.get("/v1/practices/hillside-ortho/entries", token.as_deref()).await;
    let missing = lab.get("/v1/practices/nowhere-ortho/entries", token.as_deref()).await;
    assert_eq!((foreign.status, missing.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
}
