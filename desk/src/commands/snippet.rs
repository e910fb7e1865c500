//! `anteroom snippet`: the lines for the practice's website.
//!
//! The page is the root of trust: `integrity` fixes the loader, the pin fixes the practice's root key.
//! The content is the fallback: it stands there until the form does, and when anything fails.

use super::Context;
use crate::cli;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::relay::Relay;
use crate::session::Session;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// `dist/widget/current.json`.
#[derive(Deserialize)]
pub(super) struct Version {
    /// First 20 hex digits of the loader's SHA-256.
    pub(super) version: String,
    pub(super) loader_integrity: String,
}

#[derive(Serialize)]
struct Printed {
    html: String,
    relay: String,
    practice: String,
    pin: String,
    version: String,
    integrity: String,
}

/// Prints the snippet.
pub(super) async fn snippet(context: &Context, options: cli::Snippet) -> Result<(), Failure> {
    let Version { version, loader_integrity } = read_version(&options.version_file)?;
    let mut session = Session::open(context, &options.of.credential)?;
    if let Some(address) = &options.relay {
        session.relay = Relay::new(address)?;
    }
    let manifest = session.manifest().await?;
    let relay = session.relay.address().to_owned();
    let anchor = &session.credential.anchor;
    let (practice, pin) = (anchor.practice.to_string(), anchor.pin.to_string());
    let html = html(&relay, &version, &loader_integrity, &practice, &pin, &manifest.source.phone);
    let printed = Printed { html, relay, practice, pin, version, integrity: loader_integrity };
    context.output.print(&printed, || printed.html.clone())
}

pub(super) fn html(
    relay: &str,
    version: &str,
    integrity: &str,
    practice: &str,
    pin: &str,
    phone: &str,
) -> String {
    let dialled: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let [relay, version, integrity, practice, pin, phone, dialled] =
        [relay, version, integrity, practice, pin, phone, &dialled].map(escape);
    format!(
        r#"<div data-anteroom>
  <p>Call us: <a href="tel:{dialled}">{phone}</a></p>
  <script src="{relay}/e/{version}/loader.js" integrity="{integrity}"
          crossorigin="anonymous" data-practice="{practice}" data-pin="{pin}" async></script>
</div>"#
    )
}

/// Reads the release that a file names.
pub(super) fn read_version(path: &Path) -> Result<Version, Failure> {
    let wrong = || {
        Failure::new(
            Exit::Failed,
            format!("{} is not the current.json of a widget's release", path.display()),
            "give dist/widget/current.json, which `cargo xtask build` makes",
        )
    };
    let version: Version = serde_json::from_str(&files::read(path)?).map_err(|_| wrong())?;
    let is_hash = version.version.len() == 20 && version.version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_integrity = version.loader_integrity.strip_prefix("sha384-").is_some_and(|hash| hash.len() == 64);
    if is_hash && is_integrity { Ok(version) } else { Err(wrong()) }
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fallback_is_there_and_nothing_breaks_out() {
        let html = html(
            "https://relay.example",
            "0123456789abcdef0123",
            "sha384-x",
            "lakeside-ortho",
            "pin",
            "+1 555 0100\"><b>",
        );
        assert!(html.contains(r#"<a href="tel:+15550100">+1 555 0100&quot;&gt;&lt;b&gt;</a>"#), "{html}");
        assert!(html.contains(r#"src="https://relay.example/e/0123456789abcdef0123/loader.js""#));
        assert!(html.contains(r#"crossorigin="anonymous""#));
    }
}
