//! The interface as its OpenAPI document describes it, under schemathesis.

use super::PRACTICE;
use crate::support::client::Client;
use crate::support::keys;
use crate::support::lab::{register_in, sign_in_as};
use crate::support::process::Process;
use tokio::process::Command;

/// `SCHEMATHESIS` names the program; `SCHEMATHESIS_SECONDS` how long it may try.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs schemathesis: cargo xtask test schemathesis"]
async fn schemathesis_finds_no_failure() {
    let variable = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let folder = tempfile::tempdir().unwrap();
    register_in(folder.path(), PRACTICE).await;
    let relay = Process::start(folder.path(), &[]).await;
    let mut client = Client::connect(relay.address).await.unwrap();
    let token = sign_in_as(&mut client, PRACTICE, "maria-lopez", keys::owner()).await;
    let tried = Command::new(variable("SCHEMATHESIS"))
        .args(["--config-file", concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/schemathesis.toml"), "run"])
        .args(["--max-time", &variable("SCHEMATHESIS_SECONDS")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .arg(format!("http://{}/openapi.json", relay.address))
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("PYTHONPATH", concat!(env!("CARGO_MANIFEST_DIR"), "/../tests"))
        .current_dir(folder.path())
        .status()
        .await
        .unwrap();
    assert!(tried.success(), "schemathesis found failures");
    // Whatever it sent, nothing is damaged.
    crate::support::process::run_well(["check".as_ref(), "--data".as_ref(), folder.path().as_os_str()]).await;
    relay.end().await;
}
