//! What a client may make its connection wait for: it must go on taking its answer, and not by drops; and it gets the
//! answer even if the relay does not want the rest of the request.

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

/// Who makes the relay wait has to take so many bytes a second. A modem does; a client that reads by drops to hold the
/// connection does not.
const SLOWEST: u64 = 1_024;

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

/// How long the relay goes on waiting for a client that does not take what is written to it: waiting uses it up, and
/// what is taken fills it again, at [`SLOWEST`] bytes a second.
struct Credit {
    full: Duration,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Credit {
    const fn new(full: Duration) -> Self {
        Self { full, left: full, waiting: None }
    }

    /// The client took this many bytes.
    fn taken(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let micros = (bytes as u64).saturating_mul(1_000_000) / SLOWEST;
        self.left = self.left.saturating_add(Duration::from_micros(micros)).min(self.full);
    }

    /// It takes nothing now; ready when that was so for too long.
    fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.left;
        let (_, over) = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(sleep(left))));
        over.as_mut().poll(context)
    }
}

/// Fails a write to a client that takes too little for too long, and closes gently. Reading is bounded
/// elsewhere: the head of a request by hyper, its body by the handlers.
pub(super) struct StallGuard<T> {
    stream: T,
    credit: Credit,
    beginning: Beginning,
    /// The relay ends, and waits for nobody.
    ending: Arc<AtomicBool>,
    lingering: Option<Pin<Box<Sleep>>>,
}

impl<T> StallGuard<T> {
    pub(super) fn new(stream: T, patience: Duration, ending: Arc<AtomicBool>) -> Self {
        let beginning = Beginning::new();
        Self { stream, credit: Credit::new(patience), beginning, ending, lingering: None }
    }

    /// Tells when each request began.
    pub(super) fn beginning(&self) -> Beginning {
        self.beginning.clone()
    }

    /// Passes the bytes that were taken on, or an error once there were too few for too long.
    fn watch(
        &mut self,
        context: &mut Context<'_>,
        taken: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(bytes) = &taken {
            self.credit.taken(*bytes.as_ref().unwrap_or(&0));
            return taken;
        }
        ready!(self.credit.poll_over(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// The same of what takes no bytes.
    fn watch_end(&mut self, context: &mut Context<'_>, done: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        self.watch(context, done.map_ok(|()| 0)).map_ok(drop)
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
        let taken = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.beginning.written();
        let taken = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(context);
        self.watch_end(context, done)
    }

    /// Says that the answer is over, then reads what the client still sends, for a while, and drops it. Closed with
    /// something unread, the system would tell the client that the connection is reset, and a browser would tell its
    /// user that, instead of the answer (RFC 9112 section 9.6).
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            let done = Pin::new(&mut self.stream).poll_shutdown(context);
            ready!(self.watch_end(context, done))?;
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

    /// Takes `bytes` of an endless answer every second, by the test's clock; for how long the relay writes.
    async fn held_by(bytes: usize) -> Option<Duration> {
        let (mut client, relay) = tokio::io::duplex(16);
        let mut relay = StallGuard::new(relay, Duration::from_secs(13), Arc::default());
        let taking = async move {
            let mut taken = vec![0; bytes];
            for _ in 0..60 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                client.read_exact(&mut taken).await.unwrap();
            }
        };
        let begun = Instant::now();
        let writing = async {
            loop {
                if let Err(error) = relay.write_all(&[0; 16]).await {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                    return begun.elapsed();
                }
            }
        };
        tokio::select! {
            held = writing => Some(held),
            () = taking => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_by_drops_is_cut_and_who_reads_slowly_is_not() {
        let by_drops = held_by(32).await.expect("a drop a second held the connection for a minute");
        assert!(by_drops < Duration::from_secs(15), "{by_drops:?}");
        assert_eq!(held_by(2 * SLOWEST as usize).await, None);
    }
}
