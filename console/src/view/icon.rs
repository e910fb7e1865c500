//! Icons: strokes on a grid of 24, coloured as the text beside them.

use leptos::prelude::*;

pub(crate) const LOCK: &str = "M7 11V8a5 5 0 0 1 10 0v3 M5 11h14v9H5z";
pub(crate) const SEARCH: &str = "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13z M15.5 15.5L20 20";
pub(crate) const PHONE: &str = "M6 3.5h3.2l1.6 4.3-2.1 1.6a12 12 0 0 0 5.9 5.9l1.6-2.1 4.3 1.6V18a2.5 2.5 0 0 1-2.7 2.5A16.5 16.5 0 0 1 3.5 6.2 2.5 2.5 0 0 1 6 3.5z";
pub(crate) const MAIL: &str = "M4 6h16v12H4z M4 7l8 6.5L20 7";
pub(crate) const FILE: &str = "M6 3h8l5 5v13H6z M14 3v5h5 M12.5 12.5a2 2 0 1 0 0 4a2 2 0 0 0 0-4z";
pub(crate) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
pub(crate) const ALERT: &str = "M12 4l9 16H3z M12 10v4.5 M12 17.2v.1";
pub(crate) const BACK: &str = "M14.5 6L8.5 12l6 6";
pub(crate) const SHIELD: &str =
    "M12 3.5l7.5 2.8v5.4c0 4.4-3 7.6-7.5 9-4.5-1.4-7.5-4.6-7.5-9V6.3z M9 12l2.2 2.2L15.2 10";
pub(crate) const CLOCK: &str = "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z M12 8v4.5l3 1.8";
pub(crate) const KEYBOARD: &str = "M3 7h18v10H3z M7 14h10 M7 10.5v.1 M10.3 10.5v.1 M13.6 10.5v.1 M17 10.5v.1";
pub(crate) const PERSON: &str = "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8z M4.5 20.5a7.5 7.5 0 0 1 15 0";
pub(crate) const BELL: &str = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z M10 21h4";
pub(crate) const CHART: &str = "M4 4v16h16 M8.5 16v-5 M13 16V7 M17.5 16v-3";
pub(crate) const PLUS: &str = "M12 5v14 M5 12h14";
pub(crate) const CROSS: &str = "M7 7l10 10 M17 7L7 17";
pub(crate) const UP: &str = "M6.5 14.5L12 9l5.5 5.5";
pub(crate) const DOWN: &str = "M6.5 9.5L12 15l5.5-5.5";
pub(crate) const TODAY: &str = "M4 6.5h10 M4 12h7 M4 17.5h7 M15 15.5l2.2 2.2 4.3-5";
pub(crate) const BOARD: &str = "M4 5h4.5v14H4z M10 5h4.5v9H10z M16 5h4.5v12H16z";
pub(crate) const GLOBE: &str = "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z M4 12h16 M12 4c2.5 2.2 3.6 4.9 3.6 8s-1.1 5.8-3.6 8 M12 4c-2.5 2.2-3.6 4.9-3.6 8s1.1 5.8 3.6 8";
pub(crate) const HOUSE: &str = "M4 11l8-6.5 8 6.5 M6 9.5V20h12V9.5 M10 20v-5.5h4V20";
/// An arch: the way from outside to the room behind.
pub(crate) const MARK: &str = "M4 21V11a8 8 0 0 1 16 0v10 M8.5 21V11.5a3.5 3.5 0 0 1 7 0V21 M2.5 21h19";

/// An icon that says nothing by itself: the words beside it do.
pub(crate) fn icon(path: &'static str) -> impl IntoView {
    view! {
        <svg class={"icon"} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={path}></path>
        </svg>
    }
}
