//! Project Wycheproof's vectors against the primitives as they are used here. RSA keys of 2048 bits
//! are tested too; [`crate::PublicKey`] would refuse them.

use super::{Failed, Key, gcm, password, rsa as ours};
use rsa::BoxedUint;
use wycheproof::{TestResult, aead, keywrap, rsa_oaep, rsa_pss_verify};
use zeroize::Zeroizing;

fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(bytes)
}

/// RSA-OAEP with SHA-256 twice. The suite has an empty label, so vectors with a label must fail; and
/// a content key has 32 bytes, so a message of another length must fail although its padding is right.
#[test]
fn oaep() {
    use rsa_oaep::TestName::{Rsa2048Sha256Mgf1Sha256, Rsa3072Sha256Mgf1Sha256, Rsa4096Sha256Mgf1Sha256};
    let (mut opened, mut refused) = (0, 0);
    for name in [Rsa2048Sha256Mgf1Sha256, Rsa3072Sha256Mgf1Sha256, Rsa4096Sha256Mgf1Sha256] {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let part = &group.key;
            let primes = vec![number(&part.p), number(&part.q)];
            let key =
                rsa::PrivateKey::from_components(number(&part.n), number(&part.e), number(&part.d), primes)
                    .unwrap();
            for test in &group.tests {
                // The message of any length, as the `rsa` crate gives it, then our 32 bytes.
                let message = key.oaep_decrypt::<sha2::Sha256>(&test.ct);
                // draft-irtf-cfrg-rsa-guidance: the first octet is not looked at, lest looking tell of it
                // (Manger 2001). The hash, zeros and 01 after it authenticate the padding.
                let first_octet = test.comment.starts_with("First byte is 1");
                let valid = (test.result != TestResult::Invalid || first_octet) && test.label.is_empty();
                assert_eq!(message.is_ok(), valid, "{name:?} {}", test.tc_id);
                if let Ok(message) = message {
                    assert_eq!(message, *test.pt, "{name:?} {}", test.tc_id);
                }
                match ours::unwrap(&key, &test.ct) {
                    Ok(secret) => {
                        assert!(valid && *secret.as_slice() == *test.pt, "{name:?} {}", test.tc_id);
                        opened += 1;
                    }
                    Err(Failed) => {
                        assert!(!valid || test.pt.len() != 32, "{name:?} {}", test.tc_id);
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(opened > 0 && refused > 50, "{opened} opened, {refused} refused");
}

/// PS256: SHA-256 twice and a salt of 32 bytes.
#[test]
fn pss() {
    use rsa_pss_verify::TestName::{
        RsaPss2048Sha256Mgf1SaltLen0, RsaPss2048Sha256Mgf1SaltLen32, RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32, RsaPss4096Sha512Mgf1SaltLen64, RsaPssmisc,
    };
    use wycheproof::{HashFunction, Mgf};
    let mut checked = 0;
    for name in [
        RsaPss2048Sha256Mgf1SaltLen0,
        RsaPss2048Sha256Mgf1SaltLen32,
        RsaPss3072Sha256Mgf1SaltLen32,
        RsaPss4096Sha256Mgf1SaltLen32,
        RsaPss4096Sha512Mgf1SaltLen64,
        RsaPssmisc,
    ] {
        for group in rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa::PublicKey::new(number(&group.key.n), number(&group.key.e)).unwrap();
            // What is right in another suite is wrong here.
            let suite = group.hash == HashFunction::Sha2_256
                && group.mgf == Mgf::Mgf1
                && group.mgf_hash == Some(HashFunction::Sha2_256)
                && group.salt_size == 32;
            for test in &group.tests {
                let found = ours::verify(&key, &test.msg, &test.sig).is_ok();
                let valid = test.result != TestResult::Invalid;
                if !suite {
                    assert!(!(valid && found), "{name:?} {} {}", test.tc_id, test.comment);
                    continue;
                }
                assert_eq!(found, valid, "{name:?} {} {}", test.tc_id, test.comment);
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "{checked}");
}

/// A256GCM with a 96-bit IV and a 128-bit tag.
#[test]
fn aes_gcm() {
    let mut checked = 0;
    for group in aead::TestSet::load(aead::TestName::AesGcm).unwrap().test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in &group.tests {
            let key: Key = Zeroizing::new(test.key.as_ref().try_into().unwrap());
            let iv = test.nonce.as_ref().try_into().unwrap();
            let opened = gcm::open(&key, &iv, &test.aad, [test.ct.as_ref(), &test.tag].concat());
            match test.result {
                TestResult::Invalid => assert!(opened.is_err(), "{}", test.tc_id),
                _ => {
                    assert_eq!(opened.unwrap().as_slice(), &*test.pt, "{}", test.tc_id);
                    let sealed = gcm::seal(&key, &iv, &test.aad, Zeroizing::new(test.pt.to_vec())).unwrap();
                    assert_eq!(sealed, [test.ct.as_ref(), &test.tag].concat(), "{}", test.tc_id);
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 50, "{checked}");
}

/// A256KW around a 256-bit key.
#[test]
fn aes_key_wrap() {
    let mut checked = 0;
    for group in keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap().test_groups {
        if group.key_size != 256 {
            continue;
        }
        for test in &group.tests {
            let key: Key = Zeroizing::new(test.key.as_ref().try_into().unwrap());
            let opened = password::unwrap(&key, &test.ct);
            let valid = test.result != TestResult::Invalid && test.pt.len() == 32;
            assert_eq!(opened.is_ok(), valid, "{}", test.tc_id);
            if let Ok(secret) = opened {
                assert_eq!(secret.as_slice(), &*test.pt);
                assert_eq!(password::wrap(&key, &secret).unwrap().as_slice(), &*test.ct);
            }
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}
