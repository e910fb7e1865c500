//! The command line's shape. What each command does is in [`crate::commands`].

mod ehr;

pub(crate) use ehr::{Ehr, EhrExport, EhrRetry};

use crate::failure::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use lead::thread::{CallOutcome, ErasureGround, Stage, Verification};
use std::path::PathBuf;
use wire::practice::Role;
use wire::{PracticeId, StaffId, Thumbprint};

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
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=1200))]
    pub(crate) valid_days: u32,
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
pub(crate) enum Staff {
    /// Add a member of staff and make their credential file
    Add(StaffAdd),
    /// End a colleague's access, and change the key that patients seal to
    Remove(StaffRemove),
    /// Give a colleague new keys, because theirs may be known to others
    Rotate(StaffRotate),
    /// Say for how long what patients sent is kept
    Retain(StaffRetain),
    /// Show who works at the practice
    List(OfCredential),
}

#[derive(Debug, Args)]
pub(crate) struct StaffRotate {
    /// Their name on the roster
    #[arg(value_name = "NAME")]
    pub(crate) name: StaffId,
    /// Where `root.key` is; the new credential file takes the place of the old one there
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StaffRetain {
    /// Days after the last entry of a lead; without it, nothing is deleted by itself
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(30..=36_500))]
    pub(crate) days: Option<u32>,
    /// Where `root.key` is
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StaffAdd {
    /// Their name in the log: `sam-rivera`
    #[arg(value_name = "NAME")]
    pub(crate) name: StaffId,
    /// What they may do
    #[arg(long, value_enum)]
    pub(crate) role: RoleArg,
    /// Where `root.key` is; the credential file goes there too
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct StaffRemove {
    /// Their name on the roster
    #[arg(value_name = "NAME")]
    pub(crate) name: StaffId,
    /// Where `root.key` is
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: PathBuf,
}

/// [`Role`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Staff, keys, manifest, and all that a coordinator may
    Owner,
    /// Reads and works leads
    Coordinator,
    /// Reads the access log; holds no key to any lead
    Auditor,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Owner => Self::Owner,
            RoleArg::Coordinator => Self::Coordinator,
            RoleArg::Auditor => Self::Auditor,
        }
    }
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
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=1200))]
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
pub(crate) enum Inbox {
    /// All inquiries, by score
    List(OfCredential),
    /// One inquiry, with everything that speaks for its urgency and its score
    Show(InboxShow),
    /// Write a note on an inquiry, signed and sealed
    Note(InboxNote),
    /// Say how a call went
    Call(InboxCall),
    /// Say where an inquiry stands
    Stage(InboxStage),
    /// Say that they answered, that a message came back, or that they want no more
    Mark(InboxMark),
    /// Say that something was checked
    Verify(InboxVerify),
    /// Choose a follow-up sequence, or none
    Follow(InboxFollow),
    /// Free times for appointments, as the desk published them last
    Slots(OfCredential),
    /// Write down an appointment; a second time moves it
    Book(InboxBook),
    /// Call the appointment off
    Cancel(InboxCancel),
    /// Delete everything of an inquiry at the relay, for good; needs the owner's credential
    Erase(InboxErase),
    /// Write all inquiries to a file that only you may read, one JSON object a line
    Export(InboxExport),
}

