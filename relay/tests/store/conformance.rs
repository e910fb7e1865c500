//! What a [`Store`] owes, as plain functions on any backend.

mod erasure;
mod unsubscribe;

pub use erasure::*;
pub use unsubscribe::*;

use crate::support::keys;
use crate::support::practice::{START, Sealing, everyone, manifest, name, roster};
use relay::sealed::SealedEntry;
use relay::secret::SecretHash;
use relay::store::{
    AccessNote, Appended, Erased, ManifestRecord, Published, Quota, Registered, RosterRecord, Store,
    TokenRecord,
};
use std::sync::Arc;
use std::time::Duration;
use wire::access::{AccessHead, Action, Actor, Ending, RequestId, Subject};
use wire::api::{Receipt, SignedRoster};
use wire::practice::{Role, Roster};
use wire::{ChainHash, Head, limits};

const NOW_MS: u64 = START * 1_000;

fn manifest_record(practice: &str, version: u64) -> ManifestRecord {
    ManifestRecord {
        version,
        not_after: START + 1_000 * version,
        keys: vec![keys::inbox().thumbprint()],
        text: manifest(practice, version),
    }
}

fn roster_record(practice: &str, version: u64) -> RosterRecord {
    let SignedRoster { roster: text, keyring } = roster(practice, version, everyone());
    let claims = Roster {
        practice: name(practice),
        version,
        iat: START,
        keyring: ChainHash::of_body(&keyring),
        retention_days: None,
        staff: everyone(),
    };
    RosterRecord { roster: claims, signed: SignedRoster { roster: text, keyring } }
}

fn note(action: Action) -> AccessNote {
    AccessNote {
        time_ms: NOW_MS,
        request: RequestId::new(1),
        actor: Some(Actor { staff: "maria-lopez".parse().unwrap(), role: Role::Owner }),
        action,
        ending: Ending::Done,
        subject: Subject::None,
    }
}

async fn register(store: &impl Store, invite: &str, practice: &str) -> Registered {
    register_as(store, invite, practice, manifest_record(practice, 1)).await
}

async fn register_as(
    store: &impl Store,
    invite: &str,
    practice: &str,
    manifest: ManifestRecord,
) -> Registered {
    let (pin, roster) = (keys::root().thumbprint(), roster_record(practice, 1));
    store
        .register(SecretHash::of(invite), name(practice), pin, manifest, roster, note(Action::Register))
        .await
        .unwrap()
}

pub async fn practice(store: &impl Store, practice: &str) {
    store.add_invite(SecretHash::of(practice), START + 60).await.unwrap();
    assert_eq!(register(store, practice, practice).await, Registered::New);
}

async fn append(store: &impl Store, body: String, time: u64) -> Appended {
    store.append(SealedEntry::parse(body).unwrap(), time, Quota::UNLIMITED, None).await.unwrap()
}

fn new(appended: Appended) -> Receipt {
    match appended {
        Appended::New(receipt) => receipt,
        other => panic!("expected a new entry, got {other:?}"),
    }
}

/// Reads the whole log in small pages and checks its chain.
pub async fn check_log(store: &impl Store, practice: &str, length: u64) {
    let mut head = Head::empty(&name(practice));
    loop {
        let page = store.page(&name(practice), head.seq, 7).await.unwrap().unwrap();
        for entry in &page.entries {
            head.advance(entry).unwrap();
        }
        if head.seq == page.head.seq {
            assert_eq!(head, page.head);
            break;
        }
        assert!(!page.entries.is_empty(), "a page before the end is empty");
    }
    assert_eq!(head.seq, length);
}

pub async fn an_invite_registers_one_practice(store: impl Store) {
    assert_eq!(register(&store, "unknown", "lakeside-ortho").await, Registered::InviteRefused);
    store.add_invite(SecretHash::of("once"), START + 60).await.unwrap();
    assert_eq!(register(&store, "once", "lakeside-ortho").await, Registered::New);
    assert_eq!(register(&store, "once", "hillside-ortho").await, Registered::InviteRefused);
    assert!(store.authority(&name("hillside-ortho")).await.unwrap().is_none());
}

