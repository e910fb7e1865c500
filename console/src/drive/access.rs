//! Reads the access log from its first record to its last, and follows its chain.

use super::memory;
use super::relay::RelayError;
use super::session::Desk;
use crate::model::access::{AccessTrouble, Found};
use wire::access::AccessHead;

/// All records, oldest first; `report` is told how many of how many are read.
pub(super) async fn read(desk: &Desk, report: impl Fn(Found)) -> Found {
    let seen = memory::recall_access(&desk.anchor);
    let mut head = AccessHead::empty(&desk.anchor.practice);
    let mut records = Vec::new();
    loop {
        let fetch = async |token: &str| desk.relay.access_page(token, head.seq).await;
        let page = match desk.signed_in(fetch).await {
            Ok(page) => page,
            Err(RelayError::Refused(403)) => return Found::Failed(AccessTrouble::Refused),
            Err(_) => return Found::Failed(AccessTrouble::Unreachable),
        };
        let before = head.seq;
        for next in page.records {
            if let Err(error) = head.advance(&next) {
                return broken(error.to_string());
            }
            if seen.is_some_and(|seen| seen.seq == head.seq && seen.hash != head.hash) {
                return broken(format!("record {} is not what this browser saw before", head.seq));
            }
            records.push(next.record);
        }
        if head.seq == page.head.seq {
            if head.hash != page.head.hash {
                return broken("its end is not what the relay says".to_owned());
            }
            break;
        }
        if head.seq == before {
            return broken(format!("record {} is missing", before + 1));
        }
        report(Found::Reading { read: head.seq, of: page.head.seq });
    }
    if seen.is_some_and(|seen| seen.seq > head.seq) {
        return broken("it ends earlier than what this browser saw before".to_owned());
    }
    memory::remember_access(&desk.anchor, &head);
    Found::Read(records)
}

fn broken(found: String) -> Found {
    Found::Failed(AccessTrouble::Broken(found))
}
