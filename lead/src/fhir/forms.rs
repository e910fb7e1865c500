//! The practice's form and the patient's answers.

use super::Handover;
use super::types::{
    Answer, AnswerOption, Coding, Identifier, Meta, Questionnaire, QuestionnaireItem, QuestionnaireResponse,
    Reference, Resource, ResponseItem,
};
use crate::handover::rfc3339;
use crate::manifest::form::{Choice, Field, FieldKind};

/// Its canonical URL: one for each version of the manifest.
fn url(of: &Handover<'_>) -> String {
    format!("{}/Questionnaire/{}", of.system.trim_end_matches('/'), of.practice)
}

pub(super) fn questionnaire(of: &Handover<'_>, id: Identifier) -> Resource {
    let language = of.language();
    let steps = of.source.form.steps.iter().map(|step| QuestionnaireItem {
        link_id: format!("step-{}", step.id),
        text: step.title.in_language(language).to_owned(),
        kind: "group",
        repeats: None,
        answer_option: Vec::new(),
        item: step.fields.iter().map(|field| question(of, field)).collect(),
    });
    Resource::Questionnaire(Box::new(Questionnaire {
        identifier: vec![id],
        url: url(of),
        version: of.manifest.to_string(),
        title: of.source.name.clone(),
        status: "active",
        subject_type: vec!["Patient"],
        item: steps.collect(),
    }))
}

fn question(of: &Handover<'_>, field: &Field) -> QuestionnaireItem {
    let options: Vec<AnswerOption> =
        choices(of, field).into_iter().map(|value_coding| AnswerOption { value_coding }).collect();
    let kind = match field.kind {
        FieldKind::Needs { .. } | FieldKind::LongText { .. } => "text",
        FieldKind::DateOfBirth => "date",
        _ if options.is_empty() => "string",
        _ => "choice",
    };
    let is_many = matches!(
        field.kind,
        FieldKind::Times { .. } | FieldKind::Appointment { .. } | FieldKind::Choices { .. }
    );
    QuestionnaireItem {
        link_id: field.id.clone(),
        text: field.label.in_language(of.language()).to_owned(),
        kind,
        repeats: is_many.then_some(true),
        answer_option: options,
        item: Vec::new(),
    }
}

pub(super) fn response(
    of: &Handover<'_>,
    id: Identifier,
    patient: &Reference,
    author: &Reference,
) -> Resource {
    let steps = of.source.form.steps.iter().map(|step| ResponseItem {
        link_id: format!("step-{}", step.id),
        text: step.title.in_language(of.language()).to_owned(),
        answer: Vec::new(),
        item: step.fields.iter().filter_map(|field| answered(of, field)).collect(),
    });
    Resource::QuestionnaireResponse(Box::new(QuestionnaireResponse {
        meta: Meta::us_core("us-core-questionnaireresponse"),
        identifier: id,
        questionnaire: format!("{}|{}", url(of), of.manifest),
        status: "completed",
        subject: patient.clone(),
        authored: rfc3339(of.sent()),
        author: author.clone(),
        item: steps.filter(|step| !step.item.is_empty()).collect(),
    }))
}

/// `None`: without an answer. Consent is a resource of its own.
fn answered(of: &Handover<'_>, field: &Field) -> Option<ResponseItem> {
    let values = field.values(&of.answers);
    if values.is_empty() {
        return None;
    }
    let offered = choices(of, field);
    let nothing = Answer { value_string: None, value_date: None, value_coding: None };
    let answer = |value: &str| match offered.iter().find(|choice| choice.code == value) {
        Some(choice) => Answer { value_coding: Some(choice.clone()), ..nothing.clone() },
        None if matches!(field.kind, FieldKind::DateOfBirth) && crate::hours::is_date(value) => {
            Answer { value_date: Some(value.to_owned()), ..nothing.clone() }
        }
        None => Answer { value_string: Some(value.to_owned()), ..nothing.clone() },
    };
    Some(ResponseItem {
        link_id: field.id.clone(),
        text: field.label.in_language(of.language()).to_owned(),
        answer: values.into_iter().map(answer).collect(),
        item: Vec::new(),
    })
}

/// What is offered, as codes of the practice's own.
fn choices(of: &Handover<'_>, field: &Field) -> Vec<Coding> {
    let language = of.language();
    let system = |name: &str| format!("{}/CodeSystem/{name}", of.system.trim_end_matches('/'));
    match &field.kind {
        FieldKind::Service => {
            let services = of.source.services.iter();
            services
                .map(|service| {
                    Coding::new(&system("service"), &service.id, service.label.in_language(language))
                })
                .collect()
        }
        FieldKind::Times { options }
        | FieldKind::OnBehalfOf { options }
        | FieldKind::Appointment { options, .. }
        | FieldKind::Select { options }
        | FieldKind::Choice { options }
        | FieldKind::Choices { options } => {
            let coding = |choice: &Choice| {
                Coding::new(&system(&field.id), &choice.id, choice.label.in_language(language))
            };
            options.iter().map(coding).collect()
        }
        _ => Vec::new(),
    }
}
