//! From facts to points.

use super::facts::{Appointment, Facts, InsuranceIs, PageEvent, ReferralSource};
use super::model::{Action, Count, Criterion, Model, Tier, When};
use super::{Evidence, Line, LineSource, ModelRef, Score};
use crate::text::Text;

const DAY_MS: u64 = 86_400_000;

/// More criteria than this are not looked at; the checks refuse such a model.
pub(super) const MOST_CRITERIA: usize = 200;
/// More groups than this are not looked at; the checks refuse such a model.
pub(super) const MOST_GROUPS: usize = 50;
/// More ZIP codes than this are refused by the checks.
pub(super) const MOST_ZIPS: usize = 2000;
/// No criterion, cap or range counts for more, so that no sum of them can overflow.
pub(super) const MOST_POINTS: i32 = 100_000;

/// Scores `facts` by `model`. Total: a model with faults ([`Model::faults`]) still gives a score whose lines sum.
#[must_use]
pub fn score(model: &Model, facts: &Facts) -> Score {
    score_as(model, model.reference(), facts)
}

/// The same for who scores much: `reference` is [`Model::reference`], which takes longer than a score.
#[must_use]
pub fn score_as(model: &Model, reference: ModelRef, facts: &Facts) -> Score {
    let lines = explain(model, facts);
    let (points, tier) = place(model, &lines);
    Score {
        points,
        tier: tier.map_or_else(String::new, |tier| tier.id.clone()),
        action: tier.map_or(Action::Nothing, |tier| tier.action.clone()),
        lines,
        model: reference,
    }
}

/// The sum of the lines, and the tier that it reaches.
pub(super) fn place<'a>(model: &'a Model, lines: &[Line]) -> (i32, Option<&'a Tier>) {
    let points = sum(lines);
    let tier = model.tiers.iter().find(|tier| points >= tier.at_least).or_else(|| model.tiers.last());
    (points, tier)
}

/// The lines of a score.
pub(super) fn explain(model: &Model, facts: &Facts) -> Vec<Line> {
    let counted: Vec<(&Criterion, Line)> = holding(model, facts)
        .filter_map(|(criterion, found)| {
            let points = bounded(weigh(criterion, &found, facts.now_ms));
            let source = LineSource::Criterion(criterion.id.clone());
            let line = || Line::new(source, &criterion.label, points, found.evidence());
            (points != 0).then(|| (criterion, line()))
        })
        .collect();
    let caps = caps(model, &counted);
    let mut lines: Vec<Line> = counted.into_iter().map(|(_, line)| line).chain(caps).collect();
    let total = sum(&lines);
    let kept = total.min(bounded(model.range.max)).max(bounded(model.range.min));
    if kept != total {
        lines.push(Line::new(LineSource::Range, &Text::default(), kept - total, Vec::new()));
    }
    lines
}

/// Ids of the criteria that hold, whatever points they give.
pub(super) fn criteria_that_hold<'a>(model: &'a Model, facts: &'a Facts) -> Vec<&'a str> {
    holding(model, facts).map(|(criterion, _)| criterion.id.as_str()).collect()
}

fn holding<'a>(model: &'a Model, facts: &'a Facts) -> impl Iterator<Item = (&'a Criterion, Found<'a>)> {
    let holds = move |criterion: &&Criterion| holds_with_others(model, criterion, facts);
    criteria(model)
        .iter()
        .filter(holds)
        .filter_map(|criterion| Some((criterion, look(model, &criterion.when, facts)?)))
}

fn bounded(points: i32) -> i32 {
    points.clamp(-MOST_POINTS, MOST_POINTS)
}

fn sum(lines: &[Line]) -> i32 {
    lines.iter().map(|line| line.points).sum()
}

/// What each group's criteria gave above its cap, taken back.
fn caps(model: &Model, counted: &[(&Criterion, Line)]) -> Vec<Line> {
    let groups = &model.groups[..model.groups.len().min(MOST_GROUPS)];
    let mut lines = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let is_repeated = groups[..n].iter().any(|earlier| earlier.id == group.id);
        let of_group = counted.iter().filter(|(by, _)| by.group.as_deref() == Some(group.id.as_str()));
        let above = of_group.map(|(_, line)| line.points).sum::<i32>() - bounded(group.cap);
        if above > 0 && !is_repeated {
            lines.push(Line::new(LineSource::Cap(group.id.clone()), &group.label, -above, Vec::new()));
        }
    }
    lines
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

fn look<'a>(model: &Model, when: &When, facts: &'a Facts) -> Option<Found<'a>> {
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
        When::AppointmentRequested => match facts.appointment {
            Appointment::Answered => (true, answer("appointment")),
            Appointment::Written => (true, needs(facts.intent.spans())),
            Appointment::NotRequested => return None,
        },
        When::Contact(ways) => (facts.contact.is_some_and(|way| ways.contains(&way)), answer("contact")),
        When::Zip(prefixes) => (
            !facts.zip.is_empty() && prefixes.iter().any(|prefix| facts.zip.starts_with(prefix.as_str())),
            answer("zip"),
        ),
        When::WithinMiles(most) => {
            (model.miles(&facts.zip).is_some_and(|miles| miles <= *most), answer("zip"))
        }
        When::Visitor(visitor) => (facts.visitor == *visitor, Found::Plain(Vec::new())),
    };
    holds.then_some(found)
}

/// The criteria that are looked at.
fn criteria(model: &Model) -> &[Criterion] {
    &model.criteria[..model.criteria.len().min(MOST_CRITERIA)]
}

fn holds_with_others(model: &Model, criterion: &Criterion, facts: &Facts) -> bool {
    let holds = |id: &String| {
        criteria(model).iter().any(|other| {
            other.id == *id && is_active(other, facts.now_ms) && look(model, &other.when, facts).is_some()
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
