//! The form's life, from the first answer to the confirmation.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of `#[test]`")]

use lead::inquiry::{ContactWay, Inquiry, Insurance};
use lead::signals::Signals;
use lead::validate::Problem;
use lead::{Manifest, ManifestSource};
use std::sync::Arc;
use widget::intake::{Delivery, Device, Effect, Event, Intake, Stage};
use wire::EntryId;

const BEGAN: u64 = 1_795_000_000_000;
const LATER: u64 = BEGAN + 60_000;

struct Person {
    form: Intake,
    effects: Vec<Effect>,
}

impl Person {
    fn arrives() -> Self {
        Self::arrives_at(Device::Own)
    }

    fn arrives_at(device: Device) -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
        let source: ManifestSource = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let manifest = Manifest {
            practice: "lakeside-ortho".parse().unwrap(),
            version: 3,
            iat: 0,
            exp: u64::MAX,
            inbox: wire::practice::JwkSet { keys: Vec::new() },
            source,
        };
        let form = Intake::new(Arc::new(manifest), "en".to_owned(), Signals::default(), device, BEGAN);
        Self { form, effects: Vec::new() }
    }

    fn does(&mut self, event: Event) -> &mut Self {
        self.effects = self.form.step(event);
        self
    }

    fn control(&self, name: &str) -> usize {
        self.form.controls.iter().position(|control| control.name == name).unwrap()
    }

    fn fills(&mut self, name: &str, text: &str) -> &mut Self {
        let control = self.control(name);
        self.does(Event::Filled(control, text.to_owned()))
    }

    fn leaves(&mut self, name: &str) -> &mut Self {
        let control = self.control(name);
        self.does(Event::Left(control))
    }

    fn ticks(&mut self, name: &str, id: &str) -> &mut Self {
        let control = self.control(name);
        self.does(Event::Toggled(control, id.to_owned()))
    }

    fn problem(&self, name: &str) -> Option<Problem> {
        self.form.problems[self.control(name)]
    }

    /// At the review, with everything that is needed.
    fn ready() -> Self {
        let mut person = Self::arrives();
        person.fills("service", "knee-replacement").fills("needs", "My left knee hurts.").does(Event::Next);
        person.fills("name", "Ada Example").fills("contact", "phone").fills("phone", "(555) 555-0142");
        person.does(Event::Next).does(Event::Next).fills("consent", "yes").does(Event::Next);
        assert_eq!(person.form.stage, Stage::Review);
        person
    }

    fn sealed(&mut self) -> Inquiry {
        match self.effects.as_slice() {
            [Effect::Seal(inquiry)] => (**inquiry).clone(),
            other => panic!("not sealed: {other:?}"),
        }
    }
}

fn entry() -> EntryId {
    EntryId::from_bytes([7; 16])
}

#[test]
fn a_step_with_an_open_question_does_not_go_on_and_says_which() {
    let mut person = Person::arrives();
    person.does(Event::Next);
    assert_eq!(person.form.stage, Stage::Filling(0));
    assert_eq!(person.problem("service"), Some(Problem::NotChosen));
    assert_eq!(person.effects, [Effect::Focus(person.control("service"))]);
    assert_eq!(person.form.shown_problems(0), 1);

    person.fills("service", "knee-replacement");
    assert_eq!(person.problem("service"), None, "what is put right is no problem any more, at once");
    person.does(Event::Next);
    assert_eq!(person.form.stage, Stage::Filling(1));
    assert_eq!(person.effects, [Effect::Begin]);
}

#[test]
fn an_answer_is_checked_when_it_is_left_and_not_while_it_is_written() {
    let mut person = Person::arrives();
    person.fills("contact", "phone").fills("phone", "12");
    assert_eq!(person.problem("phone"), None);
    person.leaves("phone");
    assert_eq!(person.problem("phone"), Some(Problem::Phone));
    person.fills("phone", "(555) 555-0142");
    assert_eq!(person.problem("phone"), None);
}

#[test]
fn passing_over_an_empty_answer_is_no_problem_yet() {
    let mut person = Person::arrives();
    person.leaves("name");
    assert_eq!(person.problem("name"), None);
}

