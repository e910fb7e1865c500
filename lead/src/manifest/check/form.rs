//! The form: what is asked, in an order in which it can be asked.

use super::{Found, en};
use crate::inquiry::{ContactWay, NEEDS_BYTES, TEXT_BYTES};
use crate::manifest::{Choice, Condition, Field, FieldKind, Form, Guide, ManifestSource};
use std::mem::discriminant;

pub(super) fn check(found: &mut Found<'_>, source: &ManifestSource) {
    let form = &source.form;
    found.require(!form.steps.is_empty(), "form.steps", en("is empty"), &[]);
    found.unique("form.steps", form.steps.iter().map(|step| step.id.as_str()));
    let mut asked: Vec<&Field> = Vec::new();
    for (at, step) in form.steps.iter().enumerate() {
        let path = format!("form.steps[{at}]");
        found.text(&format!("{path}.title"), &step.title);
        found.require(!step.fields.is_empty(), &format!("{path}.fields"), en("is empty"), &[]);
        for (at, field) in step.fields.iter().enumerate() {
            let path = format!("{path}.fields[{at}]");
            check_field(found, &path, source, field, &asked);
            check_tiers(found, &path, source, field);
            asked.push(field);
        }
    }
    check_contact(found, form);
}

fn check_field(found: &mut Found<'_>, path: &str, source: &ManifestSource, field: &Field, asked: &[&Field]) {
    let id = &field.id;
    let at_id = format!("{path}.id");
    found.require(!id.is_empty() && id.len() <= 64, &at_id, en("must have 1 to 64 characters"), &[]);
    let twice = asked.iter().any(|other| other.id == *id);
    found.require(!twice, &at_id, en("\"{id}\" stands twice"), &[id]);
    found.text(&format!("{path}.label"), &field.label);
    found.optional_text(&format!("{path}.hint"), &field.hint);
    found.optional_text(&format!("{path}.error"), &field.error);
    let same = |other: &&&Field| discriminant(&other.kind) == discriminant(&field.kind);
    if !field.kind.is_free()
        && let Some(other) = asked.iter().find(same)
    {
        found.say(&format!("{path}.kind"), en("\"{question}\" asks for the same already"), &[&other.id]);
    }
    check_kind(found, path, &field.kind);
    if let Some(condition) = &field.show_if {
        check_condition(found, path, source, condition, asked);
    }
}

/// What is offered to some visitors only, by their score.
fn check_tiers(found: &mut Found<'_>, path: &str, source: &ManifestSource, field: &Field) {
    for tier in field.tiers.iter().filter(|tier| source.scoring.tier(tier).is_none()) {
        found.say(&format!("{path}.tiers"), en("scoring has no tier \"{tier}\""), &[tier]);
    }
    if field.kind == FieldKind::FollowUp {
        let what = en("is missing: \"{question}\" asks for it");
        found.require(source.follow_up.is_some(), "follow_up", what, &[&field.id]);
    }
    let needed = matches!(field.kind, FieldKind::Name | FieldKind::Email | FieldKind::Phone);
    found.require(
        field.tiers.is_empty() || !field.required && !needed,
        &format!("{path}.tiers"),
        en("a question for some tiers only cannot be one that the practice needs an answer to"),
        &[],
    );
    // Nobody is referred, and everyone writes for themselves, who does not say otherwise.
    let silent = matches!(field.kind, FieldKind::Referral | FieldKind::OnBehalfOf { .. });
    let what = en("has no effect here: no answer means \"no\"");
    found.require(!(silent && field.required), &format!("{path}.required"), what, &[]);
}

fn check_kind(found: &mut Found<'_>, path: &str, kind: &FieldKind) {
    let mut most = |max_chars: u32, bytes: usize| {
        // A character takes up to four bytes.
        let fits = max_chars >= 1 && max_chars as usize <= bytes / 4;
        found.require(fits, &format!("{path}.kind.max_chars"), en("must be 1 to {most}"), &[&(bytes / 4)]);
    };
    match kind {
        FieldKind::Needs { max_chars } => most(*max_chars, NEEDS_BYTES),
        FieldKind::Text { max_chars } | FieldKind::LongText { max_chars } => most(*max_chars, TEXT_BYTES),
        FieldKind::Contact { ways } => {
            found.require(!ways.is_empty(), &format!("{path}.kind.contact.ways"), en("is empty"), &[]);
        }
        FieldKind::Times { options }
        | FieldKind::OnBehalfOf { options }
        | FieldKind::Appointment { options }
        | FieldKind::Select { options }
        | FieldKind::Choice { options }
        | FieldKind::Choices { options } => check_options(found, &format!("{path}.kind.options"), options),
        FieldKind::Guides { options } => check_guides(found, &format!("{path}.kind.options"), options),
        _ => {}
    }
}

