//! `anteroom demo seed`: synthetic inquiries through the public endpoint, as the widget sends them.
//!
//! Ids are derived from practice and place in the file, so a second run finds every one of them on the
//! relay and adds nothing. Nothing else in this program derives an id.

use super::Context;
use crate::cli::DemoSeed;
use crate::clock;
use crate::document;
use crate::failure::{Exit, Failure};
use crate::relay::{Relay, Submitted};
use crate::session::Session;
use inbox::{Anchor, Memory};
use lead::assess::assess_parts;
use lead::inquiry::Answers;
use lead::signals::{Campaign, Referrer, Signals, Visit};
use lead::{Inquiry, Manifest};
use seal::PublicKey;
use seal::entry::{Binding, seal};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use wire::{EntryId, EntryKind, PracticeId, ThreadId};

/// Visibly made up people; `examples/demo` shows the format.
const SAMPLES: &str = include_str!("../../../examples/demo/inquiries.json");

/// One inquiry of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    lang: String,
    answers: Answers,
    visits: Vec<SampleVisit>,
}

/// A visit, by how long it was before sending.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleVisit {
    path: String,
    minutes_before: u64,
    #[serde(default)]
    referrer: Referrer,
    #[serde(default)]
    campaign: Option<Campaign>,
}

/// Sends them.
pub(super) async fn seed(context: &Context, options: DemoSeed) -> Result<(), Failure> {
    let samples: Vec<Sample> = match &options.file {
        Some(path) => document::read(path)?,
        None => serde_json::from_str(SAMPLES)
            .map_err(|error| Failure::new(Exit::Document, error, "give another --file"))?,
    };
    let Target { relay, anchor, stored } = target(context, &options).await?;
    let text = relay.manifest(&anchor.practice).await?;
    let manifest =
        anchor.check_manifest(&text, clock::now_s(), &Memory::default()).map_err(crate::session::distrust)?;
    let to = manifest.inbox.keys.first().map(PublicKey::from_jwk);
    let Some(Ok(to)) = to else {
        return Err(Failure::new(Exit::Trust, "the manifest has no usable inbox key", "publish it again"));
    };
    let (mut sent, mut there) = (0, 0);
    for (at, sample) in samples.iter().cycle().take(options.count.min(100_000)).enumerate() {
        let entry = EntryId::from_bytes(derive(&anchor.practice, at, "entry"));
        if stored.contains(&entry) {
            there += 1;
            continue;
        }
        let round = at / samples.len();
        let inquiry = inquiry(sample, round, &manifest, clock::now_ms());
        let binding = Binding {
            typ: EntryKind::Inquiry,
            practice: anchor.practice.clone(),
            thread: ThreadId::from_bytes(derive(&anchor.practice, at, "thread")),
            entry,
            manifest: manifest.version,
        };
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Exit::Document, format!("sample {at}: {error}"), "correct the file")
        };
        let json = inquiry.to_json().map_err(|error| failed(&error))?;
        let sealed = seal(&binding, json.as_bytes(), &to).map_err(|error| failed(&error))?;
        match relay.submit(&anchor.practice, sealed).await? {
            Submitted::Accepted => sent += 1,
            Submitted::AlreadyThere => there += 1,
        }
        if (at + 1) % options.count.div_ceil(20).max(10) == 0 {
            context.output.progress(&format!("  {} of {}", at + 1, options.count));
        }
    }
    context.output.print(&json!({ "sent": sent, "already_there": there }), || {
        format!("{sent} synthetic inquiries sent, {there} were there already.")
    })
}

/// Where to send, and what is there already.
struct Target {
    relay: Relay,
    anchor: Anchor,
    stored: HashSet<EntryId>,
}

async fn target(context: &Context, options: &DemoSeed) -> Result<Target, Failure> {
    if let Some(path) = &options.credential {
        let session = Session::open(context, path)?;
        let stored = stored(&session).await?;
        return Ok(Target { relay: session.relay, anchor: session.credential.anchor, stored });
    }
    match (&options.relay, &options.practice, options.pin) {
        (Some(relay), Some(practice), Some(pin)) => {
            let anchor = Anchor { practice: practice.clone(), pin };
            Ok(Target { relay: Relay::new(relay)?, anchor, stored: HashSet::new() })
        }
        _ => Err(Failure::new(
            Exit::Usage,
            "no practice is named",
            "give --credential FILE, or --relay URL --practice NAME --pin PIN",
        )),
    }
}

/// Ids in the log, so that a second start does not spend what the relay allows one address to send.
/// Nothing is believed of it: at worst an inquiry is sent twice, and refused.
async fn stored(session: &Session) -> Result<HashSet<EntryId>, Failure> {
    let signed_in = session.sign_in().await?;
    let (mut ids, mut after) = (HashSet::new(), 0);
    loop {
        let page = signed_in.page(after).await?;
        let Some(last) = page.entries.iter().map(|entry| entry.meta.seq).max().filter(|&seq| seq > after)
        else {
            return Ok(ids);
        };
        ids.extend(page.entries.iter().map(|entry| entry.meta.id));
        after = last;
    }
}

fn inquiry(sample: &Sample, round: usize, manifest: &Manifest, now: u64) -> Inquiry {
    let mut answers = sample.answers.clone();
    if round > 0 {
        answers.contact.name = format!("{} {}", answers.contact.name, round + 1);
    }
    let mut visits: Vec<Visit> = sample
        .visits
        .iter()
        .map(|visit| Visit {
            path: visit.path.clone(),
            ms: now.saturating_sub(visit.minutes_before * 60_000),
            dwell_ms: 0,
            referrer: visit.referrer,
            campaign: visit.campaign.clone(),
        })
        .collect();
    visits.sort_by_key(|visit| visit.ms);
    let signals = Signals { visits };
    let source = &manifest.source;
    let preliminary = assess_parts(source, &source.scoring, &answers, &signals, now).score;
    Inquiry {
        v: 1,
        lang: sample.lang.clone(),
        manifest: manifest.version,
        submitted_ms: now,
        answers,
        signals,
        preliminary,
    }
}

fn derive(practice: &PracticeId, at: usize, what: &str) -> [u8; 16] {
    let digest = Sha256::digest(format!("anteroom-demo-v1\0{practice}\0{at}\0{what}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_read_and_are_visibly_synthetic() {
        let samples: Vec<Sample> = serde_json::from_str(SAMPLES).unwrap();
        assert!(samples.len() >= 40);
        assert!(samples.iter().any(|sample| sample.lang == "es"));
        for Sample { answers, .. } in &samples {
            let contact = &answers.contact;
            assert!(contact.phone.as_ref().is_none_or(|phone| phone.contains("555-01")));
            assert!(contact.email.as_ref().is_none_or(|email| email.ends_with("@example.com")));
        }
    }

    /// Frozen: a second start of the demo must find what the first one sent.
    #[test]
    fn ids_are_derived() {
        let practice: PracticeId = "lakeside-ortho".parse().unwrap();
        let entry = EntryId::from_bytes(derive(&practice, 0, "entry"));
        assert_eq!(entry.to_string(), "aCMEWHcKW3CI3vnGqay3yQ");
    }
}
