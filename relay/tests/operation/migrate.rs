//! A relay moves from SQLite to PostgreSQL while patients write; nothing is lost, whatever interrupts it.

use super::{PRACTICE, fill};
use crate::support::client::{Client, get};
use crate::support::cluster::Cluster;
use crate::support::lab::{open, register_in, sign_in_at};
use crate::support::process::{Process, command, program, run, run_well, submit};
use relay::store::Store;
use relay::store::postgres::PostgresStore;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use wire::api::Page;
use wire::{EntryId, Head};

fn migration(data: &Path, postgres: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(["migrate", "sqlite-to-postgres", "--data"]).arg(data).arg("--postgres-file").arg(postgres);
    command.kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits until the migration says that it needs the relay to end.
async fn copied(migration: &mut Child) {
    let mut lines = BufReader::new(migration.stderr.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains("stop the relay") {
            // Kept open: it says more later.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return;
        }
    }
    panic!("it ended before");
}

async fn log(store: &impl Store) -> (Vec<EntryId>, Head) {
    let practice = PRACTICE.parse().unwrap();
    let (mut head, mut ids) = (Head::empty(&practice), Vec::new());
    loop {
        let page: Page = store.page(&practice, head.seq, 500).await.unwrap().unwrap();
        for entry in &page.entries {
            head.advance(entry).unwrap();
            ids.push(entry.meta.id);
        }
        if head == page.head {
            return (ids, head);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_living_relay_moves_without_loss() {
    let cluster = Cluster::start();
    let database = cluster.database().await;
    let folder = tempfile::tempdir().unwrap();
    let (data, postgres) = (folder.path().join("data"), folder.path().join("postgres"));
    std::fs::create_dir(&data).unwrap();
    std::fs::write(&postgres, &database).unwrap();
    register_in(&data, PRACTICE).await;
    let relay = Process::start(&data, &[]).await;
    fill(&relay, 1_200).await;
    let mut client = Client::connect(relay.address).await.unwrap();
    let token = sign_in_at(&mut client, PRACTICE).await;

    // Killed at its start; then while the relay is still written to.
    let mut killed = migration(&data, &postgres).spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(120)).await;
    killed.kill().await.unwrap();
    let half = Command::new(program())
        .args(["practice", "list", "--data"])
        .arg(&data)
        .arg("--postgres-file")
        .arg(&postgres)
        .output();
    let half = half.await.unwrap();
    assert!(
        half.status.success() || String::from_utf8_lossy(&half.stderr).contains("not finished"),
        "{half:?}"
    );
    let mut second = migration(&data, &postgres).spawn().unwrap();
    copied(&mut second).await;
    second.kill().await.unwrap();

    let mut moving = migration(&data, &postgres).spawn().unwrap();
    copied(&mut moving).await;
    let refused = run([
        "check".as_ref(),
        "--data".as_ref(),
        data.as_os_str(),
        "--postgres-file".as_ref(),
        postgres.as_os_str(),
    ])
    .await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not finished"), "{refused:?}");
    // Written after the copy began, and a body erased that was copied already.
    for _ in 0..40 {
        assert_eq!(submit(&mut client, PRACTICE).await.unwrap(), 201);
    }
    rusqlite::Connection::open(data.join("relay.db"))
        .unwrap()
        .execute("UPDATE entry SET body = NULL WHERE key & 65535 = 7", [])
        .unwrap();
    relay.end().await;
    let output = moving.wait_with_output().await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.starts_with("sound: 1 practices, 1240 entries, "), "{told}");

    let (was, is) = (log(&open(&data)).await, log(&PostgresStore::open(&database).await.unwrap()).await);
    assert_eq!(was, is);
    assert_eq!(is.0.len(), 1_240);

    // Nobody goes on with the old file by mistake.
    let mistaken = command(&data, &[]).output().await.unwrap();
    assert!(String::from_utf8_lossy(&mistaken.stderr).contains("were moved to PostgreSQL"), "{mistaken:?}");

    // The new one goes on, and the token that the old one gave still counts.
    let options = ["--postgres-file", postgres.to_str().unwrap()];
    let relay = Process::start(&data, &options).await;
    fill(&relay, 3).await;
    let mut client = Client::connect(relay.address).await.unwrap();
    let path = "/v1/practices/lakeside-ortho/entries?after=6&limit=1";
    let (status, body) = client.exchange(&get(path, &token)).await.unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let page: Page = serde_json::from_slice(&body).unwrap();
    assert_eq!((page.entries[0].meta.seq, &page.entries[0].body, page.head.seq), (7, &None, 1_243));
    relay.end().await;

    let again = migration(&data, &postgres).output().await.unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("relays use this database already"), "{again:?}");
    a_dump_is_a_backup(&cluster, &database, folder.path(), is.1.seq + 3).await;
}

/// What docs/relay.md says about PostgreSQL: `pg_dump`, `pg_restore`, `check`.
async fn a_dump_is_a_backup(cluster: &Cluster, database: &str, folder: &Path, entries: u64) {
    let dump = folder.join("relay.dump");
    let dumped =
        Command::new("pg_dump").args(["--format=custom", "--file"]).arg(&dump).arg(database).status();
    assert!(dumped.await.unwrap().success());
    let restored = cluster.database().await;
    let loaded = Command::new("pg_restore")
        .args(["--no-owner", "--exit-on-error", "--dbname", &restored])
        .arg(&dump)
        .status();
    assert!(loaded.await.unwrap().success());
    std::fs::write(folder.join("restored"), restored).unwrap();
    let told = run_well([
        "check".as_ref(),
        "--data".as_ref(),
        folder.as_os_str(),
        "--postgres-file".as_ref(),
        folder.join("restored").as_os_str(),
    ])
    .await;
    assert!(told.starts_with(&format!("sound: 1 practices, {entries} entries, ")), "{told}");
}

#[tokio::test]
async fn there_is_nothing_to_move_from_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let postgres = folder.path().join("postgres");
    std::fs::write(&postgres, "host=/nowhere").unwrap();
    let output = migration(folder.path(), &postgres).output().await.unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing to migrate"), "{output:?}");
}
