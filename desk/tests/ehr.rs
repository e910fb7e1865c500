//! `anteroom desk` handing leads over to real EHRs: Medplum's FHIR router behind a SMART token endpoint, hl7apy's MLLP
//! server, a folder. Nobody is handed over unchecked, nobody twice, and what went wrong is said.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, PASSPHRASE, stdout};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// A server of `tests/desk`, with a file that records and a file that says its mood.
struct Other {
    process: Child,
    address: String,
    record: PathBuf,
    mood: PathBuf,
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Other {
    fn start(mut command: Command, directory: &Path, more: &[&str]) -> Self {
        let (record, mood) = (directory.join("ehr.jsonl"), directory.join("ehr.mood"));
        fs::write(&mood, "ok").unwrap();
        fs::write(&record, "").unwrap();
        let mut process = command.args([&record, &mood]).args(more).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, address: line.trim().to_owned(), record, mood }
    }

    fn fhir(directory: &Path, more: &[&str]) -> Self {
        assert!(
            root().join("tests/node_modules/jose").exists(),
            "`npm ci` in tests/: `cargo xtask test` does it"
        );
        let mut node = Command::new("node");
        node.arg(root().join("tests/desk/fhir.mjs"));
        Self::start(node, directory, more)
    }

    fn mllp(directory: &Path) -> Self {
        let python = root().join("target/venv/bin/python");
        assert!(python.exists(), "{} is missing: `cargo xtask test` makes it", python.display());
        let mut python = Command::new(python);
        python.arg(root().join("tests/desk/mllp.py"));
        Self::start(python, directory, &[])
    }

    fn mood(&self, mood: &str) {
        fs::write(&self.mood, mood).unwrap();
    }

