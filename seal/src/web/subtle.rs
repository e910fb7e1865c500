//! The calls of `crypto.subtle` (Web Cryptography, W3C) that Anteroom makes, each fixed to its suite.
//!
//! WebCrypto copies what it is given before a call returns, so our copies of secrets are overwritten
//! straight after the call, not when its promise settles.

use crate::credential::Derivation;
use crate::hazmat::Failed;
use crate::jwe::Jwe;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};
use wire::jwk::{KeyUse, PublicJwk};
use zeroize::Zeroizing;

impl From<JsValue> for Failed {
    fn from(_: JsValue) -> Self {
        Self
    }
}

/// What an imported RSA key does.
#[derive(Clone, Copy)]
pub(crate) enum RsaUse {
    /// RSA-OAEP, unwrapping content keys and nothing else.
    Unwrap,
    /// RSA-PSS.
    Sign,
}

#[derive(Clone)]
pub(crate) struct Subtle(SubtleCrypto);

impl Subtle {
    /// `None` outside secure contexts: WebCrypto is not there then.
    pub(crate) fn find() -> Option<Self> {
        let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
        let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
        subtle.is_object().then(|| Self(subtle.unchecked_into()))
    }

    pub(crate) async fn import_rsa(&self, pkcs8: &[u8], usage: RsaUse) -> Result<CryptoKey, Failed> {
        let (name, usage) = match usage {
            RsaUse::Unwrap => ("RSA-OAEP", "unwrapKey"),
            RsaUse::Sign => ("RSA-PSS", "sign"),
        };
        let algorithm = object(&[("name", name.into()), ("hash", "SHA-256".into())])?;
        self.import("pkcs8", pkcs8, &algorithm, usage).await
    }

    /// What keys are derived from by HKDF: RFC 5869.
    pub(crate) async fn import_root(&self, secret: &[u8]) -> Result<CryptoKey, Failed> {
        self.import("raw", secret, &object(&[("name", "HKDF".into())])?, "deriveKey").await
    }

    /// A public key: for RSA-OAEP it wraps, for RSA-PSS it verifies.
    pub(crate) async fn import_public(&self, jwk: &PublicJwk, usage: KeyUse) -> Result<CryptoKey, Failed> {
        let (name, does) = match usage {
            KeyUse::Enc => ("RSA-OAEP", "wrapKey"),
            KeyUse::Sig => ("RSA-PSS", "verify"),
        };
        let key = object(&[("kty", "RSA".into()), ("n", (&jwk.n).into()), ("e", (&jwk.e).into())])?;
        let algorithm = object(&[("name", name.into()), ("hash", "SHA-256".into())])?;
        let promise = self.0.import_key_with_object("jwk", &key, &algorithm, true, &usages(does))?;
        Ok(JsFuture::from(promise).await?.unchecked_into())
    }

    pub(crate) async fn verify(
        &self,
        key: &CryptoKey,
        message: &str,
        signature: &[u8],
    ) -> Result<(), Failed> {
        let promise = self.0.verify_with_object_and_u8_array_and_u8_array(
            &pss()?,
            key,
            signature,
            message.as_bytes(),
        )?;
        if JsFuture::from(promise).await?.is_truthy() { Ok(()) } else { Err(Failed) }
    }

    /// Encrypts under a new content key, and wraps that with `to`: the wrapped key, and ciphertext with tag.
    /// The content key leaves the browser's keeping only wrapped.
    pub(crate) async fn seal(
        &self,
        to: &CryptoKey,
        iv: &[u8],
        aad: &str,
        text: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>), Failed> {
        let promise = self.0.generate_key_with_object(&aes("AES-GCM")?, true, &usages("encrypt"))?;
        let key: CryptoKey = JsFuture::from(promise).await?.unchecked_into();
        let sealed = self.encrypt(&key, iv, aad.as_bytes(), text).await?;
        let promise = self.0.wrap_key_with_str("raw", &key, to, "RSA-OAEP")?;
        Ok((Uint8Array::new(&JsFuture::from(promise).await?).to_vec(), sealed))
    }

    /// PBKDF2-HMAC-SHA-512 to an AES key that unwraps: RFC 7518 section 4.8.
    pub(crate) async fn derive(
        &self,
        passphrase: &str,
        derivation: &Derivation,
    ) -> Result<CryptoKey, Failed> {
        let algorithm = object(&[("name", "PBKDF2".into())])?;
        let base = self.import("raw", passphrase.as_bytes(), &algorithm, "deriveKey").await?;
        let algorithm = object(&[
            ("name", "PBKDF2".into()),
            ("hash", "SHA-512".into()),
            ("salt", Uint8Array::from(derivation.salt.as_slice()).into()),
            ("iterations", derivation.rounds.count().into()),
        ])?;
        let derived = aes("AES-KW")?;
        let promise = self.0.derive_key_with_object_and_object(
            &algorithm,
            &base,
            &derived,
            false,
            &usages("unwrapKey"),
        )?;
        Ok(JsFuture::from(promise).await?.unchecked_into())
    }

