//! What a command prints on success: text for people, or one JSON value. And progress, which goes to
//! standard error and never into a pipe.

use crate::failure::{Exit, Failure};
use serde::Serialize;
use std::io::{self, Write};

/// How this run prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Output {
    /// Prints the result. The text has been cleaned where it holds what others wrote.
    pub(crate) fn print(self, json: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let line = match self {
            Self::Text => text(),
            Self::Json => {
                let json = serde_json::to_string_pretty(json)
                    .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
                crate::terminal::clean_json(&json)
            }
        };
        match writeln!(io::stdout().lock(), "{line}") {
            // `anteroom inbox list | head` is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(
                Exit::Failed,
                format!("cannot print: {error}"),
                "check where the output goes",
            )),
            _ => Ok(()),
        }
    }

    /// Says what is being done, before it is done.
    pub(crate) fn progress(self, line: &str) {
        if self == Self::Text {
            eprintln!("{line}");
        }
    }

    /// Something a person should know although the command goes on.
    pub(crate) fn warn(self, line: &str) {
        match self {
            Self::Text => eprintln!("warning: {}", crate::terminal::clean_line(line)),
            Self::Json => {
                let warning = serde_json::json!({ "warning": line });
                eprintln!("{}", crate::terminal::clean_json(&warning.to_string()));
            }
        }
    }
}
