//! Advice from a practice's own outcomes: how strongly each criterion goes with a booked appointment.
//!
//! A logistic regression with a ridge penalty over the criteria that held (yes or no), its coefficients with 95 %
//! intervals, a reliability table from cross-validation, and whole points in the proportions of the coefficients.
//! It suggests; it publishes nothing. It knows only what the model looks at, and cannot tell cause from company.

mod regression;

use super::{Facts, Model, criteria_that_hold};
use crate::thread::Stage;
use regression::{Fit, fit, predict};

/// Rows of the rarer outcome for each criterion. Ten events per variable is the number below which Peduzzi et al.
/// (J Clin Epidemiol 1996; 49:1373-1379) found coefficients biased and intervals wrong.
pub const EVENTS_PER_CRITERION: usize = 10;
/// A criterion that held, or did not hold, in fewer leads than this is left out: nothing can be learnt of it.
pub const LEAST_EITHER_WAY: usize = 10;
/// Booked, and not booked, leads below which nothing is fitted: ten for each of five criteria, the size of the
/// default model.
pub const LEAST_OUTCOMES: usize = 50;
/// Parts for cross-validation.
const FOLDS: usize = 5;
/// Bars of the reliability table.
const BARS: usize = 10;

/// How a lead ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With an appointment.
    Booked,
    /// Without one.
    NotBooked,
}

impl Outcome {
    /// What became of a lead; `None` while it is open.
    #[must_use]
    pub const fn of(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Booked | Stage::Patient => Some(Self::Booked),
            Stage::Closed => Some(Self::NotBooked),
            Stage::New | Stage::Contacting | Stage::Reached | Stage::Nurture => None,
        }
    }
}

/// Why nothing is suggested, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooLittle {
    /// Too few leads of one outcome for the criteria there are.
    #[error(
        "{booked} booked and {not_booked} other leads are too few for {criteria} criteria: {needed} of each are needed \
         (ten for each criterion, and 50 at least), or else the coefficients would mostly be chance"
    )]
    Outcomes {
        /// Leads that were booked.
        booked: usize,
        /// Leads that were not.
        not_booked: usize,
        /// Criteria that would be fitted.
        criteria: usize,
        /// Leads of each outcome that are needed.
        needed: usize,
    },
    /// Every criterion held almost always or almost never.
    #[error("no criterion both held and did not hold in at least 10 leads, so there is nothing to compare")]
    NothingVaries,
}

/// What the outcomes suggest.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Leads fitted.
    pub leads: usize,
    /// Of them booked.
    pub booked: usize,
    /// One for each criterion fitted.
    pub criteria: Vec<Suggestion>,
    /// Criteria left out because they hardly vary: id, and in how many leads they held.
    pub left_out: Vec<(String, usize)>,
    /// Predicted beside observed, from cross-validation, lowest first.
    pub reliability: Vec<Reliability>,
}

/// What is suggested for a criterion.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Its id.
    pub id: String,
    /// Leads in which it held.
    pub held: usize,
    /// Of them booked.
    pub booked: usize,
    /// Change of the log odds of booking when it holds.
    pub coefficient: f64,
    /// 95 % interval of the coefficient.
    pub interval: (f64, f64),
    /// Points today.
    pub points: i32,
    /// Points in the proportion of the coefficients; 0 where the interval contains 0.
    pub suggested: i32,
}

/// A bar of the reliability table.
#[derive(Debug, Clone, PartialEq)]
pub struct Reliability {
    /// Leads in it.
    pub leads: usize,
    /// Mean predicted chance of booking.
    pub predicted: f64,
    /// Share that was booked.
    pub observed: f64,
}

