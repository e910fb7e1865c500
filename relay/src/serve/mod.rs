//! A data folder, a socket, and an orderly end.

mod connections;
mod files;
mod stall;
mod tls;

pub use connections::Patience;
pub use tls::{TlsError, TlsFiles};

use crate::access::{Relay, Rules};
use crate::clock::{Clock, SystemClock};
use crate::data::{DataError, DataFolder, Database};
use crate::http::assets::Assets;
use crate::http::limit::{AddressLimits, AddressRates};
use crate::http::{AppState, app, only_by_tls, operator_app};
use crate::key::RelayKey;
use crate::library::{ImportError, Library, import_versions};
use crate::settings::ConfigurationError;
use crate::store::StoreError;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tls::Certificates;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

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
    /// Certificate and key, if the relay speaks TLS itself.
    pub tls: Option<TlsFiles>,
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

/// Why the relay does not start or ends.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder or its database.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The database, opened a moment ago.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The widget.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The socket.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// Certificate or key.
    #[error("cannot serve TLS: {0}")]
    Tls(#[from] TlsError),
    /// The configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// Signals or the server itself.
    #[error(transparent)]
    Run(#[from] io::Error),
}

/// Runs the relay until SIGINT or SIGTERM; what is in hand is finished first.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(settings: Settings) -> Result<(), ServeError> {
    let data = DataFolder::make(&settings.data)?;
    let _lock = data.lock()?;
    let store = settings.database.open(&data).await?;
    let assets = open_assets(&settings, &data.assets())?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let key_file = settings.key_file.clone().unwrap_or_else(|| data.key());
    let key = RelayKey::open(&key_file).map_err(DataError::file("cannot use the key in", &key_file))?;
    if !store.agree_on_key(key.fingerprint()).await? {
        return Err(DataError::OtherKey(key_file).into());
    }
    let limits = AddressLimits::new(settings.rates, &clock);
    let relay = Relay::new(store, clock, &settings.public_url, &key, settings.rules);

    let certificates = settings.tls.map(Certificates::load).transpose()?;
    let tls = certificates.as_ref().map(Certificates::acceptor).transpose()?;

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let failed = |cause| ServeError::Listen(settings.listen, cause);
    let listener = connections::listen(settings.listen).map_err(failed)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening on {scheme}://{}", listener.local_addr().map_err(failed)?);

    let mut beside = JoinSet::new();
    beside.spawn(sweep(relay.clone()));
    if let Some(certificates) = certificates {
        beside.spawn(async { drop(certificates.watch().await) });
    }
    let mut app = app(AppState { relay: relay.clone(), assets, limits });
    if settings.public_url.starts_with("https://") {
        app = only_by_tls(app);
    }
    if let Some(address) = settings.operator_listen {
        beside.spawn(serve_operator(address, relay.clone())?);
    }
    let metrics = relay.metrics().clone();
    let most = files::connections(settings.patience.connections);
    let patience = Patience { connections: most, ..settings.patience };
    connections::accept(listener, tls, app, patience, &metrics, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending");
        relay.end();
    })
    .await;
    Ok(())
}

/// Binds the operator's address; the returned future serves it.
fn serve_operator(address: SocketAddr, relay: Relay) -> Result<impl Future<Output = ()> + use<>, ServeError> {
    let failed = |cause| ServeError::Listen(address, cause);
    let listener = connections::listen(address).map_err(failed)?;
    println!("operator on http://{}", listener.local_addr().map_err(failed)?);
    Ok(async move {
        if let Err(error) = axum::serve(listener, operator_app(relay)).await {
            tracing::warn!(%error, "the operator's address is no longer served");
        }
    })
}

fn open_assets(settings: &Settings, kept: &Path) -> Result<Assets, ServeError> {
    if let Some(built) = &settings.widget {
        for version in import_versions(built, kept)? {
            tracing::info!(version, "widget imported");
        }
    }
    let open = |path: &Path| Library::open(path).map_err(DataError::file("cannot read", path));
    let widget = if kept.exists() { open(kept)? } else { Library::default() };
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
