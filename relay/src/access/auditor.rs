//! What owners and auditors may do: read the access log. An auditor holds no key to any lead and gets
//! no entry from the relay either.

use super::Session;
use crate::error::RelayError;
use wire::access::{AccessPage, Action, Subject};
use wire::checkpoint::{self, Checkpoint, Tree};
use wire::limits::PAGE_ENTRIES;

/// Chain hashes that are held at once while a checkpoint is made.
const HASHES: u32 = 10_000;

/// An active owner or auditor.
pub struct Auditor(pub(super) Session);

impl Auditor {
    /// Records of the access log after `after`, at most `limit` and [`PAGE_ENTRIES`]. That they were
    /// read is noted in it too, behind them.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn access_log(&self, after: u64, limit: u32) -> Result<AccessPage, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let limit = limit.clamp(1, PAGE_ENTRIES);
        let page = relay.store.access_page(&authority.practice, after, limit).await?;
        let page = page.ok_or(RelayError::NotFound)?;
        let (first, last) = (page.records.first(), page.records.last());
        if let (Some(first), Some(last)) = (first, last) {
            let subject = Subject::Range { first: first.record.seq, last: last.record.seq };
            let note = self.0.note(Action::ReadAccessLog, subject);
            relay.store.note(&authority.practice, note).await?;
        }
        Ok(page)
    }

    /// A signed checkpoint of the access log as it is now; that it was made is noted in it, behind it.
    ///
    /// # Errors
    /// What the store reports.
    pub async fn checkpoint(&self) -> Result<String, RelayError> {
        let Session { relay, authority, .. } = &self.0;
        let practice = &authority.practice;
        let mut tree = Tree::default();
        loop {
            let hashes = relay.store.access_hashes(practice, tree.size(), HASHES).await?;
            hashes.iter().for_each(|hash| tree.push(hash));
            if hashes.len() < HASHES as usize {
                break;
            }
        }
        let origin = checkpoint::origin(&relay.public_url, practice);
        let text = Checkpoint { origin: origin.clone(), size: tree.size(), root: tree.root() }.to_text();
        let note = self.0.note(Action::ReadCheckpoint, Subject::Range { first: 1, last: tree.size() });
        relay.store.note(practice, note).await?;
        relay.key.sign_note(&origin, &text).map_err(|error| RelayError::Internal(error.to_string()))
    }
}
