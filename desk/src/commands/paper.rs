//! `anteroom completions` and `anteroom man`.

use super::Context;
use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::files;
use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;
use std::path::Path;

/// Prints completions for a shell.
pub(super) fn completions(context: &Context, shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "anteroom", &mut script);
    let script = String::from_utf8_lossy(&script);
    let json = json!({ "shell": shell.to_string(), "script": script });
    context.output.print(&json, || script.trim_end().to_owned())
}

/// Writes a manual page for every command.
pub(super) fn man(context: &Context, directory: &Path) -> Result<(), Failure> {
    files::create_directory(directory)?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("{}: {error}", directory.display()),
            "check that you may write there",
        )
    })?;
    context.output.print(&json!({ "directory": directory }), || {
        format!("Manual pages written; read them with: man {}/anteroom.1", directory.display())
    })
}
