//! Tables, and how a database of an older release becomes one of this release.

use super::OpenError;
use tokio_postgres::Client;

/// One step each; `anteroom_schema` counts the steps taken. A step that was released is never edited:
/// the next change is a new step.
const MIGRATIONS: [&str; 4] =
    [include_str!("0001.sql"), include_str!("0002.sql"), include_str!("0003.sql"), include_str!("0004.sql")];

/// Any number that other users of the same server are unlikely to take: relays that start at the same
/// time migrate one after another.
const LOCK: i64 = 0x616e_7465_726f_6f6d;

/// Brings the database up to this release for a relay.
pub(super) async fn migrate(client: &mut Client) -> Result<(), OpenError> {
    bring_up(client).await?;
    let sql = "SELECT to_regclass('anteroom_moving') IS NOT NULL";
    if client.query_one(sql, &[]).await?.get(0) { Err(OpenError::Moving) } else { Ok(()) }
}

/// The same for a migration from another backend, which may be half done.
pub(super) async fn bring_up(client: &mut Client) -> Result<(), OpenError> {
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS anteroom_schema (version BIGINT NOT NULL)").await?;
    let row = transaction.query_one("SELECT coalesce(max(version), 0) FROM anteroom_schema", &[]).await?;
    let done = usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX);
    for step in MIGRATIONS.get(done..).ok_or(OpenError::Newer)? {
        transaction.batch_execute(step).await?;
    }
    transaction
        .batch_execute(&format!(
            "DELETE FROM anteroom_schema; INSERT INTO anteroom_schema VALUES ({})",
            MIGRATIONS.len()
        ))
        .await?;
    Ok(transaction.commit().await?)
}
