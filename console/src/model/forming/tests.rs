use super::*;
use crate::model::case::samples;

fn practice() -> Practice {
    samples::practice(Vec::new(), Vec::new())
}

fn edited(practice: &Practice, edits: impl IntoIterator<Item = Edit>) -> Forming {
    let mut forming = Forming::default();
    for edit in edits {
        forming.step(practice, edit);
    }
    forming
}

fn tick(path: &str, word: &str, there: bool) -> Edit {
    Edit::Tick(path.into(), word.into(), there)
}

fn ids(named: &[(String, String)]) -> Vec<&str> {
    named.iter().map(|(id, _)| id.as_str()).collect()
}

fn say(path: &str, language: &str, text: &str) -> Edit {
    Edit::Say(path.into(), language.into(), text.into())
}

fn set(path: &str, text: &str) -> Edit {
    Edit::Set(path.into(), Json::Text(text.into()))
}

fn draft(forming: &Forming) -> Same<Draft> {
    forming.draft.clone().unwrap()
}

#[test]
fn a_draft_begins_as_what_is_in_force() {
    let practice = practice();
    let forming = edited(&practice, [Edit::Show(Part::Services)]);
    assert!(!draft(&forming).is_changed && draft(&forming).is_sound());
    assert_eq!(forming.next(&practice), practice.source);
}

#[test]
fn a_mistake_is_told_where_it_is() {
    let practice = practice();
    let mut forming =
        edited(&practice, [say("services[2].label", "es", " "), set("hours.open[0].from", "8")]);
    let now = draft(&forming);
    let expected = "no text in \"es\", one of the manifest's languages";
    assert_eq!(now.wrong("services[2].label.es").as_deref(), Some(expected));
    assert_eq!(now.wrong("services[2].label.en"), None);
    assert_eq!(now.wrong("hours.open[0].from").unwrap(), "\"8\" is not a time such as 08:00");
    assert_eq!(now.faults("en")[0].0, practice.source.services[2].label.in_language("en"));
    forming.step(&practice, Edit::Find(0));
    assert_eq!(forming.part, Part::Services);
    forming.step(&practice, say("form.steps[1].fields[0].label", "es", ""));
    let at = draft(&forming).faults("en").iter().position(|fault| fault.0 == "Your name").unwrap();
    forming.step(&practice, Edit::Find(at));
    assert_eq!((forming.part, forming.opened, forming.step), (Part::Questions, Some((1, 0)), Some(1)));
}

#[test]
fn what_is_no_manifest_changes_nothing() {
    let practice = practice();
    let wrong = [
        Edit::Set("phone".into(), Json::Bool(true)),
        Edit::Set("services[99].tier".into(), Json::Text("general".into())),
        Edit::Set("services[0].tier".into(), Json::Text("golden".into())),
        Edit::Add("nowhere".into(), "x".into()),
    ];
    assert_eq!(edited(&practice, wrong).next(&practice), practice.source);
    let forming = edited(&practice, [set("name", "Other"), Edit::Text("{}".into())]);
    assert!(forming.unreadable.as_deref().is_some_and(|why| why.contains("missing field")));
    assert_eq!(forming.next(&practice).name, "Other");
}

#[test]
fn questions_move_over_the_end_of_their_step() {
    let practice = practice();
    let ids = |forming: &Forming| -> Vec<String> {
        draft(forming).source.form.steps[..2].iter().map(|step| step.fields[0].id.clone()).collect()
    };
    let mut forming = edited(&practice, [Edit::Open(Some((1, 0))), Edit::Lift(1, 0)]);
    assert_eq!(forming.opened, Some((0, 2)), "what is open stays open");
    assert_eq!(ids(&forming), ["service", "contact"]);
    forming.step(&practice, Edit::Lower(0, 2));
    assert_eq!(forming.next(&practice), practice.source);
    forming.step(&practice, Edit::Lift(0, 0));
    assert_eq!(forming.next(&practice), practice.source);
}

