//! Who is asked a question: everyone, or those who answered an earlier one so, or those of some tiers.

use super::{Draft, question};
use crate::words::{en, t};
use lead::manifest::check;
use lead::manifest::{Field, FieldKind};
use wire::json::Json;

/// Answers that are the same in every form.
const FIXED: [(&str, &str); 9] = [
    ("phone", en("A call")),
    ("text", en("A text message")),
    ("email", en("An e-mail")),
    ("given", en("Given")),
    ("unknown", en("Does not know")),
    ("self-pay", en("Pays without insurance")),
    ("welcome", en("Voicemail is welcome")),
    ("never", en("Never leave a voicemail")),
    ("any", en("Any time")),
];

impl Draft {
    /// The questions that stand before one, as ids and words: what it can depend on. What it depends on now is among
    /// them, wherever that stands.
    pub(crate) fn earlier(&self, place: (usize, usize), language: &str) -> Vec<(String, String)> {
        let steps = self.source.form.steps.iter().enumerate();
        let all =
            steps.flat_map(|(step, one)| one.fields.iter().enumerate().map(move |(at, f)| ((step, at), f)));
        let words = |field: &Field| (field.id.clone(), field.label.in_language(language).to_owned());
        let mut found: Vec<_> =
            all.take_while(|(at, _)| *at < place).map(|(_, field)| words(field)).collect();
        let now = self.text(&format!("{}.show_if.field", question(place)));
        if !now.is_empty() && found.iter().all(|(id, _)| *id != now) {
            found.push(self.source.form.field(&now).map_or_else(|| (now.clone(), now.clone()), words));
        }
        found
    }

    /// The answers that a condition can name, each with its words; then those that it names now and that nobody can give.
    pub(crate) fn answers(&self, condition: &str, language: &str) -> Vec<(String, String)> {
        let asked = self.source.form.field(&self.text(&format!("{condition}.field")));
        let known = asked.and_then(|field| check::answers(&self.source, &field.kind)).unwrap_or_default();
        let named = |id: &str| asked.map_or_else(|| id.to_owned(), |field| self.answer(field, id, language));
        let mut found: Vec<_> = known.into_iter().map(|id| (id.to_owned(), named(id))).collect();
        for id in self.words(&format!("{condition}.any_of")) {
            if found.iter().all(|(known, _)| known != id) {
                found.push((id.to_owned(), id.to_owned()));
            }
        }
        found
    }

    fn answer(&self, field: &Field, id: &str, language: &str) -> String {
        let option = match &field.kind {
            FieldKind::Times { options }
            | FieldKind::OnBehalfOf { options }
            | FieldKind::Appointment { options }
            | FieldKind::Select { options }
            | FieldKind::Choice { options }
            | FieldKind::Choices { options } => options.iter().find(|one| one.id == id).map(|one| &one.label),
            FieldKind::Guides { options } => options.iter().find(|one| one.id == id).map(|one| &one.label),
            FieldKind::Service => self.source.service(id).map(|service| &service.label),
            _ => None,
        };
        let fixed = FIXED.iter().find(|(known, _)| *known == id).map(|(_, words)| t(words));
        match option {
            Some(label) => label.in_language(language).to_owned(),
            None => fixed.unwrap_or(id).to_owned(),
        }
    }
}

/// A condition: there is an answer to this question. `None`: there is none.
pub(crate) fn condition(field: String) -> Json {
    if field.is_empty() {
        return Json::Null;
    }
    let members = [("field", Json::Text(field)), ("any_of", Json::List(Vec::new()))];
    Json::Object(members.map(|(name, value)| (name.to_owned(), value)).into())
}
