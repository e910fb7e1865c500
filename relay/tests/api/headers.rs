use crate::support::lab::{Answer, Lab};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

async fn preflight(lab: &Lab, path: &str, method: &str) -> Answer {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(path)
        .header("origin", "https://lakeside.example.com")
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "content-type");
    lab.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn any_website_may_submit_and_read_the_manifest() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let asked = preflight(&lab, "/v1/practices/lakeside-ortho/inquiries", "POST").await;
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
    assert_eq!(asked.header("access-control-allow-origin"), "*");
    assert!(asked.header("access-control-allow-methods").contains("POST"));
    assert!(asked.header("access-control-allow-headers").contains("content-type"));
    assert_eq!(asked.header("access-control-max-age"), "86400");
    assert_eq!(asked.header("access-control-allow-credentials"), "");

    let manifest = lab.get("/v1/practices/lakeside-ortho/manifest", None).await;
    assert_eq!(manifest.header("access-control-allow-origin"), "*");
    // The loader must be able to read why it was refused.
    for answer in [
        lab.submit("lakeside-ortho", "x").await,
        lab.submit("lakeside-ortho", &"a".repeat(200_000)).await,
        lab.get("/v1/practices/nowhere-ortho/manifest", None).await,
        lab.get("/e/none/loader.js", None).await,
    ] {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{}", answer.text());
    }
}

#[tokio::test]
async fn no_website_may_call_what_is_for_staff() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    for (path, method) in [
        ("/v1/practices/lakeside-ortho/entries", "GET"),
        ("/v1/practices/lakeside-ortho/roster", "PUT"),
        ("/v1/practices/lakeside-ortho/token", "POST"),
        ("/v1/practices", "POST"),
    ] {
        let asked = preflight(&lab, path, method).await;
        assert_eq!(asked.header("access-control-allow-origin"), "", "{path}");
    }
    // The manifest may be read from anywhere and published from nowhere else.
    let asked = preflight(&lab, "/v1/practices/lakeside-ortho/manifest", "PUT").await;
    assert!(!asked.header("access-control-allow-methods").contains("PUT"));
}

#[tokio::test]
async fn every_answer_is_inert_and_named() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    for path in ["/", "/healthz", "/readyz", "/v1/practices/lakeside-ortho/manifest", "/console/", "/../etc"]
    {
        let answer = lab.get(path, None).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
    lab.get("/", None).await.problem(404, "not-found");
    let wrong_method = lab.call(Method::DELETE, "/healthz", None, "", Body::empty()).await;
    wrong_method.problem(405, "method-not-allowed");
    assert!(wrong_method.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_known_manifest_is_not_sent_again() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let path = "/v1/practices/lakeside-ortho/manifest";
    let first = lab.get(path, None).await;
    let again = Request::builder().uri(path).header("if-none-match", first.header("etag"));
    let again = lab.send(again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}
