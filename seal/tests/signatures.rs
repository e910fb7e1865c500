//! Signed documents and events: what is signed verifies, for the kind and the key that were asked for.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{INBOX, ROOT, encode, frozen_key, with_flipped_bit, with_part};
use proptest::prelude::*;
use seal::{Embed, KeyUse, PrivateKey, SignError, SignatureError, jws};
use std::sync::LazyLock;

const TYP: &str = "anteroom-event";

static OTHER: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate(KeyUse::Sig).unwrap());

fn sign(embed: Embed) -> String {
    jws::sign(&ROOT, TYP, b"{\"v\":1}", embed).unwrap()
}

/// Any header, truly signed by the root key. The `rsa` crate signs, so nothing of ours is in the way.
fn forge(header: &str, claims: &str) -> String {
    let jwk: serde_json::Value = serde_json::from_str(&ROOT.to_jwk()).unwrap();
    let number =
        |name: &str| rsa::BoxedUint::from_be_slice_vartime(&common::decode(jwk[name].as_str().unwrap()));
    let primes = vec![number("p"), number("q")];
    let key = rsa::PrivateKey::from_components(number("n"), number("e"), number("d"), primes).unwrap();
    let input = format!("{}.{}", encode(header), encode(claims));
    let signature = key.pss_sign::<sha2::Sha256>(input.as_bytes()).unwrap();
    format!("{input}.{}", encode(signature))
}

