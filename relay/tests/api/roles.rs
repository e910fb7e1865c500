//! Every endpoint for staff, times every role, times a foreign practice: one table.

use crate::support::keys::{self, Key};
use crate::support::lab::Lab;
use crate::support::practice::{Sealing, everyone, manifest, roster};
use axum::http::{Method, StatusCode};

/// What a request is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Owner,
    Coordinator,
    Auditor,
    /// An owner, of the other practice.
    Foreigner,
    /// With a token that was never given out.
    Stranger,
    /// With no token.
    Nobody,
}

const EVERYONE: [As; 6] = [As::Owner, As::Coordinator, As::Auditor, As::Foreigner, As::Stranger, As::Nobody];

#[derive(Debug, Clone, Copy)]
enum Endpoint {
    Entries,
    Append,
    Roster,
    AccessLog,
    Heads,
    PutRoster,
    PutManifest,
}

/// Who is let in; everyone else of the practice is told 403, and others 401.
const TABLE: [(Endpoint, &[As]); 7] = [
    (Endpoint::Entries, &[As::Owner, As::Coordinator]),
    (Endpoint::Append, &[As::Owner, As::Coordinator]),
    (Endpoint::Roster, &[As::Owner, As::Coordinator, As::Auditor]),
    (Endpoint::AccessLog, &[As::Owner, As::Auditor]),
    (Endpoint::Heads, &[As::Owner, As::Coordinator]),
    (Endpoint::PutRoster, &[As::Owner]),
    (Endpoint::PutManifest, &[As::Owner]),
];

async fn token(lab: &Lab, who: As) -> Option<String> {
    let (practice, staff, key): (_, _, &Key) = match who {
        As::Owner => ("lakeside-ortho", "maria-lopez", keys::owner()),
        As::Coordinator => ("lakeside-ortho", "sam-reed", keys::coordinator()),
        As::Auditor => ("lakeside-ortho", "ada-stone", keys::auditor()),
        As::Foreigner => ("hillside-ortho", "maria-lopez", keys::owner()),
        As::Stranger => return Some("A".repeat(43)),
        As::Nobody => return None,
    };
    Some(lab.sign_in(practice, staff, key).await)
}

async fn call(lab: &Lab, endpoint: Endpoint, token: Option<&str>, version: u64) -> StatusCode {
    let at = "/v1/practices/lakeside-ortho";
    if let Endpoint::Heads = endpoint {
        // Its body has no end.
        return lab.status(&format!("{at}/heads"), token).await;
    }
    let answer = match endpoint {
        Endpoint::Entries => lab.get(&format!("{at}/entries"), token).await,
        Endpoint::Append => {
            let body = Sealing::event("lakeside-ortho").body();
            lab.jose(Method::POST, &format!("{at}/entries"), token, &body).await
        }
        Endpoint::Roster => lab.get(&format!("{at}/roster"), token).await,
        Endpoint::AccessLog => lab.get(&format!("{at}/access-log"), token).await,
        Endpoint::Heads => unreachable!(),
        Endpoint::PutRoster => {
            let roster = roster("lakeside-ortho", version, everyone());
            lab.json(Method::PUT, &format!("{at}/roster"), token, &roster).await
        }
        Endpoint::PutManifest => {
            let manifest = manifest("lakeside-ortho", version);
            lab.jose(Method::PUT, &format!("{at}/manifest"), token, &manifest).await
        }
    };
    answer.status
}

#[tokio::test]
async fn every_endpoint_for_every_role() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let mut version = 1;
    for (endpoint, allowed) in TABLE {
        for who in EVERYONE {
            version += 1;
            let token = token(&lab, who).await;
            let status = call(&lab, endpoint, token.as_deref(), version).await;
            let outside = matches!(who, As::Foreigner | As::Stranger | As::Nobody);
            let right = match status.as_u16() {
                200..=204 => allowed.contains(&who),
                401 => outside,
                403 => !outside && !allowed.contains(&who),
                _ => false,
            };
            assert!(right, "{endpoint:?} as {who:?}: {status}");
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
