//! A practice's models over time: every version that was published, unchanged, and the draft that somebody works on.
//!
//! A draft gives no lead its score. It is looked at by [`super::Replay`] and becomes the next version by
//! [`Versions::publish`]; the model that gave an old score is found by the name, number and hash that the score
//! carries.

use super::{Criterion, Model, ModelRef};
use crate::fault::Fault;
use serde::{Deserialize, Serialize};

/// A document of versions, the oldest first; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Versions {
    published: Vec<Model>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Model>,
}

/// The same, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    published: Vec<Model>,
    #[serde(default)]
    draft: Option<Model>,
}

/// Why a draft does not become a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPublished {
    /// There is none.
    #[error("there is no draft")]
    NoDraft,
    /// It does the same as the version in force.
    #[error("the draft does not differ from version {0}")]
    Unchanged(u32),
    /// It has faults.
    #[error("the draft has {} faults, the first at {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Faults(Vec<Fault>),
    /// No number is left.
    #[error("there are no further version numbers")]
    NoNumbers,
    /// It does something else than the version in force, under a number that is not above that one's.
    #[error("the model differs from version {0} and does not have a higher number")]
    OldNumber(u32),
}

/// One thing that a draft does otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A criterion that was not there, by id and points.
    Added(String, i32),
    /// A criterion that is gone, by id and points.
    Removed(String, i32),
    /// A criterion that gives other points: id, before, after.
    Points(String, i32, i32),
    /// A criterion that looks at something else, or under other conditions.
    Condition(String),
    /// Names, groups, range, places or tiers are others.
    Frame(&'static str),
}

impl Versions {
    /// Begins with a model that is in force.
    #[must_use]
    pub fn of(first: Model) -> Self {
        Self { published: vec![first], draft: None }
    }

    /// The version in force: the last one published.
    #[must_use]
    pub fn current(&self) -> &Model {
        &self.published[self.published.len() - 1]
    }

    /// Every version, the oldest first.
    #[must_use]
    pub fn published(&self) -> &[Model] {
        &self.published
    }

    /// What somebody works on; it may have faults.
    #[must_use]
    pub const fn draft(&self) -> Option<&Model> {
        self.draft.as_ref()
    }

    /// The very model that gave a score.
    #[must_use]
    pub fn find(&self, reference: &ModelRef) -> Option<&Model> {
        self.published
            .iter()
            .find(|model| model.version == reference.version && model.hash() == reference.hash)
    }

    /// Puts `draft` in the place of the one there is; `None` throws it away.
    pub fn set_draft(&mut self, draft: Option<Model>) {
        self.draft = draft;
    }

    /// What the draft does otherwise than the version in force; empty without a draft.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        self.draft.as_ref().map_or_else(Vec::new, |draft| changes(self.current(), draft))
    }

    /// Makes the draft the version in force, under the next number whatever number it had.
    ///
    /// # Errors
    /// [`NotPublished`]; the draft stays as it was.
    pub fn publish(&mut self) -> Result<&Model, NotPublished> {
        let draft = self.draft.as_ref().ok_or(NotPublished::NoDraft)?;
        let faults = draft.faults();
        if !faults.is_empty() {
            return Err(NotPublished::Faults(faults));
        }
        let current = self.current();
        if (Model { version: current.version, ..draft.clone() }) == *current {
            return Err(NotPublished::Unchanged(current.version));
        }
        let version = current.version.checked_add(1).ok_or(NotPublished::NoNumbers)?;
        self.published.push(Model { version, ..draft.clone() });
        self.draft = None;
        Ok(self.current())
    }

    /// Makes `next`, which somebody has numbered by hand, the version in force; the one in force stays what it is.
    ///
    /// # Errors
    /// [`NotPublished::OldNumber`], [`NotPublished::Faults`].
    pub fn succeed(&mut self, next: Model) -> Result<&Model, NotPublished> {
        let current = self.current();
        if next != *current {
            let faults = next.faults();
            if !faults.is_empty() {
                return Err(NotPublished::Faults(faults));
            }
            if next.version <= current.version {
                return Err(NotPublished::OldNumber(current.version));
            }
            self.published.push(next);
        }
        Ok(self.current())
    }
}

