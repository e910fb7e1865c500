//! `anteroom desk` against a real relay and a real SMTP server: nothing twice, nothing forgotten.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, desk_settings, stdout};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

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

/// A program of `tests/desk`.
fn python(program: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = root.join("target/venv/bin/python");
    assert!(python.exists(), "{} is missing: `cargo xtask test` makes it", python.display());
    let mut command = Command::new(python);
    command.arg(root.join("tests/desk").join(program));
    command
}

impl Smtp {
    fn start(directory: &Path) -> Self {
        let (record, mood) = (directory.join("mails.jsonl"), directory.join("mood"));
        fs::write(&mood, "ok").unwrap();
        fs::write(&record, "").unwrap();
        let mut process = python("smtp.py").args([&record, &mood]).stdout(Stdio::piped()).spawn().unwrap();
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

    /// Each message as libraries of others read it: whether the signature of `txt`'s key holds, and its calendar files.
    fn read(&self, txt: &str) -> Vec<Value> {
        let output = python("mails.py").arg("read").arg(&self.record).arg(txt).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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
        r#"{}
[[alerts.steps]]
after_business_minutes = 30
emergency_after_minutes = 0
email = ["coordinators@lakeside.example"]
"#,
        desk_settings(smtp.port)
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

/// Writes the folder's sequence anew, with this text in both languages.
fn rewrite(folder: &Path, version: u32, text: &str) {
    let document = fs::read_to_string(folder.join("sequence.toml")).unwrap();
    let (head, steps) = document.split_once("version = ").unwrap();
    let steps = steps.split_once('\n').unwrap().1;
    fs::write(folder.join("sequence.toml"), format!("{head}version = {version}\n{steps}")).unwrap();
    for language in ["en", "es"] {
        let mail = format!("Subject: We are here\n\n{{{{ greeting }}}}\n\n{text}\n");
        fs::write(folder.join(format!("note.{language}.md")), mail).unwrap();
    }
}

#[test]
fn an_owners_edition_is_sent_over_the_file_and_one_that_tells_is_not() {
    let lab = people(1);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 4);
    let owner = lab.credential("maria-lopez");
    let own = |command: &[&str]| {
        let command = [&["--json", "sequence"], command, &["--credential", &owner]].concat();
        serde_json::from_str::<Value>(&stdout(&lab.ok(&command))).unwrap()
    };
    let last = || smtp.to_people().pop().unwrap();
    desk.once(noon(1));
    assert!(last().contains("we are here: "), "the file's");

    let folder = lab.directory.path().join("new");
    let settings_folder = lab.directory.path().join("desk/sequences/gentle-follow-up");
    fs::create_dir_all(&folder).unwrap();
    fs::copy(settings_folder.join("sequence.toml"), folder.join("sequence.toml")).unwrap();
    rewrite(&folder, 2, "the second edition.");
    let path = folder.to_str().unwrap();
    let (_, refused) = lab.fails(1, &["sequence", "publish", path, "--credential", &desk.credential]);
    assert!(refused.contains("is no owner"), "{refused}");
    assert_eq!(own(&["list"])["in_force"], json!([]));
    assert!(own(&["publish", path, "--settings", &desk.settings])["seq"].is_u64());
    assert!(own(&["publish", path])["seq"].is_null(), "it is in force already");
    let listed = own(&["list", "--settings", &desk.settings]);
    let known = &listed["in_force"][0];
    assert_eq!((&known["version"], &known["from"]["author"]), (&json!(2), &json!("maria-lopez")), "{listed}");
    desk.once(noon(2));
    assert!(last().contains("the second edition."), "{}", last());

    rewrite(&folder, 2, "the same version.");
    let (_, refused) = lab.fails(8, &["sequence", "publish", path, "--credential", &owner]);
    assert!(refused.contains("version = 3"), "{refused}");
    // What tells is refused here; what was published in spite of it, by another program, is not sent by.
    rewrite(&folder, 3, "about your knee.");
    let (_, refused) = lab.fails(8, &["sequence", "publish", path, "--credential", &owner]);
    assert!(refused.contains("knee"), "{refused}");
    rewrite(&folder, 3, "see https://elsewhere.example/");
    own(&["publish", path]);
    let turn = desk.once(noon(3));
    assert!(last().contains("the second edition."), "{}", last());
    let said = turn["troubles"][0].as_str().unwrap();
    assert!(said.contains("version 3 of maria-lopez") && said.contains("steps[0].do.email.body"), "{said}");
    assert!(!said.contains("elsewhere.example"), "{said}");
    let command = ["doctor", "--settings", &desk.settings, "--credential", &desk.credential];
    let doctor = lab.run(&command);
    assert!(stdout(&doctor).contains("version 3 of maria-lopez"), "{doctor:?}");

    own(&["withdraw", "gentle-follow-up"]);
    desk.once(noon(4));
    assert!(last().contains("we are here: "), "the file's again: {}", last());
    assert_eq!(smtp.to_people().len(), 4);
}

#[test]
fn a_mail_server_in_a_bad_mood_gets_nothing_twice() {
    let lab = Lab::with_practice(12);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 3);
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
    // The next step then meets a server that refuses the address: told as failed, and not tried again.
    smtp.mood("refuse");
    let refused = desk.once(noon(3) + HOUR);
    assert_eq!(refused["failed"].as_u64(), Some(sent), "{refused}");
    smtp.mood("ok");
    let after = desk.once(noon(3) + 2 * HOUR);
    assert_eq!((after["sent"].as_u64(), after["failed"].as_u64()), (Some(0), Some(0)), "{after}");
    assert!(smtp.counts().values().all(|&count| count == 1), "{:?}", smtp.counts());
    let unclear = desk.states().into_values().filter(|state| state == "unclear").count();
    assert_eq!(unclear as u64, sent);
}

/// A practice with so many people who asked for nothing urgent and gave an address, so that messages go to each.
fn people(count: usize) -> Lab {
    let lab = Lab::start();
    lab.init();
    lab.ok(&["staff", "add", "sam-rivera", "--role", "coordinator", "--dir", &lab.practice()]);
    let all: Vec<Value> = (0..count)
        .map(|n| {
            json!({ "lang": "en", "visits": [], "answers": {
                "contact": { "name": format!("Example Person {n}"), "email": format!("person{n}@example.com") },
                "service": "not-sure", "needs": "", "zip": "60601", "consent": { "version": 1 },
            } })
        })
        .collect();
    let file = lab.path("people.json");
    fs::write(&file, serde_json::to_string(&all).unwrap()).unwrap();
    let (owner, count) = (lab.credential("maria-lopez"), count.to_string());
    lab.ok(&["demo", "seed", "--file", &file, "--count", &count, "--credential", &owner]);
    lab
}

/// The address in a message at which one click stops all others.
fn unsubscribe_of(mail: &str) -> String {
    let mail = mail.replace("\r\n", "\n").replace("\n ", " ");
    let line = mail.lines().find_map(|line| line.strip_prefix("List-Unsubscribe: ")).unwrap();
    line.trim().trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// What a mailbox provider does when a person clicks: RFC 8058 section 3.2.
fn click(url: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let status = runtime.block_on(async {
        let request = reqwest::Client::new().post(url).body("List-Unsubscribe=One-Click");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().status()
    });
    assert!(status.is_success(), "{status}");
}

#[test]
fn one_click_stops_messages_and_a_relay_that_lies_starts_none() {
    let lab = people(3);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 4);
    let sent = desk.once(noon(1))["sent"].as_u64().unwrap();
    let mails = smtp.to_people();
    assert_eq!((sent, mails.len()), (3, 3));
    assert!(mails.iter().all(|mail| mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click")));
    let url = unsubscribe_of(&mails[0]);
    assert!(mails[1..].iter().all(|mail| unsubscribe_of(mail) != url), "each person has a link of their own");
    click(&url);
    assert_eq!(desk.once(noon(3))["sent"].as_u64(), Some(sent - 1));
    assert_eq!(smtp.to_people().iter().filter(|mail| unsubscribe_of(mail) == url).count(), 1);

    // A relay that forgets the end of its log would have the desk send again what it has sent.
    let taken = smtp.to_people().len();
    let arguments = desk.arguments(noon(5));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for keep in [3, 5] {
        lab.tamper_pages(move |page| {
            page.entries.truncate(keep);
            lab::chain_anew(page);
        });
        lab.fails(5, &arguments);
    }
    assert_eq!(smtp.to_people().len(), taken, "a log that does not check has nothing sent");
    lab.honest();
    assert_eq!(desk.once(noon(5))["sent"].as_u64(), Some(sent - 1));
}

#[test]
fn of_two_who_ask_for_a_time_one_has_it_and_a_calendar_file() {
    let lab = people(2);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 1);
    let folder = Path::new(&desk.settings).parent().unwrap();
    let week =
        r#"[{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "09:00", to = "17:00" }]"#;
    let txt = stdout(&python("mails.py").arg("key").arg(folder.join("dkim.pem")).output().unwrap());
    let more = format!(
        "\n[slots]\nopen = {week}\nminutes = 30\n[dkim]\ndomain = \"lakeside.example\"\nselector = \"desk\"\nkey_file = \"dkim.pem\"\n"
    );
    fs::write(&desk.settings, fs::read_to_string(&desk.settings).unwrap() + &more).unwrap();
    for sequence in ["appointment", "cancellation"] {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/sequences").join(sequence);
        fs::create_dir_all(folder.join("sequences").join(sequence)).unwrap();
        for file in fs::read_dir(shipped).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.join("sequences").join(sequence).join(file.file_name())).unwrap();
        }
    }
    desk.once(noon(1));
    let credential = desk.credential.as_str();
    let json = |arguments: &[&str]| -> Value {
        let all = [&["--json"], arguments, &["--credential", credential]].concat();
        serde_json::from_str(&stdout(&lab.ok(&all))).unwrap()
    };
    let free = json(&["inbox", "slots"]);
    let slots = free["slots"].as_array().unwrap();
    assert!(slots.len() > 100, "{} free", slots.len());
    let wanted = slots[20]["start"].as_str().unwrap();
    let listed = json(&["inbox", "list"]);
    let threads: Vec<&str> =
        listed["leads"].as_array().unwrap().iter().map(|lead| lead["thread"].as_str().unwrap()).collect();
    for thread in &threads[..2] {
        json(&["inbox", "book", thread, wanted, "--ask"]);
    }
    let turn = desk.once(noon(1) + HOUR);
    assert_eq!(turn["booked"].as_u64(), Some(1), "{turn}");
    let work = |thread: &str| json(&["inbox", "show", thread])["work"].to_string();
    assert!(work(threads[0]).contains("appointment on"), "{}", work(threads[0]));
    assert!(work(threads[1]).contains("the time was taken meanwhile"), "{}", work(threads[1]));
    let free = json(&["inbox", "slots"]);
    assert!(
        free["slots"].as_array().unwrap().iter().all(|slot| slot["start"] != *wanted),
        "it is free no more"
    );

