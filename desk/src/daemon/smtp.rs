//! Messages by SMTP (RFC 5321), in two halves: up to the server's 354, and the message itself. Whatever fails in
//! the first half has certainly not been sent; in the second, only what the server answered is certain.

use super::ports::{Handover, Mail, Mailer, NotOffered, Refusal};
use crate::failure::{Exit, Failure};
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

/// RFC 5321 section 4.5.3.2 allows minutes; a person waits for nothing here, and a turn should not hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tls {
    /// STARTTLS, required: RFC 3207.
    #[default]
    Starttls,
    /// From the first byte: RFC 8314.
    Implicit,
    /// None; for a server on this machine only.
    None,
}

/// The practice's mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmtpSettings {
    /// Its name.
    pub(crate) host: String,
    /// Its port: 587, or 465 with TLS from the first byte.
    pub(crate) port: u16,
    /// How the connection is kept private.
    #[serde(default)]
    pub(crate) tls: Tls,
    /// Who signs in.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// A file whose first line is the password.
    #[serde(default)]
    pub(crate) password_file: Option<PathBuf>,
}

/// A way for messages to a mail server.
#[derive(Debug, Clone)]
pub(crate) struct Smtp {
    settings: SmtpSettings,
    credentials: Option<Credentials>,
    hello: ClientId,
}

impl Smtp {
    /// A mail server by its settings. Nothing is sent yet.
    pub(crate) fn new(settings: SmtpSettings, password: Option<String>) -> Result<Self, Failure> {
        let local = matches!(settings.host.as_str(), "127.0.0.1" | "::1" | "localhost");
        if settings.tls == Tls::None && !local {
            return Err(Failure::new(
                Exit::Document,
                format!("smtp.tls is none, and {} is not this machine", settings.host),
                "use starttls or implicit: messages to patients do not travel in clear",
            ));
        }
        let credentials =
            settings.user.clone().zip(password).map(|(user, password)| Credentials::new(user, password));
        Ok(Self { settings, credentials, hello: ClientId::default() })
    }

    /// A conversation, signed in.
    pub(crate) async fn connect(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let SmtpSettings { host, port, tls, .. } = &self.settings;
        let parameters = || TlsParameters::new_rustls(host.clone());
        let at_once = if *tls == Tls::Implicit { Some(parameters()?) } else { None };
        let server = (host.as_str(), *port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(server, Some(PATIENCE), &self.hello, at_once, None);
        let mut connection = connecting.await?;
        if *tls == Tls::Starttls {
            connection.starttls(parameters()?, &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

impl Smtp {
    /// Says hello, signs in, and takes its leave.
    pub(crate) async fn greet(&self) -> Result<(), String> {
        let connected = tokio::time::timeout(PATIENCE, self.connect()).await;
        let mut connection = connected
            .map_err(|_| "the mail server does not answer".to_owned())?
            .map_err(|error| words(&error))?;
        let _ = connection.quit().await;
        Ok(())
    }
}

impl Mailer for Smtp {
    type Ready = AsyncSmtpConnection;

    async fn offer(&mut self, mail: &Mail) -> Result<AsyncSmtpConnection, NotOffered> {
        let address = |text: &str| text.parse::<Address>().map_err(|_| Refusal::Never("no address".into()));
        let (from, to) = (address(&mail.from)?, address(&mail.to)?);
        let timed_out = |_| Refusal::Later("the mail server does not answer".into());
        // A wrong password or certificate is the practice's to put right; the message waits for that.
        let mut connection = tokio::time::timeout(PATIENCE, self.connect())
            .await
            .map_err(timed_out)?
            .map_err(|error| Refusal::Later(words(&error)))?;
        let talk = async {
            let refused = |error| NotOffered::Refused(refusal(&error));
            connection.command(MailFrom::new(Some(from), Vec::new())).await.map_err(refused)?;
            connection.command(Rcpt::new(to, Vec::new())).await.map_err(|error| no_recipient(&error))?;
            connection.command(Data).await.map(|_| ()).map_err(refused)
        };
        match tokio::time::timeout(PATIENCE, talk).await.map_err(timed_out)? {
            Ok(()) => Ok(connection),
            Err(error) => {
                connection.abort().await;
                Err(error)
            }
        }
    }

    async fn hand_over(&mut self, mut connection: AsyncSmtpConnection, mail: &Mail) -> Handover {
        let answer = tokio::time::timeout(PATIENCE, connection.message(&mail.bytes)).await;
        let handover = match answer {
            Ok(Ok(_)) => Handover::Sent,
            Ok(Err(error)) if error.status().is_some() => Handover::Refused(refusal(&error)),
            Ok(Err(_)) | Err(_) => Handover::Unclear,
        };
        let _ = tokio::time::timeout(Duration::from_secs(5), connection.quit()).await;
        handover
    }
}

fn refusal(error: &lettre::transport::smtp::Error) -> Refusal {
    if error.is_permanent() { Refusal::Never(words(error)) } else { Refusal::Later(words(error)) }
}

/// A permanent no to a recipient is the address's fault, but for reasons of policy (RFC 3463 3.8: 5.7), which are the
/// practice's to put right.
fn no_recipient(error: &lettre::transport::smtp::Error) -> NotOffered {
    let is_policy = error.source().is_some_and(|said| said.to_string().starts_with("5.7."));
    if error.is_permanent() && !is_policy {
        NotOffered::DeadAddress(words(error))
    } else {
        NotOffered::Refused(refusal(error))
    }
}

/// The server's words may quote the address; only its code is repeated.
fn words(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server does not answer".into(),
        None if error.is_tls() => "the mail server's certificate or TLS is not in order".into(),
        None => "the mail server cannot be reached, or does not speak with us".into(),
    }
}
