//! What the first version wrote still opens.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{FROZEN, INBOX, ROOT, STAFF, text};
use seal::{credential, entry, jws, keyring};

#[test]
fn entry() {
    let opened = entry::open(text(&FROZEN, "/entry/jwe"), &INBOX).unwrap();
    assert_eq!(&**opened.plaintext, text(&FROZEN, "/entry/plaintext").as_bytes());
    let header = serde_json::to_value(&opened.header).unwrap();
    for member in ["typ", "practice", "thread", "entry", "manifest"] {
        assert_eq!(header[member], FROZEN["entry"][member], "{member}");
    }
    assert_eq!(opened.header.kid, INBOX.thumbprint());
}

#[test]
fn manifest() {
    let [typ, claims, token] =
        ["typ", "claims", "jws"].map(|name| FROZEN["manifest"][name].as_str().unwrap());
    let pinned = jws::verify_pinned(token, typ, &ROOT.thumbprint()).unwrap();
    assert_eq!(pinned.claims, claims.as_bytes());
    assert_eq!(pinned.root, ROOT.public().to_jwk());
    assert_eq!(jws::verify(token, typ, &ROOT.public()).unwrap(), claims.as_bytes());
    assert_eq!(jws::signer(token).unwrap(), ROOT.thumbprint());
}

#[test]
fn event() {
    let [typ, claims, token] = ["typ", "claims", "jws"].map(|name| FROZEN["event"][name].as_str().unwrap());
    assert_eq!(jws::verify(token, typ, &ROOT.public()).unwrap(), claims.as_bytes());
}

#[test]
fn keyring() {
    let opened = keyring::open(text(&FROZEN, "/keyring/jwe"), &STAFF).unwrap();
    assert_eq!(opened.practice.as_str(), "lakeside-ortho");
    assert_eq!(opened.version, 3);
    let keys: Vec<&str> = opened.keys.iter().map(|key| key.as_str()).collect();
    assert_eq!(keys, ["inbox", "older"].map(|name| FROZEN["keys"][name].as_str().unwrap()));
}

#[test]
fn credential() {
    let file = &FROZEN["credential"];
    let plain = credential::unlock(text(file, "/jwe"), text(file, "/passphrase")).unwrap();
    assert_eq!(&**plain, text(file, "/plaintext").as_bytes());
}

#[test]
fn keys_read_and_write_the_same_text() {
    for (name, text) in FROZEN["keys"].as_object().unwrap() {
        assert_eq!(common::frozen_key(name).to_jwk().as_str(), text.as_str().unwrap(), "{name}");
    }
}
