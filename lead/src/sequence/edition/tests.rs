use super::*;
use crate::sequence::{Basis, Condition, Email, Quiet, Starts, StepAction, Timing};
use crate::text::Text;
use crate::thread::Document;

fn manifest() -> ManifestSource {
    toml::from_str(include_str!("../../../../examples/manifests/lakeside-ortho.toml")).unwrap()
}

fn step(id: &str) -> Step {
    let text = |text: &str| Text::from([("en", text), ("es", text)]);
    let email = Email { subject: text("Hello"), body: text("We are here."), ..Email::default() };
    Step { id: id.into(), when: Timing::Days(1), conditions: vec![], action: StepAction::Email(email) }
}

fn sequence(version: u32, steps: &[&str]) -> Sequence {
    Sequence {
        id: "gentle".into(),
        version,
        name: format!("Version {version}"),
        starts: Starts::Inquiry,
        class: crate::sequence::Class::OwnService,
        basis: Basis::Request,
        quiet: Quiet::default(),
        give_up_after_hours: 48,
        steps: steps.iter().copied().map(step).collect(),
    }
}

fn author() -> StaffId {
    "maria-lopez".parse().unwrap()
}

/// Published at its place in `documents`, in hundreds of milliseconds, from 100.
fn editions(documents: &[WrittenSequence]) -> Vec<Edition> {
    let edition = |(n, document): (u8, &WrittenSequence)| Edition {
        entry: EntryId::from_bytes([n; 16]),
        author: author(),
        time: u64::from(n) * 100,
        document: Document::Sequence(document.clone()),
    };
    (1..).zip(documents).map(edition).collect()
}

fn of(file: Option<Sequence>, documents: &[WrittenSequence]) -> Sequences {
    Sequences::of(file.as_slice(), &editions(documents), &manifest(), None)
}

fn written(sequence: &Sequence) -> WrittenSequence {
    WrittenSequence::of(sequence).unwrap()
}

fn telling(version: u32) -> Sequence {
    let mut telling = sequence(version, &["a"]);
    let StepAction::Email(email) = &mut telling.steps[0].action else { unreachable!() };
    email.subject = Text::from([("en", "About your knee"), ("es", "Hola")]);
    telling
}

fn since(all: &Sequences) -> Vec<(&str, u64)> {
    all.get("gentle").unwrap().steps().map(|(step, since)| (step.id.as_str(), since)).collect()
}

#[test]
fn the_log_counts_over_the_file_and_the_latest_over_those_before() {
    let file = sequence(7, &["a"]);
    assert_eq!(of(Some(file.clone()), &[]).get("gentle").unwrap().origin, Origin::File);
    let documents = [written(&sequence(1, &["a"])), written(&sequence(2, &["a", "b"]))];
    let all = of(Some(file.clone()), &documents);
    let found = all.get("gentle").unwrap();
    assert_eq!(found.sequence, sequence(2, &["a", "b"]));
    assert_eq!(
        found.origin,
        Origin::Log { entry: EntryId::from_bytes([2; 16]), author: author(), time: 200 }
    );
    let back = [&documents[..], &[WrittenSequence::back("gentle")]].concat();
    assert_eq!(of(Some(file.clone()), &back).get("gentle").unwrap().sequence, file);
    assert_eq!(of(None, &back), Sequences::default(), "and without a file it begins for nobody");
}

