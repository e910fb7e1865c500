//! A relay that erases and says that it was asked to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use inbox::{Inbox, Memory, Progress, Refusal};
use lead::thread::{ErasureGround, Event};
use seal::PrivateKey;
use wire::api::SignedRoster;
use wire::practice::{ROSTER_TYP, Roster};

const NOW_MS: u64 = NOW * 1000;
const DAY_MS: u64 = 24 * 3_600 * 1000;

/// Two inquiries, and what `author` wrote about erasing the first.
fn log(author: &str, key: &PrivateKey, erased: u8) -> RelayLog {
    let mut log = RelayLog::default();
    let event = Event::Erased { entries: vec![entry(erased)], ground: ErasureGround::Request };
    log.inquiry(1, 1, "Avery Sample").inquiry(2, 2, "Blair Example").event(1, 3, author, key, event);
    log
}

async fn read(log: &RelayLog, retention_days: Option<u32>) -> Inbox<PrivateKey> {
    let keyring = keyring();
    let roster = Roster { retention_days, ..roster(&keyring) };
    let claims = serde_json::to_vec(&roster).unwrap();
    let signed = SignedRoster { roster: sign(&PEOPLE.root, ROSTER_TYP, &claims), keyring };
    let staff = anchor().check_roster(signed, NOW, &Memory::default()).unwrap();
    let keys = keys(&staff).await;
    let mut inbox = Inbox::new(&anchor(), staff, keys, &Memory::default());
    while inbox.read(log.page(inbox.head().seq, 3)).await.unwrap() == Progress::More {}
    inbox
}

async fn unexplained(log: &RelayLog, retention_days: Option<u32>, now_ms: u64) -> Vec<u64> {
    let found = read(log, retention_days).await.unexplained_erasures(now_ms);
    assert!(found.iter().all(|found| found.refusal == Refusal::Unexplained));
    found.iter().map(|found| found.seq).collect()
}

#[tokio::test]
async fn a_tombstone_needs_the_owners_signature() {
    let people = &*PEOPLE;
    for (author, key, erased, expected) in [
        ("maria-lopez", &people.owner, 1, vec![]),
        ("maria-lopez", &people.owner, 2, vec![1]),
        ("sam-rivera", &people.coordinator, 1, vec![1]),
        ("maria-lopez", &people.stranger, 1, vec![1]),
    ] {
        let mut log = log(author, key, erased);
        log.entries[0].body = None;
        assert_eq!(unexplained(&log, None, NOW_MS).await, expected, "{author} for {erased}");
    }
    // An event in one thread says nothing about another.
    let mut log = log("maria-lopez", &people.owner, 2);
    log.entries[1].body = None;
    assert_eq!(unexplained(&log, None, NOW_MS).await, [2]);
}

#[tokio::test]
async fn what_an_owner_erased_is_not_shown_on_whatever_the_relay_still_has() {
    let people = &*PEOPLE;
    for (author, key, shown) in [
        ("maria-lopez", &people.owner, 1),
        ("sam-rivera", &people.coordinator, 2),
        ("maria-lopez", &people.stranger, 2),
    ] {
        let inbox = read(&log(author, key, 1), None).await;
        let leads = inbox.leads();
        assert_eq!(leads.iter().filter(|lead| !lead.inquiries.is_empty()).count(), shown, "{author}");
        assert_eq!(leads.iter().map(|lead| lead.erased).sum::<usize>(), 2 - shown, "{author}");
    }
}

#[tokio::test]
async fn or_the_policy_that_the_root_key_signed() {
    let mut log = log("sam-rivera", &PEOPLE.coordinator, 1);
    log.entries[1].body = None;
    let taken = log.entries[1].meta.time;
    for (days, later, expected) in
        [(None, 100, vec![2]), (Some(30), 29, vec![2]), (Some(30), 31, vec![]), (Some(90), 31, vec![2])]
    {
        assert_eq!(unexplained(&log, days, taken + later * DAY_MS).await, expected, "{days:?} {later}");
    }
}

#[tokio::test]
async fn what_was_quiet_for_long_enough_once_stays_explained() {
    let mut log = RelayLog::default();
    log.inquiry(1, 1, "Avery Sample").event(1, 2, "sam-rivera", &PEOPLE.coordinator, note("called again"));
    let taken = log.entries[0].meta.time;
    log.entries[1].meta.time = taken + 31 * DAY_MS;
    log.chain();
    log.entries[0].body = None;
    assert_eq!(unexplained(&log, Some(30), taken + 32 * DAY_MS).await, Vec::<u64>::new());
    assert_eq!(unexplained(&log, Some(40), taken + 32 * DAY_MS).await, [1]);
}
