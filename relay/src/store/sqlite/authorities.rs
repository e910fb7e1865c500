//! Authorities kept in memory: every submission needs one, and they seldom change.
//!
//! Right only because one process writes the database: `serve` locks the data directory.

use crate::store::Authority;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use wire::PracticeId;

#[derive(Debug, Default)]
pub(super) struct Authorities(RwLock<Cache>);

#[derive(Debug, Default)]
struct Cache {
    generation: u64,
    found: HashMap<PracticeId, Arc<Authority>>,
}

/// As of which publication something was looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generation(u64);

impl Authorities {
    pub(super) fn find(&self, practice: &PracticeId) -> Result<Arc<Authority>, Generation> {
        let cache = self.0.read().unwrap_or_else(PoisonError::into_inner);
        cache.found.get(practice).cloned().ok_or(Generation(cache.generation))
    }

    /// Keeps what was loaded, unless something was published since the search began: the loaded
    /// one may then be the older.
    pub(super) fn keep(&self, since: Generation, loaded: Authority) -> Arc<Authority> {
        let loaded = Arc::new(loaded);
        let mut cache = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if cache.generation == since.0 {
            cache.found.insert(loaded.practice.clone(), Arc::clone(&loaded));
        }
        loaded
    }

    pub(super) fn forget(&self, practice: &PracticeId) {
        let mut cache = self.0.write().unwrap_or_else(PoisonError::into_inner);
        cache.generation += 1;
        cache.found.remove(practice);
    }
}