#[test]
fn what_depends_on_another_answer_is_asked_only_then() {
    let mut person = Person::arrives();
    let (phone, email) = (person.control("phone"), person.control("email"));
    assert!(!person.form.is_asked(phone) && !person.form.is_asked(email));
    person.fills("contact", "email");
    assert!(!person.form.is_asked(phone) && person.form.is_asked(email));
}

#[test]
fn an_answer_that_is_no_longer_asked_is_not_sent() {
    let mut person = Person::ready();
    person.does(Event::Change(1)).fills("contact", "email").fills("email", "ada@example.com");
    person.does(Event::Next).does(Event::Send(LATER));
    let contact = person.sealed().answers.contact;
    assert_eq!((contact.phone, contact.email.as_deref()), (None, Some("ada@example.com")));
}

#[test]
fn an_emergency_is_answered_while_it_is_written_and_nothing_is_blocked() {
    let mut person = Person::arrives();
    person.fills("needs", "I have chest pain");
    assert!(!person.form.help.is_empty());
    assert_eq!(person.effects, [Effect::Reveal], "in sight");
    person.fills("service", "knee-replacement").does(Event::Next);
    assert_eq!(person.form.stage, Stage::Filling(1), "the form stays usable");
    assert!(!person.form.help.is_empty(), "and the guidance stays with it");
    person.fills("needs", "My knee aches");
    assert!(person.form.help.is_empty());
}

#[test]
fn the_review_leads_back_to_a_step_and_straight_to_the_review_again() {
    let mut person = Person::ready();
    person.does(Event::Change(0));
    assert_eq!(person.form.stage, Stage::Changing(0));
    person.fills("service", "hip-replacement").does(Event::Next);
    assert_eq!(person.form.stage, Stage::Review);
    person.does(Event::Change(0)).does(Event::Back);
    assert_eq!(person.form.stage, Stage::Review);
    person.does(Event::Back);
    assert_eq!(person.form.stage, Stage::Filling(3));
}

