//! What is wrong with a document, and where in it.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where: `criteria[2].points`.
    pub path: String,
    /// What, in a sentence that says what would be right.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Fault {}

/// Reads a document from any format that serde knows (`toml::Deserializer`, `serde_json::Deserializer`); a member
/// that is unknown, missing or of the wrong kind is named by its path.
///
/// # Errors
/// The first thing that does not fit.
pub fn read<'de, T, D>(document: D) -> Result<T, Fault>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
    D::Error: fmt::Display,
{
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        // The inner error of a TOML document is a drawing of several lines; its message is the last of them.
        let message = error.into_inner().to_string();
        Fault::new(path, message.trim().lines().last().unwrap_or_default())
    })
}