#[test]
fn what_was_taken_out_can_be_put_back_as_it_was() {
    let practice = practice();
    let mut forming = edited(&practice, [Edit::Remove("form.steps[2].fields".into(), 1)]);
    let offered = offers(&practice, &draft(&forming));
    assert_eq!(offered[0].label("en"), "Insurance");
    assert_eq!(offered.iter().filter(|offer| offer.label("en") == "Insurance").count(), 1);
    forming.step(&practice, Edit::Ask(2, 0));
    assert_eq!(forming.opened, Some((2, 2)));
    forming.step(&practice, Edit::Lift(2, 2));
    assert_eq!(forming.next(&practice), practice.source);
}

#[test]
fn every_question_that_is_offered_is_a_sound_one() {
    let practice = practice();
    let empty = edited(&practice, []);
    assert!(empty.draft.is_none());
    let forming = edited(&practice, [Edit::Preview(None)]);
    for at in 0..offers(&practice, &draft(&forming)).len() {
        let mut forming = forming.clone();
        forming.step(&practice, Edit::Ask(2, at));
        assert!(
            draft(&forming).is_changed && draft(&forming).is_sound(),
            "{:?}",
            draft(&forming).faults("en")
        );
        forming.step(&practice, Edit::Ask(2, at));
        assert!(draft(&forming).is_sound(), "twice: {:?}", draft(&forming).faults("en"));
    }
}

#[test]
fn a_language_takes_its_texts_along() {
    let practice = practice();
    let mut forming = edited(&practice, [Edit::Language("es", false)]);
    assert!(draft(&forming).is_sound(), "{:?}", draft(&forming).faults("en"));
    assert!(!to_text(&draft(&forming).tree).unwrap().contains("\"es\""));
    forming.step(&practice, Edit::Language("es", true));
    assert!(draft(&forming).wrong("services[0].label.es").is_some());
}

#[test]
fn a_text_that_changed_has_the_next_number() {
    let practice = practice();
    let forming =
        edited(&practice, [say("consent.text", "en", "I agree."), say("notices[0].text", "en", "New")]);
    let next = forming.next(&practice);
    assert_eq!(next.consent.version, practice.source.consent.version + 1);
    assert_eq!(next.notices[0].version, practice.source.notices[0].version + 1);
    assert_eq!(next.notices[1], practice.source.notices[1]);
}

#[test]
fn the_document_holds_both_drafts() {
    let practice = practice();
    let forming = edited(&practice, [set("name", "Lakeside")]);
    let mut drafting = Drafting::default();
    let plain: ManifestSource = serde_json::from_str(&forming.document(&practice, &drafting)).unwrap();
    assert_eq!((plain.name.as_str(), &plain.scoring), ("Lakeside", &practice.source.scoring));
    drafting.step(&practice.source.scoring, drafting::Edit::Points(0, 7));
    let both: ManifestSource = serde_json::from_str(&forming.document(&practice, &drafting)).unwrap();
    assert_eq!((both.name.as_str(), both.scoring.criteria[0].points), ("Lakeside", 7));
    assert_eq!(both.scoring.version, practice.source.scoring.version + 1);
}

#[test]
fn a_new_item_has_an_id_made_of_its_name_that_no_other_has() {
    let practice = practice();
    let add = || Edit::Add("services".into(), "Rehabilitación: niños".into());
    let forming = edited(&practice, [add(), add()]);
    let services = draft(&forming).source.services.clone();
    let ids: Vec<&str> = services.iter().rev().take(2).map(|service| service.id.as_str()).collect();
    assert_eq!(ids, ["rehabilitacion-ninos-2", "rehabilitacion-ninos"]);
}

#[test]
fn one_step_is_shown_with_all_that_it_can_ask() {
    let practice = practice();
    let forming = edited(&practice, [Edit::Preview(Some(1))]);
    let shown: ManifestSource = serde_json::from_str(&forming.shown().unwrap()).unwrap();
    assert_eq!(shown.form.steps.len(), 1);
    // The phone number depends on an answer of the same step.
    assert!(shown.form.field("phone").unwrap().show_if.is_some());
    let last = practice.source.form.steps.len() - 1;
    let forming = edited(&practice, [Edit::Preview(Some(last))]);
    let shown: ManifestSource = serde_json::from_str(&forming.shown().unwrap()).unwrap();
    assert!(shown.form.fields().all(|field| field.tiers.is_empty() && field.show_if.is_none()));
}

