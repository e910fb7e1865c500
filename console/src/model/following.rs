//! The practice's follow-up sequences: what is in force, as far as the log says it, and the one that is edited. The desk has
//! the last word: it knows the files that count where the log has no edition, and where links may go.

use super::case::Practice;
use super::plain::plain_line;
use super::writing::{Draft, Writing};
use crate::words::{fill, found, many, t};
use lead::Text;
use lead::scoring::Action;
use lead::sequence::{
    Basis, Class, Condition, Email, Flaw, Origin, Quiet, Sequence, Sequences, Starts, Step, StepAction,
    Timing,
};
use lead::thread::{Document, Edition, WrittenSequence};
use std::collections::BTreeSet;

/// What comes with Anteroom, by id: as `examples/sequences`, which a test of the desk holds.
const SHIPPED: [(&str, &str); 4] = [
    ("appointment", include_str!("../../sequences/appointment.json")),
    ("cancellation", include_str!("../../sequences/cancellation.json")),
    ("gentle-follow-up", include_str!("../../sequences/gentle-follow-up.json")),
    ("no-answer", include_str!("../../sequences/no-answer.json")),
];

/// A sequence in the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) state: String,
    /// What begins it.
    pub(crate) begins: String,
    pub(crate) has_draft: bool,
}

/// Something done in the editor.
pub(crate) enum Edit {
    Look(Option<String>),
    /// A new one of this name.
    Begin(String),
    Change(Change),
    /// This text in the place of what stands there.
    Put(String),
    /// The next version's number, before it is published.
    Number,
    Discard,
}

/// A change of the document.
pub(crate) enum Change {
    Name(String),
    Starts(Starts),
    Consent(Option<u32>),
    Quiet(Quiet),
    GiveUp(u16),
    AddEmail,
    AddCall,
    Remove(usize),
    /// With the one before it.
    Swap(usize),
    When(usize, Timing),
    If(usize, Condition, bool),
    Say(usize, Part, String, String),
    Calendar(usize, bool),
}

/// A text of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Subject,
    Preview,
    Body,
    Note,
}

/// A message as a person would see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Seen {
    pub(crate) subject: String,
    pub(crate) preview: String,
    pub(crate) body: String,
}

impl Writing {
    pub(crate) fn sequence_step(&mut self, practice: &Practice, edit: Edit) {
        let id = match edit {
            Edit::Look(id) => return self.sequence = id,
            Edit::Begin(name) => {
                let id = free_id(&name, practice, self);
                let mut sequence = blank(&id);
                sequence.name = name;
                self.sequence = Some(id);
                return self.write(practice, sequence);
            }
            _ => match self.sequence.clone() {
                Some(id) => id,
                None => return,
            },
        };
        match edit {
            Edit::Discard => self.put(|document| is_it(document, &id), None),
            Edit::Put(text) => {
                if let Ok(sequence) = (WrittenSequence { id, text }).read() {
                    self.write(practice, sequence);
                }
            }
            Edit::Number => {
                if let Some(sequence) = self.sequence(practice) {
                    self.write(practice, sequence);
                }
            }
            Edit::Change(change) => {
                if let Some(mut sequence) = self.sequence(practice) {
                    let used = used_steps(&id, practice, &sequence);
                    apply(&mut sequence, change, &used);
                    self.write(practice, sequence);
                }
            }
            Edit::Look(_) | Edit::Begin(_) => {}
        }
    }

    /// As a draft, under the version that it would be published as.
    fn write(&mut self, practice: &Practice, mut sequence: Sequence) {
        let id = sequence.id.clone();
        sequence.version = next_version(practice, &id);
        let begun =
            self.sequence_draft(&id).filter(|_| self.is_sequence_changed(practice)).map(|one| one.over);
        let over = begun.unwrap_or_else(|| latest(practice, &id).map(|edition| edition.entry));
        // One that no entry holds is a draft all the same, and is refused where it is saved.
        let text = wire::json::to_text(&sequence).unwrap_or_default();
        let document = Document::Sequence(WrittenSequence { id: id.clone(), text });
        self.put(|document| is_it(document, &id), Some(Draft { document, over }));
    }

    fn sequence_draft(&self, id: &str) -> Option<Draft> {
        self.draft(|document| is_it(document, id))
    }

    fn typed_sequence(&self, id: &str) -> Option<Sequence> {
        match &self.sequence_draft(id)?.document {
            Document::Sequence(sequence) => sequence.read().ok(),
            Document::Guide(_) => None,
        }
    }