fn check_options(found: &mut Found<'_>, path: &str, options: &[Choice]) {
    found.require(!options.is_empty(), path, en("is empty"), &[]);
    found.unique(path, options.iter().map(|option| option.id.as_str()));
    for (at, option) in options.iter().enumerate() {
        found.text(&format!("{path}[{at}].label"), &option.label);
    }
}

fn check_guides(found: &mut Found<'_>, path: &str, guides: &[Guide]) {
    found.require(!guides.is_empty(), path, en("is empty"), &[]);
    found.unique(path, guides.iter().map(|guide| guide.id.as_str()));
    for (at, guide) in guides.iter().enumerate() {
        found.text(&format!("{path}[{at}].label"), &guide.label);
        // Two slashes would name another website.
        let fits = guide.path.starts_with('/') && !guide.path.starts_with("//") && !guide.path.contains('\\');
        let what = en("must begin with one /: it is a path on your website");
        found.require(fits, &format!("{path}[{at}].path"), what, &[]);
    }
}

fn check_condition(
    found: &mut Found<'_>,
    path: &str,
    source: &ManifestSource,
    condition: &Condition,
    asked: &[&Field],
) {
    let wanted = &condition.field;
    let Some(on) = asked.iter().find(|field| field.id == *wanted) else {
        let what = match source.form.field(wanted) {
            Some(_) => en("\"{question}\" is asked later; a condition looks back"),
            None => en("there is no field \"{question}\""),
        };
        return found.say(&format!("{path}.show_if.field"), what, &[wanted]);
    };
    let Some(possible) = answers(source, &on.kind) else { return };
    for answer in condition.any_of.iter().filter(|answer| !possible.contains(&answer.as_str())) {
        let what = en("\"{answer}\" can never be the answer to \"{question}\"");
        found.say(&format!("{path}.show_if.any_of"), what, &[answer, wanted]);
    }
}

/// All answers that a condition can name for a question of this kind ([`Field::values`]); `None` where anything can be
/// written.
#[must_use]
pub fn answers<'a>(source: &'a ManifestSource, kind: &'a FieldKind) -> Option<Vec<&'a str>> {
    let ids = |options: &'a [Choice]| options.iter().map(|option| option.id.as_str()).collect();
    match kind {
        FieldKind::Contact { ways } => Some(ways.iter().map(|way| way.as_str()).collect()),
        FieldKind::Insurance { .. } => Some(vec!["given", "unknown", "self-pay"]),
        FieldKind::Voicemail => Some(vec!["welcome", "never"]),
        FieldKind::Consent | FieldKind::FollowUp | FieldKind::Referral => Some(vec!["given"]),
        FieldKind::Service => Some(source.services.iter().map(|service| service.id.as_str()).collect()),
        FieldKind::Guides { options } => Some(options.iter().map(|option| option.id.as_str()).collect()),
        FieldKind::Appointment { options } => Some([vec!["any"], ids(options)].concat()),
        FieldKind::Times { options }
        | FieldKind::OnBehalfOf { options }
        | FieldKind::Select { options }
        | FieldKind::Choice { options }
        | FieldKind::Choices { options } => Some(ids(options)),
        _ => None,
    }
}

fn check_contact(found: &mut Found<'_>, form: &Form) {
    let asks = |kind: &FieldKind| form.fields().any(|field| discriminant(&field.kind) == discriminant(kind));
    let (name, phone, email) = (asks(&FieldKind::Name), asks(&FieldKind::Phone), asks(&FieldKind::Email));
    found.require(name, "form", en("no field asks for the name"), &[]);
    let what = en("no field asks for a phone number or an e-mail address");
    found.require(phone || email, "form", what, &[]);
    for field in form.fields() {
        let FieldKind::Contact { ways } = &field.kind else { continue };
        for way in ways {
            let asked = match way {
                ContactWay::Phone | ContactWay::Text => phone,
                ContactWay::Email => email,
            };
            let what = en("\"{way}\" is offered as a way of contact, and no field asks for it");
            found.require(asked, "form", what, &[&way.as_str()]);
        }
    }
}
