//! What a practice publishes about itself under its root key, as far as a relay has to read it:
//! the head of the manifest, and the roster.

use crate::{ChainHash, PracticeId, PublicJwk, StaffId};
use serde::{Deserialize, Serialize};

/// `typ` of a manifest's JWS.
pub const MANIFEST_TYP: &str = "anteroom-manifest";
/// `typ` of a roster's JWS.
pub const ROSTER_TYP: &str = "anteroom-roster";
/// `typ` of the JWS inside a staff event.
pub const EVENT_TYP: &str = "anteroom-event";
/// `typ` of a token request's assertion ([`crate::api::Assertion`]).
pub const ASSERTION_TYP: &str = "anteroom-assertion";
/// `typ` of a keyring's JWE.
pub const KEYRING_TYP: &str = "anteroom-keyring";

const DAY_MS: u64 = 24 * 3_600 * 1_000;

/// RFC 7517 section 5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwkSet {
    /// Keys.
    pub keys: Vec<PublicJwk>,
}

/// The members of a manifest that a relay reads. The whole manifest is `lead::manifest::Manifest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestHead {
    /// Whose manifest.
    pub practice: PracticeId,
    /// Rises with every publication.
    pub version: u64,
    /// Issued at, in seconds since 1970-01-01 UTC (RFC 7519 section 4.1.6).
    pub iat: u64,
    /// Not valid from here on, in seconds (RFC 7519 section 4.1.4).
    pub exp: u64,
    /// Inbox keys: what inquiries are encrypted to. The first is the one to use.
    pub inbox: JwkSet,
}

/// What a member of staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Staff, keys, manifest, and all that a coordinator may.
    Owner,
    /// Reads and works leads.
    Coordinator,
    /// Reads the access log. Holds no key to any lead.
    Auditor,
}

/// A signing key that its owner uses no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerKey {
    /// The key.
    pub signing: PublicJwk,
    /// What was taken from then on does not count, in seconds since 1970-01-01 UTC. The relay takes nothing by a former key
    /// from the moment it has the roster; this is what keeps it to that.
    pub not_after: u64,
}

/// One member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name in links and logs.
    pub id: StaffId,
    /// What they may do.
    pub role: Role,
    /// Checks their events and token requests.
    pub signing: PublicJwk,
    /// Signing keys of before. What they signed in their time still checks; nobody signs in with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerKey>,
    /// A keyring is encrypted to this; an auditor has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption: Option<PublicJwk>,
    /// Seconds since 1970-01-01 UTC.
    pub not_before: u64,
    /// Seconds since 1970-01-01 UTC; `None` is open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<u64>,
}

impl Member {
    /// Every signing key that the member has or had, with the time (seconds) from which it no longer counts.
    pub fn signing_keys(&self) -> impl Iterator<Item = (&PublicJwk, Option<u64>)> {
        let former = self.former.iter().map(|former| (&former.signing, Some(former.not_after)));
        former.chain([(&self.signing, None)])
    }

    /// Whether the member may act at `now` (seconds).
    #[must_use]
    pub fn is_active(&self, now: u64) -> bool {
        self.not_before <= now && self.not_after.is_none_or(|end| now < end)
    }
}

/// Who works at a practice. Signed by the root key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roster {
    /// Whose roster.
    pub practice: PracticeId,
    /// Rises with every publication.
    pub version: u64,
    /// Issued at, in seconds.
    pub iat: u64,
    /// SHA-256 of the keyring that goes with it (its JSON text). Anyone can encrypt to a public key;
    /// this is what makes the keyring the owner's.
    pub keyring: ChainHash,
    /// Bodies of inquiries and events are kept until their thread has been quiet for so many days; `None` is for
    /// as long as nobody erases them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Everyone who may act, and everyone whose past events must still check (`not_after` set).
    pub staff: Vec<Member>,
}

impl Roster {
    /// Threads whose last entry was taken before this time (milliseconds) are not kept, at `now_ms`.
    #[must_use]
    pub fn quiet_before(&self, now_ms: u64) -> Option<u64> {
        Some(now_ms.saturating_sub(self.retention_ms()?))
    }

    /// [`Self::retention_days`] in milliseconds.
    #[must_use]
    pub fn retention_ms(&self) -> Option<u64> {
        self.retention_days.map(|days| u64::from(days) * DAY_MS)
    }

    /// The member named `id`.
    #[must_use]
    pub fn member(&self, id: &StaffId) -> Option<&Member> {
        self.staff.iter().find(|member| member.id == *id)
    }
}
