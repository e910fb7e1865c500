//! What the numbers say, as charts: the counts are `lead::report`'s, the words are here.

use super::case::{Case, Practice};
use super::chart::{Bar, Chart};
use super::pipeline::source_label;
use super::score;
use super::work::reason_word;
use crate::words::{fill, t};
use lead::report::{BAND, BOUNDS, Conversion, Entry, Report, Step};
use lead::thread::ClosedReason;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Leads of which time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Period {
    Week,
    Month,
    Quarter,
    All,
}

impl Period {
    pub(crate) const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::All];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
            Self::All => "All",
        })
    }

    const fn start(self, now: u64) -> u64 {
        let days = match self {
            Self::Week => 7,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::All => return 0,
        };
        now.saturating_sub(days * 86_400_000)
    }
}

/// A number that stands by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Figure {
    pub(crate) label: &'static str,
    pub(crate) value: String,
}

/// Figures first, then charts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sheet {
    /// Nothing to show: nobody wrote in this time.
    pub(crate) empty: bool,
    pub(crate) figures: Vec<Figure>,
    pub(crate) charts: Vec<Chart>,
}

/// The report on the leads of `period`, as things stand at `now`.
pub(crate) fn sheet(practice: &Practice, period: Period, now: u64) -> Sheet {
    let hours = &practice.source.hours;
    let report = Report::of(entries(&practice.cases), hours, &(period.start(now)..u64::MAX), now);
    Sheet {
        empty: report.funnel.inquiries == 0,
        figures: figures(&report),
        charts: charts(practice, &report),
    }
}

fn entries(cases: &[Arc<Case>]) -> impl Iterator<Item = Entry<'_>> {
    cases.iter().filter_map(|case| Entry::of(&case.lead, case.assessment.as_ref()?))
}

fn figures(report: &Report) -> Vec<Figure> {
    let minutes = |minutes: Option<u64>| minutes.map_or_else(|| "–".to_owned(), span);
    let figure = |label, value: String| Figure { label, value };
    vec![
        figure(t("Inquiries"), report.funnel.inquiries.to_string()),
        figure(t("Booked"), report.funnel.booked.to_string()),
        figure(t("Half were called within"), minutes(report.response.median)),
        figure(t("Nine in ten within"), minutes(report.response.ninetieth)),
        figure(t("Deadlines kept"), report.deadlines.kept.to_string()),
        figure(t("Deadlines missed"), report.deadlines.missed.len().to_string()),
        figure(t("Waiting for a first call"), report.response.waiting.to_string()),
    ]
}

fn charts(practice: &Practice, report: &Report) -> Vec<Chart> {
    vec![
        funnel(report),
        lost(report),
        response(report),
        conversion("source", t("Booked, by how they came"), &report.by_source, |id| source_label(id).into()),
        conversion("service", t("Booked, by service"), &report.by_service, |id| match id.as_str() {
            "" => t("None given").into(),
            id => score::service(&practice.source, id),
        }),
        conversion("band", t("Booked, by score"), &report.by_band, |from| {
            fill("{from} to {last}", &[from, &(from + BAND - 1)])
        }),
        conversion("hour", t("Booked, by hour of the inquiry"), &report.by_hour, |hour| format!("{hour}:00")),
    ]
}

fn funnel(report: &Report) -> Chart {
    let of = report.funnel.inquiries as u64;
    let bars = Step::ALL.into_iter().map(|step| {
        let count = report.funnel.step(step) as u64;
        let share = super::chart::percent(count, of);
        let mut bar = Bar::count(step_word(step), count);
        bar.says =
            fill("{step}: {count} of {all} inquiries, {share}", &[&step_word(step), &count, &of, &share]);
        bar.shown = format!("{count} · {share}");
        bar.cells.push(share);
        bar
    });
    Chart {
        id: "funnel",
        title: t("How far leads got"),
        note: fill("{count} are still open.", &[&report.funnel.open]),
        columns: vec![t("Step"), t("Leads"), t("Of all")],
        bars: bars.collect(),
    }
}

