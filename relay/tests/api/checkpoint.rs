//! Signed checkpoints of the access log.

use crate::support::keys;
use crate::support::lab::{Lab, PUBLIC_URL};
use crate::support::practice::{name, registration};
use axum::http::{Method, StatusCode};
use signed_note::{Note, StandardVerifier, VerifierList};
use wire::access::{AccessHead, AccessPage};
use wire::api::Registered;
use wire::checkpoint::{Checkpoint, Tree, origin};

const AT: &str = "/v1/practices/lakeside-ortho";

async fn all(lab: &Lab, token: &str) -> AccessPage {
    lab.get(&format!("{AT}/access-log"), Some(token)).await.json()
}

#[tokio::test]
async fn a_checkpoint_is_of_what_is_read_and_signed_by_the_key_told_at_registration() {
    let lab = Lab::empty();
    let invite = lab.invite().await;
    let registered =
        lab.json(Method::POST, "/v1/practices", Some(&invite), &registration("lakeside-ortho")).await;
    let Registered { log_key } = registered.json();
    let token = lab.sign_in("lakeside-ortho", "ada-stone", keys::auditor()).await;
    for _ in 0..10 {
        lab.get(&format!("{AT}/roster"), Some(&token)).await;
    }
    let answer = lab.get(&format!("{AT}/access-log/checkpoint"), Some(&token)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let note = Note::from_bytes(&answer.body).unwrap();
    let verifier = StandardVerifier::new(&log_key).unwrap();
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    let checkpoint = Checkpoint::parse(std::str::from_utf8(note.text()).unwrap()).unwrap();
    assert_eq!(checkpoint.origin, origin(PUBLIC_URL, &name("lakeside-ortho")));
    assert_eq!(checkpoint.size, 12, "a registration, a sign-in, ten readings");

    let page = all(&lab, &token).await;
    let (mut head, mut tree) = (AccessHead::empty(&name("lakeside-ortho")), Tree::default());
    for line in &page.records[..12] {
        head.advance(line).unwrap();
        tree.push(&line.hash);
    }
    assert_eq!((tree.size(), tree.root()), (checkpoint.size, checkpoint.root));
    assert!(page.records.len() > 12, "that the checkpoint was made is noted behind it");
}

#[tokio::test]
async fn every_practice_has_a_log_key_of_its_own() {
    let lab = Lab::empty();
    let mut keys = Vec::new();
    for practice in ["lakeside-ortho", "hillside-ortho"] {
        keys.push(lab.register(practice).await.json::<Registered>().log_key);
    }
    assert_ne!(keys[0], keys[1]);
}
