use super::*;
use crate::model::case::samples;
use crate::model::guide::{Stage, guide};
use crate::model::open::Open;
use crate::model::{Effect, Event};
use std::sync::Arc;
use wire::practice::Role;
use wire::{EntryId, EntryKind};

const NOW: u64 = 1_772_654_700_000;

fn edition(n: u8, author: &str, tier: Kind, text: &str) -> Edition {
    let guide = CallGuide { language: "en".into(), tier, text: text.into() };
    Edition {
        entry: EntryId::from_bytes([n; 16]),
        author: author.parse().unwrap(),
        time: NOW,
        document: Document::Guide(guide),
    }
}

fn practice(editions: Vec<Edition>) -> Practice {
    let documents = Arc::new(editions);
    Practice { documents, role: Role::Owner, ..samples::practice(Vec::new(), Vec::new()) }
}

fn titles(guide: &Guide) -> Vec<&str> {
    guide.stages.iter().map(|stage| stage.title.as_str()).collect()
}

#[test]
fn the_latest_edition_counts_and_an_empty_one_brings_back_what_ships() {
    let mut editions = vec![edition(1, "maria-lopez", None, "# opening: Hello\n> Good day, {staff} here.")];
    let own = practice(editions.clone());
    let guiding = Writing::default();
    assert_eq!(titles(&guiding.preview(&own)), ["Hello"]);
    let said = &guiding.preview(&own).stages[0].parts;
    assert_eq!(said[..], [Part::Say("Good day, Maria Lopez here.".into())]);
    editions.push(edition(2, "maria-lopez", None, " \n"));
    assert!(guiding.text(&practice(editions)).starts_with("# opening: Opening"));
}

#[test]
fn a_kind_of_service_takes_its_stages_from_its_own_guide_and_adds_what_only_it_has() {
    let editions = vec![
        edition(1, "maria-lopez", None, "# opening: Hello\n> hi\n# closing: Bye\n> bye"),
        edition(
            2,
            "maria-lopez",
            Some(ServiceTier::Procedure),
            "# closing: Until then\n> see you\n# after: After\n> rest",
        ),
    ];
    let own = practice(editions);
    let mut guiding = Writing::default();
    guiding.guide_step(&own, Edit::Look(Language::English, Some(ServiceTier::Procedure)));
    assert_eq!(titles(&guiding.preview(&own)), ["Hello", "Until then", "After"]);
    with_example(&own, |names| {
        let called = guide(Language::English, ServiceTier::Procedure, &own.documents, names);
        assert_eq!(called, guiding.preview(&own), "the call goes as it was shown");
        let other = guide(Language::English, ServiceTier::Consultation, &own.documents, names);
        assert_eq!(titles(&other), ["Hello", "Bye"]);
    });
}

#[test]
fn what_stands_before_the_first_stage_is_shown() {
    let own = practice(vec![edition(1, "maria-lopez", None, "be kind\n# opening: Hello")]);
    let stages: Vec<Stage> = Writing::default().preview(&own).stages;
    assert_eq!(stages[0].parts, [Part::Hint("be kind".into())]);
    assert_eq!(stages.len(), 2);
}

#[test]
fn what_is_missing_is_named() {
    let own = practice(Vec::new());
    let mut guiding = Writing::default();
    assert_eq!(guiding.problems(&own), Vec::<String>::new(), "what ships lacks nothing");
    guiding.guide_step(&own, Edit::Type("# opening: Hello\n> I am {stff}\n- [ ] identity: name".into()));
    let problems = guiding.problems(&own);
    assert_eq!(problems[0], "{stff} stands for nothing and is shown as it is");
    assert_eq!(problems[1], "Nobody is told to check: Contact");
    assert_eq!(problems.len(), 6);
    assert!(guiding.guide(&own).is_some(), "the practice decides");
    guiding.guide_step(&own, Edit::Type("x".repeat(CallGuide::BYTES + 1)));
    assert!(guiding.problems(&own)[0].starts_with("Longer than a guide can be"));
    assert_eq!(guiding.guide(&own), None);
}

#[test]
fn a_draft_is_kept_for_each_guide_and_says_when_somebody_was_sooner() {
    let own = practice(Vec::new());
    let mut guiding = Writing::default();
    assert!(!guiding.is_changed(&own) && guiding.guide(&own).is_none());
    guiding.guide_step(&own, Edit::Type("# opening: Mine".into()));
    guiding.guide_step(&own, Edit::Look(Language::Spanish, None));
    assert!(!guiding.is_changed(&own) && guiding.text(&own).contains("Hola, soy"), "{}", guiding.text(&own));
    guiding.guide_step(&own, Edit::Look(Language::English, None));
    assert_eq!(guiding.text(&own), "# opening: Mine");
    assert_eq!(guiding.overtaken_by(&own), None);

    let theirs = practice(vec![edition(1, "olga-owner", None, "# opening: Theirs")]);
    assert_eq!(guiding.overtaken_by(&theirs).as_deref(), Some("olga-owner"));
    assert_eq!(guiding.text(&theirs), "# opening: Mine", "nothing that was typed is lost");
    let saved = guiding.guide(&theirs).unwrap();
    assert_eq!((&*saved.text, &*saved.language, saved.tier), ("# opening: Mine", "en", None));

    let both = vec![theirs.documents[0].clone(), edition(2, "maria-lopez", None, &saved.text)];
    let both = practice(both);
    assert!(!guiding.is_changed(&both) && guiding.overtaken_by(&both).is_none(), "it is what is in force");
    let authors: Vec<_> = guiding.editions(&both).iter().map(|(one, _)| one.author.to_string()).collect();
    assert_eq!(authors, ["maria-lopez", "olga-owner"], "every edition is there, the latest one first");
    guiding.guide_step(&both, Edit::Type("# opening: Newer".into()));
    assert_eq!(guiding.overtaken_by(&both), None);
    guiding.guide_step(&both, Edit::Discard);
    assert_eq!(guiding.text(&both), "# opening: Mine");
}

#[test]
fn an_owner_publishes_a_document_and_nobody_else_does() {
    let guide = CallGuide { language: "en".into(), tier: None, text: "# opening: Mine".into() };
    for (role, reading, sent) in
        [(Role::Owner, None, 1), (Role::Owner, Some((1, 2)), 0), (Role::Coordinator, None, 0)]
    {
        let mut open = Open::new(Practice { role, reading, ..practice(Vec::new()) }, NOW);
        let effects = open.step(Event::Publish(Box::new(Document::Guide(guide.clone()).published())));
        assert_eq!(effects.len(), sent, "{role:?}");
        for effect in effects {
            let Effect::Append { event, .. } = effect else { panic!("{effect:?}") };
            assert_eq!(event.kind(), EntryKind::Document, "kept when leads grow old");
        }
    }
}
