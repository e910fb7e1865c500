//! What the kernel sees: no acknowledgement leaves before a sync has returned.

use crate::support::client::{Client, post};
use crate::support::practice::Sealing;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use wire::api::JOSE;

const SUBMISSIONS: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_acknowledgement_follows_a_sync() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let trace = folder.path().join("trace");
    let mut traced = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-s",
            "24",
            "-e",
            "trace=fsync,fdatasync,write,writev,sendto,sendmsg,recvfrom,read",
            "-o",
        ])
        .arg(&trace)
        .arg(crate::support::process::program())
        .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--config"])
        .arg(crate::support::process::unlimited(folder.path()))
        .arg("--data")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test needs strace: apt-get install strace");
    let mut line = String::new();
    BufReader::new(traced.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();

    let mut client = Client::connect(address).await.unwrap();
    for _ in 0..SUBMISSIONS {
        let body = Sealing::inquiry("lakeside-ortho").body();
        let request = post("/v1/practices/lakeside-ortho/inquiries", JOSE, "", &body);
        assert_eq!(client.exchange(&request).await.unwrap().0, 201);
    }
    drop(client);
    end(&traced);
    traced.wait().unwrap();

    let trace = std::fs::read_to_string(&trace).unwrap();
    // Compiled without it, SQLite would take fsync: as sound, but slower (`.cargo/config.toml`).
    assert!(trace.contains("fdatasync("), "SQLite does not know of fdatasync");
    let (mut synced, mut acknowledged) = (false, 0);
    for line in trace.lines() {
        // `<... fdatasync resumed>) = 0` is the return of a call that another thread interrupted.
        if line.contains("sync") && line.ends_with("= 0") {
            synced = true;
        } else if line.contains("\"POST ") {
            synced = false;
        } else if line.contains("\"HTTP/1.1 201") {
            assert!(synced, "acknowledged before the sync: {line}");
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, SUBMISSIONS);
}

/// Tells the relay, which is strace's only child, to end.
fn end(traced: &std::process::Child) {
    let children = format!("/proc/{0}/task/{0}/children", traced.id());
    let relay = std::fs::read_to_string(children).unwrap();
    assert!(Command::new("kill").arg(relay.trim()).status().unwrap().success());
}
