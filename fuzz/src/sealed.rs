//! Parsers of `seal`: what arrives sealed or signed, and what lies in files.

use base64ct::{Base64UrlUnpadded, Encoding};
use seal::{
    OpenError, PrivateKey, PublicJwk, PublicKey, credential as files, entry as entries, jws,
    keyring as keyrings,
};
use std::sync::LazyLock;
use wire::header::CompactParts;
use wire::signed::SignedParts;

use crate::seeds::{CREDENTIAL, ENTRY, INBOX_JWK, KEYRING, MANIFEST_JWS, ROOT_JWK, STAFF_JWK};

static INBOX: LazyLock<PrivateKey> = LazyLock::new(|| key(INBOX_JWK));
static STAFF: LazyLock<PrivateKey> = LazyLock::new(|| key(STAFF_JWK));
static ROOT: LazyLock<PrivateKey> = LazyLock::new(|| key(ROOT_JWK));

fn key(pointer: &str) -> PrivateKey {
    PrivateKey::from_jwk(&crate::seeds::frozen(pointer)).expect("a frozen key")
}

/// An entry of the log, opened by the staff's programs. Only the one that was sealed opens.
pub fn entry(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match entries::open(text, &INBOX) {
        Ok(opened) => {
            assert_eq!(text, crate::seeds::frozen(ENTRY), "{:?}", opened.header);
        }
        Err(OpenError::Malformed(_) | OpenError::OtherKey | OpenError::Refused) => {}
    }
}

/// Its protected header, read by the relay too.
pub fn entry_header(data: &[u8]) {
    crate::reads_back::<wire::SealedHeader>(data);
    let entry = crate::seeds::frozen(ENTRY);
    let (_, rest) = entry.split_once('.').expect("five parts");
    let text = format!("{}.{rest}", Base64UrlUnpadded::encode_string(data));
    if let Ok(header) = CompactParts::parse(&text).and_then(|parts| parts.header()) {
        assert_eq!(serde_json::from_slice::<wire::SealedHeader>(data).ok(), Some(header));
    }
}

/// A signed document, verified by everyone. Only what was signed verifies.
pub fn signed(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let typ = wire::practice::MANIFEST_TYP;
    let ours = || crate::seeds::frozen(MANIFEST_JWS);
    if jws::verify_pinned(text, typ, &ROOT.thumbprint()).is_ok()
        || jws::verify(text, typ, &ROOT.public()).is_ok()
    {
        assert_eq!(text, ours());
    }
    if jws::signer(text).is_ok() {
        assert!(SignedParts::parse(text).is_ok());
    }
}

/// Its protected header.
pub fn signed_header(data: &[u8]) {
    crate::reads_back::<wire::signed::SignedHeader>(data);
    let token = crate::seeds::frozen(MANIFEST_JWS);
    let (_, rest) = token.split_once('.').expect("three parts");
    let text = format!("{}.{rest}", Base64UrlUnpadded::encode_string(data));
    // A key in the header is parsed before it is compared with the pin.
    if jws::verify_pinned(&text, wire::practice::MANIFEST_TYP, &ROOT.thumbprint()).is_ok() {
        assert_eq!(text, token);
    }
}

/// A keyring. Whoever can alter it can also name other recipients, but not make it open to other content.
pub fn keyring(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(opened) = keyrings::open(text, &STAFF) {
        let original = keyrings::open(&crate::seeds::frozen(KEYRING), &STAFF).expect("the frozen keyring");
        assert_eq!(
            (opened.practice, opened.version, opened.keys),
            (original.practice, original.version, original.keys)
        );
    }
}

/// A credential file, up to where the passphrase is used.
pub fn credential(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(rounds) = files::inspect(text) {
        assert!(files::Rounds::RANGE.contains(&rounds.count()));
        assert_eq!(text.split('.').count(), crate::seeds::frozen(CREDENTIAL).split('.').count());
    }
}

/// A private JWK, out of a credential file or a keyring.
pub fn private_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = PrivateKey::from_jwk(text) {
        let again = PrivateKey::from_jwk(&key.to_jwk()).expect("what was written can be read");
        assert_eq!((again.to_jwk(), again.public()), (key.to_jwk(), key.public()));
    }
}

/// A public JWK, out of a manifest, a roster or a header.
pub fn public_key(data: &[u8]) {
    crate::reads_back::<PublicJwk>(data);
    let Ok(jwk) = serde_json::from_slice::<PublicJwk>(data) else { return };
    if let Ok(key) = PublicKey::from_jwk(&jwk) {
        assert_eq!(key.thumbprint(), jwk.thumbprint());
        assert_eq!(PublicKey::from_jwk(&key.to_jwk()), Ok(key));
    }
}
