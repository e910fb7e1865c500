//! Inbox keys that open entries on all cores: RSA is the slow part of reading a long log.

use seal::{KeyError, Keyring, OpenError, Opened, Opener, PrivateKey, Thumbprint, Zeroizing};
use std::sync::Arc;
use tokio::task::spawn_blocking;
use wire::header::Envelope;

/// A private key that opens on the blocking threads of the runtime.
#[derive(Debug, Clone)]
pub(crate) struct Parallel(Arc<PrivateKey>);

impl Parallel {
    /// Takes a key over.
    pub(crate) fn new(key: PrivateKey) -> Self {
        Self(Arc::new(key))
    }

    /// 32 bytes for `purpose` that only holders of the key can compute.
    pub(crate) fn derive_secret(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        self.0.derive_secret(purpose)
    }

    /// Opens an entry on this thread.
    pub(crate) fn open_here(&self, compact: &str) -> Result<Opened, OpenError> {
        seal::entry::open(compact, &self.0)
    }
}

impl Opener for Parallel {
    async fn import(jwk: Zeroizing<String>) -> Result<Self, KeyError> {
        <PrivateKey as Opener>::import(jwk).await.map(Self::new)
    }

    fn thumbprint(&self) -> Thumbprint {
        self.0.thumbprint()
    }

    async fn open(&self, envelope: Envelope) -> Result<Opened, OpenError> {
        let key = Arc::clone(&self.0);
        match spawn_blocking(move || seal::entry::open_envelope(envelope, &key)).await {
            Ok(opened) => opened,
            // A panic there is a bug, and must not turn into "altered".
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    async fn open_keyring(&self, json: &str) -> Result<Keyring, OpenError> {
        self.0.open_keyring(json).await
    }
}
