//! What a credential remembers from one run to the next: `<credential>.state.json`. Without it a
//! relay could show an older log, roster or manifest and nobody would know.

use crate::failure::{Exit, Failure};
use crate::files::{self, FileError};
use inbox::Memory;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use wire::{PracticeId, Thumbprint};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    v: u8,
    practice: PracticeId,
    pin: Thumbprint,
    memory: Memory,
}

/// A credential's state file.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    anchor: inbox::Anchor,
    memory: Memory,
}

impl StateFile {
    /// Reads what is remembered; nothing, before the first run.
    pub(crate) fn open(credential: &Path, anchor: &inbox::Anchor) -> Result<Self, Failure> {
        let mut name = credential.as_os_str().to_owned();
        name.push(".state.json");
        let path = PathBuf::from(name);
        let memory = read(&path, anchor)?.unwrap_or_default();
        Ok(Self { path, anchor: anchor.clone(), memory })
    }

    /// What is remembered.
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Remembers what was seen, and never less than before. Another run may have come further meanwhile.
    pub(crate) fn remember(&mut self, seen: Memory) -> Result<(), Failure> {
        let before = read(&self.path, &self.anchor)?;
        let after = self.memory.clone().merge(seen).merge(before.clone().unwrap_or_default());
        if before.as_ref() != Some(&after) {
            let content = Content {
                v: 1,
                practice: self.anchor.practice.clone(),
                pin: self.anchor.pin,
                memory: after.clone(),
            };
            let json = serde_json::to_vec_pretty(&content)
                .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
            files::replace_private(&self.path, &json)?;
        }
        self.memory = after;
        Ok(())
    }
}

fn read(path: &Path, anchor: &inbox::Anchor) -> Result<Option<Memory>, Failure> {
    let text = match files::read(path) {
        Ok(text) => text,
        Err(FileError::Absent(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let content: Option<Content> = serde_json::from_str(&text).ok();
    match content {
        Some(content)
            if content.v == 1 && content.practice == anchor.practice && content.pin == anchor.pin =>
        {
            Ok(Some(content.memory))
        }
        _ => Err(Failure::new(
            Exit::Failed,
            format!("{} is damaged, or belongs to another practice", path.display()),
            "restore it from a backup; if you delete it, this credential forgets what it has seen, \
             and the next run cannot tell an older log from a newer one",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::{ChainHash, Head};

    fn anchor() -> inbox::Anchor {
        inbox::Anchor {
            practice: "lakeside-ortho".parse().unwrap(),
            pin: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".parse().unwrap(),
        }
    }

    fn seen(seq: u64, roster: u64) -> Memory {
        let head = Head { seq, hash: ChainHash::of_body(&seq.to_string()) };
        Memory { head: Some(head), roster: Some(roster), manifest: None }
    }

    #[test]
    fn nothing_seen_is_ever_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let credential = directory.path().join("a.credential");
        let mut slow = StateFile::open(&credential, &anchor()).unwrap();
        let mut quick = StateFile::open(&credential, &anchor()).unwrap();
        quick.remember(seen(9, 2)).unwrap();
        slow.remember(seen(4, 3)).unwrap();
        let memory = StateFile::open(&credential, &anchor()).unwrap().memory;
        assert_eq!((memory.head, memory.roster), (seen(9, 3).head, Some(3)));
    }

    #[test]
    fn a_damaged_or_foreign_file_is_not_taken_for_an_empty_one() {
        let directory = tempfile::tempdir().unwrap();
        let credential = directory.path().join("a.credential");
        StateFile::open(&credential, &anchor()).unwrap().remember(seen(1, 1)).unwrap();
        let other = inbox::Anchor { practice: "another".parse().unwrap(), ..anchor() };
        assert!(StateFile::open(&credential, &other).is_err());
        std::fs::write(directory.path().join("a.credential.state.json"), "{").unwrap();
        assert!(StateFile::open(&credential, &anchor()).is_err());
    }
}
