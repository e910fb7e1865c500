//! The steps of the RFCs' own examples that the suite shares with them.

use super::{Key, gcm, password};
use crate::base64url::{decode, decode_array};
use serde_json::Value;
use zeroize::Zeroizing;

fn example(name: &str) -> (Vec<String>, Key, String) {
    let examples: Value = serde_json::from_str(include_str!("../../tests/vectors/rfc.json")).unwrap();
    let example = &examples[name];
    let parts = example["jwe"].as_str().unwrap().split('.').map(str::to_owned).collect();
    let content_key = Zeroizing::new(decode_array(example["cek"].as_str().unwrap()).unwrap());
    let text = example["plaintext"].as_str().or(example["passphrase"].as_str()).unwrap();
    (parts, content_key, text.to_owned())
}

/// RFC 7516 A.1.5 and A.1.6, and RFC 7520 section 5.2.4: A256GCM, the header as additional data.
#[test]
fn content_encryption() {
    for name in ["rfc7516_a1", "rfc7520_5_2"] {
        let (parts, content_key, plaintext) = example(name);
        let [protected, _, iv, ciphertext, tag] = parts.as_slice() else { panic!("{name}") };
        let iv = decode_array(iv).unwrap();
        let sealed = [decode(ciphertext).unwrap(), decode(tag).unwrap()].concat();
        let text = Zeroizing::new(plaintext.clone().into_bytes());
        assert_eq!(gcm::seal(&content_key, &iv, protected.as_bytes(), text), Ok(sealed.clone()), "{name}");
        let opened = gcm::open(&content_key, &iv, protected.as_bytes(), sealed).unwrap();
        assert_eq!(&**opened, plaintext.as_bytes(), "{name}");
    }
}

/// RFC 7520 section 5.3.3: PBES2-HS512+A256KW with 8,192 rounds around a key of 256 bits.
#[test]
fn passphrase() {
    let (parts, content_key, passphrase) = example("rfc7520_5_3");
    let header: Value = serde_json::from_slice(&decode(&parts[0]).unwrap()).unwrap();
    let salt_input = decode(header["p2s"].as_str().unwrap()).unwrap();
    let salt = [b"PBES2-HS512+A256KW\0", salt_input.as_slice()].concat();
    let key = password::derive(&passphrase, &salt, 8192);
    let wrapped = decode(&parts[1]).unwrap();
    assert_eq!(password::unwrap(&key, &wrapped), Ok(content_key.clone()));
    assert_eq!(password::wrap(&key, &content_key).unwrap().as_slice(), wrapped);
}
