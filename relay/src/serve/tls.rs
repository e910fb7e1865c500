//! TLS from two PEM files, which are read again when they change or on SIGHUP. What is being served goes
//! on if the new files are not right.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::{TlsAcceptor, rustls};

/// Between two looks at the files: a renewed certificate is served within this time.
const LOOK: Duration = Duration::from_secs(10);

/// Where certificate and key are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The chain in PEM, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key in PEM: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// Why TLS cannot be served with these files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is missing, unreadable or no PEM of its kind.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        cause: pem::Error,
    },
    /// The key is of no use, or belongs to another certificate.
    #[error("certificate and key do not go together: {0}")]
    Pair(rustls::Error),
}

/// The pair that is served now.
#[derive(Debug)]
pub(super) struct Certificates {
    files: TlsFiles,
    provider: CryptoProvider,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificates {
    pub(super) fn load(files: TlsFiles) -> Result<Arc<Self>, TlsError> {
        let provider = aws_lc_rs::default_provider();
        let current = RwLock::new(Arc::new(read(&files, &provider)?));
        Ok(Arc::new(Self { files, provider, current }))
    }

    /// TLS 1.3 and 1.2, HTTP/1.1 within.
    pub(super) fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let builder = rustls::ServerConfig::builder_with_provider(Arc::new(self.provider.clone()));
        let versions = builder.with_safe_default_protocol_versions().map_err(TlsError::Pair)?;
        let mut config = versions.with_no_client_auth().with_cert_resolver(Arc::clone(self) as _);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Takes changed files in, for as long as it is polled.
    pub(super) async fn watch(self: Arc<Self>) -> io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        let mut seen = self.stamp();
        loop {
            let told = tokio::select! {
                _ = hangup.recv() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            let now = self.stamp();
            if told || now != seen {
                seen = now;
                self.reload();
            }
        }
    }

    fn reload(&self) {
        match read(&self.files, &self.provider) {
            Ok(pair) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
                tracing::info!("certificate taken in");
            }
            // Half of a renewal may have been written: the next look sees the other half.
            Err(error) => tracing::warn!(%error, "the certificate of before is served on"),
        }
    }

    /// Changes when either file does.
    fn stamp(&self) -> [Option<(SystemTime, u64)>; 2] {
        [&self.files.certificate, &self.files.key].map(|path| {
            let file = fs::metadata(path).ok()?;
            Some((file.modified().ok()?, file.len()))
        })
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn read(files: &TlsFiles, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let TlsFiles { certificate, key } = files;
    let failed = |path: &PathBuf| {
        let path = path.clone();
        move |cause| TlsError::File { path, cause }
    };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(failed(certificate))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(failed(certificate))?;
    if chain.is_empty() {
        return Err(failed(certificate)(pem::Error::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed(key))?;
    CertifiedKey::from_der(chain, key, provider).map_err(TlsError::Pair)
}
