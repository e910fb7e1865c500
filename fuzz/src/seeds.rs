//! Where fuzzing starts: one well-formed input or more for every target. Whoever mutates finds more from
//! there than from nothing.

use serde_json::{Value, json};
use std::sync::LazyLock;

static FROZEN: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../seal/tests/vectors/2026-11.json")).expect("frozen vectors")
});

pub(crate) const INBOX_JWK: &str = "/keys/inbox";
pub(crate) const STAFF_JWK: &str = "/keys/staff";
pub(crate) const ROOT_JWK: &str = "/keys/root";
pub(crate) const ENTRY: &str = "/entry/jwe";
pub(crate) const MANIFEST_JWS: &str = "/manifest/jws";
pub(crate) const KEYRING: &str = "/keyring/jwe";
pub(crate) const CREDENTIAL: &str = "/credential/jwe";

/// A text out of seal's frozen vectors.
pub(crate) fn frozen(pointer: &str) -> String {
    FROZEN.pointer(pointer).and_then(Value::as_str).expect("a text of the frozen vectors").to_owned()
}

/// Well-formed inputs for `target`.
#[must_use]
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let texts = match target {
        "entry" => vec![frozen(ENTRY)],
        "entry_header" => vec![header_of(ENTRY)],
        "signed" => vec![frozen(MANIFEST_JWS), frozen("/event/jws")],
        "signed_header" => vec![header_of(MANIFEST_JWS), header_of("/event/jws")],
        "keyring" => vec![frozen(KEYRING)],
        "credential" => vec![frozen(CREDENTIAL)],
        "private_key" => vec![frozen(INBOX_JWK), frozen(ROOT_JWK)],
        "public_key" => vec![public(INBOX_JWK).to_string(), public(ROOT_JWK).to_string()],
        "ids" => ids(),
        "page" => vec![page()],
        "publication" => publications(),
        "inquiry" => vec![inquiry().to_string()],
        "event" => vec![event().to_string()],
        "manifest" => vec![manifest().to_string()],
        "manifest_source" => vec![MANIFEST_SOURCE.to_owned()],
        "visits" => vec![r#"[{"path":"/services/knee","ms":1699999000000},{"path":"/","ms":1}]"#.to_owned()],
        "free_text" => free_texts(),
        _ => Vec::new(),
    };
    texts.into_iter().map(String::into_bytes).collect()
}

fn header_of(pointer: &str) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let text = frozen(pointer);
    let header = text.split('.').next().and_then(|part| Base64UrlUnpadded::decode_vec(part).ok());
    String::from_utf8(header.expect("a header")).expect("JSON")
}

fn public(pointer: &str) -> Value {
    let private: Value = serde_json::from_str(&frozen(pointer)).expect("a frozen key");
    let names = ["kty", "n", "e", "use", "alg", "kid"];
    names.into_iter().map(|name| (name.to_owned(), private[name].clone())).collect()
}

fn ids() -> Vec<String> {
    let entry = FROZEN["entry"]["entry"].as_str().unwrap_or_default();
    let kid = public(INBOX_JWK)["kid"].clone();
    [entry, kid.as_str().unwrap_or_default(), "lakeside-ortho", "maria-lopez"].map(str::to_owned).into()
}

fn page() -> String {
    use wire::log::EntryMeta;
    let practice = "lakeside-ortho".parse().expect("a name");
    let mut head = wire::Head::empty(&practice);
    let entries: Vec<wire::Entry> = [Some("first"), Some("second"), None]
        .into_iter()
        .enumerate()
        .map(|(index, body)| {
            let meta = EntryMeta {
                seq: head.seq + 1,
                id: wire::EntryId::from_bytes([index as u8; 16]),
                kind: wire::EntryKind::Inquiry,
                thread: wire::ThreadId::from_bytes([7; 16]),
                sha256: wire::ChainHash::of_body(body.unwrap_or_default()),
                time: 1_700_000_000_000,
            };
            let hash = head.hash.next(&meta);
            head = wire::Head { seq: meta.seq, hash };
            wire::Entry { meta, hash, body: body.map(str::to_owned) }
        })
        .collect();
    serde_json::to_string(&wire::api::Page { entries, head }).expect("a page")
}

fn publications() -> Vec<String> {
    let roster = json!({
        "practice": "lakeside-ortho", "version": 1, "iat": 1, "keyring": "A".repeat(43),
        "staff": [{"id": "maria-lopez", "role": "owner", "signing": public(ROOT_JWK), "encryption": public(STAFF_JWK), "not_before": 1}],
    });
    let signed = json!({"roster": frozen("/event/jws"), "keyring": frozen(KEYRING)});
    let registration = json!({"manifest": frozen(MANIFEST_JWS), "staff": signed});
    let assertion = json!({"iss": "maria-lopez", "sub": "maria-lopez", "aud": "http://127.0.0.1/", "iat": 1, "exp": 2, "jti": "x"});
    [roster, signed, registration, assertion, manifest()].map(|value| value.to_string()).into()
}

const MANIFEST_SOURCE: &str = include_str!("../../examples/manifests/lakeside-ortho.toml");

fn manifest() -> Value {
    let source: lead::ManifestSource = toml::from_str(MANIFEST_SOURCE).expect("the example manifest");
    json!({
        "practice": "lakeside-ortho", "version": 3, "iat": 1_699_999_000, "exp": 1_800_000_000,
        "inbox": {"keys": [public(INBOX_JWK)]}, "source": source,
    })
}

fn inquiry() -> Value {
    use lead::inquiry::{Answers, Contact};
    use lead::scoring::{Action, ModelRef, Score};
    let contact = Contact { name: "Ana Example".into(), ..Contact::default() };
    let inquiry = lead::Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 3,
        submitted_ms: 1_700_000_000_000,
        answers: Answers { contact, ..Answers::default() },
        signals: lead::signals::Signals::default(),
        preliminary: Score {
            points: 0,
            tier: "nurture".into(),
            action: Action::Nothing,
            lines: Vec::new(),
            model: ModelRef { name: "none".into(), version: 1, hash: wire::ChainHash::of_body("") },
        },
    };
    serde_json::to_value(&inquiry).expect("an inquiry")
}

fn event() -> Value {
    let claims = lead::thread::EventClaims {
        v: 1,
        practice: "lakeside-ortho".parse().expect("a name"),
        thread: wire::ThreadId::from_bytes([7; 16]),
        entry: wire::EntryId::from_bytes([8; 16]),
        author: "maria-lopez".parse().expect("a name"),
        time: 1_700_000_000_000,
        event: lead::thread::Event::NoteAdded { text: "Called, no answer.".into() },
    };
    serde_json::to_value(&claims).expect("an event")
}

fn free_texts() -> Vec<String> {
    [
        "I have had chest pain since this morning and my left arm feels numb.",
        "My father had a stroke. I don't have a fever. Can I book a consultation for knee pain this week?",
        "No tengo dolor de pecho, pero me duele la rodilla desde ayer. ¿Aceptan mi seguro?",
        "how much is a crown?? 🙂 call me at 555-0142",
    ]
    .map(str::to_owned)
    .into()
}
