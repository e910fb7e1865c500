use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{QUARTER, START, Sealing, manifest_by};
use axum::http::{Method, StatusCode};
use wire::api::Accepted;
use wire::{ChainHash, EntryKind, limits};

#[tokio::test]
async fn a_sealed_inquiry_is_accepted_and_a_repeat_gives_the_same_answer() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let first = lab.submit("lakeside-ortho", &sealing.body()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    let accepted: Accepted = first.json();
    assert_eq!(accepted.entry, sealing.entry);
    assert_eq!(accepted.sha256, ChainHash::of_body(&sealing.body()));
    assert!(!first.text().contains("seq"), "the number of inquiries is nobody else's business");

    lab.clock.advance_s(30);
    let second = lab.submit("lakeside-ortho", &sealing.body()).await;
    assert_eq!((second.status, second.body), (StatusCode::OK, first.body));
}

#[tokio::test]
async fn another_body_under_the_same_id_is_a_conflict() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    lab.submit("lakeside-ortho", &sealing.body()).await;
    let other = Sealing { fill: 'd', ..sealing };
    lab.submit("lakeside-ortho", &other.body()).await.problem(409, "conflict");
}

#[tokio::test]
async fn what_is_not_exactly_a_sealed_inquiry_for_this_practice_is_refused() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let inquiry = || Sealing::inquiry("lakeside-ortho");
    for (kind, sealing) in [
        ("misdirected", Sealing { practice: "hillside-ortho".into(), ..inquiry() }),
        ("misdirected", Sealing { kind: EntryKind::Event, ..inquiry() }),
        ("misdirected", Sealing { kind: EntryKind::Document, ..inquiry() }),
        ("stale-key", Sealing { kid: keys::new_inbox().thumbprint(), ..inquiry() }),
        ("stale-key", Sealing { manifest: 2, ..inquiry() }),
        // Not one of the padding classes: its length would tell something.
        ("not-sealed", Sealing { size: 2_049, ..inquiry() }),
    ] {
        lab.submit("lakeside-ortho", &sealing.body()).await.problem(422, kind);
    }
    let body = inquiry().body();
    for wrong in [
        String::new(),
        "{\"name\":\"Pat Example\"}".to_owned(),
        body.replacen('.', "", 1),
        format!("{body}.more"),
        format!("{body}="),
        body.replace('c', "ü"),
    ] {
        lab.submit("lakeside-ortho", &wrong).await.problem(422, "not-sealed");
    }
    lab.submit("nowhere-ortho", &Sealing::inquiry("nowhere-ortho").body()).await.problem(404, "not-found");
    lab.submit("No-Such-Name", &body).await.problem(404, "not-found");
}

#[tokio::test]
async fn plain_forms_and_json_are_not_taken() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let body = Sealing::inquiry("lakeside-ortho").body();
    for content_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/json"] {
        let path = "/v1/practices/lakeside-ortho/inquiries";
        lab.call(Method::POST, path, None, content_type, body.clone()).await.problem(415, "content-type");
    }
}

#[tokio::test]
async fn bodies_over_the_cap_are_refused_and_the_largest_class_fits() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let largest = Sealing { size: limits::PADDING_CLASSES[5], ..Sealing::inquiry("lakeside-ortho") };
    assert_eq!(lab.submit("lakeside-ortho", &largest.body()).await.status, StatusCode::CREATED);
    let over = "a".repeat(limits::ENTRY_BYTES + 1);
    lab.submit("lakeside-ortho", &over).await.problem(413, "too-large");
}

#[tokio::test]
async fn an_expired_manifest_takes_nothing_new_but_acknowledges_what_it_took() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let (taken, late) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    lab.submit("lakeside-ortho", &taken.body()).await;
    lab.clock.advance_s(QUARTER);
    assert_eq!(lab.submit("lakeside-ortho", &taken.body()).await.status, StatusCode::OK);
    lab.submit("lakeside-ortho", &late.body()).await.problem(422, "stale-key");
}

#[tokio::test]
async fn after_a_key_rotation_both_keys_are_taken_while_their_manifests_are_valid() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let (root, inbox) = (keys::root(), keys::new_inbox());
    let second = manifest_by(root, "lakeside-ortho", 2, START, START + 2 * QUARTER, &[inbox]);
    let path = "/v1/practices/lakeside-ortho/manifest";
    assert_eq!(lab.jose(Method::PUT, path, Some(&token), &second).await.status, StatusCode::NO_CONTENT);

    let old = || Sealing::inquiry("lakeside-ortho");
    let new = || Sealing { manifest: 2, kid: inbox.thumbprint(), ..old() };
    assert_eq!(lab.submit("lakeside-ortho", &old().body()).await.status, StatusCode::CREATED);
    assert_eq!(lab.submit("lakeside-ortho", &new().body()).await.status, StatusCode::CREATED);
    // Each key counts under its own manifest only.
    let mixed = Sealing { manifest: 2, ..old() };
    lab.submit("lakeside-ortho", &mixed.body()).await.problem(422, "stale-key");

    lab.clock.advance_s(QUARTER);
    lab.submit("lakeside-ortho", &old().body()).await.problem(422, "stale-key");
    assert_eq!(lab.submit("lakeside-ortho", &new().body()).await.status, StatusCode::CREATED);
}
