//! The published JSON Schema of manifests, by a validator that others wrote: it takes what the code reads, and refuses
//! what the code refuses to read. (What a schema cannot say is for `anteroom manifest check`.)

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use jsonschema::Validator;
use lead::ManifestSource;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/manifest.schema.json")).unwrap()
}

/// With the scoring model's schema bundled in, where `$ref` finds it by its `$id`.
fn validator() -> Validator {
    let mut schema = schema();
    schema["$defs"]["scoring"] =
        serde_json::from_str(include_str!("../schema/scoring-model.schema.json")).unwrap();
    jsonschema::draft202012::options().build(&schema).unwrap()
}

/// The example with every member filled in and every kind of field.
fn whole() -> Value {
    let example = include_str!("../../examples/manifests/lakeside-ortho.toml");
    let mut whole: Value = toml::from_str(example).unwrap();
    let kinds = schema()["$defs"]["kind"]["examples"].as_array().unwrap().clone();
    let fields: Vec<Value> = kinds
        .into_iter()
        .enumerate()
        .map(|(at, kind)| {
            json!({ "id": format!("f{at}"), "kind": kind, "label": { "en": "?" }, "hint": { "en": "h" }, "error": { "en": "e" },
                    "required": false, "show_if": { "field": "name", "any_of": ["x"] }, "tiers": ["nurture"] })
        })
        .collect();
    let steps = whole["form"]["steps"].as_array_mut().unwrap();
    steps.push(json!({ "id": "every", "title": { "en": "Every kind" }, "fields": fields }));
    whole
}

fn reads(document: &Value) -> bool {
    serde_json::from_value::<ManifestSource>(document.clone()).is_ok()
}

#[test]
fn schema_and_example_fit() {
    assert!(jsonschema::meta::is_valid(&schema()));
    let (validator, whole) = (validator(), whole());
    let first =
        validator.iter_errors(&whole).next().map(|error| format!("{error} at {}", error.instance_path()));
    assert_eq!(first, None);
    assert!(reads(&whole));
}

/// Every place of the manifest in turn: taken away, and with a value of another kind or an unknown member in it. (Inside
/// the scoring model, `schema.rs` does that.)
#[test]
fn what_the_code_refuses_to_read_the_schema_refuses_and_the_other_way_round() {
    let (validator, whole) = (validator(), whole());
    let mut places = Vec::new();
    list(&whole, String::new(), &mut places);
    let places: Vec<String> = places.into_iter().filter(|place| !place.starts_with("/scoring/")).collect();
    assert!(places.len() > 300, "{}", places.len());
    let mut refused = 0;
    for place in places {
        for change in
            [None, Some(json!("?")), Some(json!(-1)), Some(json!([true])), Some(json!({ "surprise": 1 }))]
        {
            let mut document = whole.clone();
            put(&mut document, &place, change.clone());
            let (by_schema, by_code) = (validator.is_valid(&document), reads(&document));
            assert_eq!(by_schema, by_code, "{place}: {change:?}");
            refused += usize::from(!by_code);
        }
    }
    assert!(refused > 800, "{refused}");
}

fn list(json: &Value, path: String, places: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match json {
        Value::Object(members) => members.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, inner)| (at.to_string(), inner)).collect(),
        _ => return,
    };
    for (name, inner) in inner {
        let path = format!("{path}/{name}");
        places.push(path.clone());
        list(inner, path, places);
    }
}

fn put(json: &mut Value, place: &str, value: Option<Value>) {
    let (way, last) = place.rsplit_once('/').unwrap();
    match (json.pointer_mut(way).unwrap(), value) {
        (Value::Object(members), None) => drop(members.remove(last)),
        (Value::Object(members), Some(value)) => drop(members.insert(last.to_owned(), value)),
        (Value::Array(items), None) => drop(items.remove(last.parse::<usize>().unwrap())),
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        _ => unreachable!("a place is in an object or an array"),
    }
}
