use crate::support::keys::{self, Embed, Key};
use crate::support::lab::Lab;
use crate::support::practice::{assertion, member, roster, signed_assertion};
use aws_lc_rs::rsa::KeySize;
use axum::http::{Method, StatusCode};
use relay::clock::Clock;
use wire::api::{Assertion, Token};
use wire::practice::{ASSERTION_TYP, EVENT_TYP, Role};

const SAM: &str = "sam-reed";

async fn refused(lab: &Lab, assertion: &str) {
    lab.request_token("lakeside-ortho", assertion).await.problem(400, "assertion-refused");
}

#[tokio::test]
async fn an_assertion_buys_one_short_lived_token() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let claims = assertion(SAM, "lakeside-ortho", lab.clock.now_s());
    let signed = signed_assertion(keys::coordinator(), &claims);
    let answer = lab.request_token("lakeside-ortho", &signed).await;
    let token: Token = answer.json();
    assert_eq!((token.token_type.as_str(), token.expires_in), ("Bearer", 900));
    assert_eq!(answer.header("cache-control"), "no-store", "RFC 6749 section 5.1");
    let roster = "/v1/practices/lakeside-ortho/roster";
    assert_eq!(lab.get(roster, Some(&token.access_token)).await.status, StatusCode::OK);

    refused(&lab, &signed).await;
    lab.clock.advance_s(901);
    lab.get(roster, Some(&token.access_token)).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn each_wrong_claim_is_refused() {
    let lab = Lab::with(&["lakeside-ortho", "hillside-ortho"]).await;
    let now = lab.clock.now_s();
    let right = || assertion(SAM, "lakeside-ortho", now);
    let wrong: Vec<(&str, Assertion)> = vec![
        ("aud of another practice", assertion(SAM, "hillside-ortho", now)),
        (
            "aud of another relay",
            Assertion {
                aud: "https://other.example.com/v1/practices/lakeside-ortho/token".into(),
                ..right()
            },
        ),
        ("issuer", Assertion { iss: "maria-lopez".into(), ..right() }),
        ("subject", Assertion { sub: "maria-lopez".into(), ..right() }),
        ("both of them", assertion("maria-lopez", "lakeside-ortho", now)),
        ("expired", Assertion { iat: now - 91, exp: now - 31, ..right() }),
        ("from the future", Assertion { iat: now + 31, exp: now + 60, ..right() }),
        ("too long", Assertion { exp: now + 61, ..right() }),
        ("endless", Assertion { exp: u64::MAX, ..right() }),
        ("backwards", Assertion { iat: now + 10, exp: now + 10, ..right() }),
        ("guessable jti", Assertion { jti: "1".into(), ..right() }),
    ];
    for (what, claims) in wrong {
        let answer =
            lab.request_token("lakeside-ortho", &signed_assertion(keys::coordinator(), &claims)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
    }
    // A clock that differs by less than the skew is forgiven.
    let skewed = Assertion { iat: now + 29, exp: now + 59, ..right() };
    let answer = lab.request_token("lakeside-ortho", &signed_assertion(keys::coordinator(), &skewed)).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn each_wrong_signature_is_refused() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let claims = || assertion(SAM, "lakeside-ortho", lab.clock.now_s());
    let key = keys::coordinator();
    refused(&lab, &signed_assertion(keys::inbox(), &claims())).await;
    refused(&lab, &key.sign_rs256(ASSERTION_TYP, &claims(), "RS256")).await;
    refused(&lab, &key.sign_rs256(ASSERTION_TYP, &claims(), "PS256")).await;
    refused(&lab, &key.sign_rs256(ASSERTION_TYP, &claims(), "none")).await;
    // What a member signed as an event must not sign them in.
    refused(&lab, &key.sign(EVENT_TYP, &claims(), Embed::Nothing)).await;
    let signed = signed_assertion(key, &claims());
    let (kept, last) = signed.split_at(signed.len() - 1);
    refused(&lab, &format!("{kept}{}", if last == "A" { "B" } else { "A" })).await;
    refused(&lab, signed.rsplit_once('.').unwrap().0).await;
    refused(&lab, "").await;
}

#[tokio::test]
async fn the_root_key_signs_in_as_an_owner_and_as_nobody_else() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let claims = |staff| assertion(staff, "lakeside-ortho", lab.clock.now_s());
    let by_root = |staff, embed| keys::root().sign(ASSERTION_TYP, &claims(staff), embed);
    refused(&lab, &by_root(SAM, Embed::Jwk)).await;
    refused(&lab, &by_root("nobody", Embed::Jwk)).await;
    refused(&lab, &by_root("maria-lopez", Embed::Nothing)).await;
    let answer = lab.request_token("lakeside-ortho", &by_root("maria-lopez", Embed::Jwk)).await;
    let token: Token = answer.json();
    // The owner's own keys are lost: a roster with new ones.
    let path = "/v1/practices/lakeside-ortho/roster";
    let staff = vec![member("maria-lopez", Role::Owner, keys::inbox())];
    let put =
        lab.json(Method::PUT, path, Some(&token.access_token), &roster("lakeside-ortho", 2, staff)).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT, "{}", put.text());
    lab.get(path, Some(&token.access_token)).await.problem(401, "unauthenticated");

    // A key of one's own, under the root key's name or its own.
    let other = Key::generate(KeySize::Rsa3072);
    refused(&lab, &other.sign(ASSERTION_TYP, &claims("maria-lopez"), Embed::Jwk)).await;
    let signed = by_root("maria-lopez", Embed::Jwk);
    let (head, claims_and_signature) = signed.split_once('.').unwrap();
    let altered = claims_and_signature.replacen('A', "B", 1);
    refused(&lab, &format!("{head}.{altered}")).await;
}

