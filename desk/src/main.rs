//! `anteroom`, the practice's own program: a command line that holds the practice's keys, and reads
//! and checks what its relay stores.
//!
//! Keys stay in files that a passphrase protects. What the relay answers is checked by `inbox`; what
//! patients write reaches a terminal through [`terminal`] only.

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
use failure::{Exit, Failure};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
    let json = cli.json;
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.render(json));
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Ends the program over a command line that is wrong, or that asks for help; with `--json`, in JSON.
fn refuse(error: &clap::Error) -> ! {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if !error.use_stderr() || !wants_json {
        error.exit();
    }
    let words = error.render().to_string();
    let (what, todo) = words.split_once("\n\n").unwrap_or((&words, ""));
    let failure = Failure::new(
        Exit::Usage,
        what.trim_start_matches("error: ").trim(),
        todo.trim().replace("\n\n", "\n"),
    );
    eprintln!("{}", failure.render(true));
    std::process::exit(error.exit_code())
}
