//! A folder of files with precompressed copies, listed once at the start, so that no request can
//! name anything else; and the import of new widget versions into the relay's own folder.

use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How a file's bytes are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// gzip.
    Gzip,
    /// As they are.
    Identity,
}

impl Encoding {
    /// The content coding's name: RFC 9110 section 8.4.1, RFC 7932.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// One file and its copies.
#[derive(Debug)]
pub struct File {
    /// Media type, by extension.
    pub content_type: &'static str,
    /// Quoted, of the content: RFC 9110 section 8.8.3. The same for all codings, hence weak.
    pub etag: String,
    plain: PathBuf,
    brotli: Option<PathBuf>,
    gzip: Option<PathBuf>,
}

impl File {
    /// The smallest copy that `accepts` allows.
    pub fn best(&self, accepts: impl Fn(Encoding) -> bool) -> (Encoding, &Path) {
        let copies = [(Encoding::Brotli, &self.brotli), (Encoding::Gzip, &self.gzip)];
        copies
            .into_iter()
            .find_map(|(encoding, copy)| Some((encoding, copy.as_deref().filter(|_| accepts(encoding))?)))
            .unwrap_or((Encoding::Identity, &self.plain))
    }
}

/// Files by name; names use `/`.
#[derive(Debug, Default)]
pub struct Library(HashMap<String, File>);

impl Library {
    /// Lists `root` and the folders in it.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        list(root, "", &mut files)?;
        Ok(Self(files))
    }

    /// The file of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&File> {
        self.0.get(name)
    }
}

fn list(folder: &Path, prefix: &str, files: &mut HashMap<String, File>) -> io::Result<()> {
    for item in fs::read_dir(folder)? {
        let item = item?;
        let Ok(name) = item.file_name().into_string() else { continue };
        let path = item.path();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            list(&path, &format!("{prefix}{name}/"), files)?;
            continue;
        }
        let Some(content_type) = content_type(&name) else { continue };
        let digest = Sha256::digest(fs::read(&path)?);
        let etag = format!("W/\"{}\"", hex(&digest[..12]));
        let copy = |suffix: &str| {
            let copy = folder.join(format!("{name}.{suffix}"));
            copy.is_file().then_some(copy)
        };
        let file = File { content_type, etag, brotli: copy("br"), gzip: copy("gz"), plain: path };
        files.insert(format!("{prefix}{name}"), file);
    }
    Ok(())
}

fn content_type(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

/// Why a built widget cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or folder.
    #[error("cannot import the widget from {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The folder's name is not what its loader hashes to: serving it as immutable would lie.
    #[error("{0} is not named by the hash of its loader.js; build the widget again")]
    Misnamed(PathBuf),
}

/// Copies every version in `built` that `kept` does not hold. Deletes nothing: a snippet that was
/// pasted into a website years ago has to keep working.
///
/// # Errors
/// [`ImportError`].
pub fn import_versions(built: &Path, kept: &Path) -> Result<Vec<String>, ImportError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |cause| ImportError::File { path, cause }
    };
    fs::create_dir_all(kept).map_err(failed(kept))?;
    let mut imported = Vec::new();
    for item in fs::read_dir(built).map_err(failed(built))? {
        let source = item.map_err(failed(built))?.path();
        let Some(version) = source.file_name().and_then(|name| name.to_str()) else { continue };
        if !source.is_dir() || kept.join(version).exists() {
            continue;
        }
        let loader = fs::read(source.join("loader.js")).map_err(failed(&source))?;
        if version != hex(&Sha256::digest(loader)[..10]) {
            return Err(ImportError::Misnamed(source));
        }
        copy_whole(&source, kept, version).map_err(failed(&source))?;
        imported.push(version.to_owned());
    }
    Ok(imported)
}

/// Under its final name there is either nothing or all of it.
fn copy_whole(source: &Path, kept: &Path, version: &str) -> io::Result<()> {
    let partial = kept.join(format!(".{version}.partial"));
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::create_dir(&partial)?;
    for item in fs::read_dir(source)? {
        let item = item?;
        let target = partial.join(item.file_name());
        fs::copy(item.path(), &target)?;
        fs::File::open(&target)?.sync_all()?;
    }
    fs::rename(&partial, kept.join(version))?;
    fs::File::open(kept)?.sync_all()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
