//! Files for somebody to import: the floor, for an EHR without an interface. A file that is written again is the same
//! file.

use super::settings::FolderSettings;
use crate::daemon::ports::{Delivery, Refusal};
use crate::failure::Failure;
use crate::files;
use lead::fhir::bundle;
use lead::handover::Handover;
use lead::hl7::{Route, Scheduling, register, schedule};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A folder.
pub(crate) struct Folder {
    settings: FolderSettings,
}

impl Folder {
    /// Makes the folder if it is not there.
    pub(super) fn open(settings: FolderSettings) -> Result<Self, Failure> {
        files::create_directory(&settings.path)?;
        Ok(Self { settings })
    }

    /// Which.
    pub(super) fn path(&self) -> &Path {
        &self.settings.path
    }

    /// Whether files can be written there.
    pub(super) fn probe(&self) -> Result<Value, String> {
        let written = tempfile::NamedTempFile::new_in(&self.settings.path);
        written.map_err(|error| format!("nothing can be written there: {error}"))?;
        Ok(json!({ "path": self.settings.path }))
    }

    /// A bundle and an ADT^A04.
    pub(super) fn hand_over(&self, of: &Handover<'_>, now: u64) -> Delivery {
        match write(&self.settings.path, of, &self.settings.route.route(), now) {
            Ok(_) => Delivery::Taken { reference: format!("{}.fhir.json", of.lead.thread) },
            Err(failure) => Delivery::Refused(Refusal::Later(failure.what)),
        }
    }

    /// SIU^S12, S13 or S15, by how often the appointment was moved.
    pub(super) fn pass_on(&self, of: &Handover<'_>, what: Scheduling, now: u64) -> Result<(), Refusal> {
        let Some(message) = schedule(of, &self.settings.route.route(), what, now) else { return Ok(()) };
        let word = match what {
            Scheduling::Booked => "s12",
            Scheduling::Rescheduled => "s13",
            Scheduling::Cancelled => "s15",
        };
        let moves = of.lead.appointment.as_ref().map_or(0, |appointment| appointment.moves);
        let path = self.settings.path.join(format!("{}.{moves}.{word}.hl7", of.lead.thread));
        files::replace_private(&path, message.as_bytes()).map_err(|error| Refusal::Later(error.to_string()))
    }
}

/// Writes a lead's bundle and messages into a folder, readable by their owner only; gives the files.
pub(crate) fn write(
    folder: &Path,
    of: &Handover<'_>,
    route: &Route,
    now: u64,
) -> Result<Vec<PathBuf>, Failure> {
    let name = |ending: &str| folder.join(format!("{}.{ending}", of.lead.thread));
    let mut written =
        vec![(name("fhir.json"), bundle(of, now).to_json()), (name("a04.hl7"), register(of, route, now))];
    let what = of.lead.appointment.as_ref().map(|appointment| appointment.moves > 0);
    if let Some(moved) = what {
        let what = if moved { Scheduling::Rescheduled } else { Scheduling::Booked };
        let word = if moved { "s13.hl7" } else { "s12.hl7" };
        written.extend(schedule(of, route, what, now).map(|message| (name(word), message)));
    }
    for (path, text) in &written {
        files::replace_private(path, text.as_bytes())?;
    }
    Ok(written.into_iter().map(|(path, _)| path).collect())
}
