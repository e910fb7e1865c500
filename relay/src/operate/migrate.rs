//! `anteroom-relay migrate sqlite-to-postgres`: the logs are copied while the relay still writes them;
//! what is left once it has ended takes a moment. Whatever interrupts it, it goes on from there.

use crate::data::{DataError, DataFolder};
use crate::store::postgres::Target;
use crate::store::rows::{ACCESS, ENTRY, LogEnd, PracticeRow, Table, WHOLE};
use crate::store::sqlite::{OpenError, Source};
use crate::store::{Findings, StoreError};
use std::time::Duration;

/// Between two looks at what a running relay wrote meanwhile.
const PAUSE: Duration = Duration::from_millis(500);

/// Why a migration does not come to its end. It may be run again.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The data folder or one of the databases.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There is no SQLite database.
    #[error("{0} is not there: nothing to migrate")]
    Nothing(std::path::PathBuf),
    /// SQLite failed.
    #[error("reading SQLite: {0}")]
    Read(#[from] rusqlite::Error),
    /// PostgreSQL failed.
    #[error("writing PostgreSQL: {0}")]
    Write(#[from] StoreError),
    /// What was copied before came from other logs.
    #[error("{practice}: what PostgreSQL holds up to {seq} is not what SQLite holds; use an empty database")]
    Foreign {
        /// Which practice.
        practice: String,
        /// Up to which seq.
        seq: i64,
    },
    /// The copy is not what it should be.
    #[error("the copy is not right: {0}")]
    Damaged(String),
}

/// Copies everything in `data` to the database at `connection`. Returns once the relay that uses the
/// folder has ended, the rest is copied, and every chain has been followed in PostgreSQL to the head
/// that SQLite has; from then on no relay starts on the SQLite file. `progress` is told what happens.
///
/// # Errors
/// [`MigrateError`]; nothing is changed in SQLite then, and the next run goes on where this one ended.
pub async fn migrate(
    data: &DataFolder,
    connection: &str,
    progress: impl Fn(&str),
) -> Result<Findings, MigrateError> {
    if !data.database().exists() {
        return Err(MigrateError::Nothing(data.database()));
    }
    let mut source = Source::open(&data.database()).map_err(OpenError::from).map_err(DataError::from)?;
    let mut target = Target::claim(connection).await.map_err(DataError::from)?;
    progress("copying the logs; a relay may go on writing them");
    copy_logs(&mut source, &mut target).await?;
    let mut told = false;
    let _lock = loop {
        match data.lock() {
            Ok(lock) => break lock,
            Err(DataError::InUse(_)) if told => tokio::time::sleep(PAUSE).await,
            Err(DataError::InUse(_)) => progress("copied up to now: stop the relay, and the rest follows"),
            Err(error) => return Err(error.into()),
        }
        told = true;
        copy_logs(&mut source, &mut target).await?;
    };
    progress("no relay writes any more: copying the rest, following every chain");
    let _still = source.hold().map_err(OpenError::from).map_err(DataError::from)?;
    let practices = copy_logs(&mut source, &mut target).await?;
    for table in &WHOLE {
        target.replace(table, &source.rows(table)?).await?;
    }
    for practice in &practices {
        target.bury(practice.key, &source.tombstones(practice.key)?, practice.bytes).await?;
        let copied = target.practice(practice).await?;
        if copied != *practice {
            return Err(MigrateError::Damaged(format!("{} has another head", practice.name)));
        }
    }
    let findings = target.check().await.map_err(MigrateError::Damaged)?;
    // In this order: at no moment could relays start on both.
    data.mark_moved().map_err(DataError::file("cannot write into", data.as_ref()))?;
    target.release().await?;
    Ok(findings)
}

/// Brings the logs in PostgreSQL up to where they are in SQLite now.
async fn copy_logs(source: &mut Source, target: &mut Target) -> Result<Vec<PracticeRow>, MigrateError> {
    let practices = source.practices()?;
    for practice in &practices {
        let copied = target.practice(practice).await?;
        let foreign = |seq| MigrateError::Foreign { practice: practice.name.clone(), seq };
        if (&copied.name, &copied.pin) != (&practice.name, &practice.pin) {
            return Err(foreign(0));
        }
        for (log, from, to) in [(&ENTRY, copied.log, practice.log), (&ACCESS, copied.access, practice.access)]
        {
            if from.seq > 0 && source.hash_at(log, practice.key, from.seq)? != Some(from.hash) {
                return Err(foreign(from.seq));
            }
            copy_log(source, target, log, practice.key, from, to).await?;
        }
    }
    Ok(practices)
}

async fn copy_log(
    source: &Source,
    target: &mut Target,
    log: &Table,
    practice: i64,
    mut from: LogEnd,
    to: LogEnd,
) -> Result<(), MigrateError> {
    while from.seq < to.seq {
        let rows = source.log_rows(log, practice, from.seq, to.seq)?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let seq = from.seq + count;
        let hash = source.hash_at(log, practice, seq)?.filter(|_| count > 0);
        let gap = || MigrateError::Damaged(format!("SQLite lacks {} {seq}", log.name));
        // Only the last time counts: a database in which a migration is not finished is not used.
        from = LogEnd { seq, hash: hash.ok_or_else(gap)?, time: to.time };
        target.append(log, practice, &rows, from).await?;
    }
    Ok(())
}
