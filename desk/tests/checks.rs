//! The commands that look after a practice: doctor, recovery test, verify-site, completions, man.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use base64ct::{Base64, Encoding};
use lab::{Lab, anteroom, stdout};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384};
use std::path::Path;
use std::sync::{Arc, Mutex};

fn states(json: &str) -> Vec<(String, String)> {
    let value: Value = serde_json::from_str(json).unwrap();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (text(finding, "state"), text(finding, "what")))
        .collect()
}

#[test]
fn doctor_and_recovery_test() {
    let lab = Lab::with_practice(2);
    let coordinator = lab.credential("sam-rivera");
    let recovery = lab.path("practice/recovery.credential");
    let said = stdout(&lab.ok(&["recovery", "test", "--recovery", &recovery, "--credential", &coordinator]));
    for part in ["holds 1 inbox key", "all 2 entries", "sealed to a key of this keyring"] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    lab.fails(3, &["recovery", "test", "--recovery", &coordinator, "--credential", &coordinator]);

    let said = states(&stdout(&lab.ok(&["--json", "doctor", "--credential", &coordinator])));
    let warned: Vec<&String> =
        said.iter().filter(|(state, _)| state == "warning").map(|(_, what)| what).collect();
    assert_eq!(warned.len(), 2, "{said:?}");
    assert!(warned[0].contains("root.key") && warned[1].contains("recovery.credential"), "{said:?}");
    for part in ["clock", "manifest is yours", "lets sam-rivera in", "keyring opens", "intact: 2 entries"] {
        assert!(said.iter().any(|(state, what)| state == "well" && what.contains(part)), "{part}: {said:?}");
    }

    // A credential that was copied away from the keys, and is well.
    let moved = lab.fresh_reader("moved");
    let said = states(&stdout(&lab.ok(&["--json", "doctor", "--credential", &moved])));
    assert!(said.iter().all(|(state, _)| state == "well"), "{said:?}");
    #[cfg(unix)]
    {
        std::fs::set_permissions(&moved, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let said = stdout(&lab.ok(&["doctor", "--credential", &moved]));
        assert!(said.contains("chmod 600"), "{said}");
    }

    lab.tamper_pages(|page| drop(page.entries.remove(0)));
    let (out, _) = lab.fails(5, &["doctor", "--credential", &coordinator]);
    assert!(out.contains("PROBLEM") && out.contains("entry 1"), "{out}");
    lab.tamper(|path, body| if path.ends_with("/manifest") { "x".into() } else { body });
    let (out, _) = lab.fails(6, &["doctor", "--credential", &coordinator]);
    assert!(out.contains("the log is intact"), "it goes on after a problem: {out}");
}

#[test]
fn an_owner_who_has_nothing_but_the_two_keys_is_back_at_work() {
    let lab = Lab::with_practice(2);
    let new = lab.path("new-machine");
    std::fs::create_dir(&new).unwrap();
    let from = |name: &str| std::fs::read(format!("{}/{name}", lab.practice())).unwrap();
    let put = |name: &str, content: Vec<u8>| std::fs::write(format!("{new}/{name}"), content).unwrap();
    put("root.key", from("root.key"));
    let use_it = ["recovery", "use", "--dir", new.as_str()];
    put("recovery.credential", from("sam-rivera.credential"));
    let (_, said) = lab.fails(3, &use_it);
    assert!(said.contains("is not a recovery key"), "{said}");
    put("recovery.credential", from("recovery.credential"));
    let said = stdout(&lab.ok(&use_it));
    assert!(said.contains("opens a test message, and 2 of the 2 entries"), "{said}");
    let (_, said) = lab.fails(1, &use_it);
    assert!(said.contains("maria-lopez.credential exists already"), "{said}");

    // What was lost is of no use to a finder; colleagues go on; the owner owns.
    lab.fails(4, &["inbox", "list", "--credential", &lab.credential("maria-lopez")]);
    let owner = format!("{new}/maria-lopez.credential");
    lab.ok(&["demo", "seed", "--count", "3", "--credential", &owner]);
    lab.ok(&["staff", "rotate", "sam-rivera", "--dir", &new]);
    for credential in [owner.clone(), format!("{new}/sam-rivera.credential")] {
        let listed = stdout(&lab.ok(&["--json", "inbox", "list", "--credential", &credential]));
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(
            (listed["leads"].as_array().unwrap().len(), &listed["refused"]),
            (3, &serde_json::json!([]))
        );
    }
    let recovery = format!("{new}/recovery.credential");
    let said = stdout(&lab.ok(&["recovery", "test", "--recovery", &recovery, "--credential", &owner]));
    assert!(said.contains("holds 3 inbox keys"), "a new one for each who lost theirs: {said}");
}

#[test]
fn a_leaver_reads_nothing_more_and_patients_seal_to_a_new_key() {
    let lab = Lab::with_practice(2);
    let (owner, leaver) = (lab.credential("maria-lopez"), lab.credential("sam-rivera"));
    lab.ok(&["staff", "add", "noa-newcomer", "--role", "coordinator", "--dir", &lab.practice()]);
    lab.ok(&["inbox", "list", "--credential", &leaver]);
    let (_, said) = lab.fails(1, &["staff", "remove", "maria-lopez", "--dir", &lab.practice()]);
    assert!(said.contains("cannot remove themselves"), "{said}");
    let (_, said) = lab.fails(1, &["staff", "remove", "nobody-here", "--dir", &lab.practice()]);
    assert!(said.contains("does not work"), "{said}");

    let said = stdout(&lab.ok(&["staff", "remove", "sam-rivera", "--dir", &lab.practice()]));
    assert!(said.contains("new key"), "{said}");
    let (_, said) = lab.fails(4, &["inbox", "list", "--credential", &leaver]);
    assert!(said.contains("replaced or removed"), "{said}");
    lab.fails(1, &["staff", "remove", "sam-rivera", "--dir", &lab.practice()]);

    // Two under the old key, one under the new: who stayed reads all three, and so does the recovery key.
    lab.seed(3);
    for credential in [&owner, &lab.credential("noa-newcomer")] {
        let listed = stdout(&lab.ok(&["--json", "inbox", "list", "--credential", credential]));
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed["leads"].as_array().unwrap().len(), 3);
        assert_eq!(listed["refused"].as_array().unwrap().len(), 0);
    }
    let recovery = lab.path("practice/recovery.credential");
    let said = stdout(&lab.ok(&["recovery", "test", "--recovery", &recovery, "--credential", &owner]));
    assert!(said.contains("holds 2 inbox keys") && said.contains("all 3 entries"), "{said}");

    let file = lab.path("export.jsonl");
    lab.ok(&["inbox", "export", &file, "--credential", &owner]);
    let lines: Vec<Value> = std::fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().any(|line| line["inquiry"]["answers"]["contact"]["name"] == "Avery Sample"));
    let (_, said) = lab.fails(1, &["inbox", "export", &file, "--credential", &owner]);
    assert!(said.contains("exists already"), "{said}");
}

