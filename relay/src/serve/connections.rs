//! The accept loop. axum's own `serve` bounds neither the time that a client may take for a request's
//! head nor the number of connections; this one does both.

use super::stall::{Beginning, LINGER, StallGuard};
use crate::http::{Deadline, Peer};
use crate::metrics::Metrics;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// Bytes of a request's head, and of the buffer that reads it.
const HEAD_BYTES: usize = 16 << 10;

/// Connections that wait in the system's queue to be accepted, as far as the system allows (`net.core.somaxconn`). With
/// the 128 that are usual, the system answers some of a burst's clients with a reset.
const QUEUE: u32 = 4_096;

/// From the first byte of a request to the last of its body, the largest of which is about 2 MB. With what a client is
/// then given to read the refusal, 15 s.
const REQUEST: Duration = Duration::from_secs(15).saturating_sub(LINGER);

/// After a failed accept (too many open files), before the next.
const PAUSE: Duration = Duration::from_millis(50);

/// Bounds of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Connections at once; more wait in the system's queue.
    pub connections: usize,
    /// For the whole head of a request, from the moment that it is waited for; so also how long a
    /// connection may be idle.
    pub head: Duration,
    /// For a client that takes nothing of its answer; what it takes buys more, at 1,024 bytes a second.
    pub write: Duration,
    /// For requests in hand once the relay is told to end.
    pub ending: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connections: 4_096,
            head: Duration::from_secs(10),
            write: Duration::from_secs(10),
            ending: Duration::from_secs(10),
        }
    }
}

/// Listens on `address`.
///
/// # Errors
/// The system's.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // What an earlier relay's connections leave behind must not keep the next one from starting.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// Serves connections until `ending` resolves, then finishes what is in hand.
pub(super) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
    patience: Patience,
    metrics: &Metrics,
    ending: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(patience.connections));
    let graceful = GracefulShutdown::new();
    let mut ending = std::pin::pin!(ending);
    let ends = Arc::new(AtomicBool::new(false));
    loop {
        let next = async {
            // Never closed, so a place is always found in the end.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut ending => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Answers are small and written at once: waiting for more to send would only delay them.
                let _ = stream.set_nodelay(true);
                let stream = StallGuard::new(stream, patience.write, Arc::clone(&ends));
                let watcher = graceful.watcher();
                let (tls, app, open) = (tls.clone(), app.clone(), metrics.connection());
                tokio::spawn(async move {
                    greet(stream, peer, tls, app, patience.head, watcher).await;
                    drop((place, open));
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no connection accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    ends.store(true, Ordering::Relaxed);
    if tokio::time::timeout(patience.ending, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open at the end");
    }
}

async fn greet(
    stream: StallGuard<TcpStream>,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    app: Router,
    head: Duration,
    watcher: Watcher,
) {
    let beginning = stream.beginning();
    let Some(tls) = tls else { return converse(stream, beginning, peer, app, head, watcher).await };
    // A handshake is part of what a client may take for its first head, and leaves it so much less.
    let begun = Instant::now();
    if let Ok(Ok(stream)) = tokio::time::timeout(head, tls.accept(stream)).await {
        let left = head.saturating_sub(begun.elapsed()).max(Duration::from_secs(1));
        converse(stream, beginning, peer, app, left, watcher).await;
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    beginning: Beginning,
    peer: SocketAddr,
    app: Router,
    head: Duration,
    watcher: Watcher,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        request.extensions_mut().insert(Deadline(beginning.of_request() + REQUEST));
        app.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    // Clients break off, stall and speak other protocols; none of it is news.
    let _ = watcher.watch(connection).await;
}
