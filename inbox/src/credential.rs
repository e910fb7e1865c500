//! What a member of staff's credential file holds, once a passphrase has opened it.

use crate::trust::Anchor;
use seal::Zeroizing;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;
use wire::practice::Role;
use wire::{PracticeId, StaffId, Thumbprint};

/// A member of staff's keys and where they are used.
pub struct Credential {
    /// Base URL of the relay, without a slash at the end.
    pub relay: String,
    /// The practice and its pin.
    pub anchor: Anchor,
    /// Who.
    pub staff: StaffId,
    /// Role when the file was made; the roster decides.
    pub role: Role,
    /// Private JWK that signs.
    pub signing: Zeroizing<String>,
    /// Private JWK that opens the keyring; an auditor has none.
    pub encryption: Option<Zeroizing<String>>,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("relay", &self.relay)
            .field("anchor", &self.anchor)
            .field("staff", &self.staff)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// The content is not that of a credential file of a known version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a credential of a known version")]
pub struct NotACredential;

/// The JSON. Keys are kept as text, so that no copy of a secret is parsed into parts here.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content<'a> {
    v: u8,
    relay: String,
    practice: PracticeId,
    pin: Thumbprint,
    staff: StaffId,
    role: Role,
    #[serde(borrow)]
    signing: &'a RawValue,
    #[serde(borrow, default)]
    encryption: Option<&'a RawValue>,
}

impl Credential {
    /// Reads the content of an opened file.
    ///
    /// # Errors
    /// [`NotACredential`].
    pub fn parse(json: &[u8]) -> Result<Self, NotACredential> {
        let content: Content<'_> = serde_json::from_slice(json).map_err(|_| NotACredential)?;
        if content.v != 1 {
            return Err(NotACredential);
        }
        let key = |raw: &RawValue| Zeroizing::new(raw.get().to_owned());
        Ok(Self {
            relay: content.relay,
            anchor: Anchor { practice: content.practice, pin: content.pin },
            staff: content.staff,
            role: content.role,
            signing: key(content.signing),
            encryption: content.encryption.map(key),
        })
    }

    /// The content to lock with a passphrase.
    ///
    /// # Errors
    /// A key that is not JSON.
    pub fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, NotACredential> {
        let raw = |key| serde_json::from_str(key).map_err(|_| NotACredential);
        let content = Content {
            v: 1,
            relay: self.relay.clone(),
            practice: self.anchor.practice.clone(),
            pin: self.anchor.pin,
            staff: self.staff.clone(),
            role: self.role,
            signing: raw(&self.signing)?,
            encryption: self.encryption.as_deref().map(|key| raw(key)).transpose()?,
        };
        // Room for two keys: a buffer that grows leaves its earlier copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(16 << 10));
        serde_json::to_writer(&mut *json, &content).map_err(|_| NotACredential)?;
        Ok(json)
    }
}
