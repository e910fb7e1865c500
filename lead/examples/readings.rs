//! What is read from texts, one line each: natively from standard input to standard output, in a browser by
//! the functions that it exports. `tests/lead/run.mjs` compares the two, and times both.

use lead::inquiry::{Answers, AppointmentWish, Insurance};
use lead::manifest::PageKind;
use lead::scoring::{Criterion, Facts, Model, PageEvent, Replay, score};
use serde_json::json;

/// A time in 2026, in milliseconds.
const NOW_MS: u64 = 1_790_000_000_000;

/// Everything that is read from `text`, as one line of JSON.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
#[must_use]
pub fn reading(text: &str) -> String {
    let facts = facts(text);
    let watched = lead::triage::watch(text, &[]);
    let mentions = |found: &lead::triage::Triage| -> Vec<_> {
        found
            .mentions
            .iter()
            .map(|mention| json!([mention.concept, mention.status, mention.lane, mention.span]))
            .collect()
    };
    json!({
        "lane": facts.triage.lane,
        "mentions": mentions(&facts.triage),
        "watched": mentions(&watched),
        "intent": facts.intent.intent,
        "confidence": facts.intent.confidence,
        "clues": facts.intent.evidence.iter().map(|clue| (clue.span, clue.weight)).collect::<Vec<_>>(),
        "score": score(&model(), &facts),
    })
    .to_string()
}

/// Facts that vary with the text's length, so that every criterion is seen.
fn facts(text: &str) -> Facts {
    let answers = Answers {
        insurance: text.len().is_multiple_of(2).then_some(Insurance::Unknown),
        appointment: text.len().is_multiple_of(3).then(AppointmentWish::default),
        ..Answers::default()
    };
    let visit = |n: u64| PageEvent {
        kind: PageKind::Guide,
        path: "/guides/knee".into(),
        ms: NOW_MS - n * 86_400_000,
    };
    let mut facts = Facts::from_text(text);
    facts.now_ms = NOW_MS;
    facts.pages = (0..text.len() as u64 % 5).map(|n| visit(3 * n + 1)).rev().collect();
    facts.form_completed = answers.insurance.is_some();
    facts
}

/// The default model, with a half-life.
fn model() -> Model {
    let mut model = Model::seed();
    let halving = |criterion: &mut Criterion| criterion.half_life_days = Some(7);
    model.criteria.iter_mut().filter(|criterion| criterion.group.is_some()).for_each(halving);
    model
}

/// How many of `count` leads would move to another tier.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen::prelude::wasm_bindgen)]
#[must_use]
pub fn replay(texts: &str, count: usize) -> usize {
    let leads: Vec<Facts> = texts.lines().map(facts).collect();
    let mut draft = model();
    draft.criteria[1].points = 35;
    Replay::of(&model(), &draft, leads.iter().cycle().take(count)).moved.len()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use std::io::Read as _;
    use std::time::Instant;
    let mut texts = String::new();
    if std::io::stdin().read_to_string(&mut texts).is_err() {
        eprintln!("standard input holds one text a line");
        std::process::exit(2);
    }
    if std::env::args().nth(1).as_deref() != Some("time") {
        texts.lines().for_each(|text| println!("{}", reading(text)));
        return;
    }
    let _ = reading("reads the lexicons");
    let start = Instant::now();
    texts.lines().for_each(|text| drop(reading(text)));
    let each_us = start.elapsed().as_secs_f64() * 1e6 / texts.lines().count().max(1) as f64;
    let start = Instant::now();
    let moved = replay(&texts, 100_000);
    println!(
        "{}",
        json!({ "reading_us": each_us, "replay_ms": start.elapsed().as_secs_f64() * 1e3, "moved": moved })
    );
}

#[cfg(target_arch = "wasm32")]
fn main() {}
