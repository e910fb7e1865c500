//! `anteroom staff`.

use super::OfCredential;
use clap::builder::RangedI64ValueParser;
use clap::{Args, Subcommand, ValueEnum};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use wire::StaffId;
use wire::practice::Role;

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

/// For how many days a lead may be kept.
pub(crate) const RETENTION_DAYS: RangeInclusive<u32> = 30..=36_500;

fn retention_days() -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(*RETENTION_DAYS.start())..=i64::from(*RETENTION_DAYS.end()))
}

#[derive(Debug, Args)]
pub(crate) struct StaffRetain {
    /// Days after the last entry of a lead; without it, nothing is deleted by itself
    #[arg(long, value_name = "DAYS", value_parser = retention_days())]
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

impl From<Role> for RoleArg {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Coordinator => Self::Coordinator,
            Role::Auditor => Self::Auditor,
        }
    }
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
