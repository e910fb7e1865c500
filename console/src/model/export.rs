//! Leads as a table for a spreadsheet: CSV after RFC 4180, in which no cell can become a formula.

use super::case::{Case, Practice};
use super::plain::plain_line;
use super::queue::lane;
use super::score;
use super::when::{Zone, full};
use super::work::{reason_word, stage_word};
use crate::words::{en, t};
use lead::triage::Lane;
use std::sync::Arc;

const HEAD: [&str; 15] = [
    en("Reference"),
    en("Received"),
    en("Name"),
    en("Phone"),
    en("E-mail"),
    en("Service"),
    en("Lane"),
    en("Points"),
    en("Tier"),
    en("Stage"),
    en("Reason"),
    en("Calls"),
    en("First call"),
    en("Appointment"),
    en("Row"),
];

/// The leads, one a row, each with its status in the last column: a lead that cannot be told in full is a row that says so.
pub(crate) fn csv(practice: &Practice, cases: &[Arc<Case>], zone: Zone) -> String {
    let head = HEAD.map(|head| t(head).to_owned());
    let rows = cases.iter().map(|case| row(practice, case, zone));
    std::iter::once(head).chain(rows).map(|cells| line(&cells)).collect()
}

fn row(practice: &Practice, case: &Case, zone: Zone) -> [String; 15] {
    let lead = &case.lead;
    let at = |ms: Option<u64>| ms.map(|ms| full(ms, zone)).unwrap_or_default();
    let reference = lead.inquiries.last().map(|received| received.entry.reference()).unwrap_or_default();
    let answers = case.answers();
    let answer = |text: Option<&String>| text.map(|text| plain_line(text)).unwrap_or_default();
    let contact = answers.as_ref().map(|answers| &answers.contact);
    let service = answers.as_ref().and_then(|answers| answers.service.as_ref());
    let score = case.assessment.as_ref().map(|assessment| &assessment.score);
    let tier = score.map(|score| score::explain(score, &practice.source.scoring).tier);
    let lane = t(match lane(case) {
        Lane::Emergency => "Emergency",
        Lane::Urgent => "Urgent",
        Lane::Routine => "Routine",
    });
    [
        reference,
        at(Some(case.received())),
        case.name(),
        answer(contact.and_then(|contact| contact.phone.as_ref())),
        answer(contact.and_then(|contact| contact.email.as_ref())),
        service.map(|id| score::service(&practice.source, id)).unwrap_or_default(),
        lane.to_owned(),
        score.map(|score| score.points.to_string()).unwrap_or_default(),
        tier.unwrap_or_default(),
        stage_word(lead.stage).to_owned(),
        lead.closing.as_ref().map(|closing| reason_word(closing.reason).to_owned()).unwrap_or_default(),
        lead.calls.len().to_string(),
        at(lead.calls.first().map(|call| call.time)),
        at(lead.appointment.as_ref().map(|made| made.slot.start)),
        t(if answers.is_some() { "complete" } else { "the inquiry was erased" }).to_owned(),
    ]
}

pub(crate) fn line(cells: &[String]) -> String {
    cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A cell that a spreadsheet takes as text: what begins like a formula gets an apostrophe in front (OWASP, CSV
/// injection), and everything is quoted.
pub(crate) fn cell(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    let first = text.trim_start().chars().next();
    // Numbers with a sign are numbers and nothing else.
    let number = text.parse::<f64>().is_ok();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '|' | '%' | '＝' | '＋' | '－' | '＠'));
    let guard = if formula && !number { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn no_cell_is_a_formula() {
        for text in
            ["=1+1", "+1 555 0100", "-2+3", "@SUM(A1)", " =cmd|' /C calc'!A0", "\t=1", "＝1+1", "%0A=1"]
        {
            assert!(cell(text).starts_with("\"'"), "{text:?} → {}", cell(text));
        }
        assert_eq!(cell("-12"), "\"-12\"", "a number stays one");
        assert_eq!(cell("say \"hi\",\nthen"), "\"say \"\"hi\"\", then\"");
    }

    #[test]
    fn every_lead_is_a_row_of_its_own_whatever_was_typed() {
        let mut hostile = samples::case(2, "x\",\"\n=HYPERLINK(1)", NOW);
        let answers = &mut hostile.lead.inquiries[0].inquiry.answers;
        answers.contact.name = "=HYPERLINK(\"https://example.com\")\r\nsecond line".into();
        let mut erased = samples::case(3, "gone", NOW);
        erased.lead.inquiries.clear();
        let practice = samples::practice(vec![samples::case(1, "knee", NOW), hostile, erased], Vec::new());
        let table = csv(&practice, &practice.cases, |_| 0);
        let lines: Vec<&str> = table.trim_end().split("\r\n").collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(lines[2].contains("\"'=HYPERLINK(\"\"https://example.com\"\") second line\""), "{table}");
        assert!(lines[3].ends_with("\"the inquiry was erased\""));
        assert!(lines.iter().all(|line| line.matches("\",\"").count() == 14), "{table}");
    }
}
