//! The interface's words. English stands in the code and is the key; another language is one file,
//! `static/words.<tag>.json`, which only who wants it fetches (`view/language.rs`). A text that the file lacks stays
//! English; a test holds that it lacks none.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{Display, Write as _};

/// Languages by tag, each by its own name; the first one is the code's.
pub(crate) const LANGUAGES: [(&str, &str); 2] = [(ENGLISH, "English"), ("es", "Español")];
pub(crate) const ENGLISH: &str = "en";

thread_local! {
    static TAG: Cell<&'static str> = const { Cell::new(ENGLISH) };
    static WORDS: RefCell<HashMap<String, &'static str>> = RefCell::default();
}

/// Speaks `tag` from now on, by its file's text; what is on the screen is drawn anew by whoever calls this. A text that
/// is no such file changes nothing.
pub(crate) fn speak(tag: &'static str, file: &str) -> bool {
    // Languages are few and stay as long as the page does.
    let words = serde_json::from_slice::<HashMap<String, String>>(file.as_bytes());
    let Ok(words) = words.map(|words| words.into_iter().map(|(key, text)| (key, &*text.leak()))) else {
        return false;
    };
    WORDS.set(words.collect());
    TAG.set(tag);
    true
}

/// The language spoken now, as a tag of BCP 47.
pub(crate) fn tag() -> &'static str {
    TAG.get()
}

/// `english` in the language spoken now.
#[inline(never)]
pub(crate) fn t(english: &'static str) -> &'static str {
    WORDS.with_borrow(|words| words.get(english).copied().unwrap_or(english))
}

/// Marks a text that is translated where it is shown.
pub(crate) const fn en(english: &'static str) -> &'static str {
    english
}

/// [`t`] with its `{names}` replaced by `parts`, in the order in which the English text names them.
pub(crate) fn fill(english: &'static str, parts: &[&dyn Display]) -> String {
    let names: Vec<&str> = english.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let mut pieces = t(english).split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or_default();
        if let Some(part) = names.iter().position(|known| *known == name).and_then(|at| parts.get(at)) {
            // Writing to a String cannot fail.
            let _ = write!(filled, "{part}");
        }
        filled.push_str(rest);
    }
    filled
}

/// What a library found, in the language spoken now: its English is the key, with `{0}`, `{1}` for its numbers. What is
/// said before and after a colon may stand in the file apart. A text that the file lacks stays English.
pub(crate) fn found(english: &str) -> String {
    let (key, numbers) = key(english);
    if let Some(text) = WORDS.with_borrow(|words| words.get(&key).copied()) {
        let filled = numbers.iter().enumerate();
        return filled.fold(text.to_owned(), |text, (at, number)| text.replace(&format!("{{{at}}}"), number));
    }
    match english.split_once(": ") {
        Some((what, why)) => format!("{}: {}", found(what), found(why)),
        None => english.to_owned(),
    }
}

/// A text with its numbers set aside.
fn key(english: &str) -> (String, Vec<&str>) {
    let (mut key, mut numbers, mut rest) = (String::new(), Vec::new(), english);
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, number) = rest.split_at(at);
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        // Writing to a String cannot fail.
        let _ = write!(key, "{before}{{{}}}", numbers.len());
        numbers.push(&number[..end]);
        rest = &number[end..];
    }
    (key + rest, numbers)
}

/// `1 lead`, `3 leads`: the one text or the other, with its count.
pub(crate) fn many(count: u64, one: &'static str, more: &'static str) -> String {
    fill(if count == 1 { one } else { more }, &[&count])
}

#[cfg(test)]
mod tests;
