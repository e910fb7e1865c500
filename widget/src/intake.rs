//! The form's life: filled in step by step, reviewed, sealed, sent, confirmed, wiped.
//!
//! [`Intake::step`] takes what happened and says what to do. It performs nothing itself.

use crate::answers::read;
use crate::control::{Control, Entry, controls};
use crate::values::Values;
use crate::words;
use lead::hours::iso_date;
use lead::inquiry::{Answers, ContactWay, Inquiry};
use lead::scoring::Score;
use lead::signals::Signals;
use lead::triage::{Help, watch};
use lead::validate::{Problem, problems};
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
    /// Whether each control is asked, by the answers to those before it.
    pub asked: Vec<bool>,
    /// Problems that are shown, one place for each control.
    pub problems: Vec<Option<Problem>>,
    /// Whom to call at once, by what was written.
    pub help: Vec<Help>,
    /// The language shown.
    pub language: String,
    /// Where the person is.
    pub stage: Stage,
    /// Whose device it is.
    pub device: Device,
    /// How often the form was begun afresh: what is on the screen belongs to one round.
    pub round: usize,
    signals: Signals,
    /// The language that the next person begins in.
    first_language: String,
    /// Tier of the answers when the person came to where they are. It decides what is offered, and is never shown.
    tier: String,
    trap: String,
    began_ms: u64,
}

/// Whose device the form is filled in on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// The person's own.
    Own,
    /// The practice's, in the waiting room: nothing is offered for later, and the next person starts afresh.
    Kiosk,
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
    /// The name as written, to thank by: which part of it one is called by differs from people to people.
    pub name: String,
    /// How they want to be reached.
    pub prefer: Option<ContactWay>,
    /// Ids of the guides asked for.
    pub guides: Vec<String>,
    /// Tier of the answers: the practice may have words of its own for it.
    pub tier: String,
    /// When it was sealed, in milliseconds.
    pub sent_ms: u64,
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
    /// The message is sealed under this id, at this time in milliseconds.
    Sealed(EntryId, u64),
    /// The relay has it.
    Delivered(EntryId),
    /// No connection: it waits, in storage or in this page.
    Waiting(EntryId, Delivery),
    /// It could not be sealed, or will never be taken.
    Refused,
    /// The visitor went on through the website, without leaving the page.
    Visited(Signals),
    /// Another language.
    Speak(String),
    /// Another message, or the next person, at this time in milliseconds.
    Afresh(u64),
    /// Nobody has touched the form for long, or the page is being left, at this time in milliseconds.
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
    /// Bring the emergency guidance on the screen, above a phone's keyboard.
    Reveal,
    /// Ask again to send, in this many milliseconds.
    SendIn(u64),
}

impl Intake {
    /// An empty form at its first step, at `now_ms`.
    #[must_use]
    pub fn new(
        manifest: Arc<Manifest>,
        language: String,
        signals: Signals,
        device: Device,
        now_ms: u64,
    ) -> Self {
        let controls = Arc::new(controls(&manifest.source, device));
        let count = controls.len();
        let mut intake = Self {
            manifest,
            controls,
            values: Values::empty(count),
            asked: Vec::new(),
            problems: vec![None; count],
            help: Vec::new(),
            first_language: language.clone(),
            language,
            stage: Stage::Filling(0),
            device,
            round: 0,
            signals,
            tier: String::new(),
            trap: String::new(),
            began_ms: now_ms,
        };
        intake.reconsider();
        intake
    }

