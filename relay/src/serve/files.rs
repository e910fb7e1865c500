//! Open files. A connection is one, and so is much that the relay does: connections must not use them up.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are not for connections: database, log, widget, console, listening, PostgreSQL.
const OWN: u64 = 64;

/// Raises the process's limit of open files as far as it may, and tells how many connections there can be
/// when `wanted` are configured.
pub(super) fn connections(wanted: usize) -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Refused in some sandboxes; what is allowed already counts then.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let possible = usize::try_from(allowed.saturating_sub(OWN).max(1)).unwrap_or(usize::MAX);
    if possible < wanted {
        tracing::warn!(wanted, possible, "the limit of open files allows fewer connections (LimitNOFILE)");
    }
    wanted.min(possible)
}
