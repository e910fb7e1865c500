//! Every command as a program meets it, and what is refused as a person meets it: one JSON value on standard output, one
//! JSON object a line on standard error, the exit code that `--help` says, and words that say what to do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, desk_settings, root, stderr, stdout};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// Settings of a desk that hands over into a folder and sends by nobody.
fn settings(lab: &Lab) -> String {
    let folder = lab.directory.path().join("desk");
    fs::create_dir_all(&folder).unwrap();
    let sequences = root().join("examples/sequences");
    let settings = desk_settings(9).replace("\"sequences\"", &format!("{sequences:?}"));
    let ehr = "[ehr]\nsystem = \"https://www.lakeside.example/anteroom\"\nminutes = 30\n[ehr.to.folder]\npath = \"handed\"\n";
    fs::write(folder.join("desk.toml"), settings + ehr).unwrap();
    folder.join("desk.toml").to_str().unwrap().to_owned()
}

/// References of the inquiries, in the list's order.
fn references(lab: &Lab, credential: &str) -> Vec<String> {
    let listed = stdout(&lab.ok(&["--json", "inbox", "list", "--credential", credential]));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let leads = listed["leads"].as_array().unwrap();
    leads.iter().map(|lead| lead["reference"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_command_speaks_json_when_it_is_asked_to() {
    let lab = Lab::with_practice(3);
    let (owner, sam) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    lab.ok(&["staff", "add", "ana-auditor", "--role", "auditor", "--dir", &lab.practice()]);
    let auditor = lab.credential("ana-auditor");
    let settings = settings(&lab);
    let version = lab.path("current.json");
    fs::write(
        &version,
        format!(r#"{{"version":"0123456789abcdef0123","loader_integrity":"sha384-{}"}}"#, "a".repeat(64)),
    )
    .unwrap();
    let manifest = root().join("examples/manifests/lakeside-ortho.toml");
    let manifest = manifest.to_str().unwrap();
    let draft = root().join("examples/scoring/draft.toml");
    let draft = draft.to_str().unwrap();
    let all = references(&lab, &sam);
    let (one, two) = (all[0].as_str(), all[1].as_str());
    let (dir, recovery) = (lab.practice(), lab.path("practice/recovery.credential"));
    let key = lab.path("practice/relay-log.pub");
    let [export, access, copy, back, files, man] =
        ["leads.jsonl", "access.ndjson", "copy", "back", "files", "man"].map(|name| lab.path(name));
    let no_answer = root().join("examples/sequences/no-answer").to_str().unwrap().to_owned();
    let time = "2027-12-01T14:30:00-06:00";
    let commands: &[(i32, &[&str])] = &[
        (0, &["manifest", "check", manifest]),
        (0, &["score", "check", draft]),
        (0, &["sequence", "check", "--settings", &settings, "--manifest", manifest]),
        (0, &["sequence", "test", "--settings", &settings, "--manifest", manifest]),
        (0, &["sequence", "preview", "--settings", &settings, "--credential", &sam]),
        (0, &["sequence", "check", "--settings", &settings, "--manifest", manifest, "--credential", &sam]),
        (0, &["sequence", "list", "--credential", &sam]),
        (0, &["sequence", "list", "--settings", &settings, "--credential", &sam]),
        (1, &["sequence", "publish", &no_answer, "--credential", &sam]),
        (0, &["sequence", "publish", &no_answer, "--settings", &settings, "--credential", &owner]),
        (0, &["inbox", "follow", one, "no-answer", "--credential", &sam]),
        (0, &["sequence", "withdraw", "no-answer", "--credential", &owner]),
        (2, &["sequence", "withdraw", "no-answer", "--credential", &owner]),
        (0, &["snippet", "--version-file", &version, "--credential", &owner]),
        (0, &["inbox", "list", "--credential", &sam]),
        (0, &["inbox", "show", one, "--credential", &sam]),
        (0, &["inbox", "note", one, "asked for a call", "--credential", &sam]),
        (0, &["inbox", "call", one, "reached", "--credential", &sam]),
        (0, &["inbox", "stage", one, "contacting", "--credential", &sam]),
        (0, &["inbox", "mark", one, "replied", "--credential", &sam]),
        (0, &["inbox", "verify", one, "identity", "--credential", &sam]),
        (0, &["inbox", "verify", one, "contact", "--credential", &sam]),
        (0, &["inbox", "follow", one, "none", "--credential", &sam]),
        (0, &["inbox", "follow", one, "no-answer", "--settings", &settings, "--credential", &sam]),
        (7, &["inbox", "slots", "--credential", &sam]),
        (0, &["inbox", "book", one, time, "--credential", &sam]),
        (0, &["desk", "--once", "--settings", &settings, "--credential", &sam]),
        (0, &["ehr", "check", "--settings", &settings]),
        (0, &["ehr", "status", "--credential", &sam]),
        (0, &["ehr", "retry", "--credential", &sam]),
        (7, &["ehr", "retry", one, "--credential", &sam]),
        (0, &["ehr", "export", one, "--settings", &settings, "--out", &files, "--credential", &sam]),
        (0, &["inbox", "cancel", one, "--by", "patient", "--credential", &sam]),
        (7, &["inbox", "cancel", two, "--by", "patient", "--credential", &sam]),
        (0, &["inbox", "export", &export, "--credential", &sam]),
        (0, &["inbox", "erase", two, "--ground", "mistake", "--credential", &owner]),
        (0, &["log", "verify", "--credential", &sam]),
        (0, &["audit", "export", &access, "--credential", &auditor]),
        (0, &["audit", "verify", &access, "--key", &key]),
        (0, &["score", "replay", "--model", draft, "--credential", &sam]),
        (10, &["score", "calibrate", "--credential", &sam]),
        (0, &["report", "--credential", &sam]),
        (2, &["report", "--format", "csv", "--credential", &sam]),
        (2, &["report", "--format", "svg", "--credential", &sam]),
        (1, &["doctor", "--settings", &settings, "--credential", &sam]),
        (1, &["verify-site", "http://127.0.0.1:1/", "--credential", &sam]),
        (0, &["recovery", "test", "--recovery", &recovery, "--credential", &owner]),
        (1, &["recovery", "use", "--dir", &dir]),
        (0, &["staff", "list", "--credential", &sam]),
        (0, &["staff", "retain", "--days", "400", "--dir", &dir]),
        (0, &["staff", "retain", "--dir", &dir]),
        (1, &["staff", "add", "sam-rivera", "--role", "coordinator", "--dir", &dir]),
        (0, &["staff", "rotate", "ana-auditor", "--dir", &dir]),
        (0, &["staff", "remove", "ana-auditor", "--dir", &dir]),
        (0, &["manifest", "publish", manifest, "--dir", &dir]),
        (0, &["register", "--dir", &dir, "--invite", "x"]),
        (0, &["backup", "--dir", &dir, "--settings", &settings, &copy]),
        (0, &["restore", &copy, &back]),
        (0, &["completions", "bash"]),
        (0, &["man", &man]),
        (0, &["demo", "seed", "--count", "1", "--credential", &owner]),
        (2, &["inbox", "follow", one, "no-such-sequence", "--credential", &sam]),
        (2, &["inbox", "book", one, "tomorrow", "--credential", &sam]),
        (2, &[]),
        (2, &["inbox"]),
    ];
    for (exit, command) in commands {
        let output = lab.run(&[&["--json"], *command].concat());
        let (out, err) = (stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(*exit), "{command:?}\n{out}\n{err}");
        assert!(out.is_empty() || serde_json::from_str::<Value>(&out).is_ok(), "{command:?}\n{out}");
        assert!(*exit > 0 || !out.is_empty(), "{command:?} says nothing");
        for line in err.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{command:?}\n{err}");
        }
        if *exit > 0 {
            let error: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
            let said = |name: &str| error["error"][name].as_str().unwrap().trim().len();
            assert_eq!(error["error"]["exit"], *exit);
            assert!(said("what") > 0 && said("todo") > 0, "{command:?}\n{error}");
        }
    }
    every_command_is_among(commands);
}

/// Every command that `--help` names was run, but for those that only end when they are told to.
fn every_command_is_among(commands: &[(i32, &[&str])]) {
    let help = |command: &[&str]| stdout(&lab::anteroom(&[command, &["--help"]].concat()));
    let names = |text: &str| -> Vec<String> {
        let list = text.split("Commands:\n").nth(1).unwrap_or_default();
        let lines = list.lines().take_while(|line| line.starts_with("  "));
        lines.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
    };
    let mut all = BTreeSet::new();
    for name in names(&help(&[])) {
        let below = names(&help(&[&name]));
        if below.is_empty() {
            all.insert(name);
        } else {
            all.extend(below.into_iter().map(|more| format!("{name} {more}")));
        }
    }
    let ran = |name: &str| commands.iter().any(|(_, command)| command.join(" ").starts_with(name));
    let left: Vec<&String> = all.iter().filter(|name| !ran(name)).collect();
    assert_eq!(left, ["init", "setup"], "init is what the test begins with, and setup is of tests/e2e");
}

#[test]
fn what_cannot_be_is_refused_and_the_way_out_is_named() {
    let lab = Lab::with_practice(2);
    let (owner, sam) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    let settings = settings(&lab);
    let all = references(&lab, &sam);
    let (one, two) = (all[0].as_str(), all[1].as_str());
    let says = |exit, arguments: &[&str], parts: &[&str]| {
        let (_, said) = lab.fails(exit, arguments);
        assert!(said.contains("\n  try: "), "{said}");
        parts.iter().for_each(|part| assert!(said.contains(part), "{part}\n{said}"));
    };
    // A sequence that is not there, or that begins otherwise.
    let follow = |sequence| ["inbox", "follow", one, sequence, "--credential", sam.as_str()];
    says(
        2,
        &follow("gentle-folow-up"),
        &["no sequence gentle-folow-up", "--settings FILE", "gentle-follow-up"],
    );
    let with = |sequence| [&follow(sequence)[..], &["--settings", settings.as_str()]].concat();
    says(2, &with("appointment"), &["gentle-follow-up, no-answer"]);
    lab.ok(&with("no-answer"));
    // Chosen once, it is known.
    lab.ok(&["inbox", "follow", two, "no-answer", "--credential", &sam]);
    lab.ok(&follow("none"));
    for format in ["csv", "svg"] {
        let both = ["--json", "report", "--format", format, "--credential", &sam];
        let (out, said) = lab.fails(2, &both);
        assert!(out.is_empty() && said.contains("two forms of one report"), "{said}");
        assert!(!stdout(&lab.ok(&both[1..])).is_empty());
    }

    // What somebody still relies on is not erased by the way.
    let erase = ["inbox", "erase", one, "--ground", "request", "--credential", &owner];
    lab.ok(&["inbox", "book", one, "2027-12-01T14:30:00-06:00", "--ask", "--credential", &sam]);
    says(1, &erase, &["a time is asked for", "anteroom inbox cancel", "--anyway"]);
    lab.ok(&["inbox", "book", one, "2027-12-01T14:30:00-06:00", "--credential", &sam]);
    says(1, &erase, &["still to come", "--anyway"]);
    lab.ok(&[&erase[..], &["--anyway"]].concat());
    for command in [
        &["inbox", "show", one][..],
        &["inbox", "note", one, "x"],
        &["inbox", "cancel", one, "--by", "patient"],
        &["inbox", "book", one, "2027-12-02T14:30:00-06:00"],
        &["ehr", "retry", one],
    ] {
        let command = [command, &["--credential", &sam]].concat();
        says(7, &command, &[&format!("the inquiry {one} is erased"), "is changed in the EHR"]);
    }
    says(7, &["inbox", "show", "ZZZ-ZZZ", "--credential", &sam], &["there is no inquiry ZZZ-ZZZ"]);
    lab.ok(&["inbox", "book", two, "2027-12-01T14:30:00-06:00", "--credential", &sam]);
    lab.ok(&["inbox", "cancel", two, "--by", "practice", "--credential", &sam]);
    lab.ok(&["inbox", "erase", two, "--ground", "request", "--credential", &owner]);
}
