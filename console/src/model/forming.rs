//! A draft of the manifest: what patients are asked and told. It is held as the document that it will be, and changed
//! by the places in it (`services[2].label`), which are those that the checker names.
//!
//! It leaves as the document for `anteroom manifest publish`, or is published from here (`publishing.rs`).

mod asked;
mod draft;
mod edit;
mod pages;
mod place;
mod questions;

use super::case::{Practice, Same};
use super::drafting::{self, Drafting};
use super::publishing;
use crate::words::t;
pub(crate) use asked::condition;
pub(crate) use draft::Draft;
pub(crate) use edit::Edit;
use edit::apply;
pub(super) use edit::fresh;
use lead::manifest::ManifestSource;
use lead::scoring::Model;
pub(crate) use pages::KINDS;
use place::{place, walk};
pub(crate) use questions::{kind_word, offers};
use wire::json::{Json, to_text};

/// Longest document that is looked at, in bytes.
const DOCUMENT_BYTES: usize = 256 << 10;

/// The draft, and what of it is looked at.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Forming {
    /// `None`: nobody looked yet.
    pub(crate) draft: Option<Same<Draft>>,
    pub(crate) part: Part,
    /// The question whose details are shown: its step, and its place there.
    pub(crate) opened: Option<(usize, usize)>,
    /// What the preview shows: one step with all its questions; `None`: the form as it begins for a patient.
    pub(crate) step: Option<usize>,
    /// The preview's language; empty: that of the console.
    pub(crate) language: String,
    /// An address of the website, to see what it counts as.
    pub(crate) tried: String,
    /// What is wrong with the file that was given as a manifest.
    pub(crate) unreadable: Option<String>,
    /// The version in force that the draft began as, if another one is in force since.
    pub(crate) began: Option<u64>,
}

/// What is edited at a time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    #[default]
    Questions,
    Services,
    Practice,
    Hours,
    Texts,
    Words,
    Website,
}

impl Part {
    pub(crate) const ALL: [Self; 7] = [
        Self::Questions,
        Self::Services,
        Self::Practice,
        Self::Hours,
        Self::Texts,
        Self::Words,
        Self::Website,
    ];

    pub(crate) fn label(self) -> &'static str {
        t(match self {
            Self::Questions => "Questions",
            Self::Services => "Services",
            Self::Practice => "Name and phone",
            Self::Hours => "Hours",
            Self::Texts => "Texts",
            Self::Words => "Urgent words",
            Self::Website => "Website",
        })
    }

    /// The one that shows `path`; a mistake elsewhere has none.
    fn of(path: &str) -> Option<Self> {
        let first = path.split(['.', '[']).next().unwrap_or_default();
        Some(match first {
            "form" => Self::Questions,
            "services" => Self::Services,
            "name" | "phone" | "languages" => Self::Practice,
            "hours" => Self::Hours,
            "consent" | "follow_up" | "notices" | "emergency_note" => Self::Texts,
            "phrases" => Self::Words,
            "pages" => Self::Website,
            _ => return None,
        })
    }
}

impl Forming {
    /// Begins a draft of what is in force. One of an earlier version goes on, if it was not published meanwhile.
    fn keep_up(&mut self, practice: &Practice) {
        let now = practice.manifest_version;
        match self.draft.clone() {
            Some(draft) if draft.of == now => {}
            Some(draft) if draft.is_changed => self.begin(&draft.source, draft.of, practice),
            _ => self.begin(&practice.source, now, practice),
        }
    }

    /// A draft that began with version `of`.
    pub(super) fn begin(&mut self, source: &ManifestSource, of: u64, practice: &Practice) {
        self.draft = Draft::of(tree(&onto(source, practice)), practice);
        let differs = self.draft.as_ref().is_some_and(|draft| draft.is_changed);
        self.began = (differs && of != practice.manifest_version).then_some(of);
        (self.opened, self.step) = (None, None);
    }

    /// What is stored of it, as JSON; `None`: there is no draft.
    pub(super) fn kept(&self) -> Option<String> {
        let draft = self.draft.as_ref().filter(|draft| draft.is_changed)?;
        to_text(&draft.tree)
    }

    /// The version that the draft began as.
    pub(super) fn of(&self) -> Option<u64> {
        self.began.or_else(|| Some(self.draft.as_ref()?.of))
    }

