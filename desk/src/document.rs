//! Documents that a practice writes, as TOML or JSON by the file's ending, with the place of a mistake.

use crate::failure::{Exit, Failure};
use crate::files;
use lead::ManifestSource;
use lead::manifest::check::mistakes;
use lead::scoring::Model;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::path::Path;

/// Reads a manifest and looks for mistakes that its form alone does not show.
pub(crate) fn read_manifest(path: &Path) -> Result<ManifestSource, Failure> {
    let source = read(path)?;
    refuse(path, &mistakes(&source), "examples/manifests shows every member").map(|()| source)
}

/// Reads a scoring model and looks for mistakes that its form alone does not show.
pub(crate) fn read_model(path: &Path) -> Result<Model, Failure> {
    let model: Model = read(path)?;
    refuse(path, &model.faults(), "examples/scoring shows every member").map(|()| model)
}

fn refuse(path: &Path, mistakes: &[impl Display], todo: &str) -> Result<(), Failure> {
    if mistakes.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect();
    let count = if lines.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", lines.len()) };
    Err(Failure::new(
        Exit::Document,
        format!("{} has {count}:{}", path.display(), lines.concat()),
        format!("correct it there; {todo}"),
    ))
}

/// Reads a document; a mistake in it is named by its path in the document.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    parse(path, &files::read(path)?)
}

/// The same of a text that was read already, from `path`.
pub(crate) fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    let result = if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| at(&error))
            .and_then(|value| json.end().map(|()| value).map_err(|error| error.to_string()))
    } else {
        toml::Deserializer::parse(text)
            .map_err(|error| error.to_string())
            .and_then(|toml| serde_path_to_error::deserialize(toml).map_err(|error| at(&error)))
    };
    result.map_err(|what| {
        Failure::new(
            Exit::Document,
            format!("{}: {}", path.display(), what.trim_end()),
            "correct it there; the examples show every member",
        )
    })
}

fn at<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> String {
    let place = error.path().to_string();
    let what = error.inner().to_string();
    if place == "." { what } else { format!("at {place}: {what}") }
}
