//! The rest of what was answered, as labels and values in the practice's own words.

use super::plain::{plain, plain_line};
use super::score;
use crate::words::{fill, t, tag};
use lead::inquiry::{Answer, Answers, Insurance};
use lead::manifest::{Choice, Field, FieldKind, ManifestSource};

/// Answers other than name, needs, phone, e-mail and consent, in the form's order; then those whose field the
/// form has no more.
pub(crate) fn facts(source: &ManifestSource, answers: &Answers) -> Vec<(String, String)> {
    let mut facts: Vec<(String, String)> = source
        .form
        .fields()
        .filter_map(|field| {
            let value = value(source, field, answers)?;
            Some((field.label.in_language(tag()).to_owned(), value))
        })
        .collect();
    for (id, answer) in &answers.other {
        if source.form.field(id).is_none() {
            facts.push((plain_line(id), free(answer, &[])));
        }
    }
    facts
}

fn value(source: &ManifestSource, field: &Field, answers: &Answers) -> Option<String> {
    match &field.kind {
        FieldKind::Service => answers.service.as_ref().map(|id| score::service(source, id)),
        FieldKind::Zip => answers.zip.as_deref().map(plain_line),
        FieldKind::DateOfBirth => answers.date_of_birth.as_deref().map(plain_line),
        FieldKind::Insurance { .. } => answers.insurance.as_ref().map(insurance),
        FieldKind::Referral => answers.referral.as_ref().map(|referral| match &referral.practice {
            Some(practice) => format!("{}, {}", plain_line(&referral.physician), plain_line(practice)),
            None => plain_line(&referral.physician),
        }),
        FieldKind::OnBehalfOf { options } => answers.on_behalf_of.as_ref().map(|of| {
            let relationship = label(options, &of.relationship);
            of.patient
                .as_ref()
                .map_or(relationship.clone(), |patient| format!("{relationship}: {}", plain_line(patient)))
        }),
        FieldKind::Appointment { options } => answers.appointment.as_ref().map(|wish| {
            if wish.windows.is_empty() { t("Any time").into() } else { labels(options, &wish.windows) }
        }),
        FieldKind::FollowUp => {
            answers.follow_up.map(|given| fill("Yes, to version {version}", &[&given.version]))
        }
        FieldKind::Guides { options } => (!answers.guides.is_empty()).then(|| {
            let label = |id: &String| {
                let guide = options.iter().find(|guide| guide.id == *id);
                guide.map_or_else(|| plain_line(id), |guide| guide.label.in_language(tag()).to_owned())
            };
            answers.guides.iter().map(label).collect::<Vec<_>>().join(", ")
        }),
        FieldKind::Text { .. } | FieldKind::LongText { .. } => {
            answers.other.get(&field.id).map(|answer| free(answer, &[]))
        }
        FieldKind::Select { options } | FieldKind::Choice { options } | FieldKind::Choices { options } => {
            answers.other.get(&field.id).map(|answer| free(answer, options))
        }
        // Shown with the contact, as the text, or with the consent.
        FieldKind::Name
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Needs { .. }
        | FieldKind::Contact { .. }
        | FieldKind::Times { .. }
        | FieldKind::Voicemail
        | FieldKind::Consent => None,
    }
}

fn insurance(insurance: &Insurance) -> String {
    match insurance {
        Insurance::Unknown => t("Does not know").into(),
        Insurance::SelfPay => t("Pays without insurance").into(),
        Insurance::Plan { carrier, plan, member_id } => {
            let id = member_id.as_ref().map(|id| fill("member {id}", &[&plain_line(id)]));
            let parts = [Some(plain_line(carrier)), plan.as_deref().map(plain_line), id];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
    }
}

fn free(answer: &Answer, options: &[Choice]) -> String {
    match answer {
        Answer::Text(text) => plain(text),
        Answer::Chosen(ids) => labels(options, ids),
    }
}

pub(crate) fn labels(options: &[Choice], ids: &[String]) -> String {
    ids.iter().map(|id| label(options, id)).collect::<Vec<_>>().join(", ")
}

fn label(options: &[Choice], id: &str) -> String {
    let option = options.iter().find(|option| option.id == id);
    option.map_or_else(|| plain_line(id), |option| option.label.in_language(tag()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;
    use lead::inquiry::AppointmentWish;

    #[test]
    fn answers_are_told_in_the_practices_words_and_none_is_lost() {
        let answers = Answers {
            service: Some("knee-replacement".into()),
            appointment: Some(AppointmentWish { windows: vec!["this-week".into(), "gone".into()] }),
            insurance: Some(Insurance::Plan {
                carrier: "Example Health".into(),
                plan: None,
                member_id: Some("X\u{202E}1".into()),
            }),
            other: [("old-field".to_owned(), Answer::Text("still here".into()))].into_iter().collect(),
            ..Answers::default()
        };
        let facts = facts(&samples::source(), &answers);
        let values: Vec<&str> = facts.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(
            values,
            ["Knee replacement", "This week, gone", "Example Health · member X\u{FFFD}1", "still here"]
        );
    }
}
