//! Tombstones, retention and quotas.

use super::*;
use wire::{EntryId, EntryKind, ThreadId};

const DAY_MS: u64 = 24 * 3_600 * 1_000;

fn event_in(thread: ThreadId) -> Sealing {
    Sealing { thread, ..Sealing::event("lakeside-ortho") }
}

async fn erase(store: &impl Store, evidence: &Sealing, entries: &[EntryId]) -> Erased {
    let evidence = SealedEntry::parse(evidence.body()).unwrap();
    store.erase(evidence, entries.to_vec(), NOW_MS, note(Action::Erase)).await.unwrap()
}

/// Which bodies are kept, in order; the chain must hold.
async fn kept(store: &impl Store) -> Vec<bool> {
    let page = store.page(&name("lakeside-ortho"), 0, 100).await.unwrap().unwrap();
    let mut head = Head::empty(&name("lakeside-ortho"));
    page.entries.iter().for_each(|entry| head.advance(entry).unwrap());
    assert_eq!(head, page.head);
    page.entries.iter().map(|entry| entry.body.is_some()).collect()
}

pub async fn an_erased_body_leaves_its_place_and_the_event_that_says_so(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let (first, other) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    new(append(&store, first.body(), NOW_MS).await);
    new(append(&store, other.body(), NOW_MS).await);
    let evidence = event_in(first.thread);
    let Erased::Done(receipt) = erase(&store, &evidence, &[first.entry, first.entry]).await else { panic!() };
    assert_eq!(kept(&store).await, [false, true, true]);
    // The same request again, its answer lost on the way.
    assert_eq!(erase(&store, &evidence, &[first.entry]).await, Erased::Before(receipt));
    // The sender of what was erased tries again: it is still known, and stays erased.
    assert!(matches!(append(&store, first.body(), NOW_MS).await, Appended::Same(_)));
    assert_eq!(kept(&store).await, [false, true, true]);
    let page = store.access_page(&name("lakeside-ortho"), 1, 10).await.unwrap().unwrap();
    assert!(page.records.iter().all(|line| line.record.action == Action::Erase));
    assert_eq!(page.records.len(), 2);
}

/// The body of an entry that was appended and erased again.
pub async fn an_erased_body(store: &impl Store) -> String {
    practice(store, "lakeside-ortho").await;
    let first = Sealing::inquiry("lakeside-ortho");
    new(append(store, first.body(), NOW_MS).await);
    let erased = erase(store, &event_in(first.thread), &[first.entry]).await;
    assert!(matches!(erased, Erased::Done(_)));
    first.body()
}

pub async fn only_what_is_in_the_events_thread_is_erased(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let (first, other) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    let document =
        Sealing { kind: EntryKind::Document, thread: first.thread, ..Sealing::event("lakeside-ortho") };
    for sealing in [&first, &other, &document] {
        new(append(&store, sealing.body(), NOW_MS).await);
    }
    for foreign in [other.entry, document.entry, EntryId::from_bytes([9; 16])] {
        let evidence = event_in(first.thread);
        assert_eq!(erase(&store, &evidence, &[first.entry, foreign]).await, Erased::Unknown);
    }
    let known = Sealing { entry: other.entry, ..event_in(first.thread) };
    assert_eq!(erase(&store, &known, &[first.entry]).await, Erased::Conflict);
    assert_eq!(kept(&store).await, [true, true, true], "all or nothing");
    let page = store.access_page(&name("lakeside-ortho"), 1, 10).await.unwrap().unwrap();
    assert!(page.records.iter().all(|line| line.record.ending == Ending::Refused));
    assert_eq!(page.records.len(), 4);
}

pub async fn retention_takes_threads_that_are_quiet(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let (quiet, active) = (Sealing::inquiry("lakeside-ortho"), Sealing::inquiry("lakeside-ortho"));
    let document = Sealing { kind: EntryKind::Document, ..Sealing::event("lakeside-ortho") };
    for sealing in [&quiet, &active, &document, &event_in(quiet.thread)] {
        new(append(&store, sealing.body(), NOW_MS).await);
    }
    new(append(&store, event_in(active.thread).body(), NOW_MS + 2 * DAY_MS).await);
    let lakeside = name("lakeside-ortho");
    let expire = async |before: u64| store.expire(&lakeside, before, note(Action::Expire)).await.unwrap();
    assert_eq!(expire(NOW_MS).await, 0, "taken at that very time is not before it");
    assert_eq!(expire(NOW_MS + DAY_MS).await, 2);
    assert_eq!(kept(&store).await, [false, true, true, false, true]);
    assert_eq!(expire(NOW_MS + DAY_MS).await, 0);
    assert_eq!(expire(NOW_MS + 3 * DAY_MS).await, 2);
    assert_eq!(kept(&store).await, [false, false, true, false, false], "documents stay");
    let notes = store.access_page(&lakeside, 1, 10).await.unwrap().unwrap().records;
    let subjects: Vec<_> = notes.iter().map(|line| line.record.subject).collect();
    assert_eq!(subjects, [Subject::Range { first: 1, last: 4 }, Subject::Range { first: 2, last: 5 }]);
}

pub async fn a_full_log_takes_no_more_and_erasing_makes_room(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    let body = Sealing::inquiry("lakeside-ortho").body().len() as u64;
    let quota = Quota { entries: 100, bytes: 20 * body + 50 };
    let put = async |sealing: &Sealing| {
        let entry = SealedEntry::parse(sealing.body()).unwrap();
        store.append(entry, NOW_MS, quota, None).await.unwrap()
    };
    let first = Sealing::inquiry("lakeside-ortho");
    new(put(&first).await);
    for _ in 0..19 {
        new(put(&Sealing::inquiry("lakeside-ortho")).await);
    }
    assert_eq!(put(&Sealing::inquiry("lakeside-ortho")).await, Appended::Full);
    assert!(matches!(put(&first).await, Appended::Same(_)), "what is stored is acknowledged");
    for _ in 0..2 {
        new(put(&event_in(first.thread)).await);
    }
    assert_eq!(put(&event_in(first.thread)).await, Appended::Full, "a tenth more for staff");
    let evidence = event_in(first.thread);
    assert!(matches!(erase(&store, &evidence, &[first.entry]).await, Erased::Done(_)));
    assert_eq!(put(&Sealing::inquiry("lakeside-ortho")).await, Appended::Full, "the event took its place");
    let entries = Quota { entries: 23, bytes: u64::MAX };
    let entry = SealedEntry::parse(Sealing::inquiry("lakeside-ortho").body()).unwrap();
    assert_eq!(store.append(entry, NOW_MS, entries, None).await.unwrap(), Appended::Full);
    let before = store.expire(&name("lakeside-ortho"), NOW_MS + 1, note(Action::Expire)).await.unwrap();
    assert_eq!(before, 22);
    new(put(&Sealing::inquiry("lakeside-ortho")).await);
}
