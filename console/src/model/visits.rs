//! The way through the practice's website, in words.

use super::plain::plain_line;
use super::when::{Zone, brief, full, span};
use crate::words::{fill, many, t};
use lead::manifest::{ManifestSource, PageKind};
use lead::signals::{Referrer, Signals, Visit};
use std::collections::BTreeSet;

/// One view of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    /// `Costs and insurance`, or `Page`.
    pub(crate) kind: &'static str,
    pub(crate) path: String,
    /// `3 minutes there · from a search engine`; may be empty.
    pub(crate) detail: String,
    pub(crate) when: String,
    pub(crate) when_full: String,
}

/// The visits, newest first.
pub(crate) fn steps(source: &ManifestSource, signals: &Signals, now: u64, zone: Zone) -> Vec<Step> {
    let mut visits: Vec<&Visit> = signals.visits.iter().collect();
    visits.sort_by_key(|visit| std::cmp::Reverse(visit.ms));
    visits
        .into_iter()
        .map(|visit| Step {
            kind: source.page_kind(&visit.path).map_or_else(|| t("Page"), kind),
            path: plain_line(&visit.path),
            detail: detail(visit),
            when: brief(visit.ms, now, zone),
            when_full: full(visit.ms, zone),
        })
        .collect()
}

/// The whole way in one or two sentences. `submitted` is when the inquiry was sent, in milliseconds.
pub(crate) fn summary(source: &ManifestSource, signals: &Signals, submitted: u64, zone: Zone) -> String {
    let Some(first) = signals.visits.iter().min_by_key(|visit| visit.ms) else {
        return t("No visits were recorded: the website's owner or the visitor's browser does not allow it.")
            .into();
    };
    let days: BTreeSet<i64> =
        signals.visits.iter().map(|visit| super::when::Local::at(visit.ms, zone).day).collect();
    let came = match first.referrer {
        Referrer::None => "",
        other => &format!(" {}", referrer(other)),
    };
    let before = match submitted.saturating_sub(first.ms) {
        ..60_000 => t("right before writing").to_owned(),
        gap => fill("{span} before writing", &[&span(gap)]),
    };
    let mut words = fill(
        "First came{from} {before}, and saw {pages} on {days}.",
        &[
            &came,
            &before,
            &many(signals.visits.len() as u64, "{count} page", "{count} pages"),
            &many(days.len() as u64, "{count} day", "{count} days"),
        ],
    );
    let count = |wanted: PageKind| {
        signals.visits.iter().filter(|visit| source.page_kind(&visit.path) == Some(wanted)).count()
    };
    let often: Vec<String> = [PageKind::Pricing, PageKind::Scheduling, PageKind::Download]
        .into_iter()
        .filter_map(|wanted| match count(wanted) {
            0 => None,
            1 => Some(fill("{page} once", &[&kind(wanted).to_lowercase()])),
            n => Some(fill("{page} {count} times", &[&kind(wanted).to_lowercase(), &n])),
        })
        .collect();
    if !often.is_empty() {
        words += &fill(" Looked at {pages}.", &[&often.join(", ")]);
    }
    words
}

/// What a kind of page is called.
pub(crate) fn kind(kind: PageKind) -> &'static str {
    t(match kind {
        PageKind::Pricing => "Costs and insurance",
        PageKind::Scheduling => "Appointments",
        PageKind::Service => "Service",
        PageKind::Guide => "Guide",
        PageKind::Physician => "Physician",
        PageKind::Download => "Download",
    })
}

fn referrer(referrer: Referrer) -> &'static str {
    t(match referrer {
        Referrer::None => "",
        Referrer::Search => "from a search engine",
        Referrer::Social => "from a social network",
        Referrer::Physician => "by a physician's link",
        Referrer::Other => "from another website",
    })
}

fn detail(visit: &Visit) -> String {
    let mut parts = Vec::new();
    if visit.dwell_ms >= 1000 {
        parts.push(fill("{span} there", &[&span(u64::from(visit.dwell_ms))]));
    }
    if visit.referrer != Referrer::None {
        parts.push(referrer(visit.referrer).to_owned());
    }
    if let Some(campaign) = &visit.campaign {
        let named = [&campaign.name, &campaign.source, &campaign.medium];
        let named: Vec<String> =
            named.iter().filter(|part| !part.is_empty()).map(|part| plain_line(part)).collect();
        if !named.is_empty() {
            parts.push(fill("campaign {name}", &[&named.join(" / ")]));
        }
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn the_way_is_told_in_words() {
        let json = format!(
            r#"[{{"path":"/","ms":{},"referrer":"search"}},{{"path":"/pricing","ms":{},"dwell_ms":65000}},
                {{"path":"/pricing","ms":{}}}]"#,
            NOW - 6 * 86_400_000,
            NOW - 3_600_000,
            NOW - 60_000
        );
        let signals = Signals::from_loader(&json, NOW);
        let source = samples::source();
        assert_eq!(
            summary(&source, &signals, NOW, |_| -360),
            "First came from a search engine 6 days before writing, and saw 3 pages on 2 days. \
             Looked at costs and insurance 2 times."
        );
        let steps = steps(&source, &signals, NOW, |_| -360);
        assert_eq!(steps[1].detail, "1 minute there");
        assert_eq!((steps[0].kind, steps[2].kind), ("Costs and insurance", "Page"));
    }

    #[test]
    fn no_visits_is_said() {
        assert!(summary(&samples::source(), &Signals::default(), NOW, |_| 0).starts_with("No visits"));
    }
}
