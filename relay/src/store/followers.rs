//! Who waits for a log to grow. Kept in memory by each relay; a backend calls [`Followers::publish`]
//! after each commit that it makes or hears of.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;
use wire::{Head, PracticeId};

/// The streams of new heads, by practice.
#[derive(Debug, Default)]
pub struct Followers(Mutex<HashMap<PracticeId, watch::Sender<Head>>>);

impl Followers {
    /// A stream of heads. Whoever calls this reads the present head afterwards and publishes it, so
    /// that nothing falls between.
    pub fn follow(&self, practice: &PracticeId) -> watch::Receiver<Head> {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stream =
            streams.entry(practice.clone()).or_insert_with(|| watch::Sender::new(Head::empty(practice)));
        stream.subscribe()
    }

    /// Those that somebody follows.
    pub fn practices(&self) -> Vec<PracticeId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Tells the followers of `practice`, if `head` is news to them.
    pub fn publish(&self, practice: &PracticeId, head: Head) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stream) = streams.get(practice) else { return };
        if stream.receiver_count() == 0 {
            streams.remove(practice);
            return;
        }
        stream.send_if_modified(|known| {
            let news = head.seq > known.seq;
            if news {
                *known = head;
            }
            news
        });
    }
}
