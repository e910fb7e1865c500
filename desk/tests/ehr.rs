//! `anteroom desk` handing leads over to real EHRs: Medplum's FHIR router behind a SMART token endpoint, hl7apy's MLLP
//! server, a folder. Nobody is handed over unchecked, nobody twice, and what went wrong is said.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::ehr::{MINUTE, Other, Practice};
use lab::{PASSPHRASE, root, stdout};
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_fhir_server_that_refuses_breaks_off_and_forgets_has_each_patient_once() {
    let directory = tempfile::tempdir().unwrap();
    let vectors = root().join("desk/src/ehr/vectors");
    let public = vectors.join("p384.public.json");
    let ehr = Other::fhir(directory.path(), &[public.to_str().unwrap(), "anteroom-desk"]);
    let mut practice = Practice::new(3, |_| {
        let key = vectors.join("p384.pem");
        format!(
            "[ehr.to.fhir]\nbase = \"{}\"\n[ehr.to.fhir.sign_in.smart]\nclient_id = \"anteroom-desk\"\nkey_file = \"{}\"\n",
            ehr.address,
            key.display()
        )
    });
    let checked = stdout(&practice.lab.ok(&["--json", "ehr", "check", "--settings", &practice.settings]));
    let checked: Value = serde_json::from_str(&checked).unwrap();
    assert!(checked["takes"].as_array().unwrap().len() == 10 && checked["software"] == "Medplum router");

    // Booked is not enough: a person has to have checked who it is.
    let first = practice.leads[0].clone();
    practice.inbox(&["book", &first, "2027-12-01T14:30:00-06:00"]);
    practice.inbox(&["verify", &first, "identity"]);
    assert_eq!(practice.turn()["handed"], 0);
    assert_eq!(practice.state(0), ("waits".into(), "waits until somebody has checked: contact".into()));

    // It stores everything and is gone before it answers; busy; then well. One patient all the same.
    practice.inbox(&["verify", &first, "contact"]);
    for (mood, handed) in [("half", 0), ("busy", 0), ("ok", 1)] {
        ehr.mood(mood);
        assert_eq!(practice.turn()["handed"], handed, "{mood}: {:?}", practice.state(0));
    }
    let start = || "2027-12-01T20:30:00Z".to_owned();
    assert_eq!(ehr.held(), (1, vec![("booked".into(), start())]));
    practice.turn();
    assert_eq!(practice.state(0).0, "done");
    let reference = practice.state(0).1;
    assert!(reference.starts_with("Patient/"), "{reference}");

    // Moved and called off, it is the same appointment.
    practice.inbox(&["book", &first, "2027-12-02T09:00:00-06:00"]);
    assert_eq!(practice.state(0).0, "behind");
    practice.turn();
    assert_eq!(ehr.held(), (1, vec![("booked".into(), "2027-12-02T15:00:00Z".into())]));
    practice.inbox(&["cancel", &first, "--by", "patient"]);
    practice.turn();
    assert_eq!(ehr.held().1, [("cancelled".to_owned(), "2027-12-02T15:00:00Z".to_owned())]);
    assert_eq!(practice.state(0).0, "done");

    // What it refuses, or stores otherwise, waits for a person, with the reason.
    practice.ready(1);
    ehr.mood("refuse");
    assert_eq!(practice.turn()["failed"], 1);
    assert_eq!(practice.state(1).0, "dead-letter");
    assert!(practice.state(1).1.contains("422: this practice is closed"), "{}", practice.state(1).1);
    let doctor = ["doctor", "--settings", &practice.settings, "--credential", &practice.credential];
    let (said, _) = practice.lab.fails(1, &doctor);
    for part in ["1 lead(s) wait on the way into the EHR", &format!("the EHR at {} answers", ehr.address)] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    ehr.mood("ok");
    assert_eq!(practice.turn()["handed"], 0, "nobody has looked yet");
    let second = practice.leads[1].clone();
    practice.lab.ok(&["ehr", "retry", &second, "--credential", &practice.credential]);
    assert_eq!(practice.turn()["handed"], 1);
    assert_eq!(ehr.held().0, 2);
}
#[test]
fn a_desk_that_is_killed_over_a_hand_off_hands_over_once() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::fhir(directory.path(), &[]);
    let mut practice = Practice::new(1, |_| format!("[ehr.to.fhir]\nbase = \"{}\"\n", ehr.address));
    practice.ready(0);
    ehr.mood("slow");
    practice.now += MINUTE;
    let mut desk = practice.desk().spawn().unwrap();
    ehr.until_it_says("waits", 0);
    desk.kill().unwrap();
    desk.wait().unwrap();
    assert_eq!(practice.state(0).0, "started");
    ehr.mood("ok");
    assert_eq!(practice.turn()["handed"], 1);
    assert_eq!((ehr.held().0, ehr.held().1.len()), (1, 1));
    assert_eq!(practice.state(0).0, "behind", "the next turn compares the appointment");
}

