//! `anteroom setup`: a practice comes into being in a browser, step by step.
//!
//! The page is a guide. Keys are made, kept and used by this program, by the very functions behind `init`, `recovery` and
//! `staff`; the page asks, and is served to this machine alone.

mod door;
mod office;
mod steps;
mod words;

use super::Context;
use super::snippet::read_version;
use crate::cli::Setup;
use crate::failure::{Exit, Failure};
use serde_json::json;
use steps::Steps;
use tokio::net::TcpListener;

/// Serves the page until the owner is done.
pub(super) async fn setup(context: &Context, options: Setup) -> Result<(), Failure> {
    let version = read_version(&options.version_file)?;
    let steps = Steps::open(context.output, options.dir, version, options.relay)?;
    let failed = |error: std::io::Error| Failure::new(Exit::Failed, error, "run the command again");
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (door, token) = door::Door::new(address, steps)?;
    // A fragment is not sent to anyone, and stands in no log.
    let link = format!("http://{address}/#{token}");
    context.output.print(&json!({ "link": link }), || {
        format!(
            "Open this link in a browser on this machine. It works once.\n\n  {link}\n\n\
             What you do there is done here; nothing goes live before you say so. Ctrl+C ends it, and the same command \
             goes on where you were."
        )
    })?;
    door.serve(listener).await.map_err(failed)
}
