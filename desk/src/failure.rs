//! How a command ends when it does not succeed: an exit code that scripts can tell apart, and two
//! sentences for people: what is wrong, and what to do.

use std::fmt;

/// Exit codes. Documented in `anteroom --help`; never renumber one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Anything that has no code of its own: a file, the system.
    Failed = 1,
    /// The command line is wrong. The number is clap's.
    Usage = 2,
    /// A credential or key file did not open.
    Locked = 3,
    /// The relay cannot be reached, or refused.
    Relay = 4,
    /// The relay's log was rewound, or an entry dropped, reordered, altered or re-threaded.
    Log = 5,
    /// A manifest, roster or keyring is not the practice's own, or is older than one seen before.
    Trust = 6,
    /// There is no such inquiry.
    Absent = 7,
    /// A document that the practice wrote has errors.
    Document = 8,
    /// The log is whole, and holds entries that were refused.
    Refused = 9,
    /// There is not enough history yet to learn from.
    TooLittle = 10,
}

impl Exit {
    /// The word used in `--json` errors.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Locked => "locked",
            Self::Relay => "relay",
            Self::Log => "log",
            Self::Trust => "trust",
            Self::Absent => "absent",
            Self::Document => "document",
            Self::Refused => "refused",
            Self::TooLittle => "too-little",
        }
    }
}

/// The end of `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  a file or the system failed
  2  the command line is wrong
  3  a credential or key file did not open
  4  the relay cannot be reached, or refused
  5  the relay's log was rewound, or an entry dropped, reordered, altered or re-threaded
  6  a manifest, roster or keyring is not the practice's own, or is older than one seen before
  7  there is no such inquiry
  8  a document that the practice wrote has errors
  9  the log is whole, and holds entries that were refused
 10  there is not enough history yet to learn from";

/// What a page that has words of its own tells apart, beyond the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// The office is not open: nobody gave the owner's passphrase yet.
    Closed,
    /// A passphrase is wrong, or the file was altered.
    Passphrase,
    /// The same of the root key.
    RootPassphrase,
    /// The root key is not here.
    NoRootKey,
    /// The root key is another practice's, or signs in by another owner.
    OtherRoot,
    /// The credential is not an owner's.
    NotOwner,
    /// Somebody has or had this name.
    Taken,
    /// Nobody of this name works here.
    Gone,
    /// An owner cannot do this to themselves.
    Own,
    /// The roster is published, and the manifest with the new inbox key is not.
    HalfDone,
    /// The manifest has expired.
    Expired,
    /// Something was signed later than it is by this machine's clock.
    Clock,
    /// The text is no manifest.
    NotManifest,
    /// The scoring model changed, and its number did not rise.
    Model,
    /// The recovery key is not here.
    NoRecovery,
    /// The same passphrase as [`Self::Passphrase`], of the recovery key.
    RecoveryPassphrase,
    /// The recovery key is another practice's.
    OtherRecovery,
    /// The keyring does not open.
    Keyring,
    /// The relay's log does not check.
    Log,
    /// The relay cannot be reached.
    Unreachable,
    /// The relay does not know this credential any more.
    NotLetIn,
    /// The relay does not know the practice.
    Unregistered,
    /// Somebody published meanwhile.
    Newer,
    /// The relay was asked too often.
    TooOften,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The process's exit code.
    pub(crate) exit: Exit,
    /// What it was, where a page has to know.
    pub(crate) reason: Option<Reason>,
    /// What is wrong, in one sentence without a full stop.
    pub(crate) what: String,
    /// What to do about it.
    pub(crate) todo: String,
}

impl Failure {
    /// Pairs what is wrong with what to do.
    pub(crate) fn new(exit: Exit, what: impl fmt::Display, todo: impl fmt::Display) -> Self {
        Self { exit, reason: None, what: what.to_string(), todo: todo.to_string() }
    }

    /// The same, told apart.
    pub(crate) fn because(self, reason: Reason) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// As it is shown: for people, or as one JSON object. Goes to standard error.
    pub(crate) fn render(&self, json: bool) -> String {
        if json {
            let error = serde_json::json!({
                "error": { "code": self.exit.as_str(), "exit": self.exit as u8, "what": self.what, "todo": self.todo }
            });
            return crate::terminal::clean_json(&error.to_string());
        }
        let what = crate::terminal::clean_block(&self.what);
        let todo = crate::terminal::clean_block(&self.todo);
        format!("error: {what}\n  try: {}", todo.replace('\n', "\n       "))
    }
}
