//! The table of cases: what people might write, and what is to be read in it. `cases.jsonl` is the data; a case
//! without `intent` is one where the intent does not matter.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::intent::{Intent, classify};
use lead::triage::{Help, Lane, triage, watch};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    lane: Lane,
    intent: Option<Intent>,
    #[serde(default)]
    mentions: Vec<String>,
}

fn cases() -> Vec<Case> {
    include_str!("cases.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_case_reads_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 250, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let found = triage(&case.text, &[]);
        let seen: Vec<String> = found
            .mentions
            .iter()
            .map(|mention| format!("{}:{}", mention.concept, format!("{:?}", mention.status).to_lowercase()))
            .collect();
        if found.lane != case.lane {
            wrong.push(format!("{:?} not {:?}: {} {seen:?}", found.lane, case.lane, case.text));
        } else if let Some(missing) = case.mentions.iter().find(|mention| !seen.contains(mention)) {
            wrong.push(format!("{missing} not in {seen:?}: {}", case.text));
        }
        let intent = classify(&case.text);
        if case.intent.is_some_and(|expected| expected != intent.intent) {
            let (expected, confidence) = (case.intent.unwrap_or_default(), intent.confidence);
            wrong.push(format!("{:?} ({confidence}) not {expected:?}: {}", intent.intent, case.text));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn spans_are_the_words_that_were_read() {
    for case in cases() {
        for mention in triage(&case.text, &[]).mentions {
            let (start, end) = (mention.span.0 as usize, mention.span.1 as usize);
            let words = case.text.get(start..end);
            assert!(words.is_some_and(|words| !words.is_empty() && words.trim() == words), "{}", case.text);
        }
    }
}

/// Sentences written without looking at the lexicons: docs/triage.md says how they were read before anything was
/// changed for them. What was reached since is kept.
#[test]
fn sentences_of_every_warning_sign_stay_found() {
    let all = [include_str!("urgency.jsonl"), include_str!("urgency-signs.jsonl")].concat();
    let (mut emergencies, mut missed, mut others, mut raised) = (0, Vec::new(), 0, Vec::new());
    for line in all.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = row["text"].as_str().unwrap();
        let is_found = triage(text, &[]).lane == Lane::Emergency;
        if row["label"] == "emergency" {
            emergencies += 1;
            missed.extend((!is_found).then_some(text.to_owned()));
        } else {
            others += 1;
            raised.extend(is_found.then_some(text.to_owned()));
        }
    }
    assert!(missed.len() * 25 <= emergencies, "{} of {emergencies} missed: {missed:#?}", missed.len());
    assert!(raised.len() * 20 <= others, "{} of {others} raised: {raised:#?}", raised.len());
}

/// The browser has no lexicon: it may miss some of what staff's programs find, and never says more.
#[test]
fn the_browser_watches_for_nearly_all_emergencies_and_for_nothing_else() {
    let mut missed = Vec::new();
    let mut emergencies = 0;
    for case in cases() {
        let watched = watch(&case.text, &[]).lane == Lane::Emergency;
        if case.lane == Lane::Emergency {
            emergencies += 1;
            if !watched {
                missed.push(case.text);
            }
        } else {
            assert!(!watched, "{}", case.text);
        }
    }
    assert!(missed.len() * 50 <= emergencies, "{} of {emergencies} missed: {missed:#?}", missed.len());
}

/// Messages written by another, who had seen neither the lexicons nor the messages that likeness is fitted to. Nothing was
/// changed for the first file; the lexicon was widened for the second. docs/triage.md has the figures; here they may not fall.
#[test]
fn messages_of_another_author_are_read_no_worse_than_before() {
    let staff = |text: &str| triage(text, &[]).lane == Lane::Emergency;
    let browser = |text: &str| watch(text, &[]).lane == Lane::Emergency;
    for (file, found_by_staff) in
        [(include_str!("messages.jsonl"), 70), (include_str!("messages-tuned.jsonl"), 74)]
    {
        let rows = file.lines().map(|line| serde_json::from_str::<Message>(line).unwrap());
        let (emergencies, others): (Vec<_>, Vec<_>) = rows.partition(|row| row.label == Lane::Emergency);
        assert_eq!((emergencies.len(), others.len()), (75, 105));
        let count = |rows: &[Message], is_so: &dyn Fn(&str) -> bool| {
            rows.iter().filter(|row| is_so(&row.text)).count()
        };
        let found = [count(&emergencies, &staff), count(&emergencies, &browser)];
        let raised = [count(&others, &staff), count(&others, &browser)];
        assert!(
            found[0] >= found_by_staff && found[1] >= 56,
            "found by staff's programs and browser: {found:?} of 75"
        );
        assert!(
            raised[0] <= 15 && raised[1] <= 8,
            "raised by staff's programs and browser: {raised:?} of 105"
        );
    }
}

/// What a practice finds in an ordinary month, by an author who had seen nothing of this: none is an emergency. Whoever asks
/// for an appointment must not be frightened, and a queue full of false emergencies hides the true ones.
#[test]
fn ordinary_inquiries_raise_few_alarms() {
    let rows: Vec<Message> =
        include_str!("ordinary.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let raised =
        |reads: &dyn Fn(&str) -> Lane| rows.iter().filter(|row| reads(&row.text) == Lane::Emergency).count();
    let (staff, browser) = (raised(&|text| triage(text, &[]).lane), raised(&|text| watch(text, &[]).lane));
    assert_eq!(rows.len(), 240);
    assert!(staff <= 26 && browser <= 20, "raised by staff's programs and browser: {staff} and {browser}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
    label: Lane,
}

/// Whom to call, in the browser: plain words for a crisis name 988, for poison Poison Control.
#[test]
fn the_browser_names_whom_to_call() {
    for (text, help) in [
        ("I want to kill myself", Help::Call988),
        ("I have suicidal thoughts", Help::Call988),
        ("quiero morirme", Help::Call988),
        ("my toddler swallowed bleach", Help::PoisonControl),
        ("se tomo muchas pastillas", Help::PoisonControl),
        ("chest pain and my left arm is numb", Help::Call911),
        ("no puedo respirar", Help::Call911),
    ] {
        assert_eq!(watch(text, &[]).help(), [help], "{text}");
    }
    let both = watch("I have chest pain and I want to die", &[]).help();
    assert!(both.contains(&Help::Call911) && both.contains(&Help::Call988), "{both:?}");
}
