//! What the file of a practice's root key holds, once a passphrase has opened it.

use crate::trust::Anchor;
use seal::{KeyError, KeyUse, PrivateKey, Zeroizing};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;
use wire::{PracticeId, PublicJwk, StaffId, Thumbprint};

/// A practice's root key and what goes with it. Kept offline, by the owner.
pub struct RootKey {
    /// Base URL of the relay.
    pub relay: String,
    /// The practice and the root key's thumbprint.
    pub anchor: Anchor,
    /// Whose credential signs in to publish.
    pub owner: StaffId,
    /// Every keyring is sealed to this one too.
    pub recovery: PublicJwk,
    /// Signs manifest and roster.
    pub root: PrivateKey,
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RootKey")
            .field("relay", &self.relay)
            .field("anchor", &self.anchor)
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

/// Why an opened file gives no root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// It holds something else, or a key that is not the one that it names.
    #[error("not the root key of a practice")]
    NotARootKey,
    /// Its key is not one that Anteroom uses.
    #[error("a key that cannot be used: {0}")]
    Key(#[from] KeyError),
}

/// The JSON. The key is text, borrowed, so that no copy of a secret is parsed into parts here.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'a> {
    v: u8,
    relay: String,
    practice: PracticeId,
    pin: Thumbprint,
    owner: StaffId,
    recovery: PublicJwk,
    #[serde(borrow)]
    root: &'a RawValue,
}

impl RootKey {
    /// Reads the content of an opened file.
    ///
    /// # Errors
    /// [`RootError`].
    pub fn parse(json: &[u8]) -> Result<Self, RootError> {
        let content: Content<'_> = serde_json::from_slice(json).map_err(|_| RootError::NotARootKey)?;
        let root = PrivateKey::from_jwk(content.root.get())?;
        if content.v != 1 || root.thumbprint() != content.pin || root.usage() != KeyUse::Sig {
            return Err(RootError::NotARootKey);
        }
        let Content { relay, practice, pin, owner, recovery, .. } = content;
        Ok(Self { relay, anchor: Anchor { practice, pin }, owner, recovery, root })
    }

    /// The content to lock with a passphrase.
    ///
    /// # Errors
    /// [`RootError::NotARootKey`]: it cannot be written.
    pub fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, RootError> {
        let key = self.root.to_jwk();
        let content = Content {
            v: 1,
            relay: self.relay.clone(),
            practice: self.anchor.practice.clone(),
            pin: self.anchor.pin,
            owner: self.owner.clone(),
            recovery: self.recovery.clone(),
            root: serde_json::from_str(&key).map_err(|_| RootError::NotARootKey)?,
        };
        // Room for all of it: a buffer that grows leaves its earlier copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(16 << 10));
        serde_json::to_writer(&mut *json, &content).map_err(|_| RootError::NotARootKey)?;
        Ok(json)
    }
}