#[test]
fn what_is_sent_is_what_was_answered() {
    let mut person = Person::ready();
    person.does(Event::Change(2)).ticks("appointment", "this-week").ticks("appointment", "mornings");
    person.fills("insurance", "plan").fills("insurance.1", " Sample Mutual ");
    person.does(Event::Next).does(Event::Send(LATER));
    let inquiry = person.sealed();
    assert_eq!(
        (inquiry.v, inquiry.manifest, inquiry.submitted_ms, inquiry.lang.as_str()),
        (1, 3, LATER, "en")
    );
    let answers = &inquiry.answers;
    assert_eq!(answers.contact.name, "Ada Example");
    assert_eq!(answers.contact.prefer, Some(ContactWay::Phone));
    assert_eq!(answers.service.as_deref(), Some("knee-replacement"));
    assert_eq!(answers.needs, "My left knee hurts.");
    assert_eq!(answers.appointment.as_ref().unwrap().windows, ["this-week", "mornings"]);
    assert_eq!(answers.consent.unwrap().version, 1);
    assert!(
        matches!(&answers.insurance, Some(Insurance::Plan { carrier, plan: None, .. }) if carrier == "Sample Mutual")
    );
    assert!(inquiry.preliminary.points >= 30);
    let read = Inquiry::parse(inquiry.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(read, inquiry, "staff read what was sealed");
}

#[test]
fn any_time_means_no_particular_window() {
    let mut person = Person::ready();
    person.does(Event::Change(2)).ticks("appointment", "this-week").ticks("appointment", "any");
    person.does(Event::Next).does(Event::Send(LATER));
    assert!(person.sealed().answers.appointment.unwrap().windows.is_empty());
}

#[test]
fn a_second_click_sends_nothing_more() {
    let mut person = Person::ready();
    person.does(Event::Send(LATER));
    person.sealed();
    person.does(Event::Send(LATER));
    assert_eq!(person.effects, []);
    person.does(Event::Sealed(entry(), LATER)).does(Event::Send(LATER + 1));
    assert_eq!(person.effects, []);
}

#[test]
fn sent_and_wiped() {
    let mut person = Person::ready();
    person.does(Event::Send(LATER)).does(Event::Sealed(entry(), LATER));
    person.does(Event::Delivered(EntryId::from_bytes([8; 16])));
    assert!(matches!(person.form.stage, Stage::Sending(_)), "another entry's outcome is not this one's");
    person.does(Event::Delivered(entry()));
    let Stage::Sent(confirmation, Delivery::Delivered) = &person.form.stage else { panic!() };
    assert_eq!((confirmation.name.as_str(), confirmation.prefer), ("Ada Example", Some(ContactWay::Phone)));
    for control in 0..person.form.controls.len() {
        assert!(person.form.values.is_blank(control), "{}", person.form.controls[control].name);
    }
}

#[test]
fn without_a_connection_it_waits_sealed_and_is_delivered_later() {
    let mut person = Person::ready();
    person.does(Event::Send(LATER)).does(Event::Sealed(entry(), LATER));
    person.does(Event::Waiting(entry(), Delivery::Kept));
    assert!(matches!(person.form.stage, Stage::Sent(_, Delivery::Kept)));
    person.does(Event::Delivered(entry()));
    assert!(matches!(person.form.stage, Stage::Sent(_, Delivery::Delivered)));
    person.does(Event::Waiting(entry(), Delivery::Kept));
    assert!(matches!(person.form.stage, Stage::Sent(_, Delivery::Delivered)), "delivered stays delivered");
}

#[test]
fn what_the_relay_will_not_take_can_be_tried_again() {
    let mut person = Person::ready();
    person.does(Event::Send(LATER)).does(Event::Sealed(entry(), LATER)).does(Event::Refused);
    assert_eq!(person.form.stage, Stage::Refused);
    person.does(Event::Send(LATER));
    assert_eq!(person.sealed().answers.contact.name, "Ada Example", "the answers are still there");
}

#[test]
fn a_program_that_is_quicker_than_any_person_is_made_to_wait() {
    let mut person = Person::ready();
    person.does(Event::Send(BEGAN + 500));
    assert_eq!(person.effects, [Effect::SendIn(3_500)]);
    assert_eq!(person.form.stage, Stage::Review);
    person.does(Event::Send(BEGAN + 4_000));
    person.sealed();
}

#[test]
fn what_fills_in_the_trap_sends_nothing() {
    let mut person = Person::ready();
    person.does(Event::Trapped("https://example.com".to_owned())).does(Event::Send(LATER));
    assert_eq!(person.effects, []);
    person.does(Event::Trapped(String::new())).does(Event::Send(LATER));
    person.sealed();
}

#[test]
fn a_problem_found_at_sending_leads_to_its_step() {
    let mut person = Person::ready();
    person.fills("name", "").does(Event::Send(LATER));
    assert_eq!(person.form.stage, Stage::Changing(1));
    assert_eq!(person.effects, [Effect::Focus(person.control("name"))]);
}

#[test]
fn another_message_starts_empty() {
    let mut person = Person::ready();
    person.does(Event::Afresh(LATER));
    assert_eq!(person.form.stage, Stage::Filling(0));
    assert!(person.form.values.is_blank(person.control("name")));
}

#[test]
fn what_someone_left_behind_is_wiped_and_the_focus_stays_where_it_is() {
    let mut person = Person::arrives();
    person.fills("needs", "I have chest pain").does(Event::Idle(LATER));
    assert!(person.form.values.is_blank(person.control("needs")) && person.form.help.is_empty());
    assert_eq!((person.effects.as_slice(), person.form.round), ([Effect::Speak].as_slice(), 1));
    person.does(Event::Idle(LATER));
    assert_eq!(person.form.round, 1, "an empty form is left alone");

    let mut person = Person::ready();
    person.does(Event::Send(LATER)).does(Event::Idle(LATER));
    assert!(matches!(person.form.stage, Stage::Sending(_)), "what is being sent is not touched");
    person.does(Event::Sealed(entry(), LATER)).does(Event::Delivered(entry())).does(Event::Idle(LATER));
    assert_eq!(person.form.stage, Stage::Filling(0), "the name on the confirmation goes too");
}

#[test]
fn an_outcome_out_of_turn_changes_nothing() {
    let mut person = Person::arrives();
    for event in [
        Event::Sealed(entry(), LATER),
        Event::Delivered(entry()),
        Event::Waiting(entry(), Delivery::Kept),
        Event::Refused,
        Event::Change(2),
        Event::Back,
        Event::Send(LATER),
    ] {
        person.does(event);
        assert_eq!((&person.form.stage, person.effects.as_slice()), (&Stage::Filling(0), [].as_slice()));
    }
}

/// The example's last step offers by the preliminary score: knee replacement 25, appointment 20, insurance 15; a
/// person is ready from 30 on.
#[test]
fn who_is_ready_is_offered_a_call_and_others_a_guide() {
    let mut person = Person::ready();
    person.does(Event::Change(3));
    let offered = |person: &Person| {
        ["times", "guides", "follow-up"].map(|name| person.form.is_asked(person.control(name)))
    };
    assert_eq!(offered(&person), [false, true, true]);
    person.ticks("guides", "knee-pain").fills("follow-up", "yes").does(Event::Next).does(Event::Send(LATER));
    let answers = person.sealed().answers;
    assert_eq!(
        (answers.guides.as_slice(), answers.follow_up.unwrap().version),
        (["knee-pain".to_owned()].as_slice(), 1)
    );
    person.does(Event::Sealed(entry(), LATER)).does(Event::Delivered(entry()));
    let Stage::Sent(confirmation, _) = &person.form.stage else { panic!() };
    assert_eq!(
        (confirmation.guides.as_slice(), confirmation.tier.as_str()),
        (["knee-pain".to_owned()].as_slice(), "nurture")
    );

    let mut person = Person::ready();
    person.does(Event::Change(3)).ticks("guides", "knee-pain").does(Event::Next);
    person.does(Event::Change(2)).ticks("appointment", "this-week").does(Event::Next).does(Event::Change(3));
    assert_eq!(offered(&person), [true, false, false]);
    person.ticks("times", "8-10").does(Event::Next).does(Event::Send(LATER));
    let inquiry = person.sealed();
    assert_eq!(inquiry.answers.contact.times, ["8-10"]);
    assert!(inquiry.answers.guides.is_empty(), "what is not offered any more is not sent");
    assert_eq!(inquiry.preliminary.tier, "care-ready");
}

#[test]
fn what_is_offered_does_not_change_under_the_persons_hands() {
    let mut person = Person::ready();
    person.does(Event::Change(2));
    let asked = person.form.asked.clone();
    person.ticks("appointment", "this-week").ticks("appointment", "next-week");
    assert_eq!(person.form.asked, asked);
}

#[test]
fn progress_counts_the_steps_that_ask_something() {
    let person = Person::ready();
    assert_eq!(
        [0, 1, 2, 3, 4].map(|step| person.form.progress(step)),
        [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    );
}

#[test]
fn on_the_practices_own_device_nothing_is_offered_to_read_at_home_and_the_language_is_not_remembered() {
    let mut person = Person::arrives_at(Device::Kiosk);
    assert!(person.form.controls.iter().all(|control| control.name != "guides"));
    person.does(Event::Speak("es".to_owned())).does(Event::Idle(LATER));
    assert_eq!(
        (person.form.language.as_str(), person.effects.as_slice()),
        ("en", [Effect::Speak].as_slice())
    );
}

/// What staff check is what the form checks.
#[test]
fn what_the_form_lets_through_has_no_problem_for_staff() {
    let mut person = Person::ready();
    person.does(Event::Change(2)).fills("insurance", "plan").fills("insurance.1", "Sample Mutual");
    person.fills("referral", "yes").does(Event::Next);
    assert_eq!(person.problem("referral.1"), Some(Problem::Missing), "who referred?");
    person.fills("referral.1", "Doctor Sample").does(Event::Next).does(Event::Send(LATER));
    let answers = person.sealed().answers;
    let source = &person.form.manifest.source;
    assert_eq!(lead::validate::problems(source, &answers, "2026-11-24"), []);
}

#[test]
fn a_name_may_be_any() {
    for name in [
        "X",
        "李",
        "Ó",
        "O'Neil-García de la Cruz III",
        "Nguyễn Thị",
        "محمد",
        "-",
        "🙂",
        "Null",
        "von 't Hof",
    ] {
        let mut person = Person::ready();
        person.does(Event::Change(1)).fills("name", name).does(Event::Next);
        assert_eq!(person.form.stage, Stage::Review, "{name}");
    }
}
