//! The command line's shape. What each command does is in [`crate::commands`].

mod ehr;
mod inbox;
mod staff;

pub(crate) use ehr::{Ehr, EhrExport, EhrRetry};
pub(crate) use inbox::{
    ByArg, Inbox, InboxBook, InboxCall, InboxCancel, InboxErase, InboxExport, InboxFollow, InboxMark,
    InboxNote, InboxShow, InboxStage, InboxVerify, MarkArg,
};
pub(crate) use staff::{RETENTION_DAYS, Staff, StaffAdd, StaffRemove, StaffRetain, StaffRotate};

use crate::failure::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use lead::manifest::publication::{DEFAULT_DAYS, VALID_DAYS};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use wire::{PracticeId, StaffId, Thumbprint};

/// For how many days a manifest may be valid, as clap wants it.
fn valid_days() -> RangeInclusive<i64> {
    i64::from(*VALID_DAYS.start())..=i64::from(*VALID_DAYS.end())
}

/// The practice's own program: keys, staff, manifest, inbox.
#[derive(Debug, Parser)]
#[command(name = "anteroom", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Take the passphrase from the first line of FILE (else from ANTEROOM_PASSPHRASE, else ask)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a practice: its keys, its first member of staff, its place on a relay
    Init(Init),
    /// The same in a browser, step by step; once the practice is live, its owner's office
    Setup(Setup),
    /// Register a practice that `init` has made and could not register
    Register(Register),
    /// The people who work at the practice
    #[command(subcommand)]
    Staff(Staff),
    /// What the practice publishes about its intake
    #[command(subcommand)]
    Manifest(Manifest),
    /// Print the lines to paste into the practice's website
    Snippet(Snippet),
    /// What patients sent
    #[command(subcommand)]
    Inbox(Inbox),
    /// The practice's log on the relay
    #[command(subcommand)]
    Log(Log),
    /// The access log: who did what at the relay
    #[command(subcommand)]
    Audit(Audit),
    /// A scoring model before it is published
    #[command(subcommand)]
    Score(Score),
    /// How far people get, how soon they are called, and what becomes of them
    Report(Report),
    /// Copy keys, memories, settings and the desk's journal into a new folder
    Backup(Backup),
    /// Check such a copy, and put it into a new folder
    Restore(Restore),
    /// The recovery key
    #[command(subcommand)]
    Recovery(Recovery),
    /// Follow-up sequences
    #[command(subcommand)]
    Sequence(Sequence),
    /// Leads on their way into the EHR
    #[command(subcommand)]
    Ehr(Ehr),
    /// Follow the log: send follow-up, ask for calls, alert staff, hand over to the EHR, serve the console
    Desk(Desk),
    /// Look at everything that has to be right, and say what to do
    Doctor(Doctor),
    /// Fetch a page of your website and check form, keys and manifest behind it
    VerifySite(VerifySite),
    /// Print completions for a shell
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
    /// Write manual pages
    Man {
        /// Where they go
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Synthetic inquiries, for trying things out
    #[command(subcommand, hide = true)]
    Demo(Demo),
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The relay, as patients' browsers reach it
    #[arg(long, value_name = "URL")]
    pub(crate) relay: String,
    /// The invite that the relay's operator gave you
    // One invite in sixty-four begins with a hyphen.
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) invite: String,
    /// What the practice publishes about its intake (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: PathBuf,
    /// Your name as a member of staff: `maria-lopez`
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: StaffId,
    /// Where the key files go; keep it off shared disks
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The practice's name in links; else the manifest file's name without its ending
    #[arg(long, value_name = "NAME")]
    pub(crate) practice: Option<PracticeId>,
    /// How long the manifest is valid
    #[arg(long, value_name = "DAYS", default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u32).range(valid_days()))]
    pub(crate) valid_days: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// Where the key files go, or lie already; keep it off shared disks
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// `current.json` of the widget's release
    #[arg(long, value_name = "FILE")]
    pub(crate) version_file: PathBuf,
    /// The relay, as patients' browsers reach it; else the page asks
    #[arg(long, value_name = "URL")]
    pub(crate) relay: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Where `init` has put the key files
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The invite that the relay's operator gave you
    // One invite in sixty-four begins with a hyphen.
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) invite: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Manifest {
    /// Look for mistakes in a manifest, without a network
    Check {
        /// TOML or JSON
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Sign a manifest with the root key and publish it
    Publish(ManifestPublish),
}

#[derive(Debug, Args)]
pub(crate) struct ManifestPublish {
    /// TOML or JSON
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where `root.key` is
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// How long the manifest is valid
    #[arg(long, value_name = "DAYS", default_value_t = DEFAULT_DAYS, value_parser = clap::value_parser!(u32).range(valid_days()))]
    pub(crate) valid_days: u32,
}

#[derive(Debug, Args)]
pub(crate) struct OfCredential {
    /// Your credential file
    #[arg(long, value_name = "FILE", env = "ANTEROOM_CREDENTIAL", hide_env_values = true)]
    pub(crate) credential: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Snippet {
    #[command(flatten)]
    pub(crate) of: OfCredential,
    /// `current.json` of the widget's release
    #[arg(long, value_name = "FILE")]
    pub(crate) version_file: PathBuf,
    /// Another address of the relay than the credential's
    #[arg(long, value_name = "URL")]
    pub(crate) relay: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Check the whole log against what this credential has seen before
    Verify(OfCredential),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Write the access log to a file, with the relay's signed checkpoint; needs an owner's or auditor's credential
    Export(AuditExport),
    /// Check such a file, without a network
    Verify(AuditVerify),
}

#[derive(Debug, Args)]
pub(crate) struct AuditExport {
    /// A file that is not there yet
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct AuditVerify {
    /// As `audit export` wrote it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The relay's log key, as `init` kept it in `relay-log.pub`: its text, or that file
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Score {
    /// Look for mistakes in a scoring model, without a network
    Check {
        /// TOML or JSON
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Score all leads by a draft too, and show who would move between tiers
    Replay(ScoreReplay),
    /// Compare the model's points with what became of your leads
    Calibrate(ScoreCalibrate),
}

#[derive(Debug, Args)]
pub(crate) struct ScoreReplay {
    /// The draft (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct ScoreCalibrate {
    /// Another model than the one in force (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Recovery {
    /// Read everything with the recovery key, to see that it could be done
    Test(RecoveryTest),
    /// Make the owner a new credential with root key and recovery key, when it is lost
    Use(RecoveryUse),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sequence {
    /// Look for mistakes, and for words that tell others about a person's health
    Check(SequenceCheck),
    /// Render every message of every sequence in every language, with made-up values
    Test(SequenceDocuments),
    /// Show what comes next for each lead, and send nothing
    Preview(SequencePreview),
    /// Show which edition of each sequence is in force: the log's over the file
    List(SequenceList),
    /// Put a sequence into the log, where it counts over the file of the same id; an owner's credential
    Publish(SequencePublish),
    /// Take the log's editions of a sequence back, so that the file counts again; an owner's credential
    Withdraw(SequenceWithdraw),
}

#[derive(Debug, Args)]
pub(crate) struct SequenceCheck {
    #[command(flatten)]
    pub(crate) documents: SequenceDocuments,
    /// Your credential file: look into the log too, whose editions count over the files
    #[arg(long, value_name = "FILE")]
    pub(crate) credential: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SequenceList {
    /// The desk's settings, `desk.toml`, for the files that count where the log has no edition
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct SequencePublish {
    /// The folder with `sequence.toml` and its messages
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The desk's settings, `desk.toml`: links are checked against the sender's website
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct SequenceWithdraw {
    /// Id of the sequence
    #[arg(value_name = "SEQUENCE")]
    pub(crate) sequence: String,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct SequenceDocuments {
    /// The desk's settings, `desk.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: PathBuf,
    /// What the practice publishes about its intake (TOML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct SequencePreview {
    /// The desk's settings, `desk.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) of: OfCredential,
    /// Look at the desk too: its settings, `desk.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Where the key files are
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// The desk's settings, `desk.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// A folder that is not there yet
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The copy
    #[arg(value_name = "FROM")]
    pub(crate) from: PathBuf,
    /// A folder that is not there yet
    #[arg(value_name = "TO")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Inquiries of the last so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3660))]
    pub(crate) days: u32,
    /// Form of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people; JSON instead with --json
    Text,
    /// For spreadsheets
    Csv,
    /// A drawing
    Svg,
}

#[derive(Debug, Args)]
pub(crate) struct Desk {
    /// The desk's settings, `desk.toml`
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: PathBuf,
    /// Do what is due now, and end: for cron
    #[arg(long)]
    pub(crate) once: bool,
    /// With --once: as if it were then, in milliseconds since 1970
    #[arg(long, value_name = "MS", hide = true, requires = "once")]
    pub(crate) at: Option<u64>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct RecoveryTest {
    /// The recovery key's file
    #[arg(long, value_name = "FILE")]
    pub(crate) recovery: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct RecoveryUse {
    /// Where `root.key` and `recovery.credential` are, and the new credential goes
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct VerifySite {
    /// The page that holds the snippet
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) of: OfCredential,
    /// `current.json` of the widget's release that the page should have
    #[arg(long, value_name = "FILE")]
    pub(crate) version_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Demo {
    /// Send synthetic inquiries through the public endpoint; a second run adds nothing
    Seed(DemoSeed),
}

#[derive(Debug, Args)]
pub(crate) struct DemoSeed {
    /// Take relay, practice and pin from this credential file
    #[arg(long, value_name = "FILE", required_unless_present = "relay")]
    pub(crate) credential: Option<PathBuf>,
    /// The relay
    #[arg(long, value_name = "URL", requires = "practice", requires = "pin", conflicts_with = "credential")]
    pub(crate) relay: Option<String>,
    /// The practice
    #[arg(long, value_name = "NAME")]
    pub(crate) practice: Option<PracticeId>,
    /// Thumbprint of the practice's root key
    #[arg(long)]
    pub(crate) pin: Option<Thumbprint>,
    /// How many
    #[arg(long, default_value_t = 40)]
    pub(crate) count: usize,
    /// People and texts to make them from, instead of those built in
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}
