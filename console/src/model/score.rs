//! The explanation of a score, and how the browser's preliminary one differs from it.

use super::plain::plain_line;
use crate::words::{fill, t, tag};
use lead::manifest::ManifestSource;
use lead::scoring::{Action, Criterion, Line, LineSource, Model, Score, Tier, When};

/// A score as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Explained {
    pub(crate) points: i32,
    pub(crate) tier: String,
    pub(crate) action: String,
    pub(crate) lines: Vec<(String, i32)>,
    /// `Lakeside 2026, version 3`.
    pub(crate) model: String,
    /// Hash of the model.
    pub(crate) model_hash: String,
}

/// What came with the inquiry, beside what was computed here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Preliminary {
    /// Its lines do not sum to its points: the sender made it up.
    Inconsistent { points: i32 },
    /// The same points.
    Same,
    /// Other points. `lines` name what differs: label, preliminary, authoritative.
    Different { points: i32, why: &'static str, lines: Vec<(String, i32, i32)> },
}

/// Explains a score computed here by `model`.
pub(crate) fn explain(score: &Score, model: &Model) -> Explained {
    let tier = model.tiers.iter().find(|tier| tier.id == score.tier);
    Explained {
        points: score.points,
        tier: tier.map_or_else(|| score.tier.clone(), self::tier),
        action: match &score.action {
            Action::Call { within_business_minutes } => {
                fill("Call within {minutes} business minutes", &[within_business_minutes])
            }
            Action::Sequence(name) => fill("Follow-up sequence “{name}”", &[name]),
            Action::Nothing => t("No action").into(),
        },
        lines: score.lines.iter().map(|line| (label(line), line.points)).collect(),
        model: fill("{name}, version {version}", &[&score.model.name, &score.model.version]),
        model_hash: score.model.hash.to_string(),
    }
}

/// Compares the score that came with the inquiry, which anyone can make up, with the one computed here by `model`.
pub(crate) fn compare(preliminary: &Score, score: &Score, model: &Model) -> Preliminary {
    let sum = preliminary.lines.iter().fold(0_i64, |sum, line| sum + i64::from(line.points));
    if sum != i64::from(preliminary.points) {
        return Preliminary::Inconsistent { points: preliminary.points };
    }
    if preliminary.points == score.points {
        return Preliminary::Same;
    }
    let points_of = |score: &Score, source: &LineSource| {
        score
            .lines
            .iter()
            .filter(|line| line.source == *source)
            .fold(0_i32, |sum, line| sum.saturating_add(line.points))
    };
    let mut lines: Vec<(String, i32, i32)> = Vec::new();
    let mut by_text = true;
    let mut seen: Vec<&LineSource> = Vec::new();
    for line in score.lines.iter().chain(&preliminary.lines) {
        if seen.contains(&&line.source) {
            continue;
        }
        seen.push(&line.source);
        let (before, after) = (points_of(preliminary, &line.source), points_of(score, &line.source));
        if before != after {
            by_text &= is_of_text(&line.source, model);
            lines.push((label(line), before, after));
        }
    }
    let why = t(if preliminary.model.hash != score.model.hash {
        "The browser scored by another version of the model."
    } else if by_text {
        "In the browser the form looks for emergencies only. How soon a text needs a reply, and what it asks for, is \
         read here."
    } else {
        "The same model gave the browser another result: what it saw there was not what was sent, or was put right since."
    });
    Preliminary::Different { points: preliminary.points, why, lines }
}

/// Whether it looks at the text, which the browser reads less of; caps and ranges follow from the others.
fn is_of_text(source: &LineSource, model: &Model) -> bool {
    let LineSource::Criterion(id) = source else { return true };
    let looks =
        |by: &Criterion| matches!(by.when, When::Intent(_) | When::Urgency(_) | When::AppointmentRequested);
    model.criteria.iter().any(|by| by.id == *id && looks(by))
}

/// Points with their sign: `+10`, `−5`.
pub(crate) fn signed(points: i32) -> String {
    if points < 0 { format!("−{}", points.unsigned_abs()) } else { format!("+{points}") }
}

/// The name of a tier for staff.
pub(crate) fn tier(tier: &Tier) -> String {
    or_id(tier.label.in_language(tag()), &tier.id)
}

/// The name of a criterion for staff.
pub(crate) fn criterion(criterion: &Criterion) -> String {
    plain_line(&or_id(criterion.label.in_language(tag()), &criterion.id))
}

/// The name of a service for staff.
pub(crate) fn service(source: &ManifestSource, id: &str) -> String {
    match source.service(id) {
        Some(service) => or_id(service.label.in_language(tag()), id),
        None => plain_line(id),
    }
}

fn label(line: &Line) -> String {
    let name = line.label.in_language(tag());
    match &line.source {
        LineSource::Criterion(id) => plain_line(&or_id(name, id)),
        LineSource::Cap(id) => fill("Limit of the group “{group}”", &[&plain_line(&or_id(name, id))]),
        LineSource::Range => t("Limit of the whole score").into(),
    }
}

fn or_id(name: &str, id: &str) -> String {
    if name.is_empty() { id.replace('-', " ") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    #[test]
    fn lines_sum_to_the_points_shown() {
        let case = samples::case(1, "I want to book a knee replacement", NOW);
        let assessment = case.assessment.as_ref().unwrap();
        let source = samples::source();
        let explained = explain(&assessment.score, &source.scoring);
        assert_eq!(explained.lines.iter().map(|(_, points)| points).sum::<i32>(), explained.points);
        assert_eq!(explained.tier, "Care-Ready");
        assert_eq!(explained.action, "Call within 60 business minutes");
    }

    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn a_made_up_preliminary_score_is_called_so() {
        let case = samples::case(1, "book", NOW);
        let score = &case.assessment.as_ref().unwrap().score;
        let model = &samples::source().scoring;
        let mut made_up = score.clone();
        made_up.points = 99;
        assert_eq!(compare(&made_up, score, model), Preliminary::Inconsistent { points: 99 });
        assert_eq!(compare(score, score, model), Preliminary::Same);
    }

    #[test]
    fn what_only_staffs_lexicon_reads_is_explained_as_that() {
        let case = samples::case(1, "We sell SEO services, vendor offer", NOW);
        let inquiry = case.lead.inquiry().unwrap();
        let score = &case.assessment.as_ref().unwrap().score;
        let compared = compare(&inquiry.preliminary, score, &samples::source().scoring);
        let Preliminary::Different { why, .. } = compared else { panic!("not different") };
        assert!(why.starts_with("In the browser the form looks for emergencies only."), "{why}");
    }

    #[test]
    fn a_difference_names_its_lines() {
        let case = samples::case(1, "book", NOW);
        let score = &case.assessment.as_ref().unwrap().score;
        let model = &samples::source().scoring;
        let mut other = score.clone();
        other.lines[0].points -= 5;
        other.points -= 5;
        let Preliminary::Different { points, lines, .. } = compare(&other, score, model) else {
            panic!("not different");
        };
        assert_eq!(points, score.points - 5);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].2 - lines[0].1, 5);
    }

    #[test]
    fn signs_are_typographic() {
        assert_eq!((signed(10), signed(-5), signed(0)), ("+10".into(), "−5".into(), "+0".into()));
    }
}
