//! `anteroom-relay`: the command line of the relay.

use clap::{Args, Parser, Subcommand};
use relay::access::Rules;
use relay::serve::{Database, ServeError, Settings, check, invite, serve};
use relay::settings::{ConfigurationError, ConfigurationFile, parse_origin};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Where `serve` listens if nothing says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8600);

/// Keeps sealed inquiries for medical practices. It cannot read them.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the relay until it is told to end (Ctrl-C or SIGTERM)
    Serve(Serve),
    /// Print a one-time invite, with which one practice can register within a week
    Invite {
        /// The relay's data folder
        #[arg(long)]
        data: PathBuf,
        /// File with the PostgreSQL connection string, if the relay uses PostgreSQL
        #[arg(long)]
        postgres_file: Option<PathBuf>,
    },
    /// Check the database and follow every practice's chains from end to end
    Check {
        /// The relay's data folder
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(Args)]
struct Serve {
    /// Configuration file (examples/deploy/relay.toml); what is given here goes before it
    #[arg(long)]
    config: Option<PathBuf>,
    /// Folder for the database and the widget's versions; made if it is not there
    #[arg(long)]
    data: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:8600]
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address of metrics, health and readiness for the operator alone [default: none]
    #[arg(long)]
    operator_listen: Option<SocketAddr>,
    /// How browsers and staff reach the relay: scheme and host, no path
    #[arg(long)]
    public_url: Option<String>,
    /// File with a PostgreSQL connection string, for several relays on one database [default: none; a
    /// SQLite file in the data folder]
    #[arg(long)]
    postgres_file: Option<PathBuf>,
    /// Built widget (dist/widget): its versions are copied into the data folder and kept
    #[arg(long)]
    widget: Option<PathBuf>,
    /// Built console (dist/console), served under /console/
    #[arg(long)]
    console: Option<PathBuf>,
}

impl Serve {
    fn settings(self) -> Result<Settings, ServeError> {
        let file = self.config.as_deref().map(ConfigurationFile::read).transpose()?.unwrap_or_default();
        let missing = |key, flag| ConfigurationError::Missing { key, flag };
        let public_url =
            self.public_url.or(file.public_url).ok_or_else(|| missing("public_url", "public-url"))?;
        Ok(Settings {
            data: self.data.or(file.data).ok_or_else(|| missing("data", "data"))?,
            listen: self.listen.or(file.listen).unwrap_or(LISTEN),
            operator_listen: self.operator_listen.or(file.operator_listen),
            public_url: parse_origin(&public_url)?,
            widget: self.widget.or(file.widget),
            console: self.console.or(file.console),
            database: database(self.postgres_file.or(file.postgres_file))?,
            patience: (&file.connections).into(),
            rates: (&file.limits).into(),
            key_file: file.key_file,
            rules: Rules {
                submissions: file.limits.per_practice(),
                proof: (&file.proof).into(),
                quota: (&file.limits).into(),
            },
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    start_log();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("anteroom-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

fn database(postgres_file: Option<PathBuf>) -> Result<Database, ServeError> {
    postgres_file.map_or(Ok(Database::InData), |file| Database::from_file(&file))
}

/// JSON lines on stderr, at the level of `ANTEROOM_LOG` (error, warn, info, debug, trace). Only the
/// relay itself is heard: libraries log addresses at their deeper levels.
fn start_log() {
    let wanted = std::env::var("ANTEROOM_LOG").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(LevelFilter::INFO);
    let ours = Targets::new().with_target("relay", level);
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}

async fn run(command: Command) -> Result<(), ServeError> {
    match command {
        Command::Serve(options) => serve(options.settings()?).await,
        Command::Invite { data, postgres_file } => {
            println!("{}", invite(&data, &database(postgres_file)?).await?);
            Ok(())
        }
        Command::Check { data } => {
            let findings = check(&data)?;
            println!("sound: {} practices, {} entries", findings.practices, findings.entries);
            Ok(())
        }
    }
}
