//! Which rows of a long list are visible: only those are in the page.

use leptos::html::Div;
use leptos::prelude::*;

/// The first and the last visible row, `until_measured` at first; and what measures them again, for who scrolls. `at` gives
/// the row at a height within `scroller`, if there is a list; `track` tells what they change with.
pub(super) fn visible(
    scroller: NodeRef<Div>,
    until_measured: (usize, usize),
    track: impl Fn() + 'static,
    at: impl Fn(i32) -> Option<usize> + Copy + 'static,
) -> (RwSignal<(usize, usize)>, impl Fn() + Copy + 'static) {
    let seen = RwSignal::new(until_measured);
    let measure = move || {
        // A frame later, the list may be gone.
        let Some(element) = scroller.try_get_untracked().flatten() else { return };
        let (top, height) = (element.scroll_top(), element.client_height());
        let now = at(top).zip(at(top + height));
        if let Some(now) = now.filter(|now| *now != seen.get_untracked()) {
            seen.set(now);
        }
    };
    Effect::new(move |_| {
        track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    (seen, measure)
}
