use super::*;
use crate::model::case::samples;
use crate::words::ENGLISH;
use std::sync::Arc;
use wire::EntryId;
use wire::practice::Role;

const NOW: u64 = 1_772_654_700_000;

fn edition(n: u8, author: &str, document: WrittenSequence) -> Edition {
    Edition {
        entry: EntryId::from_bytes([n; 16]),
        author: author.parse().unwrap(),
        time: NOW,
        document: Document::Sequence(document),
    }
}

fn practice(documents: Vec<Edition>) -> Practice {
    let practice = samples::practice(Vec::new(), Vec::new());
    Practice { documents: Arc::new(documents), role: Role::Owner, ..practice }
}

fn looking(id: &str) -> Writing {
    let mut writing = Writing::default();
    writing.sequence = Some(id.into());
    writing
}

fn written(document: Option<Document>) -> WrittenSequence {
    match document {
        Some(Document::Sequence(sequence)) => sequence,
        other => panic!("{other:?}"),
    }
}

/// What the desk would have in force.
fn in_force_of(documents: &[WrittenSequence]) -> Option<Sequence> {
    let editions: Vec<Edition> =
        (1..).zip(documents).map(|(n, one)| edition(n, "maria-lopez", one.clone())).collect();
    let all = Sequences::of(&[], &editions, &samples::source(), None);
    all.in_force.into_iter().next().map(|known| known.sequence)
}

fn rename(name: &str) -> Edit {
    Edit::Change(Change::Name(name.into()))
}

fn say(text: &str) -> Edit {
    Edit::Change(Change::Say(0, Part::Subject, "en".into(), text.into()))
}

#[test]
fn what_comes_along_is_well_and_can_be_saved_as_it_is() {
    let practice = practice(Vec::new());
    let rows = Writing::default().sequences(&practice);
    assert_eq!(rows.len(), 4, "{rows:?}");
    for row in rows {
        let writing = looking(&row.id);
        assert_eq!(writing.sequence_faults(&practice), [], "{}", row.id);
        assert!(!row.has_draft && row.state.starts_with("not in the log"), "{row:?}");
        let saved = written(writing.publishable(&practice));
        assert_eq!(in_force_of(&[saved]).unwrap().name, row.name);
    }
}

#[test]
fn an_edition_has_a_version_of_its_own_and_what_tells_of_health_is_not_saved() {
    let empty = practice(Vec::new());
    let mut writing = looking("gentle-follow-up");
    writing.sequence_step(&empty, rename("Ours"));
    let first = written(writing.publishable(&empty));
    assert_eq!(first.read().unwrap().version, 1);
    let mut own = practice(vec![edition(1, "maria-lopez", first.clone())]);
    writing.keep_up(&own);
    assert!(writing.kept().is_none() && !writing.is_sequence_changed(&own), "what is published is no draft");
    assert_eq!(writing.publishable(&own), None, "it is in force already");

    writing.sequence_step(&own, say("About your knee"));
    let faults = writing.sequence_faults(&own);
    assert!(faults[0].0 == "steps[0].do.email.subject" && faults[0].1.contains("knee"), "{faults:?}");
    assert_eq!(writing.publishable(&own), None);
    writing.sequence_step(&own, say("We have it"));
    let second = written(writing.publishable(&own));
    assert_eq!(in_force_of(&[first.clone(), second.clone()]).unwrap().version, 2);

    // A colleague was faster: theirs is there, ours is still in the editor, and goes over it if it is saved.
    let mut theirs = looking("gentle-follow-up");
    theirs.sequence_step(&own, say("Hello there"));
    let theirs = written(theirs.publishable(&own));
    own.documents =
        Arc::new(vec![edition(1, "maria-lopez", first.clone()), edition(2, "olga-owner", theirs.clone())]);
    assert_eq!(writing.sequence_overtaken_by(&own).as_deref(), Some("olga-owner"));
    writing.sequence_step(&own, Edit::Number);
    let third = written(writing.publishable(&own));
    assert_eq!(in_force_of(&[first.clone(), theirs.clone(), third]).unwrap().version, 3);

    // At the very same time: the first counts, and the other's text is among the editions.
    let both = vec![first, theirs, second].into_iter().zip(1..);
    own.documents = Arc::new(both.map(|(one, n)| edition(n, "maria-lopez", one)).collect());
    let editions = writing.sequence_editions(&own);
    let states: Vec<&str> = editions.iter().map(|(_, _, state)| state.as_str()).collect();
    let late = "version 2, not in force: an earlier edition has version 2";
    assert_eq!(states, [late, "version 2, in force", "version 1"]);
    writing.sequence_step(&own, Edit::Put(editions[0].1.clone()));
    assert_eq!(written(writing.publishable(&own)).read().unwrap().version, 3);
}

