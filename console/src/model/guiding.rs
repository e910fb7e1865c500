//! The practice's own guides for calls: the one that is edited, how it reads, and what of it is missing. A guide that is saved is
//! an owner's signed document in the log, sealed like everything there; every edition stays.

use super::case::Practice;
use super::guide::{Guide, Language, Names, Part, document, latest, merged, spoken, unknown_words};
use super::plain::plain_line;
use super::{score, work};
use crate::words::{fill, t};
use lead::manifest::ServiceTier;
use lead::thread::{CallGuide, Edition, Verification};
use serde::{Deserialize, Serialize};
use wire::EntryId;

/// A kind of service, or every one.
pub(crate) type Kind = Option<ServiceTier>;

/// Kinds, in the order in which they are offered.
pub(crate) const KINDS: [Kind; 6] = [
    None,
    Some(ServiceTier::Surgical),
    Some(ServiceTier::Procedure),
    Some(ServiceTier::Consultation),
    Some(ServiceTier::Therapy),
    Some(ServiceTier::General),
];

pub(crate) fn kind_word(kind: Kind) -> &'static str {
    t(match kind {
        None => "Every service",
        Some(ServiceTier::Surgical) => "Surgery",
        Some(ServiceTier::Procedure) => "Procedures without surgery",
        Some(ServiceTier::Consultation) => "Consultations",
        Some(ServiceTier::Therapy) => "Therapy",
        Some(ServiceTier::General) => "Other services",
    })
}

/// Which guide is looked at, and what was typed.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Guiding {
    pub(crate) language: Language,
    pub(crate) kind: Kind,
    drafts: Vec<Draft>,
}

/// What was typed, and is not saved.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Draft {
    guide: CallGuide,
    /// The edition that it began as; `None`: what ships.
    over: Option<EntryId>,
}

/// Something done in the editor.
pub(crate) enum Edit {
    Look(Language, Kind),
    Type(String),
    Discard,
    /// Nothing but that what was published is a draft no more.
    KeepUp,
}

impl Guiding {
    pub(crate) fn step(&mut self, practice: &Practice, edit: Edit) {
        match edit {
            Edit::Look(language, kind) => (self.language, self.kind) = (language, kind),
            Edit::Type(text) => {
                let begun = self.draft().filter(|_| self.is_changed(practice)).map(|draft| draft.over);
                let over = begun.unwrap_or_else(|| self.latest(practice).map(|edition| edition.entry));
                self.discard();
                self.drafts.push(Draft { guide: self.named(text), over });
            }
            Edit::Discard => self.discard(),
            Edit::KeepUp => {
                let since = |over| practice.guides.iter().rev().take_while(move |it| Some(it.entry) != over);
                let is_published =
                    |draft: &Draft| since(draft.over).any(|edition| edition.guide == draft.guide);
                self.drafts.retain(|draft| !is_published(draft));
            }
        }
    }

    /// What to publish; `None`: nothing is changed, or it is too long.
    pub(crate) fn guide(&self, practice: &Practice) -> Option<CallGuide> {
        let text = self.text(practice);
        let is_savable = self.is_changed(practice) && text.len() <= CallGuide::BYTES;
        is_savable.then(|| self.named(text))
    }

    /// The drafts as they are stored; `None`: there is none.
    pub(crate) fn kept(&self) -> Option<String> {
        let drafts = Some(&self.drafts).filter(|drafts| !drafts.is_empty())?;
        serde_json::to_string(drafts).ok()
    }

    /// Those drafts again; none, where it is anything else.
    pub(crate) fn of_kept(stored: &str) -> Self {
        Self { drafts: serde_json::from_slice(stored.as_bytes()).unwrap_or_default(), ..Self::default() }
    }

    fn named(&self, text: String) -> CallGuide {
        CallGuide { language: self.language.tag().to_owned(), tier: self.kind, text }
    }

