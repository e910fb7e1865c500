//! What every member of staff may do.

use super::Session;
use crate::error::RelayError;
use wire::access::{Action, Subject};
use wire::api::SignedRoster;

/// An active member of any role.
pub struct Staff(pub(super) Session);

impl Staff {
    /// The current roster and keyring. An auditor is no recipient of the keyring.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn roster(&self) -> Result<SignedRoster, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let signed = relay.store.roster(&authority.practice).await?.ok_or(RelayError::NotFound)?;
        let note = self.0.note(Action::ReadRoster, Subject::Version(authority.roster.version));
        relay.store.note(&authority.practice, note).await?;
        Ok(signed)
    }
}
