//! The command line's shape. What each command does is in [`relay::serve`] and [`relay::operate`].

use clap::{Args, Parser, Subcommand};
use relay::access::Rules;
use relay::data::{DataError, DataFolder, Database};
use relay::serve::{ServeError, Settings, TlsFiles};
use relay::settings::{ConfigurationError, ConfigurationFile, parse_origin};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where `serve` listens if nothing says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8600);

/// Keeps sealed inquiries for medical practices. It cannot read them.
#[derive(Parser)]
#[command(name = "anteroom-relay", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the relay until it is told to end (Ctrl-C or SIGTERM)
    Serve(Serve),
    /// Print a one-time invite, with which one practice can register within a week
    Invite(Place),
    /// The practices on this relay
    #[command(subcommand)]
    Practice(Practice),
    /// Check the database and follow every practice's chains from end to end
    Check(Place),
    /// Write everything that a relay on SQLite keeps to FILE, checked; the relay may be running
    Backup {
        #[command(flatten)]
        place: Place,
        /// A file that is not there yet
        file: PathBuf,
    },
    /// Make the relay of a backup, in a data folder without a database
    Restore {
        #[command(flatten)]
        place: Place,
        /// What `backup` wrote
        file: PathBuf,
    },
    /// Remove what has expired, and give free space back to the disk if no relay runs
    Gc(Place),
    /// Let the relays of this database use another key (`key_file`, or relay.key in the data folder), where the one
    /// that they had is lost
    AdoptKey(Place),
    /// Move a relay to another database
    #[command(subcommand)]
    Migrate(Migrate),
}

#[derive(Subcommand)]
pub(crate) enum Practice {
    /// Register a practice whose owner handed over the registration file of `anteroom init`
    Add {
        #[command(flatten)]
        place: Place,
        /// The registration file; there are no secrets in it
        registration: PathBuf,
    },
    /// Print every practice, with the number of entries in its log
    List(Place),
}

#[derive(Subcommand)]
pub(crate) enum Migrate {
    /// Move a relay from its SQLite file to a new PostgreSQL database, the one that --postgres-file
    /// names; the relay may run until it is told to end
    SqliteToPostgres(Place),
}

/// Where a relay keeps what it keeps.
#[derive(Args)]
pub(crate) struct Place {
    /// Configuration file (examples/deploy/relay.toml); what is given here goes before it
    #[arg(long)]
    config: Option<PathBuf>,
    /// Folder of the database and the widget's versions
    #[arg(long)]
    data: Option<PathBuf>,
    /// File with a PostgreSQL connection string, for several relays on one database [default: none; a
    /// SQLite file in the data folder]
    #[arg(long)]
    postgres_file: Option<PathBuf>,
}

impl Place {
    /// The data folder, which has to be there, and the database.
    pub(crate) fn find(&self) -> Result<(DataFolder, Database), ServeError> {
        let (data, database) = self.resolve(&self.file()?)?;
        Ok((DataFolder::find(&data)?, database))
    }

    /// The same, with the folder made if it is not there.
    pub(crate) fn make(&self) -> Result<(DataFolder, Database), ServeError> {
        let (data, database) = self.resolve(&self.file()?)?;
        Ok((DataFolder::make(&data)?, database))
    }

    /// The file of the relay's own secret.
    pub(crate) fn key_file(&self, data: &DataFolder) -> Result<PathBuf, ConfigurationError> {
        Ok(self.file()?.key_file.unwrap_or_else(|| data.key()))
    }

    fn file(&self) -> Result<ConfigurationFile, ConfigurationError> {
        Ok(self.config.as_deref().map(ConfigurationFile::read).transpose()?.unwrap_or_default())
    }

    fn resolve(&self, file: &ConfigurationFile) -> Result<(PathBuf, Database), ServeError> {
        let data =
            self.data.as_ref().or(file.data.as_ref()).cloned().ok_or_else(|| missing("data", "data"))?;
        let postgres = self.postgres_file.as_ref().or(file.postgres_file.as_ref());
        Ok((data, database(postgres)?))
    }
}

#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    place: Place,
    /// Address to listen on [default: 127.0.0.1:8600]
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Address of metrics, health and readiness for the operator alone [default: none]
    #[arg(long)]
    operator_listen: Option<SocketAddr>,
    /// Certificate chain in PEM, to speak TLS without a proxy [default: none; plain HTTP]
    #[arg(long, requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's private key in PEM
    #[arg(long, requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// How browsers and staff reach the relay: scheme and host, no path
    #[arg(long)]
    public_url: Option<String>,
    /// Built widget (dist/widget): its versions are copied into the data folder and kept
    #[arg(long)]
    widget: Option<PathBuf>,
    /// Built console (dist/console), served under /console/
    #[arg(long)]
    console: Option<PathBuf>,
}

impl Serve {
    pub(crate) fn settings(self) -> Result<Settings, ServeError> {
        let file = self.place.file()?;
        let (data, database) = self.place.resolve(&file)?;
        let public_url =
            self.public_url.or(file.public_url).ok_or_else(|| missing("public_url", "public-url"))?;
        let tls = self.tls_certificate.zip(self.tls_key);
        let tls = tls.map(|(certificate, key)| TlsFiles { certificate, key });
        Ok(Settings {
            data,
            listen: self.listen.or(file.listen).unwrap_or(LISTEN),
            operator_listen: self.operator_listen.or(file.operator_listen),
            tls: tls.or(file.tls.map(Into::into)),
            public_url: parse_origin(&public_url)?,
            widget: self.widget.or(file.widget),
            console: self.console.or(file.console),
            database,
            patience: (&file.connections).into(),
            rates: (&file.limits).into(),
            key_file: file.key_file,
            rules: Rules {
                submissions: file.limits.per_practice(),
                proof: (&file.proof).into(),
                quota: (&file.limits).into(),
            },
        })
    }
}

fn missing(key: &'static str, flag: &'static str) -> ConfigurationError {
    ConfigurationError::Missing { key, flag }
}

fn database(postgres_file: Option<&PathBuf>) -> Result<Database, DataError> {
    postgres_file.map_or(Ok(Database::InData), |file| Database::from_file(file))
}