pub async fn a_repeated_registration_is_the_same(store: impl Store) {
    store.add_invite(SecretHash::of("once"), START + 60).await.unwrap();
    let manifest = manifest_record("lakeside-ortho", 1);
    let (pin, roster) = (keys::root().thumbprint(), roster_record("lakeside-ortho", 1));
    let mut answers = Vec::new();
    for _ in 0..2 {
        let (manifest, roster) = (manifest.clone(), roster.clone());
        let invite = SecretHash::of("once");
        answers.push(
            store
                .register(invite, name("lakeside-ortho"), pin, manifest, roster, note(Action::Register))
                .await
                .unwrap(),
        );
    }
    assert_eq!(answers, [Registered::New, Registered::Same]);
}

pub async fn a_name_is_taken_once(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    store.add_invite(SecretHash::of("second"), START + 60).await.unwrap();
    assert_eq!(register(&store, "second", "lakeside-ortho").await, Registered::NameTaken);
    // The invite was not used up by the refusal.
    assert_eq!(register(&store, "second", "hillside-ortho").await, Registered::New);
}

pub async fn an_expired_invite_is_refused(store: impl Store) {
    store.add_invite(SecretHash::of("old"), START).await.unwrap();
    assert_eq!(register(&store, "old", "lakeside-ortho").await, Registered::InviteRefused);
}

pub async fn an_appended_entry_is_read_back_whole(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let receipt = new(append(&store, sealing.body(), NOW_MS).await);
    assert_eq!((receipt.entry, receipt.seq, receipt.time), (sealing.entry, 1, NOW_MS));
    assert_eq!(store.receipt(&name("lakeside-ortho"), sealing.entry).await.unwrap(), Some(receipt.clone()));

    let page = store.page(&name("lakeside-ortho"), 0, 10).await.unwrap().unwrap();
    let [entry] = &page.entries[..] else { panic!("expected one entry") };
    assert_eq!(entry.body.as_deref(), Some(&*sealing.body()));
    assert_eq!((entry.meta.kind, entry.meta.thread), (sealing.kind, sealing.thread));
    assert_eq!(page.head, Head { seq: 1, hash: receipt.hash });
    check_log(&store, "lakeside-ortho", 1).await;
}

pub async fn seqs_have_no_gap_and_the_chain_holds_under_concurrency(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let store = Arc::new(store);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let store = Arc::clone(&store);
            let body = Sealing::inquiry("lakeside-ortho").body();
            tokio::spawn(async move { new(append(&*store, body, NOW_MS).await).seq })
        })
        .collect();
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
    check_log(&*store, "lakeside-ortho", 100).await;
}

pub async fn practices_have_logs_of_their_own(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    practice(&store, "hillside-ortho").await;
    for _ in 0..3 {
        new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    }
    let same_id = Sealing::inquiry("lakeside-ortho");
    new(append(&store, same_id.body(), NOW_MS).await);
    let other = Sealing { practice: "hillside-ortho".into(), ..same_id };
    // The same id in another practice is another entry.
    assert_eq!(new(append(&store, other.body(), NOW_MS).await).seq, 1);
    check_log(&store, "lakeside-ortho", 4).await;
    check_log(&store, "hillside-ortho", 1).await;
}

pub async fn an_entry_id_is_an_idempotency_key(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let sealing = Sealing::inquiry("lakeside-ortho");
    let receipt = new(append(&store, sealing.body(), NOW_MS).await);
    assert_eq!(append(&store, sealing.body(), NOW_MS + 5_000).await, Appended::Same(receipt));
    let other = Sealing { fill: 'd', ..sealing };
    assert_eq!(append(&store, other.body(), NOW_MS).await, Appended::Conflict);
    check_log(&store, "lakeside-ortho", 1).await;
}

