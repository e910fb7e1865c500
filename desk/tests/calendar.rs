//! `anteroom desk` making appointments in the calendar of an EHR: Medplum's FHIR router. What staff ask for is there once,
//! what they call off is not, whatever breaks off in between.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::ehr::{HOUR, Other, Practice, at_hour, fhir, schedule};
use lab::stdout;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Child;

/// A practice whose desk reads the calendar of an EHR, with a free slot at each of `times`.
struct Calendar {
    ehr: Other,
    base: String,
    practice: Practice,
    times: Vec<String>,
    slots: Vec<String>,
}

impl Calendar {
    fn new(directory: &Path) -> Self {
        let ehr = Other::fhir(directory, &[]);
        let base = ehr.address.clone();
        let settings = format!("[ehr.to.fhir]\nbase = \"{base}\"\n[calendar]\nnotice_hours = 1\n");
        let practice = Practice::new(2, |_| settings);
        let times: Vec<String> = (0..7).map(|n| at_hour(practice.now + (48 + n) * HOUR)).collect();
        let slots = schedule(&base, true, &times);
        Self { ehr, base, practice, times, slots }
    }
}

fn status(base: &str, slot: &str) -> Value {
    fhir("GET", &format!("{base}/{slot}"), None)["status"].clone()
}

/// A turn in which the EHR keeps the desk waiting over an appointment, and `then` happens.
fn waits_over(practice: &mut Practice, ehr: &Other, mood: &str, then: impl FnOnce(&Practice, &mut Child)) {
    let before = ehr.said("waits");
    ehr.mood(mood);
    practice.now += HOUR;
    let mut desk = practice.desk().spawn().unwrap();
    ehr.until_it_says("waits", before);
    then(practice, &mut desk);
    ehr.mood("ok");
    desk.wait().unwrap();
}

fn dies_when(practice: &mut Practice, ehr: &Other, mood: &str) {
    waits_over(practice, ehr, mood, |_, desk| desk.kill().unwrap());
}

fn meanwhile(practice: &mut Practice, ehr: &Other, then: impl FnOnce(&Practice)) {
    waits_over(practice, ehr, "slow", |practice, _| then(practice));
}

