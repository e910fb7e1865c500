use crate::support::keys;
use crate::support::lab::Lab;
use crate::support::practice::{Sealing, assertion, manifest, name, signed_assertion};
use axum::http::{Method, StatusCode};
use relay::clock::Clock;
use wire::access::{AccessHead, AccessPage, Action, Ending, Subject};
use wire::api::Assertion;

const AT: &str = "/v1/practices/lakeside-ortho";

async fn read(lab: &Lab, token: &str) -> AccessPage {
    lab.get(&format!("{AT}/access-log"), Some(token)).await.json()
}

/// Staff, action and ending of each record, in order.
fn summary(page: &AccessPage) -> Vec<(String, Action, Ending)> {
    let mut head = AccessHead::empty(&name("lakeside-ortho"));
    let line = |line: &wire::access::ChainedRecord| {
        head.advance(line).unwrap();
        let record = &line.record;
        let staff = record.actor.as_ref().map_or(String::new(), |actor| actor.staff.to_string());
        (staff, record.action, record.ending)
    };
    page.records.iter().map(line).collect()
}

#[tokio::test]
async fn it_tells_who_did_what_and_who_was_refused() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let sam = lab.sign_in("lakeside-ortho", "sam-reed", keys::coordinator()).await;
    let ada = lab.sign_in("lakeside-ortho", "ada-stone", keys::auditor()).await;
    lab.submit("lakeside-ortho", &Sealing::inquiry("lakeside-ortho").body()).await;
    let entries = format!("{AT}/entries");
    lab.get(&entries, Some(&sam)).await;
    lab.get(&format!("{entries}?after=1"), Some(&sam)).await;
    let event = Sealing::event("lakeside-ortho");
    let appended = lab.jose(Method::POST, &entries, Some(&sam), &event.body()).await;
    lab.get(&entries, Some(&ada)).await.problem(403, "forbidden");
    let put =
        lab.jose(Method::PUT, &format!("{AT}/manifest"), Some(&sam), &manifest("lakeside-ortho", 2)).await;
    put.problem(403, "forbidden");

    let page = read(&lab, &ada).await;
    let (sam, ada) = ("sam-reed".to_owned(), "ada-stone".to_owned());
    assert_eq!(
        summary(&page),
        [
            (String::new(), Action::Register, Ending::Done),
            (sam.clone(), Action::SignIn, Ending::Done),
            (ada.clone(), Action::SignIn, Ending::Done),
            (sam.clone(), Action::ReadEntries, Ending::Done),
            (sam.clone(), Action::Append, Ending::Done),
            (ada, Action::ReadEntries, Ending::Refused),
            (sam, Action::PublishManifest, Ending::Refused),
        ]
    );
    assert_eq!(page.records[3].record.subject, Subject::Range { first: 1, last: 1 });
    assert_eq!(page.records[4].record.subject, Subject::Entry(event.entry));
    // The same name as in the answer that the member saw.
    assert_eq!(page.records[4].record.request.to_string(), appended.header("x-request-id"));
}

#[tokio::test]
async fn reading_it_is_noted_in_it() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let maria = lab.sign_in("lakeside-ortho", "maria-lopez", keys::owner()).await;
    let first = read(&lab, &maria).await;
    let second = read(&lab, &maria).await;
    assert_eq!(second.records.len(), first.records.len() + 1);
    let last = &second.records.last().unwrap().record;
    assert_eq!((last.action, last.subject), (Action::ReadAccessLog, Subject::Range { first: 1, last: 2 }));
}

#[tokio::test]
async fn a_refused_sign_in_is_noted_only_if_the_member_signed_it() {
    let lab = Lab::with(&["lakeside-ortho"]).await;
    let right = || assertion("sam-reed", "lakeside-ortho", lab.clock.now_s());
    let expired = Assertion { iat: 1, exp: 2, ..right() };
    for (signed, status) in [
        (signed_assertion(keys::coordinator(), &expired), 400),
        (signed_assertion(keys::inbox(), &right()), 400),
        (keys::coordinator().sign_rs256("anteroom-assertion", &right(), "PS256"), 400),
    ] {
        assert_eq!(lab.request_token("lakeside-ortho", &signed).await.status.as_u16(), status);
    }
    let replayed = signed_assertion(keys::coordinator(), &right());
    assert_eq!(lab.request_token("lakeside-ortho", &replayed).await.status, StatusCode::OK);
    lab.request_token("lakeside-ortho", &replayed).await.problem(400, "assertion-refused");

    let ada = lab.sign_in("lakeside-ortho", "ada-stone", keys::auditor()).await;
    let sam = "sam-reed".to_owned();
    assert_eq!(
        summary(&read(&lab, &ada).await)[1..4],
        [
            (sam.clone(), Action::SignIn, Ending::Refused),
            (sam.clone(), Action::SignIn, Ending::Done),
            (sam, Action::SignIn, Ending::Refused),
        ]
    );
}
