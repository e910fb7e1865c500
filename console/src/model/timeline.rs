//! What happened with a lead, latest first: everything from the first click to the appointment.

use super::plain::{plain, plain_line};
use super::when::{Zone, full};
use super::work::{channel_word, field_word, says};
use crate::words::{fill, t};
use lead::thread::{Did, Event, Lead, Received};

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Happening {
    pub(crate) what: String,
    /// A note's text, or what was changed into what.
    pub(crate) text: Option<String>,
    pub(crate) who: String,
    pub(crate) when: String,
    /// Something that people should look at.
    pub(crate) warn: bool,
    at: u64,
}

/// Visits in one line, inquiries, and everything that staff did; latest first.
pub(crate) fn timeline(lead: &Lead, zone: Zone) -> Vec<Happening> {
    let visits = lead.inquiry().and_then(|inquiry| {
        let first = inquiry.signals.visits.iter().map(|visit| visit.ms).min()?;
        Some(happening(t("First visit to your website").into(), None, t("the website"), first, zone))
    });
    let inquiries = lead.inquiries.iter().map(|received| inquiry(received, zone));
    let did = lead.history.iter().map(|did| of_staff(lead, did, zone));
    let mut all: Vec<Happening> = visits.into_iter().chain(inquiries).chain(did).collect();
    // Stable: of two at once, the one later in the log stays later.
    all.sort_by_key(|happening| happening.at);
    all.reverse();
    all
}

fn happening(what: String, text: Option<String>, who: &str, at: u64, zone: Zone) -> Happening {
    Happening { what, text, who: who.to_owned(), when: full(at, zone), warn: false, at }
}

fn inquiry(received: &Received, zone: Zone) -> Happening {
    match &received.taken {
        None => happening(t("Inquiry received").into(), None, t("the form"), received.time, zone),
        Some((author, channel)) => {
            let what = fill("Inquiry taken down: {channel}", &[&channel_word(*channel)]);
            happening(what, None, author.as_str(), received.time, zone)
        }
    }
}

fn of_staff(lead: &Lead, did: &Did, zone: Zone) -> Happening {
    let mut happening =
        happening(says(&did.event), text(lead, did, zone), did.author.as_str(), did.time, zone);
    if lead.corrections.iter().any(|correction| correction.entry == did.entry && correction.crossed) {
        happening.what = fill("{what} (a colleague had changed it meanwhile)", &[&happening.what]);
        happening.warn = true;
    }
    happening
}

fn text(lead: &Lead, did: &Did, zone: Zone) -> Option<String> {
    let some = |text: &str| (!text.is_empty()).then(|| plain(text));
    let nothing = |text: &str| if text.is_empty() { t("nothing").to_owned() } else { plain_line(text) };
    match &did.event {
        // As corrected last; what it said before is told by the correction.
        Event::NoteAdded { text } => {
            let note = lead.notes.iter().find(|note| note.entry == did.entry);
            some(note.map_or(text, |note| &note.text))
        }
        Event::Corrected { text, .. } => some(text),
        Event::Closed { note, .. } => some(note),
        Event::CallPlanned { due, note } => {
            let note = if note.is_empty() { String::new() } else { format!(": {}", plain(note)) };
            Some(format!("{}{note}", full(*due, zone)))
        }
        Event::AnswerCorrected { field, was, now } => {
            Some(format!("{}: {} → {}", field_word(*field), nothing(was), nothing(now)))
        }
        Event::AppointmentRequested { slot }
        | Event::AppointmentBooked { slot, .. }
        | Event::AppointmentRescheduled { slot, .. } => Some(full(slot.start, zone)),
        Event::HandOffFailed { reason, .. } => some(reason),
        Event::HandedToEhr { reference } => some(reference),
        Event::FollowUpSent { step } | Event::FollowUpFailed { step, .. } | Event::CallAsked { step } => {
            Some(format!("{}, {}", plain_line(&step.sequence), plain_line(&step.step)))
        }
        _ => None,
    }
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

    #[test]
    fn what_was_put_right_keeps_what_it_said_and_who_crossed_whom() {
        let correct = |seq: u8, author: &str, now: &str| Record {
            entry: EntryId::from_bytes([seq; 16]),
            seq: seq.into(),
            time: 1_000 * u64::from(seq),
            body: Body::Event {
                author: author.parse().unwrap(),
                event: Event::AnswerCorrected {
                    field: lead::thread::AnswerField::Phone,
                    was: "555-0100".into(),
                    now: now.into(),
                },
            },
        };
        let inquiry = samples::case(1, "knee", 1_000).lead.inquiries[0].inquiry.clone();
        let first =
            Record { entry: EntryId::from_bytes([1; 16]), seq: 1, time: 1_000, body: Body::Inquiry(inquiry) };
        let records = [first, correct(2, "sam-rivera", "555-0101"), correct(3, "maria-lopez", "")];
        let told = timeline(&fold(ThreadId::from_bytes([1; 16]), &records), |_| 0);
        assert_eq!(told[0].text.as_deref(), Some("Phone: 555-0100 → nothing"));
        assert_eq!((told[0].warn, told[1].warn), (true, false));
    }
}