/// A release of the widget in miniature, in the lab's directory: the page fixes the loader by SHA-384, the loader the rest by
/// SHA-256, as `cargo xtask build` does.
fn make_widget(directory: &Path) -> Vec<String> {
    let sri = |bytes: &[u8]| format!("sha384-{}", Base64::encode_string(&Sha384::digest(bytes)));
    let (frame, wasm) = (b"// frame".as_slice(), b"\0asm\x01\0\0\0".as_slice());
    let fixed = |bytes: &[u8]| format!("sha256-{}", Base64::encode_string(&Sha256::digest(bytes)));
    let loader = format!("const frame='{}',wasm='{}';", fixed(frame), fixed(wasm));
    let version: String = Sha256::digest(&loader).iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    let release = directory.join("widget").join(&version);
    std::fs::create_dir_all(&release).unwrap();
    for (name, bytes) in [("loader.js", loader.as_bytes()), ("frame.js", frame), ("widget.wasm", wasm)] {
        std::fs::write(release.join(name), bytes).unwrap();
    }
    let current = serde_json::json!({ "version": version, "loader_integrity": sri(loader.as_bytes()) });
    std::fs::write(directory.join("widget/current.json"), current.to_string()).unwrap();
    vec!["--widget".into(), directory.join("widget").to_str().unwrap().into()]
}

