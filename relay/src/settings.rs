//! The configuration file. Every key is optional and documented in `examples/deploy/relay.toml`, which
//! a test reads; a key that is not known is an error that names it. Secrets do not belong here, and
//! the relay has none.

use crate::http::limit::AddressRates;
use crate::limits::Rate;
use crate::proof::Terms;
use crate::serve::{Patience, TlsFiles};
use crate::store::Quota;
use serde::Deserialize;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConfigurationFile {
    /// Database and assets.
    pub data: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// Where to serve metrics, health and readiness to the operator.
    pub operator_listen: Option<SocketAddr>,
    /// How clients reach the relay.
    pub public_url: Option<String>,
    /// File with the relay's own secret.
    pub key_file: Option<PathBuf>,
    /// File with a PostgreSQL connection string; without it, SQLite.
    pub postgres_file: Option<PathBuf>,
    /// Built widget.
    pub widget: Option<PathBuf>,
    /// Built console.
    pub console: Option<PathBuf>,
    /// Certificate and key; without them, plain HTTP.
    pub tls: Option<Tls>,
    /// Bounds of connections.
    pub connections: Connections,
    /// Limits per address and per practice.
    pub limits: Limits,
    /// Proof of work.
    pub proof: Proof,
}

/// `[tls]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
}

impl From<Tls> for TlsFiles {
    fn from(Tls { certificate, key }: Tls) -> Self {
        Self { certificate, key }
    }
}

/// `[connections]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    most: usize,
    head_seconds: u64,
    write_seconds: u64,
    ending_seconds: u64,
}

impl Default for Connections {
    fn default() -> Self {
        let Patience { connections, head, write, ending } = Patience::default();
        Self {
            most: connections,
            head_seconds: head.as_secs(),
            write_seconds: write.as_secs(),
            ending_seconds: ending.as_secs(),
        }
    }
}

impl From<&Connections> for Patience {
    fn from(file: &Connections) -> Self {
        Self {
            connections: file.most.max(1),
            head: Duration::from_secs(file.head_seconds.max(1)),
            write: Duration::from_secs(file.write_seconds.max(1)),
            ending: Duration::from_secs(file.ending_seconds),
        }
    }
}

/// `[limits]`; 0 is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    challenges_per_address: u32,
    submissions_per_address: u32,
    submissions_per_practice: u32,
    sign_ins_per_address: u32,
    registrations_per_address: u32,
    entries_per_practice: u64,
    megabytes_per_practice: u64,
    trusted_proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            challenges_per_address: 240,
            submissions_per_address: 60,
            submissions_per_practice: 1_200,
            sign_ins_per_address: 600,
            registrations_per_address: 20,
            entries_per_practice: 5_000_000,
            megabytes_per_practice: 20_000,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Limits {
    /// Inquiries that a practice takes in an hour.
    #[must_use]
    pub const fn per_practice(&self) -> Rate {
        Rate::from_number(self.submissions_per_practice)
    }
}

impl From<&Limits> for Quota {
    fn from(file: &Limits) -> Self {
        let bound = |number: u64| if number == 0 { u64::MAX } else { number };
        Self {
            entries: bound(file.entries_per_practice),
            bytes: bound(file.megabytes_per_practice).saturating_mul(1_000_000),
        }
    }
}

impl From<&Limits> for AddressRates {
    fn from(file: &Limits) -> Self {
        Self {
            challenges: Rate::from_number(file.challenges_per_address),
            submissions: Rate::from_number(file.submissions_per_address),
            sign_ins: Rate::from_number(file.sign_ins_per_address),
            registrations: Rate::from_number(file.registrations_per_address),
            trusted_proxies: file.trusted_proxies.clone(),
        }
    }
}

/// `[proof]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proof {
    required: bool,
    iterations: u32,
    tries: u32,
    doublings: u32,
    calm_per_practice: u32,
    calm_in_all: u32,
    seconds: u64,
}

