//! `anteroom score`: a scoring model before it is published. Advice only: publishing is
//! `anteroom manifest publish`, by the owner.

use super::Context;
use crate::cli::{ScoreCalibrate, ScoreReplay};
use crate::document;
use crate::failure::{Exit, Failure};
use crate::reading::{Assessed, Reading};
use crate::session::Session;
use crate::terminal::{Column, Side, table};
use lead::scoring::calibrate::{Calibration, Outcome, calibrate};
use lead::scoring::versions::Change;
use lead::scoring::{Facts, Model, Replay, Versions};
use serde_json::{Value, json};
use std::path::Path;

/// Looks for mistakes in a model.
pub(super) fn check(context: &Context, file: &Path) -> Result<(), Failure> {
    let model = document::read_model(file)?;
    let json = json!({ "ok": true, "name": model.name, "version": model.version, "hash": model.hash() });
    context.output.print(&json, || {
        format!(
            "{}: no mistakes found.\n  {} version {}: {} criteria, {} tiers, hash {}",
            file.display(),
            model.name,
            model.version,
            model.criteria.len(),
            model.tiers.len(),
            model.hash()
        )
    })
}

/// Scores every lead by the model in force and by a draft.
pub(super) async fn replay(context: &Context, options: &ScoreReplay) -> Result<(), Failure> {
    let draft = document::read_model(&options.model)?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    reading.warn_of_refused(context.output);
    let leads = reading.assessed();
    let facts: Vec<Facts> = leads.iter().map(facts).collect();
    let mut versions = Versions::of(reading.manifest.source.scoring.clone());
    versions.set_draft(Some(draft.clone()));
    let (current, changes) = (versions.current(), versions.changes());
    if !changes.is_empty() && draft.version <= current.version {
        context.output.warn(&format!(
            "the draft is numbered {}: it can be published as version {} or higher",
            draft.version,
            current.version.saturating_add(1)
        ));
    }
    let replay = Replay::of(current, &draft, facts.iter());
    context.output.print(&replay_json(&replay, &leads, current, &draft, &changes), || {
        replay_text(&replay, &leads, current, &draft, &changes)
    })
}

/// Fits the model's criteria to what became of the leads.
pub(super) async fn calibration(context: &Context, options: &ScoreCalibrate) -> Result<(), Failure> {
    let model = options.model.as_deref().map(document::read_model).transpose()?;
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    reading.warn_of_refused(context.output);
    let model = model.as_ref().unwrap_or(&reading.manifest.source.scoring);
    let leads = reading.assessed();
    let settled: Vec<(Facts, Outcome)> =
        leads.iter().filter_map(|lead| Some((facts(lead), Outcome::of(lead.lead.stage)?))).collect();
    let open = leads.len() - settled.len();
    let found = calibrate(model, &settled).map_err(|error| {
        Failure::new(
            Exit::TooLittle,
            format!("{error} ({open} leads are still open and do not count)"),
            "set each lead's stage when it is settled: booked, or closed; and ask again later",
        )
    })?;
    context.output.print(&calibration_json(&found, open), || calibration_text(&found, open))
}

fn facts(lead: &Assessed<'_>) -> Facts {
    let inquiry = lead.inquiry;
    Facts::gather(&lead.manifest.source, &inquiry.answers, &inquiry.signals, inquiry.submitted_ms)
}

/// One change, for people.
fn says(change: &Change) -> String {
    match change {
        Change::Added(id, gives) => format!("{id}: new, {gives:+}"),
        Change::Removed(id, gave) => format!("{id}: gone, was {gave:+}"),
        Change::Points(id, before, after) => format!("{id}: {after:+} instead of {before:+}"),
        Change::Condition(id) => format!("{id}: looks at something else"),
        Change::Frame(what) => format!("other {what}"),
    }
}

