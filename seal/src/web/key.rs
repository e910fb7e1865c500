//! Private keys that the browser keeps.

use super::crew;
use super::subtle::{RsaUse, Subtle};
use crate::entry::{self, OpenError, Opened};
use crate::hazmat::Failed;
use crate::jws::{self, Embed, SignError};
use crate::key::{KeyError, PublicKey};
use crate::keyring::{self, Keyring};
use crate::operations::{Opener, Signer};
use crate::private::PrivateKey;
use std::fmt;
use web_sys::CryptoKey;
use wire::jwk::{KeyUse, Thumbprint};
use zeroize::Zeroizing;

/// A key that opens: inbox keys and a member of staff's own.
#[derive(Clone)]
pub struct WebKey {
    subtle: Subtle,
    key: CryptoKey,
    thumbprint: Thumbprint,
}

/// A key that signs: events and token requests.
#[derive(Clone)]
pub struct WebSigner {
    subtle: Subtle,
    key: CryptoKey,
    public: PublicKey,
}

/// Checks the JWK as outside the browser, hands the key to the browser and forgets it: `jwk`, the key
/// parsed from it and its PKCS #8 form are each zeroised on the way out.
async fn import(jwk: Zeroizing<String>, usage: KeyUse) -> Result<(Subtle, CryptoKey, PublicKey), KeyError> {
    let subtle = Subtle::find().ok_or(KeyError::Unavailable)?;
    let (import, public) = {
        let private = PrivateKey::from_jwk(&jwk)?;
        drop(jwk);
        private.for_use(usage)?;
        let pkcs8 = private.to_pkcs8()?;
        (pkcs8, private.public())
    };
    let rsa_use = match usage {
        KeyUse::Enc => RsaUse::Unwrap,
        KeyUse::Sig => RsaUse::Sign,
    };
    let key = subtle.import_rsa(import.as_bytes(), rsa_use).await.map_err(|Failed| KeyError::Unavailable)?;
    Ok((subtle, key, public))
}

impl Opener for WebKey {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        let (subtle, key, public) = import(jwk, KeyUse::Enc).await?;
        Ok(Self { subtle, key, thumbprint: public.thumbprint() })
    }

    fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    async fn open(&self, compact: &str) -> Result<Opened, OpenError> {
        let (header, jwe) = entry::parse(compact, &self.thumbprint)?;
        let by_crew = match crew::current() {
            Some(crew) => crew.open(&self.thumbprint, &self.key, &jwe).await,
            None => None,
        };
        let plain = match by_crew {
            Some(opened) => opened?,
            None => self.subtle.open(&self.key, jwe).await?,
        };
        Ok(entry::opened(header, plain))
    }

    async fn open_keyring(&self, json: &str) -> Result<Keyring, OpenError> {
        let (header, jwe) = keyring::parse(json, &self.thumbprint)?;
        keyring::opened(header, &self.subtle.open(&self.key, jwe).await?)
    }
}

impl Signer for WebSigner {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        let (subtle, key, public) = import(jwk, KeyUse::Sig).await?;
        Ok(Self { subtle, key, public })
    }

    fn thumbprint(&self) -> Thumbprint {
        self.public.thumbprint()
    }

    async fn sign(&self, typ: &str, claims: &[u8], embed: Embed) -> Result<String, SignError> {
        let draft = jws::draft(&self.public, typ, claims, embed)?;
        let signature = self.subtle.sign(&self.key, &draft).await?;
        Ok(jws::finish(draft, &signature))
    }
}

impl fmt::Debug for WebKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebKey({}, redacted)", self.thumbprint)
    }
}

impl fmt::Debug for WebSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebSigner({}, redacted)", self.public.thumbprint())
    }
}