    fn discard(&mut self) {
        let (language, kind) = (self.language.tag(), self.kind);
        self.drafts.retain(|draft| draft.guide.language != language || draft.guide.tier != kind);
    }

    /// Whether both hold the same drafts.
    pub(crate) fn has_drafts_of(&self, other: &Self) -> bool {
        self.drafts == other.drafts
    }

    fn draft(&self) -> Option<&Draft> {
        let (language, kind) = (self.language.tag(), self.kind);
        self.drafts.iter().find(|draft| draft.guide.language == language && draft.guide.tier == kind)
    }

    fn latest<'a>(&self, practice: &'a Practice) -> Option<&'a Edition> {
        latest(&practice.guides, self.language, self.kind)
    }

    fn published<'a>(&self, practice: &'a Practice) -> &'a str {
        document(&practice.guides, self.language, self.kind)
    }

    /// What stands in the editor.
    pub(crate) fn text(&self, practice: &Practice) -> String {
        self.draft().map_or_else(|| self.published(practice).to_owned(), |draft| draft.guide.text.clone())
    }

    /// Whether it is other than what colleagues see.
    pub(crate) fn is_changed(&self, practice: &Practice) -> bool {
        self.draft().is_some_and(|draft| draft.guide.text != self.published(practice))
    }

    /// Who published another edition after the draft was begun.
    pub(crate) fn overtaken_by(&self, practice: &Practice) -> Option<String> {
        let draft = self.draft().filter(|_| self.is_changed(practice))?;
        let latest = self.latest(practice)?;
        (draft.over != Some(latest.entry)).then(|| latest.author.to_string())
    }

    /// Every edition, the latest one first.
    pub(crate) fn editions(&self, practice: &Practice) -> Vec<Edition> {
        let is_it = |edition: &&Edition| {
            edition.guide.language == self.language.tag() && edition.guide.tier == self.kind
        };
        practice.guides.iter().filter(is_it).rev().cloned().collect()
    }

    /// How a call would go by it.
    pub(crate) fn preview(&self, practice: &Practice) -> Guide {
        with_example(practice, |names| self.read(practice, names))
    }

    fn read(&self, practice: &Practice, names: &Names<'_>) -> Guide {
        let text = self.text(practice);
        match self.kind {
            None => merged(&text, "", names),
            Some(_) => merged(document(&practice.guides, self.language, None), &text, names),
        }
    }

    /// What is missing or stands for nothing, in words. Nothing of it keeps a guide from being saved but its length.
    pub(crate) fn problems(&self, practice: &Practice) -> Vec<String> {
        with_example(practice, |names| {
            let text = self.text(practice);
            let stages = self.read(practice, names).stages;
            let checks = |what| {
                let parts = stages.iter().flat_map(|stage| &stage.parts);
                parts.filter(|part| matches!(part, Part::Check(found, _) if *found == what)).count()
            };
            let missing = Verification::ALL.into_iter().filter(|what| checks(*what) == 0);
            let missing = missing
                .map(|what| fill("Nobody is told to check: {what}", &[&work::verification_word(what)]));
            let unknown = unknown_words(&text, names).into_iter();
            let unknown = unknown.map(|word| {
                fill("{word} stands for nothing and is shown as it is", &[&format_args!("{{{word}}}")])
            });
            let long = (text.len() > CallGuide::BYTES)
                .then(|| fill("Longer than a guide can be: {bytes} bytes at most", &[&CallGuide::BYTES]));
            long.into_iter().chain(unknown).chain(missing).collect()
        })
    }
}

/// Names as on a call, with somebody who does not exist.
fn with_example<T>(practice: &Practice, read: impl FnOnce(&Names<'_>) -> T) -> T {
    let source = &practice.source;
    let service = source.services.first().map(|first| score::service(source, &first.id));
    read(&Names {
        name: t("Jordan Example"),
        practice: &source.name,
        staff: &spoken(&practice.staff),
        service: &service.unwrap_or_default(),
        phone: &plain_line(&source.phone),
    })
}

#[cfg(test)]
mod tests;
