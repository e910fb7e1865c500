//! From an access token to a capability.

use super::{Auditor, Coordinator, Owner, Relay, Staff};
use crate::error::RelayError;
use crate::secret::SecretHash;
use crate::store::{AccessNote, Authority};
use std::sync::Arc;
use wire::access::{Action, Actor, RequestId, Subject};
use wire::practice::{Member, Role};
use wire::{PracticeId, Thumbprint};

/// An active member of staff, before it is decided what they may do.
pub struct Session {
    pub(super) relay: Relay,
    pub(super) authority: Arc<Authority>,
    actor: Actor,
    request: RequestId,
    key: Thumbprint,
    expires: u64,
}

impl Session {
    /// The member to whom `token` was given. Role and validity come from the roster as it is now,
    /// not as it was at sign-in: a removal counts at once.
    ///
    /// # Errors
    /// [`RelayError::Unauthenticated`], also for a practice that does not exist.
    pub async fn open(
        relay: Relay,
        practice: &PracticeId,
        token: &str,
        request: RequestId,
    ) -> Result<Self, RelayError> {
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
        let actor = Actor { staff: record.staff, role: member.role };
        let (key, expires) = (record.key, record.expires);
        Ok(Self { relay, authority, actor, request, key, expires })
    }

    /// Whether [`Session::open`] and [`Session::coordinator`] would succeed again.
    pub(super) async fn still_coordinates(&self) -> bool {
        let now = self.relay.clock.now_s();
        let Ok(authority) = self.relay.authority(&self.authority.practice).await else { return false };
        let active = |member: &Member| {
            let coordinates = matches!(member.role, Role::Owner | Role::Coordinator);
            coordinates && member.is_active(now) && member.signing.thumbprint() == self.key
        };
        now < self.expires && authority.roster.member(&self.actor.staff).is_some_and(active)
    }

    /// What every member may do.
    #[must_use]
    pub fn staff(self) -> Staff {
        Staff(self)
    }

    /// What owners and coordinators may do; a refusal is noted as one of `action`.
    ///
    /// # Errors
    /// [`RelayError::Forbidden`] for other roles.
    pub async fn coordinator(self, action: Action) -> Result<Coordinator, RelayError> {
        match self.actor.role {
            Role::Owner | Role::Coordinator => Ok(Coordinator(self)),
            Role::Auditor => Err(self.forbid(action).await),
        }
    }

    /// What owners may do; a refusal is noted as one of `action`.
    ///
    /// # Errors
    /// [`RelayError::Forbidden`] for other roles.
    pub async fn owner(self, action: Action) -> Result<Owner, RelayError> {
        match self.actor.role {
            Role::Owner => Ok(Owner(self)),
            Role::Coordinator | Role::Auditor => Err(self.forbid(action).await),
        }
    }

    /// What owners and auditors may do; a refusal is noted as one of `action`.
    ///
    /// # Errors
    /// [`RelayError::Forbidden`] for other roles.
    pub async fn auditor(self, action: Action) -> Result<Auditor, RelayError> {
        match self.actor.role {
            Role::Owner | Role::Auditor => Ok(Auditor(self)),
            Role::Coordinator => Err(self.forbid(action).await),
        }
    }

    /// A note that this member did `action` to `subject`.
    pub(super) fn note(&self, action: Action, subject: Subject) -> AccessNote {
        self.relay.note(self.request, Some(self.actor.clone()), action, subject)
    }

    async fn forbid(&self, action: Action) -> RelayError {
        let note = self.note(action, Subject::None).refused();
        match self.relay.store.note(&self.authority.practice, note).await {
            Ok(()) => RelayError::Forbidden,
            Err(error) => error.into(),
        }
    }
}
