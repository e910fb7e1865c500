use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{Sealing, member, name, roster};
use axum::http::{Method, StatusCode};
use wire::api::{Page, Receipt};
use wire::practice::Role;
use wire::{EntryKind, Head};

const ENTRIES: &str = "/v1/practices/lakeside-ortho/entries";

#[tokio::test]
async fn staff_read_a_chained_log_of_inquiries_and_events() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sam = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let inquiry = Sealing::inquiry("lakeside-ortho");
    lab.submit("lakeside-ortho", &inquiry.body()).await;
    let event = Sealing { thread: inquiry.thread, ..Sealing::event("lakeside-ortho") };
    let appended = lab.jose(Method::POST, ENTRIES, Some(&sam), &event.body()).await;
    assert_eq!(appended.status, StatusCode::CREATED, "{}", appended.text());
    let receipt: Receipt = appended.json();
    assert_eq!((receipt.entry, receipt.seq), (event.entry, 2));
    let again = lab.jose(Method::POST, ENTRIES, Some(&sam), &event.body()).await;
    assert_eq!((again.status, again.json::<Receipt>()), (StatusCode::OK, receipt.clone()));

    let page: Page = lab.get(ENTRIES, Some(&sam)).await.json();
    let mut head = Head::empty(&name("lakeside-ortho"));
    for entry in &page.entries {
        head.advance(entry).unwrap();
    }
    assert_eq!((head, head.hash), (page.head, receipt.hash));
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.meta.kind).collect();
    assert_eq!(kinds, [EntryKind::Inquiry, EntryKind::Event]);

    let rest: Page = lab.get(&format!("{ENTRIES}?after=1&limit=1"), Some(&sam)).await.json();
    assert_eq!(rest.entries, page.entries[1..]);
}

#[tokio::test]
async fn staff_append_events_and_documents_for_their_practice_under_its_keys() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let sam = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let event = || Sealing::event("lakeside-ortho");
    let document = Sealing { kind: EntryKind::Document, ..event() };
    assert_eq!(
        lab.jose(Method::POST, ENTRIES, Some(&sam), &document.body()).await.status,
        StatusCode::CREATED
    );
    for (kind, wrong) in [
        ("misdirected", Sealing::inquiry("lakeside-ortho")),
        ("misdirected", Sealing::event("hillside-ortho")),
        ("stale-key", Sealing { kid: keys::new_inbox().thumbprint(), ..event() }),
    ] {
        lab.jose(Method::POST, ENTRIES, Some(&sam), &wrong.body()).await.problem(422, kind);
    }
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_refused() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sam = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    for query in ["after=-1", "after=x", "limit=999999999999", "search=knee"] {
        lab.get(&format!("{ENTRIES}?{query}"), Some(&sam)).await.problem(400, "malformed");
    }
    for query in ["after=18446744073709551615", "limit=0", "limit=4294967295"] {
        assert_eq!(
            lab.get(&format!("{ENTRIES}?{query}"), Some(&sam)).await.status,
            StatusCode::OK,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_stream_of_heads_ends_with_its_readers_right_to_it() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let maria = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let sam = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let mut events = lab.stream("/v1/practices/lakeside-ortho/heads", &sam).await;
    assert!(events.next().await.unwrap().contains("id: 0"));
    lab.submit("lakeside-ortho", &Sealing::inquiry("lakeside-ortho").body()).await;
    assert!(events.next().await.unwrap().contains(r#"data: {"seq":1,"#));

    let staff = vec![member("maria-lopez", Role::Owner, keys::owner())];
    let path = "/v1/practices/lakeside-ortho/roster";
    let put = lab.json(Method::PUT, path, Some(&maria), &roster("lakeside-ortho", 2, staff)).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT);
    lab.submit("lakeside-ortho", &Sealing::inquiry("lakeside-ortho").body()).await;
    assert_eq!(events.next().await, None, "a former member is told of nothing");
}
