//! `anteroom inbox`.

use super::OfCredential;
use clap::{Args, Subcommand, ValueEnum};
use lead::thread::{CallOutcome, ErasureGround, Stage, Verification};
use std::path::PathBuf;

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
    /// Although an appointment is still to come, or the EHR does not know yet how it stands
    #[arg(long)]
    pub(crate) anyway: bool,
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
    /// Id of a sequence that begins with an inquiry, or `none`
    #[arg(value_name = "SEQUENCE")]
    pub(crate) sequence: String,
    /// The desk's settings, whose files count beside the log; else what the scoring model names or leads have had counts too
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct InboxBook {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// When it begins, with the offset: 2026-12-01T14:30:00-06:00
    #[arg(value_name = "TIME", value_parser = moment)]
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

/// A time with its offset; an error says what one looks like.
fn moment(text: &str) -> Result<jiff::Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "give it with the offset, as `anteroom inbox slots` does: 2026-12-01T14:30:00-06:00")
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
