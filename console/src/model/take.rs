//! An inquiry that did not come through the form: asked and written down by staff with the practice's own form,
//! triaged and scored like any other, signed by who wrote it.

use super::plain::plain_line;
use crate::words::{t, tag};
use lead::inquiry::{
    Answer, Answers, AppointmentWish, ConsentGiven, ContactWay, LINE_BYTES, NEEDS_BYTES, OnBehalfOf,
    Referral, TEXT_BYTES, Voicemail,
};
use lead::manifest::{Choice, Field, FieldKind, ManifestSource};
use lead::signals::Signals;
use lead::thread::{AnswerField, Channel, Event};
use lead::{Assessment, Inquiry};

/// How a field is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ask {
    /// A line, with the browser's own type for it and the most characters.
    Line(&'static str, usize),
    /// Several lines.
    Area(usize),
    /// One of these: id and label.
    Pick(Vec<(String, String)>),
    /// Any number of these.
    Many(Vec<(String, String)>),
    /// Insurance company and member ID.
    Plan,
    /// Yes or nothing.
    Yes,
}

/// How to ask for `field`, in the practice's English.
pub(crate) fn ask(source: &ManifestSource, field: &Field) -> Ask {
    let fixed = |options: &[(&str, &str)]| {
        Ask::Pick(options.iter().map(|(id, label)| ((*id).to_owned(), (*label).to_owned())).collect())
    };
    match &field.kind {
        FieldKind::Name | FieldKind::Zip | FieldKind::Referral => Ask::Line("text", LINE_BYTES / 4),
        FieldKind::Email => Ask::Line("email", LINE_BYTES / 4),
        FieldKind::Phone => Ask::Line("tel", 40),
        FieldKind::DateOfBirth => Ask::Line("date", 10),
        FieldKind::Text { max_chars } => Ask::Line("text", (*max_chars as usize).min(TEXT_BYTES / 4)),
        FieldKind::LongText { max_chars } => Ask::Area((*max_chars as usize).min(TEXT_BYTES / 4)),
        FieldKind::Needs { .. } => Ask::Area(NEEDS_BYTES / 4),
        FieldKind::Service => {
            let name = |label: &lead::Text| label.in_language(tag()).to_owned();
            Ask::Pick(source.services.iter().map(|s| (s.id.clone(), name(&s.label))).collect())
        }
        FieldKind::Contact { ways } => {
            let word = |way: &ContactWay| {
                t(match way {
                    ContactWay::Phone => "A call",
                    ContactWay::Text => "A text message",
                    ContactWay::Email => "E-mail",
                })
            };
            Ask::Pick(ways.iter().map(|way| (way.as_str().to_owned(), word(way).to_owned())).collect())
        }
        FieldKind::Voicemail => fixed(&[("welcome", t("Yes")), ("never", t("Never"))]),
        FieldKind::OnBehalfOf { options } | FieldKind::Select { options } | FieldKind::Choice { options } => {
            Ask::Pick(choices(options))
        }
        FieldKind::Times { options }
        | FieldKind::Appointment { options }
        | FieldKind::Choices { options } => Ask::Many(choices(options)),
        FieldKind::Guides { options } => {
            let name = |label: &lead::Text| label.in_language(tag()).to_owned();
            Ask::Many(options.iter().map(|guide| (guide.id.clone(), name(&guide.label))).collect())
        }
        FieldKind::Insurance { .. } => Ask::Plan,
        FieldKind::Consent | FieldKind::FollowUp => Ask::Yes,
    }
}

fn choices(options: &[Choice]) -> Vec<(String, String)> {
    options.iter().map(|option| (option.id.clone(), option.label.in_language(tag()).to_owned())).collect()
}

/// The version of the text that is agreed to by `field`, for those that ask for consent.
pub(crate) fn version(source: &ManifestSource, field: &Field) -> u32 {
    match (&field.kind, &source.follow_up) {
        (FieldKind::FollowUp, Some(consent)) => consent.version,
        _ => source.consent.version,
    }
}

/// Writes what was said into `answers`; empty takes it away. For insurance, `text` is the company; for consent,
/// anything means yes, to the text of this `version`.
pub(crate) fn put(field: &Field, answers: &mut Answers, text: &str, version: u32) {
    let text = text.trim();
    let some = (!text.is_empty()).then(|| text.to_owned());
    match &field.kind {
        FieldKind::Name => AnswerField::Name.set(answers, text),
        FieldKind::Email => AnswerField::Email.set(answers, text),
        FieldKind::Phone => AnswerField::Phone.set(answers, text),
        FieldKind::Zip => AnswerField::Zip.set(answers, text),
        FieldKind::DateOfBirth => AnswerField::DateOfBirth.set(answers, text),
        FieldKind::Service => AnswerField::Service.set(answers, text),
        FieldKind::Insurance { .. } => AnswerField::Carrier.set(answers, text),
        FieldKind::Needs { .. } => answers.needs = some.unwrap_or_default(),
        FieldKind::Referral => {
            answers.referral = some.map(|physician| Referral { physician, practice: None })
        }
        FieldKind::OnBehalfOf { .. } => {
            answers.on_behalf_of = some.map(|relationship| OnBehalfOf { relationship, patient: None });
        }
        FieldKind::Contact { ways } => {
            answers.contact.prefer = ways.iter().copied().find(|way| way.as_str() == text);
        }
        FieldKind::Voicemail => {
            let both = [Voicemail::Welcome, Voicemail::Never];
            answers.contact.voicemail = both.into_iter().find(|one| one.as_str() == text);
        }
        FieldKind::Consent => answers.consent = some.map(|_| ConsentGiven { version }),
        FieldKind::FollowUp => answers.follow_up = some.map(|_| ConsentGiven { version }),
        FieldKind::Text { .. } | FieldKind::LongText { .. } => free(field, answers, some.map(Answer::Text)),
        FieldKind::Select { .. } | FieldKind::Choice { .. } => {
            free(field, answers, some.map(|id| Answer::Chosen(vec![id])));
        }
        FieldKind::Times { .. }
        | FieldKind::Appointment { .. }
        | FieldKind::Guides { .. }
        | FieldKind::Choices { .. } => {}
    }
}

