//! What somebody began and did not finish: notes half typed, a call that is being taken down. This browser keeps it,
//! encrypted (`drive/drafts.rs`), so that a lock in the middle of a call costs nobody their words.

use super::Effect;
use super::drafts::Drafts;
use super::open::Open;
use lead::inquiry::Answers;
use lead::thread::Channel;
use serde::{Deserialize, Serialize};
use wire::ThreadId;

/// Everything that is unfinished.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unfinished {
    /// By the lead that they are about; none is empty.
    #[serde(default)]
    notes: Vec<(ThreadId, String)>,
    #[serde(default)]
    taking: Option<Taking>,
    /// Whether what an earlier opening left is here.
    #[serde(skip)]
    pub(crate) recalled: Drafts,
}

/// An inquiry while it is taken down.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Taking {
    pub(crate) channel: Channel,
    pub(crate) answers: Answers,
}

impl Default for Taking {
    fn default() -> Self {
        Self { channel: Channel::Phone, answers: Answers::default() }
    }
}

impl Unfinished {
    /// Nothing, and nothing to wait for.
    pub(crate) fn nothing() -> Self {
        Self { recalled: Drafts::Here, ..Self::default() }
    }

    /// The note on a lead as far as it was typed.
    pub(crate) fn note(&self, thread: ThreadId) -> String {
        self.notes.iter().find(|note| note.0 == thread).map(|note| note.1.clone()).unwrap_or_default()
    }

    /// The inquiry as far as it was taken down.
    pub(crate) fn taking(&self) -> Taking {
        self.taking.clone().unwrap_or_default()
    }

    /// As it is stored; `None`: there is nothing.
    pub(crate) fn write(&self) -> Option<String> {
        if self.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    fn is_empty(&self) -> bool {
        self.notes.is_empty() && self.taking.is_none()
    }

    fn put(&mut self, thread: ThreadId, text: String) {
        self.notes.retain(|note| note.0 != thread);
        if !text.trim().is_empty() {
            self.notes.push((thread, text));
        }
    }

    /// What was stored; nothing, where it is anything else.
    pub(crate) fn read(stored: &str) -> Self {
        serde_json::from_slice(stored.as_bytes()).unwrap_or_default()
    }
}

impl Open {
    /// What is typed is kept as it is typed.
    pub(crate) fn jot(&mut self, thread: ThreadId, text: String) -> Vec<Effect> {
        self.unfinished.put(thread, text);
        self.keep_unfinished()
    }

    /// The same of a call; `None`: it is taken down, or given up.
    pub(crate) fn take_on(&mut self, taking: Option<Taking>) -> Vec<Effect> {
        self.unfinished.taking = taking;
        self.keep_unfinished()
    }

    /// What an earlier opening left comes in; what was typed meanwhile counts more.
    pub(crate) fn recall_unfinished(&mut self, earlier: Unfinished) -> Vec<Effect> {
        let now = std::mem::replace(&mut self.unfinished, Unfinished { recalled: Drafts::Here, ..earlier });
        if now.is_empty() {
            return Vec::new();
        }
        for (thread, text) in now.notes {
            self.unfinished.put(thread, text);
        }
        self.unfinished.taking = now.taking.or(self.unfinished.taking.take());
        self.keep_unfinished()
    }

    /// A note that is in the log, or on its way, is finished.
    pub(crate) fn act_and_finish(&mut self, thread: ThreadId, event: lead::thread::Event) -> Vec<Effect> {
        let is_note = matches!(event, lead::thread::Event::NoteAdded { .. });
        let mut effects = self.act(thread, event);
        if is_note && !effects.is_empty() {
            effects.extend(self.jot(thread, String::new()));
        }
        effects
    }