#[derive(Debug, Args)]
pub(crate) struct InboxNote {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The note
    #[arg(value_name = "TEXT")]
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxCall {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// How it went
    #[arg(value_enum)]
    pub(crate) outcome: CallArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxErase {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Why
    #[arg(long, value_enum)]
    pub(crate) ground: GroundArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// [`ErasureGround`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroundArg {
    /// The person asked for it, or the law does
    Request,
    /// The practice keeps such entries no longer
    Retention,
    /// It should not be there
    Mistake,
}

impl From<GroundArg> for ErasureGround {
    fn from(ground: GroundArg) -> Self {
        match ground {
            GroundArg::Request => Self::Request,
            GroundArg::Retention => Self::Retention,
            GroundArg::Mistake => Self::Mistake,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct InboxMark {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// What happened
    #[arg(value_enum)]
    pub(crate) mark: MarkArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// What became of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MarkArg {
    /// They answered: a person answers them now
    Replied,
    /// A message came back: the address does not work
    Bounced,
    /// They want no more messages
    OptedOut,
}

#[derive(Debug, Args)]
pub(crate) struct InboxVerify {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// What was checked
    #[arg(value_enum)]
    pub(crate) what: VerifyArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// [`lead::thread::Verification`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerifyArg {
    /// Who they are
    Identity,
    /// How to reach them
    Contact,
    /// What they need
    Needs,
    /// Their insurance
    Insurance,
    /// A referral
    Referral,
    /// Their consent to messages
    Consent,
    /// That a signed authorization for marketing is on file (45 CFR 164.508)
    MarketingAuthorization,
}

impl From<VerifyArg> for Verification {
    fn from(what: VerifyArg) -> Self {
        match what {
            VerifyArg::Identity => Self::Identity,
            VerifyArg::Contact => Self::Contact,
            VerifyArg::Needs => Self::Needs,
            VerifyArg::Insurance => Self::Insurance,
            VerifyArg::Referral => Self::Referral,
            VerifyArg::Consent => Self::Consent,
            VerifyArg::MarketingAuthorization => Self::MarketingAuthorization,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct InboxFollow {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Id of a sequence, or `none`
    #[arg(value_name = "SEQUENCE")]
    pub(crate) sequence: String,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxBook {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// When it begins, with the offset: 2026-12-01T14:30:00-06:00
    #[arg(value_name = "TIME")]
    pub(crate) start: jiff::Timestamp,
    /// How long it takes
    #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1440))]
    pub(crate) minutes: u32,
    /// Ask the desk to make it, if the time is one of its free ones
    #[arg(long)]
    pub(crate) ask: bool,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxCancel {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Whose wish it was
    #[arg(long, value_enum)]
    pub(crate) by: ByArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// Who called an appointment off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ByArg {
    /// The patient
    Patient,
    /// The practice
    Practice,
}

#[derive(Debug, Args)]
pub(crate) struct InboxStage {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Where it stands now
    #[arg(value_enum)]
    pub(crate) stage: StageArg,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

/// [`CallOutcome`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CallArg {
    /// Spoke with the person
    Reached,
    /// Nobody answered
    NoAnswer,
    /// Left a voicemail
    Voicemail,
    /// The number is wrong
    WrongNumber,
}

impl From<CallArg> for CallOutcome {
    fn from(outcome: CallArg) -> Self {
        match outcome {
            CallArg::Reached => Self::Reached,
            CallArg::NoAnswer => Self::NoAnswer,
            CallArg::Voicemail => Self::Voicemail,
            CallArg::WrongNumber => Self::WrongNumber,
        }
    }
}

/// [`Stage`] on the command line; nothing goes back to new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageArg {
    /// Somebody tries to reach the person
    Contacting,
    /// The person was reached
    Reached,
    /// An appointment is made
    Booked,
    /// Handed over to the EHR
    Patient,
    /// Followed up without calls
    Nurture,
    /// Done, without an appointment
    Closed,
}

impl From<StageArg> for Stage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Contacting => Self::Contacting,
            StageArg::Reached => Self::Reached,
            StageArg::Booked => Self::Booked,
            StageArg::Patient => Self::Patient,
            StageArg::Nurture => Self::Nurture,
            StageArg::Closed => Self::Closed,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct InboxExport {
    /// A file that is not there yet. It holds what patients wrote, in clear
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxShow {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) of: OfCredential,
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
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sequence {
    /// Look for mistakes, and for words that tell others about a person's health
    Check(SequenceDocuments),
    /// Render every message of every sequence in every language, with made-up values
    Test(SequenceDocuments),
    /// Show what comes next for each lead, and send nothing
    Preview(SequencePreview),
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
    /// For people, or JSON with --json
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
