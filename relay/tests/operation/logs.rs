//! What the relay's own log and metrics say after a full run: nothing of content, addresses, query
//! strings or referrers.

use crate::support::client::{Client, get, post};
use crate::support::practice::Sealing;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use wire::api::JOSE;

/// What must not be found, put where a careless log would pick it up.
const SECRETS: [&str; 5] =
    ["knee-pain-search", "referrer.example.org", "203.0.113.77", "Pat-Example-Agent", "127.0.0.1:"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_and_metrics_tell_nothing_about_patients() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::lab::register_in(folder.path(), "lakeside-ortho").await;
    let mut relay: Child = Command::new(env!("CARGO_BIN_EXE_anteroom-relay"))
        .args(["serve", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0"])
        .args(["--public-url", "http://127.0.0.1", "--config"])
        .arg(crate::support::process::unlimited(folder.path()))
        .arg("--data")
        .arg(folder.path())
        .env("ANTEROOM_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(relay.stdout.take().unwrap()).lines();
    let mut address = |start: &str| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(start).unwrap_or_else(|| panic!("{line}")).parse().unwrap()
    };
    let (public, operator) = (address("listening on http://"), address("operator on http://"));

    let mut client = Client::connect(public).await.unwrap();
    let extra = "referer: https://referrer.example.org/page\r\nx-forwarded-for: 203.0.113.77\r\nuser-agent: Pat-Example-Agent\r\n";
    let submit = "/v1/practices/lakeside-ortho/inquiries?q=knee-pain-search";
    let inquiry = Sealing::inquiry("lakeside-ortho");
    for body in [inquiry.body(), inquiry.body(), "knee-pain-search".into()] {
        client.exchange(&post(submit, JOSE, extra, &body)).await.unwrap();
    }
    let token = crate::support::lab::sign_in_at(&mut client, "lakeside-ortho").await;
    for path in ["entries?after=0", "entries?knee-pain-search=1", "roster", "knee-pain-search"] {
        client.exchange(&get(&format!("/v1/practices/lakeside-ortho/{path}"), &token)).await.unwrap();
    }
    client.exchange(&get("/e/knee-pain-search/x.js?q=knee-pain-search", "x")).await.unwrap();
    let mut watching = Client::connect(operator).await.unwrap();
    let (status, metrics) = watching.exchange(&get("/metrics", "none")).await.unwrap();
    assert_eq!(status, 200);

    relay.kill().unwrap();
    let mut log = String::new();
    relay.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    relay.wait().unwrap();
    let metrics = String::from_utf8(metrics).unwrap();
    assert!(log.lines().count() >= 9, "a log line for each request: {log}");
    assert!(
        metrics.contains(r#"route="/v1/practices/{practice}/inquiries",method="POST",status="201"} 1"#),
        "{metrics}"
    );
    for (name, text) in [("log", &log), ("metrics", &metrics)] {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} is in the {name}:\n{text}");
        }
        assert!(!text.contains(&token) && !text.contains(&inquiry.body()), "{name}");
        assert!(!text.contains(&inquiry.entry.to_string()), "{name}");
    }
    // Nor is it kept anywhere else: in the database, its log, or a file beside them.
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let kept = std::fs::read(&path).unwrap();
        for secret in SECRETS.iter().copied().chain([token.as_str()]) {
            let found = kept.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {}", path.display());
        }
    }
}

/// Neither when the server is not there nor when the connection string is not one.
#[test]
fn a_database_password_is_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("postgres");
    for connection in [
        "host=127.0.0.1 port=1 user=relay password=Wren-Example-7 dbname=anteroom",
        "host=127.0.0.1 passwort=Wren-Example-7",
        "postgresql://relay:Wren-Example-7@127.0.0.1:nonsense/anteroom",
    ] {
        std::fs::write(&file, connection).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_anteroom-relay"))
            .args(["serve", "--public-url", "http://127.0.0.1", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .arg("--postgres-file")
            .arg(&file)
            .env("ANTEROOM_LOG", "trace")
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].map(|told| String::from_utf8_lossy(&told).into_owned());
        assert!(!output.status.success());
        assert!(told[1].contains("cannot open the PostgreSQL database"), "{told:?}");
        assert!(!told.concat().contains("Wren-Example-7"), "{told:?}");
    }
}