fn header() -> String {
    format!(r#"{{"alg":"PS256","kid":"{}","typ":"{TYP}"}}"#, ROOT.thumbprint())
}

#[test]
fn the_control_verifies() {
    assert_eq!(jws::verify(&forge(&header(), "{}"), TYP, &ROOT.public()).unwrap(), b"{}");
}

#[test]
fn headers_of_any_other_form_are_refused() {
    let ours = header();
    let added = |member: &str| ours.replace('}', &format!(",{member}}}"));
    let public = serde_json::to_string(&ROOT.public().to_jwk()).unwrap();
    for header in [
        ours.replace("PS256", "none"),
        ours.replace("PS256", "RS256"),
        ours.replace("PS256", "PS384"),
        ours.replace("PS256", "HS256"),
        ours.replace("PS256", "ps256"),
        ours.replace(r#","typ":"anteroom-event""#, ""),
        added(r#""b64":false,"crit":["b64"]"#),
        added(r#""crit":["exp"]"#),
        added(r#""jku":"https://example.com/keys""#),
        added(r#""x5u":"https://example.com/cert""#),
        added(r#""x5c":[]"#),
        added(r#""cty":"JWT""#),
        added(r#""alg":"PS256""#),
        added(r#""typ":"anteroom-event""#),
        added(&format!(r#""jwk":{public},"jwk":{public}"#)),
        added(&format!(r#""jwk":{}"#, ROOT.to_jwk().as_str())),
        format!("{ours}{ours}"),
        common::as_array(&ours),
        "null".into(),
    ] {
        let found = jws::verify(&forge(&header, "{}"), TYP, &ROOT.public());
        assert_eq!(found, Err(SignatureError::Malformed), "{header}");
    }
}

/// RFC 8725 section 3.11.
#[test]
fn one_kind_of_document_is_not_another() {
    let token = sign(Embed::Jwk);
    assert_eq!(jws::verify(&token, "anteroom-roster", &ROOT.public()), Err(SignatureError::OtherType));
    let pinned = jws::verify_pinned(&token, "anteroom-roster", &ROOT.thumbprint());
    assert_eq!(pinned, Err(SignatureError::OtherType));
}

#[test]
fn only_the_key_asked_for_counts() {
    let token = sign(Embed::Nothing);
    assert_eq!(jws::verify(&token, TYP, &OTHER.public()), Err(SignatureError::OtherKey));
    // Signed by another, who says to be the root.
    let pretended = jws::sign(&OTHER, TYP, b"{}", Embed::Nothing).unwrap();
    let pretended = with_part(&pretended, 0, |_| encode(header()));
    assert_eq!(jws::verify(&pretended, TYP, &ROOT.public()), Err(SignatureError::Forged));
    assert_eq!(jws::signer(&pretended), Ok(ROOT.thumbprint()));
}

/// The key in the header counts for nothing unless it is the pinned one.
#[test]
fn only_the_pinned_key_counts() {
    let pin = ROOT.thumbprint();
    assert_eq!(jws::verify_pinned(&sign(Embed::Jwk), TYP, &pin).unwrap().claims, b"{\"v\":1}");
    assert_eq!(jws::verify_pinned(&sign(Embed::Nothing), TYP, &pin), Err(SignatureError::Malformed));
    let others = jws::sign(&OTHER, TYP, b"{}", Embed::Jwk).unwrap();
    assert_eq!(jws::verify_pinned(&others, TYP, &pin), Err(SignatureError::OtherKey));
    // The other's key under the root's name, and the root's key over the other's signature.
    let jwk = |key: &PrivateKey| serde_json::to_string(&key.public().to_jwk()).unwrap();
    let embed = |key: &PrivateKey| header().replace('}', &format!(r#","jwk":{}}}"#, jwk(key)));
    let renamed = with_part(&others, 0, |_| encode(embed(&OTHER)));
    assert_eq!(jws::verify_pinned(&renamed, TYP, &pin), Err(SignatureError::OtherKey));
    let borrowed = with_part(&others, 0, |_| encode(embed(&ROOT)));
    assert_eq!(jws::verify_pinned(&borrowed, TYP, &pin), Err(SignatureError::Forged));
    // Truly signed by the root, with a stranger's key in the header.
    let confused = forge(&embed(&OTHER), "{}");
    assert_eq!(jws::verify(&confused, TYP, &ROOT.public()), Err(SignatureError::OtherKey));
}

/// RFC 7638 leaves `use` and `alg` out: a pinned thumbprint does not make an encryption key a signer.
#[test]
fn an_encryption_key_signs_nothing() {
    assert_eq!(jws::sign(&INBOX, TYP, b"{}", Embed::Nothing), Err(SignError::Key));
    let token = sign(Embed::Nothing);
    assert!(matches!(jws::verify(&token, TYP, &INBOX.public()), Err(SignatureError::Key(_))));
    let mut jwk = ROOT.public().to_jwk();
    jwk.usage = Some(KeyUse::Enc);
    jwk.alg = None;
    let jwk = serde_json::to_string(&jwk).unwrap();
    let token = forge(&header().replace('}', &format!(r#","jwk":{jwk}}}"#)), "{}");
    let found = jws::verify_pinned(&token, TYP, &ROOT.thumbprint());
    assert!(matches!(found, Err(SignatureError::Key(_))), "{found:?}");
}

#[test]
fn sizes_are_checked_first() {
    let long = format!("{}.{}", header(), "A".repeat(256 << 10));
    assert_eq!(jws::verify(&long, TYP, &ROOT.public()), Err(SignatureError::TooLarge));
    assert_eq!(jws::sign(&ROOT, TYP, &[b' '; 200 << 10], Embed::Jwk), Err(SignError::TooLong));
    let token = sign(Embed::Nothing);
    for change in
        [|part: &str| part[..part.len() - 4].to_owned(), |_: &str| String::new(), |part: &str| part.repeat(2)]
    {
        let found = jws::verify(&with_part(&token, 2, change), TYP, &ROOT.public());
        assert_eq!(found, Err(SignatureError::Malformed));
    }
    // As long as an RSA-4096 signature, which this key cannot have made.
    let longer = with_part(&token, 2, |part| format!("{part}AAAA"));
    assert_eq!(jws::verify(&longer, TYP, &ROOT.public()), Err(SignatureError::Forged));
    for text in ["", ".", "..", "a.b.c", &format!("{token}."), &format!("{token}.{token}")] {
        assert_eq!(jws::verify(text, TYP, &ROOT.public()), Err(SignatureError::Malformed), "{text}");
    }
}

#[test]
fn another_key_of_the_practice_does_not_do() {
    let staff = frozen_key("staff");
    assert!(jws::verify(&sign(Embed::Nothing), TYP, &staff.public()).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]

    #[test]
    fn what_is_signed_verifies(claims in proptest::collection::vec(any::<u8>(), 1..3000)) {
        let token = jws::sign(&ROOT, TYP, &claims, Embed::Jwk).unwrap();
        prop_assert_eq!(jws::verify(&token, TYP, &ROOT.public()).unwrap(), claims);
    }

    #[test]
    fn any_flipped_bit_is_refused(part in 0_usize..3, bit in any::<usize>()) {
        let token = with_flipped_bit(&sign(Embed::Jwk), part, bit);
        prop_assert!(jws::verify_pinned(&token, TYP, &ROOT.thumbprint()).is_err());
        prop_assert!(jws::verify(&token, TYP, &ROOT.public()).is_err());
    }
}