impl Default for Proof {
    fn default() -> Self {
        let Terms { required, iterations, tries, doublings, calm_per_practice, calm_in_all, seconds } =
            Terms::default();
        Self { required, iterations, tries, doublings, calm_per_practice, calm_in_all, seconds }
    }
}

impl From<&Proof> for Terms {
    fn from(file: &Proof) -> Self {
        let &Proof { required, iterations, tries, doublings, calm_per_practice, calm_in_all, seconds } = file;
        let (iterations, tries) = (iterations.max(1), tries.max(2));
        Self { required, iterations, tries, doublings, calm_per_practice, calm_in_all, seconds }
    }
}

/// Why a configuration is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("cannot read {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind; with line and column.
    #[error("{path} is not right: {cause}")]
    Content {
        /// Which.
        path: PathBuf,
        /// Where and what.
        cause: Box<toml::de::Error>,
    },
    /// A value that has no default is given nowhere.
    #[error("`{key}` is missing: write it into the configuration file or give --{flag}")]
    Missing {
        /// Key in the file.
        key: &'static str,
        /// Flag of the command line.
        flag: &'static str,
    },
    /// Token requests could never name the right audience.
    #[error("`public_url` has to begin with http:// or https:// and to have no path, query or fragment: {0}")]
    PublicUrl(String),
}

impl ConfigurationFile {
    /// Reads `path`.
    ///
    /// # Errors
    /// [`ConfigurationError`].
    pub fn read(path: &Path) -> Result<Self, ConfigurationError> {
        let failed = |cause| ConfigurationError::File { path: path.into(), cause };
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let wrong = |cause| ConfigurationError::Content { path: path.into(), cause: Box::new(cause) };
        toml::from_str(&text).map_err(wrong)
    }
}

/// `url` without a slash at its end, if it is an origin.
///
/// # Errors
/// [`ConfigurationError::PublicUrl`].
pub fn parse_origin(url: &str) -> Result<String, ConfigurationError> {
    let origin = url.strip_suffix('/').unwrap_or(url);
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |host: &str| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
    match rest {
        Some(host) if plain(host) => Ok(origin.to_owned()),
        _ => Err(ConfigurationError::PublicUrl(url.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_has_the_defaults() {
        let file: ConfigurationFile = toml::from_str("").unwrap();
        assert_eq!(Patience::from(&file.connections), Patience::default());
        assert_eq!(AddressRates::from(&file.limits), AddressRates::default());
        assert_eq!(Terms::from(&file.proof), Terms::default());
        assert!(
            Terms::default().required,
            "a flood costs its sender work unless the operator says otherwise"
        );
    }

    #[test]
    fn the_documented_example_is_the_default_and_names_every_key() {
        let text = include_str!("../../examples/deploy/relay.toml");
        let file: ConfigurationFile = toml::from_str(text).unwrap();
        assert_eq!((&file.connections, &file.limits), (&Connections::default(), &Limits::default()));
        assert_eq!(file.proof, Proof::default());
        assert!(file.data.is_some() && file.listen.is_some() && file.public_url.is_some());
        // Commented out: it replaces the default, SQLite.
        assert!(text.contains("# postgres_file = ") && file.postgres_file.is_none());
        assert!(text.contains("# key_file = ") && file.key_file.is_none());
        assert!(
            text.contains("# [tls]\n# certificate = ") && text.contains("# key = ") && file.tls.is_none()
        );
        assert!(file.operator_listen.is_some() && file.widget.is_some() && file.console.is_some());
    }

    #[test]
    fn an_unknown_key_is_named() {
        for text in ["publik_url = 'x'", "[limits]\nsubmissions = 3", "[connections]\nmost = -1"] {
            let error = toml::from_str::<ConfigurationFile>(text).unwrap_err().to_string();
            let key = text.rsplit(['\n', ']']).next().unwrap().split(' ').next().unwrap();
            assert!(error.contains(key), "{error}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(parse_origin("https://relay.example.com/").unwrap(), "https://relay.example.com");
        for wrong in ["relay.example.com", "https://", "https://a.example/x", "https://a@b", "ftp://a"] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }
}
