//! Where passphrases come from: a file, the environment, or a person at the terminal.

use crate::failure::{Exit, Failure};
use crate::files;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The environment's passphrase.
const VARIABLE: &str = "ANTEROOM_PASSPHRASE";

/// The files that a passphrase protects can be attacked offline at leisure.
const SHORTEST: usize = 12;

/// Where this run takes passphrases from.
#[derive(Clone)]
pub(crate) enum Passphrases {
    /// The first line of a file; one passphrase for everything that this run opens or makes.
    File(PathBuf),
    /// The environment, else the terminal.
    EnvironmentOrPrompt,
    /// Known already: this run has just set it.
    Known(Zeroizing<String>),
    /// Known already, each for the file of its name.
    Each(Vec<(PathBuf, Zeroizing<String>)>),
}

impl Passphrases {
    /// The passphrase that opens `what`, a file that exists.
    pub(crate) fn existing(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        match self.given(what)? {
            Some(passphrase) => Ok(passphrase),
            None => prompt(&format!("Passphrase of {what}: ")),
        }
    }

    /// A passphrase for `what`, a file to be made. A person types it twice.
    pub(crate) fn fresh(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        let passphrase = match self.given(what)? {
            Some(passphrase) => passphrase,
            None => {
                let first = prompt(&format!("New passphrase for {what}: "))?;
                if *first != *prompt("The same again: ")? {
                    return Err(Failure::new(
                        Exit::Locked,
                        "the two passphrases differ",
                        "run the command again and type the same passphrase twice",
                    ));
                }
                first
            }
        };
        if passphrase.chars().count() < SHORTEST {
            return Err(Failure::new(
                Exit::Locked,
                format!("the passphrase for {what} is shorter than {SHORTEST} characters"),
                "take five or six unrelated words; whoever copies the file can try passphrases at leisure",
            ));
        }
        Ok(passphrase)
    }

    fn given(&self, what: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        match self {
            Self::File(path) => {
                let text = Zeroizing::new(files::read(path)?);
                let line = text.lines().next().unwrap_or_default();
                if line.is_empty() {
                    return Err(Failure::new(
                        Exit::Locked,
                        format!("{} is empty", path.display()),
                        "put the passphrase on its first line",
                    ));
                }
                Ok(Some(Zeroizing::new(line.to_owned())))
            }
            Self::Known(passphrase) => Ok(Some(passphrase.clone())),
            Self::Each(all) => {
                let known = all.iter().find(|(path, _)| path.display().to_string() == what);
                let missing =
                    || Failure::new(Exit::Locked, format!("no passphrase for {what}"), "report this");
                known.map(|(_, passphrase)| Some(passphrase.clone())).ok_or_else(missing)
            }
            Self::EnvironmentOrPrompt => {
                Ok(std::env::var(VARIABLE).ok().filter(|value| !value.is_empty()).map(Zeroizing::new))
            }
        }
    }
}

fn prompt(text: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(text).map(Zeroizing::new).map_err(|error| {
        Failure::new(
            Exit::Locked,
            format!("no passphrase can be asked for: {error}"),
            format!("give --passphrase-file FILE or set {VARIABLE}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_line_of_the_file_counts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passphrase");
        std::fs::write(&path, "five or six words\nand a note\n").unwrap();
        let source = Passphrases::File(path);
        assert_eq!(*source.existing("a key").unwrap(), "five or six words");
        assert_eq!(*source.fresh("a key").unwrap(), "five or six words");
    }

    #[test]
    fn a_short_one_opens_but_makes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passphrase");
        std::fs::write(&path, "short\n").unwrap();
        let source = Passphrases::File(path);
        assert!(source.existing("a key").is_ok());
        assert_eq!(source.fresh("a key").unwrap_err().exit, Exit::Locked);
    }
}
