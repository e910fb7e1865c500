//! The check that an operator can run: every chain from end to end.

use super::PostgresStore;
use crate::store::walk::{Findings, Walk};
use crate::store::{Store, StoreError};
use wire::limits::PAGE_ENTRIES;

/// What is in the database, or what is wrong. Relays may be running on it.
///
/// # Errors
/// In words for the operator, naming practice and seq.
pub async fn check(store: &PostgresStore) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for practice in &store.practices().await.map_err(|error| error.to_string())? {
        let failed = |error: StoreError| format!("{practice}: {error}");
        let gone = || format!("{practice} went away");
        let mut walk = Walk::new(practice);
        loop {
            let page = store.page(practice, walk.log.seq, PAGE_ENTRIES).await.map_err(failed)?;
            if !walk.follow(&page.ok_or_else(gone)?)? {
                break;
            }
        }
        loop {
            let page = store.access_page(practice, walk.access.seq, PAGE_ENTRIES).await.map_err(failed)?;
            if !walk.follow_access(&page.ok_or_else(gone)?)? {
                break;
            }
        }
        findings.add(&walk);
    }
    Ok(findings)
}
