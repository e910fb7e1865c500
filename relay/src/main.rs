//! `anteroom-relay`: the command line of the relay.

mod cli;

use clap::Parser;
use cli::{Arguments, Command, Migrate, Practice};
use relay::data::Database;
use relay::operate::{
    Space, add_practice, adopt_key, backup, check, collect, invite, migrate, practices, restore,
};
use relay::serve::serve;
use relay::settings::ConfigurationError;
use relay::store::Findings;
use std::error::Error;
use std::process::ExitCode;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// What one thread allocates and another frees, as each submission's body is, makes the threads wait for each other in
/// glibc's allocator, and it gives memory back and takes it again at every commit. SQLite allocates from it too. A thread
/// of its own gives memory back here, so that no request waits for that.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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

/// JSON lines on stderr, at the level of `ANTEROOM_LOG` (error, warn, info, debug, trace). Only the
/// relay itself is heard: libraries log addresses at their deeper levels.
fn start_log() {
    let wanted = std::env::var("ANTEROOM_LOG").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(LevelFilter::INFO);
    let ours = Targets::new().with_target("relay", level);
    let lines = tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(ours)).init();
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Serve(options) => serve(options.settings()?).await?,
        Command::Invite(place) => {
            let (data, database) = place.make()?;
            println!("{}", invite(&data, &database).await?);
        }
        Command::Practice(Practice::Add { place, registration }) => {
            let (data, database) = place.make()?;
            println!("added {}", add_practice(&data, &database, &registration).await?);
        }
        Command::Practice(Practice::List(place)) => {
            let (data, database) = place.find()?;
            for (practice, entries) in practices(&data, &database).await? {
                println!("{practice} {entries}");
            }
        }
        Command::Check(place) => {
            let (data, database) = place.find()?;
            print_sound(&check(&data, &database).await?);
        }
        Command::Backup { place, file } => {
            let (data, database) = place.find()?;
            print_sound(&backup(&data, &database, &file)?);
        }
        Command::Restore { place, file } => {
            let (data, _) = place.make()?;
            print_sound(&restore(&file, &data)?);
        }
        Command::Gc(place) => {
            let (data, database) = place.find()?;
            let collected = collect(&data, &database).await?;
            println!("removed {} expired", collected.expired);
            match collected.space {
                Space::Returned(bytes) => println!("gave {bytes} bytes back to the disk"),
                Space::InUse => println!("a relay is running: free space in the file stays for its use"),
                Space::Elsewhere => {}
            }
        }
        Command::AdoptKey(place) => {
            let (data, database) = place.find()?;
            let file = place.key_file(&data)?;
            adopt_key(&data, &database, &file).await?;
            println!("relays on this database use the key in {} from now on", file.display());
        }
        Command::Migrate(Migrate::SqliteToPostgres(place)) => {
            let (data, database) = place.find()?;
            let Database::Postgres(connection) = database else {
                return Err(
                    ConfigurationError::Missing { key: "postgres_file", flag: "postgres-file" }.into()
                );
            };
            print_sound(&migrate(&data, &connection, |what| eprintln!("{what}")).await?);
            println!(
                "start the relay with `postgres_file`; keep relay.db until you have a backup of PostgreSQL"
            );
        }
    }
    Ok(())
}

fn print_sound(found: &Findings) {
    let Findings { practices, entries, records } = found;
    println!("sound: {practices} practices, {entries} entries, {records} records of access");
}
