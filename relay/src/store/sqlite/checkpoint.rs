//! The second thread on the database: it brings what is committed from the write-ahead log into the file while the
//! writer goes on. Done by the writer, as SQLite does by itself, it is a pause of tens of milliseconds for all who wait.

use rusqlite::Connection;
use std::sync::mpsc;

/// Writes between two checkpoints. Many appends change the pages at the ends of the table and of the index: a
/// checkpoint that takes in more of them writes these pages once for all, but holds up the commits beside it for longer
/// while it syncs the file.
const WRITES: u64 = 500;

/// Pages in the log at which the writer makes a checkpoint itself, of what is left to do: the log begins anew only
/// when all of it is in the file, and under load somebody has to wait for that. 64 MiB.
pub(super) const LOG_PAGES: u32 = 8_000;

/// What a checkpoint is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// The log is long.
    Room,
    /// Bodies were erased, and the log still holds them.
    Erasure,
}

/// Asks the thread, which ends when this is dropped.
pub(super) struct Checkpoints {
    wishes: mpsc::Sender<Wish>,
    writes: u64,
}

impl Checkpoints {
    /// Starts the thread on a connection of its own.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (wishes, asked) = mpsc::channel();
        std::thread::Builder::new()
            .name("sqlite-checkpoint".into())
            .spawn(move || run(&connection, &asked))?;
        Ok(Self { wishes, writes: 0 })
    }

    /// A transaction with this many writes is committed.
    pub(super) fn committed(&mut self, writes: u64, erased: bool) {
        self.writes += writes;
        if self.writes >= WRITES {
            self.writes = 0;
            self.ask(Wish::Room);
        }
        if erased {
            self.ask(Wish::Erasure);
        }
    }

    fn ask(&self, wish: Wish) {
        // Without the thread the writer makes its own, later.
        let _ = self.wishes.send(wish);
    }
}

fn run(connection: &Connection, asked: &mpsc::Receiver<Wish>) {
    while let Ok(first) = asked.recv() {
        let erased = std::iter::once(first).chain(asked.try_iter()).any(|wish| wish == Wish::Erasure);
        let sql = if erased {
            // Waits for readers, holds the writer up, and leaves nothing in the log.
            "PRAGMA wal_checkpoint(TRUNCATE)"
        } else {
            "PRAGMA wal_checkpoint(PASSIVE)"
        };
        let busy: rusqlite::Result<bool> = connection.query_row(sql, [], |row| row.get(0));
        match busy {
            Ok(busy) if busy && erased => {
                tracing::warn!("erased bodies stay in the write-ahead log until its next checkpoint");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "no checkpoint"),
        }
    }
}
