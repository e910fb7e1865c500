//! Links by which a person opts out, and the opt-outs that came of them. Writes run under the lock of the
//! practice's row.

use super::convert::{array, bytes, signed, unsigned};
use super::transaction::Transaction;
use crate::secret::SecretHash;
use crate::store::{Linked, StoreError};
use tokio_postgres::Client;
use wire::unsubscribe::OptOut;
use wire::{PracticeId, ThreadId};

pub(super) async fn link(
    transaction: &Transaction<'_>,
    key: i64,
    token: SecretHash,
    thread: ThreadId,
) -> Result<Linked, StoreError> {
    match find(transaction, key, token).await? {
        Some((known, _)) if known == thread => Ok(Linked::Same),
        Some(_) => Ok(Linked::Conflict),
        None => {
            let sql = "INSERT INTO unsubscribe (practice, hash, thread) VALUES ($1, $2, $3)";
            transaction.execute(sql, &[&key, &bytes(token.as_bytes()), &bytes(thread.as_bytes())]).await?;
            Ok(Linked::New)
        }
    }
}

pub(super) async fn is_known(
    client: &Client,
    practice: &PracticeId,
    token: SecretHash,
) -> Result<bool, StoreError> {
    match super::read::head(client, practice).await? {
        Some((key, _)) => Ok(find(client, key, token).await?.is_some()),
        None => Ok(false),
    }
}

pub(super) async fn opt_out(
    transaction: &Transaction<'_>,
    key: i64,
    token: SecretHash,
    time_ms: u64,
) -> Result<bool, StoreError> {
    let Some((_, used)) = find(transaction, key, token).await? else { return Ok(false) };
    if !used {
        let sql = "UPDATE unsubscribe SET time = $3,
                   seq = (SELECT coalesce(max(seq), 0) + 1 FROM unsubscribe WHERE practice = $1)
                   WHERE practice = $1 AND hash = $2";
        transaction.execute(sql, &[&key, &bytes(token.as_bytes()), &signed(time_ms)]).await?;
    }
    Ok(true)
}

pub(super) async fn opt_outs(
    client: &Client,
    practice: &PracticeId,
    after: u64,
    limit: u32,
) -> Result<Option<Vec<OptOut>>, StoreError> {
    let Some((key, _)) = super::read::head(client, practice).await? else { return Ok(None) };
    let sql = "SELECT seq, thread, time FROM unsubscribe
               WHERE practice = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let rows = client.query(sql, &[&key, &signed(after), &i64::from(limit)]).await?;
    let opt_out = |row: &tokio_postgres::Row| {
        let thread = ThreadId::from_bytes(array(row.get(1))?);
        Ok(OptOut { seq: unsigned(row.get(0)), thread, time: unsigned(row.get(2)) })
    };
    rows.iter().map(opt_out).collect::<Result<_, _>>().map(Some)
}

/// Whom a link opts out, and whether it was used.
async fn find(client: &Client, key: i64, token: SecretHash) -> Result<Option<(ThreadId, bool)>, StoreError> {
    let sql = "SELECT thread, seq IS NOT NULL FROM unsubscribe WHERE practice = $1 AND hash = $2";
    let Some(row) = client.query_opt(sql, &[&key, &bytes(token.as_bytes())]).await? else { return Ok(None) };
    Ok(Some((ThreadId::from_bytes(array(row.get(0))?), row.get(1))))
}
