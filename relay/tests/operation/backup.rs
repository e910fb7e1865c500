//! A backup made under load holds a moment of the relay, and becomes a relay again.

use super::{PRACTICE, fill};
use crate::support::client::{Client, get};
use crate::support::lab::{open, page, register_in};
use crate::support::process::{Process, run, run_well, submit};
use std::path::Path;
use wire::Head;

/// A widget's version as `cargo xtask build` leaves it, with a name that its loader hashes to.
fn put_widget(data: &Path) -> String {
    use sha2::{Digest, Sha256};
    let loader = b"// a loader";
    let digest = Sha256::digest(loader);
    let version: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = data.join("assets").join(&version);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("loader.js"), loader).unwrap();
    std::fs::write(folder.join("loader.js.br"), [0, 159, 146, 150]).unwrap();
    version
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_a_moment_of_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let (data, restored) = (folder.path().join("data"), folder.path().join("restored"));
    std::fs::create_dir(&data).unwrap();
    register_in(&data, PRACTICE).await;
    let version = put_widget(&data);
    let relay = Process::start(&data, &[]).await;
    fill(&relay, 300).await;

    let address = relay.address;
    let writing = tokio::spawn(async move {
        let mut client = Client::connect(address).await.unwrap();
        for _ in 0..500 {
            assert_eq!(submit(&mut client, PRACTICE).await.unwrap(), 201);
        }
    });
    let file = folder.path().join("relay.backup");
    let told = run_well(["backup".as_ref(), "--data".as_ref(), data.as_os_str(), file.as_os_str()]).await;
    writing.await.unwrap();
    assert!(told.starts_with("sound: 1 practices, "), "{told}");
    assert_eq!(mode(&file), 0o600);

    let told =
        run_well(["restore".as_ref(), "--data".as_ref(), restored.as_os_str(), file.as_os_str()]).await;
    assert!(told.starts_with("sound: 1 practices, "), "{told}");
    let (before, after) = (head_of(&data).await, head_of(&restored).await);
    assert!((300..=before.seq).contains(&after.seq), "{after:?} of {before:?}");
    assert_eq!(hash_at(&data, after.seq).await, after, "the same log, as far as it goes");

    // It serves what the first one served, and goes on.
    let again = Process::start(&restored, &[]).await;
    let mut client = Client::connect(again.address).await.unwrap();
    let (status, body) = client.exchange(&get(&format!("/e/{version}/loader.js"), "-")).await.unwrap();
    assert_eq!((status, body.as_slice()), (200, b"// a loader".as_slice()));
    assert_eq!(submit(&mut client, PRACTICE).await.unwrap(), 201);
    again.end().await;
    assert_eq!(head_of(&restored).await.seq, after.seq + 1);
    let files =
        |folder: &Path| std::fs::read(folder.join("assets").join(&version).join("loader.js.br")).unwrap();
    assert_eq!(files(&data), files(&restored));
    relay.end().await;
}

#[tokio::test]
async fn nothing_is_written_over_and_damage_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("relay.backup"));
    std::fs::create_dir(&data).unwrap();
    register_in(&data, PRACTICE).await;
    let backup = ["backup".as_ref(), "--data".as_ref(), data.as_os_str(), file.as_os_str()];
    run_well(backup).await;
    refused(run(backup).await, "is there already");

    let restore = ["restore".as_ref(), "--data".as_ref(), data.as_os_str(), file.as_os_str()];
    refused(run(restore).await, "is there already");

    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("UPDATE access SET hash = zeroblob(32)", []).unwrap();
    drop(connection);
    let other = folder.path().join("other");
    let restore = ["restore".as_ref(), "--data".as_ref(), other.as_os_str(), file.as_os_str()];
    refused(run(restore).await, "lakeside-ortho: access record 1");
    assert!(!other.join("relay.db").exists() && !other.join("relay.db.partial").exists());

    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("DELETE FROM access", []).unwrap();
    connection.execute("INSERT INTO file VALUES ('../escaped', x'00')", []).unwrap();
    drop(connection);
    refused(run(restore).await, "impossible name: ../escaped");
}

#[tokio::test]
async fn a_backup_of_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.backup");
    let backup = ["backup".as_ref(), "--data".as_ref(), folder.path().as_os_str(), file.as_os_str()];
    refused(run(backup).await, "nothing to back up");
    assert!(!file.exists());
}

fn refused(output: std::process::Output, because: &str) {
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains(because), "{error}");
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

pub async fn head_of(data: &Path) -> Head {
    page(&open(data), PRACTICE, u64::MAX >> 1).await.head
}

/// The head that the log had at `seq`.
async fn hash_at(data: &Path, seq: u64) -> Head {
    let found = page(&open(data), PRACTICE, seq - 1).await;
    Head { seq: found.entries[0].meta.seq, hash: found.entries[0].hash }
}
