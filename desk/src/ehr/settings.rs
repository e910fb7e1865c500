//! `[ehr]` of `desk.toml`. It holds no secret: those are in files that it names.

use lead::hl7::Route;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The practice's EHR.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EhrSettings {
    /// A URI of the practice's own, under which its identifiers are unique: `https://lakeside.example/anteroom`.
    pub(crate) system: String,
    /// How long an appointment is whose end nobody gave.
    #[serde(default = "half_an_hour")]
    pub(crate) minutes: u16,
    /// Where leads are handed over to.
    pub(crate) to: To,
}

const fn half_an_hour() -> u16 {
    30
}

/// `[calendar]`: free times from the EHR's Schedule and Slot, and appointments made there when staff ask for them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Calendar {
    /// Which Schedules, such as `Schedule/new-patients`; none: every one that is active.
    #[serde(default)]
    pub(crate) schedules: Vec<String>,
    /// None sooner than so many hours from now.
    #[serde(default = "day")]
    pub(crate) notice_hours: u16,
    /// None later than so many days from now.
    #[serde(default = "three_weeks")]
    pub(crate) ahead_days: u16,
    /// The manifest of a SMART Scheduling Links publication, in place of a search for Slots.
    #[serde(default)]
    pub(crate) links: Option<String>,
}

const fn day() -> u16 {
    24
}

const fn three_weeks() -> u16 {
    21
}

impl Calendar {
    /// What is wrong with it, beyond its form.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        // An id (R4 datatypes, 2.24.0.1) holds nothing that a search would read as something else.
        let is_id = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        if !self.schedules.iter().all(|name| name.strip_prefix("Schedule/").is_some_and(is_id)) {
            return Some("schedules: one is not written as Schedule/id");
        }
        (!(1..=90).contains(&self.ahead_days)).then_some("ahead_days: is not between 1 and 90")
    }
}

/// Where leads are handed over to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum To {
    /// A FHIR R4 server.
    Fhir(FhirSettings),
    /// An interface engine that takes HL7 v2.5.1.
    Mllp(MllpSettings),
    /// Files for somebody to import.
    Folder(FolderSettings),
}

/// A FHIR R4 server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FhirSettings {
    /// Its base URL.
    pub(crate) base: String,
    /// How the desk shows who it is.
    #[serde(default)]
    pub(crate) sign_in: SignIn,
}

/// How the desk shows a FHIR server who it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignIn {
    /// It does not; for a test server on this machine.
    #[default]
    Nothing,
    /// A token that does not change: the first line of this file.
    Bearer {
        /// The file.
        token_file: PathBuf,
    },
    /// SMART Backend Services: `private_key_jwt`.
    Smart(SmartSettings),
}

/// SMART App Launch 2.2.0, Backend Services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmartSettings {
    /// As registered at the EHR.
    pub(crate) client_id: String,
    /// Private key as PEM: RSA for RS384, P-384 for ES384.
    pub(crate) key_file: PathBuf,
    /// The key's id, as registered; else its RFC 7638 thumbprint.
    #[serde(default)]
    pub(crate) kid: Option<String>,
    /// What is asked for.
    #[serde(default = "scope")]
    pub(crate) scope: String,
    /// Where tokens come from; else as the server's `.well-known/smart-configuration` says.
    #[serde(default)]
    pub(crate) token_endpoint: Option<String>,
}

/// Create, read, update and search, and no deletion.
fn scope() -> String {
    "system/*.crus".into()
}

/// An interface engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MllpSettings {
    /// Where it listens; on this machine, since MLLP has no encryption.
    pub(crate) address: SocketAddr,
    /// Who sends, and to whom.
    #[serde(default)]
    pub(crate) route: RouteSettings,
}

/// A folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderSettings {
    /// Which; made if it is not there.
    pub(crate) path: PathBuf,
    /// Who sends, and to whom.
    #[serde(default)]
    pub(crate) route: RouteSettings,
}

/// MSH-3 to MSH-6 and MSH-11.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RouteSettings {
    /// MSH-3.
    from_application: String,
    /// MSH-4.
    from_facility: String,
    /// MSH-5.
    to_application: String,
    /// MSH-6.
    to_facility: String,
    /// MSH-11: `true` is production, `false` training.
    is_production: bool,
}

impl RouteSettings {
    /// As [`lead::hl7`] wants it.
    pub(crate) fn route(&self) -> Route {
        let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        Route {
            from_application: or(&self.from_application, "ANTEROOM"),
            from_facility: self.from_facility.clone(),
            to_application: self.to_application.clone(),
            to_facility: self.to_facility.clone(),
            is_production: self.is_production,
        }
    }
}

impl EhrSettings {
    /// Whether it is a FHIR server.
    pub(crate) const fn is_fhir(&self) -> bool {
        matches!(self.to, To::Fhir(_))
    }

    /// All paths in it.
    pub(crate) fn paths(&mut self) -> Option<&mut PathBuf> {
        match &mut self.to {
            To::Fhir(FhirSettings { sign_in: SignIn::Bearer { token_file }, .. }) => Some(token_file),
            To::Fhir(FhirSettings { sign_in: SignIn::Smart(smart), .. }) => Some(&mut smart.key_file),
            To::Folder(folder) => Some(&mut folder.path),
            To::Fhir(_) | To::Mllp(_) => None,
        }
    }

    /// The route of HL7 messages.
    pub(crate) fn route(&self) -> Route {
        match &self.to {
            To::Fhir(_) => RouteSettings::default().route(),
            To::Mllp(mllp) => mllp.route.route(),
            To::Folder(folder) => folder.route.route(),
        }
    }
}
