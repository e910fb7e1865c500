//! The way into the practice's EHR: FHIR R4 over HTTPS, HL7 v2.5.1 over MLLP, or files in a folder.
//!
//! What is handed over is written by [`lead::fhir`] and [`lead::hl7`]; here is only how it gets there, and what the
//! other side said. [`crate::daemon`] decides when.

mod compare;
mod fhir;
pub(crate) mod folder;
mod http;
mod mllp;
pub(crate) mod settings;
mod smart;

use crate::daemon::ports::{Delivery, Ehr, NotBooked, Refusal};
use crate::failure::Failure;
use fhir::Fhir;
use folder::Folder;
use lead::handover::Handover;
use lead::hl7::Scheduling;
use lead::thread::{NoAppointment, Slot};
use mllp::Mllp;
use serde_json::Value;
use settings::{Calendar, EhrSettings, To};

/// The EHR of the settings.
pub(crate) enum Target {
    /// A FHIR R4 server.
    Fhir(Box<Fhir>),
    /// An interface engine.
    Mllp(Mllp),
    /// Files.
    Folder(Folder),
}

impl Target {
    /// Reads keys and tokens. Nothing is sent yet.
    pub(crate) fn open(settings: &EhrSettings, calendar: Option<&Calendar>) -> Result<Self, Failure> {
        Ok(match &settings.to {
            To::Fhir(fhir) => Self::Fhir(Box::new(Fhir::open(fhir, calendar.cloned())?)),
            To::Mllp(mllp) => Self::Mllp(Mllp::open(mllp.clone())?),
            To::Folder(folder) => Self::Folder(Folder::open(folder.clone())?),
        })
    }

    /// Where it is, for people.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Fhir(fhir) => fhir.address().to_owned(),
            Self::Mllp(mllp) => format!("mllp://{}", mllp.address()),
            Self::Folder(folder) => folder.path().display().to_string(),
        }
    }

    /// The public key that it has to know, if the desk signs in by one.
    pub(crate) fn public_key(&self) -> Option<String> {
        match self {
            Self::Fhir(fhir) => serde_json::to_string(&fhir.public_key()?).ok(),
            Self::Mllp(_) | Self::Folder(_) => None,
        }
    }

    /// Looks whether it would take a lead, without handing one over: what it says of itself.
    pub(crate) async fn probe(&mut self) -> Result<Value, String> {
        match self {
            Self::Fhir(fhir) => fhir.probe().await,
            Self::Mllp(mllp) => mllp.probe().await,
            Self::Folder(folder) => folder.probe(),
        }
    }
}

impl Ehr for Target {
    fn is_repeatable(&self) -> bool {
        // Over MLLP nobody promises that a message that came twice counts once.
        !matches!(self, Self::Mllp(_))
    }

    fn keeps_appointments(&self) -> bool {
        matches!(self, Self::Fhir(_))
    }

    async fn hand_over(&mut self, of: &Handover<'_>, now: u64) -> Delivery {
        match self {
            Self::Fhir(fhir) => fhir.hand_over(of, now).await,
            Self::Mllp(mllp) => mllp.hand_over(of, now).await,
            Self::Folder(folder) => folder.hand_over(of, now),
        }
    }

    async fn pass_on(&mut self, of: &Handover<'_>, what: Scheduling, now: u64) -> Result<(), Refusal> {
        match self {
            Self::Fhir(fhir) => fhir.pass_on(of, what).await,
            Self::Mllp(mllp) => mllp.pass_on(of, what, now).await,
            Self::Folder(folder) => folder.pass_on(of, what, now),
        }
    }

    async fn free(&mut self, from: u64, until: u64) -> Result<Vec<Slot>, Refusal> {
        match self {
            Self::Fhir(fhir) => fhir.free(from, until).await,
            Self::Mllp(_) | Self::Folder(_) => Ok(Vec::new()),
        }
    }

    async fn book(&mut self, of: &Handover<'_>) -> Result<String, NotBooked> {
        match self {
            Self::Fhir(fhir) => fhir.book(of).await,
            Self::Mllp(_) | Self::Folder(_) => Err(NotBooked::No(NoAppointment::Refused)),
        }
    }
}