    fn rows(&self) -> Vec<Value> {
        let record = fs::read_to_string(&self.record).unwrap();
        record.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What a FHIR server held after the last request: patients, and status and start of each appointment.
    fn held(&self) -> (u64, Vec<(String, String)>) {
        let rows = self.rows();
        let last = rows.iter().rev().find(|row| row["patients"].is_u64()).unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let appointments = last["appointments"].as_array().unwrap();
        (
            last["patients"].as_u64().unwrap(),
            appointments.iter().map(|made| (word(&made[0]), word(&made[1]))).collect(),
        )
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A practice with inquiries, and a desk that knows an EHR.
struct Practice {
    lab: Lab,
    settings: String,
    credential: String,
    leads: Vec<String>,
    now: u64,
}

impl Practice {
    fn new(count: usize, ehr: impl FnOnce(&Lab) -> String) -> Self {
        let lab = Lab::with_practice(count);
        let folder = lab.directory.path().join("desk");
        fs::create_dir_all(folder.join("sequences")).unwrap();
        let settings = format!(
            r#"
state = "state"
sequences = "sequences"
[sender]
name = "Lakeside care team"
address = "hello@lakeside.example"
postal_address = "100 Example Street, Springfield, IL 62701"
website = "https://www.lakeside.example"
[smtp]
host = "127.0.0.1"
port = 9
tls = "none"
[ehr]
system = "https://lakeside.example/anteroom"
{}"#,
            ehr(&lab)
        );
        fs::write(folder.join("desk.toml"), settings).unwrap();
        let credential = lab.credential("sam-rivera");
        let listed: Value =
            serde_json::from_str(&stdout(&lab.ok(&["--json", "inbox", "list", "--credential", &credential])))
                .unwrap();
        let leads = listed["leads"].as_array().unwrap();
        let leads = leads.iter().map(|lead| lead["thread"].as_str().unwrap().to_owned()).collect();
        let settings = folder.join("desk.toml").to_str().unwrap().to_owned();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        Self { lab, settings, credential, leads, now: u64::try_from(now).unwrap() + MINUTE }
    }

    fn inbox(&self, arguments: &[&str]) {
        let mut all = vec!["inbox"];
        all.extend(arguments);
        all.extend(["--credential", self.credential.as_str()]);
        self.lab.ok(&all);
    }

    /// Booked, and checked by a person.
    fn ready(&self, lead: usize) {
        let id = self.leads[lead].as_str();
        self.inbox(&["book", id, "2027-12-01T14:30:00-06:00"]);
        self.inbox(&["verify", id, "identity"]);
        self.inbox(&["verify", id, "contact"]);
    }

    fn desk(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom"));
        let at = self.now.to_string();
        command
            .args(["--json", "desk", "--once", "--at", &at, "--settings", &self.settings])
            .args(["--credential", &self.credential])
            .env("ANTEROOM_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
    }

    /// One turn of the desk, an hour after the one before it.
    fn turn(&mut self) -> Value {
        self.now += 60 * MINUTE;
        let output = self.desk().output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_str(&stdout(&output)).unwrap()
    }

    /// State and words of a lead on its way.
    fn state(&self, lead: usize) -> (String, String) {
        let shown = stdout(&self.lab.ok(&["--json", "ehr", "status", "--credential", &self.credential]));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let rows = shown["leads"].as_array().unwrap();
        let row = rows.iter().find(|row| row["thread"] == *self.leads[lead]).unwrap();
        (row["state"].as_str().unwrap().to_owned(), row["what"].as_str().unwrap().to_owned())
    }
}

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

/// A FHIR server's own clients: what they post, and what it says.
fn fhir(method: &str, url: &str, body: Option<&Value>) -> Value {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::new();
        let request =
            client.request(method.parse().unwrap(), url).header("content-type", "application/fhir+json");
        let request = body.into_iter().fold(request, |request, body| request.body(body.to_string()));
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{method} {url}: {}", response.status());
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    })
}

/// `2026-12-01T15:00:00Z`, on the whole hour.
fn at_hour(ms: u64) -> String {
    jiff::Timestamp::from_millisecond((ms / HOUR * HOUR) as i64).unwrap().to_string()
}

/// A Schedule with a free Slot at each of these times; gives the references of the Slots.
fn schedule(base: &str, is_active: bool, times: &[String]) -> Vec<String> {
    let actor = json!([{ "display": "Dr. Rowan Sample" }]);
    let schedule = json!({ "resourceType": "Schedule", "active": is_active, "actor": actor });
    let schedule = fhir("POST", &format!("{base}/Schedule"), Some(&schedule));
    let reference = format!("Schedule/{}", schedule["id"].as_str().unwrap());
    let slot = |start: &String| {
        let end = start.replace(":00:00Z", ":30:00Z");
        let slot = json!({ "resourceType": "Slot", "schedule": { "reference": reference }, "status": "free", "start": start, "end": end });
        format!("Slot/{}", fhir("POST", &format!("{base}/Slot"), Some(&slot))["id"].as_str().unwrap())
    };
    times.iter().map(slot).collect()
}

#[test]
fn a_time_of_the_ehrs_calendar_is_one_persons_until_it_is_given_back() {
    let directory = tempfile::tempdir().unwrap();
    let ehr = Other::fhir(directory.path(), &[]);
    let base = ehr.address.clone();
    let mut practice =
        Practice::new(2, |_| format!("[ehr.to.fhir]\nbase = \"{base}\"\n[calendar]\nnotice_hours = 1\n"));
    let times: Vec<String> = (0..7).map(|n| at_hour(practice.now + (48 + n) * HOUR)).collect();
    let slots = schedule(&base, true, &times);
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
    let work = |practice: &Practice, lead: usize| {
        let show = ["--json", "inbox", "show", &practice.leads[lead], "--credential", &practice.credential];
        let shown: Value = serde_json::from_str(&stdout(&practice.lab.ok(&show))).unwrap();
        shown["work"].to_string()
    };
    let ask = |practice: &Practice, lead: usize, time: &str| {
        practice.inbox(&["book", &practice.leads[lead], time, "--ask"]);
    };
    practice.turn();
    assert_eq!(free(&practice), times, "three pages of an active schedule, nothing of an inactive one");

    // Of two who ask, the first in the log has it. The calendar is told of an inquiry and of no person.
    ask(&practice, 0, &times[0]);
    ask(&practice, 1, &times[0]);
    assert_eq!(practice.turn()["booked"], 1);
    assert!(work(&practice, 0).contains("appointment on"), "{}", work(&practice, 0));
    assert!(work(&practice, 1).contains("the time was taken meanwhile"), "{}", work(&practice, 1));
    assert_eq!(ehr.held(), (0, vec![("booked".into(), times[0].clone())]));
    let status = |slot: usize| fhir("GET", &format!("{base}/{}", slots[slot]), None)["status"].clone();
    assert_eq!((status(0), free(&practice)), (json!("busy"), times[1..].to_vec()));
    let made = fhir("GET", &format!("{base}/Appointment"), None)["entry"][0]["resource"].clone();
    assert_eq!(made["slot"][0]["reference"], json!(slots[0]));
    assert!(made["participant"][0]["actor"]["reference"].is_null(), "{made}");

    // Somebody else books it at the same moment; then the server breaks off in the middle.
    ehr.mood("taken");
    ask(&practice, 1, &times[1]);
    assert_eq!(practice.turn()["booked"], 0);
    assert!(work(&practice, 1).contains("the time was taken meanwhile"), "{}", work(&practice, 1));
    ask(&practice, 1, &times[2]);
    for (mood, booked) in [("busy", 0), ("half", 0), ("ok", 1)] {
        ehr.mood(mood);
        assert_eq!(practice.turn()["booked"], booked, "{mood}");
    }
    assert_eq!(
        ehr.held().1,
        [("booked".to_owned(), times[0].clone()), ("booked".to_owned(), times[2].clone())]
    );

    // Moved and called off before anybody was handed over: the calendar follows, and the times are free again.
    ask(&practice, 1, &times[3]);
    assert_eq!(practice.turn()["booked"], 1);
    assert_eq!((status(2), status(3)), (json!("free"), json!("busy")));
    let second = practice.leads[1].clone();
    practice.inbox(&["cancel", &second, "--by", "patient"]);
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
    let begun = Instant::now();
    while !ehr.rows().iter().any(|row| row["waits"] == true) {
        assert!(begun.elapsed() < Duration::from_secs(60), "the desk hands nothing over");
        std::thread::sleep(Duration::from_millis(20));
    }
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
