//! The commands, one module each.

mod audit;
mod backup;
mod demo;
mod doctor;
mod ehr;
mod init;
mod list;
mod manifest;
mod paper;
mod recovery;
mod rehearsal;
mod report;
mod score;
mod sequence;
mod setup;
mod show;
mod site;
mod snippet;
mod staff;
mod verify;
mod work;

use crate::cli::{Audit, Cli, Command, Demo, Ehr, Inbox, Log, Manifest, Recovery, Score, Sequence, Staff};
use crate::daemon;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::passphrase::Passphrases;
use tokio::runtime::Builder;

/// What every command is given.
pub(crate) struct Context {
    /// How to print.
    pub(crate) output: Output,
    /// Where passphrases come from.
    pub(crate) passphrases: Passphrases,
}

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let context = Context {
        output: if cli.json { Output::Json } else { Output::Text },
        passphrases: cli.passphrase_file.map_or(Passphrases::EnvironmentOrPrompt, Passphrases::File),
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
        Failure::new(Exit::Failed, error, "close other programs and run the command again")
    })?;
    runtime.block_on(dispatch(&context, cli.command))
}

async fn dispatch(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(options) => init::init(context, options).await,
        Command::Setup(options) => setup::setup(context, options).await,
        Command::Register(options) => init::register(context, options).await,
        Command::Staff(Staff::Add(options)) => staff::add(context, options).await,
        Command::Staff(Staff::Remove(options)) => staff::remove(context, &options).await,
        Command::Staff(Staff::Rotate(options)) => staff::rotate(context, &options).await,
        Command::Staff(Staff::Retain(options)) => staff::retain(context, &options).await,
        Command::Staff(Staff::List(of)) => staff::list(context, &of).await,
        Command::Manifest(Manifest::Check { file }) => manifest::check(context, &file),
        Command::Manifest(Manifest::Publish(options)) => manifest::publish(context, options).await,
        Command::Snippet(options) => snippet::snippet(context, options).await,
        Command::Inbox(Inbox::List(of)) => list::list(context, &of).await,
        Command::Inbox(Inbox::Show(options)) => show::show(context, &options).await,
        Command::Inbox(Inbox::Note(options)) => work::note(context, options).await,
        Command::Inbox(Inbox::Call(options)) => work::call(context, &options).await,
        Command::Inbox(Inbox::Stage(options)) => work::stage(context, &options).await,
        Command::Inbox(Inbox::Mark(options)) => work::mark(context, &options).await,
        Command::Inbox(Inbox::Verify(options)) => work::verify(context, &options).await,
        Command::Inbox(Inbox::Follow(options)) => work::follow(context, &options).await,
        Command::Inbox(Inbox::Slots(of)) => list::slots(context, &of).await,
        Command::Inbox(Inbox::Book(options)) => work::book(context, &options).await,
        Command::Inbox(Inbox::Cancel(options)) => work::cancel(context, &options).await,
        Command::Inbox(Inbox::Export(options)) => show::export(context, &options).await,
        Command::Audit(Audit::Export(options)) => audit::export(context, &options).await,
        Command::Audit(Audit::Verify(options)) => audit::verify(context, &options),
        Command::Inbox(Inbox::Erase(options)) => work::erase(context, &options).await,
        Command::Log(Log::Verify(of)) => verify::verify(context, &of).await,
        Command::Score(Score::Check { file }) => score::check(context, &file),
        Command::Score(Score::Replay(options)) => score::replay(context, &options).await,
        Command::Score(Score::Calibrate(options)) => score::calibration(context, &options).await,
        Command::Backup(options) => backup::backup(context, &options),
        Command::Restore(options) => backup::restore(context, &options),
        Command::Report(options) => report::report(context, &options).await,
        Command::Recovery(Recovery::Test(options)) => recovery::test(context, &options).await,
        Command::Recovery(Recovery::Use(options)) => recovery::recover(context, &options).await,
        Command::Sequence(Sequence::Check(options)) => sequence::check(context, &options).await,
        Command::Sequence(Sequence::Test(of)) => sequence::test(context, &of),
        Command::Sequence(Sequence::Preview(options)) => sequence::preview(context, &options).await,
        Command::Sequence(Sequence::List(options)) => sequence::list(context, &options).await,
        Command::Sequence(Sequence::Publish(options)) => sequence::publish(context, &options).await,
        Command::Sequence(Sequence::Withdraw(options)) => sequence::withdraw(context, &options).await,
        Command::Ehr(Ehr::Check { settings }) => ehr::check(context, &settings).await,
        Command::Ehr(Ehr::Status(of)) => ehr::status(context, &of).await,
        Command::Ehr(Ehr::Retry(options)) => ehr::retry(context, &options).await,
        Command::Ehr(Ehr::Export(options)) => ehr::export(context, &options).await,
        Command::Desk(options) => {
            let order = daemon::Order {
                credential: &options.of.credential,
                settings: &options.settings,
                once: options.once,
                at: options.at,
            };
            daemon::run(context, &order).await
        }
        Command::Doctor(options) => doctor::doctor(context, &options).await,
        Command::VerifySite(options) => site::verify(context, &options).await,
        Command::Completions { shell } => paper::completions(context, shell),
        Command::Man { directory } => paper::man(context, &directory),
        Command::Demo(Demo::Seed(options)) => demo::seed(context, options).await,
    }
}
