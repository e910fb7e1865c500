//! Erasure by an owner, and retention by the roster's policy.

use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{Sealing, everyone, roster_keeping};
use axum::http::{Method, StatusCode};
use wire::EntryKind;
use wire::access::{AccessPage, Action, Ending};
use wire::api::{Erasure, Page, Receipt};

const AT: &str = "/v1/practices/lakeside-ortho";

async fn store(lab: &Lab, sealing: &Sealing) {
    let answer = lab.jose(Method::POST, &format!("{AT}/inquiries"), None, &sealing.body()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
}

async fn bodies(lab: &Lab, token: &str) -> Vec<bool> {
    let page: Page = lab.get(&format!("{AT}/entries"), Some(token)).await.json();
    page.entries.iter().map(|entry| entry.body.is_some()).collect()
}

#[tokio::test]
async fn an_owner_erases_and_leaves_word_of_it() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let inquiry = Sealing::inquiry("lakeside-ortho");
    store(&lab, &inquiry).await;
    let event = Sealing { thread: inquiry.thread, ..Sealing::event("lakeside-ortho") };
    let erasure = Erasure { evidence: event.body(), entries: vec![inquiry.entry] };
    let path = format!("{AT}/erasures");
    let done = lab.json(Method::POST, &path, Some(&token), &erasure).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    assert_eq!(bodies(&lab, &token).await, [false, true]);
    let again = lab.json(Method::POST, &path, Some(&token), &erasure).await;
    assert_eq!((again.status, again.json::<Receipt>()), (StatusCode::OK, done.json::<Receipt>()));

    let log: AccessPage = lab.get(&format!("{AT}/access-log"), Some(&token)).await.json();
    let erased = log.records.iter().filter(|line| line.record.action == Action::Erase);
    assert!(erased.clone().all(|line| line.record.ending == Ending::Done));
    assert_eq!(erased.count(), 2);
}

#[tokio::test]
async fn what_is_no_proper_erasure_erases_nothing() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let (one, other) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    store(&lab, &one).await;
    store(&lab, &other).await;
    let event = |sealing: Sealing| Sealing { thread: one.thread, ..sealing };
    let in_thread = || event(Sealing::event("lakeside-ortho"));
    let stale = Sealing { kid: keys::new_inbox().thumbprint(), ..in_thread() };
    let inquiry = Sealing { kind: EntryKind::Inquiry, ..in_thread() };
    let path = format!("{AT}/erasures");
    for (evidence, entries, status, kind) in [
        (in_thread().body(), vec![other.entry], 422, "unknown-entry"),
        (in_thread().body(), vec![], 400, "malformed"),
        (in_thread().body(), vec![one.entry; 1_001], 400, "malformed"),
        (event(Sealing::event("hillside-ortho")).body(), vec![one.entry], 422, "misdirected"),
        (inquiry.body(), vec![one.entry], 422, "misdirected"),
        (stale.body(), vec![one.entry], 422, "stale-key"),
        ("junk".into(), vec![one.entry], 422, "not-sealed"),
    ] {
        let erasure = Erasure { evidence, entries };
        lab.json(Method::POST, &path, Some(&token), &erasure).await.problem(status, kind);
    }
    assert_eq!(bodies(&lab, &token).await, [true, true]);
}

#[tokio::test]
async fn retention_follows_the_roster_that_the_root_key_signed() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let inquiry = Sealing::inquiry("lakeside-ortho");
    store(&lab, &inquiry).await;
    let day = 24 * 3_600;
    lab.clock.advance_s(40 * day);
    assert_eq!(lab.relay.expire().await.unwrap(), 0, "no policy, nothing is erased");
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let keeping = roster_keeping("lakeside-ortho", 2, everyone(), Some(60));
    let published = lab.json(Method::PUT, &format!("{AT}/roster"), Some(&token), &keeping).await;
    assert_eq!(published.status, StatusCode::NO_CONTENT, "{}", published.text());
    assert_eq!(lab.relay.expire().await.unwrap(), 0, "kept for 60 days");
    lab.clock.advance_s(20 * day + 1);
    assert_eq!(lab.relay.expire().await.unwrap(), 1);
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    assert_eq!(bodies(&lab, &token).await, [false]);
    let log: AccessPage = lab.get(&format!("{AT}/access-log"), Some(&token)).await.json();
    let expired: Vec<_> = log.records.iter().filter(|line| line.record.action == Action::Expire).collect();
    assert!(matches!(expired[..], [line] if line.record.actor.is_none()));
}
