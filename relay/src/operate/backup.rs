//! `anteroom-relay backup` and `restore`: everything that a relay on SQLite keeps, in one file, which is
//! itself a SQLite database. It is as secret as the data folder: it holds the relay's key, and says who was
//! asked, when, and how much.

use crate::data::{DataError, DataFolder, Database};
use crate::store::Findings;
use crate::store::sqlite::{Copy, MigrationError, OpenError};
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Why there is no backup, or nothing restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The data folder.
    #[error(transparent)]
    Data(#[from] DataError),
    /// PostgreSQL has tools of its own, which are better at it.
    #[error(
        "the entries are in PostgreSQL: back them up with pg_dump, and the assets folder with any tool \
         (docs/relay.md says how)"
    )]
    Postgres,
    /// Nothing to back up.
    #[error("{0} is not there: nothing to back up")]
    Nothing(PathBuf),
    /// Nothing is ever written over.
    #[error("{0} is there already; name another place, or move it away")]
    Exists(PathBuf),
    /// SQLite failed.
    #[error("SQLite failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The copy does not pass the check.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A name in the backup that could lead out of the data folder.
    #[error("the backup holds a file with an impossible name: {0}")]
    Name(String),
}

impl From<MigrationError> for BackupError {
    fn from(error: MigrationError) -> Self {
        Self::Data(OpenError::from(error).into())
    }
}

/// Writes everything in `data` to `file`, as of one moment, checked; a relay may be running. Under its
/// name there is either nothing or all of it.
///
/// # Errors
/// [`BackupError`].
pub fn backup(data: &DataFolder, database: &Database, file: &Path) -> Result<Findings, BackupError> {
    if matches!(database, Database::Postgres(_)) {
        return Err(BackupError::Postgres);
    }
    if !data.database().exists() {
        return Err(BackupError::Nothing(data.database()));
    }
    under_final_name(file, |partial| {
        let mut copy = Copy::make(&data.database(), partial)?;
        let findings = copy.check().map_err(BackupError::Damaged)?;
        for (name, path) in files(data)? {
            let content = fs::read(&path).map_err(DataError::file("cannot read", &path))?;
            copy.put_file(&name, &content)?;
        }
        Ok(findings)
    })
}

/// Makes the relay of a backup in `data`, a folder without a database. What was acknowledged after the
/// backup was made is not in it: readers who saw it report a log that went back, and they are right.
///
/// # Errors
/// [`BackupError`].
pub fn restore(file: &Path, data: &DataFolder) -> Result<Findings, BackupError> {
    let _lock = data.lock()?;
    under_final_name(&data.database(), |partial| {
        fs::copy(file, partial).map_err(DataError::file("cannot copy", file))?;
        let mut copy = Copy::open(partial)?;
        let findings = copy.check().map_err(BackupError::Damaged)?;
        copy.each_file(|name, content| put_file(data, name, content))?;
        copy.settle()?;
        Ok(findings)
    })
}

/// Lets `write` fill a new file that nobody else may read, and gives it its name once it is on disk.
fn under_final_name<T>(
    file: &Path,
    write: impl FnOnce(&Path) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists(file.into()));
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    create_private(&partial).map_err(DataError::file("cannot write", &partial))?;
    let written = write(&partial).and_then(|done| {
        let named = sync(&partial).and_then(|()| fs::rename(&partial, file)).and_then(|()| sync_folder(file));
        named.map_err(DataError::file("cannot write", file))?;
        Ok(done)
    });
    if written.is_err() {
        // What is half written serves nobody.
        let _ = fs::remove_file(&partial);
    }
    written
}

fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path).map(drop)
}

fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn sync_folder(of: &Path) -> io::Result<()> {
    let parent = of.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync(parent.unwrap_or(Path::new(".")))
}

/// The name of the relay's key in a backup. No version of the widget is called so.
const KEY: &str = "relay.key";

/// What is beside the database: the relay's key, and the widget's files, each as `version/file`.
fn files(data: &DataFolder) -> Result<Vec<(String, PathBuf)>, DataError> {
    let mut found = Vec::new();
    if data.key().exists() {
        found.push((KEY.to_owned(), data.key()));
    }
    if !data.assets().exists() {
        return Ok(found);
    }
    for version in list(&data.assets())? {
        // A version that is being taken in has a name that begins with a dot.
        if !version.is_dir() || file_name(&version).starts_with('.') {
            continue;
        }
        for file in list(&version)? {
            found.push((format!("{}/{}", file_name(&version), file_name(&file)), file));
        }
    }
    Ok(found)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let failed = || DataError::file("cannot read", folder);
    let items = fs::read_dir(folder).map_err(failed())?;
    items.map(|item| Ok(item?.path())).collect::<io::Result<_>>().map_err(failed())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn put_file(data: &DataFolder, name: &str, content: &[u8]) -> Result<(), BackupError> {
    let parts: Vec<Component<'_>> = Path::new(name).components().collect();
    let path = match parts[..] {
        [Component::Normal(key)] if key == KEY => data.key(),
        [Component::Normal(version), Component::Normal(file)] => data.assets().join(version).join(file),
        _ => return Err(BackupError::Name(name.into())),
    };
    let failed = || DataError::file("cannot write", &path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed())?;
    }
    create_private(&path).map_err(failed())?;
    fs::write(&path, content).map_err(failed())?;
    sync(&path).map_err(failed())?;
    Ok(sync_folder(&path).map_err(failed())?)
}
