//! Five of US Core's profiles, as facts of its specification: HL7 US Core 9.0.0 (hl7.org/fhir/us/core), over R4 and, for the
//! answers, over SDC's QuestionnaireResponse. What a hand-over says under the name of one has to hold it. Patient is held to
//! HL7's own StructureDefinition in `tests/lead/handover.py`; of these five there is none in a registry.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod handed;

use handed::samples;
use lead::fhir::bundle;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MANY: usize = usize::MAX;

/// An element that has to be supported: path below the resource, how many, and why a hand-over never has it (empty: it has).
type Element = (&'static str, usize, usize, &'static str);

/// A code system, and the codes of it that a value set has.
type Codes = (&'static str, &'static [&'static str]);

struct Profile {
    name: &'static str,
    elements: &'static [Element],
    /// Where references to entries of the bundle may lead.
    targets: &'static [(&'static str, &'static [&'static str])],
    /// Members of lists that have to be supported, by what they hold.
    slices: fn() -> Vec<(&'static str, Value)>,
    /// Elements that the profile itself binds to a value set, and what they may say: at least one of these.
    codes: &'static [(&'static str, &'static [Codes])],
    /// The profile's invariants: of whom each is said, and whether it holds.
    invariants: fn(&Value) -> Vec<(&'static str, bool)>,
}

/// The value sets of US Core 9.0.0 and of HL7's terminology that the profiles bind elements to beyond R4 (whose own are looked
/// up by `tests/lead/bindings.py`), as far as a hand-over says such a code: languages, states and kinds of plan are none.
const RELATIONSHIPS: &[Codes] = &[(
    "http://terminology.hl7.org/CodeSystem/subscriber-relationship",
    &["child", "parent", "spouse", "common", "other", "self", "injured"],
)];
const CATEGORIES: &[Codes] = &[
    ("http://snomed.info/sct", &["386053000", "410606002"]),
    // R4's servicerequest-category, which the value set includes.
    ("http://snomed.info/sct", &["108252007", "363679005", "409063005", "409073007", "387713003"]),
    (
        "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
        &["sdoh", "functional-status", "disability-status", "cognitive-status"],
    ),
];
const AGENTS: &[Codes] = &[(
    PARTICIPANT,
    &[
        "enterer",
        "performer",
        "author",
        "verifier",
        "legal",
        "attester",
        "informant",
        "custodian",
        "assembler",
        "composer",
        "transmitter",
    ],
)];

const NOT_ASKED: &str = "the form does not ask";

const PROFILES: [Profile; 5] = [
    Profile {
        name: "us-core-relatedperson",
        elements: &[
            ("active", 1, 1, ""),
            ("patient", 1, 1, ""),
            ("relationship", 0, MANY, ""),
            ("name", 0, MANY, ""),
            ("telecom", 0, MANY, ""),
            ("address", 0, MANY, NOT_ASKED),
        ],
        targets: &[("patient", &["Patient"])],
        codes: &[],
        slices: Vec::new,
        invariants: |value| {
            vec![("us-core-14", !value["name"].is_null() || !value["relationship"].is_null())]
        },
    },
    Profile {
        name: "us-core-coverage",
        elements: &[
            ("identifier", 0, MANY, ""),
            ("status", 1, 1, ""),
            ("type", 0, 1, "a plan's kind is not asked for, and one that is paid without has no member id"),
            ("subscriberId", 0, 1, ""),
            ("beneficiary", 1, 1, ""),
            ("relationship", 1, 1, ""),
            ("period", 0, 1, NOT_ASKED),
            ("payor", 1, 1, ""),
            ("class", 0, MANY, ""),
            ("class.type", 1, 1, ""),
            ("class.value", 1, 1, ""),
            ("class.name", 0, 1, ""),
        ],
        targets: &[("beneficiary", &["Patient"]), ("payor", &["Organization", "Patient", "RelatedPerson"])],
        codes: &[("relationship", RELATIONSHIPS)],
        slices: || {
            let plan =
                json!({ "system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": "plan" });
            vec![("class", json!({ "type": { "coding": [plan] } }))]
        },
        invariants: |value| {
            let is_member_id = |one: &Value| {
                holds(one, &json!({ "type": { "coding": [{ "system": V2_0203, "code": "MB" }] } }))
            };
            let identifiers = value["identifier"].as_array();
            let has_member_id = identifiers.is_some_and(|all| all.iter().any(is_member_id));
            vec![("us-core-15", has_member_id || !value["subscriberId"].is_null())]
        },
    },
    Profile {
        name: "us-core-questionnaireresponse",
        elements: &[
            ("questionnaire", 1, 1, ""),
            ("_questionnaire.extension", 0, MANY, "that is for a form that is no Questionnaire"),
            ("status", 1, 1, ""),
            ("subject", 1, 1, ""),
            ("authored", 1, 1, ""),
            ("author", 0, 1, ""),
            ("item", 0, MANY, ""),
            ("item.linkId", 1, 1, ""),
            ("item.item.linkId", 1, 1, ""),
            ("item.item.answer.value[x]", 0, 1, ""),
        ],
        targets: &[("subject", &["Patient"]), ("author", &["Patient", "RelatedPerson"])],
        codes: &[],
        slices: Vec::new,
        invariants: |_| Vec::new(),
    },
    Profile {
        name: "us-core-servicerequest",
        elements: &[
            ("status", 1, 1, ""),
            ("intent", 1, 1, ""),
            ("category", 0, MANY, ""),
            ("code", 1, 1, ""),
            ("subject", 1, 1, ""),
            ("encounter", 0, 1, "there was none yet"),
            ("occurrence[x]", 0, 1, "the Appointment says when"),
            ("authoredOn", 0, 1, ""),
            ("requester", 0, 1, ""),
        ],
        targets: &[("subject", &["Patient"])],
        // One of the value set us-core-servicerequest-category.
        codes: &[("category", CATEGORIES)],
        slices: || {
            let code = json!({ "system": "http://snomed.info/sct", "code": "386053000" });
            vec![("category", json!({ "coding": [code] }))]
        },
        invariants: |_| Vec::new(),
    },
    Profile {
        name: "us-core-provenance",
        elements: &[
            ("target", 1, MANY, ""),
            ("target.reference", 1, 1, ""),
            ("recorded", 1, 1, ""),
            ("agent", 1, MANY, ""),
            ("agent.type", 1, 1, ""),
            ("agent.who", 1, 1, ""),
            ("agent.onBehalfOf", 0, 1, "nobody who wrote is a practitioner or a device (provenance-1)"),
        ],
        targets: &[("agent.who", &["Organization", "Patient", "RelatedPerson"])],
        codes: &[("agent.type", AGENTS)],
        slices: || {
            let agent = |code| json!({ "type": { "coding": [{ "system": PARTICIPANT, "code": code }] } });
            vec![("agent", agent("author")), ("agent", agent("transmitter"))]
        },
        invariants: |_| Vec::new(),
    },
];

const V2_0203: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
const PARTICIPANT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// The values of an element within each of its parents that is there.
fn within<'a>(value: &'a Value, path: &str) -> Vec<Vec<&'a Value>> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let all = |value: &'a Value| value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
    let members = value.as_object().unwrap().iter();
    let found: Vec<&Value> = match first.strip_suffix("[x]") {
        Some(start) => {
            members.filter(|(name, _)| name.starts_with(start)).flat_map(|(_, value)| all(value)).collect()
        }
        None => members.filter(|(name, _)| *name == first).flat_map(|(_, value)| all(value)).collect(),
    };
    match rest {
        Some(rest) => found.into_iter().flat_map(|parent| within(parent, rest)).collect(),
        None => vec![found],
    }
}

