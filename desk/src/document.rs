//! Documents that a practice writes, as TOML or JSON by the file's ending, with the place of a mistake.

use crate::check;
use crate::failure::{Exit, Failure};
use crate::files;
use lead::ManifestSource;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads a manifest and looks for mistakes that its form alone does not show.
pub(crate) fn read_manifest(path: &Path) -> Result<ManifestSource, Failure> {
    let source = read(path)?;
    let mistakes = check::mistakes(&source);
    if mistakes.is_empty() {
        return Ok(source);
    }
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect();
    let count = if lines.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", lines.len()) };
    Err(Failure::new(
        Exit::Document,
        format!("{} has {count}:{}", path.display(), lines.concat()),
        "correct it there; examples/manifests shows every member",
    ))
}

/// Reads a document; a mistake in it is named by its path in the document.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = files::read(path)?;
    let result = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        let mut json = serde_json::Deserializer::from_str(&text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| at(&error))
            .and_then(|value| json.end().map(|()| value).map_err(|error| error.to_string()))
    } else {
        toml::Deserializer::parse(&text)
            .map_err(|error| error.to_string())
            .and_then(|toml| serde_path_to_error::deserialize(toml).map_err(|error| at(&error)))
    };
    result.map_err(|what| {
        Failure::new(
            Exit::Document,
            format!("{}: {}", path.display(), what.trim_end()),
            "correct it there; examples/manifests shows every member",
        )
    })
}

fn at<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    let place = error.path().to_string();
    let what = error.inner().to_string();
    if place == "." { what } else { format!("at {place}: {what}") }
}