    /// What stands in the editor.
    pub(crate) fn sequence(&self, practice: &Practice) -> Option<Sequence> {
        let id = self.sequence.as_deref()?;
        Some(
            self.typed_sequence(id)
                .or_else(|| published(practice, id))
                .or_else(|| shipped(id))
                .unwrap_or_else(|| blank(id)),
        )
    }

    /// Whether it is other than the edition in force.
    pub(crate) fn is_sequence_changed(&self, practice: &Practice) -> bool {
        let Some(id) = self.sequence.as_deref() else { return false };
        self.is_other(id, in_log(practice, id).as_ref())
    }

    fn is_other(&self, id: &str, known: Option<&Sequence>) -> bool {
        let is_same = |typed: &Sequence| {
            known.is_some_and(|known| *known == Sequence { version: known.version, ..typed.clone() })
        };
        self.typed_sequence(id).is_some_and(|typed| !is_same(&typed))
    }

    /// What to publish; `None`: it has faults, or is too long, or is in force already.
    pub(crate) fn publishable(&self, practice: &Practice) -> Option<Document> {
        let id = self.sequence.as_deref()?;
        let sequence = self.sequence(practice)?;
        let is_new = self.is_sequence_changed(practice) || in_log(practice, id).is_none();
        let is_savable = is_new && sequence.faults(&practice.source, None).is_empty();
        is_savable.then(|| WrittenSequence::of(&sequence))?.map(Document::Sequence)
    }

    /// Who published another edition after the draft was begun.
    pub(crate) fn sequence_overtaken_by(&self, practice: &Practice) -> Option<String> {
        let id = self.sequence.as_deref()?;
        let draft = self.sequence_draft(id).filter(|_| self.is_sequence_changed(practice))?;
        draft.overtaken_by(latest(practice, id))
    }

    /// What is wrong with it, each with its place. None of it can be published.
    pub(crate) fn sequence_faults(&self, practice: &Practice) -> Vec<(String, String)> {
        let Some(sequence) = self.sequence(practice) else { return Vec::new() };
        let faults = sequence.faults(&practice.source, None).into_iter();
        let mut all: Vec<(String, String)> =
            faults.map(|fault| (fault.path, found(&fault.message))).collect();
        if WrittenSequence::of(&sequence).is_none() {
            let bytes = WrittenSequence::BYTES;
            let words = fill("Longer than a sequence can be: {bytes} bytes at most", &[&bytes]);
            all.push((String::new(), words));
        }
        all
    }

    /// Every edition with its text, the latest one first, and what became of it.
    pub(crate) fn sequence_editions(&self, practice: &Practice) -> Vec<(Edition, String, String)> {
        let Some(id) = self.sequence.as_deref() else { return Vec::new() };
        let all = in_force(practice);
        let state = |edition: &Edition, written: &WrittenSequence| {
            let is_this =
                |origin: &Origin| matches!(origin, Origin::Log { entry, .. } if *entry == edition.entry);
            if written.is_back() {
                return t("taken back: the desk's file counts").to_owned();
            }
            let version = written.read().map(|sequence| sequence.version).unwrap_or_default();
            if let Some(left) = all.left_out.iter().find(|left| is_this(&left.origin)) {
                return fill("version {version}, not in force: {why}", &[&version, &why(&left.why)]);
            }
            let is_in_force = all.get(id).is_some_and(|known| is_this(&known.origin));
            fill(if is_in_force { "version {version}, in force" } else { "version {version}" }, &[&version])
        };
        let row = |edition: &Edition| {
            let written = edition.sequence().filter(|written| written.id == id)?;
            Some((edition.clone(), written.text.clone(), state(edition, written)))
        };
        practice.documents.iter().rev().filter_map(row).collect()
    }

    /// Those of the log, those that the scoring model names, those that come along, and what is only a draft.
    pub(crate) fn sequences(&self, practice: &Practice) -> Vec<Row> {
        let all = in_force(practice);
        let drafts = self.drafts();
        let drafts = drafts.iter().filter_map(|draft| match &draft.document {
            Document::Sequence(sequence) => Some(sequence.id.as_str()),
            Document::Guide(_) => None,
        });
        let published = practice.documents.iter().filter_map(|edition| Some(edition.sequence()?.id.as_str()));
        let named = practice.source.scoring.tiers.iter().filter_map(|tier| match &tier.action {
            Action::Sequence(id) => Some(id.as_str()),
            Action::Call { .. } | Action::Nothing => None,
        });
        let shipped_ids = SHIPPED.iter().map(|(id, _)| *id);
        let ids: BTreeSet<&str> = drafts.chain(published).chain(named).chain(shipped_ids).collect();
        let row = |id: &str| {
            let mut this = self.clone();
            this.sequence = Some(id.to_owned());
            let sequence = this.sequence(practice).unwrap_or_else(|| blank(id));
            let state = match all.get(id) {
                Some(known) => fill("version {version}, in force", &[&known.sequence.version]),
                None if all.left_out.iter().any(|left| left.id == id) => {
                    t("in the log, and not in force").to_owned()
                }
                None => t("not in the log: the desk's file counts, if it has one").to_owned(),
            };
            let name = if sequence.name.trim().is_empty() { id } else { &sequence.name };
            Row {
                id: id.to_owned(),
                name: plain_line(name),
                state,
                begins: begins(practice, &sequence),
                has_draft: this.is_other(id, all.get(id).map(|known| &known.sequence)),
            }
        };
        ids.into_iter().map(row).collect()
    }
}