#[tokio::test]
async fn another_grant_type_is_refused() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let claims = assertion(SAM, "lakeside-ortho", lab.clock.now_s());
    let form = format!("grant_type=password&assertion={}", signed_assertion(keys::coordinator(), &claims));
    let path = "/v1/practices/lakeside-ortho/token";
    let form_type = "application/x-www-form-urlencoded";
    lab.call(Method::POST, path, None, form_type, form).await.problem(400, "assertion-refused");
    let large = format!("grant_type=x&assertion={}", "a".repeat(9_000));
    lab.call(Method::POST, path, None, form_type, large).await.problem(413, "too-large");
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let owner = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let sam = lab.sign_in("lakeside-ortho", SAM, keys::coordinator()).await;
    let entries = "/v1/practices/lakeside-ortho/entries";
    assert_eq!(lab.get(entries, Some(&sam)).await.status, StatusCode::OK);

    let path = "/v1/practices/lakeside-ortho/roster";
    let staff = vec![member("maria-lopez", Role::Owner, keys::owner())];
    let put = lab.json(Method::PUT, path, Some(&owner), &roster("lakeside-ortho", 2, staff)).await;
    assert_eq!(put.status, StatusCode::NO_CONTENT, "{}", put.text());
    lab.get(entries, Some(&sam)).await.problem(401, "unauthenticated");
    let claims = assertion(SAM, "lakeside-ortho", lab.clock.now_s());
    refused(&lab, &signed_assertion(keys::coordinator(), &claims)).await;
}

#[tokio::test]
async fn a_role_or_key_that_changes_counts_at_once() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let owner = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let sam = lab.sign_in("lakeside-ortho", SAM, keys::coordinator()).await;
    let (entries, path) = ("/v1/practices/lakeside-ortho/entries", "/v1/practices/lakeside-ortho/roster");
    let maria = || member("maria-lopez", Role::Owner, keys::owner());

    let demoted = vec![maria(), member(SAM, Role::Auditor, keys::coordinator())];
    lab.json(Method::PUT, path, Some(&owner), &roster("lakeside-ortho", 2, demoted)).await;
    lab.get(entries, Some(&sam)).await.problem(403, "forbidden");

    let rekeyed = vec![maria(), member(SAM, Role::Coordinator, keys::auditor())];
    lab.json(Method::PUT, path, Some(&owner), &roster("lakeside-ortho", 3, rekeyed)).await;
    lab.get(entries, Some(&sam)).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_member_is_active_within_their_dates_only() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let owner = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let now = lab.clock.now_s();
    let mut sam = member(SAM, Role::Coordinator, keys::coordinator());
    (sam.not_before, sam.not_after) = (now + 100, Some(now + 200));
    let staff = vec![member("maria-lopez", Role::Owner, keys::owner()), sam];
    let path = "/v1/practices/lakeside-ortho/roster";
    lab.json(Method::PUT, path, Some(&owner), &roster("lakeside-ortho", 2, staff)).await;

    let try_now = || async {
        let claims = assertion(SAM, "lakeside-ortho", lab.clock.now_s());
        lab.request_token("lakeside-ortho", &signed_assertion(keys::coordinator(), &claims)).await
    };
    assert_eq!(try_now().await.status, StatusCode::BAD_REQUEST);
    lab.clock.advance_s(100);
    let token: Token = try_now().await.json();
    lab.clock.advance_s(100);
    lab.get("/v1/practices/lakeside-ortho/entries", Some(&token.access_token))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn small_keys_are_not_taken_into_a_roster() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let owner = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let weak = Key::generate(KeySize::Rsa2048);
    let staff =
        vec![member("maria-lopez", Role::Owner, keys::owner()), member(SAM, Role::Coordinator, &weak)];
    let path = "/v1/practices/lakeside-ortho/roster";
    let answer = lab.json(Method::PUT, path, Some(&owner), &roster("lakeside-ortho", 2, staff)).await;
    answer.problem(422, "publication-refused");
}
