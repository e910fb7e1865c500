//! The real `anteroom-relay`, as a process of its own.

use super::client::{Client, post};
use super::practice::Sealing;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use wire::api::JOSE;

pub struct Process {
    child: Child,
    pub address: SocketAddr,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a relay on `data` that limits nobody, and waits until it listens.
    pub async fn start(data: &Path, options: &[&str]) -> Self {
        Self::spawn(command(data, options).stderr(Stdio::null())).await
    }

    /// The same, of a command that ends in [`command`]'s.
    pub async fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("the relay did not start");
        let (_, address) = line.split_once("://").unwrap_or_else(|| panic!("{line}"));
        Self { address: address.parse().unwrap(), child, lines }
    }

    /// The operator's address, of a relay that was told to have one.
    pub async fn operator(&mut self) -> SocketAddr {
        let line = self.lines.next_line().await.unwrap().unwrap();
        line.strip_prefix("operator on http://").unwrap().parse().unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Resident memory, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Files and sockets that it holds.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap().count()
    }

    /// Sends a signal by name.
    pub async fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().await;
        assert!(sent.unwrap().success());
    }

    /// As power fails.
    pub async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// In order.
    pub async fn end(mut self) {
        self.signal("TERM").await;
        assert!(self.child.wait().await.unwrap().success());
    }
}

/// `anteroom-relay serve` on `data`, without limits.
pub fn command(data: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1", "--config"]);
    command.arg(unlimited(data)).arg("--data").arg(data).args(options);
    command
}

/// The configuration file in `data`: what the test has put there, or one without limits.
pub fn unlimited(data: &Path) -> PathBuf {
    let config = data.join("relay.toml");
    if !config.exists() {
        std::fs::write(&config, UNLIMITED).unwrap();
    }
    config
}

/// Configuration of a relay that takes as much as comes, without a proof of work.
pub const UNLIMITED: &str = "[proof]\nrequired = false\n[limits]\nsubmissions_per_practice = 0\n";

/// Runs `anteroom-relay` with `arguments` to its end.
pub async fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    Command::new(program()).args(arguments).output().await.unwrap()
}

/// The same; what it printed, and that it ended well.
pub async fn run_well<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> String {
    let output = run(arguments).await;
    let (told, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{error}");
    told.into_owned()
}

/// Of the same build as whatever this is compiled into, a test or an example.
pub fn program() -> PathBuf {
    option_env!("CARGO_BIN_EXE_anteroom-relay").map_or_else(
        || std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("anteroom-relay"),
        PathBuf::from,
    )
}

/// Submits a new inquiry; the status of the answer.
pub async fn submit(client: &mut Client, practice: &str) -> std::io::Result<u16> {
    let path = format!("/v1/practices/{practice}/inquiries");
    let request = post(&path, JOSE, "", &Sealing::inquiry(practice).body());
    Ok(client.exchange(&request).await?.0)
}
