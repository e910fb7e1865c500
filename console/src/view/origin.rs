//! Where this page comes from.

use crate::model::publishing::is_own_page;

/// This page's own origin, where `anteroom desk` serves it and passes requests on: its policy lets the page speak to
/// nobody else.
pub(crate) fn passed_on_by() -> Option<String> {
    let window = web_sys::window()?;
    let told = "meta[name='anteroom-relay'][content='same-origin']";
    window.document()?.query_selector(told).ok()??;
    window.location().origin().ok()
}

/// Whether the page comes from the practice's own machine, and not from its relay.
pub(crate) fn is_own(relay: &str) -> bool {
    passed_on_by().is_some_and(|origin| is_own_page(&origin, relay))
}
