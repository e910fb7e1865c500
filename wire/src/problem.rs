//! RFC 9457 problem details: what a client is told of an error. The text is fixed per kind; the
//! cause goes to the relay's log under the request id.

use crate::proof::Challenge;
use serde::{Deserialize, Serialize};

/// `Content-Type` of a problem.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// RFC 9457 section 3.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:anteroom:<kind>`; stable, to be matched on.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Names this request in the relay's log.
    pub request_id: String,
    /// With `urn:anteroom:proof-needed` alone: solve this, and submit the same body again with the proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
}
