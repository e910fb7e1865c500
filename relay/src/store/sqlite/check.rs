//! The check that an operator can run: SQLite's own, and every chain from end to end.

use super::{access, connect, entries, practices};
use crate::store::walk::{Findings, Walk};
use rusqlite::Connection;
use std::path::Path;
use wire::limits::PAGE_ENTRIES;

/// What is in the database at `path`, or what is wrong. A relay may be running on it.
///
/// # Errors
/// In words for the operator, naming practice and seq.
pub fn check(path: &Path) -> Result<Findings, String> {
    if !path.exists() {
        return Err(format!("{} is not there", path.display()));
    }
    let mut connection = connect(path).map_err(|error| error.to_string())?;
    let failed = |error: rusqlite::Error| error.to_string();
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    check_connection(&mut connection)
}

pub(super) fn check_connection(connection: &mut Connection) -> Result<Findings, String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let verdict: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(failed)?;
    if verdict != "ok" {
        return Err(format!("SQLite says: {verdict}"));
    }
    let mut findings = Findings::default();
    for practice in &practices::names(connection).map_err(|error| error.to_string())? {
        let failed = |error| format!("{practice}: {error}");
        let gone = || format!("{practice} went away");
        let mut walk = Walk::new(practice);
        let log = |connection: &mut Connection, walk: &Walk<'_>| {
            entries::page(connection, practice, walk.log.seq, PAGE_ENTRIES).map_err(failed)?.ok_or_else(gone)
        };
        while walk.follow(&log(connection, &walk)?)? {}
        let records = |connection: &mut Connection, walk: &Walk<'_>| {
            access::page(connection, practice, walk.access.seq, PAGE_ENTRIES)
                .map_err(failed)?
                .ok_or_else(gone)
        };
        while walk.follow_access(&records(connection, &walk)?)? {}
        findings.add(&walk);
    }
    Ok(findings)
}
