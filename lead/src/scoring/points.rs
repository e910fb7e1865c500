//! From facts to points.

use super::facts::{Facts, InsuranceIs, PageEvent, ReferralSource};
use super::model::{Action, Count, Criterion, Model, When};
use super::{Evidence, Line, LineSource, ModelRef, Score};
use crate::text::Text;

const DAY_MS: u64 = 86_400_000;

/// Scores `facts` by `model`. Total: a model with faults (see the checks) still gives a score whose lines sum.
#[must_use]
pub fn score(model: &Model, facts: &Facts) -> Score {
    let mut lines = Vec::new();
    for criterion in &model.criteria {
        if !holds_with_others(model, criterion, facts) {
            continue;
        }
        let Some(found) = look(&criterion.when, facts) else { continue };
        let points = weigh(criterion, &found, facts.now_ms);
        if points != 0 {
            lines.push(Line {
                source: LineSource::Criterion(criterion.id.clone()),
                label: criterion.label.clone(),
                points,
                evidence: found.evidence(),
            });
        }
    }
    cap_groups(model, &mut lines);
    keep_in_range(model, &mut lines);

    let points = sum(&lines);
    let tier = model.tiers.iter().find(|tier| points >= tier.at_least).or_else(|| model.tiers.last());
    Score {
        points,
        tier: tier.map_or_else(String::new, |tier| tier.id.clone()),
        action: tier.map_or(Action::Nothing, |tier| tier.action.clone()),
        lines,
        model: ModelRef { name: model.name.clone(), version: model.version, hash: model.hash() },
    }
}

fn sum(lines: &[Line]) -> i32 {
    lines.iter().fold(0, |sum, line| sum.saturating_add(line.points))
}

/// What a criterion was seen in.
enum Found<'a> {
    /// Once, in something that has no time.
    Plain(Vec<Evidence>),
    /// In visits, oldest first; `times` of them are needed.
    Visits { events: Vec<&'a PageEvent>, times: usize },
}

impl Found<'_> {
    fn evidence(self) -> Vec<Evidence> {
        match self {
            Self::Plain(evidence) => evidence,
            Self::Visits { events, .. } => {
                events.iter().map(|event| Evidence::Visit(event.path.clone(), event.ms)).collect()
            }
        }
    }
}

fn answer(name: &str) -> Found<'static> {
    Found::Plain(vec![Evidence::Answer(name.to_owned())])
}

fn look<'a>(when: &When, facts: &'a Facts) -> Option<Found<'a>> {
    let needs = |spans: Vec<(u32, u32)>| {
        Found::Plain(spans.into_iter().map(|(start, end)| Evidence::Needs(start, end)).collect())
    };
    let (holds, found) = match when {
        When::ServiceTier(tiers) => {
            (facts.service.as_ref().is_some_and(|(_, tier)| tiers.contains(tier)), answer("service"))
        }
        When::Service(ids) => {
            (facts.service.as_ref().is_some_and(|(id, _)| ids.contains(id)), answer("service"))
        }
        When::Intent(intents) => (intents.contains(&facts.intent.intent), needs(facts.intent.spans())),
        When::Urgency(lanes) => (lanes.contains(&facts.triage.lane), needs(facts.triage.deciding_spans())),
        When::Insurance(kinds) => (
            kinds.contains(&facts.insurance),
            if facts.insurance == InsuranceIs::NotAnswered {
                Found::Plain(Vec::new())
            } else {
                answer("insurance")
            },
        ),
        When::Referral(sources) => (
            sources.contains(&facts.referral),
            if facts.referral == ReferralSource::Physician {
                answer("referral")
            } else {
                Found::Plain(Vec::new())
            },
        ),
        When::Pages { kind, times, within_days } => {
            let window = u64::from(*within_days) * DAY_MS;
            let events: Vec<&PageEvent> = facts
                .pages
                .iter()
                .filter(|page| page.kind == *kind && facts.now_ms.saturating_sub(page.ms) <= window)
                .collect();
            let times = usize::from((*times).max(1));
            (events.len() >= times, Found::Visits { events, times })
        }
        When::FormCompleted => (facts.form_completed, Found::Plain(Vec::new())),
        When::AppointmentRequested => (facts.appointment_requested, answer("appointment")),
        When::Contact(ways) => (facts.contact.is_some_and(|way| ways.contains(&way)), answer("contact")),
        When::Zip(prefixes) => (
            !facts.zip.is_empty() && prefixes.iter().any(|prefix| facts.zip.starts_with(prefix.as_str())),
            answer("zip"),
        ),
        When::Visitor(visitor) => (facts.visitor == *visitor, Found::Plain(Vec::new())),
    };
    holds.then_some(found)
}