#[test]
fn what_cannot_be_sent_by_leaves_the_edition_before_it_in_force() {
    let sound = written(&sequence(3, &["a"]));
    let id = || "gentle".to_owned();
    let mut stranger = written(&sequence(9, &["a"]));
    stranger.text.insert_str(1, "\"color\":\"red\",");
    let other =
        WrittenSequence { id: id(), text: written(&sequence(4, &["a"])).text.replace("gentle", "other") };
    let more = WrittenSequence { id: id(), text: written(&sequence(4, &["a"])).text + "{}" };
    let mut within = written(&Sequence { basis: Basis::Consent { version: 1 }, ..sequence(9, &["a"]) });
    within.text = within.text.replace(r#""consent":{"#, r#""consent":{"color":1,"#);
    for (bad, version, why) in [
        (WrittenSequence { id: id(), text: "{".into() }, None, "unreadable"),
        (stranger, None, "unreadable"),
        (within, None, "unreadable"),
        (other, None, "unreadable"),
        (more, None, "unreadable"),
        (written(&sequence(3, &["b"])), Some(3), "not higher"),
        (written(&telling(4)), Some(4), "faulty"),
    ] {
        let all = of(None, &[sound.clone(), bad.clone()]);
        assert_eq!(all.get("gentle").unwrap().sequence.version, 3, "{bad:?}");
        let [left] = &all.left_out[..] else { panic!("{:?}", all.left_out) };
        assert_eq!(left.version, version, "{bad:?}");
        let found = match &left.why {
            Flaw::Unreadable(_) => "unreadable",
            Flaw::NotHigher { than: 3 } => "not higher",
            Flaw::NotHigher { .. } => "otherwise",
            Flaw::Faulty(faults) if faults[0].path == "steps[0].do.email.subject" => "faulty",
            Flaw::Faulty(_) => "otherwise",
        };
        assert_eq!(found, why, "{bad:?}");
        let mended = of(None, &[sound.clone(), bad, written(&sequence(10, &["a"]))]);
        assert_eq!((mended.in_force[0].sequence.version, mended.left_out), (10, vec![]));
    }
}

#[test]
fn a_file_that_tells_is_not_sent_by_and_an_edition_takes_its_place() {
    let all = of(Some(telling(1)), &[]);
    assert!(all.in_force.is_empty() && all.left_out[0].origin == Origin::File, "{all:?}");
    let all = of(Some(telling(1)), &[written(&sequence(1, &["a"]))]);
    assert!(all.get("gentle").is_some() && all.left_out.is_empty(), "{all:?}");
}

#[test]
fn taking_back_does_not_give_a_version_away_twice() {
    let back = WrittenSequence::back("gentle");
    let again = [written(&sequence(2, &["a"])), back, written(&sequence(2, &["b"]))];
    let all = of(None, &again);
    assert!(all.in_force.is_empty());
    assert_eq!(all.left_out[0].why, Flaw::NotHigher { than: 2 });
}

#[test]
fn a_step_is_as_old_as_it_is_there_for_the_same_people() {
    let file = || Some(sequence(1, &["a", "b"]));
    let two = written(&sequence(2, &["a", "c", "b"]));
    assert_eq!(since(&of(file(), std::slice::from_ref(&two))), [("a", 0), ("c", 100), ("b", 0)]);
    let later = written(&sequence(3, &["a", "c", "d"]));
    assert_eq!(since(&of(file(), &[two.clone(), later])), [("a", 0), ("c", 100), ("d", 200)]);
    let mut narrower = sequence(3, &["a", "c", "b"]);
    narrower.steps[2].conditions = vec![Condition::NotReached];
    let all = of(file(), &[two.clone(), written(&narrower)]);
    assert_eq!(since(&all), [("a", 0), ("c", 100), ("b", 200)], "for other people, it is another step");
    let consent = Sequence { basis: Basis::Consent { version: 1 }, ..sequence(3, &["a"]) };
    assert_eq!(since(&of(file(), &[two.clone(), written(&consent)])), [("a", 200)]);
    // Taken back, it was away for a while.
    let documents = [two, WrittenSequence::back("gentle"), written(&sequence(3, &["a", "c"]))];
    assert_eq!(since(&of(None, &documents)), [("a", 300), ("c", 300)]);
    assert_eq!(since(&of(file(), &documents)), [("a", 0), ("c", 300)]);
}

#[test]
fn a_text_reads_back_as_it_was_written_and_is_not_too_long() {
    let sequence = sequence(2, &["a", "b"]);
    assert_eq!(written(&sequence).read(), Ok(sequence.clone()));
    let mut long = sequence;
    long.name = "x".repeat(WrittenSequence::BYTES);
    assert_eq!(WrittenSequence::of(&long), None);
}
