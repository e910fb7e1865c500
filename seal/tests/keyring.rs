//! Keyrings: every recipient opens, nobody else does, and nothing of another form is read.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{INBOX, ROOT, STAFF, decode, encode, encrypt, frozen_key};
use seal::entry::SealError;
use seal::{KeyUse, OpenError, Opener, PrivateKey, PublicKey, keyring};
use serde_json::{Value, json};
use wire::PracticeId;
use wire::header::EnvelopeError;

fn practice() -> PracticeId {
    "lakeside-ortho".parse().unwrap()
}

fn seal(recipients: &[PublicKey]) -> Value {
    let json = keyring::seal(&practice(), 5, &[&INBOX], recipients).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn open(json: &Value, key: &PrivateKey) -> Result<keyring::Keyring, OpenError> {
    keyring::open(&json.to_string(), key)
}

#[test]
fn every_recipient_opens_it() {
    let older = frozen_key("older");
    let json = keyring::seal(&practice(), 5, &[&INBOX, &older], &[STAFF.public(), INBOX.public()]).unwrap();
    for reader in [&*STAFF, &*INBOX] {
        let opened = keyring::open(&json, reader).unwrap();
        assert_eq!((opened.practice, opened.version), (practice(), 5));
        assert_eq!(opened.keys, [INBOX.to_jwk(), older.to_jwk()]);
    }
    assert_eq!(keyring::open(&json, &older).unwrap_err(), OpenError::OtherKey);
    assert_eq!(keyring::open(&json, &ROOT).unwrap_err(), OpenError::OtherKey);
}

#[test]
fn its_header_says_what_it_is() {
    let json = seal(&[STAFF.public()]);
    let header: Value = serde_json::from_slice(&decode(json["protected"].as_str().unwrap())).unwrap();
    assert_eq!(header["typ"], wire::practice::KEYRING_TYP);
    assert_eq!((&header["practice"], &header["version"]), (&json!("lakeside-ortho"), &json!(5)));
}

/// What comes out of a keyring goes into an opener.
#[test]
fn its_keys_can_be_imported() {
    let opened = open(&seal(&[STAFF.public()]), &STAFF).unwrap();
    let key = opened.keys.into_iter().next().unwrap();
    let key = std::pin::pin!(<PrivateKey as Opener>::import(key));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(key) = key.poll(&mut context) else { panic!("not at once") };
    assert_eq!(key.unwrap().thumbprint(), INBOX.thumbprint());
}

#[test]
fn it_is_sealed_to_somebody_once_and_for_encryption() {
    let seal = |recipients: &[PublicKey]| keyring::seal(&practice(), 5, &[&INBOX], recipients);
    assert_eq!(seal(&[]), Err(SealError::Recipient));
    assert_eq!(seal(&[STAFF.public(), STAFF.public()]), Err(SealError::Recipient));
    assert_eq!(seal(&[STAFF.public(), ROOT.public()]), Err(SealError::Recipient));
    assert_eq!(seal(&vec![STAFF.public(); 201]), Err(SealError::TooLong));
}

#[test]
fn any_other_form_is_refused() {
    let ours = seal(&[STAFF.public()]);
    assert!(open(&ours, &STAFF).is_ok());
    let header = |change: fn(&mut Value)| {
        let mut header: Value = serde_json::from_slice(&decode(ours["protected"].as_str().unwrap())).unwrap();
        change(&mut header);
        let mut json = ours.clone();
        json["protected"] = encode(header.to_string()).into();
        (json, EnvelopeError::Header)
    };
    let outside = |change: fn(&mut Value)| {
        let mut json = ours.clone();
        change(&mut json);
        (json, EnvelopeError::Shape)
    };
    for (json, expected) in [
        header(|header| header["alg"] = "RSA-OAEP".into()),
        header(|header| header["enc"] = "A128GCM".into()),
        header(|header| header["typ"] = "inquiry".into()),
        header(|header| header["zip"] = "DEF".into()),
        header(|header| header["crit"] = json!(["exp"])),
        header(|header| header["version"] = "5".into()),
        header(|header| drop(header.as_object_mut().unwrap().remove("practice"))),
        // RFC 7516 section 7.2.1: members that are there but that we do not write.
        outside(|json| json["unprotected"] = json!({"jku": "https://example.com/keys"})),
        outside(|json| json["aad"] = "AAAA".into()),
        outside(|json| json["header"] = json!({})),
        outside(|json| json["recipients"][0]["header"]["alg"] = "RSA-OAEP-256".into()),
        outside(|json| json["recipients"][0]["header"]["kid"] = "short".into()),
        outside(|json| drop(json["recipients"][0].as_object_mut().unwrap().remove("header"))),
        outside(|json| json["recipients"][0]["encrypted_key"] = "AAAA".into()),
        outside(|json| json["recipients"][0]["encrypted_key"] = "A".repeat(684).into()),
        outside(|json| json["iv"] = "AAAA".into()),
        outside(|json| json["tag"] = "AAAA".into()),
        outside(|json| json["tag"] = json["tag"].as_str().unwrap()[1..].into()),
        outside(|json| json["ciphertext"] = "====".into()),
        outside(|json| {
            let twin = json["recipients"][0].clone();
            json["recipients"].as_array_mut().unwrap().push(twin);
        }),
        outside(|json| *json = Value::Null),
    ] {
        let found = open(&json, &STAFF).unwrap_err();
        assert_eq!(found, OpenError::Malformed(expected), "{json}");
    }
    let text = ours.to_string();
    let doubled = text.replacen('{', &format!(r#"{{"tag":{},"#, ours["tag"]), 1);
    assert_eq!(keyring::open(&doubled, &STAFF).unwrap_err(), OpenError::Malformed(EnvelopeError::Shape));
    let mut array = ours.clone();
    let header = String::from_utf8(decode(ours["protected"].as_str().unwrap())).unwrap();
    array["protected"] = encode(common::as_array(&header)).into();
    assert_eq!(open(&array, &STAFF).unwrap_err(), OpenError::Malformed(EnvelopeError::Header));
    let large = format!("{text}{}", " ".repeat(256 << 10));
    assert_eq!(keyring::open(&large, &STAFF).unwrap_err(), OpenError::Malformed(EnvelopeError::TooLarge));
}

#[test]
fn what_was_altered_does_not_open() {
    let ours = seal(&[STAFF.public()]);
    for member in ["/iv", "/ciphertext", "/tag", "/recipients/0/encrypted_key"] {
        let mut json = ours.clone();
        let part = json.pointer_mut(member).unwrap();
        let mut bytes = decode(part.as_str().unwrap());
        bytes[3] ^= 1;
        *part = encode(bytes).into();
        assert_eq!(open(&json, &STAFF).unwrap_err(), OpenError::Refused, "{member}");
    }
    let mut json = ours.clone();
    let header = String::from_utf8(decode(ours["protected"].as_str().unwrap())).unwrap();
    json["protected"] = encode(header.replace(r#""version":5"#, r#""version":6"#)).into();
    assert_eq!(open(&json, &STAFF).unwrap_err(), OpenError::Refused, "another version");
}

/// Sealed by somebody with the public key, who has no keys to give.
#[test]
fn content_that_is_no_key_set_is_refused() {
    let ours = seal(&[STAFF.public()]);
    let protected = ours["protected"].as_str().unwrap();
    let entry = common::forge("{}", &STAFF.public().to_jwk(), &[5; 32], b"");
    for content in ["", "{}", "[]", r#"{"keys":{}}"#, r#"{"keys":[],"more":1}"#, r#"{"keys":["#, "\u{ff}"] {
        let (iv, ciphertext, tag) = encrypt(&[5; 32], protected, content.as_bytes());
        let mut json = ours.clone();
        json["recipients"][0]["encrypted_key"] = entry.split('.').nth(1).unwrap().into();
        (json["iv"], json["ciphertext"], json["tag"]) = (iv.into(), ciphertext.into(), tag.into());
        assert_eq!(open(&json, &STAFF).unwrap_err(), OpenError::Refused, "{content}");
    }
}

#[test]
fn a_signing_key_is_no_reader() {
    let key = PrivateKey::generate(KeyUse::Sig).unwrap();
    assert_eq!(open(&seal(&[STAFF.public()]), &key).unwrap_err(), OpenError::OtherKey);
}