fn holds_with_others(model: &Model, criterion: &Criterion, facts: &Facts) -> bool {
    let holds = |id: &String| {
        model.criteria.iter().any(|other| {
            other.id == *id && is_active(other, facts.now_ms) && look(&other.when, facts).is_some()
        })
    };
    is_active(criterion, facts.now_ms)
        && criterion.requires.iter().all(holds)
        && !criterion.unless.iter().any(holds)
}

fn is_active(criterion: &Criterion, now_ms: u64) -> bool {
    let Some(dates) = &criterion.dates else { return true };
    // ISO 8601 dates of four-digit years are ordered as texts.
    let today = crate::hours::iso_date(now_ms);
    dates.from <= today && today <= dates.to
}

fn weigh(criterion: &Criterion, found: &Found<'_>, now_ms: u64) -> i32 {
    let decayed = |event: &PageEvent| match criterion.half_life_days {
        Some(days) if days > 0 => {
            halve(criterion.points, now_ms.saturating_sub(event.ms), u64::from(days) * DAY_MS)
        }
        _ => criterion.points,
    };
    match (found, criterion.count) {
        (Found::Plain(_), _) => criterion.points,
        // The criterion became true with the `times`-th latest event; that one's age counts.
        (Found::Visits { events, times }, Count::Once) => {
            events.iter().rev().nth(times - 1).map_or(0, |event| decayed(event))
        }
        (Found::Visits { events, .. }, Count::Each { most }) => events
            .iter()
            .rev()
            .take(usize::from(most))
            .fold(0, |sum: i32, event| sum.saturating_add(decayed(event))),
    }
}

/// 2^(-k/16) in units of 2^-16, rounded.
const HALVING: [i64; 16] = [
    65536, 62757, 60097, 57549, 55109, 52773, 50535, 48393, 46341, 44376, 42495, 40693, 38968, 37316, 35734,
    34219,
];

/// `points` after `age`, halved every `half_life`, in steps of a sixteenth of it; rounded half away from zero.
fn halve(points: i32, age: u64, half_life: u64) -> i32 {
    let sixteenths = age.saturating_mul(16) / half_life;
    let (whole, part) = (sixteenths / 16, (sixteenths % 16) as usize);
    if whole > 31 {
        return 0;
    }
    let scale = 1_i64 << (16 + whole);
    let exact = i64::from(points) * HALVING[part];
    let rounded = (exact.abs() + scale / 2) / scale * exact.signum();
    rounded as i32
}

fn cap_groups(model: &Model, lines: &mut Vec<Line>) {
    for group in &model.groups {
        let in_group = |line: &&Line| match &line.source {
            LineSource::Criterion(id) => {
                model.criteria.iter().any(|c| c.id == *id && c.group.as_deref() == Some(group.id.as_str()))
            }
            LineSource::Cap(_) | LineSource::Range => false,
        };
        let total = lines.iter().filter(in_group).fold(0_i32, |sum, line| sum.saturating_add(line.points));
        if total > group.cap {
            lines.push(Line {
                source: LineSource::Cap(group.id.clone()),
                label: group.label.clone(),
                points: group.cap.saturating_sub(total),
                evidence: Vec::new(),
            });
        }
    }
}

fn keep_in_range(model: &Model, lines: &mut Vec<Line>) {
    let total = sum(lines);
    let kept = total.min(model.range.max).max(model.range.min);
    if kept != total {
        lines.push(Line {
            source: LineSource::Range,
            label: Text::default(),
            points: kept.saturating_sub(total),
            evidence: Vec::new(),
        });
    }
}
