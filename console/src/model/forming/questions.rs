//! Questions that can be asked, and are not asked yet.

use super::place::{strip, walk};
use super::{Draft, fresh, tree};
use crate::model::case::Practice;
use crate::words::t;
use lead::manifest::FieldKind;
use wire::json::Json;

/// One question of each kind, in the languages that the interface has.
const QUESTIONS: &str = include_str!("questions.json");
/// Kinds that may stand more than once.
const FREE: [&str; 5] = ["text", "long_text", "choice", "choices", "select"];

/// A question to ask.
pub(crate) struct Offer {
    pub(super) field: Json,
}

impl Offer {
    /// The question in `language`.
    pub(crate) fn label(&self, language: &str) -> String {
        let label = |tag| self.field.member("label")?.member(tag)?.text();
        label(language).or_else(|| label("en")).unwrap_or_default().to_owned()
    }
}

/// Those of the form in force that the draft leaves out, as they stand there; then one of each kind that it has not.
pub(crate) fn offers(practice: &Practice, draft: &Draft) -> Vec<Offer> {
    let has = |name: &str, what: fn(&Json) -> &str| fields(&draft.tree).any(|field| what(field) == name);
    let current = tree(&practice.source);
    let mut offered: Vec<Json> = fields(&current).filter(|field| !has(id(field), id)).cloned().collect();
    let back = offered.len();
    let Some(Json::List(known)) = Json::parse(QUESTIONS.as_bytes()) else { return Vec::new() };
    for mut field in known {
        let is_free = FREE.contains(&kind(&field));
        let is_there = has(kind(&field), kind) || offered[..back].iter().any(|one| kind(one) == kind(&field));
        if is_free || !is_there {
            prepare(&mut field, draft);
            offered.push(field);
        }
    }
    offered.into_iter().map(|field| Offer { field }).collect()
}

fn fields(tree: &Json) -> impl Iterator<Item = &Json> {
    items(walk(tree, "form.steps")).iter().flat_map(|step| items(step.member("fields")))
}

fn items(list: Option<&Json>) -> &[Json] {
    if let Some(Json::List(items)) = list { items } else { &[] }
}

fn id(field: &Json) -> &str {
    field.member("id").and_then(Json::text).unwrap_or_default()
}

fn kind(field: &Json) -> &str {
    match field.member("kind") {
        Some(Json::Text(name)) => name,
        Some(Json::Object(members)) => members.first().map_or("", |(name, _)| name),
        _ => "",
    }
}

/// An id that no other question has, and texts in the manifest's languages alone.
fn prepare(field: &mut Json, draft: &Draft) {
    let all = Json::Object(vec![("all".to_owned(), Json::List(fields(&draft.tree).cloned().collect()))]);
    let fresh = fresh(&all, "all", id(field));
    if let Some(id) = field.member_mut("id") {
        *id = Json::Text(fresh);
    }
    for tag in ["en", "es"] {
        if !draft.source.languages.iter().any(|language| language == tag) {
            strip(field, tag);
        }
    }
}

/// What kind of answer a question wants.
pub(crate) fn kind_word(kind: &FieldKind) -> &'static str {
    t(match kind {
        FieldKind::Name => "The person's name",
        FieldKind::Email => "E-mail address",
        FieldKind::Phone => "Phone number",
        FieldKind::Zip => "ZIP code",
        FieldKind::DateOfBirth => "Date of birth",
        FieldKind::Service => "One of your services",
        FieldKind::Needs { .. } => "Free text, read for emergencies",
        FieldKind::Insurance { .. } => "Insurance",
        FieldKind::Contact { .. } => "Way of contact",
        FieldKind::Times { .. } => "Good times to call",
        FieldKind::Voicemail => "Voicemail, or none",
        FieldKind::Referral => "Referring physician",
        FieldKind::OnBehalfOf { .. } => "For someone else",
        FieldKind::Appointment { .. } => "Wish for an appointment",
        FieldKind::Consent => "Consent to your text",
        FieldKind::FollowUp => "Consent to a follow-up",
        FieldKind::Guides { .. } => "Guides to read",
        FieldKind::Text { .. } => "A line of text",
        FieldKind::LongText { .. } => "Several lines of text",
        FieldKind::Select { .. } => "One answer out of a list",
        FieldKind::Choice { .. } => "One answer out of a few",
        FieldKind::Choices { .. } => "Any number of answers",
    })
}
