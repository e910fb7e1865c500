//! A relay that lies: every change of what it stores is reported, with a code of its own, and nothing
//! of it is believed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod lab;

use lab::{Lab, chain_anew, stdout};
use seal::entry::{Binding, seal};
use seal::{Embed, KeyUse, PrivateKey, PublicKey, jws};
use std::sync::{Arc, Mutex};
use wire::api::{Page, SignedRoster};
use wire::log::EntryMeta;
use wire::practice::MANIFEST_TYP;
use wire::{ChainHash, Entry, EntryId, EntryKind, ThreadId};

const NAMES: [&str; 2] = ["Avery Sample", "Blair Example"];

#[test]
fn a_changed_log_is_reported_and_not_shown() {
    let lab = Lab::with_practice(5);
    let coordinator = lab.credential("sam-rivera");
    lab.ok(&["log", "verify", "--credential", &coordinator]);
    let fresh = lab.fresh_reader("fresh");

    type Change = fn(&mut Page);
    let seen_by_everyone: [(&str, Change, &str); 6] = [
        ("dropped", |page| drop(page.entries.remove(2)), "entry 3"),
        ("reordered", |page| page.entries.swap(1, 2), "entry 2"),
        ("altered", |page| page.entries[3].body = page.entries[2].body.clone(), "entry 4"),
        ("re-threaded", |page| page.entries[4].meta.thread = page.entries[0].meta.thread, "entry 5"),
        ("withheld", |page| page.entries.clear(), "entry 1"),
        (
            "moved to another thread, the chain made anew",
            |page| {
                page.entries[4].meta.thread = ThreadId::from_bytes([9; 16]);
                chain_anew(page);
            },
            "entry 5",
        ),
    ];
    for (what, change, place) in seen_by_everyone {
        lab.tamper_pages(change);
        for credential in [&coordinator, &fresh] {
            for command in ["log", "inbox"] {
                let verb = if command == "log" { "verify" } else { "list" };
                let (out, err) = lab.fails(5, &[command, verb, "--credential", credential]);
                assert!(err.contains(place), "{what}: {err}");
                assert!(err.contains("try: "), "{what}: {err}");
                // What the relay moved is not shown; of a broken chain nothing is.
                if !what.contains("anew") {
                    assert!(NAMES.iter().all(|name| !out.contains(name)), "{what}: {out}");
                }
            }
        }
        // A reader that was lied to must not take the lie for its memory.
        let _ = std::fs::remove_file(format!("{fresh}.state.json"));
    }

    let seen_by_who_was_there_before: [(&str, Change); 4] = [
        ("rewound", |page| {
            page.entries.truncate(3);
            chain_anew(page);
        }),
        ("emptied", |page| {
            page.entries.clear();
            page.head = wire::Head::empty(&"lakeside-ortho".parse().unwrap());
        }),
        ("dropped, the chain made anew", |page| {
            page.entries.remove(0);
            chain_anew(page);
        }),
        ("rewritten and longer", |page| {
            page.entries[0].meta.time += 1;
            let mut more = page.entries[1].clone();
            more.meta.id = EntryId::from_bytes([1; 16]);
            page.entries.push(more);
            chain_anew(page);
        }),
    ];
    for (what, change) in seen_by_who_was_there_before {
        lab.tamper_pages(change);
        for arguments in [["log", "verify"], ["inbox", "list"]] {
            let (out, err) = lab.fails(5, &[arguments[0], arguments[1], "--credential", &coordinator]);
            assert!(err.contains("rewound or rewritten"), "{what}: {err}");
            assert!(out.is_empty(), "{what}: {out}");
        }
    }

    lab.honest();
    let verified = stdout(&lab.ok(&["log", "verify", "--credential", &coordinator]));
    assert!(verified.contains("follows from entry 5"), "the memory has survived: {verified}");
}

