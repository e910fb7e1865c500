//! What pages of the website stand for, by their addresses.

use super::Forming;
use crate::model::visits;
use crate::words::fill;
use lead::manifest::PageKind;

/// Kinds of pages, as a manifest writes them.
pub(crate) const KINDS: [(&str, PageKind); 6] = [
    ("pricing", PageKind::Pricing),
    ("scheduling", PageKind::Scheduling),
    ("service", PageKind::Service),
    ("guide", PageKind::Guide),
    ("physician", PageKind::Physician),
    ("download", PageKind::Download),
];

/// The path in what somebody typed or copied, which may be a whole address. A pattern stays as it is.
pub(crate) fn path(typed: &str) -> String {
    let typed = typed.trim();
    let rest = typed.strip_prefix("https://").or_else(|| typed.strip_prefix("http://"));
    let path = rest.map_or(typed, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() || path.starts_with(['/', '*']) { path.to_owned() } else { format!("/{path}") }
}

impl Forming {
    /// What the page that is tried counts as; `None`: nothing is tried.
    pub(crate) fn tried(&self) -> Option<String> {
        let path = path(&self.tried);
        let source = &self.draft.as_ref()?.source;
        let first = source.pages.iter().position(|page| page.matches(&path));
        (!path.is_empty()).then(|| match first {
            Some(at) => {
                let page = &source.pages[at];
                fill("{path}: {kind}, by {pattern}", &[&path, &visits::kind(page.kind), &page.pattern])
            }
            None => fill("{path}: no kind of its own", &[&path]),
        })
    }
}