fn is_it(document: &Document, id: &str) -> bool {
    matches!(document, Document::Sequence(sequence) if sequence.id == id)
}

/// As far as it can be said without the desk's settings.
fn in_force(practice: &Practice) -> Sequences {
    Sequences::of(&[], &practice.documents, &practice.source, None)
}

fn latest<'a>(practice: &'a Practice, id: &str) -> Option<&'a Edition> {
    practice.documents.iter().rfind(|edition| is_it(&edition.document, id))
}

/// What is in force by the log.
fn in_log(practice: &Practice, id: &str) -> Option<Sequence> {
    let editions = practice.documents.iter().filter(|edition| is_it(&edition.document, id));
    let editions: Vec<Edition> = editions.cloned().collect();
    let all = Sequences::of(&[], &editions, &practice.source, None);
    all.in_force.into_iter().next().map(|known| known.sequence)
}

/// The latest that can be read, also of what was taken back: nothing that a practice wrote is lost.
fn published(practice: &Practice, id: &str) -> Option<Sequence> {
    let all = practice.documents.iter().filter_map(Edition::sequence);
    all.filter(|written| written.id == id).filter_map(|written| written.read().ok()).next_back()
}

fn shipped(id: &str) -> Option<Sequence> {
    let (id, text) = SHIPPED.into_iter().find(|(known, _)| *known == id)?;
    WrittenSequence { id: id.to_owned(), text: text.trim().to_owned() }.read().ok()
}

fn blank(id: &str) -> Sequence {
    Sequence {
        id: id.to_owned(),
        version: 1,
        name: String::new(),
        starts: Starts::Inquiry,
        class: Class::OwnService,
        basis: Basis::Request,
        quiet: Quiet::default(),
        give_up_after_hours: 48,
        steps: Vec::new(),
    }
}

/// Higher than that of every edition, in force or not.
fn next_version(practice: &Practice, id: &str) -> u32 {
    let all = practice.documents.iter().filter_map(Edition::sequence).filter(|written| written.id == id);
    let highest = all.filter_map(|written| written.read().ok()).map(|sequence| sequence.version).max();
    highest.map_or(1, |highest| highest.saturating_add(1))
}