#[test]
fn a_time_of_the_ehrs_calendar_is_one_persons_until_it_is_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let Calendar { ehr, base, mut practice, times, slots } = Calendar::new(directory.path());
    schedule(&base, false, &times[..1]);
    let free = |practice: &Practice| -> Vec<String> {
        let shown =
            stdout(&practice.lab.ok(&["--json", "inbox", "slots", "--credential", &practice.credential]));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        shown["slots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|slot| slot["start"].as_str().unwrap().to_owned())
            .collect()
    };
    practice.turn();
    assert_eq!(free(&practice), times, "three pages of an active schedule, nothing of an inactive one");

    // Of two who ask, the first in the log has it. The calendar is told of an inquiry and of no person.
    practice.ask(0, &times[0]);
    practice.ask(1, &times[0]);
    assert_eq!(practice.turn()["booked"], 1);
    assert!(practice.work(0).contains("appointment on"), "{}", practice.work(0));
    assert!(practice.work(1).contains("the time was taken meanwhile"), "{}", practice.work(1));
    assert_eq!(ehr.held(), (0, vec![("booked".into(), times[0].clone())]));
    let status = |slot: usize| status(&base, &slots[slot]);
    assert_eq!((status(0), free(&practice)), (json!("busy"), times[1..].to_vec()));
    let made = fhir("GET", &format!("{base}/Appointment"), None)["entry"][0]["resource"].clone();
    assert_eq!(made["slot"][0]["reference"], json!(slots[0]));
    assert!(made["participant"][0]["actor"]["reference"].is_null(), "{made}");

    // Somebody else books it at the same moment; then the server breaks off in the middle.
    ehr.mood("taken");
    practice.ask(1, &times[1]);
    assert_eq!(practice.turn()["booked"], 0);
    assert!(practice.work(1).contains("the time was taken meanwhile"), "{}", practice.work(1));
    practice.ask(1, &times[2]);
    for (mood, booked) in [("busy", 0), ("half", 0), ("ok", 1)] {
        ehr.mood(mood);
        assert_eq!(practice.turn()["booked"], booked, "{mood}");
    }
    assert_eq!(
        ehr.held().1,
        [("booked".to_owned(), times[0].clone()), ("booked".to_owned(), times[2].clone())]
    );

    // Moved and called off before anybody was handed over: the calendar follows, and the times are free again.
    practice.ask(1, &times[3]);
    assert_eq!(practice.turn()["booked"], 1);
    assert_eq!((status(2), status(3)), (json!("free"), json!("busy")));
    practice.call_off(1);
    practice.turn();
    assert_eq!(
        ehr.held(),
        (0, vec![("booked".into(), times[0].clone()), ("cancelled".into(), times[3].clone())])
    );
    assert_eq!(status(3), json!("free"));
    practice.turn();
    assert_eq!(free(&practice), times[2..].to_vec());

    // Handed over, the appointment is the one that is there, and names the patient now.
    let first = practice.leads[0].clone();
    practice.inbox(&["verify", &first, "identity"]);
    practice.inbox(&["verify", &first, "contact"]);
    assert_eq!(practice.turn()["handed"], 1, "{:?}", practice.state(0));
    assert_eq!((ehr.held().0, ehr.held().1.len()), (1, 2));
    let id = made["id"].as_str().unwrap();
    let known = fhir("GET", &format!("{base}/Appointment/{id}"), None);
    assert_eq!(known["participant"].as_array().unwrap().len(), 1);
    let (kind, reference) = practice.state(0);
    assert_eq!((kind.as_str(), &known["participant"][0]["actor"]["reference"]), ("done", &json!(reference)));

    // The same times out of the server's SMART Scheduling Links publication.
    let links = practice.settings.replace("desk.toml", "links.toml");
    let publication = base.replace("/fhir", "/$bulk-publish");
    let settings = fs::read_to_string(&practice.settings).unwrap() + &format!("links = \"{publication}\"\n");
    fs::write(&links, settings).unwrap();
    let checked = stdout(&practice.lab.ok(&["--json", "ehr", "check", "--settings", &links]));
    let checked: Value = serde_json::from_str(&checked).unwrap();
    assert_eq!(checked["free"].as_u64(), Some(times[2..].len() as u64));
    practice.settings = links;
    practice.ask(1, &times[4]);
    assert_eq!(practice.turn()["booked"], 1);
    assert_eq!(ehr.held().1[1], ("booked".to_owned(), times[4].clone()));
    assert_eq!(status(4), json!("busy"));
}

#[test]
fn what_is_called_off_before_the_desk_could_say_that_it_is_made_is_not_in_the_calendar() {
    let directory = tempfile::tempdir().unwrap();
    let Calendar { ehr, base, mut practice, times, slots } = Calendar::new(directory.path());
    let status = |slot: usize| status(&base, &slots[slot]);
    practice.turn();

    // The desk dies when the EHR has the appointment, and the log does not know it.
    practice.ask(0, &times[0]);
    dies_when(&mut practice, &ehr, "slow");
    assert_eq!(status(0), json!("busy"));
    practice.call_off(0);
    practice.turn();
    assert_eq!(ehr.held(), (0, vec![("cancelled".into(), times[0].clone())]));
    assert_eq!(status(0), json!("free"));
    let asked = ehr.rows().len();
    practice.turn();
    assert!(!ehr.rows()[asked..].iter().any(|row| row["url"].to_string().contains("Appointment")));

    // It dies when it has the slot, and no appointment.
    practice.ask(1, &times[1]);
    dies_when(&mut practice, &ehr, "stuck");
    assert_eq!((status(1), ehr.held().1.len()), (json!("busy"), 1));
    practice.call_off(1);
    practice.turn();
    assert_eq!((status(1), ehr.held().1.len()), (json!("free"), 1));

    // Another time is asked for in its place, and is taken: what was written of the first does not stay.
    practice.ask(1, &times[2]);
    dies_when(&mut practice, &ehr, "slow");
    practice.ask(0, &times[3]);
    assert_eq!(practice.turn()["booked"], 2);
    practice.ask(1, &times[4]);
    dies_when(&mut practice, &ehr, "slow");
    practice.ask(1, &times[3]);
    assert_eq!(practice.turn()["booked"], 0);
    practice.turn();
    let booked = |slot: usize| ("booked".to_owned(), times[slot].clone());
    assert_eq!(ehr.held().1, [booked(3), booked(2)], "the old one stands");
    assert_eq!([2, 3, 4].map(status), [json!("busy"), json!("busy"), json!("free")]);
}

