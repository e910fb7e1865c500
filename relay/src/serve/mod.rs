//! A data directory, a socket, and an orderly end.

mod connections;
mod stall;

pub use connections::Patience;

use crate::access::{Relay, Rules};
use crate::clock::{Clock, SystemClock};
use crate::http::assets::Assets;
use crate::http::limit::{AddressLimits, AddressRates};
use crate::http::{AppState, app, operator_app};
use crate::key::RelayKey;
use crate::library::{ImportError, Library, import_versions};
use crate::secret::{SecretHash, make_secret};
use crate::settings::ConfigurationError;
use crate::store::Store;
use crate::store::postgres::{self, PostgresStore};
use crate::store::sqlite::{OpenError, SqliteStore};
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// An invite is good for a week.
const INVITE_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Time between two sweeps of expired tokens.
const SWEEP: Duration = Duration::from_secs(600);

/// Sweeps from one look for what practices keep no longer to the next: six hours.
const SWEEPS_TO_EXPIRE: u64 = 36;

/// What `serve` needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Database and assets; made if it is not there.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to serve metrics, health and readiness to the operator, if anywhere.
    pub operator_listen: Option<SocketAddr>,
    /// How clients reach it.
    pub public_url: String,
    /// Built widget versions to take in.
    pub widget: Option<PathBuf>,
    /// Built console to serve.
    pub console: Option<PathBuf>,
    /// Where the entries are kept.
    pub database: Database,
    /// Bounds of connections.
    pub patience: Patience,
    /// Limits per address.
    pub rates: AddressRates,
    /// The relay's own secret, if not in the data folder.
    pub key_file: Option<PathBuf>,
    /// What holds for every practice.
    pub rules: Rules,
}

/// Where the entries are kept.
#[derive(Clone)]
pub enum Database {
    /// A SQLite file in the data folder, for one relay alone.
    InData,
    /// A PostgreSQL database, which many relays may share; its connection string.
    Postgres(String),
}

impl fmt::Debug for Database {
    /// A connection string may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InData => "InData",
            Self::Postgres(_) => "Postgres(..)",
        })
    }
}

impl Database {
    /// PostgreSQL as `file` says, whose only content is a connection string.
    ///
    /// # Errors
    /// [`ServeError::File`].
    pub fn from_file(file: &Path) -> Result<Self, ServeError> {
        let failed = |cause| ServeError::File { what: "cannot read", path: file.into(), cause };
        Ok(Self::Postgres(fs::read_to_string(file).map_err(failed)?.trim().to_owned()))
    }

    async fn open(&self, data: &Path) -> Result<Arc<dyn Store>, ServeError> {
        Ok(match self {
            Self::InData => Arc::new(SqliteStore::open(&database(data))?),
            Self::Postgres(connection) => Arc::new(PostgresStore::open(connection).await?),
        })
    }
}

/// Why the relay does not start or ends.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A file or folder.
    #[error("{what} {path}: {cause}")]
    File {
        /// What was to be done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Two servers on one database would not see each other's rosters.
    #[error("{0} is in use by another relay")]
    InUse(PathBuf),
    /// The database.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The PostgreSQL database.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
    /// The widget.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The socket.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The check found damage.
    #[error("{0}")]
    Damaged(String),
    /// The configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// An invite could not be made.
    #[error("cannot make an invite: {0}")]
    Invite(String),
    /// Signals or the server itself.
    #[error(transparent)]
    Run(#[from] io::Error),
}

/// What a data folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Practices.
    pub practices: u64,
    /// Entries of all their logs, whose chains were followed from end to end.
    pub entries: u64,
}

/// Checks a data folder: the database's own integrity, and every practice's chains. A relay may be
/// running on it.
///
/// # Errors
/// [`ServeError`], naming the first practice and seq that are wrong.
pub fn check(data: &Path) -> Result<Findings, ServeError> {
    let (practices, entries) = crate::store::sqlite::check(&database(data)).map_err(ServeError::Damaged)?;
    Ok(Findings { practices, entries })
}

