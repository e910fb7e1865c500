//! The scoring document. Members stand in alphabetical order in every struct, so that what serde writes is
//! the canonical JSON of RFC 8785 without further work; a test holds that.

use super::ModelRef;
use super::facts::{InsuranceIs, ReferralSource, Visitor};
use crate::inquiry::ContactWay;
use crate::intent::Intent;
use crate::manifest::{PageKind, ServiceTier};
use crate::text::Text;
use crate::triage::Lane;
use serde::{Deserialize, Serialize};
use wire::ChainHash;

/// A scoring model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What gives points.
    pub criteria: Vec<Criterion>,
    /// Caps over several criteria.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Name, for people.
    pub name: String,
    /// How far away patients live, by ZIP code; looked at by [`When::WithinMiles`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// Bounds of the total.
    #[serde(default)]
    pub range: Range,
    /// From the highest threshold to the lowest; the last one takes everything.
    pub tiers: Vec<Tier>,
    /// Rises with every publication.
    pub version: u32,
}

/// Something that gives, or takes, points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// How often it counts.
    #[serde(default, skip_serializing_if = "Count::is_once")]
    pub count: Count,
    /// Counts only on these days. The same id may stand more than once with dates that do not overlap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateRange>,
    /// Id of the group whose cap it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For behaviour: the points of an event halve every so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life_days: Option<u16>,
    /// Name in explanations.
    pub id: String,
    /// Name for staff.
    #[serde(default)]
    pub label: Text,
    /// May be negative.
    pub points: i32,
    /// Ids of criteria that must hold too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Ids of criteria that must not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
    /// What has to be so.
    pub when: When,
}

/// What a criterion looks at. Lists mean "one of these".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    /// Tier of the service asked for.
    ServiceTier(Vec<ServiceTier>),
    /// Id of the service asked for.
    Service(Vec<String>),
    /// Intent of the free text.
    Intent(Vec<Intent>),
    /// Lane of the free text.
    Urgency(Vec<Lane>),
    /// What is known of insurance.
    Insurance(Vec<InsuranceIs>),
    /// How the visitor came.
    Referral(Vec<ReferralSource>),
    /// Pages of a kind, visited `times` times or more within so many days before sending.
    Pages {
        /// Which pages.
        kind: PageKind,
        /// At least so many distinct visits.
        #[serde(default = "once")]
        times: u16,
        /// Within so many days.
        #[serde(default = "month")]
        within_days: u16,
    },
    /// Every required question was answered.
    FormCompleted,
    /// An appointment was asked for, in the form or in the text.
    AppointmentRequested,
    /// Preferred way of being reached.
    Contact(Vec<ContactWay>),
    /// The ZIP code starts with one of these.
    Zip(Vec<String>),
    /// By [`Model::places`] the ZIP code is at most so many miles away.
    WithinMiles(u16),
    /// New or returning.
    Visitor(Visitor),
}

const fn once() -> u16 {
    1
}

const fn month() -> u16 {
    30
}

/// How often a behaviour counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Count {
    /// Once, however often it happened.
    #[default]
    Once,
    /// For each distinct event, at most so many.
    Each {
        /// At most.
        most: u16,
    },
}

impl Count {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    fn is_once(&self) -> bool {
        matches!(self, Self::Once)
    }
}

/// Days, both included, as `2026-12-31` in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
}

/// A cap over several criteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its criteria give at most so many points together.
    pub cap: i32,
    /// Name in criteria.
    pub id: String,
    /// Name for staff.
    #[serde(default)]
    pub label: Text,
}

/// ZIP codes at about one distance from the practice. No table of all ZIP codes is in this crate: the practice
/// writes down those that its patients come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// How far away, in miles.
    pub miles: u16,
    /// ZIP codes, or how they start. The longest one that fits counts.
    pub zips: Vec<String>,
}

/// Bounds of the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Not above.
    pub max: i32,
    /// Not below.
    pub min: i32,
}

impl Default for Range {
    fn default() -> Self {
        Self { max: 100, min: 0 }
    }
}

/// What to do with leads from a number of points on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// What is to be done.
    pub action: Action,
    /// From so many points on.
    pub at_least: i32,
    /// Name in scores.
    pub id: String,
    /// Name for staff.
    #[serde(default)]
    pub label: Text,
}

/// What is to be done with a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A member of staff calls.
    Call {
        /// Counted while the practice is open.
        within_business_minutes: u32,
    },
    /// A follow-up sequence, by name.
    Sequence(String),
    /// Nothing.
    Nothing,
}

/// The default model, as JSON: the one that `examples/manifests` carries too.
const SEED: &str = include_str!("seed.json");

impl Model {
    /// The model that a practice starts from. It calls an inquiry care-ready from 30 points on.
    #[must_use]
    pub fn seed() -> Self {
        // A test reads it, so it cannot fail here.
        serde_json::from_str(SEED).unwrap_or_else(|_| Self {
            criteria: Vec::new(),
            groups: Vec::new(),
            name: String::new(),
            places: Vec::new(),
            range: Range::default(),
            tiers: Vec::new(),
            version: 0,
        })
    }

    /// Canonical JSON (RFC 8785): no white space, members sorted. All numbers are integers.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        // Nothing is in it but texts, whole numbers and maps with text keys, so writing cannot fail.
        wire::json::to_text(self).unwrap_or_default()
    }

    /// SHA-256 of [`Self::canonical_json`].
    #[must_use]
    pub fn hash(&self) -> ChainHash {
        ChainHash::of_body(&self.canonical_json())
    }

    /// What names it in a score.
    #[must_use]
    pub fn reference(&self) -> ModelRef {
        ModelRef { name: self.name.clone(), version: self.version, hash: self.hash() }
    }

    /// How far away `zip` is, in miles; `None`: no place of the model says.
    #[must_use]
    pub fn miles(&self, zip: &str) -> Option<u16> {
        let mut best: Option<(usize, u16)> = None;
        for (prefix, miles) in
            self.places.iter().flat_map(|place| place.zips.iter().map(|zip| (zip, place.miles)))
        {
            let is_better = best.is_none_or(|(length, _)| prefix.len() > length);
            if !prefix.is_empty() && zip.starts_with(prefix.as_str()) && is_better {
                best = Some((prefix.len(), miles));
            }
        }
        best.map(|(_, miles)| miles)
    }

    /// The tier with this id.
    #[must_use]
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hashed_is_canonical_json() {
        let model = Model::seed();
        let sorted: serde_json::Value = serde_json::from_str(&model.canonical_json()).unwrap();
        assert_eq!(model.canonical_json(), sorted.to_string());
    }

    #[test]
    fn the_seed_reads() {
        let model = Model::seed();
        assert_eq!(model.name, "Anteroom default");
        assert_eq!(model.tier("care-ready").map(|tier| tier.at_least), Some(30));
    }
}
