use super::*;
use crate::model::case::samples;
use crate::model::forming::Edit;
use crate::model::open::Open;
use crate::model::{Effect, Event, State, drafts, step};
use wire::json::Json;
use wire::practice::Role;

const NOW: u64 = 1_772_654_700_000;

fn opened(role: Role) -> Open {
    Open::new(Practice { role, ..samples::practice(Vec::new(), Vec::new()) }, NOW)
}

fn offered(edits: impl IntoIterator<Item = Edit>) -> Offer {
    let open = opened(Role::Owner);
    let mut forming = Forming::default();
    for edit in edits {
        forming.step(&open.practice, edit);
    }
    offer(&open.practice, &forming, &open.drafting)
}

fn say(path: &str, text: &str) -> Edit {
    Edit::Say(path.into(), "en".into(), text.into())
}

fn set(path: &str, text: &str) -> Edit {
    Edit::Set(path.into(), Json::Text(text.into()))
}

fn order() -> Order {
    Order {
        file: "a.b.c.d.e".into(),
        passphrase: Zeroizing::new("correct horse".into()),
        days: 365,
        source: samples::source(),
        of: 3,
    }
}

/// The desk's mark alone is no proof: whoever serves the page can write it.
#[test]
fn a_page_from_the_relays_own_address_never_asks_for_the_root_key() {
    let relay = "https://relay.example";
    assert!(is_own_page("http://127.0.0.1:8080", relay));
    assert!(is_own_page("https://console.office.example", relay));
    assert!(is_own_page("https://relay.example:8443", relay), "another program on that machine");
    for same in [relay, "https://relay.example:443", "https://RELAY.example/path"] {
        assert!(!is_own_page(relay, same), "{same}");
    }
    assert!(!is_own_page("http://127.0.0.1:8080", ""), "nobody knows where the relay is");
}

#[test]
fn what_changes_is_said_in_words() {
    assert_eq!(offered([]), Offer::default(), "nothing is changed");
    let said = offered([
        say("form.steps[0].fields[0].label", "What brings you here?"),
        Edit::Remove("form.steps[1].fields".into(), 0),
        Edit::Remove("services".into(), 0),
        set("phone", "+1 555 0199"),
        say("consent.text", "I agree."),
        set("hours.open[0].from", "07:00"),
    ]);
    let expected = [
        "Question changed: What brings you here?",
        "Question taken out: Your name",
        "Service taken out: Knee replacement",
        "Phone number: +1 555 0199",
        "Changed: Hours, Consent that everyone gives",
    ];
    assert_eq!(said.changes, expected);
    assert_eq!(offered([Edit::Swap("services".into(), 1)]).changes, ["Changed: the order of the services"]);
    let moved = offered([Edit::Lower(0, 0)]).changes;
    assert_eq!(moved, ["Changed: the steps of the form, or the order of its questions"]);
}

#[test]
fn a_scoring_draft_goes_along_under_its_next_number() {
    let open = opened(Role::Owner);
    let current = &open.practice.source.scoring;
    let mut drafting = Drafting::default();
    drafting.step(current, drafting::Edit::AtLeast(0, 59));
    let said = offer(&open.practice, &Forming::default(), &drafting);
    let number = format!("Scoring model, version {}", current.version + 1);
    assert_eq!(said.changes, [number.as_str(), "Changed: tiers"]);
    let next = whole(&open.practice, &Forming::default(), &drafting);
    assert_eq!((next.scoring.version, next.scoring.tiers[0].at_least), (current.version + 1, 59));
    assert_eq!(ManifestSource { scoring: current.clone(), ..next }, open.practice.source);
}

#[test]
fn mistakes_are_counted_where_they_are_put_right() {
    let open = opened(Role::Owner);
    let mut forming = Forming::default();
    forming.step(&open.practice, set("phone", "12"));
    let mut drafting = Drafting::default();
    drafting.step(&open.practice.source.scoring, drafting::Edit::AtLeast(0, -1_000));
    let both = offer(&open.practice, &forming, &drafting);
    assert_eq!(both.mistakes[0], 1);
    assert!(both.mistakes[1] > 0 && !both.is_sound());
    assert!(offered([set("phone", "+1 555 0199")]).is_sound());
}

#[test]
fn days_are_a_whole_number_within_bounds() {
    assert_eq!((days(" 365 "), days("1"), days("1200")), (Ok(365), Ok(1), Ok(1200)));
    for typed in ["", "0", "1201", "-3", "1.5", "a year"] {
        assert_eq!(days(typed), Err(Trouble::Days), "{typed}");
    }
}

#[test]
fn owners_alone_publish_and_what_they_typed_is_in_no_state() {
    let mut open = opened(Role::Coordinator);
    assert_eq!(open.step(Event::PublishManifest(Box::new(order()))), []);
    let mut open = opened(Role::Owner);
    let effects = open.step(Event::PublishManifest(Box::new(order())));
    assert_eq!(effects, [Effect::PublishManifest(Box::new(order()))]);
    assert_eq!(open.publishing, Publishing::Resting, "the machinery says how far it is");
    let told = format!("{effects:?}");
    assert!(!told.contains("horse") && !told.contains("a.b.c.d.e"), "{told}");
}

#[test]
fn locking_forgets_how_far_it_was() {
    let mut state = State::Open(Box::new(opened(Role::Owner)));
    step(&mut state, Event::Publishing(Box::new(Publishing::Failed(Trouble::Passphrase))));
    assert_eq!(state.open().unwrap().publishing, Publishing::Failed(Trouble::Passphrase));
    step(&mut state, Event::Lock(crate::model::LockReason::Asked));
    step(&mut state, Event::Publishing(Box::new(Publishing::Done { version: 4, until: NOW })));
    assert!(state.open().is_none());
}

#[test]
fn what_was_published_is_kept_as_a_draft_no_longer() {
    let mut open = opened(Role::Owner);
    open.drafts = drafts::Drafts::Here;
    let mut forming = Forming::default();
    forming.step(&open.practice, set("name", "Other"));
    open.step(Event::Formed(Box::new(forming)));
    assert!(drafts::write(&open).is_some());
    let mut practice = Practice::clone(&open.practice);
    (practice.source, practice.manifest_version) = (whole(&practice, &open.forming, &open.drafting), 4);
    open.step(Event::Refreshed(Box::new(practice)));
    let done = Publishing::Done { version: 4, until: NOW };
    assert_eq!(open.step(Event::Publishing(Box::new(done))), [Effect::KeepDrafts]);
    assert_eq!(drafts::write(&open), None);
    let asked = open.step(Event::Publishing(Box::new(Publishing::Asking)));
    assert_eq!(asked, [], "nothing to store");
}

#[test]
fn every_trouble_says_what_to_do() {
    let all = [
        Trouble::NoFile,
        Trouble::NotARootKey,
        Trouble::OtherPractice("other-practice".into()),
        Trouble::Overtaken(5),
        Trouble::Refused(422),
        Trouble::Unclear,
    ];
    assert!(all.iter().all(|one| one.what().ends_with('.') && one.remedy().ends_with('.')));
    assert!(all[2].what().contains("other-practice") && all[3].what().contains('5'));
    assert_eq!((all[0].place(), Trouble::Passphrase.place()), (FILE, PASSPHRASE));
}