    /// Lets `edit` happen. What gets the keyboard's focus then, by its place, if it is not what has it.
    pub(crate) fn step(&mut self, practice: &Practice, edit: Edit) -> Option<String> {
        self.keep_up(practice);
        let draft = self.draft.clone()?;
        let mut focus = None;
        match edit {
            Edit::KeepUp => {}
            Edit::Try(address) => self.tried = address,
            Edit::Show(part) => {
                self.part = part;
                self.opened = None;
            }
            Edit::Open(question) => {
                self.opened = question;
                self.step = question.map(|(step, _)| step).or(self.step);
            }
            Edit::Find(at) => focus = self.find(&draft, at),
            Edit::Preview(step) => self.step = step,
            Edit::Speak(language) => self.language = language,
            Edit::Discard => *self = Self { part: self.part, ..Self::default() },
            Edit::Text(text) => match read(&text) {
                Ok(source) => self.take(Draft::of(tree(&onto(&source, practice)), practice)),
                Err(why) => self.unreadable = Some(why),
            },
            Edit::Lift(step, at) => {
                focus = self.carry(practice, &draft, (step, at), true).map(|to| format!("{to}-up"));
            }
            Edit::Lower(step, at) => {
                focus = self.carry(practice, &draft, (step, at), false).map(|to| format!("{to}-down"));
            }
            Edit::Ask(step, at) => {
                let offer = offers(practice, &draft).into_iter().nth(at)?;
                let mut tree = draft.tree.clone();
                let fields = place(&mut tree, &format!("form.steps[{step}].fields"));
                let Some(Json::List(fields)) = fields else { return None };
                let here = (step, fields.len());
                (self.opened, self.step) = (Some(here), Some(step));
                fields.push(offer.field);
                self.take(Draft::of(tree, practice));
                focus = Some(question(here));
            }
            edit => {
                let mut tree = draft.tree.clone();
                focus = follows(&draft, &edit);
                if apply(&mut tree, edit).is_some() {
                    self.opened = self.opened.filter(|at| walk(&tree, &question(*at)).is_some());
                    self.take(Draft::of(tree, practice));
                }
            }
        }
        self.keep_up(practice);
        let steps = self.draft.as_ref().map_or(0, |draft| draft.source.form.steps.len());
        self.step = self.step.filter(|step| *step < steps);
        focus
    }

    /// What is no manifest changes nothing.
    fn take(&mut self, draft: Option<Same<Draft>>) {
        if draft.is_some() {
            self.draft = draft;
            self.unreadable = None;
        }
    }

    /// Where the question is then.
    fn carry(
        &mut self,
        practice: &Practice,
        draft: &Draft,
        (step, at): (usize, usize),
        up: bool,
    ) -> Option<String> {
        let mut tree = draft.tree.clone();
        let Some(Json::List(steps)) = place(&mut tree, "form.steps") else { return None };
        let fields = |step: usize| format!("form.steps[{step}].fields");
        let (length, count) = (draft.count(&fields(step)), steps.len());
        let to = match (up, at) {
            (true, 0) if step > 0 => (step - 1, draft.count(&fields(step - 1))),
            (true, at) if at > 0 => (step, at - 1),
            (false, at) if at + 1 < length => (step, at + 1),
            (false, _) if step + 1 < count => (step + 1, 0),
            _ => return None,
        };
        let Some(Json::List(from)) = place(&mut tree, &fields(step)) else { return None };
        let field = from.remove(at);
        let Some(Json::List(into)) = place(&mut tree, &fields(to.0)) else { return None };
        into.insert(to.1, field);
        self.opened = self.opened.map(|_| to);
        self.step = self.step.map(|_| to.0);
        self.take(Draft::of(tree, practice));
        Some(question(to))
    }

    fn find(&mut self, draft: &Draft, at: usize) -> Option<String> {
        let mistake = draft.mistakes.get(at)?;
        self.part = Part::of(&mistake.path)?;
        let steps = draft.source.form.steps.iter().enumerate();
        let mut all = steps.flat_map(|(step, one)| (0..one.fields.len()).map(move |at| (step, at)));
        self.opened = all.find(|at| mistake.path.starts_with(&format!("{}.", question(*at))));
        self.step = self.opened.map(|(step, _)| step).or(self.step);
        Some(mistake.path.clone())
    }

