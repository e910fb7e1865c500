//! Links by which a person opts out.

use super::*;
use relay::store::Linked;
use wire::ThreadId;
use wire::unsubscribe::OptOut;

const ONE: ThreadId = ThreadId::from_bytes([1; 16]);
const OTHER: ThreadId = ThreadId::from_bytes([2; 16]);

pub async fn a_known_link_opts_out_once(store: impl Store) {
    practice(&store, "lakeside-ortho").await;
    practice(&store, "hillside-ortho").await;
    let (lakeside, hillside) = (name("lakeside-ortho"), name("hillside-ortho"));
    let token = SecretHash::of;
    let link = async |text: &str, thread| {
        let note = note(Action::LinkUnsubscribe);
        store.link_unsubscribe(&lakeside, token(text), thread, note).await.unwrap()
    };
    assert_eq!(link("first", ONE).await, Linked::New);
    assert_eq!(link("first", ONE).await, Linked::Same);
    assert_eq!(link("first", OTHER).await, Linked::Conflict);
    assert_eq!(link("second", OTHER).await, Linked::New);
    assert_eq!(link("third", ONE).await, Linked::New);

    assert!(store.is_unsubscribe_link(&lakeside, token("first")).await.unwrap());
    for (practice, text) in [(&lakeside, "guess"), (&hillside, "first"), (&name("nowhere-ortho"), "first")] {
        assert!(!store.is_unsubscribe_link(practice, token(text)).await.unwrap());
        assert!(!store.opt_out(practice, token(text), NOW_MS).await.unwrap());
    }
    assert_eq!(store.opt_outs(&lakeside, 0, 10).await.unwrap().unwrap(), []);
    for (text, time) in [("second", NOW_MS + 1), ("first", NOW_MS + 2), ("second", NOW_MS + 3)] {
        assert!(store.opt_out(&lakeside, token(text), time).await.unwrap());
    }
    let (second, first) = (
        OptOut { seq: 1, thread: OTHER, time: NOW_MS + 1 },
        OptOut { seq: 2, thread: ONE, time: NOW_MS + 2 },
    );
    assert_eq!(store.opt_outs(&lakeside, 0, 10).await.unwrap().unwrap(), [second, first]);
    assert_eq!(store.opt_outs(&lakeside, 0, 1).await.unwrap().unwrap(), [second]);
    assert_eq!(store.opt_outs(&lakeside, 1, 10).await.unwrap().unwrap(), [first]);
    assert_eq!(store.opt_outs(&lakeside, u64::MAX, 10).await.unwrap().unwrap(), []);
    assert_eq!(store.opt_outs(&hillside, 0, 10).await.unwrap().unwrap(), []);
    assert_eq!(store.opt_outs(&name("nowhere-ortho"), 0, 10).await.unwrap(), None);
}
