//! `desk.toml`: what the desk sends, to whom, and how. It holds no secret: those are in files that it names.

use super::alert::AlertStep;
use super::letter::Dkim;
use super::smtp::SmtpSettings;
use crate::document;
use crate::ehr::settings::{Calendar, EhrSettings};
use crate::failure::{Exit, Failure};
use crate::files;
use lead::sequence::Sender;
use lead::slots::Template;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where the desk keeps what it has begun; made if it is not there.
    pub(crate) state: PathBuf,
    /// Folder of sequences, one folder each.
    pub(crate) sequences: PathBuf,
    /// Who messages come from.
    pub(crate) sender: Sender,
    /// The practice's mail server.
    pub(crate) smtp: SmtpSettings,
    /// How messages are signed, if the mail server does not.
    #[serde(default)]
    pub(crate) dkim: Option<DkimSettings>,
    /// Whom to alert.
    #[serde(default)]
    pub(crate) alerts: Alerts,
    /// When the practice sees new patients.
    #[serde(default)]
    pub(crate) slots: Option<Template>,
    /// In place of that, the calendar of the EHR.
    #[serde(default)]
    pub(crate) calendar: Option<Calendar>,
    /// The practice's EHR.
    #[serde(default)]
    pub(crate) ehr: Option<EhrSettings>,
    /// The staff console, served from here.
    #[serde(default)]
    pub(crate) console: Option<ConsoleSettings>,
}

/// RFC 6376.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DkimSettings {
    /// Domain that signs.
    pub(crate) domain: String,
    /// Name of its key in the DNS.
    pub(crate) selector: String,
    /// RSA key as PKCS #1 PEM, or an Ed25519 seed in base64.
    pub(crate) key_file: PathBuf,
}

/// Escalation.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alerts {
    /// Steps, the earliest first.
    #[serde(default)]
    pub(crate) steps: Vec<AlertStep>,
    /// Least time between two messages of one step, in minutes.
    #[serde(default = "five")]
    pub(crate) digest_minutes: u32,
}

const fn five() -> u32 {
    5
}

/// The staff console, served from here: the relay is not in the path of the code that staff's keys are typed into.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsoleSettings {
    /// Where to listen; this machine only.
    pub(crate) listen: SocketAddr,
    /// The built console.
    pub(crate) files: PathBuf,
}

impl Settings {
    /// Reads the file; paths in it count from where it is.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let mut settings: Self = document::read(path)?;
        let base = path.parent().unwrap_or(Path::new("."));
        let mut paths: Vec<&mut PathBuf> = vec![&mut settings.state, &mut settings.sequences];
        paths.extend(settings.smtp.password_file.as_mut());
        paths.extend(settings.dkim.as_mut().map(|dkim| &mut dkim.key_file));
        paths.extend(settings.ehr.as_mut().and_then(EhrSettings::paths));
        paths.extend(settings.console.as_mut().map(|console| &mut console.files));
        for step in &mut settings.alerts.steps {
            paths.extend(step.webhook.as_mut().map(|webhook| &mut webhook.secret_file));
        }
        for path in paths {
            *path = base.join(&*path);
        }
        settings.check(path).map(|()| settings)
    }

    fn check(&self, path: &Path) -> Result<(), Failure> {
        let wrong = |what: &str, todo: &str| {
            Err(Failure::new(Exit::Document, format!("{}: {what}", path.display()), todo))
        };
        if let Some(console) = &self.console
            && !console.listen.ip().is_loopback()
        {
            return wrong(
                "console.listen is not an address of this machine alone",
                "use 127.0.0.1; for the office network put a reverse proxy with TLS before it",
            );
        }
        if let Some(fault) = self.slots.iter().flat_map(Template::faults).next() {
            return wrong(&format!("slots.{fault}"), "correct it there; examples/desk shows every member");
        }
        if let Some(calendar) = &self.calendar {
            let has_server = self.ehr.as_ref().is_some_and(EhrSettings::is_fhir);
            if self.slots.is_some() || !has_server {
                return wrong(
                    "calendar is that of a FHIR server, and stands in the place of slots",
                    "give [ehr.to.fhir] as well and take [slots] out, or take [calendar] out",
                );
            }
            if let Some(fault) = calendar.fault() {
                return wrong(
                    &format!("calendar.{fault}"),
                    "correct it there; docs/hand-off.md shows every member",
                );
            }
        }
        if self.ehr.as_ref().is_some_and(|ehr| !ehr.system.contains(':')) {
            return wrong(
                "ehr.system is no URI",
                "take one of your own: https://www.your-practice.example/anteroom",
            );
        }
        let minutes: Vec<_> = self
            .alerts
            .steps
            .iter()
            .map(|step| (step.after_business_minutes, step.emergency_after_minutes))
            .collect();
        if minutes.windows(2).any(|pair| pair[0].0 > pair[1].0 || pair[0].1 > pair[1].1) {
            return wrong("alerts.steps are not in order", "put the earliest step first");
        }
        if self.alerts.steps.iter().any(|step| step.email.is_empty() && step.webhook.is_none()) {
            return wrong("a step of alerts.steps reaches nobody", "give it an e-mail address or a webhook");
        }
        let webhooks = self.alerts.steps.iter().filter_map(|step| step.webhook.as_ref());
        for url in webhooks.map(|webhook| webhook.url.as_str()) {
            let local = ["http://127.0.0.1:", "http://localhost:"].iter().any(|start| url.starts_with(start));
            if !url.starts_with("https://") && !local {
                return wrong("a webhook's url does not begin with https://", "use https");
            }
        }
        Ok(())
    }

    /// The DKIM key, read.
    pub(crate) fn dkim(&self) -> Result<Option<Dkim>, Failure> {
        let Some(settings) = &self.dkim else { return Ok(None) };
        let key = files::read(&settings.key_file)?;
        let ed25519 = !key.contains("-----BEGIN");
        let dkim =
            Dkim { domain: settings.domain.clone(), selector: settings.selector.clone(), key, ed25519 };
        if dkim.is_usable() {
            return Ok(Some(dkim));
        }
        Err(Failure::new(
            Exit::Document,
            format!("{} holds no key that DKIM signs with", settings.key_file.display()),
            "make one with `openssl genrsa -traditional 2048`, and publish its public half in the DNS",
        ))
    }

    /// The mail server's password, read.
    pub(crate) fn smtp_password(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.smtp.password_file else { return Ok(None) };
        let text = Zeroizing::new(files::read(path)?);
        Ok(text.lines().next().map(str::to_owned))
    }
}
