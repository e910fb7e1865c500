//! `anteroom backup` and `anteroom restore`: everything that a practice has on its own computers, as one folder with a
//! list of digests. Keys in it are as locked as they were; the rest holds nothing of patients in clear.

use super::Context;
use crate::cli::{Backup, Restore};
use crate::clock;
use crate::daemon::settings::Settings;
use crate::failure::{Exit, Failure};
use crate::files;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Name of the list within a backup.
const LIST: &str = "contents.json";
/// Largest file that is copied: more is none of ours.
const LARGEST: u64 = 256 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    v: u8,
    /// When, RFC 3339.
    made: String,
    /// SHA-256 of each file, base64url, by its path with `/`.
    files: BTreeMap<String, String>,
}

/// Copies everything into a folder that was not there.
pub(super) fn backup(context: &Context, options: &Backup) -> Result<(), Failure> {
    let to = &options.to;
    make_new(to)?;
    let mut contents = Contents { v: 1, made: clock::rfc3339(clock::now_ms()), files: BTreeMap::new() };
    for path in all_files(&options.dir)? {
        add(&mut contents, &options.dir, &path, to, "keys")?;
    }
    if let Some(path) = &options.settings {
        let settings = Settings::read(path)?;
        let base = path.parent().unwrap_or(Path::new("."));
        add(&mut contents, base, path, to, "desk")?;
        for path in all_files(&settings.sequences)? {
            add(&mut contents, &settings.sequences, &path, to, "sequences")?;
        }
        let journal = settings.state.join("journal.db");
        if journal.exists() {
            copy_journal(&journal, &to.join("state"))?;
            let copied = to.join("state/journal.db");
            contents.files.insert("state/journal.db".into(), digest(&read(&copied)?));
        }
    }
    let json = serde_json::to_vec_pretty(&contents)
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    files::create_private(&to.join(LIST), &json)?;
    let count = contents.files.len();
    context.output.print(&contents, || {
        format!(
            "{count} files are in {}. Keep it apart from this computer, and try `anteroom restore` once.",
            to.display()
        )
    })
}

/// Checks a backup against its list and copies it to a folder that was not there.
pub(super) fn restore(context: &Context, options: &Restore) -> Result<(), Failure> {
    let list = options.from.join(LIST);
    let contents: Contents = serde_json::from_str(&files::read(&list)?)
        .ok()
        .filter(|contents: &Contents| contents.v == 1)
        .ok_or_else(|| damaged(&list, "is not the list of a backup"))?;
    let mut checked = Vec::new();
    for (name, expected) in &contents.files {
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            return Err(damaged(&list, "names a file outside the backup"));
        }
        let bytes = read(&options.from.join(name))?;
        if digest(&bytes) != *expected {
            return Err(damaged(&options.from.join(name), "is not what was saved"));
        }
        checked.push((options.to.join(name), bytes));
    }
    // Nothing is written before everything is known to be whole.
    make_new(&options.to)?;
    for (path, bytes) in checked {
        files::create_directory(path.parent().unwrap_or(&options.to))?;
        files::create_private(&path, &bytes)?;
    }
    let count = contents.files.len();
    context.output.print(&contents, || {
        format!(
            "{count} files of {} are in {}. Check the paths in desk.toml, then run `anteroom doctor`.",
            clock::parse_rfc3339(&contents.made).map_or_else(|| contents.made.clone(), clock::local),
            options.to.display()
        )
    })
}

fn damaged(path: &Path, what: &str) -> Failure {
    Failure::new(Exit::Failed, format!("{} {what}", path.display()), "take another copy; nothing was written")
}

fn make_new(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        let what = format!("{} exists already", path.display());
        return Err(Failure::new(Exit::Failed, what, "choose another name; nothing is ever written over"));
    }
    Ok(files::create_directory(path)?)
}

fn add(contents: &mut Contents, base: &Path, path: &Path, to: &Path, folder: &str) -> Result<(), Failure> {
    let relative = path.strip_prefix(base).unwrap_or(path);
    let bytes = read(path)?;
    let target = to.join(folder).join(relative);
    files::create_directory(target.parent().unwrap_or(to))?;
    files::create_private(&target, &bytes)?;
    let name = format!("{folder}/{}", relative.to_string_lossy().replace('\\', "/"));
    contents.files.insert(name, digest(&bytes));
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{}: {error}", path.display()), "check that it can be read")
    };
    if fs::metadata(path).map_err(failed)?.len() > LARGEST {
        return Err(damaged(path, "is too large to be one of ours"));
    }
    fs::read(path).map_err(failed)
}

fn all_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{}: {error}", folder.display()), "check the path")
    };
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// A copy that is whole although a desk may be writing.
fn copy_journal(journal: &Path, to: &Path) -> Result<(), Failure> {
    files::create_directory(to)?;
    let target = to.join("journal.db");
    let copied = rusqlite::Connection::open(journal)
        .and_then(|database| database.execute("VACUUM INTO ?1", [target.to_string_lossy()]));
    copied.map(|_| ()).map_err(|error| {
        Failure::new(Exit::Failed, format!("{}: {error}", journal.display()), "check the disk, and try again")
    })
}

fn digest(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;
    use crate::passphrase::Passphrases;

    #[test]
    fn what_comes_back_is_what_was_saved_or_nothing_does() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir_all(path("keys/old")).unwrap();
        fs::write(path("keys/root.key"), "locked").unwrap();
        fs::write(path("keys/old/a.credential"), "locked too").unwrap();
        let context = Context { output: Output::Json, passphrases: Passphrases::EnvironmentOrPrompt };
        let save = Backup { dir: path("keys"), settings: None, to: path("copy") };
        backup(&context, &save).unwrap();
        assert!(backup(&context, &save).is_err(), "a backup is never written over");
        let load = |to: &str| restore(&context, &Restore { from: path("copy"), to: path(to) });
        load("back").unwrap();
        assert_eq!(fs::read_to_string(path("back/keys/old/a.credential")).unwrap(), "locked too");
        fs::write(path("copy/keys/root.key"), "altered").unwrap();
        assert!(load("other").is_err() && !path("other").exists());
        let list = fs::read_to_string(path("copy/contents.json")).unwrap();
        fs::write(path("copy/contents.json"), list.replace("keys/root.key", "../root.key")).unwrap();
        assert!(load("third").unwrap_err().what.contains("outside"));
    }
}
