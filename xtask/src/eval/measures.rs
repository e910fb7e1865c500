//! Precision, recall and F1 per class with Wilson score intervals, and the table that shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a run measured.
pub(crate) struct Measures {
    /// Rows by (label, predicted).
    confusion: BTreeMap<(String, String), usize>,
    labels: BTreeSet<String>,
}

impl Measures {
    /// Counts pairs of label and prediction.
    pub(crate) fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut found = Self { confusion: BTreeMap::new(), labels: BTreeSet::new() };
        for (label, predicted) in pairs {
            found.labels.insert(label.clone());
            *found.confusion.entry((label, predicted)).or_default() += 1;
        }
        found
    }

    fn count(&self, fits: impl Fn(&str, &str) -> bool) -> usize {
        self.confusion.iter().filter(|((label, predicted), _)| fits(label, predicted)).map(|(_, n)| n).sum()
    }

    /// True positives, rows with the label, rows predicted as it.
    fn of_class(&self, class: &str) -> (usize, usize, usize) {
        let hit = self.count(|label, predicted| label == class && predicted == class);
        (hit, self.count(|label, _| label == class), self.count(|_, predicted| predicted == class))
    }

    fn f1(&self, class: &str) -> f64 {
        let (hit, labelled, predicted) = self.of_class(class);
        if labelled + predicted == 0 { 0.0 } else { 2.0 * hit as f64 / (labelled + predicted) as f64 }
    }

    /// Mean F1 over the classes that the file has.
    pub(crate) fn macro_f1(&self) -> f64 {
        self.labels.iter().map(|class| self.f1(class)).sum::<f64>() / self.labels.len().max(1) as f64
    }
}

/// Wilson (1927) score interval at 95 %.
pub(crate) fn wilson(hits: usize, of: usize) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (z, n) = (1.959_964, of as f64);
    let share = hits as f64 / n;
    let middle = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

/// `0.912 [0.897, 0.925]`
pub(crate) fn share(hits: usize, of: usize) -> String {
    let (low, high) = wilson(hits, of);
    let share = if of == 0 { 0.0 } else { hits as f64 / of as f64 };
    format!("{share:.3} [{low:.3}, {high:.3}]")
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {:<18} {:>6}  {:<22}  {:<22}  F1", "class", "n", "recall (95 %)", "precision (95 %)")?;
        for class in &self.labels {
            let (hit, labelled, predicted) = self.of_class(class);
            let (recall, precision) = (share(hit, labelled), share(hit, predicted));
            writeln!(f, "  {class:<18} {labelled:>6}  {recall:<22}  {precision:<22}  {:.3}", self.f1(class))?;
        }
        let all = self.count(|_, _| true);
        let right = self.count(|label, predicted| label == predicted);
        writeln!(f, "  macro-F1 {:.4}   accuracy {}", self.macro_f1(), share(right, all))?;
        write!(f, "  confusions:")?;
        let mut wrong: Vec<_> =
            self.confusion.iter().filter(|((label, predicted), _)| label != predicted).collect();
        wrong.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        for ((label, predicted), n) in wrong.into_iter().take(6) {
            write!(f, " {label}->{predicted} {n};")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_of_a_known_table() {
        let pairs = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b"), ("b", "a"), ("b", "b"), ("b", "b")];
        let measures = Measures::of(pairs.iter().map(|(x, y)| ((*x).to_owned(), (*y).to_owned())));
        assert!((measures.f1("a") - 2.0 * 2.0 / 6.0).abs() < 1e-9);
        assert!((measures.f1("b") - 2.0 * 3.0 / 8.0).abs() < 1e-9);
        assert!((measures.macro_f1() - (4.0 / 6.0 + 6.0 / 8.0) / 2.0).abs() < 1e-9);
    }

    /// Newcombe (1998), table I: 15 of 148 gives 0.0624 to 0.1605.
    #[test]
    fn wilson_of_a_published_example() {
        let (low, high) = wilson(15, 148);
        assert!((low - 0.0624).abs() < 5e-4 && (high - 0.1605).abs() < 5e-4, "{low} {high}");
    }
}