    /// Opens a JWE whose content key `key` unwraps: RSA-OAEP or AES-KW, whichever `key` was made for.
    pub(crate) async fn open(&self, key: &CryptoKey, jwe: Jwe) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let name = Reflect::get(&key.algorithm()?.into(), &"name".into())?;
        let content_key = self.unwrap(key, &object(&[("name", name)])?, &jwe.encrypted_key).await?;
        self.decrypt(&content_key, &jwe.iv, jwe.protected.as_bytes(), &jwe.sealed).await
    }

    /// AES-GCM: ciphertext and tag.
    pub(crate) async fn encrypt(
        &self,
        key: &CryptoKey,
        iv: &[u8],
        aad: &[u8],
        text: &[u8],
    ) -> Result<Vec<u8>, Failed> {
        let promise = self.0.encrypt_with_object_and_u8_array(&gcm(iv, aad)?, key, text)?;
        Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
    }

    /// AES-GCM, of ciphertext and tag.
    pub(crate) async fn decrypt(
        &self,
        key: &CryptoKey,
        iv: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let promise = self.0.decrypt_with_object_and_u8_array(&gcm(iv, aad)?, key, sealed)?;
        let plaintext = Uint8Array::new(&JsFuture::from(promise).await?);
        let copy = Zeroizing::new(plaintext.to_vec());
        plaintext.fill(0, 0, plaintext.length());
        Ok(copy)
    }

    /// An AES-GCM key for one use, from [`Self::import_root`]'s secret by HKDF-SHA-256: RFC 5869.
    pub(crate) async fn derive_content_key(
        &self,
        root: &CryptoKey,
        info: &str,
        usage: &str,
    ) -> Result<CryptoKey, Failed> {
        let algorithm = object(&[
            ("name", "HKDF".into()),
            ("hash", "SHA-256".into()),
            ("salt", Uint8Array::new_with_length(0).into()),
            ("info", Uint8Array::from(info.as_bytes()).into()),
        ])?;
        let derived = aes("AES-GCM")?;
        let promise =
            self.0.derive_key_with_object_and_object(&algorithm, root, &derived, false, &usages(usage))?;
        Ok(JsFuture::from(promise).await?.unchecked_into())
    }

    pub(crate) async fn sign(&self, key: &CryptoKey, message: &str) -> Result<Vec<u8>, Failed> {
        let promise = self.0.sign_with_object_and_u8_array(&pss()?, key, message.as_bytes())?;
        Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
    }

    async fn unwrap(&self, key: &CryptoKey, algorithm: &Object, wrapped: &[u8]) -> Result<CryptoKey, Failed> {
        let promise = self.0.unwrap_key_with_u8_array_and_object_and_object(
            "raw",
            wrapped,
            key,
            algorithm,
            &aes("AES-GCM")?,
            false,
            &usages("decrypt"),
        )?;
        let content_key: CryptoKey = JsFuture::from(promise).await?.unchecked_into();
        // The length asked for is not enforced on a raw key: what was wrapped decides. A256GCM is 256.
        let length = Reflect::get(&content_key.algorithm()?.into(), &"length".into())?;
        if length.as_f64() == Some(256.0) { Ok(content_key) } else { Err(Failed) }
    }

    /// Every key is imported non-extractable and for one use.
    async fn import(
        &self,
        format: &str,
        secret: &[u8],
        algorithm: &Object,
        usage: &str,
    ) -> Result<CryptoKey, Failed> {
        let copy = Uint8Array::from(secret);
        let promise = self.0.import_key_with_object(format, &copy, algorithm, false, &usages(usage));
        copy.fill(0, 0, copy.length());
        Ok(JsFuture::from(promise?).await?.unchecked_into())
    }
}

/// RFC 7518 section 3.5: the salt is as long as the hash.
fn pss() -> Result<Object, JsValue> {
    object(&[("name", "RSA-PSS".into()), ("saltLength", 32.into())])
}

fn gcm(iv: &[u8], aad: &[u8]) -> Result<Object, JsValue> {
    object(&[
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(iv).into()),
        ("additionalData", Uint8Array::from(aad).into()),
        ("tagLength", 128.into()),
    ])
}

fn aes(name: &str) -> Result<Object, JsValue> {
    object(&[("name", name.into()), ("length", 256.into())])
}

fn object(members: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}

fn usages(usage: &str) -> JsValue {
    Array::of1(&usage.into()).into()
}
