//! `anteroom log verify`: the whole log, against what this credential has seen before.

use super::Context;
use crate::cli::OfCredential;
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::reading::Reading;
use crate::session::Session;
use serde_json::json;

/// Reads, checks, and says what was found.
pub(super) async fn verify(context: &Context, of: &OfCredential) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let before = session.state.memory().head;
    let reading = Reading::make(&mut session).await?;
    let head = reading.head();
    let refused = reading.refused();
    let unexplained = reading.unexplained_erasures();
    let erased: usize = reading.leads().iter().map(|lead| lead.erased).sum();
    let json = json!({
        "practice": session.credential.anchor.practice,
        "chain": "intact",
        "head": head,
        "seen_before": before,
        "threads": reading.leads().len(),
        "erased": erased,
        "unexplained": unexplained.iter().map(|tombstone| tombstone.seq).collect::<Vec<_>>(),
        "refused": reading.refused_json(),
    });
    context.output.print(&json, || {
        let mut lines = vec![format!("The log of {} is intact.", session.credential.anchor.practice)];
        lines.push(format!(
            "  {} entries in {} threads, head {}",
            head.seq,
            reading.leads().len(),
            head.hash
        ));
        lines.push(match before {
            Some(before) => format!("  follows from entry {}, which this credential had seen", before.seq),
            None => "  nothing to compare with: this credential had not read the log before".to_owned(),
        });
        if erased > 0 {
            lines.push(format!(
                "  {erased} entries are erased: the relay keeps their hashes, and nothing else"
            ));
        }
        for refused in refused.iter().chain(&unexplained) {
            let when = clock::local(refused.time);
            lines.push(format!("  entry {} of {when} is refused: {}", refused.seq, refused.refusal));
        }
        lines.join("\n")
    })?;
    reading.blame()?;
    if let Some(first) = unexplained.first() {
        return Err(Failure::new(
            Exit::Log,
            format!(
                "{} entries are erased on the relay's word alone, entry {} first",
                unexplained.len(),
                first.seq
            ),
            "ask the practice's owner whether they erased it before this release, and the relay's operator otherwise",
        ));
    }
    if refused.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Refused,
        format!("{} of {} entries are refused", refused.len(), head.seq),
        "anyone on the internet can send an inquiry that does not open, and it can be ignored; \
         a forged or unauthorised event cannot: ask the relay's operator",
    ))
}
