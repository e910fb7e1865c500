//! The access log in a file, and what can be done to such a file; erasure; new keys.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, chain_anew, stdout};
use serde_json::Value;
use wire::Entry;

fn lines(path: &str) -> Vec<String> {
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn an_exported_access_log_is_checked_line_by_line() {
    let lab = Lab::with_practice(3);
    lab.ok(&["staff", "add", "ana-auditor", "--role", "auditor", "--dir", &lab.practice()]);
    lab.ok(&["inbox", "list", "--credential", &lab.credential("sam-rivera")]);
    let (file, key) = (lab.path("access.ndjson"), lab.path("practice/relay-log.pub"));
    lab.ok(&["audit", "export", &file, "--credential", &lab.credential("ana-auditor")]);
    let verified = lab.ok(&["audit", "verify", &file, "--key", &key]);
    let right = lines(&file);
    assert!(stdout(&verified).contains(&format!("{} records", right.len() - 1)), "{}", stdout(&verified));
    let text = std::fs::read_to_string(&key).unwrap();
    lab.ok(&["audit", "verify", &file, "--key", text.trim()]);

    let bad = lab.path("bad.ndjson");
    let says = |name: &str, lines: &[String], expected: &str| {
        std::fs::write(&bad, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        let (_, said) = lab.fails(5, &["audit", "verify", &bad, "--key", &key]);
        assert!(said.contains(expected), "{name}: {said}");
    };
    let changed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = right.clone();
        change(&mut lines);
        lines
    };
    let last = right.len();
    says("altered", &changed(&|lines| lines[4] = lines[4].replace("done", "refused")), "line 5: ");
    says("dropped", &changed(&|lines| drop(lines.remove(2))), "line 3: ");
    says("swapped", &changed(&|lines| lines.swap(1, 2)), "line 2: ");
    says(
        "cut before the checkpoint",
        &changed(&|lines| drop(lines.remove(last - 2))),
        &format!("line {}: ", last - 1),
    );
    says("no checkpoint", &changed(&|lines| drop(lines.pop())), &format!("line {last}: the file ends"));
    says(
        "more behind",
        &changed(&|lines| lines.push(lines[0].clone())),
        &format!("line {}: there is more", last + 1),
    );
    says("junk", &changed(&|lines| lines[0] = "junk".into()), "line 1: not a line");
    says(
        "another size",
        &changed(&|lines| {
            let size = format!("\\n{}\\n", last - 1);
            lines[last - 1] = lines[last - 1].replace(&size, &format!("\\n{}\\n", last));
        }),
        &format!("line {last}: the checkpoint is not signed"),
    );

    // Another relay's key, or another practice's.
    let other = Lab::start();
    other.init();
    let foreign = other.path("practice/relay-log.pub");
    lab.fails(5, &["audit", "verify", &file, "--key", &foreign]);
    lab.fails(2, &["audit", "verify", &file, "--key", "a+b+c"]);
    // A coordinator has no business in it.
    lab.fails(4, &["audit", "export", &lab.path("no.ndjson"), "--credential", &lab.credential("sam-rivera")]);
}

#[test]
fn what_the_owner_erased_is_explained_and_what_the_relay_erased_is_not() {
    let lab = Lab::with_practice(3);
    let (owner, sam) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    let listed: Value =
        serde_json::from_slice(&lab.ok(&["--json", "inbox", "list", "--credential", &owner]).stdout).unwrap();
    let id = listed["leads"][0]["entry"].as_str().or(listed["leads"][0]["id"].as_str()).unwrap().to_owned();
    lab.fails(4, &["inbox", "erase", &id, "--ground", "request", "--credential", &sam]);
    lab.ok(&["inbox", "note", &id, "asked to be forgotten", "--credential", &sam]);
    let said = stdout(&lab.ok(&["inbox", "erase", &id, "--ground", "request", "--credential", &owner]));
    assert!(said.contains("2 entries have no content"), "{said}");
    lab.fails(7, &["inbox", "show", &id, "--credential", &sam]);
    let said = stdout(&lab.ok(&["log", "verify", "--credential", &sam]));
    assert!(said.contains("2 entries are erased"), "{said}");

    lab.tamper_pages(|page| {
        let kept = |entry: &&mut Entry| entry.body.is_some();
        page.entries.iter_mut().find(kept).unwrap().body = None;
    });
    let (_, said) = lab.fails(5, &["log", "verify", "--credential", &lab.fresh_reader("fresh")]);
    assert!(said.contains("on the relay's word alone"), "{said}");
}

#[test]
fn new_keys_open_what_is_old_and_the_old_ones_nothing_new() {
    let lab = Lab::with_practice(2);
    let (owner, sam) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    let listed: Value =
        serde_json::from_slice(&lab.ok(&["--json", "inbox", "list", "--credential", &sam]).stdout).unwrap();
    let id = listed["leads"][0]["entry"].as_str().or(listed["leads"][0]["id"].as_str()).unwrap().to_owned();
    lab.ok(&["inbox", "note", &id, "by the old key", "--credential", &sam]);
    let stolen = lab.path("stolen.credential");
    std::fs::copy(&sam, &stolen).unwrap();
    lab.ok(&["staff", "rotate", "sam-rivera", "--dir", &lab.practice()]);
    lab.fails(4, &["inbox", "list", "--credential", &stolen]);
    lab.seed(3);
    for credential in [&sam, &owner] {
        let said = stdout(&lab.ok(&["log", "verify", "--credential", credential]));
        assert!(said.contains("is intact") && !said.contains("refused"), "{said}");
        let shown = stdout(&lab.ok(&["inbox", "show", &id, "--credential", credential]));
        assert!(shown.contains("by the old key"), "{shown}");
    }
    // Also where the relay's clock is ahead of the one that ended the old key.
    lab.tamper_pages(|page| {
        page.entries.iter_mut().for_each(|entry| entry.meta.time += 20_000);
        chain_anew(page);
    });
    let said = stdout(&lab.ok(&["log", "verify", "--credential", &lab.fresh_reader("ahead")]));
    assert!(said.contains("is intact") && !said.contains("refused"), "{said}");
    lab.honest();
    // The owner's own keys too, with the manifest published by the new ones.
    lab.ok(&["staff", "rotate", "maria-lopez", "--dir", &lab.practice()]);
    lab.seed(4);
    lab.ok(&["inbox", "note", &id, "by the new key", "--credential", &owner]);
    lab.ok(&["staff", "retain", "--days", "400", "--dir", &lab.practice()]);
    lab.ok(&["log", "verify", "--credential", &owner]);
    let listed: Value =
        serde_json::from_slice(&lab.ok(&["--json", "inbox", "list", "--credential", &sam]).stdout).unwrap();
    assert_eq!(listed["leads"].as_array().unwrap().len(), 4);
}
