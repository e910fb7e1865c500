//! Mistakes in a manifest that its form alone does not show: a text that is missing in a language, a
//! condition on a field that does not exist, an id that stands twice. Each with its path in the document.

mod form;
mod hours;

use super::{ManifestSource, Service};
use crate::scoring::When;
use crate::text::Text;
use crate::triage::Lane;
pub use form::answers;
use std::collections::HashSet;
use std::fmt;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `services[2].label.es`
    pub path: String,
    /// One sentence without a full stop, with `{names}` in place of its parts, so that it can be translated.
    pub what: &'static str,
    /// The parts, in the order in which the sentence names them.
    pub parts: Vec<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path)?;
        let mut parts = self.parts.iter();
        for (at, piece) in self.what.split('{').enumerate() {
            let (name, rest) = if at == 0 { ("", piece) } else { piece.split_once('}').unwrap_or_default() };
            if !name.is_empty() {
                f.write_str(parts.next().map_or("", String::as_str))?;
            }
            f.write_str(rest)?;
        }
        Ok(())
    }
}

/// Marks a sentence that is translated where it is shown.
const fn en(english: &'static str) -> &'static str {
    english
}

/// All mistakes of a manifest, in the document's order.
#[must_use]
pub fn mistakes(source: &ManifestSource) -> Vec<Mistake> {
    let mut found = Found { languages: &source.languages, mistakes: Vec::new() };
    found.head(source);
    found.services(&source.services);
    form::check(&mut found, source);
    hours::check(&mut found, &source.hours);
    found.rest(source);
    for fault in source.scoring.faults() {
        found.say(&format!("scoring.{}", fault.path), "{fault}", &[&fault.message]);
    }
    found.mistakes
}

/// Collects mistakes; knows the languages that every text must have.
struct Found<'a> {
    languages: &'a [String],
    mistakes: Vec<Mistake>,
}

