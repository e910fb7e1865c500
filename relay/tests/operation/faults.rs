//! What the machine does to a relay: a full disk, one that turns read-only, one that fails to sync, no
//! more open files, writes that wait too long. Each is told to clients as 503 with Retry-After, hurts
//! nothing that was acknowledged, and is over when its cause is.

use super::{PRACTICE, fill};
use crate::support::client::{Client, post};
use crate::support::lab::register_in;
use crate::support::practice::Sealing;
use crate::support::process::{Process, UNLIMITED, command, run_well, submit};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use wire::api::JOSE;

/// A small disk in memory, mounted for as long as this lives.
struct Disk(PathBuf);

impl Disk {
    async fn mount(at: &Path) -> Self {
        std::fs::create_dir(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(at).status();
        assert!(
            mounted.await.is_ok_and(|status| status.success()),
            "this test mounts a small disk: run it as root, where mounting is permitted"
        );
        Self(at.into())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The whole answer to a new inquiry, as text.
async fn answer(relay: &Process) -> String {
    let path = format!("/v1/practices/{PRACTICE}/inquiries");
    let request = post(&path, JOSE, "connection: close\r\n", &Sealing::inquiry(PRACTICE).body());
    let mut stream = TcpStream::connect(relay.address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.to_lowercase()
}

/// Asserts that a new inquiry is turned away, to be sent again.
async fn turned_away(relay: &Process) {
    let answer = answer(relay).await;
    assert!(answer.starts_with("http/1.1 503") && answer.contains("\r\nretry-after: "), "{answer}");
    assert!(answer.contains("urn:anteroom:"), "{answer}");
}

async fn recovers(relay: &Process) {
    let begun = Instant::now();
    while !answer(relay).await.starts_with("http/1.1 201") {
        assert!(begun.elapsed() < Duration::from_secs(10), "it does not recover");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn holds(data: &Path, entries: u64) {
    let told = run_well(["check".as_ref(), "--data".as_ref(), data.as_os_str()]).await;
    assert!(told.starts_with(&format!("sound: 1 practices, {entries} entries, ")), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_turns_patients_away_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(&folder.path().join("disk")).await;
    let data = disk.0.join("data");
    std::fs::create_dir(&data).unwrap();
    register_in(&data, PRACTICE).await;
    let ballast = disk.0.join("ballast");
    std::fs::write(&ballast, vec![7; 1 << 20]).unwrap();
    let relay = Process::start(&data, &[]).await;
    let mut client = Client::connect(relay.address).await.unwrap();
    let mut taken = 0;
    while submit(&mut client, PRACTICE).await.unwrap() == 201 {
        taken += 1;
        assert!(taken < 5_000, "the disk does not fill");
    }
    turned_away(&relay).await;
    let ready = client.exchange(&crate::support::client::get("/readyz", "-")).await.unwrap();
    assert_eq!(ready.0, 503, "not ready");
    let page = client.exchange(&crate::support::client::get("/healthz", "-")).await.unwrap();
    assert_eq!(page.0, 204, "alive");

    std::fs::remove_file(&ballast).unwrap();
    recovers(&relay).await;
    fill(&relay, 20).await;
    holds(&data, taken + 21).await;
    relay.end().await;
}

/// Lets every call in `calls` of a running relay fail with `error` until it is dropped.
async fn fail(relay: &Process, calls: &str, error: &str) -> Child {
    let inject = format!("inject={calls}:error={error}");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e", &inject, "-p"]);
    let child = strace.arg(relay.id().to_string()).kill_on_drop(true).stderr(Stdio::null()).spawn().unwrap();
    let traced = || {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", relay.id())).unwrap();
        tasks.filter_map(Result::ok).all(|task| {
            let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
            !status.contains("TracerPid:\t0\n")
        })
    };
    let begun = Instant::now();
    while !traced() {
        assert!(begun.elapsed() < Duration::from_secs(10), "strace does not take hold of the relay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_turns_patients_away_until_it_works() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    fill(&relay, 20).await;
    let mut taken = 20;
    // Remounted read-only by the kernel; an unreliable disk; a failed sync, whose pages the kernel may forget.
    for (calls, error) in
        [("pwrite64,ftruncate,write", "EROFS"), ("pwrite64", "EIO"), ("fsync,fdatasync", "EIO")]
    {
        // Only files: the calls on sockets are others.
        let calls = calls.trim_end_matches(",write");
        let mut failing = fail(&relay, calls, error).await;
        turned_away(&relay).await;
        turned_away(&relay).await;
        // Reading goes on.
        let mut client = Client::connect(relay.address).await.unwrap();
        let manifest = format!("/v1/practices/{PRACTICE}/manifest");
        let read = client.exchange(&crate::support::client::get(&manifest, "-")).await.unwrap();
        assert_eq!(read.0, 200);
        failing.kill().await.unwrap();
        recovers(&relay).await;
        fill(&relay, 5).await;
        taken += 6;
        holds(folder.path(), taken).await;
    }
    relay.end().await;
}

#[tokio::test]
async fn a_read_only_disk_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(&folder.path().join("disk")).await;
    register_in(&disk.0, PRACTICE).await;
    std::fs::write(disk.0.join("relay.toml"), UNLIMITED).unwrap();
    // It is busy until the threads of the store that registered have ended.
    let remounted = async || {
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.0).status().await;
        status.unwrap().success()
    };
    let begun = Instant::now();
    while !remounted().await {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let output = command(&disk.0, &[]).output().await.unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("Read-only file system"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_do_not_use_up_the_files_of_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let config = folder.path().join("relay.toml");
    std::fs::write(&config, format!("{UNLIMITED}[connections]\nhead_seconds = 2\n")).unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 100; exec \"$@\"", "-"]).arg(crate::support::process::program());
    limited.args(["serve", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--public-url"]);
    limited.arg("http://127.0.0.1").arg("--config").arg(&config).arg("--data").arg(folder.path());
    let mut relay = Process::spawn(limited.stderr(Stdio::null())).await;
    let operator = relay.operator().await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(relay.address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    // The relay itself still opens what it needs.
    let mut watching = Client::connect(operator).await.unwrap();
    let ready = watching.exchange(&crate::support::client::get("/readyz", "-")).await.unwrap();
    assert_eq!(ready.0, 204);
    // Patients wait their turn behind those who say nothing, each of whom is let go in 2 s.
    drop(idle);
    let begun = Instant::now();
    assert!(answer(&relay).await.starts_with("http/1.1 201"));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    relay.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_can_wait_is_turned_away_at_once() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    fill(&relay, 1).await;
    let path = format!("/v1/practices/{PRACTICE}/inquiries");
    let sealed = || Sealing { size: 64 << 10, ..Sealing::inquiry(PRACTICE) }.body();
    let requests: Vec<Vec<u8>> = (0..440).map(|_| post(&path, JOSE, "", &sealed())).collect();
    let (before, address) = (relay.resident_kib(), relay.address);
    // Somebody holds the database, for less time than SQLite waits for it.
    let blocking = rusqlite::Connection::open(folder.path().join("relay.db")).unwrap();
    blocking.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut clients = JoinSet::new();
    for request in requests {
        clients.spawn(async move {
            // A burst that large is let in, and nobody is told so by a reset.
            let mut client = Client::connect(address).await.unwrap();
            client.exchange(&request).await.unwrap().0
        });
    }
    // Those that are turned away are so before the others are done.
    let mut answers = Vec::new();
    while answers.len() < 40 {
        answers.push(clients.join_next().await.unwrap().unwrap());
    }
    assert!(answers.iter().all(|status| *status == 503), "{answers:?}");
    let held = relay.resident_kib().saturating_sub(before);
    blocking.execute_batch("ROLLBACK").unwrap();
    answers.extend(clients.join_all().await);
    let count = |wanted: u16| answers.iter().filter(|status| **status == wanted).count();
    let (taken, refused) = (count(201), count(503));
    assert_eq!(taken + refused, 440, "{answers:?}");
    assert!(taken > 100, "{taken} taken, {refused} turned away");
    assert!(held < 120 << 10, "{held} KiB held for those that wait");
    holds(folder.path(), taken as u64 + 1).await;
    relay.end().await;
}
