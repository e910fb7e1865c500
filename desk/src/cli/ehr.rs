//! `anteroom ehr`.

use super::OfCredential;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Ehr {
    /// Look whether the EHR would take a lead, and print the key that it has to know
    Check {
        /// The desk's settings
        #[arg(long, value_name = "FILE")]
        settings: PathBuf,
    },
    /// Where each lead is on its way into the EHR
    Status(OfCredential),
    /// Ask for another try where a person had to look
    Retry(EhrRetry),
    /// Write a lead's FHIR bundle and HL7 messages into a folder, for somebody to import
    Export(EhrExport),
}

#[derive(Debug, Args)]
pub(crate) struct EhrRetry {
    /// Its reference (`K7Q-3XM`) or its id; without it, all that wait for a person
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}

#[derive(Debug, Args)]
pub(crate) struct EhrExport {
    /// Its reference (`K7Q-3XM`) or its id
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The desk's settings, for the practice's identifiers
    #[arg(long, value_name = "FILE")]
    pub(crate) settings: PathBuf,
    /// Where the files go; only you may read them
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) of: OfCredential,
}
