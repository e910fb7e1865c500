//! The drafts of form, scoring model and the practice's documents from one opening to the next: what of them is stored (encrypted, by
//! `drive/drafts.rs`), so that a lock costs nobody their work.

use super::case::Practice;
use super::drafting::{self, Drafting};
use super::forming::{self, Forming};
use super::open::Open;
use super::writing::Writing;
use wire::json::Json;

/// How far what an earlier opening left is. Nothing is edited before it is here.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) enum Drafts {
    #[default]
    NotAsked,
    Asked,
    Here,
}

/// What is to be stored; `None`: there is no draft.
pub(crate) fn write(open: &Open) -> Option<String> {
    // What came into force since is no draft any more.
    let mut forming = open.forming.clone();
    if forming.draft.is_some() {
        forming.step(&open.practice, forming::Edit::KeepUp);
    }
    let (form, current) = (forming.kept(), &open.practice.source.scoring);
    let scoring = open.drafting.versions(current).draft().map(|draft| draft.canonical_json());
    let documents = open.writing.kept();
    if form.is_none() && scoring.is_none() && documents.is_none() {
        return None;
    }
    let version = forming.of().filter(|_| form.is_some()).unwrap_or(open.practice.manifest_version);
    let or_null = |part: Option<String>| part.unwrap_or_else(|| "null".to_owned());
    let [form, scoring, documents] = [form, scoring, documents].map(or_null);
    Some(format!(r#"{{"version":{version},"form":{form},"scoring":{scoring},"documents":{documents}}}"#))
}

/// The drafts again; none, where it is anything else.
pub(crate) fn read(stored: &str, practice: &Practice) -> (Forming, Drafting, Writing) {
    let (mut form, mut scoring, mut documents) = <(Forming, Drafting, Writing)>::default();
    let stored = Json::parse(stored.as_bytes());
    let part = |name: &str| {
        let found = stored.as_ref()?.member(name)?;
        matches!(found, Json::Object(_) | Json::List(_)).then(|| wire::json::to_text(found)).flatten()
    };
    let of = match stored.as_ref().and_then(|stored| stored.member("version")) {
        Some(Json::Integer(of)) => u64::try_from(*of).unwrap_or_default(),
        _ => return (form, scoring, documents),
    };
    if let Some(source) = part("form").and_then(|text| forming::read(&text).ok()) {
        form.begin(&source, of, practice);
    }
    if let Some(model) = part("scoring") {
        scoring.step(&practice.source.scoring, drafting::Edit::Text(model));
        scoring.unreadable = None;
    }
    if let Some(drafts) = part("documents") {
        documents = Writing::of_kept(drafts);
    }
    (form, scoring, documents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;
    use crate::model::guiding;
    use crate::model::settings::Tab;
    use crate::model::{Effect, Event};
    use lead::thread::{CallGuide, Document, Edition};
    use std::sync::Arc;
    use wire::EntryId;
    use wire::practice::Role;

    const NOW: u64 = 1_772_654_700_000;

    fn opened() -> Open {
        let practice = samples::practice(Vec::new(), Vec::new());
        Open::new(Practice { role: Role::Owner, ..practice }, NOW)
    }

    fn edit(open: &mut Open, edit: forming::Edit) -> Vec<Effect> {
        let mut next = open.forming.clone();
        next.step(&open.practice, edit);
        open.step(Event::Formed(Box::new(next)))
    }

    fn score(open: &mut Open, edit: drafting::Edit) -> Vec<Effect> {
        let mut next = open.drafting.clone();
        next.step(&open.practice.source.scoring, edit);
        open.step(Event::Drafted(Box::new(next)))
    }

    fn guide(open: &mut Open, text: &str) -> Vec<Effect> {
        let mut next = open.writing.clone();
        next.guide_step(&open.practice, guiding::Edit::Type(text.into()));
        open.step(Event::Written(Box::new(next)))
    }

    fn named(name: &str) -> forming::Edit {
        forming::Edit::Set("name".into(), Json::Text(name.into()))
    }

    #[test]
    fn both_drafts_come_again_as_they_were() {
        let mut open = opened();
        assert_eq!(write(&open), None);
        edit(&mut open, named("Other"));
        score(&mut open, drafting::Edit::Points(0, 7));
        let (form, scoring, _) = read(&write(&open).unwrap(), &open.practice);
        assert_eq!(
            form.document(&open.practice, &scoring),
            open.forming.document(&open.practice, &open.drafting)
        );
        assert_eq!(form.began, None);
        edit(&mut open, forming::Edit::Discard);
        let (form, scoring, _) = read(&write(&open).unwrap(), &open.practice);
        assert!(form.draft.is_none() && scoring.versions(&open.practice.source.scoring).draft().is_some());
        score(&mut open, drafting::Edit::Discard);
        assert_eq!(write(&open), None);
    }

    #[test]
    fn a_draft_of_an_older_version_says_of_which_however_often_it_is_kept() {
        let mut open = opened();
        edit(&mut open, named("Other"));
        let stored = write(&open).unwrap();
        let mut practice = (*open.practice).clone();
        practice.manifest_version += 1;
        let (form, _, _) = read(&stored, &practice);
        assert_eq!(form.began, Some(practice.manifest_version - 1));
        let mut open = Open::new(practice, NOW);
        open.forming = form;
        let (form, _, _) = read(&write(&open).unwrap(), &open.practice);
        assert_eq!(form.began, Some(open.practice.manifest_version - 1));
    }

    #[test]
    fn what_was_published_or_is_no_draft_is_none() {
        let mut open = opened();
        edit(&mut open, named("Other"));
        let stored = write(&open).unwrap();
        let mut practice = (*open.practice).clone();
        (practice.source, practice.manifest_version) = (open.forming.next(&open.practice), 99);
        let (form, _, _) = read(&stored, &practice);
        assert!(form.draft.is_none_or(|draft| !draft.is_changed));
        for other in ["", "[]", "{}", r#"{"version":1,"form":{"name":1},"scoring":[]}"#] {
            let (form, scoring, _) = read(other, &practice);
            assert!(form.draft.is_none() && scoring == Drafting::default(), "{other}");
        }
    }

    #[test]
    fn they_are_asked_for_once_and_kept_when_they_change() {
        let mut open = opened();
        assert_eq!(edit(&mut open, named("Too early")), [], "nothing is stored over what was not looked at");
        let asks = |open: &mut Open, tab| open.step(Event::OpenSettings(tab)).contains(&Effect::RecallDrafts);
        assert!(!asks(&mut open, Tab::Staff));
        assert!(asks(&mut open, Tab::Scoring));
        assert!(!asks(&mut open, Tab::Form));
        let (mut form, scoring, guides) = <(Forming, Drafting, Writing)>::default();
        form.step(&open.practice, named("Of before"));
        assert_eq!(open.step(Event::Drafts(Box::new((form, scoring, guides)))), []);
        assert_eq!(
            (open.drafts, open.forming.next(&open.practice).name.as_str()),
            (Drafts::Here, "Of before")
        );
        assert_eq!(edit(&mut open, named("Now")), [Effect::KeepDrafts]);
        assert_eq!(edit(&mut open, forming::Edit::Preview(Some(1))), [], "the draft is the same");
        assert_eq!(score(&mut open, drafting::Edit::Points(0, 7)), [Effect::KeepDrafts]);
        assert_eq!(guide(&mut open, "# opening: Mine"), [Effect::KeepDrafts]);
    }

    #[test]
    fn drafts_of_guides_come_again_until_they_are_published() {
        let mut open = opened();
        open.drafts = Drafts::Here;
        guide(&mut open, "# opening: Mine");
        let (_, _, mut guides) = read(&write(&open).unwrap(), &open.practice);
        assert_eq!(guides.text(&open.practice), "# opening: Mine");
        let published = guides.guide(&open.practice).unwrap();
        let edition = |n: u8, guide| Edition {
            entry: EntryId::from_bytes([n; 16]),
            author: open.practice.staff.clone(),
            time: NOW,
            document: Document::Guide(guide),
        };
        let theirs = CallGuide { text: "# opening: Theirs".into(), ..published.clone() };
        let editions = vec![edition(1, published), edition(2, theirs)];
        let practice = Practice { documents: Arc::new(editions), ..(*open.practice).clone() };
        guides.keep_up(&practice);
        assert_eq!(guides.kept(), None, "what was published and replaced since is no draft");
        assert_eq!(guides.text(&practice), "# opening: Theirs");
    }
}
