//! What owners may do: publish manifest and roster. The owner's session carries the request; what
//! makes the document valid is the root key's signature, which the relay cannot make.

use super::Session;
use crate::error::RelayError;
use crate::publication::{PublicationError, check_manifest, check_roster};
use crate::store::Published;
use wire::Thumbprint;
use wire::access::{Action, Subject};
use wire::api::SignedRoster;

/// An active owner.
pub struct Owner(pub(super) Session);

impl Owner {
    /// Publishes a manifest with a version above the current one.
    ///
    /// # Errors
    /// [`RelayError`]: refused, not newer, or what the store reports.
    pub async fn publish_manifest(&self, text: String) -> Result<(), RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let manifest = check_manifest(text, relay.clock.now_s())?;
        self.check_root(manifest.root)?;
        if manifest.practice != authority.practice {
            return Err(PublicationError::Foreign.into());
        }
        let note = self.0.note(Action::PublishManifest, Subject::Version(manifest.record.version));
        done(relay.store.put_manifest(&authority.practice, manifest.record, note).await?)
    }

    /// Publishes a roster and its keyring with a version above the current one. Members that it no
    /// longer names, or whose key it changes, lose their tokens with it.
    ///
    /// # Errors
    /// [`RelayError`]: refused, not newer, or what the store reports.
    pub async fn publish_roster(&self, signed: SignedRoster) -> Result<(), RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let roster = check_roster(signed, &authority.practice, relay.clock.now_s())?;
        self.check_root(roster.root)?;
        let note = self.0.note(Action::PublishRoster, Subject::Version(roster.record.roster.version));
        done(relay.store.put_roster(&authority.practice, roster.record, note).await?)
    }

    fn check_root(&self, root: Thumbprint) -> Result<(), RelayError> {
        if root == self.0.authority.pin { Ok(()) } else { Err(PublicationError::WrongRoot.into()) }
    }
}

fn done(published: Published) -> Result<(), RelayError> {
    match published {
        Published::New | Published::Same => Ok(()),
        Published::NotNewer => Err(RelayError::NotNewer),
    }
}