pub async fn time_never_runs_backwards(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    let receipt = new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS - 60_000).await);
    assert_eq!(receipt.time, NOW_MS);
}

pub async fn pages_are_bounded_in_entries_and_bytes(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let large = limits::PADDING_CLASSES[5];
    let needed = limits::PAGE_BYTES.div_ceil(large) as u64;
    for _ in 0..needed {
        let sealing = Sealing { size: large, ..Sealing::inquiry("lakeside-ortho") };
        new(append(&store, sealing.body(), NOW_MS).await);
    }
    let lakeside = name("lakeside-ortho");
    assert_eq!(store.page(&lakeside, 0, 3).await.unwrap().unwrap().entries.len(), 3);
    let whole = store.page(&lakeside, 0, 500).await.unwrap().unwrap();
    let bytes: usize = whole.entries.iter().map(|entry| entry.body.as_ref().unwrap().len()).sum();
    assert!(whole.entries.len() < needed as usize && bytes < limits::PAGE_BYTES + limits::ENTRY_BYTES);
    assert!(store.page(&lakeside, needed, 10).await.unwrap().unwrap().entries.is_empty());
    assert!(store.page(&lakeside, u64::MAX, 10).await.unwrap().unwrap().entries.is_empty());
    check_log(&store, "lakeside-ortho", needed).await;
}

pub async fn versions_only_rise(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let lakeside = name("lakeside-ortho");
    let third = manifest_record("lakeside-ortho", 3);
    assert_eq!(
        store.put_manifest(&lakeside, third.clone(), note(Action::PublishManifest)).await.unwrap(),
        Published::New
    );
    assert_eq!(
        store.put_manifest(&lakeside, third.clone(), note(Action::PublishManifest)).await.unwrap(),
        Published::Same
    );
    let second = manifest_record("lakeside-ortho", 2);
    assert_eq!(
        store.put_manifest(&lakeside, second, note(Action::PublishManifest)).await.unwrap(),
        Published::NotNewer
    );
    assert_eq!(store.manifest(&lakeside).await.unwrap(), Some(third));

    let third = roster_record("lakeside-ortho", 3);
    assert_eq!(
        store.put_roster(&lakeside, third.clone(), note(Action::PublishRoster)).await.unwrap(),
        Published::New
    );
    assert_eq!(
        store.put_roster(&lakeside, third.clone(), note(Action::PublishRoster)).await.unwrap(),
        Published::Same
    );
    let second = roster_record("lakeside-ortho", 2);
    assert_eq!(
        store.put_roster(&lakeside, second, note(Action::PublishRoster)).await.unwrap(),
        Published::NotNewer
    );
    assert_eq!(store.roster(&lakeside).await.unwrap(), Some(third.signed));
}

pub async fn authority_follows_publication_at_once(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let lakeside = name("lakeside-ortho");
    let first = store.authority(&lakeside).await.unwrap().unwrap();
    assert_eq!((first.pin, first.manifests.len(), first.roster.version), (keys::root().thumbprint(), 1, 1));

    store
        .put_manifest(&lakeside, manifest_record("lakeside-ortho", 2), note(Action::PublishManifest))
        .await
        .unwrap();
    store
        .put_roster(&lakeside, roster_record("lakeside-ortho", 2), note(Action::PublishRoster))
        .await
        .unwrap();
    let second = store.authority(&lakeside).await.unwrap().unwrap();
    let versions: Vec<_> = second.manifests.iter().map(|manifest| manifest.version).collect();
    assert_eq!((versions, second.roster.version), (vec![2, 1], 2));
}

