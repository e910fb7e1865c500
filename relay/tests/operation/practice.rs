//! Adding and listing practices, `gc`, `check`.

use super::{PRACTICE, fill};
use crate::support::keys;
use crate::support::lab::{open, register_in};
use crate::support::practice::{QUARTER, everyone, manifest_by, roster};
use crate::support::process::{Process, run, run_well};
use relay::clock::{Clock, SystemClock};
use relay::secret::SecretHash;
use relay::store::Store;
use std::ffi::OsStr;
use std::path::Path;
use wire::api::Registration;

fn on<'a>(data: &'a Path, words: &'a [&'a str]) -> Vec<&'a OsStr> {
    let mut arguments: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    arguments.extend(["--data".as_ref(), data.as_os_str()]);
    arguments
}

fn registration(practice: &str) -> String {
    let now = SystemClock.now_s();
    let manifest = manifest_by(keys::root(), practice, 1, now, now + QUARTER, &[keys::inbox()]);
    let registration = Registration { manifest, staff: roster(practice, 1, everyone()) };
    serde_json::to_string(&registration).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_practice_is_added_beside_a_running_relay() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Process::start(folder.path(), &[]).await;
    let file = folder.path().join("registration.json");
    std::fs::write(&file, registration(PRACTICE)).unwrap();
    let mut add = on(folder.path(), &["practice", "add"]);
    add.push(file.as_os_str());
    assert_eq!(run_well(&add).await, "added lakeside-ortho\n");
    fill(&relay, 2).await;
    assert_eq!(run_well(on(folder.path(), &["practice", "list"])).await, "lakeside-ortho 2\n");

    let again = run(&add).await;
    assert!(String::from_utf8_lossy(&again.stderr).contains("name taken"), "{again:?}");
    // Signed by two root keys: whose practice it is would be open.
    let mut mixed: Registration = serde_json::from_str(&registration("other-practice")).unwrap();
    let now = SystemClock.now_s();
    let inbox = [keys::inbox()];
    mixed.manifest = manifest_by(keys::other_root(), "other-practice", 1, now, now + QUARTER, &inbox);
    std::fs::write(&file, serde_json::to_string(&mixed).unwrap()).unwrap();
    let refused = run(&add).await;
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("root key"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gc_removes_what_expired_and_returns_space_of_a_relay_at_rest() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let store = open(folder.path());
    // Old, and good for another hour.
    store.add_invite(SecretHash::of("old"), 1).await.unwrap();
    store.add_invite(SecretHash::of("new"), SystemClock.now_s() + 3_600).await.unwrap();
    drop(store);
    let relay = Process::start(folder.path(), &[]).await;
    fill(&relay, 200).await;
    let told = run_well(on(folder.path(), &["gc"])).await;
    assert!(told.starts_with("removed 1 expired\na relay is running"), "{told}");
    relay.end().await;

    let database = folder.path().join("relay.db");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.execute("UPDATE entry SET body = NULL", []).unwrap();
    drop(connection);
    let before = std::fs::metadata(&database).unwrap().len();
    let told = run_well(on(folder.path(), &["gc"])).await;
    assert!(told.starts_with("removed 0 expired\ngave "), "{told}");
    let after = std::fs::metadata(&database).unwrap().len();
    assert!(after < before / 2, "{before} {after}");
    let told = run_well(on(folder.path(), &["check"])).await;
    assert_eq!(told, "sound: 1 practices, 200 entries, 1 records of access\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_names_the_first_bad_entry() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    fill(&relay, 5).await;
    relay.end().await;
    let connection = rusqlite::Connection::open(folder.path().join("relay.db")).unwrap();
    connection.execute("UPDATE entry SET time = time + 1 WHERE key & 255 = 3", []).unwrap();
    drop(connection);
    let output = run(on(folder.path(), &["check"])).await;
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("damaged: lakeside-ortho") && error.contains('3'), "{error}");

    let nowhere = run(on(&folder.path().join("nowhere"), &["check"])).await;
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("cannot open"), "{nowhere:?}");
}
