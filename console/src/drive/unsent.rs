//! Events that are sealed and not known to be in the log. They outlive a lock and a closed page, and go out at the next
//! opening as they were sealed: the relay takes each once.

use super::own::{self, UNFINISHED, UNSENT};
use super::session::Session;
use crate::model::Event;
use crate::model::unfinished::Unfinished;
use crate::model::work::Unsent;
use std::rc::Rc;
use wire::EntryId;

/// Keeps one until it is settled.
pub(super) fn keep(session: Rc<Session>, unsent: &Unsent) {
    // What cannot be written down stays in memory.
    if let Ok(text) = serde_json::to_string(unsent) {
        own::keep(session, &record(&unsent.entry), Some(text));
    }
}

/// The relay has it, or it is given up.
pub(super) fn settle(session: Rc<Session>, entry: &EntryId) {
    own::keep(session, &record(entry), None);
}

/// What an earlier opening left unfinished or not sent.
pub(super) async fn recall_all(session: &Session) -> Event {
    let stored = own::recall(session, UNFINISHED).await;
    let unfinished = stored.map(|stored| Unfinished::read(&stored)).unwrap_or_default();
    Event::Unfinished(Box::new((unfinished, recall(session).await)))
}

/// Those that an earlier opening left, in the order in which they were made.
async fn recall(session: &Session) -> Vec<Unsent> {
    let mut names = own::kept(UNSENT, &session.desk.anchor, &session.desk.staff).await;
    // Ids begin with the time.
    names.sort();
    let mut found = Vec::new();
    for name in names {
        let text = own::recall(session, &name).await;
        found.extend(text.and_then(|text| serde_json::from_slice(text.as_bytes()).ok()));
    }
    found
}

fn record(entry: &EntryId) -> String {
    format!("{UNSENT}{entry}")
}
