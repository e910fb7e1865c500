//! Logistic regression with a ridge penalty, by Newton's method. Small and dense: a few hundred columns at most.

/// The penalty on each coefficient; none on the intercept. It keeps a coefficient finite when a criterion goes
/// with only one outcome, and hardly moves the others.
const RIDGE: f64 = 1.0;
const MOST_STEPS: usize = 50;
/// 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_964;

/// What was fitted.
pub(super) struct Fit {
    pub(super) intercept: f64,
    pub(super) coefficients: Vec<f64>,
    errors: Vec<f64>,
}

impl Fit {
    /// 95 % interval of a coefficient, by the curvature of the penalised likelihood.
    pub(super) fn interval(&self, at: usize) -> (f64, f64) {
        let half = Z * self.errors[at];
        (self.coefficients[at] - half, self.coefficients[at] + half)
    }
}

/// The chance that a fit gives to a row.
pub(super) fn predict(fit: &Fit, row: &[f64]) -> f64 {
    let sum: f64 = fit.coefficients.iter().zip(row).map(|(weight, x)| weight * x).sum();
    logistic(fit.intercept + sum)
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Fits `rows` to `outcomes`.
pub(super) fn fit(rows: &[Vec<f64>], outcomes: &[bool]) -> Fit {
    let columns = rows.first().map_or(0, Vec::len);
    // The last place is the intercept's.
    let mut weights = vec![0.0; columns + 1];
    let mut curvature = vec![vec![0.0; columns + 1]; columns + 1];
    for _ in 0..MOST_STEPS {
        let mut slope = vec![0.0; columns + 1];
        curvature.iter_mut().for_each(|line| line.fill(0.0));
        for (row, outcome) in rows.iter().zip(outcomes) {
            let x = |at: usize| if at == columns { 1.0 } else { row[at] };
            let chance = logistic((0..=columns).map(|at| weights[at] * x(at)).sum());
            let miss = f64::from(u8::from(*outcome)) - chance;
            for a in (0..=columns).filter(|&a| x(a) != 0.0) {
                slope[a] += miss * x(a);
                for (b, cell) in curvature[a].iter_mut().enumerate() {
                    *cell += chance * (1.0 - chance) * x(a) * x(b);
                }
            }
        }
        for at in 0..columns {
            slope[at] -= RIDGE * weights[at];
            curvature[at][at] += RIDGE;
        }
        // Keeps the matrix invertible when all outcomes of a fold are the same.
        curvature[columns][columns] += 1e-9;
        let step = solve(&curvature, &slope);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step.clamp(-4.0, 4.0));
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    let errors = (0..columns)
        .map(|at| {
            let mut unit = vec![0.0; columns + 1];
            unit[at] = 1.0;
            solve(&curvature, &unit)[at].max(0.0).sqrt()
        })
        .collect();
    let intercept = weights.pop().unwrap_or(0.0);
    Fit { intercept, coefficients: weights, errors }
}

/// Solves a symmetric, positive definite system by Gauss's elimination with pivots.
fn solve(matrix: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let n = right.len();
    let mut lines: Vec<Vec<f64>> = matrix
        .iter()
        .zip(right)
        .map(|(line, right)| line.iter().copied().chain([*right]).collect())
        .collect();
    for at in 0..n {
        let pivot = (at..n).max_by(|&a, &b| lines[a][at].abs().total_cmp(&lines[b][at].abs())).unwrap_or(at);
        lines.swap(at, pivot);
        let head = lines[at].clone();
        if head[at] == 0.0 {
            continue;
        }
        for line in lines.iter_mut().skip(at + 1) {
            let factor = line[at] / head[at];
            line.iter_mut().zip(&head).skip(at).for_each(|(cell, head)| *cell -= factor * head);
        }
    }
    let mut found = vec![0.0; n];
    for at in (0..n).rev() {
        let known: f64 = (at + 1..n).map(|b| lines[at][b] * found[b]).sum();
        found[at] = if lines[at][at] == 0.0 { 0.0 } else { (lines[at][n] - known) / lines[at][at] };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_two_by_two_table_gives_its_log_odds_ratio() {
        // 300 of 400 with, 100 of 400 without: the odds ratio is 9; the penalty pulls it in a little.
        let mut rows = Vec::new();
        let mut outcomes = Vec::new();
        for (x, yes, no) in [(1.0, 300, 100), (0.0, 100, 300)] {
            rows.extend(std::iter::repeat_n(vec![x], yes + no));
            outcomes.extend(std::iter::repeat_n(true, yes).chain(std::iter::repeat_n(false, no)));
        }
        let fitted = fit(&rows, &outcomes);
        let expected = 9f64.ln();
        assert!((fitted.coefficients[0] - expected).abs() < 0.08, "{}", fitted.coefficients[0]);
        // Woolf's standard error: the root of the sum of the reciprocals.
        let woolf = (1.0f64 / 300.0 + 1.0 / 100.0 + 1.0 / 100.0 + 1.0 / 300.0).sqrt();
        let (low, high) = fitted.interval(0);
        assert!(((high - low) / 2.0 / Z - woolf).abs() < 0.005);
        assert!((predict(&fitted, &[1.0]) - 0.75).abs() < 0.01);
    }
}