#[test]
fn what_is_said_while_the_desk_makes_an_appointment_counts() {
    let directory = tempfile::tempdir().unwrap();
    let Calendar { ehr, base, mut practice, times, slots } = Calendar::new(directory.path());
    let status = |slot: usize| status(&base, &slots[slot]);
    practice.turn();

    // Called off: the answer comes after it.
    practice.ask(0, &times[0]);
    meanwhile(&mut practice, &ehr, |practice| practice.call_off(0));
    practice.turn();
    assert_eq!(ehr.held(), (0, vec![("cancelled".into(), times[0].clone())]));
    assert_eq!(status(0), json!("free"));

    // Another time.
    practice.ask(1, &times[1]);
    meanwhile(&mut practice, &ehr, |practice| practice.ask(1, &times[2]));
    practice.turn();
    assert_eq!(ehr.held().1[1], ("booked".into(), times[2].clone()));
    assert_eq!([1, 2].map(status), [json!("free"), json!("busy")]);

    // An EHR that lets nothing be cancelled: a person has to look.
    practice.ask(0, &times[3]);
    dies_when(&mut practice, &ehr, "slow");
    practice.call_off(0);
    ehr.mood("fixed");
    assert!(practice.turn()["troubles"][0].as_str().unwrap().contains("a person has to look"));
    assert!(practice.work(0).contains("look there"), "{}", practice.work(0));
    let asked = ehr.rows().len();
    practice.turn();
    assert!(!ehr.rows()[asked..].iter().any(|row| row["url"].to_string().contains("Appointment")));
}

#[test]
fn a_time_of_the_practices_own_week_is_written_into_the_ehr_when_it_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::fhir(directory.path(), &[]);
    let week =
        r#"[{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "00:00", to = "24:00" }]"#;
    let mut practice = Practice::new(3, |_| {
        let base = &ehr.address;
        format!("[ehr.to.fhir]\nbase = \"{base}\"\n[slots]\nopen = {week}\nminutes = 30\nnotice_hours = 1\n")
    });
    practice.turn();
    let times: Vec<String> = (0..4).map(|n| at_hour(practice.now + (48 + n) * HOUR)).collect();

    // Nobody has checked who it is; the EHR has the time all the same, once, whatever happens in between.
    practice.ask(0, &times[0]);
    for (mood, booked) in [("busy", 0), ("half", 0), ("ok", 1)] {
        ehr.mood(mood);
        assert_eq!(practice.turn()["booked"], booked, "{mood}");
    }
    assert_eq!(ehr.held(), (0, vec![("booked".into(), times[0].clone())]));
    practice.ask(1, &times[1]);
    dies_when(&mut practice, &ehr, "slow");
    assert_eq!(practice.turn()["booked"], 1);
    assert_eq!(ehr.held().1.len(), 2);

    // The EHR has somebody else at that time, of whom the desk knows nothing.
    practice.call_off(1);
    practice.turn();
    practice.ask(2, &times[2]);
    ehr.mood("conflict");
    assert_eq!(practice.turn()["booked"], 0);
    assert!(practice.work(2).contains("the time was taken meanwhile"), "{}", practice.work(2));
    ehr.mood("ok");
    practice.turn();
    let cancelled = ("cancelled".to_owned(), times[1].clone());
    assert_eq!(ehr.held(), (0, vec![("booked".into(), times[0].clone()), cancelled]));

    // Moved, handed over, called off: one appointment, which has the patient then.
    practice.ask(0, &times[3]);
    practice.turn();
    let first = practice.leads[0].clone();
    practice.inbox(&["verify", &first, "identity"]);
    practice.inbox(&["verify", &first, "contact"]);
    assert_eq!(practice.turn()["handed"], 1, "{:?}", practice.state(0));
    practice.turn();
    let (patients, appointments) = ehr.held();
    assert_eq!((patients, appointments.len()), (1, 2));
    assert_eq!(appointments[0], ("booked".into(), times[3].clone()));
    let kept = fhir("GET", &format!("{}/Appointment", ehr.address), None)["entry"][0]["resource"].clone();
    assert_eq!(kept["participant"][0]["actor"]["reference"], json!(practice.state(0).1));
    practice.call_off(0);
    practice.turn();
    assert_eq!(ehr.held().1[0].0, "cancelled");
}
