//! The published JSON Schema of scoring models, by a validator that others wrote: it takes what the code takes, and
//! refuses what the code refuses to read.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use jsonschema::Validator;
use lead::scoring::Model;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/scoring-model.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema()).unwrap()
}

fn seed() -> Value {
    serde_json::to_value(Model::seed()).unwrap()
}

/// Schema and code agree on `document`.
fn both(validator: &Validator, document: &Value) -> bool {
    let by_schema = validator.validate(document);
    let by_code =
        serde_json::from_value::<Model>(document.clone()).is_ok_and(|model| model.faults().is_empty());
    assert_eq!(
        by_schema.is_ok(),
        by_code,
        "{:?} for {document}",
        by_schema.err().map(|error| error.to_string())
    );
    by_code
}

#[test]
fn the_schema_is_one() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn shipped_models_are_taken() {
    let validator = validator();
    assert!(both(&validator, &seed()));
    let draft: Value = toml::from_str(include_str!("../../examples/scoring/draft.toml")).unwrap();
    assert!(both(&validator, &draft));
    let manifest: Value =
        toml::from_str(include_str!("../../examples/manifests/lakeside-ortho.toml")).unwrap();
    assert!(both(&validator, &manifest["scoring"]));
}

#[test]
fn each_member_is_known_to_both() {
    let validator = validator();
    let mut model = seed();
    model["places"] = json!([{"miles": 5, "zips": ["60614", "606"]}]);
    model["criteria"][0]["when"] = json!({"within_miles": 5});
    model["criteria"][0]["dates"] = json!({"from": "2026-01-01", "to": "2026-12-31"});
    model["criteria"][1]["requires"] = json!(["insurance"]);
    model["criteria"][1]["unless"] = json!(["solicitation"]);
    model["criteria"][3]["count"] = json!({"each": {"most": 2}});
    model["criteria"][3]["half_life_days"] = json!(3);
    model["criteria"][3]["when"] = json!({"pages": {"kind": "guide", "times": 2, "within_days": 3}});
    assert!(both(&validator, &model));
    for when in schema()["$defs"]["when"]["examples"].as_array().unwrap() {
        let mut model = seed();
        model["criteria"][0]["when"] = when.clone();
        if when.get("within_miles").is_some() {
            model["places"] = json!([{"miles": 5, "zips": ["606"]}]);
        }
        assert!(both(&validator, &model), "{when}");
    }
}

#[test]
fn what_is_wrong_in_itself_is_refused_by_both() {
    type Change = fn(&mut Value);
    let changes: [Change; 17] = [
        |m| m["surprise"] = json!(1),
        |m| m["name"] = json!(""),
        |m| m["version"] = json!(-1),
        |m| m["criteria"] = json!([]),
        |m| m["tiers"] = json!([]),
        |m| m["criteria"][0]["pionts"] = json!(3),
        |m| m["criteria"][0]["points"] = json!("many"),
        |m| m["criteria"][0]["points"] = json!(0),
        |m| m["criteria"][0]["points"] = json!(100_001),
        |m| m["criteria"][0]["when"] = json!("colour"),
        |m| m["criteria"][0]["when"] = json!({"service_tier": []}),
        |m| m["criteria"][0]["when"] = json!({"service_tier": ["minor"]}),
        |m| m["criteria"][0]["when"] = json!({"zip": ["606"], "visitor": "new"}),
        |m| m["criteria"][0]["dates"] = json!({"from": "2026-02-30", "to": "2026-03-01"}),
        |m| m["criteria"][3]["when"] = json!({"pages": {"kind": "guide", "within_days": 31}}),
        |m| m["criteria"][3]["count"] = json!({"each": {"most": 0}}),
        |m| m["tiers"][0]["action"] = json!({"call": {"within_minutes": 60}}),
    ];
    let validator = validator();
    for (n, change) in changes.into_iter().enumerate() {
        let mut model = seed();
        change(&mut model);
        assert!(!both(&validator, &model), "change {n} is taken");
    }
}

/// What a schema cannot say, the code does: see `Model::faults`.
#[test]
fn what_is_wrong_between_members_is_for_the_code() {
    let mut model = seed();
    model["criteria"][3]["group"] = json!("nowhere");
    assert!(validator().is_valid(&model));
    assert!(!serde_json::from_value::<Model>(model).unwrap().faults().is_empty());
}
