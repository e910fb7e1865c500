//! The one thread that writes. Whatever waits when a transaction begins goes into it, and all of it
//! is acknowledged after the one fsync of its commit: group commit.

use super::checkpoint::Checkpoints;
use super::entries::Heads;
use crate::metrics::StoreMeasures;
use crate::store::{Followers, StoreError, wait};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Writes that may wait; beyond it the caller is told to come back.
const QUEUE: usize = 1024;

/// Writes in one transaction, at most: bounds how long the first waits for the last.
const BATCH: usize = 256;

/// What a write works with: the open transaction, and the heads of the logs as of it.
pub(super) struct Work<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) heads: &'a mut Heads,
    /// A body was erased, and the write-ahead log may still hold it.
    pub(super) erased: bool,
    /// Writes that failed and took no other with them.
    failures: u64,
    /// A statement failed midway, and there is no savepoint to go back to.
    pub(super) spoiled: bool,
}

/// Answers the caller, after the commit or instead of it.
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Job = Box<dyn FnOnce(&mut Work<'_>) -> Reply + Send>;

/// Hands writes to the thread. The thread ends, having written what waited, when the last clone is
/// dropped.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    measures: Arc<Mutex<StoreMeasures>>,
}

impl Writer {
    /// Starts the thread on a connection of its own.
    pub(super) fn start(
        connection: Connection,
        checkpoints: Checkpoints,
        followers: Arc<Followers>,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let measures = Arc::default();
        let measured = Arc::clone(&measures);
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(connection, queue, checkpoints, &followers, &measured))?;
        Ok(Self { jobs, measures })
    }

    /// What was written so far and what waits.
    pub(super) fn measures(&self) -> StoreMeasures {
        let waiting = (self.jobs.max_capacity() - self.jobs.capacity()) as u64;
        StoreMeasures { waiting, ..lock(&self.measures).clone() }
    }

    /// Does `work` in the next transaction; resolves when it is durable.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_then(work, || {}).await
    }

    /// Like [`Writer::write`]; calls `after` between the commit and the answer, even if the caller
    /// has gone meanwhile.
    pub(super) async fn write_then<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
        after: impl FnOnce() + Send + 'static,
    ) -> Result<T, StoreError> {
        self.enqueue(|context| in_savepoint(context, work), after).await
    }

    /// Like [`Writer::write`], of work that changes the database by one statement at most, and sets
    /// [`Work::spoiled`] if that fails: it costs no savepoint.
    pub(super) async fn write_statement<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.enqueue(|context| in_statement(context, work), || {}).await
    }

    async fn enqueue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError> + Send + 'static,
        after: impl FnOnce() + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |context| {
            let done = work(context);
            Box::new(move |committed| {
                after();
                // The caller may have gone; what it asked for is stored all the same.
                let _ = answer.send(committed.and(done));
            })
        });
        self.jobs.try_send(job).inspect_err(|_| lock(&self.measures).failures += 1).map_err(|error| {
            match error {
                mpsc::error::TrySendError::Full(_) => StoreError::Busy,
                mpsc::error::TrySendError::Closed(_) => {
                    StoreError::Unavailable("the writer has ended".into())
                }
            }
        })?;
        wait(answered).await
    }
}

fn lock(measures: &Mutex<StoreMeasures>) -> MutexGuard<'_, StoreMeasures> {
    measures.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One failed write must not take the others of its transaction with it.
fn in_savepoint<T>(
    context: &mut Work<'_>,
    work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let execute = |sql: &str| context.transaction.prepare_cached(sql)?.execute([]);
    execute("SAVEPOINT work")?;
    let done = in_statement(context, work);
    if done.is_err() {
        context.transaction.prepare_cached("ROLLBACK TO work")?.execute([])?;
    }
    context.transaction.prepare_cached("RELEASE work")?.execute([])?;
    done
}

/// The same for a write of one statement: one that fails before it changed anything has nothing to take back, and one
/// that fails later spoils the transaction.
fn in_statement<T>(
    context: &mut Work<'_>,
    work: impl FnOnce(&mut Work<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let done = work(context);
    if done.is_ok() {
        context.heads.keep();
    } else {
        context.failures += 1;
        context.heads.undo();
    }
    done
}

fn run(
    mut connection: Connection,
    mut queue: mpsc::Receiver<Job>,
    mut checkpoints: Checkpoints,
    followers: &Followers,
    measures: &Mutex<StoreMeasures>,
) {
    let mut heads = Heads::default();
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        let (size, mut replies) = (batch.len() as u64, Vec::with_capacity(batch.len()));
        let started = Instant::now();
        let committed = commit(&mut connection, &mut heads, &mut batch, &mut replies);
        let moved = heads.take_moved();
        match &committed {
            Ok(Committed { failures, erased }) => {
                let mut measures = lock(measures);
                measures.writes += size - failures;
                measures.fail(*failures);
                measures.commits.observe(started.elapsed());
                drop(measures);
                checkpoints.committed(size, *erased);
                moved.into_iter().for_each(|(practice, head)| followers.publish(&practice, head));
            }
            Err(_) => {
                lock(measures).fail(size);
                heads.forget();
            }
        }
        for reply in replies {
            reply(match &committed {
                Ok(_) => Ok(()),
                Err(error) => Err(StoreError::Unavailable(error.to_string())),
            });
        }
        // Jobs that never ran drop their answer channels, which their callers see as a failure.
        batch.clear();
    }
}

/// What a transaction did.
struct Committed {
    /// Writes that failed alone.
    failures: u64,
    erased: bool,
}

fn commit(
    connection: &mut Connection,
    heads: &mut Heads,
    batch: &mut Vec<Job>,
    replies: &mut Vec<Reply>,
) -> rusqlite::Result<Committed> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut work = Work { transaction: &transaction, heads, erased: false, failures: 0, spoiled: false };
    for job in batch.drain(..) {
        replies.push(job(&mut work));
        // SQLite takes the whole transaction back on some errors, a full disk among them: what follows would be
        // written outside it.
        if transaction.is_autocommit() || work.spoiled {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_ABORT_ROLLBACK);
            return Err(rusqlite::Error::SqliteFailure(code, None));
        }
    }
    let committed = Committed { failures: work.failures, erased: work.erased };
    heads.store(&transaction)?;
    transaction.commit()?;
    Ok(committed)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}