/// What stands in a sentence's braces.
type Parts<'a> = &'a [&'a dyn fmt::Display];

impl Found<'_> {
    fn say(&mut self, path: &str, what: &'static str, parts: Parts<'_>) {
        let parts = parts.iter().map(ToString::to_string).collect();
        self.mistakes.push(Mistake { path: path.to_owned(), what, parts });
    }

    fn require(&mut self, holds: bool, path: &str, what: &'static str, parts: Parts<'_>) {
        if !holds {
            self.say(path, what, parts);
        }
    }

    /// Every language of the manifest has it.
    fn text(&mut self, path: &str, text: &Text) {
        let languages = self.languages;
        for language in languages {
            let given = text.0.get(language).is_some_and(|text| !text.trim().is_empty());
            let what = en("no text in \"{language}\", one of the manifest's languages");
            self.require(given, &format!("{path}.{language}"), what, &[language]);
        }
        for language in text.0.keys().filter(|language| !languages.contains(language)) {
            let what = en("\"{language}\" is not one of the manifest's languages");
            self.say(&format!("{path}.{language}"), what, &[language]);
        }
    }

    /// Every language has it, or none.
    fn optional_text(&mut self, path: &str, text: &Text) {
        if !text.0.is_empty() {
            self.text(path, text);
        }
    }

    fn unique<'b>(&mut self, path: &str, ids: impl Iterator<Item = &'b str>) {
        let mut seen = HashSet::new();
        for (at, id) in ids.enumerate() {
            let fits = (1..=64).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            let path = format!("{path}[{at}].id");
            self.require(fits, &path, en("\"{id}\" is not 1 to 64 letters, digits, - or _"), &[&id]);
            self.require(seen.insert(id), &path, en("\"{id}\" stands twice"), &[&id]);
        }
    }

    fn head(&mut self, source: &ManifestSource) {
        self.require(!source.name.trim().is_empty(), "name", en("is empty"), &[]);
        let digits = source.phone.chars().filter(char::is_ascii_digit).count();
        let what = en("has fewer than seven digits; it is what patients see when the form fails");
        self.require(digits >= 7, "phone", what, &[]);
        let what = en("is empty; give at least one, such as \"en\"");
        self.require(!source.languages.is_empty(), "languages", what, &[]);
        let mut seen = HashSet::new();
        for (at, language) in source.languages.iter().enumerate() {
            let fits = (2..=35).contains(&language.len())
                && language
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            let path = format!("languages[{at}]");
            self.require(fits, &path, en("\"{language}\" is not a language tag in lower case"), &[language]);
            self.require(seen.insert(language), &path, en("\"{language}\" stands twice"), &[language]);
        }
        self.optional_text("emergency_note", &source.emergency_note);
    }

    fn services(&mut self, services: &[Service]) {
        self.require(!services.is_empty(), "services", en("is empty"), &[]);
        self.unique("services", services.iter().map(|service| service.id.as_str()));
        for (at, service) in services.iter().enumerate() {
            self.text(&format!("services[{at}].label"), &service.label);
        }
    }

    fn rest(&mut self, source: &ManifestSource) {
        for (at, page) in source.pages.iter().enumerate() {
            let path = format!("pages[{at}].pattern");
            let fits = page.pattern.starts_with(['/', '*']);
            self.require(fits, &path, en("must begin with / or *: it is a path on your website"), &[]);
            let first = source.pages.iter().position(|other| other.pattern == page.pattern);
            let what = en("stands before already; the first one counts");
            self.require(first == Some(at), &path, what, &[]);
        }
        self.text("consent.text", &source.consent.text);
        if let Some(follow_up) = &source.follow_up {
            self.text("follow_up.text", &follow_up.text);
        }
        self.unique("notices", source.notices.iter().map(|notice| notice.id.as_str()));
        for (at, notice) in source.notices.iter().enumerate() {
            self.text(&format!("notices[{at}].text"), &notice.text);
        }
        for (at, own) in source.phrases.iter().enumerate() {
            let what = en("\"routine\" has no effect: phrases only add urgency");
            self.require(own.lane != Lane::Routine, &format!("phrases[{at}].lane"), what, &[]);
            self.require(
                !own.phrase.trim().is_empty(),
                &format!("phrases[{at}].phrase"),
                en("is empty"),
                &[],
            );
        }
        for (at, criterion) in source.scoring.criteria.iter().enumerate() {
            let When::Service(ids) = &criterion.when else { continue };
            for id in ids.iter().filter(|id| source.service(id).is_none()) {
                let path = format!("scoring.criteria[{at}].when.service");
                self.say(&path, en("there is no service \"{id}\""), &[id]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Condition;

    const EXAMPLE: &str = include_str!("../../../examples/manifests/lakeside-ortho.toml");

    fn said(change: impl FnOnce(&mut ManifestSource)) -> Vec<String> {
        let mut source = toml::from_str(EXAMPLE).unwrap();
        change(&mut source);
        mistakes(&source).iter().map(Mistake::to_string).collect()
    }

    #[test]
    fn the_example_has_none() {
        assert_eq!(said(|_| ()), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_is_named_with_its_path() {
        type Change = fn(&mut ManifestSource);
        let cases: [(Change, &str); 25] = [
            (|m| m.name = " ".into(), "name: is empty"),
            (|m| m.phone = "call us".into(), "phone: has fewer than seven digits"),
            (|m| m.languages.push("en".into()), "languages[2]: \"en\" stands twice"),
            (
                |m| m.languages.push("ES-mx".into()),
                "languages[2]: \"ES-mx\" is not a language tag in lower case",
            ),
            (|m| drop(m.services[2].label.0.remove("es")), "services[2].label.es: no text in \"es\""),
            (
                |m| drop(m.consent.text.0.insert("de".into(), "Ja".into())),
                "consent.text.de: \"de\" is not one of",
            ),
            (
                |m| m.services[1].id = "knee-replacement".into(),
                "services[1].id: \"knee-replacement\" stands twice",
            ),
            (|m| m.services[1].id = "hip & knee".into(), "services[1].id: \"hip & knee\" is not"),
            (|m| m.pages[0].pattern = "pricing".into(), "pages[0].pattern: must begin with / or *"),
            (|m| m.pages[1].pattern = m.pages[0].pattern.clone(), "pages[1].pattern: stands before already"),
            (|m| m.phrases[0].lane = Lane::Routine, "phrases[0].lane: \"routine\" has no effect"),
            (
                |m| m.scoring.criteria[0].when = When::Service(vec!["elbow".into()]),
                "scoring.criteria[0].when.service: there is no service \"elbow\"",
            ),
            (|m| m.scoring.tiers[1].at_least = 31, "scoring.tiers[1].at_least: unreachable"),
            (|m| m.form.steps.clear(), "form.steps: is empty"),
            (|m| m.form.steps[1].fields.clear(), "form.steps[1].fields: is empty"),
            (
                |m| m.form.steps[1].fields[0].id = "service".into(),
                "form.steps[1].fields[0].id: \"service\" stands twice",
            ),
            (
                |m| m.form.steps[1].fields.swap(1, 2),
                "form.steps[1].fields[1].show_if.field: \"contact\" is asked later",
            ),
            (
                |m| m.form.steps[1].fields[2].show_if.as_mut().unwrap().field = "nobody".into(),
                "show_if.field: there is no field \"nobody\"",
            ),
            (
                |m| m.form.steps[1].fields[2].show_if.as_mut().unwrap().any_of = vec!["fax".into()],
                "show_if.any_of: \"fax\" can never be the answer to \"contact\"",
            ),
            (
                |m| {
                    let (field, any_of) = ("service".into(), vec!["elbow".into()]);
                    m.form.steps[1].fields[0].show_if = Some(Condition { field, any_of });
                },
                "show_if.any_of: \"elbow\" can never be the answer to \"service\"",
            ),
            (
                |m| drop(m.form.steps[1].fields.remove(4)),
                "form: \"email\" is offered as a way of contact, and no field asks for it",
            ),
            (|m| drop(m.form.steps[1].fields.remove(0)), "form: no field asks for the name"),
            (|m| m.hours.open[0].from = "8".into(), "hours.open[0].from: \"8\" is not a time such as 08:00"),
            (|m| m.hours.open[1].to = "07:00".into(), "hours.open[1]: opens at 08:00 and closes at 07:00"),
            (
                |m| m.hours.holidays.push("2026-02-29".into()),
                "hours.holidays[7]: \"2026-02-29\" is not a date",
            ),
        ];
        for (change, expected) in cases {
            let said = said(change);
            assert!(said.iter().any(|mistake| mistake.contains(expected)), "{expected}\n{said:#?}");
        }
    }
}
