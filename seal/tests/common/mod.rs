//! Frozen keys, and a writer that follows no rules: what a stranger could send.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used)]

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};
use base64ct::{Base64UrlUnpadded, Encoding};
use seal::{PrivateKey, PublicJwk};
use serde_json::Value;
use std::sync::LazyLock;

/// Written by the first version. Never regenerate it: whatever was sealed once must open for ever.
pub static FROZEN: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../vectors/2026-11.json")).unwrap());

/// Examples of the RFCs, as printed there.
pub static RFC: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../vectors/rfc.json")).unwrap());

pub static INBOX: LazyLock<PrivateKey> = LazyLock::new(|| frozen_key("inbox"));
pub static STAFF: LazyLock<PrivateKey> = LazyLock::new(|| frozen_key("staff"));
pub static ROOT: LazyLock<PrivateKey> = LazyLock::new(|| frozen_key("root"));

pub fn frozen_key(name: &str) -> PrivateKey {
    PrivateKey::from_jwk(FROZEN["keys"][name].as_str().unwrap()).unwrap()
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

pub fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// The header that Anteroom would write for an entry to `INBOX`.
pub fn entry_header() -> String {
    let kid = INBOX.thumbprint();
    format!(
        r#"{{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"{kid}","typ":"inquiry","practice":"lakeside-ortho","thread":"AAAAAAAAAAAAAAAAAAAAAA","entry":"AAAAAAAAAAAAAAAAAAAAAA","manifest":7}}"#
    )
}

fn rsa_key(jwk: &PublicJwk) -> rsa::PublicKey {
    let number = |text: &str| rsa::BoxedUint::from_be_slice_vartime(&decode(text));
    rsa::PublicKey::new(number(&jwk.n), number(&jwk.e)).unwrap()
}

/// A compact JWE that is right in all but what `header`, `content_key` and `plaintext` say.
pub fn forge(header: &str, to: &PublicJwk, content_key: &[u8], plaintext: &[u8]) -> String {
    let protected = encode(header);
    let encrypted_key = rsa_key(to).oaep_encrypt::<sha2::Sha256>(content_key).unwrap();
    let (iv, ciphertext, tag) = encrypt(content_key, &protected, plaintext);
    [protected, encode(encrypted_key), iv, ciphertext, tag].join(".")
}

pub fn encrypt(content_key: &[u8], protected: &str, plaintext: &[u8]) -> (String, String, String) {
    let iv = [9; 12];
    let payload = Payload { msg: plaintext, aad: protected.as_bytes() };
    let sealed = if content_key.len() == 16 {
        Aes128Gcm::new_from_slice(content_key).unwrap().encrypt(&iv.into(), payload).unwrap()
    } else {
        // A reader that cuts or fills a key of another length would open this.
        let mut key = content_key.to_vec();
        key.resize(32, 0);
        Aes256Gcm::new_from_slice(&key).unwrap().encrypt(&iv.into(), payload).unwrap()
    };
    let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
    (encode(iv), encode(ciphertext), encode(tag))
}

/// `{}` padded to the first class.
pub fn padded() -> Vec<u8> {
    let mut bytes = b"{}".to_vec();
    bytes.resize(2048, b' ');
    bytes
}

/// The token with one part replaced.
pub fn with_part(token: &str, index: usize, change: impl FnOnce(&str) -> String) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[index] = change(&parts[index]);
    parts.join(".")
}

/// The token with one bit of one decoded part flipped.
pub fn with_flipped_bit(token: &str, index: usize, bit: usize) -> String {
    with_part(token, index, |part| {
        let mut bytes = decode(part);
        let bit = bit % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        encode(bytes)
    })
}

/// The values of a JSON object without their names, in the order in which they stand: derived readers
/// take such an array for the object.
pub fn as_array(object: &str) -> String {
    let members = object.trim_start_matches('{').trim_end_matches('}').split(',');
    let values: Vec<&str> = members.map(|member| member.split_once(':').unwrap().1).collect();
    format!("[{}]", values.join(","))
}