    /// Not before what is there was looked at: it would be lost.
    fn keep_unfinished(&self) -> Vec<Effect> {
        let is_here = self.unfinished.recalled == Drafts::Here;
        is_here.then_some(Effect::KeepUnfinished).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Event;
    use crate::model::case::samples;
    use crate::model::work::{Unsent, Way, note, says};
    use wire::EntryId;

    const NOW: u64 = 1_772_654_700_000;

    fn opened() -> (Open, ThreadId) {
        let practice = samples::practice(vec![samples::case(1, "knee", NOW)], Vec::new());
        let thread = practice.cases[0].lead.thread;
        (Open::new(practice, NOW), thread)
    }

    #[test]
    fn a_note_comes_again_until_it_is_sent() {
        let (mut open, thread) = opened();
        open.step(Event::Unfinished(Box::default()));
        let typed = Event::Jot { thread, text: "Asked for a call after three".into() };
        assert_eq!(open.step(typed), [Effect::KeepUnfinished]);
        let again = Unfinished::read(&open.unfinished.write().unwrap());
        assert_eq!(again.note(thread), "Asked for a call after three");
        let event = note(&again.note(thread)).unwrap();
        assert_eq!(says(&event), "Note");
        let effects = open.step(Event::Act { thread, event });
        assert!(matches!(effects[..], [Effect::Append { .. }, Effect::KeepUnfinished]), "{effects:?}");
        assert_eq!(open.unfinished.write(), None);
    }

    #[test]
    fn a_note_that_cannot_be_sent_yet_stays() {
        let (mut open, thread) = opened();
        open.step(Event::Unfinished(Box::default()));
        let mut practice = (*open.practice).clone();
        practice.reading = Some((1, 2));
        open.step(Event::Refreshed(Box::new(practice)));
        open.step(Event::Jot { thread, text: "Too early".into() });
        assert_eq!(open.step(Event::Act { thread, event: note("Too early").unwrap() }), []);
        assert_eq!(open.unfinished.note(thread), "Too early");
    }

    #[test]
    fn what_was_typed_before_the_rest_came_is_kept_and_costs_nothing_of_it() {
        let (mut open, thread) = opened();
        assert_eq!(
            open.step(Event::Jot { thread, text: "Now".into() }),
            [],
            "nothing is stored over the rest"
        );
        let other = ThreadId::from_bytes([9; 16]);
        let answers = Answers { needs: "knee".into(), ..Answers::default() };
        let earlier = Unfinished {
            notes: vec![(thread, "Before".to_owned()), (other, "Other".to_owned())],
            taking: Some(Taking { channel: Channel::WalkIn, answers }),
            recalled: Drafts::NotAsked,
        };
        assert_eq!(open.step(Event::Unfinished(Box::new((earlier, Vec::new())))), [Effect::KeepUnfinished]);
        assert_eq!(
            (open.unfinished.note(thread).as_str(), open.unfinished.note(other).as_str()),
            ("Now", "Other")
        );
        assert_eq!(open.unfinished.taking().answers.needs, "knee");
    }

    #[test]
    fn what_was_not_sent_goes_out_as_it_was_sealed_and_can_be_given_up() {
        let (mut open, thread) = opened();
        let event = note("Before the lock").unwrap();
        let unsent = Unsent { thread, event, entry: EntryId::from_bytes([7; 16]), sealed: "sealed".into() };
        let earlier =
            |unsent: &Unsent| Event::Unfinished(Box::new((Unfinished::default(), vec![unsent.clone()])));
        assert_eq!(open.step(earlier(&unsent)), [Effect::SendAgain { ticket: 1, unsent }]);
        assert_eq!(open.outgoing.len(), 1, "it is shown until it is in the log");
        open.step(Event::NotSaved(1, Way::Waiting));
        assert_eq!(open.step(Event::Discard(1)), [Effect::Discard(1)]);
        assert_eq!(open.step(Event::Discard(1)), [], "it is gone");
    }

    #[test]
    fn a_call_comes_again_until_it_is_taken_down() {
        let (mut open, thread) = opened();
        open.step(Event::Unfinished(Box::default()));
        let mut taking = Taking { channel: Channel::Message, ..Taking::default() };
        taking.answers.contact.name = "Blake Sample".into();
        assert_eq!(open.step(Event::Taking(Some(Box::new(taking.clone())))), [Effect::KeepUnfinished]);
        let again = Unfinished::read(&open.unfinished.write().unwrap());
        assert!(again.taking() == taking);
        let event = Box::new(note("stands for the inquiry").unwrap());
        let effects = open.step(Event::TakeDown { thread, event });
        assert!(matches!(effects[..], [Effect::Append { .. }, Effect::KeepUnfinished]), "{effects:?}");
        assert!(open.unfinished.taking() == Taking::default());
    }

    #[test]
    fn what_is_stored_and_is_no_such_thing_is_nothing() {
        for stored in ["", "[]", r#"{"notes":[["x","y"]]}"#, r#"{"taking":{"channel":"fax"}}"#] {
            assert_eq!(Unfinished::read(stored).write(), None, "{stored}");
        }
    }
}
