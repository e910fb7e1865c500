//! Requests and responses of the relay.
//!
//! | method and path | body | answer | who |
//! |---|---|---|---|
//! | `GET /v1/practices/{practice}/manifest` | | manifest (compact JWS) | anyone |
//! | `GET /v1/practices/{practice}/challenge?entry=` | | [`crate::proof::Challenge`] or 204 | anyone |
//! | `POST /v1/practices/{practice}/inquiries` | sealed inquiry | [`Accepted`] | anyone |
//! | `POST /v1/practices` | [`Registration`] | 201, [`Registered`] | holder of an invite |
//! | `POST /v1/practices/{practice}/token` | RFC 7523 form | [`Token`] | staff key |
//! | `GET /v1/practices/{practice}/entries?after=&limit=` | | [`Page`] | owner, coordinator |
//! | `POST /v1/practices/{practice}/entries` | sealed event or document | [`Receipt`] | owner, coordinator |
//! | `GET /v1/practices/{practice}/roster` | | [`SignedRoster`] | staff |
//! | `PUT /v1/practices/{practice}/roster` | [`SignedRoster`] | 204 | owner |
//! | `PUT /v1/practices/{practice}/manifest` | manifest | 204 | owner |
//! | `GET /v1/practices/{practice}/heads` | | `text/event-stream` of [`Head`] | owner, coordinator |
//! | `GET /v1/practices/{practice}/access-log?after=&limit=` | | [`crate::access::AccessPage`] | owner, auditor |
//! | `GET /v1/practices/{practice}/access-log/checkpoint` | | signed note | owner, auditor |
//! | `POST /v1/practices/{practice}/erasures` | [`Erasure`] | [`Receipt`] | owner |
//! | `POST /v1/practices/{practice}/unsubscribe-links` | [`crate::unsubscribe::UnsubscribeLink`] | 204 | owner, coordinator |
//! | `GET /v1/practices/{practice}/opt-outs?after=&limit=` | | [`crate::unsubscribe::OptOuts`] | owner, coordinator |
//! | `GET`, `POST /u/{practice}/{token}` | | page for the person | whoever has the link |
//! | `GET /e/{version}/{file}` | | widget asset | anyone |
//! | `GET /healthz`, `GET /readyz` | | 204 or 503 | anyone |

use crate::{ChainHash, Entry, EntryId, Head};
use serde::{Deserialize, Serialize};

/// `Content-Type` of everything sealed or signed: RFC 7515 section 9.2.1.
pub const JOSE: &str = "application/jose";

/// `grant_type` of a token request: RFC 7523 section 2.1.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What the public is told of an accepted inquiry. It holds no seq: the number of inquiries that a
/// practice receives is the practice's own business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {
    /// The inquiry's entry id.
    pub entry: EntryId,
    /// SHA-256 of what was stored.
    pub sha256: ChainHash,
    /// When the relay took it, in milliseconds.
    pub time: u64,
}

/// What staff are told of an appended entry: its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Entry id.
    pub entry: EntryId,
    /// Place in the log.
    pub seq: u64,
    /// SHA-256 of the body.
    pub sha256: ChainHash,
    /// Chain hash after it.
    pub hash: ChainHash,
    /// When the relay took it, in milliseconds.
    pub time: u64,
}

/// Registers a practice; `Authorization: Bearer <invite>`. The pin is the thumbprint of the root
/// key that signed both documents.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    /// Signed manifest, compact JWS.
    pub manifest: String,
    /// First roster and keyring.
    pub staff: SignedRoster,
}

/// A roster and the keyring whose digest it carries; published together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedRoster {
    /// Roster, compact JWS by the root key.
    pub roster: String,
    /// Keyring, general JSON JWE as text.
    pub keyring: String,
}

/// Erases bodies of entries. Staff who read the log later believe a tombstone only if an owner signed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasure {
    /// A sealed event of the entries' thread (compact JWE), whose content names the same entries. It is appended.
    pub evidence: String,
    /// Whose bodies are erased; at most [`crate::limits::ERASURE_ENTRIES`].
    pub entries: Vec<EntryId>,
}

/// What the relay answers to a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registered {
    /// Checks the relay's signature under checkpoints of the practice's access log: a C2SP signed-note verifier key.
    /// To be kept: it is what a later export is checked against.
    pub log_key: String,
}

/// A page of the log, in order. It may be shorter than asked for: a reader is at the end when the
/// last entry is the head's, not when a page is short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// Entries after the seq asked for.
    pub entries: Vec<Entry>,
    /// The end of the log when the page was made.
    pub head: Head,
}

/// Claims of a token request's assertion: RFC 7523 section 3, signed PS256 by the staff key, with
/// `typ` [`crate::practice::ASSERTION_TYP`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// Staff id.
    pub iss: String,
    /// Staff id.
    pub sub: String,
    /// The token endpoint's URL.
    pub aud: String,
    /// Issued at, in seconds.
    pub iat: u64,
    /// Expires, in seconds; at most [`crate::limits::ASSERTION_SECONDS`] after `iat`.
    pub exp: u64,
    /// Used once: 128 random bits in base64url.
    pub jti: String,
}

/// RFC 6749 section 5.1.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Opaque.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
}
