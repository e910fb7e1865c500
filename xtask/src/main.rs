//! The project's own commands. `cargo xtask demo` and `cargo xtask test` are the two that a
//! newcomer needs; both install what they miss.

mod bench;
mod blindness;
mod budget;
mod build;
mod demo;
mod documents;
mod eval;
mod glue;
mod parts;
mod site;
mod soak;
mod split;
mod step;
mod test;
mod tool;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Anteroom's own commands", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, start a relay and a practice website, fill in synthetic inquiries, print the links
    Demo(demo::Options),
    /// Run everything that CI runs
    Test(test::Options),
    /// Build widget and console for release into dist/
    Build(build::Options),
    /// Measure sizes, the widget in a slowed-down browser, sealing in wasm, and durable submissions per second
    Bench(bench::Options),
    /// Kill relays a hundred times under load, let a thousand slow clients at one, kill a desk at 200 points: minutes
    Soak,
    /// Kill the primary of examples/deploy/ha under load: minutes
    Failover,
    /// Measure triage and intent: --task urgency|guidance|negation|intent FILE.jsonl [--map old=new]
    Eval {
        /// Options and files
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Fit the weights of booking, finding and neither to labelled text, and print them
    Fit {
        /// Rows with "text" and "label"; "dialogue" keeps what belongs together out of the fit together
        file: String,
    },
    /// Fit what reads like an emergency to the messages in lead/training/, and write lead/lexicon/likeness.txt
    FitUrgency {
        /// General medical questions without labels, as JSON lines with "text": what is known not to be an emergency
        questions: Option<String>,
    },
    /// Check that the relay cannot reach anything that opens an entry
    Blindness,
    /// Check the transfer sizes in dist/ against their budgets
    Budget(budget::Options),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    std::env::set_current_dir(root())?;
    match Cli::parse().command {
        Command::Demo(options) => demo::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Build(options) => build::run(options.part),
        Command::Bench(options) => bench::run(&options),
        Command::Soak => soak::run(),
        Command::Failover => soak::failover(),
        Command::Eval { args } => eval::run(&args),
        Command::Fit { file } => eval::fit::run(&file),
        Command::FitUrgency { questions } => eval::likeness::fit(questions.as_deref()),
        Command::Blindness => blindness::run(),
        Command::Budget(options) => budget::run(&options),
    }
}

/// The checkout. Every path in this crate is relative to it.
fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or_else(|| manifest.clone(), PathBuf::from)
}
