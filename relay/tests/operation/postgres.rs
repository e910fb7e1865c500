//! Two relay processes over one PostgreSQL database, as an operator would run them.

use super::PRACTICE;
use crate::support::client::{Client, get, post};
use crate::support::cluster::Cluster;
use crate::support::practice::{QUARTER, Sealing, everyone, manifest_by, name, roster};
use crate::support::process::{Process, command, run_well};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use wire::Head;
use wire::api::{JOSE, Page, Registration};

/// Starts a relay on a data folder of its own, over the one database.
async fn start(folder: &Path, number: usize) -> Process {
    let postgres = folder.join("postgres");
    Process::start(&data(folder, number), &["--postgres-file", postgres.to_str().unwrap()]).await
}

fn data(folder: &Path, number: usize) -> PathBuf {
    let data = folder.join(number.to_string());
    std::fs::create_dir_all(&data).unwrap();
    data
}

/// On one cluster: to start one takes longer than both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn relays_over_one_database_are_one_relay() {
    let cluster = Cluster::start();
    two_relays_serve_one_practice(&cluster).await;
    a_relay_with_a_key_of_its_own_does_not_start(&cluster).await;
}

async fn two_relays_serve_one_practice(cluster: &Cluster) {
    use relay::clock::{Clock, SystemClock};
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("postgres"), cluster.database().await + "\n").unwrap();
    let first = start(folder.path(), 1).await;
    std::fs::copy(data(folder.path(), 1).join("relay.key"), data(folder.path(), 2).join("relay.key"))
        .unwrap();
    let second = start(folder.path(), 2).await;

    let (data, postgres) = (data(folder.path(), 1), folder.path().join("postgres"));
    let invite: [&OsStr; 5] = [
        "invite".as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
        "--postgres-file".as_ref(),
        postgres.as_os_str(),
    ];
    let invite = run_well(invite).await;
    let now = SystemClock.now_s();
    let inbox = [crate::support::keys::inbox()];
    let manifest = manifest_by(crate::support::keys::root(), PRACTICE, 1, now, now + QUARTER, &inbox);
    let registration = Registration { manifest, staff: roster(PRACTICE, 1, everyone()) };
    let authorization = format!("authorization: Bearer {}\r\n", invite.trim());
    let json = serde_json::to_string(&registration).unwrap();
    // Not earlier: making keys may take longer than a relay waits on an idle connection.
    let (mut one, mut other) =
        (Client::connect(first.address).await.unwrap(), Client::connect(second.address).await.unwrap());
    let registered = one.exchange(&post("/v1/practices", "application/json", &authorization, &json)).await;
    assert_eq!(registered.unwrap().0, 201);

    let submit = "/v1/practices/lakeside-ortho/inquiries";
    let inquiry = Sealing::inquiry(PRACTICE).body();
    assert_eq!(one.exchange(&post(submit, JOSE, "", &inquiry)).await.unwrap().0, 201);
    // The patient's retry reaches the other relay.
    assert_eq!(other.exchange(&post(submit, JOSE, "", &inquiry)).await.unwrap().0, 200);
    assert_eq!(
        other.exchange(&post(submit, JOSE, "", &Sealing::inquiry(PRACTICE).body())).await.unwrap().0,
        201
    );

    // A token of one counts at the other.
    let token = crate::support::lab::sign_in_at(&mut one, PRACTICE).await;
    let (status, body) = other.exchange(&get("/v1/practices/lakeside-ortho/entries", &token)).await.unwrap();
    assert_eq!(status, 200);
    let page: Page = serde_json::from_slice(&body).unwrap();
    let mut head = Head::empty(&name(PRACTICE));
    for entry in &page.entries {
        head.advance(entry).unwrap();
    }
    assert_eq!((head.seq, head), (2, page.head));
}

/// Each would refuse the challenges that the other gives, and sign checkpoints that practices refuse.
async fn a_relay_with_a_key_of_its_own_does_not_start(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let postgres = folder.path().join("postgres");
    std::fs::write(&postgres, cluster.database().await + "\n").unwrap();
    start(folder.path(), 1).await.end().await;

    let options = ["--postgres-file", postgres.to_str().unwrap()];
    let own = command(&data(folder.path(), 2), &options).output().await.unwrap();
    let error = String::from_utf8_lossy(&own.stderr);
    assert!(
        !own.status.success() && error.contains("is not the key of the relays on this database"),
        "{error}"
    );

    // The first one is lost for good: the operator says so.
    let data = data(folder.path(), 2);
    let adopt: [&OsStr; 5] = [
        "adopt-key".as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
        "--postgres-file".as_ref(),
        postgres.as_os_str(),
    ];
    let told = run_well(adopt).await;
    assert!(told.contains("use the key in"), "{told}");
    start(folder.path(), 2).await.end().await;
    let first = command(&folder.path().join("1"), &options).output().await.unwrap();
    assert!(String::from_utf8_lossy(&first.stderr).contains("is not the key"), "{first:?}");
}
