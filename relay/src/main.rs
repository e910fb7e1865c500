//! `anteroom-relay`: the command line of the relay.

use clap::{Parser, Subcommand};
use relay::serve::{Patience, ServeError, Settings, invite, serve};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

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
    Serve {
        /// Folder for the database and the widget's versions; made if it is not there
        #[arg(long)]
        data: PathBuf,
        /// Address to listen on
        #[arg(long, default_value = "127.0.0.1:8600")]
        listen: SocketAddr,
        /// How browsers and staff reach the relay, such as https://relay.example.com
        #[arg(long)]
        public_url: String,
        /// Built widget (dist/widget): its versions are copied into the data folder and kept
        #[arg(long)]
        widget: Option<PathBuf>,
        /// Built console (dist/console), served under /console/
        #[arg(long)]
        console: Option<PathBuf>,
    },
    /// Print a one-time invite, with which one practice can register within a week
    Invite {
        /// The relay's data folder
        #[arg(long)]
        data: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("ANTEROOM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).json().init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("anteroom-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), ServeError> {
    match command {
        Command::Serve { data, listen, public_url, widget, console } => {
            let patience = Patience::default();
            serve(Settings { data, listen, public_url, widget, console, patience }).await
        }
        Command::Invite { data } => {
            println!("{}", invite(&data).await?);
            Ok(())
        }
    }
}
