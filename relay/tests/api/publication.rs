use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{
    QUARTER, START, everyone, manifest, manifest_by, member, registration, roster, roster_by,
};
use axum::http::{Method, StatusCode};
use wire::api::{Registration, SignedRoster};
use wire::practice::Role;

const MANIFEST: &str = "/v1/practices/lakeside-ortho/manifest";
const ROSTER: &str = "/v1/practices/lakeside-ortho/roster";

#[tokio::test]
async fn an_invite_registers_a_practice_and_its_manifest_is_public() {
    let lab = Lab::empty();
    let invite = lab.invite().await;
    let registration = registration("lakeside-ortho");
    let answer = lab.json(Method::POST, "/v1/practices", Some(&invite), &registration).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::CREATED, MANIFEST));
    // The answer may have been lost: the same request again is no error.
    let again = lab.json(Method::POST, "/v1/practices", Some(&invite), &registration).await;
    assert_eq!(again.status, StatusCode::OK);

    let public = lab.get(MANIFEST, None).await;
    assert_eq!((public.status, public.text()), (StatusCode::OK, registration.manifest));
    assert_eq!(public.header("content-type"), "application/jose");
}

#[tokio::test]
async fn registration_needs_a_good_invite() {
    let lab = Lab::empty();
    let registration = registration("lakeside-ortho");
    for invite in [None, Some("wrong"), Some("")] {
        let answer = lab.json(Method::POST, "/v1/practices", invite, &registration).await;
        answer.problem(403, "invite-refused");
    }
    let invite = lab.invite().await;
    lab.clock.advance_s(3_601);
    let answer = lab.json(Method::POST, "/v1/practices", Some(&invite), &registration).await;
    answer.problem(403, "invite-refused");
}

#[tokio::test]
async fn registration_needs_documents_that_belong_together() {
    let lab = Lab::empty();
    let invite = lab.invite().await;
    let other_root = roster_by(keys::other_root(), "lakeside-ortho", 1, everyone());
    let right = || registration("lakeside-ortho");
    for wrong in [
        Registration { staff: other_root, ..right() },
        Registration { staff: roster("hillside-ortho", 1, everyone()), ..right() },
        Registration { staff: SignedRoster { keyring: "{}".into(), ..right().staff }, ..right() },
        Registration { staff: roster("lakeside-ortho", 1, vec![]), ..right() },
        Registration { manifest: right().staff.roster, ..right() },
        Registration { manifest: "not signed".into(), ..right() },
    ] {
        let answer = lab.json(Method::POST, "/v1/practices", Some(&invite), &wrong).await;
        answer.problem(422, "publication-refused");
    }
    assert_eq!(
        lab.json(Method::POST, "/v1/practices", Some(&invite), &right()).await.status,
        StatusCode::CREATED
    );
    let second = lab.invite().await;
    let same_name = lab.json(Method::POST, "/v1/practices", Some(&second), &right()).await;
    same_name.problem(409, "name-taken");
}

#[tokio::test]
async fn a_manifest_must_be_the_practices_own_valid_and_newer() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let inbox = [keys::inbox()];
    let (root, end) = (keys::root(), START + QUARTER);
    for wrong in [
        manifest_by(keys::other_root(), "lakeside-ortho", 2, START, end, &inbox),
        manifest_by(root, "hillside-ortho", 2, START, end, &inbox),
        manifest_by(root, "lakeside-ortho", 2, START - QUARTER, START, &inbox),
        manifest_by(root, "lakeside-ortho", 2, START + 3_600, end, &inbox),
        manifest_by(root, "lakeside-ortho", 2, START, end, &[]),
        "not.a.manifest".to_owned(),
    ] {
        lab.jose(Method::PUT, MANIFEST, Some(&token), &wrong).await.problem(422, "publication-refused");
    }
    let second = manifest("lakeside-ortho", 2);
    assert_eq!(lab.jose(Method::PUT, MANIFEST, Some(&token), &second).await.status, StatusCode::NO_CONTENT);
    assert_eq!(lab.jose(Method::PUT, MANIFEST, Some(&token), &second).await.status, StatusCode::NO_CONTENT);
    let first = manifest("lakeside-ortho", 1);
    lab.jose(Method::PUT, MANIFEST, Some(&token), &first).await.problem(409, "not-newer");
    assert_eq!(lab.get(MANIFEST, None).await.text(), second);
}

#[tokio::test]
async fn a_roster_must_be_the_practices_own_newer_and_keep_an_owner() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let token = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let coordinator_only = vec![member("sam-reed", Role::Coordinator, keys::coordinator())];
    let one_key_twice = vec![
        member("maria-lopez", Role::Owner, keys::owner()),
        member("sam-reed", Role::Coordinator, keys::owner()),
    ];
    for wrong in [
        roster_by(keys::other_root(), "lakeside-ortho", 2, everyone()),
        roster("hillside-ortho", 2, everyone()),
        roster("lakeside-ortho", 2, coordinator_only),
        roster("lakeside-ortho", 2, one_key_twice),
        SignedRoster { keyring: "{}".into(), ..roster("lakeside-ortho", 2, everyone()) },
    ] {
        lab.json(Method::PUT, ROSTER, Some(&token), &wrong).await.problem(422, "publication-refused");
    }
    lab.call(Method::PUT, ROSTER, Some(&token), "application/json", "{}").await.problem(400, "malformed");
    let first = roster("lakeside-ortho", 1, everyone()[..2].to_vec());
    lab.json(Method::PUT, ROSTER, Some(&token), &first).await.problem(409, "not-newer");
    let second = roster("lakeside-ortho", 2, everyone());
    assert_eq!(lab.json(Method::PUT, ROSTER, Some(&token), &second).await.status, StatusCode::NO_CONTENT);
    assert_eq!(lab.get(ROSTER, Some(&token)).await.json::<SignedRoster>(), second);
}
