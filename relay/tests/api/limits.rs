use crate::support::lab::{Answer, Lab};
use crate::support::practice::Sealing;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use relay::http::Peer;
use wire::api::JOSE;

async fn submit_from(lab: &Lab, address: &str, body: String) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri("/v1/practices/lakeside-ortho/inquiries")
        .header("content-type", JOSE)
        .extension(Peer(address.parse().unwrap()));
    lab.send(request.body(body.into()).unwrap()).await
}

/// Through the proxy `peer`, which adds the address that it saw to what the client claims.
async fn submit_through(lab: &Lab, peer: &str, forwarded: &str) -> StatusCode {
    let request = Request::builder()
        .method("POST")
        .uri("/v1/practices/lakeside-ortho/inquiries")
        .header("content-type", JOSE)
        .header("x-forwarded-for", forwarded)
        .extension(Peer(peer.parse().unwrap()));
    lab.send(request.body(inquiry().into()).unwrap()).await.status
}

fn inquiry() -> String {
    Sealing::inquiry("lakeside-ortho").body()
}

#[tokio::test]
async fn one_address_is_limited_and_others_are_not() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    for _ in 0..60 {
        assert_eq!(submit_from(&lab, "203.0.113.9", inquiry()).await.status, StatusCode::CREATED);
    }
    let refused = submit_from(&lab, "203.0.113.9", inquiry()).await;
    refused.problem(429, "too-many");
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(refused.header("access-control-allow-origin"), "*", "the loader must see when to try again");
    assert_eq!(submit_from(&lab, "203.0.113.10", inquiry()).await.status, StatusCode::CREATED);
    assert_eq!(submit_from(&lab, "127.0.0.1", inquiry()).await.status, StatusCode::CREATED);
    lab.clock.advance_s(60);
    assert_eq!(submit_from(&lab, "203.0.113.9", inquiry()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn junk_does_not_use_up_a_practices_share() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    for _ in 0..1_100 {
        assert_eq!(submit_from(&lab, "127.0.0.1", "junk".into()).await.status.as_u16(), 422);
    }
    assert_eq!(submit_from(&lab, "127.0.0.1", inquiry()).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_practice_has_a_limit_of_its_own() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    // The same inquiry again and again: each is answered, each is counted.
    let body = inquiry();
    for _ in 0..1_000 {
        let answer = submit_from(&lab, "127.0.0.1", body.clone()).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    submit_from(&lab, "127.0.0.1", body).await.problem(429, "too-many");
    // Another method on the same path is not a submission.
    let preflight = Request::builder().method("OPTIONS").uri("/v1/practices/lakeside-ortho/inquiries");
    assert_eq!(lab.send(preflight.body(Body::empty()).unwrap()).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_forged_forwarded_for_neither_escapes_nor_locks_another_out() {
    let lab = Lab::behind(&["lakeside-ortho"], vec!["127.0.0.1".parse().unwrap()]).await;
    // A new claim each time, the machine's own address and nonsense among them; the proxy adds the truth.
    let claims = ["198.51.100.7", "127.0.0.1", "nonsense", "::1", "198.51.100.8, 127.0.0.1"];
    for number in 0..60 {
        let forwarded = format!("{}, 203.0.113.9", claims[number % claims.len()]);
        assert_eq!(submit_through(&lab, "127.0.0.1", &forwarded).await, StatusCode::CREATED);
    }
    let escaped = submit_through(&lab, "127.0.0.1", "198.51.100.200, 203.0.113.9").await;
    assert_eq!(escaped, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        submit_through(&lab, "127.0.0.1", "198.51.100.7").await,
        StatusCode::CREATED,
        "not locked out"
    );
    // Whoever is no declared proxy is not believed at all.
    for number in 0..60 {
        let forwarded = format!("198.51.100.{number}");
        assert_eq!(submit_through(&lab, "203.0.113.50", &forwarded).await, StatusCode::CREATED);
    }
    let escaped = submit_through(&lab, "203.0.113.50", "198.51.100.222").await;
    assert_eq!(escaped, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_proxy_that_passes_claims_on_is_limited_as_one_address() {
    let lab = Lab::behind(&["lakeside-ortho"], vec!["127.0.0.1".parse().unwrap()]).await;
    for claim in ["127.0.0.1", "nonsense"].iter().cycle().take(60) {
        assert_eq!(submit_through(&lab, "127.0.0.1", claim).await, StatusCode::CREATED);
    }
    assert_eq!(submit_through(&lab, "127.0.0.1", "nonsense").await, StatusCode::TOO_MANY_REQUESTS);
}
