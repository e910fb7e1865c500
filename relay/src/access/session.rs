//! From an access token to a capability.

use super::{Coordinator, Owner, Relay, Staff};
use crate::error::RelayError;
use crate::secret::SecretHash;
use crate::store::Authority;
use std::sync::Arc;
use wire::PracticeId;
use wire::practice::Role;

/// An active member of staff, before it is decided what they may do.
pub struct Session {
    pub(super) relay: Relay,
    pub(super) authority: Arc<Authority>,
    role: Role,
}

impl Session {
    /// The member to whom `token` was given. Role and validity come from the roster as it is now,
    /// not as it was at sign-in: a removal counts at once.
    ///
    /// # Errors
    /// [`RelayError::Unauthenticated`], also for a practice that does not exist.
    pub async fn open(relay: Relay, practice: &PracticeId, token: &str) -> Result<Self, RelayError> {
        let refused = || RelayError::Unauthenticated;
        let now = relay.clock.now_s();
        let record = relay.store.token(SecretHash::of(token)).await?.ok_or_else(refused)?;
        if record.practice != *practice || record.expires <= now {
            return Err(refused());
        }
        let authority = relay.store.authority(practice).await?.ok_or_else(refused)?;
        let member = authority.roster.member(&record.staff).ok_or_else(refused)?;
        if !member.is_active(now) || member.signing.thumbprint() != record.key {
            return Err(refused());
        }
        let role = member.role;
        Ok(Self { relay, authority, role })
    }

    /// What every member may do.
    #[must_use]
    pub fn staff(self) -> Staff {
        Staff(self)
    }

    /// What owners and coordinators may do.
    ///
    /// # Errors
    /// [`RelayError::Forbidden`] for other roles.
    pub fn coordinator(self) -> Result<Coordinator, RelayError> {
        match self.role {
            Role::Owner | Role::Coordinator => Ok(Coordinator(self)),
            Role::Auditor => Err(RelayError::Forbidden),
        }
    }

    /// What owners may do.
    ///
    /// # Errors
    /// [`RelayError::Forbidden`] for other roles.
    pub fn owner(self) -> Result<Owner, RelayError> {
        match self.role {
            Role::Owner => Ok(Owner(self)),
            Role::Coordinator | Role::Auditor => Err(RelayError::Forbidden),
        }
    }
}