pub async fn an_assertion_is_used_once(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    practice(&store, "hillside-ortho").await;
    let (lakeside, hillside) = (name("lakeside-ortho"), name("hillside-ortho"));
    let jti = SecretHash::of("jti");
    assert!(store.use_assertion(&lakeside, jti, START + 60).await.unwrap());
    assert!(!store.use_assertion(&lakeside, jti, START + 60).await.unwrap());
    assert!(store.use_assertion(&hillside, jti, START + 60).await.unwrap());
    store.remove_expired(START + 30).await.unwrap();
    assert!(!store.use_assertion(&lakeside, jti, START + 60).await.unwrap());
}

pub async fn tokens_are_found_until_removed(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let token = TokenRecord {
        hash: SecretHash::of("token"),
        practice: name("lakeside-ortho"),
        staff: "sam-reed".parse().unwrap(),
        key: keys::coordinator().thumbprint(),
        expires: START + 900,
    };
    store.add_token(token.clone(), note(Action::SignIn)).await.unwrap();
    assert_eq!(store.token(token.hash).await.unwrap(), Some(token.clone()));
    assert_eq!(store.token(SecretHash::of("other")).await.unwrap(), None);
    store.remove_expired(START + 901).await.unwrap();
    assert_eq!(store.token(token.hash).await.unwrap(), None);
}

pub async fn what_staff_do_is_noted_in_a_chain_of_its_own(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    practice(&store, "hillside-ortho").await;
    let lakeside = name("lakeside-ortho");
    let event = Sealing::event("lakeside-ortho");
    let other = Sealing { fill: 'd', ..event.clone() };
    for body in [event.body(), event.body(), other.body()] {
        let entry = SealedEntry::parse(body).unwrap();
        store.append(entry, NOW_MS, Quota::UNLIMITED, Some(note(Action::Append))).await.unwrap();
    }
    new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    let old = manifest_record("lakeside-ortho", 0);
    store.put_manifest(&lakeside, old, note(Action::PublishManifest)).await.unwrap();
    store.note(&lakeside, AccessNote { time_ms: NOW_MS - 5, ..note(Action::ReadRoster) }).await.unwrap();

    let page = store.access_page(&lakeside, 0, 100).await.unwrap().unwrap();
    let seen: Vec<_> = page.records.iter().map(|line| (line.record.action, line.record.ending)).collect();
    assert_eq!(
        seen,
        [
            (Action::Register, Ending::Done),
            (Action::Append, Ending::Done),
            (Action::Append, Ending::Done),
            (Action::Append, Ending::Refused),
            (Action::PublishManifest, Ending::Refused),
            (Action::ReadRoster, Ending::Done),
        ]
    );
    let mut head = AccessHead::empty(&lakeside);
    for line in &page.records {
        head.advance(line).unwrap();
        assert_eq!(line.record.time, NOW_MS, "time never runs backwards");
    }
    assert_eq!(head, page.head);
    let rest = store.access_page(&lakeside, 4, 1).await.unwrap().unwrap();
    assert_eq!((rest.records, rest.head), (page.records[4..5].to_vec(), page.head));
    assert_eq!(store.access_page(&name("hillside-ortho"), 0, 9).await.unwrap().unwrap().head.seq, 1);
}

