//! One-click unsubscribe (RFC 8058) without an address at the relay.
//!
//! The practice's program makes a random token for each message, registers its hash with the thread that the
//! message belongs to, and puts [`path`] into the `List-Unsubscribe` header. Whoever posts to that path opts the
//! thread out; staff programs read the list of [`OptOut`]s and write it into the log themselves.

use crate::{ChainHash, PracticeId, ThreadId};
use serde::{Deserialize, Serialize};

/// Longest token that is looked at, in characters. 256 random bits in base64url are 43.
pub const TOKEN_CHARS: usize = 64;

/// Body of a one-click request: RFC 8058 section 3.1.
pub const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// Where the link with `token` leads, on the relay.
#[must_use]
pub fn path(practice: &PracticeId, token: &str) -> String {
    format!("/u/{practice}/{token}")
}

/// A link to be recognised later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnsubscribeLink {
    /// SHA-256 of the token ([`ChainHash::of_body`] of its text).
    pub token_sha256: ChainHash,
    /// Whom it opts out.
    pub thread: ThreadId,
}

/// Someone used a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptOut {
    /// Place among the practice's opt-outs: 1, 2, 3 ...
    pub seq: u64,
    /// Whose link it was.
    pub thread: ThreadId,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
}

/// A page of opt-outs, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptOuts {
    /// After the seq asked for; fewer than asked for at the end.
    pub opt_outs: Vec<OptOut>,
}
