//! The machines of examples/deploy/ha as processes: the files are the example's own, but for addresses,
//! folders and passwords.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PATRONI: &str = include_str!("../../../examples/deploy/ha/patroni.yml");
const HAPROXY: &str = include_str!("../../../examples/deploy/ha/haproxy.cfg");
const ETCD: &str = include_str!("../../../examples/deploy/ha/etcd.conf.yml");

/// A primary is found, or missed, within this time.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Nodes {
    folder: TempDir,
    /// `None` while it is down.
    nodes: Vec<Option<Child>>,
    ports: Ports,
    _others: Vec<Child>,
}

struct Ports {
    etcd: u16,
    peer: u16,
    proxy: u16,
    /// Patroni's and PostgreSQL's of each node.
    nodes: Vec<(u16, u16)>,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Nodes {
    /// Starts everything, and waits until there is a primary with a synchronous standby.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("ha").tempdir_in("/tmp").unwrap();
        run(Command::new("chown").arg("postgres").arg(folder.path())).await;
        let nodes = (0..3).map(|_| (free_port(), free_port())).collect();
        let ports = Ports { etcd: free_port(), peer: free_port(), proxy: free_port(), nodes };
        let mut started = Self { nodes: vec![None, None, None], ports, _others: Vec::new(), folder };
        let etcd = started.write("etcd.yml", &started.etcd());
        let haproxy = started.write("haproxy.cfg", &started.haproxy());
        let others = [
            started.spawn(Command::new("etcd").arg("--config-file").arg(etcd), "etcd"),
            started.spawn(Command::new("haproxy").arg("-f").arg(haproxy), "haproxy"),
        ];
        started._others.extend(others);
        for node in 0..3 {
            let file = started.write(&format!("node{}.yml", node + 1), &started.patroni(node));
            run(Command::new("chown").arg("postgres").arg(&file)).await;
            started.revive(node).await;
            if node == 0 {
                started.primary().await;
            }
        }
        started.standby().await;
        let begun = Instant::now();
        while !started.psql("postgres", "CREATE DATABASE anteroom").await {
            assert!(begun.elapsed() < PATIENCE, "no database can be made: {}", started.logs());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        started
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection string that leads to the primary.
    pub fn address(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres password=secret dbname=anteroom", self.ports.proxy)
    }

    /// The node that is the primary now.
    pub async fn primary(&self) -> usize {
        self.next_primary(&[]).await
    }

    /// The node that becomes the primary after the last of `before`.
    pub async fn next_primary(&self, before: &[usize]) -> usize {
        let begun = Instant::now();
        loop {
            for node in 0..self.nodes.len() {
                if before.last() != Some(&node) && self.answers(node, "primary").await {
                    return node;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "nobody becomes the primary: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn standby(&self) {
        let begun = Instant::now();
        loop {
            for node in 0..self.nodes.len() {
                if self.answers(node, "synchronous").await {
                    return;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "nobody becomes the standby: {}", self.logs());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// As power fails: Patroni and PostgreSQL of the node at once.
    pub async fn kill(&mut self, node: usize) {
        let mut patroni = self.nodes[node].take().unwrap();
        let postmaster = std::fs::read_to_string(self.data(node).join("postmaster.pid")).unwrap();
        let postmaster = postmaster.lines().next().unwrap().to_owned();
        let children =
            std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
        // `runuser` stands between: its child is Patroni itself.
        let runuser = patroni.id().unwrap();
        let own = std::fs::read_to_string(format!("/proc/{runuser}/task/{runuser}/children")).unwrap();
        let all = own.split_whitespace().chain([postmaster.as_str()]).chain(children.split_whitespace());
        let _ = Command::new("kill").arg("-9").args(all).status().await.unwrap();
        let _ = patroni.kill().await;
    }

    /// Starts a node, again or for the first time.
    pub async fn revive(&mut self, node: usize) {
        let file = self.folder().join(format!("node{}.yml", node + 1));
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "patroni"]).arg(file).current_dir("/");
        self.nodes[node] = Some(self.spawn(&mut command, &format!("node{}", node + 1)));
    }

    fn spawn(&self, command: &mut Command, name: &str) -> Child {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder().join(format!("{name}.log")));
        let log = log.unwrap();
        let spawned = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn();
        spawned.unwrap_or_else(|error| {
            panic!("{name}: {error}; this test needs patroni, etcd-server and haproxy")
        })
    }

    fn data(&self, node: usize) -> PathBuf {
        self.folder().join(format!("data{}", node + 1))
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Whether Patroni says that `node` has this role.
    async fn answers(&self, node: usize, role: &str) -> bool {
        let url = format!("http://127.0.0.1:{}/{role}", self.ports.nodes[node].0);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--max-time", "2", "--output", "/dev/null", &url]);
        curl.status().await.unwrap().success()
    }

    async fn psql(&self, database: &str, sql: &str) -> bool {
        let address = self.address().replace("dbname=anteroom", &format!("dbname={database}"));
        let psql = Command::new("psql")
            .args([&address, "-c", sql])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        psql.await.unwrap().success()
    }

    fn etcd(&self) -> String {
        let Ports { etcd, peer, .. } = self.ports;
        // One is enough where the machine is one.
        ETCD.replace(",node2=http://10.0.0.12:2380,node3=http://10.0.0.13:2380", "")
            .replace("10.0.0.11:2380", &format!("127.0.0.1:{peer}"))
            .replace("10.0.0.11:2379", &format!("127.0.0.1:{etcd}"))
            .replace("/var/lib/etcd/anteroom", self.folder().join("etcd").to_str().unwrap())
    }

    fn haproxy(&self) -> String {
        let mut text = HAPROXY.replace("127.0.0.1:5000", &format!("127.0.0.1:{}", self.ports.proxy));
        for (number, (patroni, postgres)) in self.ports.nodes.iter().enumerate() {
            text = text.replace(
                &format!("10.0.0.1{}:5432 check port 8008", number + 1),
                &format!("127.0.0.1:{postgres} check port {patroni}"),
            );
        }
        text
    }

    fn patroni(&self, node: usize) -> String {
        let (patroni, postgres) = self.ports.nodes[node];
        let newest =
            std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten().map(|v| v.path().join("bin")).max();
        PATRONI
            .replace("name: node1", &format!("name: node{}", node + 1))
            .replace(
                "10.0.0.11:2379,10.0.0.12:2379,10.0.0.13:2379",
                &format!("127.0.0.1:{}", self.ports.etcd),
            )
            .replace("10.0.0.11:8008", &format!("127.0.0.1:{patroni}"))
            .replace("10.0.0.11:5432", &format!("127.0.0.1:{postgres}"))
            .replace("10.0.0.0/24", "127.0.0.1/32")
            .replace("/var/lib/postgresql/anteroom", self.data(node).to_str().unwrap())
            .replace("/usr/lib/postgresql/15/bin", newest.unwrap().to_str().unwrap())
            .replace("change-me", "secret")
            .replace("local all all peer", "local all all trust")
            .replace(
                "  authentication:",
                &format!(
                    "  parameters:\n    unix_socket_directories: {}\n  authentication:",
                    self.folder().display()
                ),
            )
    }

    fn logs(&self) -> String {
        let tail = |name: &str| {
            let text = std::fs::read_to_string(self.folder().join(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("\n--- {name}\n{}", lines[lines.len().saturating_sub(15)..].join("\n"))
        };
        ["etcd.log", "haproxy.log", "node1.log", "node2.log", "node3.log"].map(tail).concat()
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for node in 0..self.nodes.len() {
            if let Some(patroni) = &self.nodes[node] {
                // Patroni ends its PostgreSQL with itself when it is told to.
                let children = patroni.id().map(|id| format!("/proc/{id}/task/{id}/children"));
                let children =
                    children.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
                let _ = std::process::Command::new("kill").args(children.split_whitespace()).status();
            }
        }
        std::thread::sleep(Duration::from_secs(3));
        for node in 0..self.nodes.len() {
            let pid = std::fs::read_to_string(self.data(node).join("postmaster.pid")).unwrap_or_default();
            if let Some(pid) = pid.lines().next() {
                let _ = std::process::Command::new("kill").args(["-QUIT", pid]).status();
            }
        }
    }
}

async fn run(command: &mut Command) {
    assert!(command.status().await.unwrap().success());
}