    let invitations = smtp.to_people().into_iter().filter(|mail| mail.contains("text/calendar")).count();
    assert_eq!(invitations, 1, "a confirmation with the appointment for a calendar");

    // Called off, the calendar is told of the same event; whoever is booked again afterwards, of a later state of it.
    json(&["inbox", "cancel", threads[0], "--by", "practice"]);
    desk.once(noon(1) + 2 * HOUR);
    json(&["inbox", "book", threads[0], slots[60]["start"].as_str().unwrap(), "--ask"]);
    desk.once(noon(1) + 3 * HOUR);
    let mails = smtp.read(txt.trim());
    assert!(mails.len() > 3 && mails.iter().all(|mail| mail["signed"] == true), "{mails:?}");
    let files: Vec<&Value> = mails.iter().flat_map(|mail| mail["calendars"].as_array().unwrap()).collect();
    let told = |name: &str| files.iter().map(|file| file[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("method"), ["PUBLISH", "CANCEL", "PUBLISH"]);
    assert_eq!(told("status"), ["CONFIRMED", "CANCELLED", "CONFIRMED"]);
    assert_eq!(told("sequence"), [0, 1, 2]);
    assert!(files.iter().all(|file| file["uid"] == files[0]["uid"]), "{files:?}");
}

#[test]
fn who_answers_or_has_no_address_any_more_gets_nothing_more() {
    let lab = people(3);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 4);
    assert_eq!(desk.once(noon(1))["sent"], 3);
    let states = desk.states();
    let mut threads: Vec<&String> = states.keys().map(|(thread, _)| thread).collect();
    threads.sort();
    lab.ok(&["inbox", "mark", threads[0], "replied", "--credential", &desk.credential]);
    assert_eq!(desk.once(noon(3))["sent"], 2);

