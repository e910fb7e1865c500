//! Examples of the RFCs. Their suites are older than ours: what applies is checked against them (the
//! parts that do are in `hazmat`), and all of their tokens are refused.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{INBOX, RFC, ROOT, encode, text};
use seal::credential::{self, UnlockError};
use seal::{KeyError, OpenError, PrivateKey, PublicJwk, PublicKey, SignatureError, entry, jws, keyring};
use serde_json::{Value, json};

fn public(jwk: &Value) -> PublicJwk {
    serde_json::from_value(jwk.clone()).unwrap()
}

/// RFC 7517 A.1 and RFC 7638 section 3.1: the thumbprint is right; 2048 bits are too few.
#[test]
fn rfc_7517_a1_public_key() {
    let mut jwk = RFC["rfc7517_a1"].clone();
    // Its `alg`, RS256, has no `use` beside it.
    assert_eq!(PublicKey::from_jwk(&public(&jwk)).unwrap_err(), KeyError::Modulus);
    assert_eq!(public(&jwk).thumbprint().to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // RFC 7638 section 3: neither other members nor their order change it.
    jwk.as_object_mut().unwrap().remove("alg");
    jwk["use"] = "sig".into();
    assert_eq!(public(&jwk).thumbprint().to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/// RFC 7517 A.2 and C.1: all eight members are read; 2048 bits are too few.
#[test]
fn rfc_7517_private_keys() {
    for name in ["rfc7517_a2", "rfc7517_c1"] {
        let mut jwk = RFC[name].clone();
        jwk["use"] = "enc".into();
        jwk["alg"] = "RSA-OAEP-256".into();
        assert_eq!(PrivateKey::from_jwk(&jwk.to_string()).unwrap_err(), KeyError::Modulus, "{name}");
    }
}

/// RFC 7517 appendix B: `x5c` is no member of ours.
#[test]
fn rfc_7517_b_certificate_chain() {
    assert!(serde_json::from_value::<PublicJwk>(RFC["rfc7517_b"].clone()).is_err());
}

/// RFC 7520 section 5.2.1: a 4096-bit key, read and written the same.
#[test]
fn rfc_7520_5_2_private_key() {
    let mut jwk = RFC["rfc7520_5_2"]["key"].clone();
    assert_eq!(PrivateKey::from_jwk(&jwk.to_string()).unwrap_err(), KeyError::Use, "its alg is RSA-OAEP");
    jwk["alg"] = "RSA-OAEP-256".into();
    assert_eq!(
        PrivateKey::from_jwk(&jwk.to_string()).unwrap_err(),
        KeyError::Inconsistent,
        "its kid is a name"
    );
    jwk.as_object_mut().unwrap().remove("kid");
    let key = PrivateKey::from_jwk(&jwk.to_string()).unwrap();
    let mut written: Value = serde_json::from_str(&key.to_jwk()).unwrap();
    assert_eq!(written.as_object_mut().unwrap().remove("kid").unwrap(), key.thumbprint().to_string());
    assert_eq!(written, jwk);
    let mut plaintext = common::padded();
    plaintext.truncate(2);
    let binding = seal::entry::Binding {
        typ: wire::EntryKind::Inquiry,
        practice: "lakeside-ortho".parse().unwrap(),
        thread: seal::random::make_thread_id().unwrap(),
        entry: seal::random::make_entry_id(1_790_000_000_000).unwrap(),
        manifest: 1,
    };
    let compact = entry::seal(&binding, &plaintext, &key.public()).unwrap();
    assert_eq!(&**entry::open(&compact, &key).unwrap().plaintext, b"{}");
}

/// RFC 7516 A.1 (RSA-OAEP with SHA-1), A.2 (RSA1_5) and RFC 7520 sections 5.2 and 5.3.
#[test]
fn encrypted_examples_are_refused() {
    for name in ["rfc7516_a1", "rfc7516_a2", "rfc7520_5_2", "rfc7520_5_3"] {
        let jwe = text(&RFC[name], "/jwe");
        assert!(matches!(entry::open(jwe, &INBOX), Err(OpenError::Malformed(_))), "{name}");
        assert_eq!(credential::unlock(jwe, "passphrase").unwrap_err(), UnlockError::Malformed, "{name}");
    }
}

/// RFC 7516 A.4: general JSON with two suites and an unprotected header.
#[test]
fn rfc_7516_a4_general_json_is_refused() {
    let found = keyring::open(text(&RFC["rfc7516_a4"], "/jwe"), &INBOX);
    assert!(matches!(found, Err(OpenError::Malformed(_))));
}

/// RFC 7517 C.4: PBES2-HS256+A128KW with 4,096 rounds and A128CBC-HS256.
#[test]
fn rfc_7517_c_passphrase_is_refused() {
    let header = json!({
        "alg": "PBES2-HS256+A128KW", "p2s": "2WCTcJZ1Rvd_CJuJripQ1w", "p2c": 4096,
        "enc": "A128CBC-HS256", "cty": "jwk+json",
    });
    let ours = text(&common::FROZEN, "/credential/jwe");
    let file = common::with_part(ours, 0, |_| encode(header.to_string()));
    let found = credential::unlock(&file, "Thus from my lips, by yours, my sin is purged.");
    assert_eq!(found.unwrap_err(), UnlockError::Malformed);
}

/// RFC 7520 sections 4.1 (RS256) and 4.2 (PS384).
#[test]
fn signed_examples_are_refused() {
    for name in ["rfc7520_4_1", "rfc7520_4_2"] {
        let token = text(&RFC[name], "/jws");
        assert_eq!(jws::verify(token, "JWT", &ROOT.public()), Err(SignatureError::Malformed), "{name}");
        assert_eq!(jws::signer(token), Err(SignatureError::Malformed), "{name}");
    }
}
