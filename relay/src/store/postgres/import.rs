//! Writing another backend's rows into a database that no relay uses yet.

use super::convert::array;
use super::link::Link;
use super::schema;
use super::{OpenError, PostgresStore};
use crate::store::rows::{Cell, ENTRY, Kind, LogEnd, PracticeRow, Row, Table};
use crate::store::{Findings, StoreError};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Transaction};

/// A database into which a migration writes. Until [`Target::release`], no relay opens it.
pub struct Target {
    link: Link,
    client: Client,
}

impl Target {
    /// Claims the database at `connection`: an empty one, or one that an unfinished migration left.
    ///
    /// # Errors
    /// [`OpenError`]; [`OpenError::NotEmpty`] if relays use it already.
    pub async fn claim(connection: &str) -> Result<Self, OpenError> {
        let link = Link::parse(connection)?;
        let mut client = link.connect().await?;
        schema::bring_up(&mut client).await?;
        let transaction = client.transaction().await?;
        let sql = "SELECT to_regclass('anteroom_moving') IS NOT NULL, EXISTS (SELECT 1 FROM practice)";
        let row = transaction.query_one(sql, &[]).await?;
        match (row.get(0), row.get(1)) {
            (false, true) => return Err(OpenError::NotEmpty),
            (false, false) => transaction.batch_execute("CREATE TABLE anteroom_moving ()").await?,
            (true, _) => {}
        }
        transaction.commit().await?;
        Ok(Self { link, client })
    }

    /// Follows every chain in it from end to end.
    ///
    /// # Errors
    /// In words for the operator.
    pub async fn check(&self) -> Result<Findings, String> {
        super::check(&PostgresStore::over(self.link.clone())).await
    }

    /// Relays may open the database from now on.
    ///
    /// # Errors
    /// PostgreSQL's.
    pub async fn release(self) -> Result<(), StoreError> {
        let sql =
            "SELECT setval(pg_get_serial_sequence('practice', 'key'), greatest(max(key), 1)) FROM practice";
        self.client.query(sql, &[]).await?;
        Ok(self.client.batch_execute("DROP TABLE anteroom_moving").await?)
    }

    /// What is here of a practice, which is made with two empty logs if it is not here.
    ///
    /// # Errors
    /// PostgreSQL's.
    pub async fn practice(&self, source: &PracticeRow) -> Result<PracticeRow, StoreError> {
        let PracticeRow { key, name, pin, .. } = source;
        let empty = empty_ends(name)?;
        let sql =
            "INSERT INTO practice (key, name, pin, seq, hash, time, access_seq, access_hash, access_time)
                   OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, 0, $4, 0, 0, $5, 0) ON CONFLICT DO NOTHING";
        self.client.execute(sql, &[key, name, pin, &empty.0.as_slice(), &empty.1.as_slice()]).await?;
        let sql = "SELECT name, pin, seq, hash, time, access_seq, access_hash, access_time, bytes
                   FROM practice WHERE key = $1";
        let row = self.client.query_one(sql, &[key]).await?;
        let end = |first: usize| {
            let hash = array(row.get(first + 1))?;
            Ok::<_, StoreError>(LogEnd { seq: row.get(first), hash, time: row.get(first + 2) })
        };
        let (name, pin, bytes) = (row.get(0), row.get(1), row.get(8));
        Ok(PracticeRow { key: *key, name, pin, bytes, log: end(2)?, access: end(5)? })
    }

    /// Adds `rows` to a log, which ends with `end` then; both or neither.
    ///
    /// # Errors
    /// PostgreSQL's.
    pub async fn append(
        &mut self,
        log: &Table,
        practice: i64,
        rows: &[Row],
        end: LogEnd,
    ) -> Result<(), StoreError> {
        let transaction = self.client.transaction().await?;
        copy(&transaction, log, rows).await?;
        let prefix = if log.name == ENTRY.name { "" } else { "access_" };
        let sql = format!(
            "UPDATE practice SET {prefix}seq = $2, {prefix}hash = $3, {prefix}time = $4 WHERE key = $1"
        );
        transaction.execute(&sql, &[&practice, &end.seq, &end.hash.as_slice(), &end.time]).await?;
        Ok(transaction.commit().await?)
    }

    /// Makes a table the same as `rows`.
    ///
    /// # Errors
    /// PostgreSQL's.
    pub async fn replace(&mut self, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
        let transaction = self.client.transaction().await?;
        transaction.execute(&format!("DELETE FROM {}", table.name), &[]).await?;
        copy(&transaction, table, rows).await?;
        Ok(transaction.commit().await?)
    }

    /// Deletes the bodies that were deleted at the source after they were copied; what is kept has `bytes`.
    ///
    /// # Errors
    /// PostgreSQL's.
    pub async fn bury(&self, practice: i64, seqs: &[i64], bytes: i64) -> Result<(), StoreError> {
        let sql = "UPDATE entry SET body = NULL WHERE practice = $1 AND seq = ANY($2) AND body IS NOT NULL";
        self.client.execute(sql, &[&practice, &seqs]).await?;
        self.client.execute("UPDATE practice SET bytes = $2 WHERE key = $1", &[&practice, &bytes]).await?;
        Ok(())
    }
}

async fn copy(transaction: &Transaction<'_>, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
    let sql = format!("COPY {} ({}) FROM STDIN (FORMAT binary)", table.name, table.names());
    let types: Vec<Type> = table.columns.iter().map(|(_, kind)| type_of(*kind)).collect();
    let sink = transaction.copy_in(&sql).await?;
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    for row in rows {
        let cells: Vec<&(dyn ToSql + Sync)> = row.iter().map(value).collect();
        writer.as_mut().write(&cells).await?;
    }
    writer.finish().await?;
    Ok(())
}

fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Number => Type::INT8,
        Kind::Text => Type::TEXT,
        Kind::Bytes => Type::BYTEA,
    }
}

fn value(cell: &Cell) -> &(dyn ToSql + Sync) {
    match cell {
        Cell::Number(value) => value,
        Cell::Text(value) => value,
        Cell::Bytes(value) => value,
    }
}

fn empty_ends(name: &str) -> Result<([u8; 32], [u8; 32]), StoreError> {
    let practice = name.parse().map_err(|_| super::convert::damaged("a stored name"))?;
    let (log, access) = (wire::Head::empty(&practice), wire::access::AccessHead::empty(&practice));
    Ok((*log.hash.as_bytes(), *access.hash.as_bytes()))
}