/// Fits `model`'s criteria to outcomes. The order of the leads decides only which fold each is in.
///
/// # Errors
/// [`TooLittle`]: nothing is suggested from too little.
pub fn calibrate(model: &Model, leads: &[(Facts, Outcome)]) -> Result<Calibration, TooLittle> {
    let mut ids: Vec<&str> = model.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let held: Vec<Vec<bool>> = leads
        .iter()
        .map(|(facts, _)| {
            let holding = criteria_that_hold(model, facts);
            ids.iter().map(|id| holding.contains(id)).collect()
        })
        .collect();
    let booked: Vec<bool> = leads.iter().map(|(_, outcome)| *outcome == Outcome::Booked).collect();

    let count = |at: usize| held.iter().filter(|row| row[at]).count();
    let varies =
        |at: &usize| (LEAST_EITHER_WAY..=leads.len().saturating_sub(LEAST_EITHER_WAY)).contains(&count(*at));
    let (kept, dropped): (Vec<usize>, Vec<usize>) = (0..ids.len()).partition(varies);
    if kept.is_empty() {
        return Err(TooLittle::NothingVaries);
    }
    let all_booked = booked.iter().filter(|booked| **booked).count();
    let needed = (EVENTS_PER_CRITERION * kept.len()).max(LEAST_OUTCOMES);
    if all_booked.min(leads.len() - all_booked) < needed {
        return Err(TooLittle::Outcomes {
            booked: all_booked,
            not_booked: leads.len() - all_booked,
            criteria: kept.len(),
            needed,
        });
    }

    let rows: Vec<Vec<f64>> =
        held.iter().map(|row| kept.iter().map(|&at| if row[at] { 1.0 } else { 0.0 }).collect()).collect();
    let fitted = fit(&rows, &booked);
    Ok(Calibration {
        leads: leads.len(),
        booked: all_booked,
        criteria: suggest(model, &ids, &kept, &held, &booked, &fitted),
        left_out: dropped.into_iter().map(|at| (ids[at].to_owned(), count(at))).collect(),
        reliability: reliability(&rows, &booked),
    })
}

fn suggest(
    model: &Model,
    ids: &[&str],
    kept: &[usize],
    held: &[Vec<bool>],
    booked: &[bool],
    fitted: &Fit,
) -> Vec<Suggestion> {
    let points = |id: &str| model.criteria.iter().find(|by| by.id == id).map_or(0, |by| by.points);
    let is_clear = |(low, high): (f64, f64)| low > 0.0 || high < 0.0;
    // The strongest clear coefficient keeps the number of points that the strongest criterion has today.
    let most_points = kept.iter().map(|&at| points(ids[at]).abs()).max().unwrap_or(0);
    let strongest = (0..kept.len())
        .filter(|&n| is_clear(fitted.interval(n)))
        .map(|n| fitted.coefficients[n].abs())
        .fold(0.0, f64::max);
    kept.iter()
        .enumerate()
        .map(|(n, &at)| {
            let (coefficient, interval) = (fitted.coefficients[n], fitted.interval(n));
            let scaled =
                if is_clear(interval) { coefficient / strongest * f64::from(most_points) } else { 0.0 };
            Suggestion {
                id: ids[at].to_owned(),
                held: held.iter().filter(|row| row[at]).count(),
                booked: held.iter().zip(booked).filter(|(row, booked)| row[at] && **booked).count(),
                coefficient,
                interval,
                points: points(ids[at]),
                suggested: scaled.round() as i32,
            }
        })
        .collect()
}

/// Each lead is predicted by a fit to the other folds, so that the table does not flatter.
fn reliability(rows: &[Vec<f64>], booked: &[bool]) -> Vec<Reliability> {
    let mut predicted: Vec<(f64, bool)> = Vec::with_capacity(rows.len());
    for fold in 0..FOLDS {
        let others = |n: &usize| n % FOLDS != fold;
        let some_rows: Vec<Vec<f64>> = (0..rows.len()).filter(others).map(|n| rows[n].clone()).collect();
        let some_booked: Vec<bool> = (0..rows.len()).filter(others).map(|n| booked[n]).collect();
        let fitted = fit(&some_rows, &some_booked);
        predicted.extend((fold..rows.len()).step_by(FOLDS).map(|n| (predict(&fitted, &rows[n]), booked[n])));
    }
    predicted.sort_by(|a, b| a.0.total_cmp(&b.0));
    predicted
        .chunks(predicted.len().div_ceil(BARS).max(1))
        .map(|bar| Reliability {
            leads: bar.len(),
            predicted: bar.iter().map(|(chance, _)| chance).sum::<f64>() / bar.len() as f64,
            observed: bar.iter().filter(|(_, booked)| *booked).count() as f64 / bar.len() as f64,
        })
        .collect()
}
