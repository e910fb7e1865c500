//! `anteroom`, the practice's own program: a command line that holds the practice's keys, and reads
//! and checks what its relay stores.
//!
//! Keys stay in files that a passphrase protects. What the relay answers is checked by `inbox`; what
//! patients write reaches a terminal through [`terminal`] only.

mod check;
mod cli;
mod clock;
mod commands;
mod daemon;
mod document;
mod ehr;
mod failure;
mod files;
mod findings;
mod keyfile;
mod output;
mod page;
mod parallel;
mod passphrase;
mod publication;
mod reading;
mod relay;
mod session;
mod state;
mod terminal;
mod words;

use clap::Parser;
use cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.render(json));
            ExitCode::from(failure.exit as u8)
        }
    }
}
