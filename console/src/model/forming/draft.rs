//! A draft of the manifest as a document: what stands at its places, and what is wrong there.

use super::Part;
use super::place::walk;
use crate::model::case::{Practice, Same};
use crate::words::{fill, found};
use lead::manifest::ManifestSource;
use lead::manifest::check::{Mistake, mistakes};
use std::fmt::Display;
use std::sync::Arc;
use wire::json::{Json, to_text};

/// A manifest that is not published.
pub(crate) struct Draft {
    pub(super) tree: Json,
    pub(crate) source: ManifestSource,
    pub(super) mistakes: Vec<Mistake>,
    /// The version in force that it began as.
    pub(super) of: u64,
    pub(crate) is_changed: bool,
}

impl Draft {
    /// `None`: it is no manifest.
    pub(super) fn of(tree: Json, practice: &Practice) -> Option<Same<Self>> {
        let source: ManifestSource = serde_json::from_slice(to_text(&tree)?.as_bytes()).ok()?;
        let (mistakes, is_changed) = (mistakes(&source), source != practice.source);
        let of = practice.manifest_version;
        Some(Same(Arc::new(Self { tree, source, mistakes, of, is_changed })))
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.mistakes.is_empty()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        match walk(&self.tree, path) {
            Some(Json::Text(text)) => text.clone(),
            Some(Json::Integer(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    pub(crate) fn holds(&self, path: &str) -> bool {
        walk(&self.tree, path) == Some(&Json::Bool(true))
    }

    /// Items of a list; 0, where there is none.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.list(path).map_or(0, <[Json]>::len)
    }

    fn list(&self, path: &str) -> Option<&[Json]> {
        if let Some(Json::List(items)) = walk(&self.tree, path) { Some(items) } else { None }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        walk(&self.tree, path).is_some()
    }

    /// A list of words.
    pub(crate) fn words(&self, path: &str) -> Vec<&str> {
        self.list(path).unwrap_or_default().iter().filter_map(Json::text).collect()
    }

    /// What is wrong at `path`, and with its items, where those are no places of their own.
    pub(crate) fn wrong(&self, path: &str) -> Option<String> {
        let items = format!("{path}[");
        let here = |mistake: &&Mistake| {
            let of_item = mistake.path.strip_prefix(&items).is_some_and(|rest| rest.ends_with(']'));
            mistake.path == path || of_item
        };
        let found: Vec<String> = self.mistakes.iter().filter(here).map(said).collect();
        (!found.is_empty()).then(|| found.join("; "))
    }

    /// Whether something is wrong within `path`.
    pub(crate) fn is_wrong(&self, path: &str) -> bool {
        self.mistakes
            .iter()
            .any(|mistake| mistake.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Every mistake: where it is in words, what it is, and whether it can be gone to.
    pub(crate) fn faults(&self, language: &str) -> Vec<(String, String, bool)> {
        let told = |mistake: &Mistake| {
            (self.named(&mistake.path, language), said(mistake), Part::of(&mistake.path).is_some())
        };
        self.mistakes.iter().map(told).collect()
    }

    /// The nearest thing around `path` that has a name of its own; else the path.
    fn named(&self, path: &str, language: &str) -> String {
        let mut around = path;
        loop {
            for name in ["label", "title"] {
                let texts = format!("{around}.{name}");
                let text = self.text(&format!("{texts}.{language}"));
                let text = if text.is_empty() { self.text(&format!("{texts}.en")) } else { text };
                if !text.is_empty() {
                    return text;
                }
            }
            match around.rfind(['.', '[']) {
                Some(end) => around = &around[..end],
                None => {
                    return Part::of(path).map_or_else(|| path.to_owned(), |part| part.label().to_owned());
                }
            }
        }
    }
}

fn said(mistake: &Mistake) -> String {
    // The scoring model has a checker of its own.
    if let ("{fault}", [fault]) = (mistake.what, mistake.parts.as_slice()) {
        return found(fault);
    }
    let parts: Vec<&dyn Display> = mistake.parts.iter().map(|part| part as &dyn Display).collect();
    fill(mistake.what, &parts)
}
