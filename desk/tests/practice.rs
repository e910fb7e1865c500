//! A practice from its first key to a checked log, against the real relay.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, PASSPHRASE, stderr, stdout};
use serde_json::Value;

#[test]
fn from_the_first_key_to_a_checked_log() {
    let lab = Lab::start();
    let coordinator = lab.credential("sam-rivera");
    let owner = lab.credential("maria-lopez");

    let said = stdout(&lab.init());
    assert!(said.contains("lakeside-ortho is registered"), "{said}");
    for file in ["root.key", "maria-lopez.credential", "recovery.credential"] {
        let path = lab.path(&format!("practice/{file}"));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.split('.').count(), 5, "{file} is a compact JWE");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    // Nothing is ever written over.
    let root_key = std::fs::read(lab.path("practice/root.key")).unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
    let practice = lab.practice();
    let again = [
        "init",
        "--relay",
        &lab.url,
        "--invite",
        "x",
        "--manifest",
        manifest,
        "--owner",
        "maria-lopez",
        "--dir",
        &practice,
    ];
    let (_, said) = lab.fails(1, &again);
    assert!(said.contains("root.key exists already"), "{said}");
    assert_eq!(std::fs::read(lab.path("practice/root.key")).unwrap(), root_key);

    lab.ok(&["staff", "add", "sam-rivera", "--role", "coordinator", "--dir", &practice]);
    lab.ok(&["staff", "add", "ana-auditor", "--role", "auditor", "--dir", &practice]);
    let (_, said) = lab.fails(1, &["staff", "add", "sam-rivera", "--role", "owner", "--dir", &practice]);
    assert!(said.contains("exists already"), "{said}");
    let roster: Value =
        serde_json::from_str(&stdout(&lab.ok(&["--json", "staff", "list", "--credential", &owner]))).unwrap();
    assert_eq!(roster["version"], 3);
    assert_eq!(roster["staff"].as_array().unwrap().len(), 3);
    assert!(roster["staff"][2].get("encryption").is_none(), "an auditor holds no key to any lead");

    assert_eq!(stdout(&lab.ok(&["inbox", "list", "--credential", &coordinator])).trim(), "No inquiries yet.");
    assert!(stdout(&lab.seed(12)).contains("12 synthetic inquiries sent, 0 were there already"));
    assert!(stdout(&lab.seed(12)).contains("0 synthetic inquiries sent, 12 were there already"));

    let listed = stdout(&lab.ok(&["--json", "inbox", "list", "--credential", &coordinator]));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let leads = listed["leads"].as_array().unwrap();
    assert_eq!(leads.len(), 12);
    let scores: Vec<i64> = leads.iter().map(|lead| lead["score"].as_i64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let table = stdout(&lab.ok(&["inbox", "list", "--credential", &coordinator]));
    assert!(table.lines().next().unwrap().starts_with("REFERENCE"), "{table}");
    assert!(table.contains("María Muestra"), "{table}");

    let avery = leads.iter().find(|lead| lead["name"] == "Avery Sample").unwrap();
    for name in [&avery["reference"], &avery["id"], &avery["thread"]] {
        let shown = stdout(&lab.ok(&["inbox", "show", name.as_str().unwrap(), "--credential", &coordinator]));
        for part in
            ["Avery Sample", "(312) 555-0110", "bone on bone", "Surgical procedure", "Knee replacement"]
        {
            assert!(shown.contains(part), "{part} is missing in\n{shown}");
        }
    }
    let reference = avery["reference"].as_str().unwrap().to_lowercase();
    let shown = stdout(&lab.ok(&["--json", "inbox", "show", &reference, "--credential", &owner]));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let sum: i64 =
        shown["score"]["lines"].as_array().unwrap().iter().map(|line| line["points"].as_i64().unwrap()).sum();
    assert_eq!(sum, shown["score"]["points"].as_i64().unwrap());
    assert_eq!(shown["score"], shown["inquiry"]["preliminary"], "the browser's model is the practice's");
    lab.fails(7, &["inbox", "show", "000-000", "--credential", &coordinator]);

    let verified = stdout(&lab.ok(&["log", "verify", "--credential", &coordinator]));
    assert!(verified.contains("intact") && verified.contains("12 entries"), "{verified}");
    assert!(verified.contains("follows from entry 12"), "{verified}");
    let state = std::fs::read_to_string(format!("{coordinator}.state.json")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["memory"]["head"]["seq"], 12);

    let (_, said) = lab.fails(3, &["inbox", "list", "--credential", &lab.credential("ana-auditor")]);
    assert!(said.contains("auditor"), "{said}");
    let wrong = lab.path("wrong");
    std::fs::write(&wrong, "another passphrase entirely\n").unwrap();
    let (_, said) = lab.fails(3, &["--passphrase-file", &wrong, "inbox", "list", "--credential", &owner]);
    assert!(said.contains("passphrase is wrong") && !said.contains(PASSPHRASE), "{said}");
}

#[test]
fn a_manifest_is_published_and_the_snippet_printed() {
    let lab = Lab::start();
    lab.init();
    let owner = lab.credential("maria-lopez");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
    let changed = lab.path("changed.toml");
    let text = std::fs::read_to_string(manifest).unwrap().replace("+1 555 0100", "+1 555 0199");
    std::fs::write(&changed, text).unwrap();
    let said = stdout(&lab.ok(&["manifest", "publish", &changed, "--dir", &lab.practice()]));
    assert!(said.contains("version 2"), "{said}");

    let current = lab.path("current.json");
    let integrity = format!("sha384-{}", "A".repeat(64));
    std::fs::write(
        &current,
        format!(r#"{{"version":"0123456789abcdef0123","loader_integrity":"{integrity}"}}"#),
    )
    .unwrap();
    let snippet = stdout(&lab.ok(&["snippet", "--credential", &owner, "--version-file", &current]));
    for part in [
        "<div data-anteroom>",
        r#"<a href="tel:+15550199">+1 555 0199</a>"#,
        &format!(r#"src="{}/e/0123456789abcdef0123/loader.js""#, lab.url),
        &format!(r#"integrity="{integrity}""#),
        r#"data-practice="lakeside-ortho""#,
        "data-pin=\"",
    ] {
        assert!(snippet.contains(part), "{part} is missing in\n{snippet}");
    }

    // Another model has another number.
    let other = std::fs::read_to_string(manifest).unwrap().replace("points = 25", "points = 30");
    std::fs::write(&changed, &other).unwrap();
    let (_, said) = lab.fails(8, &["manifest", "publish", &changed, "--dir", &lab.practice()]);
    assert!(said.contains("differs from version 1") && said.contains("scoring.version to 2"), "{said}");
    let numbered =
        other.replacen("\"Anteroom default\"\nversion = 1", "\"Anteroom default\"\nversion = 2", 1);
    std::fs::write(&changed, numbered).unwrap();
    let said = stdout(&lab.ok(&["manifest", "publish", &changed, "--dir", &lab.practice()]));
    assert!(said.contains("version 3"), "{said}");

    // The relay forgets the new manifest, and the owner does not.
    std::fs::write(&current, "{}").unwrap();
    let output = lab.run(&["snippet", "--credential", &owner, "--version-file", &current]);
    assert!(stderr(&output).contains("not the current.json"), "{}", stderr(&output));
}

#[test]
fn staff_work_is_signed_sealed_and_shown() {
    let lab = Lab::with_practice(2);
    let (owner, coordinator) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    let listed = stdout(&lab.ok(&["--json", "inbox", "list", "--credential", &coordinator]));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let avery =
        listed["leads"].as_array().unwrap().iter().find(|lead| lead["name"] == "Avery Sample").unwrap();
    let reference = avery["reference"].as_str().unwrap();
    lab.ok(&["inbox", "call", reference, "voicemail", "--credential", &coordinator]);
    lab.ok(&["inbox", "note", reference, "Prefers\u{1b}[2J mornings", "--credential", &owner]);
    let shown = stdout(&lab.ok(&["inbox", "show", reference, "--credential", &owner]));
    for part in [
        "stage contacting",
        "sam-rivera: called and left a voicemail",
        "maria-lopez: Prefers\u{fffd}[2J mornings",
    ] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    lab.ok(&["inbox", "stage", reference, "booked", "--credential", &coordinator]);
    let shown = stdout(&lab.ok(&["inbox", "show", reference, "--credential", &owner]));
    assert!(shown.contains("stage booked"), "{shown}");
    let verified = stdout(&lab.ok(&["log", "verify", "--credential", &owner]));
    assert!(verified.contains("5 entries in 2 threads"), "{verified}");
    lab.fails(7, &["inbox", "note", "000-000", "x", "--credential", &coordinator]);
    let too_long = "x".repeat(70_000);
    lab.fails(1, &["inbox", "note", reference, &too_long, "--credential", &coordinator]);

    // What makes no sense is said, and not written.
    for (exit, arguments, words) in [
        (2, vec!["note", reference, " "], "the note is empty"),
        (2, vec!["book", reference, "2026-12-01 14:30"], "with the offset"),
        (2, vec!["book", reference, "2020-12-01T14:30:00-06:00"], "2020-12-01 20:30 UTC is past"),
        (7, vec!["cancel", reference, "--by", "patient"], "no appointment"),
    ] {
        let all = [&["inbox"], &arguments[..], &["--credential", &coordinator]].concat();
        let (_, said) = lab.fails(exit, &all);
        assert!(said.contains(words), "{said}");
    }
    let verified = stdout(&lab.ok(&["log", "verify", "--credential", &owner]));
    assert!(verified.contains("5 entries in 2 threads"), "{verified}");
}

#[test]
fn a_draft_model_is_replayed_and_too_little_history_is_refused() {
    let lab = Lab::with_practice(40);
    let coordinator = lab.credential("sam-rivera");
    let draft = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/scoring/draft.toml");
    let replay = ["score", "replay", "--model", draft, "--credential", &coordinator];
    let said = stdout(&lab.ok(&replay));
    for part in ["40 leads by Anteroom default version 1", "Referral first version 2", "REFERENCE", "Points"]
    {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(said.contains("  physician-referral: new, +25\n"), "{said}");
    let json = [&["--json"], replay.as_slice()].concat();
    let said: Value = serde_json::from_str(&stdout(&lab.ok(&json))).unwrap();
    let moved = said["moved"].as_array().unwrap();
    let counted: u64 =
        said["moves"].as_array().unwrap().iter().map(|way| way["leads"].as_u64().unwrap()).sum();
    assert!(!moved.is_empty());
    assert_eq!(counted, moved.len() as u64);
    for side in ["current", "draft"] {
        let bars = said["histogram"].as_array().unwrap().iter().map(|bar| bar[side].as_u64().unwrap());
        assert_eq!(bars.sum::<u64>(), 40);
    }
    assert!(moved.iter().all(|lead| lead["from"]["tier"] != lead["to"]["tier"]), "{moved:?}");

    let (out, err) = lab.fails(10, &["score", "calibrate", "--credential", &coordinator]);
    assert!(out.is_empty() && err.contains("40 leads are still open"), "{err}");
}

#[test]
fn a_practice_whose_registration_failed_is_registered_later() {
    let lab = Lab::start();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
    let practice = lab.practice();
    let init = [
        "init",
        "--relay",
        &lab.url,
        "--invite",
        "not-an-invite",
        "--manifest",
        manifest,
        "--owner",
        "maria-lopez",
        "--dir",
        &practice,
    ];
    let (_, said) = lab.fails(4, &init);
    assert!(said.contains("anteroom register"), "{said}");
    let invite = lab.invite();
    let said = stdout(&lab.ok(&["register", "--dir", &practice, "--invite", &invite]));
    assert!(said.contains("is registered"), "{said}");
    // The first answer may have been lost: saying it twice does no harm.
    let invite = lab.invite();
    lab.ok(&["register", "--dir", &practice, "--invite", &invite]);
    lab.seed(1);
}
