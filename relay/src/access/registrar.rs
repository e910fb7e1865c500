//! What the holder of an invite may do: register one practice.

use super::{Outcome, Relay};
use crate::error::RelayError;
use crate::publication::{PublicationError, check_manifest, check_roster};
use crate::secret::SecretHash;
use crate::store::Registered;
use wire::PracticeId;
use wire::access::{Action, RequestId, Subject};
pub use wire::api::Registration;

/// A practice that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPractice {
    /// Its name.
    pub practice: PracticeId,
    /// Checks checkpoints of its access log: a C2SP signed-note verifier key.
    pub log_key: String,
}

/// Whoever shows an invite; whether it is good is seen when it is used.
pub struct Registrar {
    relay: Relay,
    invite: SecretHash,
    request: RequestId,
}

impl Registrar {
    /// The holder of `invite`.
    #[must_use]
    pub fn new(relay: Relay, invite: &str, request: RequestId) -> Self {
        Self { relay, invite: SecretHash::of(invite), request }
    }

    /// Makes the practice that `registration` describes. The root key that signed its manifest and
    /// its roster becomes its pin.
    ///
    /// What checks its access log's checkpoints is told with it.
    ///
    /// # Errors
    /// [`RelayError`]: a document refused, the invite refused, the name taken.
    pub async fn register(&self, registration: Registration) -> Result<Outcome<NewPractice>, RelayError> {
        let now = self.relay.clock.now_s();
        let manifest = check_manifest(registration.manifest, now)?;
        let roster = check_roster(registration.staff, &manifest.practice, now)?;
        if roster.root != manifest.root {
            return Err(PublicationError::WrongRoot.into());
        }
        let practice = manifest.practice;
        let note =
            self.relay.note(self.request, None, Action::Register, Subject::Version(manifest.record.version));
        let store = &self.relay.store;
        let done = store
            .register(self.invite, practice.clone(), manifest.root, manifest.record, roster.record, note)
            .await?;
        match done {
            Registered::New => Ok(Outcome::New(self.describe(practice))),
            Registered::Same => Ok(Outcome::Same(self.describe(practice))),
            Registered::InviteRefused => Err(RelayError::InviteRefused),
            Registered::NameTaken => Err(RelayError::NameTaken),
        }
    }

    fn describe(&self, practice: PracticeId) -> NewPractice {
        let log_key = self.relay.log_key(&practice);
        NewPractice { practice, log_key }
    }
}
