//! `anteroom report`: how a practice does with the people who ask for care. Counts only.

use super::Context;
use crate::cli::{Report as Options, ReportFormat};
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::reading::{LANGUAGE, Reading};
use crate::session::Session;
use crate::terminal::clean_line;
use lead::report::{BAND, BOUNDS, Conversion, Entry, Report};
use serde_json::json;
use std::fmt::Write as _;

const DAY: u64 = 86_400_000;

/// A named number; what each format is made of.
struct Figure {
    group: &'static str,
    name: String,
    value: usize,
    of: Option<usize>,
}

/// Reads the log, counts, prints.
pub(super) async fn report(context: &Context, options: &Options) -> Result<(), Failure> {
    if context.output == Output::Json && options.format != ReportFormat::Text {
        return Err(Failure::new(
            Exit::Usage,
            "--json and --format ask for two forms of one report",
            "leave one of them out: --json holds everything that the others show",
        ));
    }
    let mut session = Session::open(context, &options.of.credential)?;
    let reading = Reading::make(&mut session).await?;
    let now = clock::now_ms();
    let period = now.saturating_sub(u64::from(options.days) * DAY)..now.saturating_add(1);
    let assessed = reading.assessed();
    let entries = assessed.iter().filter_map(|lead| Entry::of(lead.lead, &lead.assessment));
    let report = Report::of(entries, &reading.manifest.source.hours, &period, now);
    let figures = figures(&report, &reading);
    let json = json!({ "days": options.days, "until": clock::rfc3339(now), "report": report });
    match options.format {
        ReportFormat::Text => context.output.print(&json, || text(&report, &figures, options.days)),
        ReportFormat::Csv => context.output.print(&json, || csv(&figures)),
        ReportFormat::Svg => context.output.print(&json, || svg(&figures)),
    }
}

fn figures(report: &Report, reading: &Reading) -> Vec<Figure> {
    let funnel = &report.funnel;
    let all = Some(funnel.inquiries);
    let figure = |group, name: &str, value, of| Figure { group, name: name.to_owned(), value, of };
    let mut figures = vec![
        figure("How far people get", "Asked for care", funnel.inquiries, all),
        figure("How far people get", "To be called", funnel.qualified, all),
        figure("How far people get", "Spoken with", funnel.contacted, all),
        figure("How far people get", "Verified", funnel.verified, all),
        figure("How far people get", "Booked", funnel.booked, all),
        figure("How far people get", "In the EHR", funnel.handed_over, all),
    ];
    let called = Some(report.response.called());
    let mut from = 0;
    for (index, count) in report.response.bars.iter().enumerate() {
        let name = match BOUNDS.get(index) {
            Some(to) => format!("{from} to {to} min"),
            None => format!("more than {from} min"),
        };
        figures.push(Figure { group: "First call, in business minutes", name, value: *count, of: called });
        from = BOUNDS.get(index).copied().unwrap_or(from);
    }
    let deadlines = &report.deadlines;
    let asked = Some(deadlines.kept + deadlines.running + deadlines.missed.len());
    figures.push(figure("Calls asked for", "In time", deadlines.kept, asked));
    figures.push(figure("Calls asked for", "Still in time", deadlines.running, asked));
    figures.push(figure("Calls asked for", "Too late", deadlines.missed.len(), asked));
    let mut booked = |group, name: String, conversion: &Conversion| {
        figures.push(Figure { group, name, value: conversion.booked, of: Some(conversion.inquiries) });
    };
    for (source, conversion) in &report.by_source {
        booked("Booked, by how they came", (*source).to_owned(), conversion);
    }
    for (id, conversion) in &report.by_service {
        let service = reading.manifest.source.service(id);
        let name = match service {
            Some(service) => service.label.in_language(LANGUAGE).to_owned(),
            None if id.is_empty() => "none asked for".to_owned(),
            // A service that the manifest no longer has, or one that a stranger made up.
            None => clean_line(id),
        };
        booked("Booked, by service", name, conversion);
    }
    for (from, conversion) in &report.by_band {
        booked("Booked, by score", format!("{from} to {}", from + BAND - 1), conversion);
    }
    for (reason, count) in &funnel.lost {
        figures.push(figure("Closed without an appointment", reason, *count, all));
    }
    figures
}

