//! What can be changed in a draft, and how a change changes its document.

use super::place::{place, strip, walk};
use super::{Part, pages};
use wire::json::Json;

/// A change to the draft, or to what of it is looked at.
pub(crate) enum Edit {
    /// A text in one language; an empty one is taken away.
    Say(String, String, String),
    /// A value.
    Set(String, Json),
    /// A word in a list of words, there or not.
    Tick(String, String, bool),
    /// An item of a list, by name.
    Add(String, String),
    Remove(String, usize),
    /// An item of a list changes place with the one before it.
    Swap(String, usize),
    /// A question goes up or down, over the end of its step as well.
    Lift(usize, usize),
    Lower(usize, usize),
    /// Asks what [`offers`](super::offers) offers, at the end of a step.
    Ask(usize, usize),
    /// The form is given in a language, or not.
    Language(&'static str, bool),
    /// A whole manifest, as JSON.
    Text(String),
    Discard,
    /// Nothing but what a newer version in force brings.
    KeepUp,
    Show(Part),
    Open(Option<(usize, usize)>),
    /// To where a mistake is.
    Find(usize),
    Preview(Option<usize>),
    Speak(String),
    /// An address is tried.
    Try(String),
}

/// `None`: there is no such place.
pub(super) fn apply(tree: &mut Json, edit: Edit) -> Option<()> {
    match edit {
        Edit::Say(path, language, text) => {
            let Json::Object(texts) = place(tree, &path)? else { return None };
            texts.retain(|(tag, _)| *tag != language);
            if !text.trim().is_empty() {
                texts.push((language, Json::Text(text)));
            }
        }
        Edit::Set(path, value) => *place(tree, &path)? = value,
        Edit::Tick(path, word, there) => {
            let list = place(tree, &path)?;
            if *list == Json::Object(Vec::new()) {
                // It was not there.
                *list = Json::List(Vec::new());
            }
            let Json::List(words) = list else { return None };
            words.retain(|known| known.text() != Some(&word));
            if there {
                words.push(Json::Text(word));
            }
        }
        Edit::Add(list, name) => {
            let item = made(tree, &list, name)?;
            let Json::List(items) = place(tree, &list)? else { return None };
            items.push(item);
        }
        Edit::Remove(list, at) => {
            let Json::List(items) = place(tree, &list)? else { return None };
            if at < items.len() {
                items.remove(at);
            }
        }
        Edit::Swap(list, at) => {
            let Json::List(items) = place(tree, &list)? else { return None };
            if at > 0 && at < items.len() {
                items.swap(at - 1, at);
            }
        }
        Edit::Language(tag, true) => {
            let Json::List(languages) = place(tree, "languages")? else { return None };
            languages.push(Json::Text(tag.to_owned()));
        }
        Edit::Language(tag, false) => {
            let Json::List(languages) = place(tree, "languages")? else { return None };
            languages.retain(|known| known.text() != Some(tag));
            strip(tree, tag);
        }
        _ => return None,
    }
    Some(())
}

/// A new item of a list, with an id that no other there has, made of its name.
fn made(tree: &Json, list: &str, name: String) -> Option<Json> {
    let text = |text: &str| Json::Text(text.to_owned());
    let member = |name: &str, value: Json| (name.to_owned(), value);
    if list == "phrases" {
        return Some(Json::Object(vec![member("lane", text("urgent")), member("phrase", Json::Text(name))]));
    }
    if list == "pages" {
        let pattern = Json::Text(pages::path(&name));
        return Some(Json::Object(vec![member("kind", text("service")), member("pattern", pattern)]));
    }
    if list == "hours.open" {
        let times = [member("from", text("08:00")), member("to", text("17:00"))];
        return Some(Json::Object([vec![member("days", Json::List(Vec::new()))], times.into()].concat()));
    }
    let language = walk(tree, "languages[0]").and_then(Json::text).unwrap_or("en");
    let id = fresh(tree, list, &name);
    let label = Json::Object(vec![member(language, Json::Text(name))]);
    let mut members = vec![member("id", Json::Text(id))];
    match list {
        "form.steps" => {
            members.extend([member("title", label), member("fields", Json::List(Vec::new()))]);
        }
        "services" => members.extend([member("label", label), member("tier", text("general"))]),
        _ => members.push(member("label", label)),
    }
    let kind = list.strip_suffix(".options").and_then(|kind| walk(tree, kind));
    if kind.is_some_and(|kind| kind.member("guides").is_some()) {
        members.push(member("path", text("/")));
    }
    Some(Json::Object(members))
}

/// An id of letters, digits and hyphens.
pub(in crate::model) fn fresh(tree: &Json, list: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let words: String = without_accents(name).chars().map(plain).collect();
    let slug = words.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug = if slug.is_empty() { "item".to_owned() } else { slug.chars().take(56).collect() };
    let taken = |id: &str| {
        let Some(Json::List(items)) = walk(tree, list) else { return false };
        items.iter().any(|item| item.member("id").and_then(Json::text) == Some(id))
    };
    if !taken(&slug) {
        return slug;
    }
    (2..).map(|n| format!("{slug}-{n}")).find(|id| !taken(id)).unwrap_or(slug)
}

/// Spanish letters without their accents; what else is not ASCII stays.
fn without_accents(name: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'Á' => 'a',
        'é' | 'É' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'Ó' => 'o',
        'ú' | 'Ú' | 'ü' | 'Ü' => 'u',
        'ñ' | 'Ñ' => 'n',
        c => c,
    };
    name.chars().map(plain).collect()
}