fn lost(report: &Report) -> Chart {
    let word = |id: &str| {
        let reason = ClosedReason::ALL.into_iter().find(|reason| reason.as_str() == id);
        reason.map_or_else(|| t("No reason given"), reason_word)
    };
    let mut bars: Vec<Bar> =
        report.funnel.lost.iter().map(|(id, count)| Bar::count(word(id), *count as u64)).collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.value));
    Chart {
        id: "lost",
        title: t("Closed without an appointment, by reason"),
        note: String::new(),
        columns: vec![t("Reason"), t("Leads")],
        bars,
    }
}

fn response(report: &Report) -> Chart {
    let mut from = 0;
    let mut labels: Vec<String> = Vec::new();
    for bound in BOUNDS {
        labels.push(if from == 0 {
            fill("up to {span}", &[&span(bound)])
        } else {
            fill("{from} to {last}", &[&span(from), &span(bound)])
        });
        from = bound;
    }
    labels.push(fill("over {span}", &[&span(from)]));
    let bars = labels.iter().zip(report.response.bars).enumerate().map(|(index, (label, count))| Bar {
        // Later than the hour that Care-Ready asks for.
        late: index >= 4,
        ..Bar::count(label, count as u64)
    });
    let longest = report
        .response
        .longest_waiting
        .map(|minutes| fill(" The longest wait now: {span}.", &[&span(minutes)]));
    Chart {
        id: "response",
        title: t("Business time to the first call"),
        note: fill(
            "{count} wait for a first call.{longest}",
            &[&report.response.waiting, &longest.unwrap_or_default()],
        ),
        columns: vec![t("Time"), t("Leads")],
        bars: bars.collect(),
    }
}

fn conversion<K: Ord>(
    id: &'static str,
    title: &'static str,
    by: &BTreeMap<K, Conversion>,
    word: impl Fn(&K) -> String,
) -> Chart {
    let bar =
        |(key, found): (&K, &Conversion)| Bar::share(&word(key), found.booked as u64, found.inquiries as u64);
    Chart {
        id,
        title,
        note: String::new(),
        columns: vec!["", t("Inquiries"), t("Booked"), t("Share")],
        bars: by.iter().map(bar).collect(),
    }
}

fn step_word(step: Step) -> &'static str {
    t(match step {
        Step::Inquiry => "Inquiry",
        Step::Qualified => "Qualified",
        Step::Contacted => "Contacted",
        Step::Verified => "Verified",
        Step::Booked => "Booked",
        Step::HandedOver => "Handed over",
    })
}

/// Business minutes in short: `45 min`, `4 h`, `2 h 30 min`.
fn span(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => fill("{minutes} min", &[&minutes]),
        (hours, 0) => fill("{hours} h", &[&hours]),
        (hours, minutes) => fill("{hours} h {minutes} min", &[&hours, &minutes]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn charts_hold_every_lead_of_the_period_and_no_other() {
        let cases = vec![
            samples::case(1, "book a knee replacement", NOW - 1_000),
            samples::case(2, "chest pain", NOW - 2_000),
            samples::case(3, "long ago", NOW - 40 * 86_400_000),
        ];
        let practice = samples::practice(cases, Vec::new());
        for (period, count) in [(Period::Week, 2), (Period::Quarter, 3), (Period::All, 3)] {
            let sheet = sheet(&practice, period, NOW);
            assert_eq!(sheet.figures[0].value, count.to_string());
            let of = |id: &str| sheet.charts.iter().find(|chart| chart.id == id).unwrap();
            assert_eq!(of("funnel").bars[0].value, count);
            for id in ["source", "service", "band", "hour"] {
                assert_eq!(of(id).bars.iter().map(|bar| bar.value).sum::<u64>(), count, "{id}");
                assert!(of(id).bars.iter().all(|bar| bar.cells.len() + 1 == of(id).columns.len()));
            }
        }
    }

    #[test]
    fn spans_are_business_time_in_short() {
        assert_eq!((span(45), span(240), span(150)), ("45 min".into(), "4 h".into(), "2 h 30 min".into()));
    }
}