fn replay_json(
    replay: &Replay,
    leads: &[Assessed<'_>],
    current: &Model,
    draft: &Model,
    changes: &[Change],
) -> Value {
    let model = |model: &Model| json!({ "name": model.name, "version": model.version, "hash": model.hash() });
    let moves: Vec<Value> = replay
        .moves
        .iter()
        .map(|((from, to), leads)| json!({ "from": from, "to": to, "leads": leads }))
        .collect();
    let moved: Vec<Value> = replay
        .moved
        .iter()
        .filter_map(|moved| {
            let reference = leads.get(moved.lead)?.reference();
            let side = |(points, tier): &(i32, String)| json!({ "points": points, "tier": tier });
            Some(json!({ "reference": reference, "from": side(&moved.from), "to": side(&moved.to) }))
        })
        .collect();
    let histogram: Vec<Value> = replay
        .histogram
        .iter()
        .map(|(from, (now, then))| json!({ "from": from, "current": now, "draft": then }))
        .collect();
    json!({
        "leads": replay.leads,
        "current": model(current),
        "draft": model(draft),
        "changes": changes.iter().map(says).collect::<Vec<_>>(),
        "moves": moves,
        "moved": moved,
        "histogram": histogram,
    })
}

fn replay_text(
    replay: &Replay,
    leads: &[Assessed<'_>],
    current: &Model,
    draft: &Model,
    changes: &[Change],
) -> String {
    let mut out = vec![format!(
        "{} leads by {} version {} (in force) and by {} version {} (draft): {} would move.",
        replay.leads,
        current.name,
        current.version,
        draft.name,
        draft.version,
        replay.moved.len()
    )];
    if !changes.is_empty() {
        out.push("What the draft changes:".to_owned());
        out.extend(changes.iter().map(|change| format!("  {}", says(change))));
        out.push(String::new());
    }
    let tier = |model: &Model, id: &str| {
        let label = model.tier(id).map(|tier| tier.label.in_language(crate::reading::LANGUAGE).to_owned());
        label.filter(|label| !label.is_empty()).unwrap_or_else(|| id.to_owned())
    };
    for ((from, to), count) in &replay.moves {
        out.push(format!("  {count:>5}  from {} to {}", tier(current, from), tier(draft, to)));
    }
    if !replay.moved.is_empty() {
        let columns = [
            Column { title: "REFERENCE", widest: 9, side: Side::Left },
            Column { title: "NAME", widest: 30, side: Side::Left },
            Column { title: "NOW", widest: 5, side: Side::Right },
            Column { title: "DRAFT", widest: 5, side: Side::Right },
            Column { title: "WOULD BE", widest: 24, side: Side::Left },
        ];
        let rows: Vec<Vec<String>> = replay
            .moved
            .iter()
            .filter_map(|moved| {
                let lead = leads.get(moved.lead)?;
                Some(vec![
                    lead.reference(),
                    lead.inquiry.answers.contact.name.clone(),
                    moved.from.0.to_string(),
                    moved.to.0.to_string(),
                    tier(draft, &moved.to.1),
                ])
            })
            .collect();
        out.extend([String::new(), table(&columns, &rows)]);
    }
    out.extend([String::new(), "Points      in force                        draft".to_owned()]);
    let most = replay.histogram.values().map(|(now, then)| *now.max(then)).max().unwrap_or(0).max(1);
    for (from, (now, then)) in &replay.histogram {
        let range = format!("{from}..{}", from + 9);
        out.push(format!("{range:<10}  {:<30}  {}", bar(*now, most), bar(*then, most)).trim_end().to_owned());
    }
    out.join("\n")
}

fn bar(count: usize, most: usize) -> String {
    const WIDEST: usize = 24;
    let marks = (count * WIDEST).div_ceil(most);
    format!("{} {count}", "#".repeat(marks)).trim_start().to_owned()
}

fn calibration_json(found: &Calibration, open: usize) -> Value {
    let criteria: Vec<Value> = found
        .criteria
        .iter()
        .map(|by| {
            json!({
                "id": by.id,
                "held": by.held,
                "booked": by.booked,
                "coefficient": by.coefficient,
                "interval": [by.interval.0, by.interval.1],
                "points": by.points,
                "suggested": by.suggested,
            })
        })
        .collect();
    let reliability: Vec<Value> = found
        .reliability
        .iter()
        .map(|bar| json!({ "leads": bar.leads, "predicted": bar.predicted, "observed": bar.observed }))
        .collect();
    json!({
        "leads": found.leads,
        "booked": found.booked,
        "open": open,
        "criteria": criteria,
        "left_out": found.left_out.iter().map(|(id, held)| json!({ "id": id, "held": held })).collect::<Vec<_>>(),
        "reliability": reliability,
    })
}

fn calibration_text(found: &Calibration, open: usize) -> String {
    let columns = [
        Column { title: "CRITERION", widest: 32, side: Side::Left },
        Column { title: "HELD", widest: 7, side: Side::Right },
        Column { title: "BOOKED", widest: 7, side: Side::Right },
        Column { title: "LOG ODDS", widest: 8, side: Side::Right },
        Column { title: "95 % INTERVAL", widest: 16, side: Side::Right },
        Column { title: "POINTS", widest: 6, side: Side::Right },
        Column { title: "SUGGESTED", widest: 9, side: Side::Right },
    ];
    let rows: Vec<Vec<String>> = found
        .criteria
        .iter()
        .map(|by| {
            vec![
                by.id.clone(),
                by.held.to_string(),
                by.booked.to_string(),
                format!("{:+.2}", by.coefficient),
                format!("{:+.2} to {:+.2}", by.interval.0, by.interval.1),
                by.points.to_string(),
                by.suggested.to_string(),
            ]
        })
        .collect();
    let mut out = vec![
        format!(
            "{} settled leads, {} of them booked; {open} are open and do not count.",
            found.leads, found.booked
        ),
        String::new(),
        table(&columns, &rows),
    ];
    for (id, held) in &found.left_out {
        out.push(format!("left out: {id} held in {held} of {} leads, which teaches nothing", found.leads));
    }
    let columns = [
        Column { title: "LEADS", widest: 6, side: Side::Right },
        Column { title: "PREDICTED", widest: 9, side: Side::Right },
        Column { title: "OBSERVED", widest: 9, side: Side::Right },
    ];
    let rows: Vec<Vec<String>> = found
        .reliability
        .iter()
        .map(|bar| {
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            vec![bar.leads.to_string(), percent(bar.predicted), percent(bar.observed)]
        })
        .collect();
    out.extend([
        String::new(),
        "How well it would have predicted leads that it had not seen:".to_owned(),
        table(&columns, &rows),
        String::new(),
        "This is advice from the past. What goes with booking need not be its cause, and nothing is published."
            .to_owned(),
    ]);
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lead::scoring::calibrate::{Reliability, Suggestion};
    use lead::thread::Stage;

    #[test]
    fn only_settled_leads_have_an_outcome() {
        use Stage::{Booked, Closed, Contacting, New, Nurture, Patient, Reached};
        let outcomes = [Booked, Patient, Closed, New, Contacting, Reached, Nurture].map(Outcome::of);
        let (yes, no) = (Some(Outcome::Booked), Some(Outcome::NotBooked));
        assert_eq!(outcomes, [yes, yes, no, None, None, None, None]);
    }

    #[test]
    fn a_calibration_is_shown_with_sizes_and_intervals() {
        let found = Calibration {
            leads: 400,
            booked: 120,
            criteria: vec![Suggestion {
                id: "surgical-procedure".into(),
                held: 180,
                booked: 90,
                coefficient: 1.234,
                interval: (0.5, 1.97),
                points: 25,
                suggested: 25,
            }],
            left_out: vec![("solicitation".into(), 3)],
            reliability: vec![Reliability { leads: 40, predicted: 0.123, observed: 0.1 }],
        };
        let text = calibration_text(&found, 7);
        for part in [
            "400 settled leads, 120 of them booked; 7 are open",
            "surgical-procedure   180      90     +1.23  +0.50 to +1.97      25         25",
            "left out: solicitation held in 3 of 400 leads",
            "   40       12 %      10 %",
            "nothing is published",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert_eq!(calibration_json(&found, 7)["criteria"][0]["interval"][1], 1.97);
    }

    #[test]
    fn bars_are_in_proportion() {
        assert_eq!(bar(0, 10), "0");
        assert_eq!(bar(10, 10), format!("{} 10", "#".repeat(24)));
        assert_eq!(bar(1, 1000), "# 1");
    }
}