    /// What is published next: the draft, in which each text that changed has the next number.
    pub(crate) fn next(&self, practice: &Practice) -> ManifestSource {
        let current = &practice.source;
        let draft = self.draft.as_ref().filter(|draft| draft.of == practice.manifest_version);
        let Some(draft) = draft else { return current.clone() };
        let mut next = draft.source.clone();
        let number =
            |is_other: bool, version: u32| if is_other { version.saturating_add(1) } else { version };
        next.consent.version = number(next.consent.text != current.consent.text, current.consent.version);
        if let (Some(next), Some(current)) = (&mut next.follow_up, &current.follow_up) {
            next.version = number(next.text != current.text, current.version);
        }
        for next in &mut next.notices {
            if let Some(current) = current.notices.iter().find(|current| current.id == next.id) {
                next.version = number(next.text != current.text, current.version);
            }
        }
        next
    }

    /// The manifest for `anteroom manifest publish`, with the draft of the scoring model, if there is one.
    pub(crate) fn document(&self, practice: &Practice, drafting: &Drafting) -> String {
        drafting::readable(&written(&publishing::whole(practice, self, drafting)))
    }

    /// What the preview shows, as JSON.
    pub(crate) fn shown(&self) -> Option<String> {
        let draft = self.draft.as_ref()?;
        let Some(step) = self.step else { return Some(written(&draft.source)) };
        let mut source = draft.source.clone();
        let mut one = source.form.steps.get(step)?.clone();
        // Everything that this step can ask: nobody answered what comes before it.
        let ids: Vec<String> = one.fields.iter().map(|field| field.id.clone()).collect();
        for field in &mut one.fields {
            field.tiers.clear();
            field.show_if = field.show_if.take().filter(|condition| ids.contains(&condition.field));
        }
        source.form.steps = vec![one];
        Some(written(&source))
    }
}

/// Where a question stands in the document.
pub(crate) fn question((step, at): (usize, usize)) -> String {
    format!("form.steps[{step}].fields[{at}]")
}

/// The focus goes along with what moves; where an item goes, to the one that takes its place, else to where one is added.
fn follows(draft: &Draft, edit: &Edit) -> Option<String> {
    Some(match edit {
        Edit::Swap(list, at) => format!("{list}[{}]-up", at.saturating_sub(1)),
        Edit::Remove(list, at) => match draft.count(list).saturating_sub(1) {
            0 => format!("{list}-new"),
            left => format!("{list}[{}]-out", (*at).min(left - 1)),
        },
        _ => return None,
    })
}

fn written(source: &ManifestSource) -> String {
    // Nothing is in it but texts, whole numbers and maps with text keys, so writing cannot fail.
    to_text(source).unwrap_or_default()
}

fn tree(source: &ManifestSource) -> Json {
    Json::parse(written(source).as_bytes()).unwrap_or(Json::Null)
}

/// `source` as a draft of what is in force: numbers of texts follow from what changed in them ([`Forming::next`]), and the
/// scoring model has a draft of its own.
fn onto(source: &ManifestSource, practice: &Practice) -> ManifestSource {
    let current = &practice.source;
    let mut source = source.clone();
    source.scoring = current.scoring.clone();
    source.consent.version = current.consent.version;
    if let (Some(one), Some(current)) = (&mut source.follow_up, &current.follow_up) {
        one.version = current.version;
    }
    for one in &mut source.notices {
        if let Some(current) = current.notices.iter().find(|current| current.id == one.id) {
            one.version = current.version;
        }
    }
    source
}

/// The scoring model of a manifest, as JSON, if it is another than the one in force.
pub(crate) fn other_scoring(text: &str, practice: &Practice) -> Option<String> {
    let (model, current) = (read(text).ok()?.scoring, &practice.source.scoring);
    let is_other = Model { version: current.version, ..model.clone() } != *current;
    is_other.then(|| model.canonical_json())
}

pub(super) fn read(text: &str) -> Result<ManifestSource, String> {
    if text.len() > DOCUMENT_BYTES {
        return Err(t("longer than a manifest can be").into());
    }
    serde_json::from_slice(text.as_bytes()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
