//! The practice's own documents while they are written: guides for calls (`guiding.rs`) and follow-up sequences
//! (`following.rs`). What is saved is an owner's signed document in the log, sealed like everything there; every edition stays.

use super::case::Practice;
use super::guide::Language;
use super::guiding::Kind;
use lead::thread::{Document, Edition};
use serde::{Deserialize, Serialize};
use wire::EntryId;

/// What is looked at, and what was typed.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Writing {
    pub(crate) language: Language,
    pub(crate) kind: Kind,
    /// Id of the sequence that is looked at.
    pub(crate) sequence: Option<String>,
    /// The drafts, as they are stored: who reads and writes them is fetched later.
    kept: Option<String>,
}

/// What was typed, and is not saved.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) document: Document,
    /// The edition that it began as; `None`: what ships, or nothing.
    pub(super) over: Option<EntryId>,
}

impl Writing {
    /// The drafts as they are stored; `None`: there is none.
    pub(crate) fn kept(&self) -> Option<String> {
        self.kept.clone()
    }

    /// Those drafts again; none, where it is anything else.
    pub(crate) fn of_kept(stored: String) -> Self {
        Self { kept: Some(stored), ..Self::default() }
    }

    /// Whether both hold the same drafts.
    pub(crate) fn has_drafts_of(&self, other: &Self) -> bool {
        self.kept == other.kept
    }

    /// What was published is a draft no more.
    pub(crate) fn keep_up(&mut self, practice: &Practice) {
        let since = |over| practice.documents.iter().rev().take_while(move |it| Some(it.entry) != over);
        let is_published = |draft: &Draft| since(draft.over).any(|it| it.document == draft.document);
        self.keep(self.drafts().into_iter().filter(|draft| !is_published(draft)).collect());
    }

    pub(super) fn drafts(&self) -> Vec<Draft> {
        let stored = self.kept.as_deref().unwrap_or_default();
        serde_json::from_slice(stored.as_bytes()).unwrap_or_default()
    }

    pub(super) fn draft(&self, is_it: impl Fn(&Document) -> bool) -> Option<Draft> {
        self.drafts().into_iter().find(|draft| is_it(&draft.document))
    }

    /// In place of the one for which `is_it` holds; `None`: without another one.
    pub(super) fn put(&mut self, is_it: impl Fn(&Document) -> bool, draft: Option<Draft>) {
        let others = self.drafts().into_iter().filter(|draft| !is_it(&draft.document));
        self.keep(others.chain(draft).collect());
    }

    fn keep(&mut self, drafts: Vec<Draft>) {
        self.kept =
            Some(drafts).filter(|drafts| !drafts.is_empty()).and_then(|all| serde_json::to_string(&all).ok());
    }
}

impl Draft {
    /// Who published another edition after the draft was begun: `latest` is the latest one.
    pub(super) fn overtaken_by(&self, latest: Option<&Edition>) -> Option<String> {
        latest.filter(|latest| self.over != Some(latest.entry)).map(|latest| latest.author.to_string())
    }
}
