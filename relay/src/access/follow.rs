//! Following a log: a stream of heads for as long as its reader may read.

use super::{Coordinator, Session};
use crate::error::RelayError;
use crate::metrics::Open;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};
use wire::Head;
use wire::access::{Action, Subject};

/// A stream ends at most this long after its reader lost the right to it, or the relay began to end.
const CHECK: Duration = Duration::from_secs(5);

impl Coordinator {
    /// A stream of the log's heads, beginning with the present one.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn follow(self) -> Result<Follow, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let heads = relay.store.follow(&authority.practice).await?.ok_or(RelayError::NotFound)?;
        let note = self.0.note(Action::Follow, Subject::None);
        relay.store.note(&authority.practice, note).await?;
        let open = relay.metrics.stream();
        Ok(Follow { session: self.0, heads, begun: false, _open: open })
    }
}

/// Heads, one after another.
pub struct Follow {
    session: Session,
    heads: watch::Receiver<Head>,
    begun: bool,
    _open: Open,
}

impl Follow {
    /// Waits for the next head. `None` ends the stream: the token expired, the member was removed or
    /// got another role or key, or the relay is ending.
    pub async fn next(&mut self) -> Option<Head> {
        if !self.begun {
            self.begun = true;
            return Some(*self.heads.borrow_and_update());
        }
        let mut check = tokio::time::interval_at(Instant::now() + CHECK, CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ending = self.session.relay.ending.subscribe();
        loop {
            let news = tokio::select! {
                _ = ending.wait_for(|ending| *ending) => return None,
                changed = self.heads.changed() => changed.map(|()| true).ok()?,
                _ = check.tick() => false,
            };
            // Before anything is told: a removal counts at once.
            if !self.session.still_coordinates().await {
                return None;
            }
            if news {
                return Some(*self.heads.borrow_and_update());
            }
        }
    }
}
