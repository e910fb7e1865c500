//! Two relay processes over one PostgreSQL database, as an operator would run them.

#![allow(clippy::unwrap_used)]

#[path = "support/mod.rs"]
mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use support::client::{Client, get, post};
use support::practice::{QUARTER, Sealing, everyone, manifest_by, name, roster};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use wire::Head;
use wire::api::{JOSE, Page, Registration};

const PRACTICE: &str = "lakeside-ortho";

fn relay() -> Command {
    Command::new(env!("CARGO_BIN_EXE_anteroom-relay"))
}

async fn start(folder: &Path, number: usize) -> (Child, SocketAddr) {
    let mut child = relay()
        .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--data"])
        .arg(folder.join(number.to_string()))
        .arg("--postgres-file")
        .arg(folder.join("postgres"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    (child, line.strip_prefix("listening on http://").unwrap().parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_serve_one_practice() {
    use relay::clock::{Clock, SystemClock};
    let cluster = support::cluster::Cluster::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("postgres"), cluster.database().await + "\n").unwrap();
    let (_one, first) = start(folder.path(), 1).await;
    let (_other, second) = start(folder.path(), 2).await;

    let invited = relay()
        .arg("invite")
        .arg("--data")
        .arg(folder.path().join("1"))
        .arg("--postgres-file")
        .arg(folder.path().join("postgres"))
        .output()
        .await
        .unwrap();
    let now = SystemClock.now_s();
    let inbox = [support::keys::inbox()];
    let manifest = manifest_by(support::keys::root(), PRACTICE, 1, now, now + QUARTER, &inbox);
    let registration = Registration { manifest, staff: roster(PRACTICE, 1, everyone()) };
    let authorization =
        format!("authorization: Bearer {}\r\n", String::from_utf8(invited.stdout).unwrap().trim());
    let json = serde_json::to_string(&registration).unwrap();
    // Not earlier: making keys may take longer than a relay waits on an idle connection.
    let (mut one, mut other) =
        (Client::connect(first).await.unwrap(), Client::connect(second).await.unwrap());
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
    let token = support::lab::sign_in_at(&mut one, PRACTICE).await;
    let (status, body) = other.exchange(&get("/v1/practices/lakeside-ortho/entries", &token)).await.unwrap();
    assert_eq!(status, 200);
    let page: Page = serde_json::from_slice(&body).unwrap();
    let mut head = Head::empty(&name(PRACTICE));
    for entry in &page.entries {
        head.advance(entry).unwrap();
    }
    assert_eq!((head.seq, head), (2, page.head));
}