/// Runs the relay until SIGINT or SIGTERM; what is in hand is finished first.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(settings: Settings) -> Result<(), ServeError> {
    make_data_folder(&settings.data)?;
    let _lock = lock(&settings.data)?;
    let store = settings.database.open(&settings.data).await?;
    let assets = open_assets(&settings)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let key = open_key(&settings)?;
    let limits = AddressLimits::new(settings.rates, &clock);
    let relay = Relay::new(store, clock, &settings.public_url, &key, settings.rules);

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let failed = |cause| ServeError::Listen(settings.listen, cause);
    let listener = TcpListener::bind(settings.listen).await.map_err(failed)?;
    println!("listening on http://{}", listener.local_addr().map_err(failed)?);

    let sweeping = tokio::spawn(sweep(relay.clone()));
    let app = app(AppState { relay: relay.clone(), assets, limits });
    let operator = settings.operator_listen.map(|address| serve_operator(address, relay.clone()));
    let operator = match operator {
        Some(starting) => Some(tokio::spawn(starting.await?)),
        None => None,
    };
    let metrics = relay.metrics().clone();
    connections::accept(listener, app, settings.patience, &metrics, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending");
        relay.end();
    })
    .await;
    sweeping.abort();
    if let Some(operator) = operator {
        operator.abort();
    }
    Ok(())
}

/// Binds the operator's address; the returned future serves it.
async fn serve_operator(
    address: SocketAddr,
    relay: Relay,
) -> Result<impl Future<Output = ()> + use<>, ServeError> {
    let failed = |cause| ServeError::Listen(address, cause);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    println!("operator on http://{}", listener.local_addr().map_err(failed)?);
    Ok(async move {
        if let Err(error) = axum::serve(listener, operator_app(relay)).await {
            tracing::warn!(%error, "the operator's address is no longer served");
        }
    })
}

/// Makes a one-time invite; may run beside a server on the same data.
///
/// # Errors
/// [`ServeError`].
pub async fn invite(data: &Path, database: &Database) -> Result<String, ServeError> {
    make_data_folder(data)?;
    let store = database.open(data).await?;
    let secret = make_secret().map_err(|error| ServeError::Invite(error.to_string()))?;
    let expires = SystemClock.now_s() + INVITE_SECONDS;
    let kept = store.add_invite(SecretHash::of(&secret), expires).await;
    kept.map_err(|error| ServeError::Invite(error.to_string()))?;
    Ok(secret)
}

fn database(data: &Path) -> PathBuf {
    data.join("relay.db")
}

fn make_data_folder(data: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|cause| ServeError::File { what: "cannot make", path: data.into(), cause })
}

fn lock(data: &Path) -> Result<File, ServeError> {
    let path = data.join("relay.lock");
    let failed = |cause| ServeError::File { what: "cannot lock", path: path.clone(), cause };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ServeError::InUse(data.into())),
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

fn open_key(settings: &Settings) -> Result<RelayKey, ServeError> {
    let path = settings.key_file.clone().unwrap_or_else(|| settings.data.join("relay.key"));
    let failed = |cause| ServeError::File { what: "cannot use the key in", path: path.clone(), cause };
    RelayKey::open(&path).map_err(failed)
}

fn open_assets(settings: &Settings) -> Result<Assets, ServeError> {
    let kept = settings.data.join("assets");
    if let Some(built) = &settings.widget {
        for version in import_versions(built, &kept)? {
            tracing::info!(version, "widget imported");
        }
    }
    let open = |path: &Path| {
        Library::open(path).map_err(|cause| ServeError::File {
            what: "cannot read",
            path: path.into(),
            cause,
        })
    };
    let widget = if kept.exists() { open(&kept)? } else { Library::default() };
    let console = settings.console.as_deref().map(open).transpose()?;
    Ok(Assets::new(widget, console))
}

async fn sweep(relay: Relay) {
    for round in 0_u64.. {
        if round % SWEEPS_TO_EXPIRE == 0 {
            match relay.expire().await {
                Ok(0) => {}
                Ok(erased) => tracing::info!(erased, "kept for as long as their practices keep them"),
                Err(error) => tracing::warn!(%error, "what practices keep no longer stays for now"),
            }
        }
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = relay.remove_expired().await {
            tracing::warn!(%error, "expired tokens stay for now");
        }
    }
}
