use crate::support::lab::{Answer, Lab, rules};
use crate::support::practice::{Sealing, name};
use altcha::SolveChallengeOptions;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use relay::access::Rules;
use relay::http::Peer;
use relay::proof::Terms;
use wire::EntryId;
use wire::api::{Accepted, JOSE};
use wire::problem::Problem;
use wire::proof::{Challenge, HEADER, Proof, Solution};

const AT: &str = "/v1/practices/lakeside-ortho";

async fn lab() -> Lab {
    let proof = Terms { required: true, iterations: 10, tries: 20, ..Terms::default() };
    Lab::with_rules(&["lakeside-ortho", "hillside-ortho"], Rules { proof, ..rules() }).await
}

async fn submit(lab: &Lab, body: &str, proof: Option<&str>) -> Answer {
    let mut request =
        Request::builder().method("POST").uri(format!("{AT}/inquiries")).header("content-type", JOSE);
    if let Some(proof) = proof {
        request = request.header(HEADER, proof);
    }
    lab.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn ask(lab: &Lab, entry: EntryId) -> Challenge {
    let answer = lab.get(&format!("{AT}/challenge?entry={entry}"), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    answer.json()
}

/// What a browser does, by the library's own solver.
fn solve(challenge: Challenge) -> String {
    let foreign: altcha::Challenge =
        serde_json::from_value(serde_json::to_value(&challenge).unwrap()).unwrap();
    let solution = altcha::solve_challenge(SolveChallengeOptions::new(&foreign)).unwrap().unwrap();
    let solution = Solution { counter: solution.counter, derived_key: solution.derived_key };
    Proof { challenge, solution }.to_header()
}

async fn stored(lab: &Lab) -> u64 {
    lab.store.page(&name("lakeside-ortho"), 0, 1).await.unwrap().unwrap().head.seq
}

#[tokio::test]
async fn a_submission_without_work_is_not_stored_and_is_told_what_to_do() {
    let lab = lab().await;
    let body = Sealing::inquiry("lakeside-ortho").body();
    let refused = submit(&lab, &body, None).await;
    refused.problem(403, "proof-needed");
    assert_eq!(refused.header("access-control-allow-origin"), "*", "the loader has to read it");
    assert_eq!(stored(&lab).await, 0);
    // The refusal carries the challenge: one more request, and the submission is in.
    let challenge = refused.json::<Problem>().challenge.unwrap();
    assert_eq!(submit(&lab, &body, Some(&solve(challenge))).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_proof_is_good_for_one_entry() {
    let lab = lab().await;
    let (one, other) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    let proof = solve(ask(&lab, one.entry).await);
    submit(&lab, &other.body(), Some(&proof)).await.problem(403, "proof-needed");
    assert_eq!(submit(&lab, &one.body(), Some(&proof)).await.status, StatusCode::CREATED);
    // Again: the same one is acknowledged, another one under its id is not taken.
    assert_eq!(submit(&lab, &one.body(), Some(&proof)).await.status, StatusCode::OK);
    let forged = Sealing { fill: 'd', ..one };
    submit(&lab, &forged.body(), Some(&proof)).await.problem(409, "conflict");
    assert_eq!(stored(&lab).await, 1);
}

#[tokio::test]
async fn a_foreign_practices_proof_does_not_count() {
    let lab = lab().await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let path = format!("/v1/practices/hillside-ortho/challenge?entry={}", sealing.entry);
    let foreign = solve(lab.get(&path, None).await.json());
    submit(&lab, &sealing.body(), Some(&foreign)).await.problem(403, "proof-needed");
}

#[tokio::test]
async fn what_comes_late_from_an_outbox_is_not_lost() {
    let lab = lab().await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let old = solve(ask(&lab, sealing.entry).await);
    lab.clock.advance_s(3 * 24 * 3_600);
    let refused = submit(&lab, &sealing.body(), Some(&old)).await;
    refused.problem(403, "proof-needed");
    let fresh = solve(refused.json::<Problem>().challenge.unwrap());
    assert_eq!(submit(&lab, &sealing.body(), Some(&fresh)).await.status, StatusCode::CREATED);
    // Its acknowledgement was lost, and the proof is old by the next try: it is acknowledged all the same.
    lab.clock.advance_s(3 * 24 * 3_600);
    let again = submit(&lab, &sealing.body(), Some(&fresh)).await;
    assert_eq!((again.status, again.json::<Accepted>().entry), (StatusCode::OK, sealing.entry));
    assert_eq!(submit(&lab, &sealing.body(), None).await.status, StatusCode::OK);
    assert_eq!(stored(&lab).await, 1);
}

#[tokio::test]
async fn the_work_rises_with_the_flood_and_only_where_it_is() {
    let proof = Terms { required: true, iterations: 1, tries: 2, calm_per_practice: 12, ..Terms::default() };
    let lab = Lab::with_rules(&["lakeside-ortho", "hillside-ortho"], Rules { proof, ..rules() }).await;
    let counter = async |practice: &str| {
        let entry = Sealing::inquiry(practice).entry;
        let path = format!("/v1/practices/{practice}/challenge?entry={entry}");
        let header = solve(lab.get(&path, None).await.json());
        Proof::parse(&header).unwrap().solution.counter
    };
    assert_eq!(counter("lakeside-ortho").await, 1);
    for _ in 0..40 {
        let sealing = Sealing::inquiry("lakeside-ortho");
        let proof = solve(ask(&lab, sealing.entry).await);
        assert_eq!(submit(&lab, &sealing.body(), Some(&proof)).await.status, StatusCode::CREATED);
    }
    assert!(counter("lakeside-ortho").await >= 16, "sixteen times what it was");
    assert_eq!(counter("hillside-ortho").await, 1);
}

#[tokio::test]
async fn challenges_are_limited_by_address_and_rubbish_is_refused() {
    let lab = lab().await;
    let from = async |path: &str| {
        let peer = Peer("203.0.113.9".parse().unwrap());
        lab.send(Request::builder().uri(path).extension(peer).body(Body::empty()).unwrap()).await
    };
    let entry = Sealing::inquiry("lakeside-ortho").entry;
    for _ in 0..237 {
        assert_eq!(from(&format!("{AT}/challenge?entry={entry}")).await.status, StatusCode::OK);
    }
    from(&format!("{AT}/challenge")).await.problem(400, "malformed");
    from(&format!("{AT}/challenge?entry=short")).await.problem(400, "malformed");
    from(&format!("/v1/practices/nowhere-ortho/challenge?entry={entry}")).await.problem(404, "not-found");
    from(&format!("{AT}/challenge?entry={entry}")).await.problem(429, "too-many");
    let body = Sealing::inquiry("lakeside-ortho").body();
    for rubbish in ["", "e30=", "not base64", &"A".repeat(5_000)] {
        submit(&lab, &body, Some(rubbish)).await.problem(403, "proof-needed");
    }
}

#[tokio::test]
async fn turned_off_nothing_is_asked_for() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let answer = lab.get(&format!("{AT}/challenge?entry={}", sealing.entry), None).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(submit(&lab, &sealing.body(), None).await.status, StatusCode::CREATED);
}
