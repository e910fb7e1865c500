//! Keys: which JWKs are accepted, and what a key shows of itself.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{FROZEN, INBOX, ROOT, STAFF, encode, text};
use seal::{KeyError, KeyUse, Opener, PrivateKey, PublicJwk, PublicKey, Signer, Zeroizing, entry, keyring};
use serde_json::Value;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn public(change: impl FnOnce(&mut PublicJwk)) -> Result<PublicKey, KeyError> {
    let mut jwk = INBOX.public().to_jwk();
    change(&mut jwk);
    PublicKey::from_jwk(&jwk)
}

/// An odd number of exactly this many bits; a public key need not be the product of two primes.
fn modulus(bits: usize) -> String {
    let mut bytes = vec![0x5a; bits.div_ceil(8)];
    let spare = bytes.len() * 8 - bits;
    bytes[0] = 0xff >> spare;
    *bytes.last_mut().unwrap() |= 1;
    encode(bytes)
}

#[test]
fn moduli_of_3072_to_4096_bits() {
    for (bits, allowed) in [
        (1024, false),
        (2048, false),
        (3071, false),
        (3072, true),
        (3073, true),
        (4096, true),
        (4097, false),
        (8192, false),
    ] {
        let found = public(|jwk| jwk.n = modulus(bits));
        assert_eq!(found.map(|_| ()), if allowed { Ok(()) } else { Err(KeyError::Modulus) }, "{bits}");
    }
}

#[test]
fn one_key_has_one_jwk() {
    let n = INBOX.public().to_jwk().n;
    let zero_first = encode([&[0][..], &common::decode(&n)].concat());
    for wrong in
        [zero_first, format!("{n}="), format!("{}+", &n[1..]), n.replace(&n[..1], " "), String::new()]
    {
        assert_eq!(public(|jwk| jwk.n = wrong).unwrap_err(), KeyError::Modulus);
    }
    let even = encode([&common::decode(&n)[..383], &[2]].concat());
    assert_eq!(public(|jwk| jwk.n = even).unwrap_err(), KeyError::Modulus);
    for wrong in ["Aw", "AAEAAQ", "AQAB=", "AQAA", "", "AQABAQAB"] {
        assert_eq!(public(|jwk| jwk.e = wrong.into()).unwrap_err(), KeyError::Exponent, "{wrong}");
    }
}

#[test]
fn one_key_has_one_use() {
    assert_eq!(public(|jwk| jwk.usage = None).unwrap_err(), KeyError::Use);
    assert_eq!(public(|jwk| jwk.usage = Some(KeyUse::Sig)).unwrap_err(), KeyError::Use);
    assert_eq!(public(|jwk| jwk.alg = Some("RSA-OAEP".into())).unwrap_err(), KeyError::Use);
    assert_eq!(public(|jwk| jwk.alg = Some("PS256".into())).unwrap_err(), KeyError::Use);
    assert_eq!(public(|jwk| jwk.alg = None).unwrap(), INBOX.public());
}

/// `kid` is what somebody wrote; the thumbprint is computed.
#[test]
fn a_public_kid_is_not_trusted() {
    let key = public(|jwk| jwk.kid = Some(ROOT.thumbprint().to_string())).unwrap();
    assert_eq!(key.thumbprint(), INBOX.thumbprint());
    assert_eq!(key.to_jwk().kid.unwrap(), INBOX.thumbprint().to_string());
}

#[test]
fn a_new_key_reads_back() {
    for usage in [KeyUse::Enc, KeyUse::Sig] {
        let key = PrivateKey::generate(usage).unwrap();
        let same = PrivateKey::from_jwk(&key.to_jwk()).unwrap();
        assert_eq!((same.public(), same.to_jwk(), same.usage()), (key.public(), key.to_jwk(), usage));
        assert_eq!(PublicKey::from_jwk(&key.public().to_jwk()).unwrap(), key.public());
        assert_eq!(common::decode(&key.public().to_jwk().n).len(), 384);
    }
}

fn private(change: impl FnOnce(&mut Value)) -> KeyError {
    let mut jwk = serde_json::from_str(&INBOX.to_jwk()).unwrap();
    change(&mut jwk);
    PrivateKey::from_jwk(&jwk.to_string()).unwrap_err()
}

