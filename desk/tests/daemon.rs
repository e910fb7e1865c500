//! `anteroom desk` against a real relay and a real SMTP server: nothing twice, nothing forgotten.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, stdout};
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// The mail server of `tests/desk/smtp.py`.
struct Smtp {
    process: Child,
    port: u16,
    record: PathBuf,
    mood: PathBuf,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Smtp {
    fn start(directory: &Path) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let python = root.join("target/venv/bin/python");
        assert!(python.exists(), "{} is missing: `cargo xtask test` makes it", python.display());
        let (record, mood) = (directory.join("mails.jsonl"), directory.join("mood"));
        fs::write(&mood, "ok").unwrap();
        fs::write(&record, "").unwrap();
        let mut process = Command::new(python)
            .arg(root.join("tests/desk/smtp.py"))
            .args([&record, &mood])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port, record, mood }
    }

    fn mood(&self, mood: &str) {
        fs::write(&self.mood, mood).unwrap();
    }

    /// Messages that it has taken, as text.
    fn mails(&self) -> Vec<String> {
        let record = fs::read_to_string(&self.record).unwrap();
        let text =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
        record.lines().map(text).collect()
    }

    /// Messages to people, not to staff.
    fn to_people(&self) -> Vec<String> {
        self.mails().into_iter().filter(|mail| mail.contains("List-Unsubscribe: ")).collect()
    }

    /// How often each message to a person was taken.
    fn counts(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for mail in self.to_people() {
            let id =
                mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim().to_owned();
            *counts.entry(id).or_default() += 1;
        }
        counts
    }
}

/// Settings with a sequence of so many messages: one at once, then one a day.
fn settings(lab: &Lab, smtp: &Smtp, steps: usize) -> String {
    let folder = lab.directory.path().join("desk");
    let sequence = folder.join("sequences/gentle-follow-up");
    fs::create_dir_all(&sequence).unwrap();
    let head = [
        "id = \"gentle-follow-up\"",
        "version = 1",
        "name = \"Test\"",
        "class = \"own-service\"",
        "basis = \"request\"",
    ];
    let mut document = head.join("\n");
    for n in 1..=steps {
        let when = if n == 1 { "{ minutes = 0 }" } else { "{ days = 1 }" };
        document += &format!("\n[[steps]]\nid = \"step-{n}\"\nwhen = {when}\ndo = {{ email = \"note\" }}\n");
    }
    fs::write(sequence.join("sequence.toml"), document).unwrap();
    for language in ["en", "es"] {
        let text = "Subject: We are here\nPreview: Soon\n\n{{ greeting }}\n\nwe are here: {{ phone }}.\n";
        fs::write(sequence.join(format!("note.{language}.md")), text).unwrap();
    }
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
port = {}
tls = "none"
[[alerts.steps]]
after_business_minutes = 30
emergency_after_minutes = 0
email = ["coordinators@lakeside.example"]
"#,
        smtp.port
    );
    fs::write(folder.join("desk.toml"), settings).unwrap();
    folder.join("desk.toml").to_str().unwrap().to_owned()
}

/// Noon in Chicago on the `n`th day from now: nobody sleeps, wherever in the States they are.
fn noon(n: u64) -> u64 {
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    (now / DAY + n) * DAY + 20 * HOUR
}

struct Desk<'a> {
    lab: &'a Lab,
    settings: String,
    credential: String,
}

impl<'a> Desk<'a> {
    fn of(lab: &'a Lab, smtp: &Smtp, steps: usize) -> Self {
        Self { lab, settings: settings(lab, smtp, steps), credential: lab.credential("sam-rivera") }
    }

    fn arguments(&self, at: u64) -> Vec<String> {
        let at = at.to_string();
        let settings =
            ["desk", "--once", "--at", &at, "--settings", &self.settings, "--credential", &self.credential];
        std::iter::once("--json").chain(settings).map(str::to_owned).collect()
    }

    fn once(&self, at: u64) -> Value {
        let arguments = self.arguments(at);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        serde_json::from_str(&stdout(&self.lab.ok(&arguments))).unwrap()
    }

    /// States of all messages in the log, by thread and step.
    fn states(&self) -> HashMap<(String, String), String> {
        let sam = self.lab.credential("maria-lopez");
        let shown = stdout(&self.lab.ok(&["--json", "inbox", "list", "--credential", &sam]));
        let listed: Value = serde_json::from_str(&shown).unwrap();
        let mut states = HashMap::new();
        for lead in listed["leads"].as_array().unwrap() {
            for message in lead["follow_ups"].as_array().unwrap() {
                let word = |name: &str| message[name].as_str().unwrap().to_owned();
                let thread = lead["thread"].as_str().unwrap().to_owned();
                states.insert((thread, word("step")), word("state"));
            }
        }
        states
    }
}

#[test]
fn a_mail_server_in_a_bad_mood_gets_nothing_twice() {
    let lab = Lab::with_practice(12);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 2);
    smtp.mood("greylist");
    let first = desk.once(noon(1));
    assert_eq!(first["sent"].as_u64(), Some(0), "{first}");
    let second = desk.once(noon(1) + HOUR);
    let sent = second["sent"].as_u64().unwrap();
    assert!(sent > 0, "{second}");

    // It takes the message and is gone before it answers: nobody knows, and it is not sent again.
    smtp.mood("drop");
    let dropped = desk.once(noon(3));
    assert_eq!(dropped["unclear"].as_u64(), Some(sent), "{dropped}");
    smtp.mood("ok");
    let after = desk.once(noon(3) + HOUR);
    assert_eq!(after["sent"].as_u64(), Some(0), "{after}");
    assert!(smtp.counts().values().all(|&count| count == 1), "{:?}", smtp.counts());
    let unclear = desk.states().into_values().filter(|state| state == "unclear").count();
    assert_eq!(unclear as u64, sent);
}
