use super::*;
use crate::sequence::{Basis, Class, Condition, Quiet, Step};

fn manifest() -> ManifestSource {
    let text = include_str!("../../../../examples/manifests/lakeside-ortho.toml");
    toml::from_str(text).unwrap()
}

fn sender() -> Sender {
    Sender {
        name: "Lakeside care team".into(),
        address: "hello@lakeside.example".into(),
        reply_to: None,
        postal_address: "100 Example Street, Springfield, IL 62701".into(),
        website: "https://www.lakeside.example".into(),
    }
}

fn both(en: &str, es: &str) -> Text {
    Text::from([("en", en), ("es", es)])
}

fn sequence() -> Sequence {
    let email = Email {
        subject: both("We received your request", "Recibimos su solicitud"),
        preview: both("What happens next", "Qué sigue ahora"),
        body: both(
            "{{ greeting }}\n\nplease see https://www.lakeside.example/hours",
            "{{ greeting }}\n\nvea https://www.lakeside.example/hours",
        ),
        calendar: false,
    };
    Sequence {
        id: "gentle-follow-up".into(),
        version: 1,
        name: "Gentle".into(),
        starts: Starts::Inquiry,
        class: Class::OwnService,
        basis: Basis::Request,
        quiet: Quiet::default(),
        give_up_after_hours: 48,
        steps: vec![Step {
            id: "hello".into(),
            when: Timing::Minutes(0),
            conditions: vec![Condition::NotReached],
            action: StepAction::Email(email),
        }],
    }
}

fn change(change: impl Fn(&mut Email)) -> Vec<String> {
    let mut changed = sequence();
    let StepAction::Email(email) = &mut changed.steps[0].action else { unreachable!() };
    change(email);
    changed.faults(&manifest(), Some(&sender())).iter().map(ToString::to_string).collect()
}

#[test]
fn a_neutral_message_passes() {
    assert_eq!(change(|_| {}), [""; 0]);
    assert_eq!(sender().faults(&manifest()), []);
}

#[test]
fn health_and_services_are_refused_wherever_others_read() {
    for (place, faults) in [
        ("subject", change(|email| email.subject = both("Your knee", "Recibimos su solicitud"))),
        ("subject", change(|email| email.subject = both("Hello", "Segunda opinión: fisioterapia"))),
        ("preview", change(|email| email.preview = both("About your shoulder", "x"))),
        ("body", change(|email| email.body = both("Ice helps with pain.", "x"))),
        ("body", change(|email| email.body = both("https://www.lakeside.example/knee", "x"))),
    ] {
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("steps[0].do.email.{place}")), "{faults:?}");
        assert!(faults[0].contains("tells what it is about"), "{faults:?}");
    }
    let telling = Sender { name: "Lakeside Orthopedics".into(), ..sender() };
    assert!(telling.faults(&manifest())[0].message.contains("the sender tells"));
    let telling = Sender { address: "knee-clinic@lakeside.example".into(), ..sender() };
    assert!(telling.faults(&manifest())[0].message.contains("the sender's address tells"));
}

#[test]
fn what_the_law_asks_for_has_to_be_there() {
    let nowhere = Sender { postal_address: String::new(), ..sender() };
    assert_eq!(nowhere.faults(&manifest())[0].path, "sender.postal_address");
    for address in ["", "lakeside.example", "a b@lakeside.example", "x@localhost", "<x@lakeside.example>"] {
        let wrong = Sender { address: address.into(), ..sender() };
        assert!(!wrong.faults(&manifest()).is_empty(), "{address}");
    }
}

#[test]
fn what_could_tell_people_apart_or_lead_astray_is_refused() {
    for (wrong, what) in [
        ("{{ needs }}", "no such variable: needs"),
        ("{{ greeting | upper }}", "no such variable: greeting | upper"),
        ("{% include 'x' %}", "no such variable: include"),
        ("http://lakeside.example", "own website"),
        ("https://www.lakeside.example.evil.test/", "own website"),
        ("https://www.lakeside.example/a?id=7", "tell people apart"),
    ] {
        let faults = change(|email| email.body = both(wrong, "x"));
        assert!(faults.len() == 1 && faults[0].contains(what), "{wrong}: {faults:?}");
    }
    let mut away = sequence();
    let StepAction::Email(email) = &mut away.steps[0].action else { unreachable!() };
    email.body = both("https://elsewhere.example/a", "x");
    assert_eq!(away.faults(&manifest(), None), [], "whose website it is, is not known here");
    let faults = change(|email| email.subject = both("Dear {{ greeting }}", "x"));
    assert!(faults.len() == 1 && faults[0].contains("names nothing but"), "{faults:?}");
    let faults = change(|email| email.body = Text::from([("en", "Hello")]));
    assert!(faults.len() == 1 && faults[0].contains("practice speaks: es"), "{faults:?}");
}

#[test]
fn the_frame_is_checked_too() {
    let check = |change: &dyn Fn(&mut Sequence)| {
        let mut changed = sequence();
        change(&mut changed);
        changed
            .faults(&manifest(), Some(&sender()))
            .iter()
            .map(|fault| fault.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(check(&|s| s.id = "No".into()), ["id"]);
    assert_eq!(check(&|s| s.steps.push(s.steps[0].clone())), ["steps[1].id"]);
    assert_eq!(check(&|s| s.steps.clear()), ["steps"]);
    assert_eq!(check(&|s| s.quiet.from = "24".into()), ["quiet"]);
    assert_eq!(check(&|s| s.quiet = Quiet { from: "09:00".into(), to: "10:00".into() }), ["quiet"]);
    assert_eq!(check(&|s| s.give_up_after_hours = 0), ["give_up_after_hours"]);
    assert_eq!(check(&|s| s.steps[0].when = Timing::HoursBeforeAppointment(24)), ["steps[0].when"]);
}