#[test]
fn a_draft_goes_on_when_a_new_version_is_in_force_and_says_so() {
    let mut practice = practice();
    let mut forming = edited(&practice, [set("name", "Other")]);
    practice.manifest_version += 1;
    practice.source.scoring.version += 1;
    forming.step(&practice, Edit::KeepUp);
    let (began, next) = (practice.manifest_version - 1, forming.next(&practice));
    assert_eq!((forming.began, next.name.as_str()), (Some(began), "Other"));
    assert_eq!(next.scoring, practice.source.scoring, "not the one of before");
    forming.step(&practice, Edit::Discard);
    assert_eq!((forming.began, draft(&forming).is_changed), (None, false));
}

#[test]
fn a_draft_that_was_published_is_none_any_more() {
    let mut practice = practice();
    let mut forming = edited(&practice, [say("consent.text", "en", "I agree."), set("name", "Other")]);
    practice.source = forming.next(&practice);
    practice.manifest_version += 1;
    forming.step(&practice, Edit::KeepUp);
    assert!(!draft(&forming).is_changed);
    assert_eq!(forming.began, None);
}

#[test]
fn a_file_brings_its_scoring_along_as_that_models_draft() {
    let practice = practice();
    let mut source = practice.source.clone();
    (source.name, source.scoring.version) = ("From a file".into(), 9);
    assert_eq!(other_scoring(&written(&source), &practice), None, "the same by another number");
    source.scoring.criteria[0].points += 1;
    let scoring = other_scoring(&written(&source), &practice).unwrap();
    let forming = edited(&practice, [Edit::Text(written(&source))]);
    assert_eq!(draft(&forming).source.scoring, practice.source.scoring);
    let mut drafting = Drafting::default();
    drafting.step(&practice.source.scoring, drafting::Edit::Text(scoring));
    let both: ManifestSource = serde_json::from_str(&forming.document(&practice, &drafting)).unwrap();
    assert_eq!(both.scoring.criteria, source.scoring.criteria);
}

/// The question for the phone number: its second step, third place.
const PHONE: (usize, usize) = (1, 2);

#[test]
fn a_question_can_depend_on_one_that_stands_before_it() {
    let practice = practice();
    let path = question(PHONE);
    let forming = edited(&practice, []);
    assert!(forming.draft.is_none());
    let forming = edited(&practice, [Edit::Show(Part::Questions)]);
    let earlier = draft(&forming).earlier(PHONE, "en");
    assert_eq!(ids(&earlier), ["service", "needs", "name", "contact"]);
    let on = |field: &str| Edit::Set(format!("{path}.show_if"), condition(field.into()));
    let any_of = format!("{path}.show_if.any_of");
    let forming = edited(&practice, [on("service"), tick(&any_of, "knee-replacement", true)]);
    let now = draft(&forming).source.form.field("phone").unwrap().show_if.clone().unwrap();
    assert_eq!((now.field.as_str(), &now.any_of[..]), ("service", &["knee-replacement".to_owned()][..]));
    assert!(draft(&forming).is_sound(), "{:?}", draft(&forming).faults("en"));
    let answers = draft(&forming).answers(&format!("{path}.show_if"), "en");
    assert_eq!(ids(&answers), practice.source.services.iter().map(|one| one.id.as_str()).collect::<Vec<_>>());
    assert_eq!(answers[0].1, practice.source.services[0].label.in_language("en"));
    let forming = edited(&practice, [on("")]);
    assert_eq!(draft(&forming).source.form.field("phone").unwrap().show_if, None);
}

#[test]
fn what_a_condition_can_name_no_more_can_still_be_seen_and_taken_away() {
    let practice = practice();
    let path = question(PHONE);
    let any_of = format!("{path}.show_if.any_of");
    let mut forming = edited(&practice, [tick("form.steps[1].fields[1].kind.contact.ways", "text", false)]);
    let words = draft(&forming).wrong(&any_of).unwrap();
    assert!(words.contains("\"text\" can never be the answer to \"contact\""), "{words}");
    let answers = draft(&forming).answers(&format!("{path}.show_if"), "en");
    assert_eq!(ids(&answers), ["phone", "email", "text"]);
    forming.step(&practice, tick(&any_of, "text", false));
    assert_eq!(draft(&forming).wrong(&any_of), None);
    // The question that it depends on is asked later now.
    forming.step(&practice, Edit::Lower(1, 1));
    let asked = format!("{}.show_if.field", question((1, 1)));
    assert!(draft(&forming).wrong(&asked).unwrap().contains("is asked later"));
    let earlier = draft(&forming).earlier((1, 1), "en");
    assert_eq!(ids(&earlier).last(), Some(&"contact"), "what it depends on is still named");
}