pub async fn followers_see_the_head_move(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    practice(&store, "hillside-ortho").await;
    let lakeside = name("lakeside-ortho");
    new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    let mut heads = store.follow(&lakeside).await.unwrap().unwrap();
    let present = *heads.borrow_and_update();
    assert_eq!(present, store.page(&lakeside, 0, 1).await.unwrap().unwrap().head);

    let receipt = new(append(&store, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    tokio::time::timeout(Duration::from_secs(5), heads.changed()).await.unwrap().unwrap();
    assert_eq!(*heads.borrow_and_update(), Head { seq: 2, hash: receipt.hash });

    // Neither another practice nor a repetition is news.
    new(append(&store, Sealing::inquiry("hillside-ortho").body(), NOW_MS).await);
    assert!(!heads.has_changed().unwrap());
}

/// Appends to a practice that does not exist fail; those beside them in the same batch do not.
pub async fn one_failed_write_takes_no_other_with_it(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let store = Arc::new(store);
    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let store = Arc::clone(&store);
            let at = if number % 3 == 0 { "nowhere-ortho" } else { "lakeside-ortho" };
            let entry = SealedEntry::parse(Sealing::inquiry(at).body()).unwrap();
            tokio::spawn(async move { store.append(entry, NOW_MS, Quota::UNLIMITED, None).await.is_ok() })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += usize::from(task.await.unwrap());
    }
    assert_eq!(stored, 40);
    check_log(&*store, "lakeside-ortho", 40).await;
}

/// What one relay did, another knows.
pub async fn two_stores_are_one(one: impl Store, other: impl Store) {
    practice(&one, "lakeside-ortho").await;
    practice(&one, "hillside-ortho").await;
    let (lakeside, hillside) = (name("lakeside-ortho"), name("hillside-ortho"));
    let mut heads = other.follow(&lakeside).await.unwrap().unwrap();
    let (one, other) = (Arc::new(one), Arc::new(other));
    let appending = |store: Arc<dyn Store>, first: &'static str, second: &'static str| async move {
        for _ in 0..30 {
            for practice in [first, second] {
                let entry = SealedEntry::parse(Sealing::inquiry(practice).body()).unwrap();
                store.append(entry, NOW_MS, Quota::UNLIMITED, None).await.unwrap();
            }
        }
    };
    tokio::join!(
        appending(Arc::clone(&one) as _, "lakeside-ortho", "hillside-ortho"),
        appending(Arc::clone(&other) as _, "hillside-ortho", "lakeside-ortho"),
        appending(Arc::clone(&one) as _, "lakeside-ortho", "hillside-ortho"),
        appending(Arc::clone(&other) as _, "hillside-ortho", "lakeside-ortho"),
    );
    check_log(&*one, "lakeside-ortho", 120).await;
    check_log(&*other, "hillside-ortho", 120).await;

    // A stream on one relay is woken by what the other appends.
    let receipt = new(append(&*one, Sealing::inquiry("lakeside-ortho").body(), NOW_MS).await);
    let seen = heads.wait_for(|head| head.seq == receipt.seq);
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), seen).await.unwrap().unwrap().hash, receipt.hash);

    // A removal, a used assertion and a token count on both at once.
    one.put_roster(&lakeside, roster_record("lakeside-ortho", 2), note(Action::PublishRoster)).await.unwrap();
    assert_eq!(other.authority(&lakeside).await.unwrap().unwrap().roster.version, 2);
    let jti = SecretHash::of("jti");
    assert!(one.use_assertion(&hillside, jti, START + 60).await.unwrap());
    assert!(!other.use_assertion(&hillside, jti, START + 60).await.unwrap());
}

pub async fn nothing_is_known_of_an_unknown_practice(store: impl Store) {
    let nowhere = name("nowhere-ortho");
    let sealing = Sealing::inquiry("nowhere-ortho");
    assert!(store.authority(&nowhere).await.unwrap().is_none());
    assert!(store.manifest(&nowhere).await.unwrap().is_none());
    assert!(store.roster(&nowhere).await.unwrap().is_none());
    assert!(store.page(&nowhere, 0, 10).await.unwrap().is_none());
    assert!(store.access_page(&nowhere, 0, 10).await.unwrap().is_none());
    assert!(store.note(&nowhere, note(Action::SignIn)).await.is_err());
    assert!(store.follow(&nowhere).await.unwrap().is_none());
    assert!(store.receipt(&nowhere, sealing.entry).await.unwrap().is_none());
    assert!(
        store
            .append(SealedEntry::parse(sealing.body()).unwrap(), NOW_MS, Quota::UNLIMITED, None)
            .await
            .is_err()
    );
    store.check_ready().await.unwrap();
}
