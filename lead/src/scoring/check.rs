//! What is wrong with a scoring model that can be read: a model with faults is not published.

use super::model::{Count, Criterion, Model, When};
use super::points::{MOST_CRITERIA, MOST_GROUPS, MOST_POINTS, MOST_ZIPS};
use crate::fault::Fault;
use crate::hours::is_date;
use crate::signals::KEPT_MS;

impl Model {
    /// Everything that is wrong, in the document's order; empty: it can be published.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut say = |path: String, message: &str| faults.push(Fault::new(path, message));
        if self.name.trim().is_empty() || self.name.len() > 80 {
            say("name".into(), "a model has a name of at most 80 bytes");
        }
        if self.criteria.is_empty() || self.criteria.len() > MOST_CRITERIA {
            say("criteria".into(), "a model has 1 to 200 criteria");
        }
        if self.groups.len() > MOST_GROUPS {
            say("groups".into(), "a model has at most 50 groups");
        }
        for (n, group) in self.groups.iter().enumerate() {
            if self.groups[..n].iter().any(|earlier| earlier.id == group.id) {
                say(format!("groups[{n}].id"), "another group has this id");
            }
            if !self.criteria.iter().any(|by| by.group.as_deref() == Some(&group.id)) {
                say(format!("groups[{n}]"), "no criterion is in this group");
            }
        }
        self.check_places(&mut say);
        if self.range.min > self.range.max {
            say("range".into(), "min is above max");
        }
        for (n, criterion) in self.criteria.iter().enumerate() {
            self.check_criterion(n, criterion, &mut |member, message| {
                say(format!("criteria[{n}]{member}"), message)
            });
        }
        for path in self.cycles() {
            say(path, "requires or excludes itself by way of others");
        }
        self.check_tiers(&mut say);
        faults
    }

    fn check_places(&self, say: &mut dyn FnMut(String, &str)) {
        let looks = |by: &Criterion| matches!(by.when, When::WithinMiles(_));
        if self.places.is_empty() {
            for n in (0..self.criteria.len()).filter(|n| looks(&self.criteria[*n])) {
                say(
                    format!("criteria[{n}].when"),
                    "a distance needs `places`, which say how far ZIP codes are",
                );
            }
            return;
        }
        if !self.criteria.iter().any(looks) {
            say("places".into(), "no criterion looks at a distance");
        }
        let mut seen: Vec<&str> = Vec::new();
        for (n, place) in self.places.iter().enumerate() {
            let path = || format!("places[{n}].zips");
            if place.zips.is_empty()
                || place.zips.iter().any(|zip| zip.is_empty() || zip.contains(char::is_whitespace))
            {
                say(path(), "ZIP codes, or how they start, without spaces");
            }
            if place.zips.iter().any(|zip| seen.contains(&zip.as_str())) {
                say(path(), "a ZIP code stands in an earlier place already");
            }
            seen.extend(place.zips.iter().map(String::as_str));
        }
        if seen.len() > MOST_ZIPS {
            say("places".into(), "a model has at most 2,000 ZIP codes");
        }
    }

    fn check_criterion(&self, n: usize, criterion: &Criterion, say: &mut dyn FnMut(&str, &str)) {
        if criterion.id.is_empty() || criterion.id.len() > 80 {
            say(".id", "an id has 1 to 80 bytes");
        }
        if criterion.points == 0 || criterion.points.abs() > MOST_POINTS {
            say(".points", "points are not 0 and at most 100,000 either way");
        }
        if criterion.group.as_ref().is_some_and(|id| !self.groups.iter().any(|group| group.id == *id)) {
            say(".group", "there is no such group");
        }
        for (member, ids) in [(".requires", &criterion.requires), (".unless", &criterion.unless)] {
            if ids.iter().any(|id| !self.criteria.iter().any(|other| other.id == *id)) {
                say(member, "there is no criterion of that id");
            }
        }
        let is_behaviour = matches!(criterion.when, When::Pages { .. });
        if criterion.half_life_days.is_some_and(|days| days == 0 || !is_behaviour) {
            say(".half_life_days", "a half-life is at least 1 day, and only visits have one");
        }
        if let Count::Each { most } = criterion.count
            && (most == 0 || !is_behaviour)
        {
            say(".count", "`most` is at least 1, and only visits are counted");
        }
        check_when(&criterion.when, say);
        self.check_dates(n, criterion, say);
    }

    fn check_dates(&self, n: usize, criterion: &Criterion, say: &mut dyn FnMut(&str, &str)) {
        if let Some(dates) = &criterion.dates {
            if !is_date(&dates.from) || !is_date(&dates.to) {
                return say(".dates", "a date is written 2026-12-31 and exists");
            }
            if dates.from > dates.to {
                return say(".dates", "the last day is before the first");
            }
        }
        for earlier in self.criteria[..n].iter().filter(|earlier| earlier.id == criterion.id) {
            match (&earlier.dates, &criterion.dates) {
                (Some(a), Some(b)) if a.to < b.from || b.to < a.from => {}
                (Some(_), Some(_)) => say(".dates", "overlap those of an earlier criterion with the same id"),
                _ => say(".id", "stands twice; the same id needs dates that do not overlap"),
            }
        }
    }

    /// Paths of criteria that reach themselves through `requires` and `unless`.
    fn cycles(&self) -> Vec<String> {
        let next = |criterion: &Criterion| -> Vec<usize> {
            let named = |id: &String| self.criteria.iter().position(|other| other.id == *id);
            criterion.requires.iter().chain(&criterion.unless).filter_map(named).collect()
        };
        let reaches_itself = |start: usize| {
            let mut seen = vec![false; self.criteria.len()];
            let mut open = next(&self.criteria[start]);
            while let Some(at) = open.pop() {
                if self.criteria[at].id == self.criteria[start].id {
                    return true;
                }
                if !std::mem::replace(&mut seen[at], true) {
                    open.extend(next(&self.criteria[at]));
                }
            }
            false
        };
        let cyclic = (0..self.criteria.len().min(MOST_CRITERIA)).filter(|&start| reaches_itself(start));
        cyclic.map(|start| format!("criteria[{start}]")).collect()
    }

    fn check_tiers(&self, say: &mut dyn FnMut(String, &str)) {
        let Some(last) = self.tiers.last() else {
            return say("tiers".into(), "a model has at least one tier");
        };
        if last.at_least > self.range.min {
            let path = format!("tiers[{}].at_least", self.tiers.len() - 1);
            say(path, "the last tier takes everything: at most `range.min`");
        }
        let most = self.most_points();
        for (n, tier) in self.tiers.iter().enumerate() {
            let earlier = &self.tiers[..n];
            if earlier.iter().any(|other| other.id == tier.id) {
                say(format!("tiers[{n}].id"), "another tier has this id");
            }
            if earlier.iter().any(|other| other.at_least <= tier.at_least) {
                say(format!("tiers[{n}].at_least"), "unreachable: an earlier tier takes all these points");
            } else if i64::from(tier.at_least) > most {
                say(format!("tiers[{n}].at_least"), "unreachable: no inquiry can get so many points");
            }
        }
    }

    /// No inquiry gets more points than this.
    fn most_points(&self) -> i64 {
        let gives = |criterion: &Criterion| {
            let times = match criterion.count {
                Count::Once => 1,
                Count::Each { most } => i64::from(most),
            };
            i64::from(criterion.points.max(0)) * times
        };
        let total = |group: Option<&str>| -> i64 {
            self.criteria.iter().filter(|by| by.group.as_deref() == group).map(gives).sum()
        };
        let capped = |cap: i32, id: &str| total(Some(id)).min(i64::from(cap));
        let all = total(None) + self.groups.iter().map(|group| capped(group.cap, &group.id)).sum::<i64>();
        all.min(i64::from(self.range.max)).max(i64::from(self.range.min))
    }
}

fn check_when(when: &When, say: &mut dyn FnMut(&str, &str)) {
    let is_empty = match when {
        When::ServiceTier(list) => list.is_empty(),
        When::Service(list) => list.is_empty(),
        When::Intent(list) => list.is_empty(),
        When::Urgency(list) => list.is_empty(),
        When::Insurance(list) => list.is_empty(),
        When::Referral(list) => list.is_empty(),
        When::Contact(list) => list.is_empty(),
        When::Zip(list) => list.is_empty() || list.iter().any(|prefix| prefix.trim().is_empty()),
        When::Pages { times, within_days, .. } => {
            if *times == 0 {
                say(".when.pages.times", "at least 1");
            }
            if *within_days == 0 || u64::from(*within_days) > KEPT_MS / 86_400_000 {
                say(".when.pages.within_days", "1 to 30: visits are kept for 30 days");
            }
            false
        }
        When::FormCompleted | When::AppointmentRequested | When::Visitor(_) | When::WithinMiles(_) => false,
    };
    if is_empty {
        say(".when", "an empty list never holds");
    }
}
