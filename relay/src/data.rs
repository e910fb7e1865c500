//! Where a relay keeps what it keeps: the data folder, and the database in it or elsewhere.

use crate::store::Store;
use crate::store::postgres::{self, PostgresStore};
use crate::store::sqlite::{OpenError, SqliteStore};
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Left behind by a migration: the file in which it lies says where the entries went.
const MOVED: &str = "moved-to-postgres";

/// The database, the versions of the widget, and the lock that a running relay holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder(PathBuf);

impl DataFolder {
    /// The folder at `path`, made with access for nobody else if it is not there.
    ///
    /// # Errors
    /// [`DataError::File`].
    pub fn make(path: &Path) -> Result<Self, DataError> {
        use std::os::unix::fs::DirBuilderExt;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(DataError::file("cannot make", path))?;
        Ok(Self(path.into()))
    }

    /// The folder at `path`, which is expected to be there.
    ///
    /// # Errors
    /// [`DataError::File`].
    pub fn find(path: &Path) -> Result<Self, DataError> {
        fs::read_dir(path).map_err(DataError::file("cannot open", path))?;
        Ok(Self(path.into()))
    }

    /// The SQLite file, if the entries are kept here.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("relay.db")
    }

    /// The relay's own secret, unless the configuration names another file.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.0.join("relay.key")
    }

    /// Every version of the widget that was ever served.
    #[must_use]
    pub fn assets(&self) -> PathBuf {
        self.0.join("assets")
    }

    /// Keeps the folder from every other relay for as long as the file is held.
    ///
    /// # Errors
    /// [`DataError::InUse`] if another has it.
    pub fn lock(&self) -> Result<File, DataError> {
        let path = self.0.join("relay.lock");
        let failed = || DataError::file("cannot lock", &path);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed())?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(DataError::InUse(self.0.clone())),
            Err(TryLockError::Error(cause)) => Err(failed()(cause)),
        }
    }

    /// Notes that PostgreSQL has the entries now: no relay may go on with the SQLite file.
    ///
    /// # Errors
    /// When the note cannot be written durably.
    pub fn mark_moved(&self) -> io::Result<()> {
        let path = self.0.join(MOVED);
        fs::write(&path, "The entries of relay.db are in PostgreSQL; relay.db is what was left behind.\n")?;
        File::open(path)?.sync_all()?;
        File::open(&self.0)?.sync_all()
    }

    fn is_moved(&self) -> bool {
        self.0.join(MOVED).exists()
    }
}

impl AsRef<Path> for DataFolder {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

/// Where the entries are kept.
#[derive(Clone)]
pub enum Database {
    /// A SQLite file in the data folder, for one relay alone.
    InData,
    /// A PostgreSQL database, which many relays may share; its connection string.
    Postgres(String),
}

impl fmt::Debug for Database {
    /// A connection string may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InData => "InData",
            Self::Postgres(_) => "Postgres(..)",
        })
    }
}

impl Database {
    /// PostgreSQL as `file` says, whose only content is a connection string.
    ///
    /// # Errors
    /// [`DataError::File`].
    pub fn from_file(file: &Path) -> Result<Self, DataError> {
        let text = fs::read_to_string(file).map_err(DataError::file("cannot read", file))?;
        Ok(Self::Postgres(text.trim().to_owned()))
    }

    /// Opens it, made or brought up to this release first.
    ///
    /// # Errors
    /// [`DataError`].
    pub async fn open(&self, data: &DataFolder) -> Result<Arc<dyn Store>, DataError> {
        match self {
            Self::InData => {
                let store = SqliteStore::open(&data.database())?;
                // Not before: a migration that comes to its end keeps others from opening until then.
                if data.is_moved() { Err(DataError::Moved(data.0.clone())) } else { Ok(Arc::new(store)) }
            }
            Self::Postgres(connection) => Ok(Arc::new(PostgresStore::open(connection).await?)),
        }
    }
}

/// Why a data folder or its database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder.
    #[error("{what} {path}: {cause}")]
    File {
        /// What was to be done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Two relays on one SQLite file would not see each other's rosters.
    #[error("{0} is in use by another relay")]
    InUse(PathBuf),
    /// Writing on here would fork every log.
    #[error("the entries in {0} were moved to PostgreSQL: name it by `postgres_file` or --postgres-file")]
    Moved(PathBuf),
    /// The relay would sign checkpoints that practices refuse, and refuse what other relays on the database give out.
    #[error(
        "{0} is not the key of the relays on this database: put theirs there, from a machine where one runs or from \
         the backup, or name it by `key_file`; only if it is lost for good, run `anteroom-relay adopt-key`"
    )]
    OtherKey(PathBuf),
    /// The SQLite database.
    #[error(transparent)]
    Sqlite(#[from] OpenError),
    /// The PostgreSQL database.
    #[error(transparent)]
    Postgres(#[from] postgres::OpenError),
}

impl DataError {
    /// From what the system says about `path`.
    pub fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |cause| Self::File { what, path, cause }
    }
}
