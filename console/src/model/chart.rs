//! A chart as numbers and words: what is drawn, what is said on hover, and the table of the same.

use super::plain::cut;
use crate::words::fill;

/// One chart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Chart {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// What to know when reading it; may be empty.
    pub(crate) note: String,
    /// Headings of the table.
    pub(crate) columns: Vec<&'static str>,
    pub(crate) bars: Vec<Bar>,
}

/// One row of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Bar {
    pub(crate) label: String,
    /// The label, as far as there is room.
    pub(crate) short: String,
    pub(crate) value: u64,
    /// How much of the value is filled; `None`: all.
    pub(crate) part: Option<u64>,
    /// Beside the bar.
    pub(crate) shown: String,
    /// On hover, in full.
    pub(crate) says: String,
    /// Drawn as something that should not be.
    pub(crate) late: bool,
    /// The other columns of the table.
    pub(crate) cells: Vec<String>,
}

impl Bar {
    /// So many.
    pub(crate) fn count(label: &str, value: u64) -> Self {
        Self {
            label: label.to_owned(),
            short: cut(label, 22),
            value,
            part: None,
            shown: value.to_string(),
            says: format!("{label}: {value}"),
            late: false,
            cells: vec![value.to_string()],
        }
    }

    /// So many of so many.
    pub(crate) fn share(label: &str, part: u64, of: u64) -> Self {
        let percent = percent(part, of);
        Self {
            part: Some(part),
            shown: fill("{share} of {all}", &[&percent, &of]),
            says: fill("{label}: {part} of {all}, {share}", &[&label, &part, &of, &percent]),
            cells: vec![of.to_string(), part.to_string(), percent.clone()],
            ..Self::count(label, of)
        }
    }
}

/// `37 %`, rounded to the nearest; a dash where there is nothing to divide by.
pub(crate) fn percent(part: u64, of: u64) -> String {
    match (part * 200).checked_add(of) {
        Some(doubled) if of > 0 => format!("{} %", doubled / (2 * of)),
        _ => "–".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_exact_in_words() {
        assert_eq!(
            (percent(1, 3), percent(2, 3), percent(0, 5), percent(3, 0)),
            ("33 %".into(), "67 %".into(), "0 %".into(), "–".into())
        );
        let bar = Bar::share("Search engine", 3, 8);
        assert_eq!(bar.says, "Search engine: 3 of 8, 38 %");
        assert_eq!((bar.value, bar.part), (8, Some(3)));
    }
}
