//! Connections: made, kept, made again, and the one that listens for what other relays wrote.

use super::CHANNEL;
use crate::store::{Followers, StoreError};
use futures_util::{StreamExt, stream};
use std::ops::Deref;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Statement};
use wire::{Head, PracticeId};

/// Before a lost connection is made again.
const PAUSE: Duration = Duration::from_millis(500);

/// Without an answer from the network, a connection counts as lost.
const SILENCE: Duration = Duration::from_secs(10);

/// An acknowledgement means durable, whatever the server's default is. Whatever is asked for often lies behind an
/// index: a plan that was made while a table was small must not read all of it once it has grown.
const OPTIONS: &str = "-c synchronous_commit=on -c jit=off -c enable_seqscan=off -c enable_hashjoin=off \
                       -c enable_mergejoin=off";

/// How to reach the database.
#[derive(Clone)]
pub(super) struct Link(Arc<Config>);

impl Link {
    /// From a connection string.
    pub(super) fn parse(connection: &str) -> Result<Self, tokio_postgres::Error> {
        let mut config: Config = connection.parse()?;
        config.application_name("anteroom-relay");
        config.options(OPTIONS);
        // A server that vanished without a word is given up, unless the connection string says when.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(SILENCE);
        }
        Ok(Self(Arc::new(config)))
    }

    pub(super) async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = self.0.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(code = error.code().map_or("-", |code| code.code()), "connection lost");
            }
        });
        Ok(client)
    }
}

/// A connection for reading, shared: queries on it are pipelined.
pub(super) struct Reading {
    client: Client,
    /// [`super::read::STAMP`].
    pub(super) stamp: Statement,
}

impl Deref for Reading {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

/// Makes the connection for reading, and makes it again when it was lost.
pub(super) struct Reader {
    link: Link,
    reading: Mutex<Option<Arc<Reading>>>,
}

impl Reader {
    pub(super) fn new(link: Link) -> Self {
        Self { link, reading: Mutex::default() }
    }

    pub(super) async fn client(&self) -> Result<Arc<Reading>, StoreError> {
        let mut kept = self.reading.lock().await;
        if let Some(reading) = kept.as_ref().filter(|reading| !reading.is_closed()) {
            return Ok(Arc::clone(reading));
        }
        let client = self.link.connect().await?;
        let stamp = client.prepare(super::read::STAMP).await?;
        let reading = Arc::new(Reading { client, stamp });
        *kept = Some(Arc::clone(&reading));
        Ok(reading)
    }
}

/// Publishes what any relay appended, for as long as somebody holds the followers.
pub(super) async fn listen(link: Link, followers: Weak<Followers>) {
    while followers.strong_count() > 0 {
        // Each end of a connection is an error or the end of the store; both are handled by the loop.
        let _ = listen_once(&link, &followers).await;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(link: &Link, followers: &Weak<Followers>) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = link.0.connect(NoTls).await?;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let listening = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // What was appended while nobody listened.
        if let Some(followers) = followers.upgrade() {
            for practice in followers.practices() {
                let row = client
                    .query_opt("SELECT seq, hash FROM practice WHERE name = $1", &[&practice.as_str()])
                    .await?;
                let seen = row.and_then(|row| {
                    let hash = super::convert::hash(row.get(1)).ok()?;
                    Some(Head { seq: super::convert::unsigned(row.get(0)), hash })
                });
                if let Some(head) = seen {
                    followers.publish(&practice, head);
                }
            }
        }
        // Held until the connection ends: without a client it would be closed.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    let hearing = async {
        while let Some(message) = messages.next().await {
            let Some(followers) = followers.upgrade() else { return Ok(()) };
            if let AsyncMessage::Notification(news) = message?
                && let Some((practice, head)) = parse(news.payload())
            {
                followers.publish(&practice, head);
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = listening => ended,
        ended = hearing => ended,
    }
}

/// `practice seq hash`, as [`super::ends::Ends::commit`] writes it.
fn parse(news: &str) -> Option<(PracticeId, Head)> {
    let mut words = news.split(' ');
    let practice = words.next()?.parse().ok()?;
    let seq = words.next()?.parse().ok()?;
    let hash = words.next()?.to_owned().try_into().ok()?;
    Some((practice, Head { seq, hash }))
}