#[test]
fn private_members_must_all_be_there_and_fit() {
    assert_eq!(private(|jwk| jwk["oth"] = Value::Array(Vec::new())), KeyError::Malformed);
    assert_eq!(private(|jwk| jwk["ext"] = true.into()), KeyError::Malformed);
    assert_eq!(private(|jwk| jwk["kty"] = "EC".into()), KeyError::Malformed);
    assert_eq!(private(|jwk| jwk["kid"] = "mine".into()), KeyError::Inconsistent);
    assert_eq!(private(|jwk| jwk["use"] = "sig".into()), KeyError::Use);
    let staff: Value = serde_json::from_str(&STAFF.to_jwk()).unwrap();
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        assert_eq!(private(|jwk| drop(jwk.as_object_mut().unwrap().remove(member))), KeyError::Malformed);
        assert_eq!(private(|jwk| jwk[member] = staff[member].clone()), KeyError::Inconsistent, "{member}");
        assert_eq!(private(|jwk| jwk[member] = "".into()), KeyError::Inconsistent, "{member}");
        let found = private(|jwk| jwk[member] = "====".into());
        assert!(matches!(found, KeyError::Malformed | KeyError::Inconsistent), "{member}");
        let zero_first = |text: &Value| encode([&[0][..], &common::decode(text.as_str().unwrap())].concat());
        assert_eq!(private(|jwk| jwk[member] = zero_first(&jwk[member]).into()), KeyError::Inconsistent);
    }
    // p and q swapped: RFC 7518 section 6.3.2 gives qi for one order only.
    let swapped = private(|jwk| {
        let p = jwk["p"].take();
        jwk["p"] = std::mem::replace(&mut jwk["q"], p);
    });
    assert_eq!(swapped, KeyError::Inconsistent);
    for text in ["", "{}", "null", &"{".repeat(9 << 10), &format!("{}{}", *INBOX.to_jwk(), *INBOX.to_jwk())] {
        assert_eq!(PrivateKey::from_jwk(text).unwrap_err(), KeyError::Malformed);
    }
    let doubled = INBOX.to_jwk().replacen('{', r#"{"kty":"RSA","#, 1);
    assert_eq!(PrivateKey::from_jwk(&doubled).unwrap_err(), KeyError::Malformed);
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("not at once"),
    }
}

#[test]
fn keys_are_imported_for_their_use_only() {
    let (opens, signs) = (INBOX.to_jwk(), ROOT.to_jwk());
    assert!(now(<PrivateKey as Opener>::import(opens.clone())).is_ok());
    assert!(now(<PrivateKey as Signer>::import(signs.clone())).is_ok());
    assert_eq!(now(<PrivateKey as Opener>::import(signs)).unwrap_err(), KeyError::Use);
    assert_eq!(now(<PrivateKey as Signer>::import(opens)).unwrap_err(), KeyError::Use);
}

/// Nothing secret and nothing of a patient shows in a log or a panic.
#[test]
fn debug_is_redacted() {
    let jwk: Value = serde_json::from_str(&INBOX.to_jwk()).unwrap();
    let opened = entry::open(text(&FROZEN, "/entry/jwe"), &INBOX).unwrap();
    let keyring = keyring::open(text(&FROZEN, "/keyring/jwe"), &STAFF).unwrap();
    let shown = format!("{:?} {opened:?} {keyring:?} {opened:#?} {:#?}", *INBOX, keyring);
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(!shown.contains(jwk[name].as_str().unwrap()), "{name}");
    }
    for secret in ["Ana", "555", "knee", "[123, 34"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert_eq!(format!("{:?}", *INBOX), format!("PrivateKey(Enc, {}, redacted)", INBOX.thumbprint()));
    assert!(shown.contains(r#"plaintext: "redacted""#) && shown.contains("keys: 2 redacted"), "{shown}");
}

/// The types that hold secrets clear them when dropped; that `PrivateKey` has no `Clone` is held by a
/// test in its documentation.
#[test]
fn secrets_are_zeroised() {
    fn zeroises<T: zeroize::ZeroizeOnDrop>(_: &T) {}
    let opened = entry::open(text(&FROZEN, "/entry/jwe"), &INBOX).unwrap();
    zeroises::<Zeroizing<Vec<u8>>>(&opened.plaintext);
    zeroises::<Zeroizing<String>>(&INBOX.to_jwk());
    zeroises::<PrivateKey>(&INBOX);
}
