//! Whether what an EHR stored is what was sent. An EHR adds ids, versions and text of its own; what it drops or changes
//! is named by its place, never by its content.

use serde_json::Value;
use std::collections::HashMap;

/// Places in `sent` that `stored` does not hold, such as `Patient.birthDate`. `names` has what each name within the
/// bundle became: `urn:uuid:...` to `Patient/123`.
pub(super) fn differences(sent: &Value, stored: &Value, names: &HashMap<String, String>) -> Vec<String> {
    let mut places = Vec::new();
    let kind = sent["resourceType"].as_str().unwrap_or("resource");
    compare(sent, stored, names, kind, &mut places);
    places
}

fn compare(
    sent: &Value,
    stored: &Value,
    names: &HashMap<String, String>,
    place: &str,
    places: &mut Vec<String>,
) {
    match (sent, stored) {
        (Value::Object(sent), Value::Object(stored)) => {
            // Profiles and tags are the server's to keep or not.
            for (name, value) in sent.iter().filter(|(name, _)| *name != "meta") {
                let place = format!("{place}.{name}");
                compare(value, stored.get(name).unwrap_or(&Value::Null), names, &place, places);
            }
        }
        (Value::Array(sent), Value::Array(stored)) => {
            // In any order, and among others.
            for (n, value) in sent.iter().enumerate() {
                let held = |candidate: &Value| {
                    let mut found = Vec::new();
                    compare(value, candidate, names, "", &mut found);
                    found.is_empty()
                };
                if !stored.iter().any(held) {
                    places.push(format!("{place}[{n}]"));
                }
            }
        }
        (Value::String(sent), Value::String(stored)) if is_same(sent, stored, names) => {}
        (sent, stored) if sent == stored => {}
        _ => places.push(place.to_owned()),
    }
}

fn is_same(sent: &str, stored: &str, names: &HashMap<String, String>) -> bool {
    if let Some(name) = names.get(sent) {
        // A reference may come back absolute, or with a version.
        let stored = stored.split("/_history/").next().unwrap_or_default();
        return stored == name || stored.ends_with(&format!("/{name}"));
    }
    let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
    sent == stored || moment(sent).is_some_and(|sent| moment(stored) == Some(sent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(sent: &Value, stored: &Value) -> Vec<String> {
        let names = HashMap::from([("urn:uuid:1".to_owned(), "Patient/123".to_owned())]);
        differences(sent, stored, &names)
    }

    #[test]
    fn what_an_ehr_adds_is_no_difference() {
        let sent = json!({
            "resourceType": "Appointment", "status": "booked", "start": "2026-12-01T15:00:00Z",
            "meta": { "profile": ["x"] },
            "participant": [{ "actor": { "reference": "urn:uuid:1" }, "status": "accepted" }],
        });
        let stored = json!({
            "resourceType": "Appointment", "id": "9", "status": "booked", "start": "2026-12-01T09:00:00-06:00",
            "participant": [
                { "actor": { "display": "A room" }, "status": "accepted" },
                { "actor": { "reference": "https://ehr.example/fhir/Patient/123/_history/2" }, "status": "accepted" },
            ],
        });
        assert_eq!(places(&sent, &stored), [""; 0]);
    }

    #[test]
    fn what_is_dropped_or_changed_is_named_without_its_content() {
        let sent = json!({ "resourceType": "Patient", "birthDate": "1970-01-02", "active": true,
            "telecom": [{ "value": "1" }, { "value": "2" }] });
        let stored =
            json!({ "resourceType": "Patient", "birthDate": "1970-02-01", "telecom": [{ "value": "2" }] });
        assert_eq!(places(&sent, &stored), ["Patient.active", "Patient.birthDate", "Patient.telecom[0]"]);
        let other = json!({ "resourceType": "Appointment", "participant": [{ "actor": { "reference": "urn:uuid:1" } }] });
        let anothers = json!({ "resourceType": "Appointment", "participant": [{ "actor": { "reference": "Patient/1234" } }] });
        assert_eq!(places(&other, &anothers), ["Appointment.participant[0]"]);
    }
}
