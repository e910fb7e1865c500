//! Who may do what, as types. A handler is given one of the capabilities below and nothing else:
//! what its holder must not do, the capability has no method for.
//!
//! | capability | held by |
//! |---|---|
//! | [`Visitor`] | anyone |
//! | [`Registrar`] | whoever shows an invite |
//! | [`Staff`] | every active member |
//! | [`Coordinator`] | owners and coordinators |
//! | [`Owner`] | owners |
//! | [`Auditor`] | owners and auditors |
//!
//! Every use of a staff capability is noted in the practice's access log, and so is every refusal of
//! someone whom the relay could name. Strangers cannot make that log grow; they are in the relay's
//! own log only.

mod auditor;
mod coordinator;
mod follow;
mod owner;
mod registrar;
mod session;
mod sign_in;
mod staff;
mod visitor;

pub use auditor::Auditor;
pub use coordinator::Coordinator;
pub use follow::Follow;
pub use owner::Owner;
pub use registrar::{NewPractice, Registrar, Registration};
pub use session::Session;
pub use staff::Staff;
pub use visitor::Visitor;

use crate::clock::Clock;
use crate::error::RelayError;
use crate::key::RelayKey;
use crate::limits::{Limiter, Rate};
use crate::metrics::Metrics;
use crate::proof::{Proofs, Terms};
use crate::store::{AccessNote, Authority, Quota, Store};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use wire::access::{Action, Actor, Ending, RequestId, Subject};
use wire::{PracticeId, checkpoint};

/// The relay behind its capabilities. The store is private to this module: outside it, there is no
/// way to a practice's data but through a capability. Clones share everything.
#[derive(Clone)]
pub struct Relay {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    public_url: Arc<str>,
    ending: watch::Sender<bool>,
    submissions: Arc<Limiter>,
    proofs: Arc<Proofs>,
    key: RelayKey,
    quota: Quota,
    metrics: Metrics,
}

/// Without a failed write for so long, the store counts as sound again.
const RECOVERED: Duration = Duration::from_secs(10);

/// What the operator decides for all practices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Inquiries that a practice takes.
    pub submissions: Rate,
    /// Work that is asked of whoever submits one.
    pub proof: Terms,
    /// How large a practice's log may get.
    pub quota: Quota,
}

impl Relay {
    /// A relay that clients reach as `public_url`, which token requests must name as audience.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        public_url: &str,
        key: &RelayKey,
        rules: Rules,
    ) -> Self {
        let public_url = public_url.trim_end_matches('/').into();
        let submissions = Arc::new(Limiter::new(rules.submissions, Arc::clone(&clock)));
        let proofs = Arc::new(Proofs::new(rules.proof, key, Arc::clone(&clock)));
        Self {
            store,
            clock,
            public_url,
            ending: watch::Sender::new(false),
            submissions,
            proofs,
            key: key.clone(),
            quota: rules.quota,
            metrics: Metrics::default(),
        }
    }

    /// Ends every stream, so that the connections under them can be closed.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// What this relay counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Everything that it counts, for Prometheus.
    #[must_use]
    pub fn render_metrics(&self) -> String {
        self.metrics.render(&self.store.measures())
    }

    /// Whether writes succeed.
    ///
    /// # Errors
    /// [`RelayError::Busy`] or [`RelayError::Unavailable`].
    pub async fn check_ready(&self) -> Result<(), RelayError> {
        self.store.check_ready().await?;
        // The probe is small: it may still fit where an inquiry does not.
        let failed = self.store.measures().failed;
        if failed.is_some_and(|failed| failed.elapsed() < RECOVERED) {
            return Err(RelayError::Unavailable("a write failed a moment ago".into()));
        }
        Ok(())
    }

    /// Forgets expired invites, assertions and tokens; how many.
    ///
    /// # Errors
    /// [`RelayError::Busy`] or [`RelayError::Unavailable`].
    pub async fn remove_expired(&self) -> Result<u64, RelayError> {
        Ok(self.store.remove_expired(self.clock.now_s()).await?)
    }

    /// Erases what practices keep no longer, by the policy in their rosters.
    ///
    /// # Errors
    /// [`RelayError::Busy`] or [`RelayError::Unavailable`]; what was erased before stays so.
    pub async fn expire(&self) -> Result<u64, RelayError> {
        let mut erased = 0;
        for practice in self.store.practices().await? {
            let Some(authority) = self.store.authority(&practice).await? else { continue };
            let Some(before) = authority.roster.quiet_before(self.clock.now_ms()) else { continue };
            let request = RequestId::new(getrandom::u64().unwrap_or_default());
            let note = self.note(request, None, Action::Expire, Subject::None);
            erased += self.store.expire(&practice, before, note).await?;
        }
        Ok(erased)
    }

    /// What checks the relay's checkpoints of a practice's access log.
    fn log_key(&self, practice: &PracticeId) -> String {
        self.key.verifier(&checkpoint::origin(&self.public_url, practice))
    }

    fn note(&self, request: RequestId, actor: Option<Actor>, action: Action, subject: Subject) -> AccessNote {
        AccessNote { time_ms: self.clock.now_ms(), request, actor, action, ending: Ending::Done, subject }
    }

    async fn authority(&self, practice: &PracticeId) -> Result<Arc<Authority>, RelayError> {
        self.store.authority(practice).await?.ok_or(RelayError::NotFound)
    }
}

/// Whether an answer reports something new or repeats what was done before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// Done now.
    New(T),
    /// Done before, by the same request.
    Same(T),
}
