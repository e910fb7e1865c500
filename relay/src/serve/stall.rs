//! What a client may make its connection wait for: it must go on taking its answer, and it gets the answer even if the
//! relay does not want the rest of the request.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// For a client to read the answer to a request that was not read to its end, and to stop sending it.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// No byte of a request was read since the last answer.
const NOTHING: u64 = u64::MAX;

/// When the request in hand began, as the bytes on the connection tell it. Clones share it.
#[derive(Clone)]
pub(super) struct Beginning(Arc<Began>);

struct Began {
    opened: Instant,
    /// Since then.
    micros: AtomicU64,
    /// What was written before the first request is no answer but part of a handshake.
    requested: AtomicBool,
}

impl Beginning {
    fn new() -> Self {
        let (micros, requested) = (AtomicU64::new(NOTHING), AtomicBool::new(false));
        Self(Arc::new(Began { opened: Instant::now(), micros, requested }))
    }

    /// When the first byte of a request was read whose head is read now: of the first on a connection, that of the
    /// handshake before it; now, if it came together with the one before.
    pub(super) fn of_request(&self) -> Instant {
        self.0.requested.store(true, Ordering::Relaxed);
        match self.0.micros.load(Ordering::Relaxed) {
            NOTHING => Instant::now(),
            micros => self.0.opened + Duration::from_micros(micros),
        }
    }

    fn read(&self) {
        if self.0.micros.load(Ordering::Relaxed) == NOTHING {
            let passed = u64::try_from(self.0.opened.elapsed().as_micros()).unwrap_or(NOTHING - 1);
            self.0.micros.store(passed, Ordering::Relaxed);
        }
    }

    fn written(&self) {
        if self.0.requested.load(Ordering::Relaxed) {
            self.0.micros.store(NOTHING, Ordering::Relaxed);
        }
    }
}

/// Fails a write that makes no progress for `patience`, and closes gently. Reading is bounded
/// elsewhere: the head of a request by hyper, its body by the handlers.
pub(super) struct StallGuard<T> {
    stream: T,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    beginning: Beginning,
    /// The relay ends, and waits for nobody.
    ending: Arc<AtomicBool>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<T> StallGuard<T> {
    pub(super) fn new(stream: T, patience: Duration, ending: Arc<AtomicBool>) -> Self {
        let beginning = Beginning::new();
        Self { stream, patience, waiting: None, beginning, ending, lingering: None }
    }

    /// Tells when each request began.
    pub(super) fn beginning(&self) -> Beginning {
        self.beginning.clone()
    }

    /// Passes `progress` on, or an error once it has been pending for too long.
    fn watch<R>(&mut self, context: &mut Context<'_>, progress: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if progress.is_ready() {
            self.waiting = None;
            return progress;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for StallGuard<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.beginning.read();
        }
        read
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for StallGuard<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.beginning.written();
        let progress = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, progress)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.beginning.written();
        let progress = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(context, progress)
    }

    /// Says that the answer is over, then reads what the client still sends, for a while, and drops it. Closed with
    /// something unread, the system would tell the client that the connection is reset, and a browser would tell its
    /// user that, instead of the answer (RFC 9112 section 9.6).
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let progress = Pin::new(&mut self.stream).poll_shutdown(context);
            ready!(self.watch(context, progress))?;
            self.lingering = Some(Box::pin(sleep(LINGER)));
        }
        let mut dropped = [0; 4096];
        loop {
            let over = self.lingering.as_mut().is_none_or(|over| over.as_mut().poll(context).is_ready());
            if over || self.ending.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
            let mut dropped = ReadBuf::new(&mut dropped);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut dropped));
            if read.is_err() || dropped.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_request_begins_with_its_first_byte_and_the_first_with_the_handshake() {
        let (mut client, relay) = tokio::io::duplex(64);
        let mut relay = StallGuard::new(relay, Duration::from_secs(60), Arc::default());
        let beginning = relay.beginning();
        client.write_all(b"hello").await.unwrap();
        relay.read_exact(&mut [0; 5]).await.unwrap();
        let hello = Instant::now();
        relay.write_all(b"hello yourself").await.unwrap();
        client.write_all(b"one").await.unwrap();
        relay.read_exact(&mut [0; 3]).await.unwrap();
        assert!(beginning.of_request() <= hello);
        relay.write_all(b"answer").await.unwrap();
        assert!(beginning.of_request() >= hello, "what was read before the answer is over");
        let next = Instant::now();
        client.write_all(b"two").await.unwrap();
        relay.read_exact(&mut [0; 3]).await.unwrap();
        let after = Instant::now();
        // The bytes of one request come in many pieces.
        client.write_all(b"more").await.unwrap();
        relay.read_exact(&mut [0; 4]).await.unwrap();
        // Kept in whole microseconds.
        let began = beginning.of_request() + Duration::from_micros(1);
        assert!(next <= began && began <= after + Duration::from_micros(1));
    }
}
