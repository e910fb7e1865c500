//! A machine's clock that jumps, forwards and back: nothing is out of order, and all is right again with it.

use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{START, Sealing, assertion, name, signed_assertion};
use axum::http::StatusCode;
use wire::Head;
use wire::api::Page;

const DAY: u64 = 24 * 3_600;

async fn submit(lab: &Lab) -> StatusCode {
    lab.submit("lakeside-ortho", &Sealing::inquiry("lakeside-ortho").body()).await.status
}

#[tokio::test]
async fn a_clock_that_jumps_disorders_nothing() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    assert_eq!(submit(&lab).await, StatusCode::CREATED);
    for days in [30, 365] {
        lab.clock.advance_s(days * DAY);
        let claims = assertion("sam-reed", "lakeside-ortho", START);
        let signed = signed_assertion(keys::coordinator(), &claims);
        assert_eq!(lab.request_token("lakeside-ortho", &signed).await.status, StatusCode::BAD_REQUEST);
        // As long as the manifest is valid.
        let taken = if days == 30 { StatusCode::CREATED } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(submit(&lab).await, taken);
        lab.clock.set_ms(START * 1_000);
        assert_eq!(submit(&lab).await, StatusCode::CREATED);
    }
    let token = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let page: Page = lab.get("/v1/practices/lakeside-ortho/entries", Some(&token)).await.json();
    let mut head = Head::empty(&name("lakeside-ortho"));
    for entry in &page.entries {
        head.advance(entry).unwrap();
    }
    assert_eq!((head, head.seq), (page.head, 4));
    let days: Vec<u64> = page.entries.iter().map(|entry| (entry.meta.time / 1_000 - START) / DAY).collect();
    assert_eq!(days, [0, 30, 30, 30]);
}
