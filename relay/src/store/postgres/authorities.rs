//! Authorities that were read before, as of which publications. Any relay on the database may have published
//! since, so each request asks for the versions, which is quick, and reads the rest only when they rose.

use crate::store::Authority;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use wire::PracticeId;

/// Both versions only rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Of the newest manifest.
    pub(super) manifest: u64,
    /// Of the roster.
    pub(super) roster: u64,
}

impl Stamp {
    fn of(authority: &Authority) -> Self {
        let newest = authority.manifests.first().map_or(0, |manifest| manifest.version);
        Self { manifest: newest, roster: authority.roster.version }
    }
}

#[derive(Debug, Default)]
pub(super) struct Authorities(Mutex<HashMap<PracticeId, Arc<Authority>>>);

impl Authorities {
    /// The authority of `practice`, if it was read as of `stamp`.
    pub(super) fn find(&self, practice: &PracticeId, stamp: Stamp) -> Option<Arc<Authority>> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.get(practice).filter(|authority| Stamp::of(authority) == stamp).cloned()
    }

    /// Keeps what was read. An older one that comes late does no harm: its stamp is not asked for again.
    pub(super) fn keep(&self, authority: Authority) -> Arc<Authority> {
        let authority = Arc::new(authority);
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(authority.practice.clone(), Arc::clone(&authority));
        authority
    }
}