/// An id that nothing has, made of a name's letters.
fn free_id(name: &str, practice: &Practice, writing: &Writing) -> String {
    let plain = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect::<String>();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let stem: String = words.join("-").chars().take(50).collect();
    let stem = if stem.is_empty() { "sequence".to_owned() } else { stem };
    let taken: BTreeSet<String> = writing.sequences(practice).into_iter().map(|row| row.id).collect();
    let numbered = (2..).map(|n: u32| format!("{stem}-{n}"));
    std::iter::once(stem.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(stem)
}

/// Ids of steps that were ever used: in an edition, in the draft, or for a lead. None of them is given to another step.
fn used_steps(id: &str, practice: &Practice, draft: &Sequence) -> BTreeSet<String> {
    let editions = practice.documents.iter().filter_map(Edition::sequence).filter(|written| written.id == id);
    let read = editions.filter_map(|written| written.read().ok()).chain(shipped(id)).chain([draft.clone()]);
    let written = read.flat_map(|sequence| sequence.steps.into_iter().map(|step| step.id));
    let leads = practice.cases.iter().map(|case| &case.lead);
    let sent = leads.flat_map(|lead| {
        let messages = lead.follow_ups.iter().map(|message| &message.step);
        messages.chain(lead.asked_calls.iter().map(|asked| &asked.step)).collect::<Vec<_>>()
    });
    let sent = sent.filter(|step| step.sequence == id).map(|step| step.step.clone());
    written.chain(sent).collect()
}

fn apply(sequence: &mut Sequence, change: Change, used: &BTreeSet<String>) {
    let step = |action| {
        let numbered = (1..).map(|n: u32| format!("step-{n}"));
        let id = numbered.into_iter().find(|id| !used.contains(id)).unwrap_or_default();
        Step { id, when: Timing::BusinessDays(2), conditions: Vec::new(), action }
    };
    match change {
        Change::Name(name) => sequence.name = name,
        Change::Starts(starts) => sequence.starts = starts,
        Change::Consent(None) => sequence.basis = Basis::Request,
        Change::Consent(Some(version)) => sequence.basis = Basis::Consent { version },
        Change::Quiet(quiet) => sequence.quiet = quiet,
        Change::GiveUp(hours) => sequence.give_up_after_hours = hours,
        Change::AddEmail => sequence.steps.push(step(StepAction::Email(Email::default()))),
        Change::AddCall => sequence.steps.push(step(StepAction::Call { note: Text::default() })),
        Change::Remove(at) if at < sequence.steps.len() => drop(sequence.steps.remove(at)),
        Change::Swap(at) if (1..sequence.steps.len()).contains(&at) => sequence.steps.swap(at - 1, at),
        Change::Remove(_) | Change::Swap(_) => {}
        Change::When(at, when) => change_step(sequence, at, |step| step.when = when),
        Change::If(at, condition, holds) => change_step(sequence, at, |step| {
            step.conditions.retain(|known| *known != condition);
            step.conditions.extend(holds.then_some(condition));
        }),
        Change::Say(at, part, language, text) => change_step(sequence, at, |step| {
            let of = match (&mut step.action, part) {
                (StepAction::Email(email), Part::Subject) => &mut email.subject,
                (StepAction::Email(email), Part::Preview) => &mut email.preview,
                (StepAction::Email(email), Part::Body) => &mut email.body,
                (StepAction::Call { note }, Part::Note) => note,
                _ => return,
            };
            if text.is_empty() {
                of.0.remove(&language);
            } else {
                of.0.insert(language, text);
            }
        }),
        Change::Calendar(at, calendar) => change_step(sequence, at, |step| {
            if let StepAction::Email(email) = &mut step.action {
                email.calendar = calendar;
            }
        }),
    }
}

fn change_step(sequence: &mut Sequence, at: usize, change: impl FnOnce(&mut Step)) {
    if let Some(step) = sequence.steps.get_mut(at) {
        change(step);
    }
}

/// A text as it was typed, in a language and in no other.
pub(crate) fn typed<'a>(text: &'a Text, language: &str) -> &'a str {
    text.0.get(language).map_or("", String::as_str)
}

/// A place in the document, for people, with a colon; empty: it has no words.
pub(crate) fn place_words(path: &str) -> String {
    let step = path.strip_prefix("steps[").and_then(|rest| rest.split_once(']'));
    let Some((step, member)) = step.and_then(|(at, rest)| Some((at.parse::<usize>().ok()? + 1, rest))) else {
        return String::new();
    };
    let member = match member.rsplit('.').next().unwrap_or_default() {
        "subject" => t("Subject"),
        "preview" => t("Preview in a list of mails"),
        "body" => t("Message"),
        "note" => t("What staff should know or say"),
        _ => return fill("Step {number}: ", &[&step]),
    };
    fill("Step {number}, {what}: ", &[&step, &member])
}

fn why(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Unreadable(_) => t("it cannot be read").to_owned(),
        Flaw::NotHigher { than } => fill("an earlier edition has version {version}", &[than]),
        Flaw::Faulty(faults) => {
            many(faults.len() as u64, "{count} thing to put right", "{count} things to put right")
        }
    }
}

pub(crate) fn starts_word(starts: Starts) -> &'static str {
    t(match starts {
        Starts::Inquiry => "An inquiry, by its tier or because staff chose it",
        Starts::Booking => "An appointment that is made or moved",
        Starts::Cancellation => "An appointment that is called off",
    })
}

/// What begins it: for an inquiry, which tiers.
fn begins(practice: &Practice, sequence: &Sequence) -> String {
    if sequence.starts != Starts::Inquiry {
        return starts_word(sequence.starts).to_owned();
    }
    let tiers = practice.source.scoring.tiers.iter();
    let tiers =
        tiers.filter(|tier| tier.action == Action::Sequence(sequence.id.clone())).map(super::score::tier);
    let tiers: Vec<String> = tiers.collect();
    if tiers.is_empty() {
        return t("Staff choose it for a lead").to_owned();
    }
    fill("The tier {tiers}, or staff choose it", &[&tiers.join(", ")])
}

