//! How busy a practice and the whole relay are: counts that fade with time.

use std::collections::HashMap;
use wire::PracticeId;

/// After this time a submission counts half.
const HALF_MS: f64 = 300_000.0;

const HOUR_MS: f64 = 3_600_000.0;

/// Practices that are remembered at once; those long quiet are forgotten first.
const PRACTICES: usize = 10_000;

/// A fading count.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    value: f64,
    at_ms: u64,
}

impl Count {
    fn at(self, now_ms: u64) -> f64 {
        let passed = now_ms.saturating_sub(self.at_ms);
        self.value * (-(passed as f64) / HALF_MS).exp2()
    }

    fn add(&mut self, now_ms: u64) {
        // A clock that jumps back must not make old submissions young again.
        *self = Self { value: self.at(now_ms) + 1.0, at_ms: now_ms.max(self.at_ms) };
    }

    /// What it tells of the hourly rate: at a steady rate it settles where one half-life's fading is made up.
    fn per_hour(self, now_ms: u64) -> f64 {
        self.at(now_ms) * std::f64::consts::LN_2 / HALF_MS * HOUR_MS
    }
}

/// Submissions taken lately, by practice and in all.
#[derive(Debug, Default)]
pub(super) struct Load {
    all: Count,
    practices: HashMap<PracticeId, Count>,
}

impl Load {
    /// A submission was stored.
    pub(super) fn add(&mut self, practice: &PracticeId, now_ms: u64) {
        self.all.add(now_ms);
        if self.practices.len() >= PRACTICES {
            self.practices.retain(|_, count| count.at(now_ms) > 0.5);
        }
        self.practices.entry(practice.clone()).or_default().add(now_ms);
    }

    /// How often the hourly rate of `practice`, or of all, doubles what is calm for it; the larger of the two.
    pub(super) fn doublings(&self, practice: &PracticeId, now_ms: u64, calm: u32, calm_in_all: u32) -> u32 {
        let own = self.practices.get(practice).copied().unwrap_or_default();
        let over = |count: Count, calm: u32| (count.per_hour(now_ms) / f64::from(calm.max(1))).max(1.0);
        let over = over(own, calm).max(over(self.all, calm_in_all));
        over.log2().floor() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn practice(name: &str) -> PracticeId {
        name.parse().unwrap()
    }

    /// `number` submissions, one each `gap_ms`, the last of them now.
    fn steady(number: u64, gap_ms: u64) -> Load {
        let mut load = Load::default();
        for back in (0..number).rev() {
            load.add(&practice("lakeside-ortho"), NOW - back * gap_ms);
        }
        load
    }

    #[test]
    fn a_steady_rate_is_seen_as_it_is() {
        // One a minute for three hours.
        let per_hour = steady(180, 60_000).all.per_hour(NOW);
        assert!((55.0..70.0).contains(&per_hour), "{per_hour}");
    }

    #[test]
    fn each_doubling_of_the_rate_is_one_and_quiet_brings_it_back() {
        let own = practice("lakeside-ortho");
        let load = steady(3_600, 3_000);
        assert_eq!(load.doublings(&own, NOW, 2_000, 1_000_000), 0);
        assert_eq!(load.doublings(&own, NOW, 60, 1_000_000), 4, "1,200 an hour is 20 times 60");
        assert_eq!(
            load.doublings(&practice("hillside-ortho"), NOW, 60, 1_000_000),
            0,
            "a practice of its own"
        );
        assert_eq!(load.doublings(&practice("hillside-ortho"), NOW, 60, 500), 1, "the whole relay");
        assert_eq!(load.doublings(&own, NOW + 25 * 60_000, 60, 1_000_000), 0);
    }

    #[test]
    fn a_clock_that_jumps_back_changes_nothing() {
        let mut load = steady(100, 1_000);
        let before = load.all.at(NOW);
        load.add(&practice("lakeside-ortho"), NOW - 86_400_000);
        assert!((load.all.at(NOW) - before - 1.0).abs() < 0.01);
    }
}