#[test]
fn forged_and_unreadable_entries_are_refused_and_the_rest_is_read() {
    let lab = Lab::with_practice(2);
    let coordinator = lab.credential("sam-rivera");
    let stranger = PrivateKey::generate(KeyUse::Sig).unwrap();
    let manifest = manifest(&lab);
    let pinned = jws::verify_pinned(&manifest, MANIFEST_TYP, &jws::signer(&manifest).unwrap()).unwrap();
    let head: wire::practice::ManifestHead = serde_json::from_slice(&pinned.claims).unwrap();
    let inbox = PublicKey::from_jwk(&head.inbox.keys[0]).unwrap();

    let claims = lead::thread::EventClaims {
        v: 1,
        practice: head.practice.clone(),
        thread: ThreadId::from_bytes([3; 16]),
        entry: EntryId::from_bytes([4; 16]),
        author: "sam-rivera".parse().unwrap(),
        time: 1,
        event: lead::thread::Event::NoteAdded { text: "call 900-555-0100 instead".into() },
    };
    let forged = jws::sign(&stranger, wire::practice::EVENT_TYP, &claims.to_json(), Embed::Nothing).unwrap();
    for (what, kind, plain, words) in [
        ("forged", EntryKind::Event, forged.into_bytes(), "forged"),
        ("unsigned", EntryKind::Event, claims.to_json(), "not signed by a member of staff"),
        ("unreadable", EntryKind::Inquiry, b"{}".to_vec(), "not in a format"),
    ] {
        let binding = Binding {
            typ: kind,
            practice: head.practice.clone(),
            thread: claims.thread,
            entry: claims.entry,
            manifest: head.version,
        };
        let body = seal(&binding, &plain, &inbox).unwrap();
        lab.tamper_pages(move |page| {
            let meta = EntryMeta {
                seq: 0,
                id: binding.entry,
                kind,
                thread: binding.thread,
                sha256: ChainHash::of_body(&body),
                time: page.entries[1].meta.time,
            };
            let hash = page.entries[1].hash;
            page.entries.push(Entry { meta, hash, body: Some(body.clone()) });
            chain_anew(page);
        });
        let reader = lab.fresh_reader(what);
        let (out, err) = lab.fails(9, &["log", "verify", "--credential", &reader]);
        assert!(out.contains("intact") && out.contains("entry 3") && out.contains(words), "{what}: {out}");
        assert!(err.contains("1 of 3 entries are refused"), "{what}: {err}");
        let listed = lab.ok(&["inbox", "list", "--credential", &reader]);
        assert!(NAMES.iter().all(|name| stdout(&listed).contains(name)), "{what}");
        assert!(lab::stderr(&listed).contains("warning: entry 3 is refused"), "{what}");
        assert!(!stdout(&listed).contains("900-555"), "{what}");
    }
    lab.honest();
    lab.ok(&["inbox", "list", "--credential", &coordinator]);
}