/// Whether `value` has everything of `pattern`: FHIR's pattern[x].
fn holds(value: &Value, pattern: &Value) -> bool {
    match (value, pattern) {
        (Value::Object(value), Value::Object(pattern)) => {
            pattern.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| holds(value, wanted)))
        }
        (Value::Array(items), Value::Array(wanted)) => {
            wanted.iter().all(|wanted| items.iter().any(|item| holds(item, wanted)))
        }
        (value, pattern) => value == pattern,
    }
}

/// What a resource lacks of its profile; `kinds` says what each name within the bundle is.
fn faults(profile: &Profile, resource: &Value, kinds: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, min, max, _) in profile.elements {
        if within(resource, path).iter().any(|found| !(*min..=*max).contains(&found.len())) {
            faults.push((*path).to_owned());
        }
    }
    for (path, allowed) in profile.targets {
        for target in within(resource, path).concat() {
            let kind = target["reference"].as_str().map(|name| kinds[name].as_str());
            if kind.is_some_and(|kind| !allowed.contains(&kind)) || target.as_object().unwrap().is_empty() {
                faults.push(format!("{path}: a reference to {kind:?}"));
            }
        }
    }
    for (path, sets) in profile.codes {
        let is_of = |coding: &&Value| {
            sets.iter().any(|(system, codes)| {
                coding["system"] == *system
                    && coding["code"].as_str().is_some_and(|code| codes.contains(&code))
            })
        };
        // US Core slices categories: one of them has to be of its value set.
        let concepts = if *path == "category" {
            vec![within(resource, path).concat()]
        } else {
            within(resource, path).concat().into_iter().map(|concept| vec![concept]).collect()
        };
        for concepts in concepts {
            let mut codings = concepts.iter().flat_map(|concept| within(concept, "coding").concat());
            if !codings.any(|coding| is_of(&coding)) {
                faults.push(format!("{path}: none of its codes is of the value set"));
            }
        }
    }
    let broken = (profile.invariants)(resource).into_iter().filter(|(_, is_held)| !is_held);
    faults.into_iter().chain(broken.map(|(name, _)| name.to_owned())).collect()
}