/// When a step comes, in words.
pub(crate) fn when_words(when: Timing) -> String {
    match when {
        Timing::Minutes(0) => t("At once").to_owned(),
        Timing::Minutes(minutes) => many(minutes.into(), "{count} minute later", "{count} minutes later"),
        Timing::BusinessMinutes(minutes) => many(
            minutes.into(),
            "{count} minute of opening hours later",
            "{count} minutes of opening hours later",
        ),
        Timing::Days(days) => many(days.into(), "{count} day later", "{count} days later"),
        Timing::BusinessDays(days) => {
            many(days.into(), "{count} business day later", "{count} business days later")
        }
        Timing::HoursBeforeAppointment(hours) => {
            many(hours.into(), "{count} hour before the appointment", "{count} hours before the appointment")
        }
    }
}

/// Conditions that can be chosen.
pub(crate) const CONDITIONS: [Condition; 5] = [
    Condition::NotReached,
    Condition::Reached,
    Condition::CalledInVain,
    Condition::AgreedToFollowUp,
    Condition::AskedForAppointment,
];

pub(crate) fn condition_word(condition: Condition) -> &'static str {
    t(match condition {
        Condition::NotReached => "nobody has spoken with them yet",
        Condition::Reached => "somebody has spoken with them",
        Condition::CalledInVain => "somebody called, and nobody answered",
        Condition::AgreedToFollowUp => "they agreed in the form to be written to later",
        Condition::AskedForAppointment => "they asked for an appointment",
        Condition::Prefers(_) => "they prefer to be reached in a certain way",
    })
}

/// The whole of it in words, a line for each step.
pub(crate) fn timeline(sequence: &Sequence, language: &str) -> Vec<String> {
    let line = |step: &Step| {
        let what = match &step.action {
            StepAction::Email(email) => {
                fill("e-mail “{subject}”", &[&plain_line(email.subject.in_language(language))])
            }
            StepAction::Call { note } => {
                fill("staff are asked to call: {note}", &[&plain_line(note.in_language(language))])
            }
        };
        let line = format!("{}: {what}", when_words(step.when));
        if step.conditions.is_empty() {
            return line;
        }
        let conditions: Vec<&str> = step.conditions.iter().map(|one| condition_word(*one)).collect();
        fill("{line} – only if {conditions}", &[&line, &conditions.join(" + ")])
    };
    sequence.steps.iter().map(line).collect()
}

/// A message as somebody who does not exist would see it; the sender's name and address are the desk's.
pub(crate) fn seen(email: &Email, language: &str, practice: &Practice) -> Seen {
    let spanish = language.starts_with("es");
    let source = &practice.source;
    let sample = if spanish {
        include_str!("../../sequences/sample.es.txt")
    } else {
        include_str!("../../sequences/sample.en.txt")
    };
    let mut lines = sample.lines();
    let [greeting, day, time, stop] = [(); 4].map(|()| lines.next().unwrap_or_default());
    let link = "https://…";
    let filled = |text: &Text| {
        let values = [
            ("greeting", greeting),
            ("practice", &source.name),
            ("phone", &source.phone),
            ("website", link),
            ("reference", "K7Q-3XM"),
            ("appointment_day", day),
            ("appointment_time", time),
            ("sender", &source.name),
            ("unsubscribe", link),
        ];
        fill_in(text.in_language(language), &values)
    };
    let body = paragraphs(&filled(&email.body));
    let footer = format!("-- \n{}\n…\n{stop}: {link}", source.name);
    Seen {
        subject: plain_line(&filled(&email.subject)),
        preview: plain_line(&filled(&email.preview)),
        body: super::plain::plain(&format!("{body}\n\n{footer}")),
    }
}

/// Lines of a paragraph as one, as Markdown has them, but for those of a list.
fn paragraphs(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for line in text.trim().lines().map(str::trim) {
        let is_item = line.starts_with(['-', '*', '+', '#']) && !line.starts_with("**");
        let is_apart = line.is_empty() || is_item || all.is_empty() || all.ends_with('\n');
        all += match (is_apart, line.is_empty()) {
            (true, true) if all.ends_with("\n\n") => "",
            (true, true) if all.ends_with('\n') => "\n",
            (true, true) => "\n\n",
            (true, false) if is_item && !all.is_empty() && !all.ends_with('\n') => "\n",
            (true, false) => "",
            (false, _) => " ",
        };
        all += &line.replace("**", "");
    }
    all
}

/// In one pass, so that a value with braces in it is not filled in turn. What stands for nothing stays as it is.
fn fill_in(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled += before;
        let known = after.split_once("}}").and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name.trim())?;
            Some((*value, after))
        });
        match known {
            Some((value, after)) => {
                filled += value;
                rest = after;
            }
            None => {
                filled += "{{";
                rest = after;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests;
