//! The check that an operator can run: SQLite's own, and every chain from end to end.

use super::{access, connect, entries, practices};
use rusqlite::Connection;
use std::path::Path;
use wire::PracticeId;
use wire::access::AccessHead;
use wire::limits::PAGE_ENTRIES;
use wire::log::Head;

/// Numbers of practices and entries, or what is wrong.
///
/// # Errors
/// In words for the operator, naming practice and seq.
pub fn check(path: &Path) -> Result<(u64, u64), String> {
    if !path.exists() {
        return Err(format!("{} is not there", path.display()));
    }
    let mut connection = connect(path).map_err(|error| error.to_string())?;
    let failed = |error: rusqlite::Error| error.to_string();
    connection.pragma_update(None, "query_only", true).map_err(failed)?;
    let verdict: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(failed)?;
    if verdict != "ok" {
        return Err(format!("SQLite says: {verdict}"));
    }
    let practices = practices::names(&connection).map_err(failed)?;
    let mut count = 0;
    for practice in &practices {
        count += check_log(&mut connection, practice)?;
        check_access_log(&mut connection, practice)?;
    }
    Ok((practices.len() as u64, count))
}

fn check_log(connection: &mut Connection, practice: &PracticeId) -> Result<u64, String> {
    let mut head = Head::empty(practice);
    loop {
        let page = entries::page(connection, practice, head.seq, PAGE_ENTRIES);
        let page = page.map_err(|error| format!("{practice}: {error}"))?.ok_or("a practice went away")?;
        for entry in &page.entries {
            head.advance(entry).map_err(|error| format!("{practice}: {error}"))?;
        }
        if page.entries.is_empty() {
            return Ok(head.seq);
        }
    }
}

fn check_access_log(connection: &mut Connection, practice: &PracticeId) -> Result<(), String> {
    let mut head = AccessHead::empty(practice);
    loop {
        let page = access::page(connection, practice, head.seq, PAGE_ENTRIES);
        let page = page.map_err(|error| format!("{practice}: {error}"))?.ok_or("a practice went away")?;
        for record in &page.records {
            head.advance(record).map_err(|error| format!("{practice}: {error}"))?;
        }
        if page.records.is_empty() {
            return Ok(());
        }
    }
}
