//! The form's life: filled in step by step, reviewed, sealed, sent, confirmed, wiped.
//!
//! [`Intake::step`] takes what happened and says what to do. It performs nothing itself.

use crate::answers::{answers, contact_way};
use crate::control::{Control, Entry, Part, controls, is_asked};
use crate::validate::{Problem, problem};
use crate::values::Values;
use crate::words;
use lead::inquiry::{ContactWay, Inquiry};
use lead::signals::Signals;
use lead::triage::{Help, watch};
use lead::{Manifest, assess};
use std::sync::Arc;
use wire::EntryId;

/// A person needs longer than this, in milliseconds; a program that does not is made to wait for it.
const SHORTEST_MS: u64 = 4_000;

/// Everything that the form is.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The practice's manifest, checked.
    pub manifest: Arc<Manifest>,
    /// What is asked.
    pub controls: Arc<Vec<Control>>,
    /// What is filled in.
    pub values: Values,
    /// Problems that are shown, one place for each control.
    pub problems: Vec<Option<Problem>>,
    /// Whom to call at once, by what was written.
    pub help: Vec<Help>,
    /// The language shown.
    pub language: String,
    /// Where the person is.
    pub stage: Stage,
    /// How often the form was begun afresh: what is on the screen belongs to one round.
    pub round: usize,
    signals: Signals,
    trap: String,
    began_ms: u64,
}

/// Where a person is in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// At this step for the first time.
    Filling(usize),
    /// Back at this step from the review.
    Changing(usize),
    /// Looks everything over before it is sent.
    Review,
    /// Waits for the sealed message to be taken.
    Sending(Option<Confirmation>),
    /// Done; the answers are wiped.
    Sent(Confirmation, Delivery),
    /// The relay will not take the message; the answers are kept for another try.
    Refused,
}

/// What is told to a person whose message is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Whose outcome the loader reports.
    pub entry: EntryId,
    /// First word of the name, to thank by.
    pub first_name: String,
    /// How they want to be reached.
    pub prefer: Option<ContactWay>,
}

impl std::fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Confirmation({:?})", self.entry)
    }
}

/// Where a sealed message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The relay has it.
    Delivered,
    /// In the browser's storage, until there is a connection.
    Kept,
    /// In this page's memory only: the browser forbids storage.
    OnlyHere,
}

/// What happens to the form.
#[derive(Clone)]
pub enum Event {
    /// A text, a date, or one choice of several now holds this.
    Filled(usize, String),
    /// One of several choices was ticked or unticked.
    Toggled(usize, String),
    /// The person went on from this control.
    Left(usize),
    /// On to the next step, or to the review.
    Next,
    /// To the step before.
    Back,
    /// From the review to this step.
    Change(usize),
    /// Send, at this time in milliseconds.
    Send(u64),
    /// Something was written where only programs write.
    Trapped(String),
    /// The message is sealed under this id.
    Sealed(EntryId),
    /// The relay has it.
    Delivered(EntryId),
    /// No connection: it waits, in storage or in this page.
    Waiting(EntryId, Delivery),
    /// It could not be sealed, or will never be taken.
    Refused,
    /// Another language.
    Speak(String),
    /// Another message, or the next person, at this time in milliseconds.
    Afresh(u64),
    /// Nobody has touched the form for long, at this time in milliseconds.
    Idle(u64),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Seal this and hand it to the loader.
    Seal(Box<Inquiry>),
    /// Put the keyboard focus on this control.
    Focus(usize),
    /// Show the stage's beginning and put the focus on its heading.
    Begin,
    /// Tell the document its language.
    Speak,
    /// Ask again to send, in this many milliseconds.
    SendIn(u64),
}

impl Intake {
    /// An empty form at its first step, at `now_ms`.
    #[must_use]
    pub fn new(manifest: Arc<Manifest>, language: String, signals: Signals, now_ms: u64) -> Self {
        let controls = Arc::new(controls(&manifest.source));
        let count = controls.len();
        Self {
            manifest,
            controls,
            values: Values::empty(count),
            problems: vec![None; count],
            help: Vec::new(),
            language,
            stage: Stage::Filling(0),
            round: 0,
            signals,
            trap: String::new(),
            began_ms: now_ms,
        }
    }

    /// Whether the control is asked now.
    #[must_use]
    pub fn is_asked(&self, control: usize) -> bool {
        is_asked(&self.controls, &self.values, control)
    }

    /// The step on the screen.
    #[must_use]
    pub fn current_step(&self) -> Option<usize> {
        match self.stage {
            Stage::Filling(step) | Stage::Changing(step) => Some(step),
            _ => None,
        }
    }

