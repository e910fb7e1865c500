//! `cargo xtask demo`: the whole product on one machine, from an empty checkout.

use crate::step::{cargo, output, run as execute, step};
use crate::{build, site};
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Port of the relay
    #[arg(long, default_value_t = 8787)]
    relay_port: u16,
    /// Port of the practice's website
    #[arg(long, default_value_t = 8788)]
    site_port: u16,
    /// Where the demo keeps its practice and its database
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
}

const OWNER: &str = "maria-lopez";
const COORDINATOR: &str = "sam-rivera";
/// Of the demo's keys, which guard nobody. A real practice types its own.
const PASSPHRASE: &str = "lakeside demo passphrase";

/// Builds, starts, fills, prints the links, and waits for Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<()> {
    step("Building the relay and the practice's program", || {
        execute(&mut cargo(&["build", "--package", "relay", "--package", "desk"]))
    })?;
    build::run(None)?;
    let demo = Demo::prepare(options)?;
    let relay = step("Starting the relay", || demo.start_relay())?;
    step("Making the practice: keys, manifest, staff", || demo.make_practice())?;
    step("Starting the practice's website", || site::serve(options.site_port, demo.snippet()?))?;
    step("Sending synthetic inquiries through the public endpoint", || demo.seed())?;
    demo.print_links(options);
    wait_for_interrupt(relay)
}

struct Demo {
    data: PathBuf,
    practice: PathBuf,
    relay_url: String,
    relay_port: u16,
}

impl Demo {
    fn prepare(options: &Options) -> Result<Self> {
        let practice = options.data.join("practice");
        fs::create_dir_all(&options.data)?;
        fs::write(options.data.join("passphrase.txt"), PASSPHRASE)?;
        let relay_url = format!("http://127.0.0.1:{}", options.relay_port);
        Ok(Self { data: options.data.clone(), practice, relay_url, relay_port: options.relay_port })
    }

    fn start_relay(&self) -> Result<Relay> {
        let mut child = Command::new(program("anteroom-relay"))
            .arg("serve")
            .arg("--data")
            .arg(self.relay_data())
            .args(["--listen", &format!("127.0.0.1:{}", self.relay_port), "--public-url", &self.relay_url])
            .args(["--widget", "dist/widget", "--console", "dist/console"])
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.relay_log())?)
            .spawn()
            .context("could not start anteroom-relay")?;
        let stdout = child.stdout.take().context("the relay has a standard output")?;
        let relay = Relay(child);
        let (ready, is_ready) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if line.starts_with("listening on ") {
                    let _ = ready.send(());
                }
            }
        });
        match is_ready.recv_timeout(Duration::from_secs(20)) {
            Ok(()) => Ok(relay),
            Err(_) => bail!(
                "the relay did not start; if port {} is in use, choose another with --relay-port\n{}",
                self.relay_port,
                fs::read_to_string(self.relay_log()).unwrap_or_default()
            ),
        }
    }

    fn make_practice(&self) -> Result<()> {
        if !self.practice.join("root.key").exists() {
            let invite = output(
                Command::new(program("anteroom-relay")).arg("invite").arg("--data").arg(self.relay_data()),
            )?;
            execute(
                self.anteroom()
                    .args(["init", "--relay", &self.relay_url, "--invite", invite.trim()])
                    .args(["--manifest", "examples/manifests/lakeside-ortho.toml", "--owner", OWNER])
                    .arg("--dir")
                    .arg(&self.practice),
            )?;
        }
        if !self.credential(COORDINATOR).exists() {
            execute(
                self.anteroom()
                    .args(["staff", "add", COORDINATOR, "--role", "coordinator", "--dir"])
                    .arg(&self.practice),
            )?;
        }
        Ok(())
    }

    fn snippet(&self) -> Result<String> {
        output(
            self.anteroom()
                .args(["snippet", "--version-file", "dist/widget/current.json", "--credential"])
                .arg(self.credential(OWNER)),
        )
    }

    fn seed(&self) -> Result<()> {
        execute(
            self.anteroom()
                .args(["demo", "seed", "--count", "40", "--credential"])
                .arg(self.credential(COORDINATOR)),
        )
    }

    fn anteroom(&self) -> Command {
        let mut command = Command::new(program("anteroom"));
        command.arg("--passphrase-file").arg(self.data.join("passphrase.txt"));
        command
    }

    fn credential(&self, staff: &str) -> PathBuf {
        self.practice.join(format!("{staff}.credential"))
    }

    fn relay_data(&self) -> PathBuf {
        self.data.join("relay")
    }

    /// What the relay has to say while it runs: not what somebody wants to read between the links.
    fn relay_log(&self) -> PathBuf {
        self.data.join("relay.log")
    }

    fn print_links(&self, options: &Options) {
        let credential = self.credential(COORDINATOR);
        println!(
            "
Anteroom is running.

  A patient's view      http://127.0.0.1:{site}/contact
  The staff console     {relay}/console/
      credential file   {credential}
      passphrase        {PASSPHRASE}
  The relay's log       {log}
  On the command line   {program} --passphrase-file {passphrase} inbox list --credential {credential}

Every person in it is made up. Ctrl-C ends it; the next start goes on with the same data ({data}).
",
            site = options.site_port,
            relay = self.relay_url,
            credential = credential.display(),
            log = self.relay_log().display(),
            program = program("anteroom").display(),
            passphrase = self.data.join("passphrase.txt").display(),
            data = self.data.display(),
        );
    }
}

/// The relay's process; ended when this is dropped.
struct Relay(Child);

impl Drop for Relay {
    fn drop(&mut self) {
        // SIGTERM, so that it finishes what it has acknowledged; the kill is for one that hangs.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
    }
}

fn wait_for_interrupt(mut relay: Relay) -> Result<()> {
    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(());
    })?;
    loop {
        if interrupted.recv_timeout(Duration::from_millis(500)).is_ok() {
            eprintln!("Stopping.");
            return Ok(());
        }
        if let Some(status) = relay.0.try_wait()? {
            bail!("the relay ended by itself ({status})");
        }
    }
}

/// One of our own programs, as the last build left it.
pub(crate) fn program(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Path::new(&target).join("debug").join(name)
}
