//! A throw-away PostgreSQL cluster on a Unix socket. PostgreSQL refuses to run as root; there it is run
//! as the user `postgres`, whom Debian's package makes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub struct Cluster {
    server: Child,
    folder: TempDir,
    next: AtomicU64,
}

impl Cluster {
    /// For tests of anything but durability: syncing would take most of the time.
    pub fn start() -> Self {
        Self::start_with("fsync=off")
    }

    /// As an operator would run it.
    pub fn start_durable() -> Self {
        Self::start_with("fsync=on")
    }

    fn start_with(sync: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        let programs = programs();
        let data = folder.path().join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let mut make = as_postgres(&programs.join("initdb"));
        run(make.args(["--auth=trust", "--username=relay", "--encoding=UTF8", "--no-sync", "-D"]).arg(&data));
        let server = as_postgres(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-c", sync])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cluster = Self { server, folder, next: AtomicU64::new(0) };
        cluster.wait(&programs);
        cluster
    }

    /// The connection string of a new, empty database.
    pub async fn database(&self) -> String {
        let name = format!("relay{}", self.next.fetch_add(1, Ordering::Relaxed));
        let (client, connection) =
            tokio_postgres::connect(&self.address("postgres"), tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        connection.abort();
        self.address(&name)
    }

    fn address(&self, database: &str) -> String {
        format!("host={} user=relay dbname={database}", self.folder.path().display())
    }

    fn wait(&self, programs: &Path) {
        let begun = Instant::now();
        let ready = || {
            let mut ask = Command::new(programs.join("pg_isready"));
            ask.arg("-q").arg("-h").arg(self.folder.path()).status().unwrap().success()
        };
        while !ready() {
            assert!(begun.elapsed() < Duration::from_secs(30), "PostgreSQL did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown. `runuser` does not pass it on: its child gets it.
        let pid = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid"));
        if let Some(pid) = pid.ok().and_then(|text| text.lines().next().map(str::to_owned)) {
            let _ = Command::new("kill").args(["-INT", &pid]).status();
        }
        let _ = self.server.wait();
    }
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let programs = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let newest = programs.filter(|programs| programs.join("initdb").is_file()).max();
    newest.expect("these tests need PostgreSQL: apt-get install postgresql")
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