    /// The step that comes after this one; `None`: the review.
    #[must_use]
    pub fn step_after(&self, step: usize) -> Option<usize> {
        (step + 1..self.steps()).find(|&step| self.has_questions(step))
    }

    /// How many problems of this step are shown.
    #[must_use]
    pub fn shown_problems(&self, step: usize) -> usize {
        self.in_step(step).filter(|&control| self.problems[control].is_some()).count()
    }

    /// The controls of a step.
    pub fn in_step(&self, step: usize) -> impl Iterator<Item = usize> {
        (0..self.controls.len()).filter(move |&control| self.controls[control].step == step)
    }

    /// Takes what happened, and says what to do.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Filled(control, text) => {
                self.values.set(control, text);
                self.changed(control)
            }
            Event::Toggled(control, id) => {
                self.values.toggle(control, &id);
                self.changed(control)
            }
            Event::Left(control) => {
                // An empty answer is no mistake yet: the person may come back to it.
                if !self.values.is_blank(control) {
                    self.check(control);
                }
                Vec::new()
            }
            Event::Next => self.next(),
            Event::Back => self.back(),
            Event::Change(step) if self.stage == Stage::Review => self.enter(Stage::Changing(step)),
            Event::Send(now_ms) => self.send(now_ms),
            Event::Trapped(text) => {
                self.trap = text;
                Vec::new()
            }
            Event::Sealed(entry) if self.stage == Stage::Sending(None) => {
                self.stage = Stage::Sending(Some(self.confirmation(entry)));
                Vec::new()
            }
            Event::Delivered(entry) => self.delivered(entry, Delivery::Delivered),
            Event::Waiting(entry, delivery) => self.delivered(entry, delivery),
            Event::Refused if matches!(self.stage, Stage::Sending(_)) => self.enter(Stage::Refused),
            Event::Speak(language) => {
                self.language = language;
                vec![Effect::Speak]
            }
            Event::Afresh(now_ms) => self.afresh(now_ms),
            Event::Idle(now_ms) => self.idle(now_ms),
            // A second click, or an outcome that comes late.
            Event::Change(_) | Event::Sealed(_) | Event::Refused => Vec::new(),
        }
    }

    fn changed(&mut self, control: usize) -> Vec<Effect> {
        if matches!(self.controls[control].entry, Entry::Area(_)) {
            self.help = self.urgent_help();
        }
        // An answer can put another one right, such as an address in place of a number. What is not shown
        // as a problem yet stays so until the person goes on.
        for shown in 0..self.controls.len() {
            if self.problems[shown].is_some() {
                self.check(shown);
            }
        }
        Vec::new()
    }

    fn urgent_help(&self) -> Vec<Help> {
        let mut help = Vec::new();
        for (index, control) in self.controls.iter().enumerate() {
            if matches!(control.entry, Entry::Area(_)) {
                for call in watch(self.values.text(index), &self.manifest.source.phrases).help() {
                    if !help.contains(&call) {
                        help.push(call);
                    }
                }
            }
        }
        help
    }

    fn check(&mut self, control: usize) {
        let today = date(self.began_ms);
        self.problems[control] = problem(&self.controls, &self.values, control, &today);
    }

    /// Shows all problems of the steps up to `last`; the first control that has one.
    fn check_through(&mut self, last: usize) -> Option<usize> {
        for control in 0..self.controls.len() {
            if self.controls[control].step <= last {
                self.check(control);
            }
        }
        self.problems.iter().position(Option::is_some)
    }

    fn next(&mut self) -> Vec<Effect> {
        let Some(step) = self.current_step() else { return Vec::new() };
        let last = if matches!(self.stage, Stage::Changing(_)) { self.steps() } else { step };
        if let Some(control) = self.check_through(last) {
            return self.show(control);
        }
        match self.stage {
            Stage::Filling(step) => match self.step_after(step) {
                Some(after) => self.enter(Stage::Filling(after)),
                None => self.enter(Stage::Review),
            },
            _ => self.enter(Stage::Review),
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        let before = |end: usize| (0..end).rev().find(|&step| self.has_questions(step));
        match self.stage {
            Stage::Filling(step) => match before(step) {
                Some(before) => self.enter(Stage::Filling(before)),
                None => Vec::new(),
            },
            Stage::Changing(_) | Stage::Refused => self.enter(Stage::Review),
            Stage::Review => match before(self.steps()) {
                Some(before) => self.enter(Stage::Filling(before)),
                None => Vec::new(),
            },
            Stage::Sending(_) | Stage::Sent(..) => Vec::new(),
        }
    }

    fn send(&mut self, now_ms: u64) -> Vec<Effect> {
        if !matches!(self.stage, Stage::Review | Stage::Refused) || !self.trap.is_empty() {
            return Vec::new();
        }
        if let Some(control) = self.check_through(self.steps()) {
            return self.show(control);
        }
        let soonest = self.began_ms.saturating_add(SHORTEST_MS);
        if (self.began_ms..soonest).contains(&now_ms) {
            return vec![Effect::SendIn(soonest - now_ms)];
        }
        let inquiry = Box::new(self.inquiry(now_ms));
        self.stage = Stage::Sending(None);
        vec![Effect::Seal(inquiry)]
    }

    fn inquiry(&self, now_ms: u64) -> Inquiry {
        let source = &self.manifest.source;
        let answers = answers(&self.controls, &self.values, source.consent.version);
        let assessed = assess::assess_parts(source, &source.scoring, &answers, &self.signals, now_ms);
        Inquiry {
            v: 1,
            lang: self.language.clone(),
            manifest: self.manifest.version,
            submitted_ms: now_ms,
            answers,
            signals: self.signals.clone(),
            preliminary: assessed.score,
        }
    }

    fn confirmation(&self, entry: EntryId) -> Confirmation {
        let held = |part| {
            let at = self.controls.iter().position(|control| control.part == part);
            at.map_or("", |control| self.values.text(control))
        };
        Confirmation {
            entry,
            first_name: held(Part::Name).split_whitespace().next().unwrap_or_default().to_owned(),
            prefer: contact_way(held(Part::Prefer)),
        }
    }

    fn delivered(&mut self, entry: EntryId, delivery: Delivery) -> Vec<Effect> {
        match &mut self.stage {
            Stage::Sending(Some(confirmation)) if confirmation.entry == entry => {
                let confirmation = confirmation.clone();
                self.wipe();
                self.enter(Stage::Sent(confirmation, delivery))
            }
            Stage::Sent(confirmation, known)
                if confirmation.entry == entry && *known != Delivery::Delivered =>
            {
                *known = delivery;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Wipes what a person left behind on the screen: answers, or the confirmation with their name. What is being
    /// sent is not touched, and an empty form is not disturbed.
    fn idle(&mut self, now_ms: u64) -> Vec<Effect> {
        let is_empty = (0..self.controls.len()).all(|control| self.values.is_blank(control));
        match self.stage {
            Stage::Sending(_) => Vec::new(),
            Stage::Filling(0) if is_empty => Vec::new(),
            _ => {
                self.afresh(now_ms);
                // Nobody is there whose focus could be moved.
                Vec::new()
            }
        }
    }

    fn afresh(&mut self, now_ms: u64) -> Vec<Effect> {
        self.wipe();
        self.began_ms = now_ms;
        self.round += 1;
        self.enter(Stage::Filling(0))
    }

    fn wipe(&mut self) {
        self.values.wipe();
        self.problems.fill(None);
        self.help.clear();
        self.trap.clear();
    }

    fn enter(&mut self, stage: Stage) -> Vec<Effect> {
        self.stage = stage;
        vec![Effect::Begin]
    }

    /// Goes to where a problem is.
    fn show(&mut self, control: usize) -> Vec<Effect> {
        let step = self.controls[control].step;
        match self.stage {
            Stage::Filling(at) | Stage::Changing(at) if at == step => {}
            Stage::Filling(_) => self.stage = Stage::Filling(step),
            _ => self.stage = Stage::Changing(step),
        }
        vec![Effect::Focus(control)]
    }

    fn steps(&self) -> usize {
        self.manifest.source.form.steps.len()
    }

    fn has_questions(&self, step: usize) -> bool {
        self.in_step(step).any(|control| self.is_asked(control))
    }

    /// The text of the practice's notice `id`, if it has one.
    #[must_use]
    pub fn notice(&self, id: &str) -> Option<&str> {
        let notice = self.manifest.source.notices.iter().find(|notice| notice.id == id)?;
        Some(notice.text.in_language(&self.language))
    }

    /// The widget's own words in the language shown.
    #[must_use]
    pub fn words(&self) -> &'static words::Words {
        words::of(&self.language)
    }
}

/// The UTC date of `ms`, as `2026-11-23`. Days to civil date by Howard Hinnant's `civil_from_days`.
#[must_use]
pub fn date(ms: u64) -> String {
    let days = ms / 86_400_000 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