/// Every resource of the made-up leads that names the profile, and what the names beside it are.
fn resources(profile: &Profile) -> Vec<(Value, BTreeMap<String, String>)> {
    let canonical = format!("http://hl7.org/fhir/us/core/StructureDefinition/{}", profile.name);
    let mut all = Vec::new();
    for sample in samples() {
        let bundle: Value = serde_json::from_str(&bundle(&sample.handover(), handed::NOW).to_json()).unwrap();
        let entries = bundle["entry"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let kinds: BTreeMap<String, String> = entries
            .iter()
            .map(|entry| (word(&entry["fullUrl"]), word(&entry["resource"]["resourceType"])))
            .collect();
        let named = entries.iter().map(|entry| &entry["resource"]);
        let named = named.filter(|resource| holds(&resource["meta"]["profile"], &json!([canonical])));
        all.extend(named.map(|resource| (resource.clone(), kinds.clone())));
    }
    assert!(!all.is_empty(), "nothing names {canonical}");
    all
}

#[test]
fn what_names_a_profile_holds_it() {
    for profile in PROFILES {
        for (resource, kinds) in resources(&profile) {
            assert_eq!(faults(&profile, &resource, &kinds), [""; 0], "{}\n{resource:#}", profile.name);
        }
    }
}

#[test]
fn what_must_be_supported_is_filled_or_nobody_said_it() {
    for profile in PROFILES {
        let all = resources(&profile);
        for (path, _, _, why_not) in profile.elements {
            let is_filled = all.iter().any(|(resource, _)| !within(resource, path).concat().is_empty());
            assert_eq!(is_filled, why_not.is_empty(), "{}.{path} {why_not}", profile.name);
        }
        for (path, pattern) in (profile.slices)() {
            let mut found = all.iter().flat_map(|(resource, _)| within(resource, path).concat());
            assert!(found.any(|one| holds(one, &pattern)), "{}.{path}: none is {pattern}", profile.name);
        }
    }
}

#[test]
fn a_code_that_no_value_set_has_is_seen() {
    for profile in PROFILES {
        for (path, _) in profile.codes {
            for (mut resource, kinds) in resources(&profile) {
                if within(&resource, path).concat().is_empty() {
                    continue;
                }
                let name = path.split('.').next().unwrap().to_owned();
                let broken = resource[&name].to_string().replace("\"code\":\"", "\"code\":\"no-such-");
                resource[&name] = serde_json::from_str(&broken).unwrap();
                let found = faults(&profile, &resource, &kinds);
                assert!(
                    found.iter().any(|fault| fault.contains("value set")),
                    "{}.{path}: {found:?}",
                    profile.name
                );
            }
        }
    }
}

#[test]
fn what_is_taken_away_is_missed() {
    for profile in PROFILES {
        let (resource, kinds) = resources(&profile).swap_remove(0);
        for (path, min, _, _) in
            profile.elements.iter().filter(|(path, min, ..)| *min > 0 && !path.contains('.'))
        {
            let mut without = resource.clone();
            without.as_object_mut().unwrap().remove(*path).unwrap();
            let found = faults(&profile, &without, &kinds);
            assert!(found.contains(&(*path).to_owned()), "{}.{path} {min}: {found:?}", profile.name);
        }
    }
    let [related, coverage, ..] = PROFILES;
    assert_eq!((related.invariants)(&json!({})), [("us-core-14", false)]);
    assert_eq!((coverage.invariants)(&json!({ "identifier": [{ "value": "x" }] })), [("us-core-15", false)]);
}
