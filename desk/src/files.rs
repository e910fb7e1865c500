//! Files that hold keys or memory: readable by their owner only, never half written, never
//! written over by accident.

use crate::failure::{Exit, Failure};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Larger than any file that this program reads.
const LARGEST: u64 = 4 << 20;

/// Why a file could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It is there already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// It is not there.
    #[error("{} does not exist", .0.display())]
    Absent(PathBuf),
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Larger than any file of ours.
    #[error("{} is too large to be the right file", .0.display())]
    TooLarge(PathBuf),
}

impl FileError {
    fn new(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            io::ErrorKind::NotFound => Self::Absent(path.to_owned()),
            _ => Self::Io { path: path.to_owned(), source },
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let todo = match &error {
            FileError::Exists(_) => "choose another name or directory; nothing is ever written over",
            FileError::Absent(_) => "check the path",
            FileError::Io { .. } => "check that you may read and write there, and that the disk is not full",
            FileError::TooLarge(_) => "check the path",
        };
        Self::new(Exit::Failed, &error, todo)
    }
}

/// Makes a file of mode 0600 that was not there before, durably.
pub(crate) fn create_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source| FileError::new(path, source);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(failed)?;
    sync_directory(path).map_err(failed)
}

/// Puts a file of mode 0600 in the place of whatever is there, at once or not at all.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |source| FileError::new(path, source);
    let mut file = tempfile::NamedTempFile::new_in(directory(path)).map_err(failed)?;
    file.write_all(content).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_directory(path).map_err(failed)
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, FileError> {
    let failed = |source| FileError::new(path, source);
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LARGEST { Err(FileError::TooLarge(path.to_owned())) } else { Ok(text) }
}

/// Makes a directory of mode 0700, and those above it, where they are missing.
pub(crate) fn create_directory(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| FileError::new(path, source))
}

/// Puts a file in the place of another, at once or not at all.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::new(to, source);
    fs::rename(from, to).map_err(failed)?;
    sync_directory(to).map_err(failed)
}

/// Takes a file away.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    fs::remove_file(path).map_err(|source| FileError::new(path, source))
}

/// Whether others than the owner may read the file.
pub(crate) fn is_open_to_others(path: &Path) -> Result<bool, FileError> {
    let metadata = fs::metadata(path).map_err(|source| FileError::new(path, source))?;
    #[cfg(unix)]
    return Ok(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0);
    #[cfg(not(unix))]
    return Ok(!metadata.is_file());
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(directory(path))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_file_is_private_and_never_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.key");
        create_private(&path, b"first").unwrap();
        assert!(!is_open_to_others(&path).unwrap());
        assert!(matches!(create_private(&path, b"second"), Err(FileError::Exists(_))));
        assert_eq!(read(&path).unwrap(), "first");
    }

    #[test]
    fn replacing_is_private_too_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.state.json");
        replace_private(&path, b"{}").unwrap();
        replace_private(&path, b"{\"v\":1}").unwrap();
        assert_eq!(read(&path).unwrap(), "{\"v\":1}");
        assert!(!is_open_to_others(&path).unwrap());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("nowhere/none.key")).unwrap_err();
        assert_eq!(error.to_string(), "nowhere/none.key does not exist");
    }
}