/// Anyone on the internet can write anything into the form.
#[test]
fn the_text_of_patients_cannot_act_on_a_terminal() {
    let lab = Lab::with_practice(1);
    let manifest = manifest(&lab);
    let pinned = jws::verify_pinned(&manifest, MANIFEST_TYP, &jws::signer(&manifest).unwrap()).unwrap();
    let manifest: lead::Manifest = serde_json::from_slice(&pinned.claims).unwrap();
    let nasty =
        "Eve\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}0010-555\u{2066}\r\nScore 99: Care-Ready\u{0}";
    let mut inquiry = hostile_inquiry(&manifest, nasty);
    inquiry.answers.needs = nasty.repeat(3);
    let binding = Binding {
        typ: EntryKind::Inquiry,
        practice: manifest.practice.clone(),
        thread: ThreadId::from_bytes([3; 16]),
        entry: EntryId::from_bytes([4; 16]),
        manifest: manifest.version,
    };
    let inbox = PublicKey::from_jwk(&manifest.inbox.keys[0]).unwrap();
    let body = seal(&binding, inquiry.to_json().unwrap().as_bytes(), &inbox).unwrap();
    lab.tamper_pages(move |page| {
        let meta = EntryMeta {
            seq: 0,
            id: binding.entry,
            kind: EntryKind::Inquiry,
            thread: binding.thread,
            sha256: ChainHash::of_body(&body),
            time: page.entries[0].meta.time,
        };
        let hash = page.entries[0].hash;
        page.entries.push(Entry { meta, hash, body: Some(body.clone()) });
        chain_anew(page);
    });
    let reader = lab.fresh_reader("careful");
    let id = EntryId::from_bytes([4; 16]).to_string();
    for arguments in [
        vec!["inbox", "list", "--credential", &reader],
        vec!["inbox", "show", &id, "--credential", &reader],
        vec!["--json", "inbox", "list", "--credential", &reader],
        vec!["--json", "inbox", "show", &id, "--credential", &reader],
    ] {
        let printed = stdout(&lab.ok(&arguments));
        assert!(printed.contains("Eve"), "{arguments:?}");
        let acts = |c: char| {
            (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!printed.chars().any(acts), "{arguments:?}: {printed:?}");
        assert!(!printed.lines().any(|line| line.starts_with("Score 99")), "{arguments:?}: {printed}");
    }
}

fn hostile_inquiry(manifest: &lead::Manifest, nasty: &str) -> lead::Inquiry {
    let mut answers = lead::inquiry::Answers::default();
    answers.contact.name = nasty.to_owned();
    answers.contact.phone = Some(nasty.to_owned());
    answers.service = Some(nasty.to_owned());
    answers.other.insert(nasty.to_owned(), lead::inquiry::Answer::Text(nasty.to_owned()));
    let visit = |path: &str| lead::signals::Visit {
        path: path.to_owned(),
        ms: 1,
        dwell_ms: 0,
        referrer: lead::signals::Referrer::Search,
        campaign: Some(lead::signals::Campaign {
            source: "x\u{1b}c".into(),
            medium: String::new(),
            name: String::new(),
        }),
    };
    let model = &manifest.source.scoring;
    let mut inquiry = lead::Inquiry {
        v: 1,
        lang: nasty.chars().take(6).collect(),
        manifest: manifest.version,
        submitted_ms: u64::MAX,
        answers,
        signals: lead::signals::Signals { visits: vec![visit("/guides/\u{1b}[2J"), visit("/\u{202e}")] },
        preliminary: lead::scoring::Score {
            points: 99,
            tier: "care-ready".into(),
            action: lead::scoring::Action::Nothing,
            lines: Vec::new(),
            model: lead::scoring::ModelRef {
                name: "\u{1b}[31mmine".into(),
                version: model.version,
                hash: model.hash(),
            },
        },
    };
    inquiry.answers.consent = None;
    inquiry
}

#[test]
fn another_or_an_older_manifest_roster_or_keyring_is_refused() {
    let lab = Lab::with_practice(1);
    let coordinator = lab.credential("sam-rivera");
    let list = ["inbox", "list", "--credential", coordinator.as_str()];
    lab.ok(&list);

    let old_manifest = manifest(&lab);
    let old_staff = staff(&lab);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
    lab.ok(&["manifest", "publish", file, "--dir", &lab.practice()]);
    lab.ok(&["staff", "add", "ana-auditor", "--role", "auditor", "--dir", &lab.practice()]);
    lab.ok(&list);

    let stranger = PrivateKey::generate(KeyUse::Sig).unwrap();
    let pinned =
        jws::verify_pinned(&old_manifest, MANIFEST_TYP, &jws::signer(&old_manifest).unwrap()).unwrap();
    let usurped = jws::sign(&stranger, MANIFEST_TYP, &pinned.claims, Embed::Jwk).unwrap();
    let new_staff = staff(&lab);
    let swapped = SignedRoster { roster: new_staff.roster, keyring: old_staff.keyring.clone() };
    let rewound = serde_json::to_string(&old_staff).unwrap();
    let swapped = serde_json::to_string(&swapped).unwrap();
    let cases = [
        ("/manifest", usurped, "signed by another key"),
        ("/manifest", old_manifest, "older than one seen before"),
        ("/roster", rewound, "this reader has seen version"),
        ("/roster", swapped, "not the one that the roster names"),
    ];
    for (path, answer, words) in cases {
        lab.tamper(move |asked, body| if asked.ends_with(path) { answer.clone() } else { body });
        let (out, err) = lab.fails(6, &list);
        assert!(err.contains(words), "{path}: {err}");
        assert!(out.is_empty(), "{path}: {out}");
    }
    lab.honest();
    lab.ok(&list);
}

fn manifest(lab: &Lab) -> String {
    overheard(lab, "/manifest")
}

fn staff(lab: &Lab) -> SignedRoster {
    serde_json::from_str(&overheard(lab, "/roster")).unwrap()
}

/// What the relay answers to the coordinator.
fn overheard(lab: &Lab, path: &'static str) -> String {
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&heard);
    lab.tamper(move |asked, body| {
        if asked.ends_with(path) {
            ear.lock().unwrap().clone_from(&body);
        }
        body
    });
    lab.ok(&["inbox", "list", "--credential", &lab.credential("sam-rivera")]);
    lab.honest();
    let heard = heard.lock().unwrap().clone();
    assert!(!heard.is_empty());
    heard
}
