//! What the loader recorded of a visitor's way through the practice's website, and its bounds.
//!
//! It leaves the browser only inside the sealed inquiry. It is unauthenticated: anyone can make it up.

use crate::order::sort;
use serde::{Deserialize, Serialize};

/// Most visits that are kept.
pub const MOST_VISITS: usize = 100;
/// Longest path kept, in bytes.
pub const PATH_BYTES: usize = 200;
/// How long a visit is kept, in milliseconds: 30 days.
pub const KEPT_MS: u64 = 30 * 86_400_000;

/// The visits, oldest first.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// At most [`MOST_VISITS`].
    #[serde(default)]
    pub visits: Vec<Visit>,
}

/// One page view.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Path of the page, without query and fragment.
    pub path: String,
    /// When, in milliseconds since 1970-01-01 UTC, by the visitor's clock.
    pub ms: u64,
    /// Time on the page, in milliseconds; 0 where unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dwell_ms: u32,
    /// Where the visitor came from.
    #[serde(default, skip_serializing_if = "Referrer::is_none")]
    pub referrer: Referrer,
    /// Campaign parameters of the page's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Campaign>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Kind of referring page. The address itself is not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Referrer {
    /// Typed, or from within the website, or withheld.
    #[default]
    None,
    /// A search engine.
    Search,
    /// A social network.
    Social,
    /// A physician's or hospital's referral link.
    Physician,
    /// Another website.
    Other,
}

impl Referrer {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// `utm_source`, `utm_medium`, `utm_campaign`; each at most 64 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// `utm_source`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// `utm_medium`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub medium: String,
    /// `utm_campaign`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

redacted_debug!(Signals, Visit, Campaign);

impl Signals {
    /// Reads the loader's JSON (an array of visits) at `now` (milliseconds). A visit that does not fit the
    /// bounds is left out rather than refused: a visitor is never turned away for a strange history.
    #[must_use]
    pub fn from_loader(json: &str, now: u64) -> Self {
        Self::bounded(serde_json::from_str(json).unwrap_or_default(), now)
    }

    /// The same, of visits that another reader has read.
    #[must_use]
    pub fn bounded(visits: Vec<Visit>, now: u64) -> Self {
        let mut visits: Vec<Visit> = visits
            .into_iter()
            .filter(|visit| visit.fits() && visit.ms <= now && now - visit.ms <= KEPT_MS)
            .collect();
        sort(&mut visits, |a, b| a.ms.cmp(&b.ms));
        let surplus = visits.len().saturating_sub(MOST_VISITS);
        visits.drain(..surplus);
        Self { visits }
    }

    pub(crate) fn fits(&self) -> bool {
        self.visits.len() <= MOST_VISITS && self.visits.iter().all(Visit::fits)
    }
}

impl Visit {
    fn fits(&self) -> bool {
        let campaign = |campaign: &Campaign| {
            [&campaign.source, &campaign.medium, &campaign.name].iter().all(|part| part.len() <= 64)
        };
        self.path.len() <= PATH_BYTES && self.campaign.as_ref().is_none_or(campaign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_json_is_bounded_in_number_age_and_length() {
        let now = KEPT_MS * 2;
        let visit = |path: &str, ms: u64| format!(r#"{{"path":"{path}","ms":{ms}}}"#);
        let mut all: Vec<String> = (0..150).map(|n| visit("/pricing", now - n)).collect();
        all.push(visit(&"/x".repeat(200), now));
        all.push(visit("/old", now - KEPT_MS - 1));
        all.push(visit("/future", now + 1));
        let signals = Signals::from_loader(&format!("[{}]", all.join(",")), now);
        assert_eq!(signals.visits.len(), MOST_VISITS);
        assert!(signals.visits.iter().all(|visit| visit.path == "/pricing"));
        assert_eq!(signals.visits.last().map(|visit| visit.ms), Some(now));
        assert_eq!(Signals::from_loader("not json", now), Signals::default());
    }

    #[test]
    fn debug_is_redacted() {
        let signals = Signals::from_loader(r#"[{"path":"/secret-page","ms":1}]"#, 2);
        assert_eq!(format!("{signals:?} {:?}", signals.visits[0]), "Signals(redacted) Visit(redacted)");
    }
}
