//! EHRs of `tests/desk` that others wrote, and a practice whose desk knows one of them.

use super::{Lab, PASSPHRASE, desk_settings, root, stdout};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// A server of `tests/desk`, with a file that records and a file that says its mood.
pub(crate) struct Other {
    process: Child,
    pub(crate) address: String,
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

    pub(crate) fn fhir(directory: &Path, more: &[&str]) -> Self {
        Self::node("fhir.mjs", directory, more)
    }

    /// An MLLP server of other authors than the one of [`Other::mllp`].
    pub(crate) fn hl7(directory: &Path) -> Self {
        Self::node("hl7.mjs", directory, &[])
    }

    fn node(name: &str, directory: &Path, more: &[&str]) -> Self {
        assert!(
            root().join("tests/node_modules/node-hl7-server").exists(),
            "`npm ci` in tests/: `cargo xtask test` does it"
        );
        let mut node = Command::new("node");
        node.arg(root().join("tests/desk").join(name));
        Self::start(node, directory, more)
    }

    pub(crate) fn mllp(directory: &Path) -> Self {
        let python = root().join("target/venv/bin/python");
        assert!(python.exists(), "{} is missing: `cargo xtask test` makes it", python.display());
        let mut python = Command::new(python);
        python.arg(root().join("tests/desk/mllp.py"));
        Self::start(python, directory, &[])
    }

    pub(crate) fn mood(&self, mood: &str) {
        fs::write(&self.mood, mood).unwrap();
    }

    pub(crate) fn rows(&self) -> Vec<Value> {
        let record = fs::read_to_string(&self.record).unwrap();
        record.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many rows of its record say so.
    pub(crate) fn said(&self, word: &str) -> usize {
        self.rows().iter().filter(|row| row[word] == true).count()
    }

    /// Waits until one more than `before` does.
    pub(crate) fn until_it_says(&self, word: &str, before: usize) {
        let begun = Instant::now();
        while self.said(word) <= before {
            assert!(begun.elapsed() < Duration::from_secs(60), "{word}: nothing came");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a FHIR server held after the last request: patients, and status and start of each appointment.
    pub(crate) fn held(&self) -> (u64, Vec<(String, String)>) {
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

/// A practice with inquiries, and a desk that knows an EHR.
pub(crate) struct Practice {
    pub(crate) lab: Lab,
    pub(crate) settings: String,
    pub(crate) credential: String,
    pub(crate) leads: Vec<String>,
    pub(crate) now: u64,
}

impl Practice {
    pub(crate) fn new(count: usize, ehr: impl FnOnce(&Lab) -> String) -> Self {
        let lab = Lab::with_practice(count);
        let folder = lab.directory.path().join("desk");
        fs::create_dir_all(folder.join("sequences")).unwrap();
        let settings = format!(
            "{}[ehr]\nsystem = \"https://lakeside.example/anteroom\"\n{}",
            desk_settings(9),
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

    pub(crate) fn inbox(&self, arguments: &[&str]) {
        let mut all = vec!["inbox"];
        all.extend(arguments);
        all.extend(["--credential", self.credential.as_str()]);
        self.lab.ok(&all);
    }

    /// Booked, and checked by a person.
    pub(crate) fn ready(&self, lead: usize) {
        let id = self.leads[lead].as_str();
        self.inbox(&["book", id, "2027-12-01T14:30:00-06:00"]);
        self.inbox(&["verify", id, "identity"]);
        self.inbox(&["verify", id, "contact"]);
    }

    pub(crate) fn desk(&self) -> Command {
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
    pub(crate) fn turn(&mut self) -> Value {
        self.now += 60 * MINUTE;
        let output = self.desk().output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_str(&stdout(&output)).unwrap()
    }

    /// A member of staff asks for a time.
    pub(crate) fn ask(&self, lead: usize, time: &str) {
        self.inbox(&["book", &self.leads[lead], time, "--ask"]);
    }

    /// A member of staff calls it off.
    pub(crate) fn call_off(&self, lead: usize) {
        self.inbox(&["cancel", &self.leads[lead], "--by", "patient"]);
    }

    /// What was done about a lead, in words.
    pub(crate) fn work(&self, lead: usize) -> String {
        let show = ["--json", "inbox", "show", &self.leads[lead], "--credential", &self.credential];
        let shown: Value = serde_json::from_str(&stdout(&self.lab.ok(&show))).unwrap();
        shown["work"].to_string()
    }

    /// State and words of a lead on its way.
    pub(crate) fn state(&self, lead: usize) -> (String, String) {
        let shown = stdout(&self.lab.ok(&["--json", "ehr", "status", "--credential", &self.credential]));
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let rows = shown["leads"].as_array().unwrap();
        let row = rows.iter().find(|row| row["thread"] == *self.leads[lead]).unwrap();
        (row["state"].as_str().unwrap().to_owned(), row["what"].as_str().unwrap().to_owned())
    }
}
/// A FHIR server's own clients: what they post, and what it says.
pub(crate) fn fhir(method: &str, url: &str, body: Option<&Value>) -> Value {
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
pub(crate) fn at_hour(ms: u64) -> String {
    jiff::Timestamp::from_millisecond((ms / HOUR * HOUR) as i64).unwrap().to_string()
}

/// A Schedule with a free Slot at each of these times; gives the references of the Slots.
pub(crate) fn schedule(base: &str, is_active: bool, times: &[String]) -> Vec<String> {
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
