//! RSA keys for tests, made once per build folder since making one takes a second, and signatures by them.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Serialize;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use wire::jwk::{KeyUse, Rsa};
use wire::{PublicJwk, Thumbprint};

pub struct Key {
    pair: KeyPair,
    jwk: PublicJwk,
    thumbprint: Thumbprint,
}

/// Whether the key itself rides in the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Embed {
    Nothing,
    Jwk,
}

impl Key {
    pub fn generate(size: KeySize) -> Self {
        Self::of(KeyPair::generate(size).unwrap())
    }

    /// The key of this name: the one that an earlier program of this build folder made, or a new one.
    fn kept(name: &str) -> Self {
        let Some(folder) = option_env!("CARGO_TARGET_TMPDIR").map(Path::new) else {
            return Self::generate(KeySize::Rsa3072);
        };
        let path = folder.join(format!("{name}.pk8"));
        if let Some(pair) = fs::read(&path).ok().and_then(|key| KeyPair::from_pkcs8(&key).ok()) {
            return Self::of(pair);
        }
        let pair = KeyPair::generate(KeySize::Rsa3072).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // Whole or not at all: another program may be looking for it.
        let unfinished = folder.join(format!("{name}.{}", std::process::id()));
        fs::write(&unfinished, der.as_ref()).and_then(|()| fs::rename(&unfinished, &path)).unwrap();
        Self::of(pair)
    }

    fn of(pair: KeyPair) -> Self {
        let public = pair.public_key();
        let jwk = PublicJwk {
            kty: Rsa::Rsa,
            n: Base64UrlUnpadded::encode_string(public.modulus().big_endian_without_leading_zero()),
            e: Base64UrlUnpadded::encode_string(public.exponent().big_endian_without_leading_zero()),
            usage: Some(KeyUse::Sig),
            alg: Some("PS256".into()),
            kid: None,
        };
        Self { thumbprint: jwk.thumbprint(), pair, jwk }
    }

    pub fn jwk(&self) -> PublicJwk {
        self.jwk.clone()
    }

    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    pub fn sign(&self, typ: &str, claims: &impl Serialize, embed: Embed) -> String {
        let mut header = json!({ "alg": "PS256", "kid": self.thumbprint(), "typ": typ });
        if embed == Embed::Jwk {
            header["jwk"] = serde_json::to_value(self.jwk()).unwrap();
        }
        self.sign_raw(&header, &serde_json::to_value(claims).unwrap(), &RSA_PSS_SHA256)
    }

    /// A signature that is right in itself, of another algorithm.
    pub fn sign_rs256(&self, typ: &str, claims: &impl Serialize, declared: &str) -> String {
        let header = json!({ "alg": declared, "kid": self.thumbprint(), "typ": typ });
        self.sign_raw(&header, &serde_json::to_value(claims).unwrap(), &RSA_PKCS1_SHA256)
    }

    fn sign_raw(
        &self,
        header: &serde_json::Value,
        claims: &serde_json::Value,
        algorithm: &'static dyn RsaEncoding,
    ) -> String {
        let part = |json: &serde_json::Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let message = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(algorithm, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature))
    }
}

macro_rules! shared {
    ($($(#[$doc:meta])* $name:ident),*) => { $(
        $(#[$doc])*
        pub fn $name() -> &'static Key {
            static KEY: OnceLock<Key> = OnceLock::new();
            KEY.get_or_init(|| Key::kept(stringify!($name)))
        }
    )* };
}

shared!(root, other_root, owner, coordinator, auditor, inbox, new_inbox);
