//! TLS built in: real handshakes with self-made certificates, which are renewed while the relay runs.

use super::PRACTICE;
use crate::support::lab::register_in;
use crate::support::process::{Process, command};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn make() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a new certificate for `localhost` and its key into `folder`.
    fn issue(&self, folder: &Path) -> CertificateDer<'static> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        // Another name than the authority's, whose certificate it would seem to be otherwise.
        params.distinguished_name.push(DnType::CommonName, "localhost");
        let certificate = params.signed_by(&key, &self.0).unwrap();
        std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
        certificate.der().clone()
    }

    /// What a client that trusts this authority is shown.
    async fn shown(&self, address: SocketAddr) -> CertificateDer<'static> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].clone()
    }

    async fn shows(&self, address: SocketAddr, wanted: &CertificateDer<'_>, within: Duration) {
        let begun = Instant::now();
        while self.shown(address).await != *wanted {
            assert!(begun.elapsed() < within, "the renewed certificate is not served");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_are_served_and_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    register_in(folder.path(), PRACTICE).await;
    let authority = Authority::make();
    let first = authority.issue(folder.path());
    let (certificate, key) = (path("certificate.pem"), path("key.pem"));
    let options = ["--tls-certificate", &certificate, "--tls-key", &key, "--public-url", "https://localhost"];
    let config = folder.path().join("relay.toml");
    std::fs::write(&config, "").unwrap();
    let mut serve = Command::new(crate::support::process::program());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&config);
    let relay = Process::spawn(serve.arg("--data").arg(folder.path()).args(options)).await;
    assert_eq!(authority.shown(relay.address).await, first);

    // A client that shares no code with the relay.
    std::fs::write(path("ca.pem"), authority.0.pem()).unwrap();
    let url = format!("https://localhost:{}/v1/practices/{PRACTICE}/manifest", relay.address.port());
    let answer = Command::new("curl")
        .args(["--silent", "--show-error", "--dump-header", "-", "--cacert", &path("ca.pem"), &url])
        .output()
        .await
        .expect("this test needs curl: apt-get install curl");
    let error = String::from_utf8_lossy(&answer.stderr);
    let answer = String::from_utf8_lossy(&answer.stdout).to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}{error}");
    assert!(answer.contains("strict-transport-security: max-age=63072000"), "{answer}");

    let second = authority.issue(folder.path());
    relay.signal("HUP").await;
    authority.shows(relay.address, &second, Duration::from_secs(3)).await;

    // A key that belongs to another certificate: what was served is served on.
    std::fs::write(path("key.pem"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    relay.signal("HUP").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(authority.shown(relay.address).await, second);

    let mut plain = TcpStream::connect(relay.address).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(15), plain.read_to_end(&mut rest));
    // Nobody says anything: the change is seen.
    let third = authority.issue(folder.path());
    let renewed = authority.shows(relay.address, &third, Duration::from_secs(15));
    // Who does not speak TLS, or says nothing, is let go.
    let ((), ended) = tokio::join!(renewed, ended);
    assert!(ended.is_ok() && rest.is_empty(), "{rest:?}");
    relay.end().await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_served_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    Authority::make().issue(folder.path());
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    for (content, because) in
        [(KeyPair::generate().unwrap().serialize_pem(), "do not go together"), (String::new(), "key.pem")]
    {
        std::fs::write(&key, content).unwrap();
        let options =
            ["--tls-certificate", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
        let output = command(folder.path(), &options).output().await.unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(because), "{error}");
    }
}
