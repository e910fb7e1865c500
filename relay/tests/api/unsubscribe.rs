//! One-click unsubscribe: RFC 8058.

use crate::support::keys;
use crate::support::lab::{Answer, Lab};
use axum::http::{Method, StatusCode};
use relay::secret::make_secret;
use wire::unsubscribe::{ONE_CLICK, OptOuts, UnsubscribeLink, path};
use wire::{ChainHash, ThreadId};

const AT: &str = "/v1/practices/lakeside-ortho";
const THREAD: ThreadId = ThreadId::from_bytes([7; 16]);
const FORM: &str = "application/x-www-form-urlencoded";

/// A lab, a coordinator's token, and the link of a message.
async fn lab() -> (Lab, String, String) {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let staff = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let token = make_secret().unwrap();
    assert_eq!(link(&lab, &staff, &token, THREAD).await.status, StatusCode::NO_CONTENT);
    (lab, staff, token)
}

async fn link(lab: &Lab, staff: &str, token: &str, thread: ThreadId) -> Answer {
    let link = UnsubscribeLink { token_sha256: ChainHash::of_body(token), thread };
    lab.json(Method::POST, &format!("{AT}/unsubscribe-links"), Some(staff), &link).await
}

async fn opted_out(lab: &Lab, staff: &str) -> Vec<ThreadId> {
    let page: OptOuts = lab.get(&format!("{AT}/opt-outs"), Some(staff)).await.json();
    page.opt_outs.iter().map(|opt_out| opt_out.thread).collect()
}

fn at(practice: &str, token: &str) -> String {
    path(&practice.parse().unwrap(), token)
}

#[tokio::test]
async fn a_post_opts_out_and_looking_does_not() {
    let (lab, staff, token) = lab().await;
    let url = at("lakeside-ortho", &token);
    // What a mail gateway does with every link.
    for _ in 0..3 {
        let page = lab.get(&url, None).await;
        assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
        assert!(page.text().contains("<form method=post>") && page.text().contains("lang=es"));
    }
    let head = lab.call(Method::HEAD, &url, None, "", "").await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(opted_out(&lab, &staff).await, []);
    let done = lab.call(Method::POST, &url, None, FORM, ONE_CLICK).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.text().contains("No more messages"));
    assert_eq!(opted_out(&lab, &staff).await, [THREAD]);
    // Again, with the other encoding that RFC 8058 allows: still once.
    let multipart =
        "--x\r\ncontent-disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let again = lab.call(Method::POST, &url, None, "multipart/form-data; boundary=x", multipart).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(opted_out(&lab, &staff).await, [THREAD]);
}

#[tokio::test]
async fn a_guessed_or_foreign_link_opts_nobody_out() {
    let (lab, staff, token) = lab().await;
    let guess = make_secret().unwrap();
    for url in [
        at("lakeside-ortho", &guess),
        at("hillside-ortho", &token),
        at("nowhere-ortho", &token),
        at("lakeside-ortho", &"A".repeat(5_000)),
        "/u/No.Practice/x".to_owned(),
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = lab.call(method, &url, None, FORM, ONE_CLICK).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{url}");
            assert!(answer.text().contains("not known here"), "a page for people: {}", answer.text());
        }
    }
    assert_eq!(opted_out(&lab, &staff).await, []);
}

#[tokio::test]
async fn the_page_runs_nothing_and_is_framed_by_nobody() {
    let (lab, _, token) = lab().await;
    let page = lab.get(&at("lakeside-ortho", &token), None).await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"));
    assert!(!page.text().contains("<script"));
    assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
}

#[tokio::test]
async fn a_token_belongs_to_one_thread() {
    let (lab, staff, token) = lab().await;
    assert_eq!(link(&lab, &staff, &token, THREAD).await.status, StatusCode::NO_CONTENT);
    link(&lab, &staff, &token, ThreadId::from_bytes([8; 16])).await.problem(409, "token-taken");
}
