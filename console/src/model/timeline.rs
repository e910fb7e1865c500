//! What happened with a lead, latest first.

use super::plain::plain;
use super::when::{Zone, full};
use super::work::outcome_word;
use lead::thread::Lead;

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Happening {
    pub(crate) what: String,
    /// A note's text.
    pub(crate) text: Option<String>,
    pub(crate) who: String,
    pub(crate) when: String,
    at: u64,
}

/// Inquiries, calls and notes, latest first.
pub(crate) fn timeline(lead: &Lead, zone: Zone) -> Vec<Happening> {
    let new = |what: String, text: Option<String>, who: String, at: u64| Happening {
        what,
        text,
        who,
        when: full(at, zone),
        at,
    };
    let inquiries = lead
        .inquiries
        .iter()
        .map(|received| new("Inquiry received".into(), None, "the form".into(), received.time));
    let calls = lead.calls.iter().map(|call| {
        new(format!("Call: {}", outcome_word(call.outcome)), None, call.author.to_string(), call.time)
    });
    let notes = lead
        .notes
        .iter()
        .map(|note| new("Note".into(), Some(plain(&note.text)), note.author.to_string(), note.time));
    let mut all: Vec<Happening> = inquiries.chain(calls).chain(notes).collect();
    // Stable: of two at once, the one later in the log stays later.
    all.sort_by_key(|happening| happening.at);
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;
    use lead::thread::{Body, CallOutcome, Event, Record, fold};
    use wire::{EntryId, ThreadId};

    #[test]
    fn latest_first_with_authors() {
        let event = |seq: u64, event: Event| Record {
            entry: EntryId::from_bytes([seq as u8; 16]),
            seq,
            time: 1_000 * seq,
            body: Body::Event { author: "maria-lopez".parse().unwrap(), event },
        };
        let inquiry = samples::case(1, "knee", 1_000).lead.inquiries[0].inquiry.clone();
        let first =
            Record { entry: EntryId::from_bytes([1; 16]), seq: 1, time: 1_000, body: Body::Inquiry(inquiry) };
        let lead = fold(
            ThreadId::from_bytes([1; 16]),
            &[
                first,
                event(2, Event::CallAttempted { outcome: CallOutcome::NoAnswer }),
                event(3, Event::NoteAdded { text: "Try after 3 \u{202E}pm".into() }),
            ],
        );
        let told: Vec<String> =
            timeline(&lead, |_| 0).into_iter().map(|h| format!("{}/{}", h.what, h.who)).collect();
        assert_eq!(told, ["Note/maria-lopez", "Call: No answer/maria-lopez", "Inquiry received/the form"]);
        assert_eq!(timeline(&lead, |_| 0)[0].text.as_deref(), Some("Try after 3 \u{FFFD}pm"));
    }
}