    /// Whether the control is asked now.
    #[must_use]
    pub fn is_asked(&self, control: usize) -> bool {
        self.asked[control]
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
                    self.problems[control] = self.found()[control];
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
            Event::Sealed(entry, now_ms) if self.stage == Stage::Sending(None) => {
                self.stage = Stage::Sending(Some(self.confirmation(entry, now_ms)));
                Vec::new()
            }
            Event::Delivered(entry) => self.delivered(entry, Delivery::Delivered),
            Event::Waiting(entry, delivery) => self.delivered(entry, delivery),
            Event::Refused if matches!(self.stage, Stage::Sending(_)) => self.enter(Stage::Refused),
            Event::Speak(language) => {
                self.language = language;
                vec![Effect::Speak]
            }
            Event::Visited(signals) => {
                self.signals = signals;
                Vec::new()
            }
            Event::Afresh(now_ms) => self.afresh(now_ms),
            Event::Idle(now_ms) => self.idle(now_ms),
            // A second click, or an outcome that comes late.
            Event::Change(_) | Event::Sealed(..) | Event::Refused => Vec::new(),
        }
    }

    fn changed(&mut self, control: usize) -> Vec<Effect> {
        let mut effects = Vec::new();
        if matches!(self.controls[control].entry, Entry::Area(_)) {
            let help = self.urgent_help();
            if help.len() > self.help.len() {
                effects.push(Effect::Reveal);
            }
            self.help = help;
        }
        self.asked = read(&self.manifest.source, &self.controls, &self.values, &self.tier).asked;
        // An answer can put another one right, such as an address in place of a number. What is not shown
        // as a problem yet stays so until the person goes on.
        if self.problems.iter().any(Option::is_some) {
            let found = self.found();
            for (shown, found) in self.problems.iter_mut().zip(found) {
                *shown = shown.and(found);
            }
        }
        effects
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

    /// What is answered so far.
    fn answers(&self) -> Answers {
        read(&self.manifest.source, &self.controls, &self.values, &self.tier).answers
    }

    /// What is wrong with it, one place for each control.
    fn found(&self) -> Vec<Option<Problem>> {
        let mut found = vec![None; self.controls.len()];
        for one in problems(&self.manifest.source, &self.answers(), &iso_date(self.began_ms)) {
            let is_it = |control: &Control| control.field == one.field && control.part == one.part;
            if let Some(control) = self.controls.iter().position(is_it)
                && self.asked[control]
            {
                found[control] = found[control].or(Some(one.problem));
            }
        }
        found
    }

    /// Shows all problems of the steps up to `last`; the first control that has one.
    fn check_through(&mut self, last: usize) -> Option<usize> {
        let found = self.found();
        for (control, found) in found.into_iter().enumerate() {
            if self.controls[control].step <= last {
                self.problems[control] = found;
            }
        }
        self.problems.iter().position(Option::is_some)
    }

    /// The preliminary score of these answers.
    fn score(&self, answers: &Answers, now_ms: u64) -> Score {
        let source = &self.manifest.source;
        assess::assess_parts(source, &source.scoring, answers, &self.signals, now_ms).score
    }

    /// What is asked, and of which tier: as the person goes on, never while they write.
    fn reconsider(&mut self) {
        let manifest = Arc::clone(&self.manifest);
        let source = &manifest.source;
        // No tier has this name: the score that steers what is offered does not depend on what is then answered.
        let firm = read(source, &self.controls, &self.values, "").answers;
        self.tier = self.score(&firm, self.began_ms).tier;
        self.asked = read(source, &self.controls, &self.values, &self.tier).asked;
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
        let answers = self.answers();
        let preliminary = self.score(&answers, now_ms);
        Inquiry {
            v: 1,
            lang: self.language.clone(),
            manifest: self.manifest.version,
            submitted_ms: now_ms,
            answers,
            signals: self.signals.clone(),
            preliminary,
        }
    }

    fn confirmation(&self, entry: EntryId, sent_ms: u64) -> Confirmation {
        let answers = self.answers();
        Confirmation {
            entry,
            name: answers.contact.name,
            prefer: answers.contact.prefer,
            guides: answers.guides,
            tier: self.tier.clone(),
            sent_ms,
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
            Stage::Filling(0) if is_empty && self.language == self.first_language => Vec::new(),
            _ => {
                // The next person's language is not this one's. Nobody is there whose focus could be moved.
                self.language.clone_from(&self.first_language);
                self.afresh(now_ms);
                vec![Effect::Speak]
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
        self.reconsider();
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

    /// Where one is, and how many steps there are: those that ask something, and the review.
    #[must_use]
    pub fn progress(&self, step: usize) -> (usize, usize) {
        let asks = |end| (0..end).filter(|&step| self.has_questions(step)).count();
        (asks(step) + 1, asks(self.steps()) + 1)
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