/// The practice's website: one page, with a policy.
#[tokio::main(flavor = "current_thread")]
async fn website(listener: std::net::TcpListener, page: Arc<Mutex<(String, String)>>) {
    let serve = move || {
        let (html, policy) = page.lock().unwrap().clone();
        async move { ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response() }
    };
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, Router::new().fallback(serve)).await.unwrap();
}

#[test]
fn verify_site_checks_every_link_from_the_page() {
    let lab = Lab::start_with(make_widget);
    lab.init();
    let owner = lab.credential("maria-lopez");
    let current = lab.path("widget/current.json");
    let snippet = stdout(&lab.ok(&["snippet", "--credential", &owner, "--version-file", &current]));
    let policy = format!("script-src {} 'wasm-unsafe-eval'; connect-src {}", lab.url, lab.url);

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/contact", listener.local_addr().unwrap());
    let page = Arc::new(Mutex::new((snippet.clone(), policy.clone())));
    let served = Arc::clone(&page);
    std::thread::spawn(move || website(listener, served));
    let verify = ["--json", "verify-site", &url, "--version-file", &current, "--credential", &owner];

    let said = states(&stdout(&lab.ok(&verify)));
    assert!(said.iter().all(|(state, _)| state == "well"), "{said:?}");
    assert!(said.len() >= 10, "{said:?}");

    for (address, exit, words) in
        [("contact", 2, "give it in full"), ("http://127.0.0.1:1/", 1, "everybody may see the page")]
    {
        let (_, said) = lab.fails(exit, &["verify-site", address, "--credential", &owner]);
        assert!(said.contains(words), "{said}");
    }

    let changes: [(&str, String, String, i32, &str); 7] = [
        ("no snippet", "<p>Hello</p>".into(), policy.clone(), 8, "holds no snippet"),
        ("two", snippet.repeat(2), policy.clone(), 8, "holds 2 snippets"),
        ("another pin", snippet.replace("data-pin=\"", "data-pin=\"x"), policy.clone(), 6, "its pin is not"),
        (
            "another practice",
            snippet.replace("lakeside-ortho", "lakeside-dental"),
            policy.clone(),
            8,
            "another practice",
        ),
        (
            "no integrity",
            snippet.replace("integrity=", "data-integrity="),
            policy.clone(),
            6,
            "integrity is missing",
        ),
        ("another relay", snippet.replace(&lab.url, "https://relay.example"), policy.clone(), 6, "not from"),
        ("a strict policy", snippet.clone(), "script-src 'self'".into(), 8, "script-src needs"),
    ];
    for (what, html, policy, exit, words) in changes {
        *page.lock().unwrap() = (html, policy);
        let (out, _) = lab.fails(exit, &verify);
        let problems: Vec<_> = states(&out).into_iter().filter(|(state, _)| state == "problem").collect();
        assert!(problems.iter().any(|(_, said)| said.contains(words)), "{what}: {problems:?}");
    }

    *page.lock().unwrap() = (snippet, policy);
    for (file, words) in [
        ("/loader.js", "gives out a loader of"),
        ("/frame.js", "frame.js is not what the loader fixes"),
        ("/widget.wasm", "widget.wasm is not what the loader fixes"),
    ] {
        lab.tamper(move |path, body| if path.ends_with(file) { format!("{body} ") } else { body });
        let (out, _) = lab.fails(6, &verify);
        assert!(states(&out).iter().any(|(state, said)| state == "problem" && said.contains(words)), "{out}");
    }
}

#[test]
fn completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = stdout(&anteroom(&["completions", shell]));
        assert!(script.contains("verify-site"), "{shell}");
    }
    let directory = tempfile::tempdir().unwrap();
    let output = anteroom(&["man", directory.path().to_str().unwrap()]);
    assert!(output.status.success());
    for page in ["anteroom.1", "anteroom-inbox-show.1", "anteroom-staff-add.1"] {
        let text = std::fs::read_to_string(directory.path().join(page)).unwrap();
        assert!(text.contains(".TH"), "{page}");
    }
    assert!(std::fs::read_to_string(directory.path().join("anteroom.1")).unwrap().contains("Exit codes"));
}