/// What [`put`] wrote; empty: nothing.
pub(crate) fn said(field: &Field, answers: &Answers) -> String {
    let text = match &field.kind {
        FieldKind::Insurance { .. } => AnswerField::Carrier.of(answers),
        FieldKind::Referral => {
            answers.referral.as_ref().map(|referral| referral.physician.as_str()).unwrap_or_default()
        }
        _ => field.values(answers).first().copied().unwrap_or_default(),
    };
    text.to_owned()
}

/// Chooses, or no longer chooses, one of several.
pub(crate) fn choose(field: &Field, answers: &mut Answers, id: &str, chosen: bool) {
    let mut ids: Vec<String> = field.values(answers).into_iter().map(str::to_owned).collect();
    ids.retain(|one| one != id && one != "any");
    if chosen {
        ids.push(id.to_owned());
    }
    match &field.kind {
        FieldKind::Times { .. } => answers.contact.times = ids,
        FieldKind::Guides { .. } => answers.guides = ids,
        FieldKind::Appointment { .. } => {
            answers.appointment = (!ids.is_empty()).then_some(AppointmentWish { windows: ids });
        }
        FieldKind::Choices { .. } => {
            free(field, answers, (!ids.is_empty()).then_some(Answer::Chosen(ids)));
        }
        _ => {}
    }
}

fn free(field: &Field, answers: &mut Answers, answer: Option<Answer>) {
    match answer {
        Some(answer) => answers.other.insert(field.id.clone(), answer),
        None => answers.other.remove(&field.id),
    };
}

/// What the answers come to, as they are typed.
pub(crate) fn assess(
    source: &ManifestSource,
    manifest: u64,
    answers: &Answers,
    now: u64,
) -> (Inquiry, Assessment) {
    let preliminary =
        lead::assess::assess_parts(source, &source.scoring, answers, &Signals::default(), now).score;
    let mut inquiry = Inquiry {
        v: 1,
        lang: "en".into(),
        manifest,
        submitted_ms: now,
        answers: answers.clone(),
        signals: Signals::default(),
        preliminary,
    };
    let assessment = lead::assess(source, &source.scoring, &inquiry);
    // There is one score only: who writes it down has the full model at hand.
    inquiry.preliminary = assessment.score.clone();
    (inquiry, assessment)
}

/// The event to write.
///
/// # Errors
/// What is missing, in words.
pub(crate) fn take(
    source: &ManifestSource,
    manifest: u64,
    channel: Channel,
    answers: &Answers,
    now: u64,
) -> Result<Event, &'static str> {
    if plain_line(&answers.contact.name).is_empty() {
        return Err(t("Write down a name, or what stands for it."));
    }
    if answers.contact.phone.is_none() && answers.contact.email.is_none() {
        return Err(t("Write down a number or an address: somebody has to reach them."));
    }
    let (inquiry, _) = assess(source, manifest, answers, now);
    if inquiry.to_json().is_err() {
        return Err(t("An answer is too long."));
    }
    Ok(Event::InquiryTaken { channel, inquiry: Box::new(inquiry) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;

    const NOW: u64 = 1_772_654_700_000;

    #[test]
    fn every_field_of_the_form_can_be_asked_and_reads_back() {
        let source = samples::source();
        let mut answers = Answers::default();
        for field in source.form.fields() {
            match ask(&source, field) {
                Ask::Line(..) | Ask::Area(_) | Ask::Plan | Ask::Yes => put(field, &mut answers, " x ", 1),
                Ask::Pick(options) => put(field, &mut answers, &options[0].0, 1),
                Ask::Many(options) => {
                    choose(field, &mut answers, "other", true);
                    choose(field, &mut answers, &options[0].0, true);
                    choose(field, &mut answers, "other", false);
                }
            }
            assert_eq!(field.values(&answers).len(), 1, "{}", field.id);
            let mut again = answers.clone();
            put(field, &mut again, &said(field, &answers), 1);
            assert!(again == answers, "{}", field.id);
            let mut empty = answers.clone();
            put(field, &mut empty, "", 1);
            for value in field.values(&answers) {
                choose(field, &mut empty, value, false);
            }
            assert!(field.values(&empty).is_empty(), "{}", field.id);
        }
        assert!(source.form.is_complete(&answers));
    }

    #[test]
    fn a_call_is_triaged_and_scored_like_the_form() {
        let source = samples::source();
        let mut answers = Answers::default();
        assert!(take(&source, 3, Channel::Phone, &answers, NOW).is_err(), "nobody can be called back");
        answers.contact.name = "Avery Sample".into();
        answers.contact.phone = Some("555-0100".into());
        answers.needs = "I have chest pain and can't breathe".into();
        let Ok(Event::InquiryTaken { inquiry, .. }) = take(&source, 3, Channel::Phone, &answers, NOW) else {
            panic!("not taken");
        };
        let (_, assessment) = assess(&source, 3, &answers, NOW);
        assert_eq!(assessment.triage.lane, lead::triage::Lane::Emergency);
        assert!(inquiry.preliminary == assessment.score);
        answers.contact.name = "x".repeat(500);
        assert!(take(&source, 3, Channel::Phone, &answers, NOW).is_err());
    }
}
