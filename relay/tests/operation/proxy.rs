//! The reverse proxy of examples/deploy, as Debian's nginx runs it, before a real relay.

use super::PRACTICE;
use crate::support::client::{Client, post};
use crate::support::lab::register_in;
use crate::support::practice::Sealing;
use crate::support::process::Process;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use wire::api::JOSE;

const EXAMPLE: &str = include_str!("../../../examples/deploy/nginx.conf");

fn nginx(folder: &Path) -> Command {
    let mut nginx = Command::new("nginx");
    nginx.arg("-p").arg(folder).args(["-c", "nginx.conf", "-e", "stderr"]).kill_on_drop(true);
    nginx
}

/// The example as it is, but for addresses and files, inside the least that nginx needs around it.
fn configure(folder: &Path, example: &str) {
    let around = "daemon off; master_process off; pid nginx.pid; events {}
        http { client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
               uwsgi_temp_path uwsgi; scgi_temp_path scgi; include example.conf; }";
    std::fs::write(folder.join("nginx.conf"), around).unwrap();
    std::fs::write(folder.join("example.conf"), example).unwrap();
}

#[tokio::test]
async fn nginx_takes_the_example() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::generate_simple_self_signed(["relay.example.com".to_owned()]).unwrap();
    let (certificate, private) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, key.cert.pem()).unwrap();
    std::fs::write(&private, key.signing_key.serialize_pem()).unwrap();
    let example = EXAMPLE
        .replace("/etc/anteroom/fullchain.pem", certificate.to_str().unwrap())
        .replace("/etc/anteroom/privkey.pem", private.to_str().unwrap());
    configure(folder.path(), &example);
    let output = nginx(folder.path()).arg("-t").output().await;
    let output = output.expect("this test needs nginx: apt-get install nginx-light");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_address_does_not_pass_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let limits = "[proof]\nrequired = false\n[limits]\nsubmissions_per_address = 2\ntrusted_proxies = [\"127.0.0.1\"]\n";
    std::fs::write(folder.path().join("relay.toml"), limits).unwrap();
    let relay = Process::start(folder.path(), &[]).await;
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let plain: String = EXAMPLE
        .lines()
        .filter(|line| !line.trim().starts_with("ssl_"))
        .map(|line| format!("{line}\n"))
        .collect();
    let example = plain
        .replace("127.0.0.1:8600", &relay.address.to_string())
        .replace("listen 443 ssl http2", &format!("listen {free}"));
    configure(folder.path(), &example);
    let _nginx = nginx(folder.path()).stderr(Stdio::null()).spawn().expect("this test needs nginx");
    let mut client = loop {
        match Client::connect(free).await {
            Ok(client) => break client,
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    let path = format!("/v1/practices/{PRACTICE}/inquiries");
    let request = |last: u8| {
        let forged = format!("x-forwarded-for: 203.0.113.{last}\r\n");
        post(&path, JOSE, &forged, &Sealing::inquiry(PRACTICE).body())
    };
    // Whatever they claim, all of them count for the address that nginx saw.
    let mut statuses = Vec::new();
    for last in 1..4 {
        statuses.push(client.exchange(&request(last)).await.unwrap().0);
    }
    assert_eq!(statuses, [201, 201, 429]);
    // The same header from the proxy itself is believed.
    let mut proxy = Client::connect(relay.address).await.unwrap();
    assert_eq!(proxy.exchange(&request(9)).await.unwrap().0, 201);
    relay.end().await;
}
