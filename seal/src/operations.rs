//! What a key does, wherever it is kept. The browser's answers come later, so both are futures; they
//! do not wait for each other, and many can be under way at once.

use crate::entry::{self, OpenError, Opened};
use crate::jws::{self, Embed, SignError};
use crate::key::KeyError;
use crate::keyring::{self, Keyring};
use crate::private::PrivateKey;
use std::future::Future;
use wire::header::Envelope;
use wire::jwk::{KeyUse, Thumbprint};
use zeroize::Zeroizing;

/// A key that opens what was sealed to it.
pub trait Opener: Sized {
    /// Takes a private JWK over. The text is zeroised.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Use`] for a signing key.
    fn import(jwk: Zeroizing<String>) -> impl Future<Output = Result<Self, KeyError>>;

    /// RFC 7638, of the public half.
    fn thumbprint(&self) -> Thumbprint;

    /// Opens an entry of the log.
    ///
    /// # Errors
    /// [`OpenError`].
    fn open(&self, envelope: Envelope) -> impl Future<Output = Result<Opened, OpenError>>;

    /// Opens a keyring. Its digest must have been compared with the roster's.
    ///
    /// # Errors
    /// [`OpenError`].
    fn open_keyring(&self, json: &str) -> impl Future<Output = Result<Keyring, OpenError>>;
}

/// A key that signs.
pub trait Signer: Sized {
    /// Takes a private JWK over. The text is zeroised.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::Use`] for an encryption key.
    fn import(jwk: Zeroizing<String>) -> impl Future<Output = Result<Self, KeyError>>;

    /// RFC 7638, of the public half.
    fn thumbprint(&self) -> Thumbprint;

    /// Signs `claims` as a document or event of kind `typ`.
    ///
    /// # Errors
    /// [`SignError`].
    fn sign(&self, typ: &str, claims: &[u8], embed: Embed)
    -> impl Future<Output = Result<String, SignError>>;
}

impl Opener for PrivateKey {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        import(&jwk, KeyUse::Enc)
    }

    fn thumbprint(&self) -> Thumbprint {
        self.thumbprint()
    }

    async fn open(&self, envelope: Envelope) -> Result<Opened, OpenError> {
        entry::open_envelope(envelope, self)
    }

    async fn open_keyring(&self, json: &str) -> Result<Keyring, OpenError> {
        keyring::open(json, self)
    }
}

impl Signer for PrivateKey {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        import(&jwk, KeyUse::Sig)
    }

    fn thumbprint(&self) -> Thumbprint {
        self.thumbprint()
    }

    async fn sign(&self, typ: &str, claims: &[u8], embed: Embed) -> Result<String, SignError> {
        jws::sign(self, typ, claims, embed)
    }
}

fn import(jwk: &str, usage: KeyUse) -> Result<PrivateKey, KeyError> {
    let key = PrivateKey::from_jwk(jwk)?;
    key.for_use(usage)?;
    Ok(key)
}
