//! One connection per relay that writes: whatever waits when a transaction begins goes into it, and
//! all of it is acknowledged after its one commit. Other relays on the same database do the same; a
//! practice's row lock puts their transactions in order.

use super::deed::{Deed, Done};
use super::ends::Ends;
use super::link::Link;
use super::statements::Statements;
use super::transaction::Transaction;
use crate::metrics::StoreMeasures;
use crate::store::room::Room;
use crate::store::{Followers, StoreError, wait};
use futures_util::future::{TryFutureExt, try_join};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_postgres::Client;
use wire::{Head, PracticeId};

/// Writes that may wait; beyond it the caller is told to come back.
const QUEUE: usize = 1024;

/// Writes in one transaction, at most.
const BATCH: usize = 256;

/// What waits, with the room that it takes.
struct Waiting {
    deed: Deed,
    answer: oneshot::Sender<Result<Done, StoreError>>,
    _room: OwnedSemaphorePermit,
}

#[derive(Clone)]
pub(super) struct Writer {
    deeds: mpsc::Sender<Waiting>,
    room: Room,
    measures: Arc<Mutex<StoreMeasures>>,
}

impl Writer {
    /// Starts the writing task; it ends when the last clone is dropped.
    pub(super) fn start(link: Link, followers: Arc<Followers>) -> Self {
        let (deeds, queue) = mpsc::channel(QUEUE);
        let measures = Arc::<Mutex<StoreMeasures>>::default();
        tokio::spawn(run(link, queue, followers, Arc::clone(&measures)));
        Self { deeds, room: Room::default(), measures }
    }

    pub(super) fn measures(&self) -> StoreMeasures {
        let waiting = (self.deeds.max_capacity() - self.deeds.capacity()) as u64;
        let measures = self.measures.lock().unwrap_or_else(PoisonError::into_inner);
        StoreMeasures { waiting, ..measures.clone() }
    }

    /// Does `deed` in the next transaction; resolves when it is durable.
    pub(super) async fn write(&self, deed: Deed) -> Result<Done, StoreError> {
        let (answer, answered) = oneshot::channel();
        let _room = self.room.take(deed.bytes())?;
        self.deeds.try_send(Waiting { deed, answer, _room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Unavailable("the writer has ended".into()),
        })?;
        wait(answered).await
    }
}

async fn run(
    link: Link,
    mut queue: mpsc::Receiver<Waiting>,
    followers: Arc<Followers>,
    measures: Arc<Mutex<StoreMeasures>>,
) {
    let mut connection: Option<Connection> = None;
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let started = Instant::now();
        let deeds: Vec<&Deed> = batch.iter().map(|waiting| &waiting.deed).collect();
        let mut results = match transact(&mut connection, &link, &deeds, &followers).await {
            Ok(done) => done.into_iter().map(Ok).collect(),
            // Without a connection none of them would fare better.
            Err(error) if deeds.len() == 1 || is_lost(connection.as_ref()) => {
                deeds.iter().map(|_| Err(StoreError::Unavailable(error.to_string()))).collect()
            }
            // Something in it failed: each alone, so that only what fails fails.
            Err(_) => Vec::new(),
        };
        for deed in &deeds[results.len()..] {
            let alone = transact(&mut connection, &link, &[deed], &followers).await;
            results.push(
                alone.and_then(|mut done| {
                    done.pop().ok_or_else(|| StoreError::Unavailable("no result".into()))
                }),
            );
        }
        let failures = results.iter().filter(|result| result.is_err()).count() as u64;
        let mut measured = measures.lock().unwrap_or_else(PoisonError::into_inner);
        measured.writes += results.len() as u64 - failures;
        measured.fail(failures);
        measured.commits.observe(started.elapsed());
        drop(measured);
        for (waiting, result) in batch.drain(..).zip(results) {
            // The caller may have gone; what it asked for is stored all the same.
            let _ = waiting.answer.send(result);
        }
    }
}

/// The writing connection and what is prepared on it.
struct Connection {
    client: Client,
    statements: Statements,
}

fn is_lost(connection: Option<&Connection>) -> bool {
    connection.is_none_or(|connection| connection.client.is_closed())
}

/// One transaction; all of the deeds or none.
async fn transact(
    connection: &mut Option<Connection>,
    link: &Link,
    deeds: &[&Deed],
    followers: &Followers,
) -> Result<Vec<Done>, StoreError> {
    let Connection { client, statements } = match connection {
        Some(kept) if !kept.client.is_closed() => kept,
        _ => {
            connection.insert(Connection { client: link.connect().await?, statements: Statements::default() })
        }
    };
    let transaction = Transaction::on(client);
    match perform(&transaction, statements, deeds).await {
        Ok((done, moved)) => {
            for (practice, head) in moved {
                followers.publish(&practice, head);
            }
            Ok(done)
        }
        Err(error) => {
            if transaction.roll_back().await.is_err() {
                *connection = None;
            }
            Err(error)
        }
    }
}

/// All of the deeds, committed, and the logs that they made longer.
async fn perform(
    transaction: &Transaction<'_>,
    statements: &mut Statements,
    deeds: &[&Deed],
) -> Result<(Vec<Done>, Vec<(PracticeId, Head)>), StoreError> {
    let mut practices: Vec<&str> =
        deeds.iter().filter_map(|deed| deed.practice()).map(|practice| practice.as_str()).collect();
    practices.sort_unstable();
    practices.dedup();
    let entries = deeds.iter().filter_map(|deed| deed.entry()).collect();
    let begun = transaction.begin().map_err(StoreError::from);
    let ((), mut ends) = try_join(begun, Ends::lock(transaction, practices, entries, statements)).await?;
    let mut done = Vec::with_capacity(deeds.len());
    for deed in deeds {
        done.push(deed.perform(transaction, &mut ends).await?);
    }
    Ok((done, ends.commit(transaction).await?))
}
