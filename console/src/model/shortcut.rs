//! The keys, in one place: what each does, and the map that is shown on `?`.

use super::pipeline::Do;
use super::{Direction, Event, LockReason};
use crate::words::en;

/// Where a key was pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// In the search field: letters are text there, and the arrows move through what is found.
    Search,
    /// In another field, which has the arrows for itself.
    Field,
    /// On a button or link, which Enter already presses.
    Control,
    /// In a text, which the arrows scroll.
    Text,
    /// Anywhere else.
    Elsewhere,
}

/// Keys and what they do, as shown.
pub(crate) const MAP: [(&str, &str); 16] = [
    (en("↓ or J"), en("Next lead")),
    (en("↑ or K"), en("Previous lead")),
    (en("Home, End"), en("First, last lead")),
    (en("Enter"), en("Open the lead")),
    (en("Esc"), en("Back to the list; then clear the search")),
    ("N", en("Open the next lead to call, and claim it")),
    ("C", en("Claim the lead, or give it back")),
    ("G", en("Call with the guide")),
    ("T", en("Take a call: write an inquiry down")),
    ("D", en("The day's work")),
    ("P", en("Pipeline: all leads")),
    ("X", en("Tick the lead, in the pipeline")),
    ("R", en("Reports")),
    ("/", en("Search")),
    ("?", en("This map")),
    (en("Shift + L"), en("Lock")),
];

/// What `key` (a `KeyboardEvent.key`) does, without Ctrl, Alt or Meta.
pub(crate) fn event(key: &str, place: Place) -> Option<Event> {
    let everywhere = match key {
        "Escape" => Some(Event::Back),
        "ArrowDown" if !matches!(place, Place::Field | Place::Text) => Some(Event::Move(Direction::Next)),
        "ArrowUp" if !matches!(place, Place::Field | Place::Text) => Some(Event::Move(Direction::Previous)),
        _ => None,
    };
    if everywhere.is_some() || matches!(place, Place::Field | Place::Search) {
        return everywhere;
    }
    match key {
        "j" => Some(Event::Move(Direction::Next)),
        "k" => Some(Event::Move(Direction::Previous)),
        "Home" if place != Place::Text => Some(Event::Move(Direction::First)),
        "End" if place != Place::Text => Some(Event::Move(Direction::Last)),
        "Enter" if place == Place::Elsewhere => Some(Event::OpenCursor),
        "n" => Some(Event::CallNext),
        "c" => Some(Event::ClaimHere),
        "g" => Some(Event::CallHere),
        "t" => Some(Event::OpenTake),
        "d" => Some(Event::OpenQueue),
        "p" => Some(Event::OpenPipeline),
        "x" => Some(Event::Pipeline(Do::TickCursor)),
        "r" => Some(Event::OpenReports),
        "/" => Some(Event::FocusSearch),
        "?" => Some(Event::Shortcuts),
        "L" => Some(Event::Lock(LockReason::Asked)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_text_in_a_field() {
        for key in ["j", "k", "n", "c", "g", "t", "d", "p", "x", "r", "/", "?", "L", "Home", "Enter"] {
            assert!(event(key, Place::Field).is_none(), "{key}");
            assert!(event(key, Place::Search).is_none(), "{key}");
            assert!(event(key, Place::Elsewhere).is_some(), "{key}");
        }
        assert!(matches!(event("Escape", Place::Field), Some(Event::Back)));
    }

    #[test]
    fn arrows_are_the_fields_own_where_it_needs_them() {
        for key in ["ArrowDown", "ArrowUp"] {
            assert!(event(key, Place::Field).is_none(), "a choice is changed by them");
            assert!(event(key, Place::Text).is_none(), "a text is scrolled by them");
            assert!(event(key, Place::Search).is_some());
        }
    }

    #[test]
    fn a_button_is_pressed_once() {
        assert!(event("Enter", Place::Control).is_none());
    }
}
