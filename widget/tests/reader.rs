//! The widget's short reader gives what serde's long one gives.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of `#[test]`")]

use lead::signals::Visit;
use lead::{Manifest, ManifestSource};
use serde_json::{Value, json};

fn demo() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/manifests/lakeside-ortho.toml");
    let source: ManifestSource = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut source = serde_json::to_value(source).unwrap();
    every_kind_of_field(&mut source);
    every_kind_of_criterion(&mut source);
    json!({
        "practice": "lakeside-ortho", "version": 7, "iat": 1_790_000_000, "exp": 1_800_000_000_u64,
        "inbox": { "keys": [{ "kty": "RSA", "n": "AQ", "e": "AQAB", "use": "enc", "alg": "RSA-OAEP-256", "kid": "x" }] },
        "source": source,
    })
}

fn every_kind_of_field(source: &mut Value) {
    let options = json!([{ "id": "a", "label": { "en": "A" } }]);
    let mut kinds: Vec<Value> = [
        "name",
        "email",
        "phone",
        "zip",
        "date_of_birth",
        "service",
        "voicemail",
        "referral",
        "consent",
        "follow_up",
    ]
    .iter()
    .map(|kind| json!(kind))
    .collect();
    for kind in ["times", "on_behalf_of", "appointment", "select", "choice", "choices"] {
        kinds.push(json!({ kind: { "options": options } }));
    }
    for kind in ["needs", "text", "long_text"] {
        kinds.push(json!({ kind: { "max_chars": 300 } }));
    }
    kinds.push(json!({ "insurance": { "carriers": ["Example Health"] } }));
    kinds.push(json!({ "insurance": {} }));
    kinds.push(json!({ "guides": { "options": [{ "id": "g", "label": { "en": "G" }, "path": "/g.pdf" }] } }));
    kinds.push(json!({ "contact": { "ways": ["phone", "text", "email"] } }));
    let fields: Vec<Value> = kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| {
            json!({ "id": format!("f{at}"), "kind": kind, "label": { "en": "?", "es": "¿?" }, "hint": { "en": "h" },
                    "error": { "en": "e" }, "required": at % 2 == 0, "show_if": { "field": "f0", "any_of": ["x"] }, "tiers": ["t"] })
        })
        .collect();
    let steps = source["form"]["steps"].as_array_mut().unwrap();
    steps.push(json!({ "id": "every", "title": { "en": "Every kind" }, "fields": fields }));
}

fn every_kind_of_criterion(source: &mut Value) {
    let whens = [
        json!({ "service_tier": ["surgical", "general"] }),
        json!({ "service": ["knee-replacement"] }),
        json!({ "intent": ["book", "find-provider", "other"] }),
        json!({ "urgency": ["urgent", "emergency"] }),
        json!({ "insurance": ["given", "self-pay"] }),
        json!({ "referral": ["physician", "direct"] }),
        json!({ "pages": { "kind": "pricing" } }),
        json!({ "pages": { "kind": "download", "times": 3, "within_days": 7 } }),
        json!("form_completed"),
        json!("appointment_requested"),
        json!({ "contact": ["text"] }),
        json!({ "zip": ["606"] }),
        json!({ "visitor": "returning" }),
    ];
    let criteria = source["scoring"]["criteria"].as_array_mut().unwrap();
    for (at, when) in whens.into_iter().enumerate() {
        criteria.push(json!({
            "id": format!("c{at}"), "points": -3, "when": when, "count": { "each": { "most": 4 } }, "half_life_days": 9,
            "dates": { "from": "2026-01-01", "to": "2026-12-31" }, "group": "g", "label": { "en": "L" },
            "requires": ["a"], "unless": ["b"],
        }));
    }
    source["scoring"]["groups"] = json!([{ "id": "g", "cap": 10, "label": { "en": "G" } }]);
    source["scoring"]["range"] = json!({ "min": -5, "max": 120 });
    let tiers = source["scoring"]["tiers"].as_array_mut().unwrap();
    tiers.push(json!({ "id": "t", "at_least": -9, "action": "nothing" }));
    tiers.push(json!({ "id": "u", "at_least": -99, "action": { "sequence": "guide" } }));
}

fn both(claims: &Value) -> (Option<Manifest>, Option<Manifest>) {
    let bytes = serde_json::to_vec(claims).unwrap();
    (serde_json::from_slice(&bytes).ok(), widget::reader::manifest(&bytes))
}

