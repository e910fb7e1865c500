//! The example manifest is one that a practice could publish.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use lead::inquiry::{Answers, AppointmentWish, ConsentGiven, Contact, ContactWay, Insurance};
use lead::manifest::Refused;
use lead::scoring::Model;
use lead::signals::Signals;
use lead::{Manifest, ManifestSource};
use wire::PracticeId;
use wire::practice::{JwkSet, ManifestHead};

const EXAMPLE: &str = include_str!("../../examples/manifests/lakeside-ortho.toml");

fn source() -> ManifestSource {
    toml::from_str(EXAMPLE).unwrap()
}

fn practice() -> PracticeId {
    "lakeside-ortho".parse().unwrap()
}

fn manifest() -> Manifest {
    let key = r#"{"kty":"RSA","n":"AQ","e":"AQAB"}"#;
    Manifest {
        practice: practice(),
        version: 3,
        iat: 1_000,
        exp: 2_000,
        inbox: JwkSet { keys: vec![serde_json::from_str(key).unwrap()] },
        source: source(),
    }
}

#[test]
fn every_label_is_in_every_language() {
    let source = source();
    let mut texts: Vec<_> = source.form.fields().map(|field| &field.label).collect();
    texts.extend(source.services.iter().map(|service| &service.label));
    texts.extend([&source.consent.text, &source.emergency_note]);
    for text in texts {
        assert!(source.languages.iter().all(|language| text.has(language)), "{text:?}");
    }
}

#[test]
fn it_carries_the_default_model() {
    assert_eq!(source().scoring, Model::seed());
}

#[test]
fn a_relay_reads_the_head_of_the_same_claims() {
    let head: ManifestHead = serde_json::from_slice(&manifest().to_claims()).unwrap();
    assert_eq!((head.practice, head.version), (practice(), 3));
}

#[test]
fn accepted_only_when_ours_current_and_not_rolled_back() {
    let claims = manifest().to_claims();
    let accept = |now, seen| Manifest::accept(&claims, &practice(), now, seen);
    assert_eq!(accept(1_500, Some(3)), Ok(manifest()));
    assert_eq!(accept(2_000, None), Err(Refused::Expired));
    assert_eq!(accept(1_000 - 31, None), Err(Refused::NotYetValid));
    assert!(accept(1_000 - 30, None).is_ok(), "the clock skew that the relay forgives too");
    assert_eq!(accept(1_500, Some(4)), Err(Refused::RolledBack));
    let other = "other-practice".parse().unwrap();
    assert_eq!(Manifest::accept(&claims, &other, 1_500, None), Err(Refused::Foreign));

    let mut keyless = manifest();
    keyless.inbox.keys.clear();
    let text = String::from_utf8(claims.clone()).unwrap();
    let unknown = text.replacen("\"version\"", "\"surprise\":1,\"version\"", 1);
    let twice = text.replacen("\"version\":3", "\"version\":3,\"version\":4", 1);
    for wrong in [keyless.to_claims(), unknown.into_bytes(), twice.into_bytes(), b"{}".to_vec()] {
        assert_eq!(Manifest::accept(&wrong, &practice(), 1_500, None), Err(Refused::Malformed));
    }
}

fn answers() -> Answers {
    Answers {
        contact: Contact {
            name: "Example Person".into(),
            phone: Some("+1 555 0123".into()),
            prefer: Some(ContactWay::Phone),
            ..Contact::default()
        },
        service: Some("knee-replacement".into()),
        consent: Some(ConsentGiven { version: 1 }),
        ..Answers::default()
    }
}

#[test]
fn required_fields_count_only_when_they_are_asked() {
    let form = source().form;
    assert!(form.is_complete(&answers()));
    let mut by_mail = answers();
    by_mail.contact.prefer = Some(ContactWay::Email);
    assert!(!form.is_complete(&by_mail), "an address is asked for and missing");
    by_mail.contact.phone = None;
    by_mail.contact.email = Some("example@example.com".into());
    assert!(form.is_complete(&by_mail), "the phone number is not asked for");
}

#[test]
fn the_seed_example_scores_as_the_practice_expects() {
    let source = source();
    let mut answers = answers();
    let points = |answers: &Answers, visits: &str| {
        let signals = Signals::from_loader(visits, 10_000_000);
        let found = lead::assess::assess_parts(&source, &source.scoring, answers, &signals, 10_000_000);
        let sum: i32 = found.score.lines.iter().map(|line| line.points).sum();
        assert_eq!(sum, found.score.points);
        (found.score.points, found.score.tier)
    };
    assert_eq!(points(&answers, "[]"), (25, "nurture".into()));
    // One page, seen twice within half an hour, is one event.
    let guide = r#"[{"path":"/guides/knee","ms":5000000},{"path":"/guides/knee","ms":5600000}]"#;
    assert_eq!(points(&answers, guide), (30, "care-ready".into()));
    answers.appointment = Some(AppointmentWish::default());
    answers.insurance = Some(Insurance::Plan { carrier: "Medicare".into(), plan: None, member_id: None });
    assert_eq!(points(&answers, "[]"), (60, "care-ready".into()));
}