#[test]
fn an_interface_engine_that_does_not_answer_is_not_asked_twice() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::mllp(directory.path());
    let mut practice =
        Practice::new(2, |_| format!("[ehr.to.mllp]\naddress = \"127.0.0.1:{}\"\n", ehr.address));
    practice.lab.ok(&["ehr", "check", "--settings", &practice.settings]);
    let kinds =
        || ehr.rows().iter().map(|row| row["kind"].as_str().unwrap()[..7].to_owned()).collect::<Vec<_>>();

    practice.ready(0);
    ehr.mood("reject");
    assert_eq!(practice.turn()["failed"], 1);
    assert!(practice.state(0).1.contains("down for maintenance"));
    ehr.mood("drop");
    assert_eq!(practice.turn()["unclear"], 1);
    assert_eq!(practice.state(0).0, "unclear");
    ehr.mood("ok");
    practice.turn();
    assert_eq!(kinds(), ["ADT^A04"], "it may have been taken, so it is not sent again");
    let first = practice.leads[0].clone();
    practice.lab.ok(&["ehr", "retry", &first, "--credential", &practice.credential]);
    assert_eq!(practice.turn()["handed"], 1);
    practice.turn();
    practice.inbox(&["book", &first, "2027-12-02T09:00:00-06:00"]);
    practice.turn();
    practice.inbox(&["cancel", &first, "--by", "practice"]);
    practice.turn();
    assert_eq!(kinds(), ["ADT^A04", "ADT^A04", "SIU^S12", "SIU^S13", "SIU^S15"]);
    assert_eq!(ehr.rows()[0]["control"], ehr.rows()[1]["control"], "the same message, by its control id");

    practice.ready(1);
    ehr.mood("error");
    practice.turn();
    assert_eq!(practice.state(1).0, "dead-letter");
    let out = practice.lab.path("export");
    let second = practice.leads[1].clone();
    let export = ["ehr", "export", &second, "--settings", &practice.settings, "--out", &out];
    practice.lab.ok(&[&export[..], &["--credential", &practice.credential]].concat());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
}

#[test]
fn a_second_interface_engine_reads_accepts_refuses_and_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::hl7(directory.path());
    let mut practice =
        Practice::new(2, |_| format!("[ehr.to.mllp]\naddress = \"127.0.0.1:{}\"\n", ehr.address));
    practice.lab.ok(&["ehr", "check", "--settings", &practice.settings]);
    let messages =
        || -> Vec<Value> { ehr.rows().into_iter().filter(|row| row["kind"].is_string()).collect() };

    // Registered and scheduled: read by its parser as it was meant.
    practice.ready(0);
    assert_eq!(practice.turn()["handed"], 1);
    assert_eq!(practice.turn()["handed"], 1);
    let taken = messages();
    let kinds = |taken: &[Value]| taken.iter().map(|row| row["kind"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&taken), ["ADT^A04", "SIU^S12"]);
    assert!(
        taken.iter().all(|row| row["version"] == "2.5.1" && row["id"] == *practice.leads[0]),
        "{taken:?}"
    );
    assert_eq!(taken[0]["family"], taken[1]["family"]);
    assert_eq!(
        (&taken[1]["start"], &taken[1]["minutes"], &taken[1]["status"]),
        (&json!("20271201203000+0000"), &json!("30"), &json!("Booked"))
    );
    assert_eq!(practice.state(0).1, format!("ADT^A04 {}", taken[0]["control"].as_str().unwrap()));

    // It closes, and comes back: the change has waited.
    let first = practice.leads[0].clone();
    ehr.mood("closed");
    ehr.until_it_says("closed", 0);
    practice.inbox(&["book", &first, "2027-12-02T09:00:00-06:00"]);
    assert_eq!(practice.turn()["handed"], 0);
    assert_eq!(practice.state(0).0, "behind");
    practice.ready(1);
    assert_eq!(practice.turn()["failed"], 1);
    assert!(practice.state(1).1.contains("nobody listens"), "{}", practice.state(1).1);
    ehr.mood("ok");
    ehr.until_it_says("listens", 0);
    assert_eq!(practice.turn()["handed"], 2);
    assert_eq!(kinds(&messages()[2..]), ["ADT^A04", "SIU^S13"]);

    // AR and AE, and a connection that ends without an answer: the appointment is told again until it is taken.
    assert_eq!(practice.turn()["handed"], 1);
    practice.inbox(&["cancel", &first, "--by", "patient"]);
    for (mood, handed) in [("reject", 0), ("error", 0), ("hangs-up", 0), ("ok", 1)] {
        ehr.mood(mood);
        assert_eq!(practice.turn()["handed"], handed, "{mood}");
    }
    assert_eq!(practice.state(0).0, "done");
    let last = &messages()[4..];
    assert_eq!(kinds(last), ["SIU^S12", "SIU^S15", "SIU^S15"], "{last:?}");
    assert_eq!(last[1]["control"], last[2]["control"], "the same message, by its control id");
    assert_eq!(ehr.rows().iter().find(|row| row["unreadable"].is_string()), None);
}

#[test]
fn of_two_desks_one_hands_over() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::mllp(directory.path());
    let practice = Practice::new(2, |_| format!("[ehr.to.mllp]\naddress = \"127.0.0.1:{}\"\n", ehr.address));
    let other = practice.settings.replace("desk.toml", "other.toml");
    let settings = fs::read_to_string(&practice.settings).unwrap();
    fs::write(&other, settings.replace("\"state\"", "\"other-state\"")).unwrap();
    let start = |settings: &str| {
        Command::new(env!("CARGO_BIN_EXE_anteroom"))
            .args(["desk", "--settings", settings, "--credential", &practice.credential])
            .env("ANTEROOM_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut desks = [start(&practice.settings), start(&other)];
    practice.ready(0);
    practice.ready(1);
    let begun = Instant::now();
    // A registration and an appointment for each.
    while ehr.rows().len() < 4 {
        assert!(begun.elapsed() < Duration::from_secs(300), "{:?}", ehr.rows());
        std::thread::sleep(Duration::from_millis(100));
    }
    for desk in &mut desks {
        assert!(desk.try_wait().unwrap().is_none(), "a desk ended by itself");
        desk.kill().unwrap();
        desk.wait().unwrap();
    }
    let mut kinds: Vec<String> =
        ehr.rows().iter().map(|row| format!("{}{}", row["kind"], row["control"])).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!((kinds.len(), ehr.rows().len()), (4, 4), "a message was sent twice");
}
