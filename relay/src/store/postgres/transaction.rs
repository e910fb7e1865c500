//! A transaction that takes no round trip for its beginning or its end: both go out with the statements beside them, which
//! the server works off in order. [`tokio_postgres::Transaction`] waits for each.

use std::ops::Deref;
use tokio_postgres::{Client, Error};

/// Statements on a connection that nothing else uses. Whoever gives it up before [`Transaction::commit`] owes a
/// [`Transaction::roll_back`].
pub(super) struct Transaction<'a>(&'a Client);

impl<'a> Transaction<'a> {
    pub(super) fn on(client: &'a Client) -> Self {
        Self(client)
    }

    /// To be polled before the first statement, which may be sent in the same round trip.
    pub(super) async fn begin(&self) -> Result<(), Error> {
        self.0.batch_execute("BEGIN").await
    }

    /// To be polled after the last statement, and may be sent in the same round trip: of a transaction in which a statement
    /// failed, the server keeps nothing. That one's error has to be looked at, since this gives none then.
    pub(super) async fn commit(&self) -> Result<(), Error> {
        self.0.batch_execute("COMMIT").await
    }

    pub(super) async fn roll_back(&self) -> Result<(), Error> {
        self.0.batch_execute("ROLLBACK").await
    }
}

impl Deref for Transaction<'_> {
    type Target = Client;
    fn deref(&self) -> &Client {
        self.0
    }
}