    // The mail server knows the others no more, and is not asked again.
    smtp.mood("refuse");
    assert_eq!(desk.once(noon(5))["failed"], 2);
    let show = ["--json", "inbox", "show", threads[1].as_str(), "--credential", &desk.credential];
    let shown: Value = serde_json::from_str(&stdout(&lab.ok(&show))).unwrap();
    assert!(shown["work"].to_string().contains("came back"), "{}", shown["work"]);
    smtp.mood("ok");
    let after = desk.once(noon(7));
    assert_eq!((after["sent"].as_u64(), after["failed"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn an_alert_by_webhook_is_signed_as_others_expect_it() {
    let lab = Lab::start();
    lab.init();
    lab.ok(&["staff", "add", "sam-rivera", "--role", "coordinator", "--dir", &lab.practice()]);
    let file = lab.path("people.json");
    let needs = "I have crushing chest pain and cannot breathe";
    let person = json!([{ "lang": "en", "visits": [], "answers": {
        "contact": { "name": "Example Person", "email": "person@example.com" },
        "service": "not-sure", "needs": needs, "zip": "60601", "consent": { "version": 1 },
    } }]);
    fs::write(&file, person.to_string()).unwrap();
    lab.ok(&[
        "demo",
        "seed",
        "--file",
        &file,
        "--count",
        "1",
        "--credential",
        &lab.credential("maria-lopez"),
    ]);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 1);
    let folder = Path::new(&desk.settings).parent().unwrap();
    // As in the specification's own examples.
    fs::write(folder.join("webhook.secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
    let record = folder.join("webhooks.jsonl");
    fs::write(&record, "").unwrap();
    let mut receiver = python("webhook.py")
        .args([folder.join("webhook.secret"), record.clone()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(receiver.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let hook = format!(
        "email = []\nwebhook = {{ url = \"http://127.0.0.1:{}/\", secret_file = \"webhook.secret\" }}",
        port.trim()
    );
    let settings = fs::read_to_string(&desk.settings).unwrap();
    let settings = settings.replace("email = [\"coordinators@lakeside.example\"]", &hook);
    fs::write(&desk.settings, settings).unwrap();
    // Standard Webhooks: a receiver takes nothing that is older than five minutes.
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let turn = desk.once(now);
    receiver.kill().unwrap();
    receiver.wait().unwrap();
    assert!(turn["alerts"].as_u64() >= Some(1) && turn["troubles"] == json!([]), "{turn}");
    let taken: Vec<Value> = fs::read_to_string(&record)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert_eq!(taken[0]["data"], json!({ "step": 1, "counts": { "emergency": 1 } }));
    assert!(taken[0]["id"].as_str().is_some_and(|id| id.starts_with("msg_")), "{taken:?}");
}

/// Kills the desk at `points` random points of its work, lets the next one finish, and looks whether each person got
/// each message once. `dice` chooses the points. Gives how many of them found the desk at work, and how many messages
/// were sent and are unclear.
fn killed_at(points: usize, mut dice: u64) -> [usize; 3] {
    let lab = people(3);
    let smtp = Smtp::start(lab.directory.path());
    let desk = Desk::of(&lab, &smtp, 2 * points + 1);
    let mut begun = Instant::now();
    let people = desk.once(noon(1))["sent"].as_u64().unwrap() as usize;
    assert_eq!(people, 3);
    let mut killed = 0;
    for point in 0..points as u64 {
        let day = noon(3 + 2 * point);
        let mut running = Command::new(env!("CARGO_BIN_EXE_anteroom"))
            .args(desk.arguments(day))
            .env("ANTEROOM_PASSPHRASE", lab::PASSPHRASE)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // As long as the turn before it took, for a machine is not always as busy as it is now: a turn with nothing to send
        // is a little shorter. The first third goes into opening the credential, which changes nothing.
        let whole = begun.elapsed();
        let share = 0.35 + 0.85 * ((dice >> 33) % 1000) as f64 / 1000.0;
        std::thread::sleep(whole.mul_f64(share));
        killed += usize::from(running.try_wait().unwrap().is_none());
        running.kill().unwrap();
        running.wait().unwrap();
        begun = Instant::now();
        desk.once(day + HOUR);
    }
    let counts = smtp.counts();
    assert!(counts.values().all(|&count| count == 1), "a message was sent twice");
    let states = desk.states();
    let of = |state: &str| states.values().filter(|known| *known == state).count();
    let (sent, unclear) = (of("sent"), of("unclear"));
    assert_eq!(sent + unclear, states.len(), "something is neither sent nor unclear");
    // Each turn that ended has taken everybody at least a step further, and no step is passed over.
    let mut steps: HashMap<&str, Vec<&str>> = HashMap::new();
    states.keys().for_each(|(thread, step)| steps.entry(thread).or_default().push(step));
    for of_person in steps.values() {
        assert!(of_person.len() > points, "{} of {points}: a message was forgotten", of_person.len());
        let all = (1..=of_person.len()).map(|n| format!("step-{n}"));
        assert!(all.into_iter().all(|step| of_person.contains(&step.as_str())), "a step was passed over");
    }
    assert!(sent <= counts.len() && counts.len() <= sent + unclear && unclear <= killed);
    assert!(killed * 3 > points, "{killed} of {points} were still at work");
    [killed, sent, unclear]
}

#[test]
fn a_desk_that_is_killed_sends_nothing_twice_and_forgets_nothing() {
    killed_at(8, 7);
}

/// `cargo xtask soak`
#[test]
#[ignore = "takes several minutes"]
fn a_desk_that_is_killed_at_two_hundred_points() {
    // A sequence has at most 20 steps, and a point takes two: 25 practices, one after another.
    let mut all = [0; 3];
    for round in 1..=25 {
        let found = killed_at(8, round);
        all.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
        let [killed, sent, unclear] = all;
        println!("{} points: {killed} killed at work; {sent} sent, {unclear} unclear", 8 * round);
    }
}
