//! Parsers of `lead`: what patients write, and what practices and staff sign.

use lead::thread::EventClaims;
use lead::{Inquiry, Manifest, ManifestSource, intent, signals::Signals, triage};

const NOW_MS: u64 = 1_700_000_000_000;

/// What a stranger sealed to the practice.
pub fn inquiry(data: &[u8]) {
    let Ok(inquiry) = Inquiry::parse(data) else { return };
    let written = inquiry.to_json().expect("what was read can be written");
    assert!(Inquiry::parse(written.as_bytes()).as_ref() == Ok(&inquiry));
}

/// What a member of staff signed.
pub fn event(data: &[u8]) {
    let Ok(claims) = EventClaims::parse(data) else { return };
    assert!(EventClaims::parse(&claims.to_json()).as_ref() == Ok(&claims));
}

/// A manifest's claims. They are signed, but a practice can sign nonsense.
pub fn manifest(data: &[u8]) {
    let practice = "lakeside-ortho".parse().expect("a name");
    let Ok(manifest) = Manifest::accept(data, &practice, NOW_MS / 1000, None) else { return };
    assert_eq!(Manifest::accept(&manifest.to_claims(), &practice, NOW_MS / 1000, None), Ok(manifest));
}

/// The file that a practice writes.
pub fn manifest_source(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(source) = toml::from_str::<ManifestSource>(text) {
        let json = serde_json::to_vec(&source).expect("what was read can be written");
        assert_eq!(serde_json::from_slice::<ManifestSource>(&json).expect("the same in JSON"), source);
    }
}

/// The visits that the loader hands to the frame.
pub fn visits(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let signals = Signals::from_loader(text, NOW_MS);
    let written = serde_json::to_vec(&signals.visits).expect("what was read can be written");
    let again = Signals::from_loader(&String::from_utf8(written).expect("JSON"), NOW_MS);
    assert!(again == signals);
}

/// A patient's own words: triage and intent read them, and point into them.
pub fn free_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let triage = triage::triage(&text, &[]);
    let spans = triage.mentions.iter().map(|mention| mention.span).chain(intent::classify(&text).spans());
    for (start, end) in spans {
        assert!(start < end && text.get(start as usize..end as usize).is_some(), "{start}..{end}");
    }
}