#[test]
fn no_step_gets_an_id_that_another_one_had() {
    let empty = practice(Vec::new());
    let mut writing = Writing::default();
    writing.sequence_step(&empty, Edit::Begin("Nach der Anfrage!".into()));
    assert_eq!(writing.sequence.as_deref(), Some("nach-der-anfrage"));
    let ids = |writing: &Writing, practice: &Practice| {
        let steps = writing.sequence(practice).unwrap().steps;
        steps.into_iter().map(|step| step.id).collect::<Vec<_>>()
    };
    let add = || Edit::Change(Change::AddEmail);
    [add(), add()].into_iter().for_each(|edit| writing.sequence_step(&empty, edit));
    assert_eq!(ids(&writing, &empty), ["step-1", "step-2"]);
    let text = wire::json::to_text(&writing.sequence(&empty).unwrap()).unwrap();
    let document = WrittenSequence { id: "nach-der-anfrage".into(), text };
    let mut own = practice(vec![edition(1, "maria-lopez", document)]);
    writing.sequence_step(&own, Edit::Change(Change::Remove(1)));
    writing.sequence_step(&own, add());
    assert_eq!(ids(&writing, &own), ["step-1", "step-3"], "an edition has it");

    let step = lead::thread::StepKey {
        sequence: "nach-der-anfrage".into(),
        step: "step-4".into(),
        run: EntryId::from_bytes([1; 16]),
    };
    let mut case = samples::case(1, "knee", NOW);
    case.lead.asked_calls = vec![lead::thread::AskedCall { step, time: NOW, done: false }];
    own.cases = vec![Arc::new(case)];
    writing.sequence_step(&own, Edit::Change(Change::AddCall));
    assert_eq!(ids(&writing, &own), ["step-1", "step-3", "step-5"], "a lead had it");
    writing.sequence_step(&own, Edit::Change(Change::Swap(2)));
    assert_eq!(ids(&writing, &own), ["step-1", "step-5", "step-3"]);
    writing.sequence_step(&empty, Edit::Begin("Nach der Anfrage".into()));
    assert_eq!(writing.sequence.as_deref(), Some("nach-der-anfrage-2"));
}

#[test]
fn what_was_taken_back_can_be_brought_back() {
    let shipped = WrittenSequence::of(&shipped("no-answer").unwrap()).unwrap();
    let back = WrittenSequence::back("no-answer");
    let own = practice(vec![edition(1, "maria-lopez", shipped), edition(2, "maria-lopez", back)]);
    let writing = looking("no-answer");
    let row = writing.sequences(&own).into_iter().find(|row| row.id == "no-answer").unwrap();
    assert!(row.state.starts_with("not in the log"), "{row:?}");
    let mut again = writing;
    again.sequence_step(&own, Edit::Number);
    assert_eq!(written(again.publishable(&own)).read().unwrap().version, 2);
}

#[test]
fn a_message_is_shown_as_it_would_be_read_and_the_course_in_words() {
    let own = practice(Vec::new());
    let sequence = shipped("gentle-follow-up").unwrap();
    let StepAction::Email(email) = &sequence.steps[0].action else { panic!() };
    let english = seen(email, "en", &own);
    assert!(english.body.starts_with("Hello Avery,") && !english.body.contains("{{"), "{}", english.body);
    assert!(english.body.contains(&own.source.phone), "{}", english.body);
    let odd = Email { body: Text::from([("en", "{{ needs }} {{phone}} {{")]), ..Email::default() };
    assert!(seen(&odd, "en", &own).body.starts_with(&format!("{{{{ needs }}}} {} {{{{", own.source.phone)));
    assert_eq!(paragraphs("a\nb\n\n\nc:\n- **d**\n- e\nf"), "a b\n\nc:\n- d\n- e f");
    assert_eq!(place_words("steps[0].do.email.subject"), "Step 1, Subject: ");
    assert_eq!((place_words("steps[1].when"), place_words("quiet")), ("Step 2: ".into(), String::new()));
    let lines = timeline(&sequence, ENGLISH);
    assert!(lines[0].starts_with("10 minutes later: e-mail “"), "{lines:?}");
    assert!(
        lines[1].contains("3 business days later") && lines[1].contains("only if nobody has"),
        "{lines:?}"
    );
}

#[test]
fn what_is_wrong_is_said_in_the_language_of_who_reads_it() {
    let file = include_str!("../../../static/words.es.json");
    assert!(crate::words::speak("es", file));
    let own = practice(Vec::new());
    let mut writing = looking("gentle-follow-up");
    writing.sequence_step(&own, say("About your knee"));
    let faults = writing.sequence_faults(&own);
    assert!(
        faults[0].1.starts_with("en: el asunto dice de qué se trata") && faults[0].1.ends_with(": knee"),
        "{faults:?}"
    );
    writing.sequence_step(&own, say(""));
    let faults = writing.sequence_faults(&own);
    assert!(faults[0].1.starts_with("falta un texto en un idioma"), "{faults:?}");
}