fn text(report: &Report, figures: &[Figure], days: u32) -> String {
    let mut out = format!("The last {days} days.");
    let mut group = "";
    for figure in figures {
        if figure.group != group {
            group = figure.group;
            let _ = write!(out, "\n\n{group}");
        }
        let share = share(figure).map_or_else(String::new, |percent| format!("  {percent:>3} %"));
        let _ = write!(out, "\n  {:<28} {:>6}{share}", figure.name, figure.value);
    }
    let response = &report.response;
    if let (Some(median), Some(ninetieth)) = (response.median, response.ninetieth) {
        let _ = write!(
            out,
            "\n\nHalf were called within {median} business minutes, nine in ten within {ninetieth}."
        );
    }
    if let Some(longest) = response.longest_waiting {
        let _ = write!(
            out,
            "\n{} wait for a call, the longest for {longest} business minutes.",
            response.waiting
        );
    }
    out
}

fn share(figure: &Figure) -> Option<usize> {
    (figure.value * 100).checked_div(figure.of?)
}

/// RFC 4180. A cell that a spreadsheet would take for a formula is made text.
fn csv(figures: &[Figure]) -> String {
    let cell = |text: &str| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    let mut lines = vec!["group,name,value,of".to_owned()];
    for figure in figures {
        let of = figure.of.map(|of| of.to_string()).unwrap_or_default();
        lines.push(format!("{},{},{},{of}", cell(figure.group), cell(&figure.name), figure.value));
    }
    lines.join("\r\n")
}

/// One bar a figure, drawn to the group's whole.
fn svg(figures: &[Figure]) -> String {
    const ROW: usize = 26;
    const HEAD: usize = 40;
    let mut body = String::new();
    let mut y = 8;
    let mut group = "";
    for figure in figures {
        if figure.group != group {
            group = figure.group;
            let _ = write!(
                body,
                "<text x=\"16\" y=\"{}\" font-weight=\"600\">{}</text>",
                y + HEAD - 12,
                escape(group)
            );
            y += HEAD;
        }
        let percent = share(figure).unwrap_or_default().min(100);
        let _ = write!(
            body,
            "<text x=\"16\" y=\"{text}\">{name}</text>\
             <rect x=\"250\" y=\"{bar}\" width=\"300\" height=\"14\" rx=\"3\" fill=\"#e6ebee\"/>\
             <rect x=\"250\" y=\"{bar}\" width=\"{width}\" height=\"14\" rx=\"3\" fill=\"#1f6f78\"/>\
             <text x=\"562\" y=\"{text}\">{value} ({percent} %)</text>",
            text = y + 12,
            bar = y + 1,
            name = escape(&figure.name),
            width = percent * 3,
            value = figure.value,
        );
        y += ROW;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 680 {height}\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2a30\">\
         <title>Intake report</title><rect width=\"680\" height=\"{height}\" fill=\"#fff\"/>{body}</svg>",
        height = y + 16,
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Vec<Figure> {
        vec![
            Figure { group: "A", name: "=SUM(A1)".into(), value: 3, of: Some(4) },
            Figure { group: "A", name: "<b>\"x\"".into(), value: 1, of: None },
        ]
    }

    #[test]
    fn no_cell_is_a_formula_and_no_name_is_markup() {
        let csv = csv(&figures());
        assert_eq!(csv, "group,name,value,of\r\n\"A\",\"'=SUM(A1)\",3,4\r\n\"A\",\"<b>\"\"x\"\"\",1,");
        let svg = svg(&figures());
        assert!(
            svg.contains("&lt;b&gt;&quot;x&quot;") && svg.contains("3 (75 %)") && !svg.contains("<b>"),
            "{svg}"
        );
    }
}
