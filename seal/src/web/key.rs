//! Private keys that the browser keeps.

use super::crew::{self, Answer, Crew, Held};
use super::subtle::{RsaUse, Subtle};
use crate::entry::{self, OpenError, Opened};
use crate::hazmat::{Failed, gcm};
use crate::jwe::Jwe;
use crate::jws::{self, Embed, SignError};
use crate::kept::Kept;
use crate::key::{KeyError, PublicKey};
use crate::keyring::{self, Keyring};
use crate::operations::{Opener, Signer};
use crate::private::Handover;
use crate::random;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use web_sys::CryptoKey;
use wire::EntryId;
use wire::header::Envelope;
use wire::jwk::{KeyUse, Thumbprint};
use zeroize::Zeroizing;

/// A key that opens: inbox keys and a member of staff's own.
#[derive(Clone)]
pub struct WebKey {
    subtle: Subtle,
    key: CryptoKey,
    /// Derives the key that wraps what is kept.
    root: CryptoKey,
    thumbprint: Thumbprint,
    kept: Option<Keeping>,
}

/// Where the content keys of opened entries are kept.
#[derive(Clone)]
struct Keeping {
    table: Rc<RefCell<Kept>>,
    salt: [u8; 32],
}

/// A key that signs: events and token requests.
#[derive(Clone)]
pub struct WebSigner {
    subtle: Subtle,
    key: CryptoKey,
    public: PublicKey,
}

/// What keys are derived for that wrap kept content keys.
const KEPT: &str = "kept content keys";
/// What the key is derived for that encrypts what its holder leaves on this machine.
const OWN: &str = "anteroom-own-v1";

impl WebKey {
    /// The same key; from now on it keeps the content keys of what it opens in `table`, and opens by what is there.
    /// They are wrapped under a key derived from this one and `salt`: under another salt they are of no use.
    #[must_use]
    pub fn keeping(self, table: &Rc<RefCell<Kept>>, salt: [u8; 32]) -> Self {
        Self { kept: Some(Keeping { table: Rc::clone(table), salt }), ..self }
    }

    /// Encrypts what the key's holder leaves on this machine, to be opened with the same key as the same `record` only:
    /// nonce, ciphertext, tag. `None`: the browser did not.
    pub async fn seal_own(&self, text: &str, record: &str) -> Option<Vec<u8>> {
        let key = self.subtle.derive_content_key(&self.root, OWN, "encrypt").await.ok()?;
        let iv: [u8; gcm::IV] = random::make_bytes().ok()?;
        let sealed = self.subtle.encrypt(&key, &iv, record.as_bytes(), text.as_bytes()).await.ok()?;
        Some([&iv[..], &sealed].concat())
    }

    /// The text again; `None`: it was sealed with another key, as another record, or is something else.
    pub async fn open_own(&self, sealed: &[u8], record: &str) -> Option<String> {
        let (iv, sealed) = sealed.split_at_checked(gcm::IV)?;
        let key = self.subtle.derive_content_key(&self.root, OWN, "decrypt").await.ok()?;
        let text = self.subtle.decrypt(&key, iv, record.as_bytes(), sealed).await.ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

/// Hands the key to the browser; its PKCS #8 form is zeroised on the way out.
async fn import(subtle: &Subtle, private: &Handover<'_>, usage: RsaUse) -> Result<CryptoKey, KeyError> {
    let pkcs8 = private.to_pkcs8()?;
    subtle.import_rsa(pkcs8.as_bytes(), usage).await.map_err(|Failed| KeyError::Unavailable)
}

impl Opener for WebKey {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        let subtle = Subtle::find().ok_or(KeyError::Unavailable)?;
        let private = Handover::read(&jwk, KeyUse::Enc)?;
        let key = import(&subtle, &private, RsaUse::Unwrap).await?;
        let root = subtle.import_root(private.derive_secret(KEPT).as_slice()).await;
        let root = root.map_err(|Failed| KeyError::Unavailable)?;
        Ok(Self { subtle, key, root, thumbprint: private.public().thumbprint(), kept: None })
    }

    fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    async fn open(&self, envelope: Envelope) -> Result<Opened, OpenError> {
        let jwe = entry::decode(&envelope, &self.thumbprint)?;
        // What is decoded is not needed in base64url any more.
        let header = envelope.into_header();
        let by_crew = match crew::current() {
            Some(crew) => self.open_by(&crew, &header.entry, &jwe).await,
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
        let subtle = Subtle::find().ok_or(KeyError::Unavailable)?;
        let private = Handover::read(&jwk, KeyUse::Sig)?;
        let key = import(&subtle, &private, RsaUse::Sign).await?;
        Ok(Self { subtle, key, public: private.public() })
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

impl WebKey {
    /// `None`: a worker was lost, and nothing is said about the entry.
    async fn open_by(
        &self,
        crew: &Rc<Crew>,
        entry: &EntryId,
        jwe: &Jwe,
    ) -> Option<Result<Zeroizing<Vec<u8>>, Failed>> {
        let known = self.kept.as_ref().and_then(|kept| kept.table.borrow_mut().find(entry));
        let salt = self.kept.as_ref().map(|kept| &kept.salt);
        let key = Held { name: &self.thumbprint, opens: &self.key, root: &self.root, salt };
        match crew.open(&key, jwe, known.as_ref()).await {
            Answer::Opened { plain, wrapped } => {
                if let (Some(kept), Some(wrapped)) = (&self.kept, wrapped) {
                    kept.table.borrow_mut().put(*entry, wrapped);
                }
                Some(Ok(plain))
            }
            Answer::Refused => Some(Err(Failed)),
            Answer::Lost => None,
        }
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