/// What `draft` does otherwise than `current`.
#[must_use]
pub fn changes(current: &Model, draft: &Model) -> Vec<Change> {
    let mut found = Vec::new();
    let same = |a: &Criterion, b: &Criterion| a.id == b.id && a.dates == b.dates;
    for before in &current.criteria {
        match draft.criteria.iter().find(|after| same(before, after)) {
            None => found.push(Change::Removed(before.id.clone(), before.points)),
            Some(after) if after.points != before.points => {
                found.push(Change::Points(before.id.clone(), before.points, after.points));
            }
            Some(after) if after != before => found.push(Change::Condition(before.id.clone())),
            Some(_) => {}
        }
    }
    let is_new = |after: &&Criterion| !current.criteria.iter().any(|before| same(before, after));
    found.extend(draft.criteria.iter().filter(is_new).map(|by| Change::Added(by.id.clone(), by.points)));
    let frame = [
        ("name", current.name != draft.name),
        ("groups", current.groups != draft.groups),
        ("places", current.places != draft.places),
        ("range", current.range != draft.range),
        ("tiers", current.tiers != draft.tiers),
    ];
    found.extend(frame.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| Change::Frame(name)));
    found
}

impl TryFrom<Unchecked> for Versions {
    type Error = &'static str;

    fn try_from(read: Unchecked) -> Result<Self, Self::Error> {
        if read.published.is_empty() {
            return Err("at least one version is published");
        }
        if !read.published.is_sorted_by(|earlier, later| earlier.version < later.version) {
            return Err("version numbers rise");
        }
        if read.published.iter().any(|model| !model.faults().is_empty()) {
            return Err("a published version has no faults");
        }
        Ok(Self { published: read.published, draft: read.draft })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(points: i32) -> Model {
        let mut model = Model::seed();
        model.criteria[1].points = points;
        model
    }

    #[test]
    fn a_draft_becomes_the_next_version_and_the_old_one_stays() {
        let mut versions = Versions::of(Model::seed());
        assert_eq!(versions.publish().unwrap_err(), NotPublished::NoDraft);
        versions.set_draft(Some(Model { version: 77, ..Model::seed() }));
        assert_eq!(versions.publish().unwrap_err(), NotPublished::Unchanged(1));
        versions.set_draft(Some(draft(0)));
        assert!(matches!(versions.publish(), Err(NotPublished::Faults(faults)) if faults.len() == 1));
        versions.set_draft(Some(draft(5)));
        assert_eq!(versions.changes(), [Change::Points("appointment-request".into(), 20, 5)]);
        assert_eq!(versions.publish().map(|model| model.version), Ok(2));
        assert_eq!((versions.published().len(), versions.draft()), (2, None));

        let seed = Model::seed();
        let mut reference = ModelRef { name: seed.name.clone(), version: 1, hash: seed.hash() };
        assert_eq!(versions.find(&reference), Some(&seed));
        reference.version = 2;
        assert_eq!(versions.find(&reference), None, "a hash of another version");
    }

    #[test]
    fn a_model_numbered_by_hand_changes_only_under_a_higher_number() {
        let mut versions = Versions::of(Model::seed());
        assert_eq!(versions.succeed(Model::seed()).map(|model| model.version), Ok(1));
        assert_eq!(versions.succeed(draft(5)).unwrap_err(), NotPublished::OldNumber(1));
        let zero = Model { version: 2, ..draft(0) };
        assert!(matches!(versions.succeed(zero), Err(NotPublished::Faults(_))));
        assert_eq!(versions.published().len(), 1);
        let next = Model { version: 4, ..draft(5) };
        assert_eq!(versions.succeed(next).map(|model| model.version), Ok(4));
        assert_eq!(versions.succeed(Model::seed()).unwrap_err(), NotPublished::OldNumber(4));
        assert_eq!(versions.published().len(), 2);
    }

    #[test]
    fn changes_name_what_is_new_gone_or_other() {
        let mut draft = Model::seed();
        let gone = draft.criteria.remove(0);
        draft.criteria.push(Criterion { id: "new".into(), ..gone });
        draft.criteria[1].unless.push("new".into());
        draft.tiers[0].at_least = 35;
        let expected = [
            Change::Removed("surgical-procedure".into(), 25),
            Change::Condition("insurance".into()),
            Change::Added("new".into(), 25),
            Change::Frame("tiers"),
        ];
        assert_eq!(changes(&Model::seed(), &draft), expected);
        assert_eq!(changes(&Model::seed(), &Model::seed()), []);
    }

    #[test]
    fn a_document_of_versions_is_read_only_where_it_could_have_been_written() {
        let mut versions = Versions::of(Model::seed());
        versions.set_draft(Some(draft(0)));
        let json = serde_json::to_string(&versions).unwrap();
        assert_eq!(serde_json::from_str::<Versions>(&json).unwrap(), versions);
        let seed = serde_json::to_string(&Model::seed()).unwrap();
        for wrong in [r#"{"published":[]}"#.to_owned(), format!(r#"{{"published":[{seed},{seed}]}}"#)] {
            assert!(serde_json::from_str::<Versions>(&wrong).is_err(), "{wrong}");
        }
    }
}