#[test]
fn a_question_can_be_for_some_tiers_only() {
    let practice = practice();
    let tiers = format!("{}.tiers", question((0, 1)));
    let mut forming = edited(&practice, [tick(&tiers, "care-ready", true)]);
    assert_eq!(draft(&forming).source.form.field("needs").unwrap().tiers, ["care-ready"]);
    forming.step(&practice, tick(&tiers, "care-ready", false));
    assert_eq!(draft(&forming).source, practice.source);
    forming.step(&practice, tick(&format!("{}.tiers", question((1, 0))), "care-ready", true));
    let words = draft(&forming).wrong(&format!("{}.tiers", question((1, 0)))).unwrap();
    assert!(words.starts_with("a question for some tiers only"), "{words}");
}

#[test]
fn addresses_of_the_website_have_kinds() {
    let practice = practice();
    let before = practice.source.pages.len();
    let kind = format!("pages[{before}].kind");
    let add = || Edit::Add("pages".into(), "https://lakeside.example/recovery/week-1?from=mail#top".into());
    let mut forming = edited(&practice, [add(), set(&kind, "guide")]);
    let added = draft(&forming).source.pages[before].clone();
    assert_eq!((added.pattern.as_str(), added.kind), ("/recovery/week-1", lead::manifest::PageKind::Guide));
    assert!(draft(&forming).is_sound());
    let tried = |forming: &mut Forming, address: &str| {
        forming.step(&practice, Edit::Try(address.into()));
        forming.tried()
    };
    let said = tried(&mut forming, "https://lakeside.example/recovery/week-1");
    assert_eq!(said.as_deref(), Some("/recovery/week-1: Guide, by /recovery/week-1"));
    assert_eq!(tried(&mut forming, "recovery/week-2").unwrap(), "/recovery/week-2: no kind of its own");
    assert_eq!(tried(&mut forming, " "), None);
    forming.step(&practice, set(&format!("pages[{before}].pattern"), "recovery"));
    let fault = draft(&forming).faults("en").remove(0);
    assert_eq!((fault.0.as_str(), fault.2), ("Website", true));
    forming.step(&practice, Edit::Find(0));
    assert_eq!(forming.part, Part::Website);
    // Of two that fit, the first counts: order matters.
    forming.step(&practice, set(&format!("pages[{before}].pattern"), "*"));
    forming.step(&practice, Edit::Swap("pages".into(), before));
    assert_eq!(draft(&forming).source.pages[before - 1].pattern, "*");
}

#[test]
fn the_focus_goes_with_what_moves_and_to_what_is_wrong() {
    let practice = practice();
    let mut forming = edited(&practice, [Edit::Show(Part::Questions)]);
    let mut step = |edit| forming.step(&practice, edit);
    let question = |at| question(at);
    assert_eq!(step(Edit::Lift(1, 0)), Some(format!("{}-up", question((0, 2)))));
    assert_eq!(step(Edit::Lower(0, 2)), Some(format!("{}-down", question((1, 0)))));
    assert_eq!(step(Edit::Lift(0, 0)), None, "nothing moved");
    assert_eq!(step(Edit::Swap("services".into(), 2)).as_deref(), Some("services[1]-up"));
    assert_eq!(step(Edit::Remove("services".into(), 0)).as_deref(), Some("services[0]-out"));
    let last = practice.source.services.len() - 2;
    let out = format!("services[{}]-out", last - 1);
    assert_eq!(step(Edit::Remove("services".into(), last)), Some(out));
    for left in (0..practice.source.phrases.len()).rev() {
        let to = step(Edit::Remove("phrases".into(), left)).unwrap();
        assert_eq!(to == "phrases-new", left == 0);
    }
    assert_eq!(step(say("services[0].label", "es", "")), None, "what is typed into keeps it");
    assert_eq!(step(Edit::Find(0)).as_deref(), Some("services[0].label.es"));
}