#[test]
fn every_kind_of_member_is_read_alike() {
    let (long, short) = both(&demo());
    assert!(long.is_some(), "the test's manifest is one");
    assert_eq!(short, long);
}

#[test]
fn without_its_optional_members_it_is_read_alike() {
    let mut claims = demo();
    let source = claims["source"].as_object_mut().unwrap();
    for member in ["emergency_note", "pages", "notices", "phrases", "follow_up"] {
        source.remove(member);
    }
    source["scoring"].as_object_mut().unwrap().retain(|name, _| name != "groups" && name != "range");
    for criterion in source["scoring"]["criteria"].as_array_mut().unwrap() {
        criterion
            .as_object_mut()
            .unwrap()
            .retain(|name, _| ["id", "points", "when"].contains(&name.as_str()));
    }
    for step in source["form"]["steps"].as_array_mut().unwrap() {
        for field in step["fields"].as_array_mut().unwrap() {
            field.as_object_mut().unwrap().retain(|name, _| ["id", "kind", "label"].contains(&name.as_str()));
        }
    }
    let (long, short) = both(&claims);
    assert!(long.is_some());
    assert_eq!(short, long);
}

/// Takes each member away and puts a wrong value in each place, one after another: what the long reader
/// takes, the short one takes as the same; and it never makes up a key, a version or a date.
#[test]
fn a_damaged_manifest_is_never_read_as_another() {
    let whole = demo();
    let mut places = Vec::new();
    list(&whole, &mut Vec::new(), &mut places);
    assert!(places.len() > 300);
    // Every second one: the long way through all of them takes a minute in a test build.
    for place in places.into_iter().step_by(2) {
        for wrong in
            [None, Some(json!(null)), Some(json!(-1)), Some(json!("?")), Some(json!([])), Some(json!({}))]
        {
            let mut claims = whole.clone();
            change(&mut claims, &place, wrong.clone());
            let (long, short) = both(&claims);
            if long.is_some() {
                assert_eq!(short, long, "{place:?} {wrong:?}");
            }
            let head = ["practice", "version", "iat", "exp", "inbox"];
            if long.is_none() && place.first().is_some_and(|first| head.contains(&first.as_str())) {
                assert_eq!(short, None, "{place:?} {wrong:?}");
            }
        }
    }
}

#[test]
fn a_later_practice_may_say_more() {
    let mut claims = demo();
    claims["source"]["later"] = json!({ "than": "this widget" });
    let (long, short) = both(&claims);
    assert!(long.is_none());
    assert!(short.is_some());
}

#[test]
fn visits_are_read_alike() {
    let json = r#"[{"path":"/","ms":1},{"path":"/pricing","ms":2,"dwell_ms":9,"referrer":"search",
        "campaign":{"source":"s","medium":"m","name":"n"}},{"path":"/x","ms":3,"campaign":{}}]"#;
    let long: Vec<Visit> = serde_json::from_str(json).unwrap();
    assert_eq!(widget::reader::visits(json), long);
    assert_eq!(widget::reader::visits("not json"), Vec::new());
}

fn list(json: &Value, path: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    let mut enter = |name: String, inner: &Value, places: &mut Vec<Vec<String>>| {
        path.push(name);
        places.push(path.clone());
        list(inner, path, places);
        path.pop();
    };
    match json {
        Value::Object(members) => members.iter().for_each(|(name, inner)| enter(name.clone(), inner, places)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inner)| enter(at.to_string(), inner, places))
        }
        _ => {}
    }
}

fn change(json: &mut Value, place: &[String], to: Option<Value>) {
    let (last, way) = place.split_last().unwrap();
    let holder = way.iter().fold(json, |at, name| match at {
        Value::Array(items) => &mut items[name.parse::<usize>().unwrap()],
        other => &mut other[name.as_str()],
    });
    match (holder, to) {
        (Value::Object(members), None) => drop(members.remove(last)),
        (Value::Object(members), Some(to)) => drop(members.insert(last.clone(), to)),
        (Value::Array(items), None) => drop(items.remove(last.parse::<usize>().unwrap())),
        (Value::Array(items), Some(to)) => items[last.parse::<usize>().unwrap()] = to,
        _ => unreachable!("a place is in an object or an array"),
    }
}
