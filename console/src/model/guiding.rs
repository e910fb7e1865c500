//! The practice's own guides for calls: the one that is edited, how it reads, and what of it is missing.

use super::case::Practice;
use super::guide::{Guide, Language, Names, Part, document, latest, merged, spoken, unknown_words};
use super::plain::plain_line;
use super::writing::{Draft, Writing};
use super::{score, work};
use crate::words::{fill, t};
use lead::manifest::ServiceTier;
use lead::thread::{CallGuide, Document, Edition, Verification};

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

/// Something done in the editor.
pub(crate) enum Edit {
    Look(Language, Kind),
    Type(String),
    Discard,
}

impl Writing {
    pub(crate) fn guide_step(&mut self, practice: &Practice, edit: Edit) {
        let (language, kind) = (self.language, self.kind);
        match edit {
            Edit::Look(language, kind) => (self.language, self.kind) = (language, kind),
            Edit::Type(text) => {
                let begun = self.guide_draft().filter(|_| self.is_changed(practice)).map(|draft| draft.over);
                let over = begun.unwrap_or_else(|| self.latest(practice).map(|edition| edition.entry));
                let document = Document::Guide(self.named(text));
                self.put(|document| is_it(document, language, kind), Some(Draft { document, over }));
            }
            Edit::Discard => self.put(|document| is_it(document, language, kind), None),
        }
    }

    /// What to publish; `None`: nothing is changed, or it is too long.
    pub(crate) fn guide(&self, practice: &Practice) -> Option<CallGuide> {
        let text = self.text(practice);
        let is_savable = self.is_changed(practice) && text.len() <= CallGuide::BYTES;
        is_savable.then(|| self.named(text))
    }

    fn named(&self, text: String) -> CallGuide {
        CallGuide { language: self.language.tag().to_owned(), tier: self.kind, text }
    }

    fn guide_draft(&self) -> Option<Draft> {
        self.draft(|document| is_it(document, self.language, self.kind))
    }

    fn latest<'a>(&self, practice: &'a Practice) -> Option<&'a Edition> {
        latest(&practice.documents, self.language, self.kind)
    }

    fn published<'a>(&self, practice: &'a Practice) -> &'a str {
        document(&practice.documents, self.language, self.kind)
    }

    /// What stands in the editor.
    pub(crate) fn text(&self, practice: &Practice) -> String {
        self.typed().unwrap_or_else(|| self.published(practice).to_owned())
    }

    fn typed(&self) -> Option<String> {
        match self.guide_draft()?.document {
            Document::Guide(guide) => Some(guide.text),
            Document::Sequence(_) => None,
        }
    }

    /// Whether it is other than what colleagues see.
    pub(crate) fn is_changed(&self, practice: &Practice) -> bool {
        self.typed().is_some_and(|text| text != self.published(practice))
    }

    /// Who published another edition after the draft was begun.
    pub(crate) fn overtaken_by(&self, practice: &Practice) -> Option<String> {
        let draft = self.guide_draft().filter(|_| self.is_changed(practice))?;
        draft.overtaken_by(self.latest(practice))
    }

    /// Every edition with its text, the latest one first.
    pub(crate) fn editions(&self, practice: &Practice) -> Vec<(Edition, String)> {
        let text = |edition: &Edition| {
            let guide = edition.guide().filter(|_| is_it(&edition.document, self.language, self.kind))?;
            Some((edition.clone(), guide.text.clone()))
        };
        practice.documents.iter().rev().filter_map(text).collect()
    }

    /// How a call would go by it.
    pub(crate) fn preview(&self, practice: &Practice) -> Guide {
        with_example(practice, |names| self.read(practice, names))
    }

    fn read(&self, practice: &Practice, names: &Names<'_>) -> Guide {
        let text = self.text(practice);
        match self.kind {
            None => merged(&text, "", names),
            Some(_) => merged(document(&practice.documents, self.language, None), &text, names),
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

fn is_it(document: &Document, language: Language, kind: Kind) -> bool {
    matches!(document, Document::Guide(guide) if guide.language == language.tag() && guide.tier == kind)
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
