//! How a manifest follows the one that is published: the same for the command line and for the console. Nothing is signed
//! here.

use super::check::{Mistake, mistakes};
use super::{Manifest, ManifestSource};
use crate::scoring::versions::NotPublished;
use crate::scoring::{Model, Versions};
use std::ops::RangeInclusive;
use wire::practice::{JwkSet, ManifestHead};
use wire::{PracticeId, PublicJwk};

/// Patients' clocks are wrong by minutes and more. A manifest that is dated back by so many seconds is valid for them
/// at once.
const BACKDATED: u64 = 3600;

/// For how many days a manifest may be valid.
pub const VALID_DAYS: RangeInclusive<u32> = 1..=1200;

/// For how many days it is valid where nobody says otherwise.
pub const DEFAULT_DAYS: u32 = 365;

/// The end of so many days from `now`; both in seconds.
#[must_use]
pub fn after_days(now: u64, days: u32) -> u64 {
    now.saturating_add(u64::from(days) * 86_400)
}

/// What is published, as far as what follows it depends on that. It may have expired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    version: u64,
    source: Option<ManifestSource>,
}

/// Why a manifest may not follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNext {
    /// It has mistakes.
    #[error("the manifest has {} mistakes, the first at {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Mistakes(Vec<Mistake>),
    /// A score names its model by name, number and hash: another model has a higher number than the one in force.
    #[error("scoring: {error}")]
    Model {
        /// What is wrong with the model.
        error: NotPublished,
        /// The number that it should have.
        next: u32,
    },
    /// No version is left.
    #[error("there are no further version numbers")]
    NoVersions,
}

/// Whether `next` may follow the model in force.
///
/// # Errors
/// [`NotNext::Model`].
pub fn model_follows(in_force: Model, next: &Model) -> Result<(), NotNext> {
    let number = in_force.version.saturating_add(1);
    let followed = Versions::of(in_force).succeed(next.clone()).map(drop);
    followed.map_err(|error| NotNext::Model { error, next: number })
}

/// What is to be published.
#[derive(Debug, Clone)]
pub struct Next {
    /// Whose.
    pub practice: PracticeId,
    /// What inquiries are encrypted to from now on.
    pub inbox: PublicJwk,
    /// What the practice wrote.
    pub source: ManifestSource,
    /// Highest version that this reader has seen.
    pub remembered: Option<u64>,
    /// The present, in seconds.
    pub now: u64,
    /// Not valid from here on, in seconds.
    pub exp: u64,
}

impl Published {
    /// Reads claims whose signature was checked. Of claims that are no manifest of today's form the version counts, if
    /// it can be read.
    #[must_use]
    pub fn of_claims(claims: &[u8]) -> Self {
        match serde_json::from_slice::<Manifest>(claims) {
            Ok(Manifest { version, source, .. }) => Self { version, source: Some(source) },
            Err(_) => {
                let head = serde_json::from_slice::<ManifestHead>(claims);
                Self { version: head.map_or(0, |head| head.version), source: None }
            }
        }
    }

    /// Its version; 0 where nothing is published.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The manifest to sign, with a version above what is published and what is remembered.
    ///
    /// # Errors
    /// [`NotNext`].
    pub fn followed_by(&self, next: Next) -> Result<Manifest, NotNext> {
        let found = mistakes(&next.source);
        if !found.is_empty() {
            return Err(NotNext::Mistakes(found));
        }
        if let Some(in_force) = &self.source {
            model_follows(in_force.scoring.clone(), &next.source.scoring)?;
        }
        let before = self.version.max(next.remembered.unwrap_or(0));
        let version = before.checked_add(1).ok_or(NotNext::NoVersions)?;
        Ok(Manifest::dated(version, next))
    }
}

impl Manifest {
    /// The claims to sign, valid from `next.now` on.
    #[must_use]
    pub fn dated(version: u64, next: Next) -> Self {
        let Next { practice, inbox, source, now, exp, .. } = next;
        let iat = now.saturating_sub(BACKDATED);
        Self { practice, version, iat, exp, inbox: JwkSet { keys: vec![inbox] }, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn source() -> ManifestSource {
        toml::from_str(include_str!("../../../examples/manifests/lakeside-ortho.toml")).unwrap()
    }

    fn next(source: ManifestSource) -> Next {
        let inbox: PublicJwk = serde_json::from_str(r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#).unwrap();
        let practice = "lakeside-ortho".parse().unwrap();
        Next { practice, inbox, source, remembered: None, now: NOW, exp: after_days(NOW, 365) }
    }

    fn published() -> Published {
        Published::of_claims(&Manifest::dated(3, next(source())).to_claims())
    }

    #[test]
    fn the_version_is_above_what_is_published_and_what_is_remembered() {
        let version = |published: &Published, remembered| {
            let manifest = published.followed_by(Next { remembered, ..next(source()) }).unwrap();
            manifest.version
        };
        assert_eq!(version(&published(), None), 4);
        assert_eq!(version(&published(), Some(2)), 4);
        assert_eq!(
            version(&published(), Some(9)),
            10,
            "a relay that went back in time is not followed there"
        );
        assert_eq!(version(&Published::default(), None), 1);
        let last = Next { remembered: Some(u64::MAX), ..next(source()) };
        assert_eq!(published().followed_by(last), Err(NotNext::NoVersions));
    }

    #[test]
    fn it_is_valid_at_once_for_a_clock_that_is_late_and_ends_when_it_was_said() {
        let manifest = published().followed_by(next(source())).unwrap();
        assert_eq!((manifest.iat, manifest.exp), (NOW - 3600, NOW + 365 * 86_400));
        assert_eq!(manifest.clone().admit(&manifest.practice, NOW - 1800, Some(3)), Ok(manifest));
        assert_eq!(after_days(u64::MAX, 1200), u64::MAX);
    }

    #[test]
    fn mistakes_are_not_published() {
        let mistaken = ManifestSource { phone: "12".into(), ..source() };
        let Err(NotNext::Mistakes(found)) = published().followed_by(next(mistaken)) else {
            panic!("published")
        };
        assert_eq!(found[0].path, "phone");
    }

    #[test]
    fn another_model_has_a_higher_number() {
        let with = |version: u32| {
            let mut source = source();
            source.scoring.criteria[0].points += 1;
            source.scoring.version = version;
            published().followed_by(next(source)).map(|manifest| manifest.source.scoring.version)
        };
        let now = source().scoring.version;
        let error = NotPublished::OldNumber(now);
        assert_eq!(with(now), Err(NotNext::Model { error, next: now + 1 }));
        assert_eq!(with(now + 1), Ok(now + 1));
        assert!(published().followed_by(next(source())).is_ok(), "the same model keeps its number");
    }

    #[test]
    fn of_claims_of_another_form_the_version_counts() {
        let mut claims: serde_json::Value =
            serde_json::from_slice(&Manifest::dated(7, next(source())).to_claims()).unwrap();
        claims["source"]["later"] = true.into();
        let published = Published::of_claims(claims.to_string().as_bytes());
        assert_eq!((published.version(), published.source), (7, None));
        assert_eq!(Published::of_claims(b"{}").version(), 0);
    }
}
