//! A lead as a FHIR R4 transaction bundle (hl7.org/fhir/R4), with the elements that US Core 9 must support.
//!
//! Every entry is a conditional create: it carries an identifier of the practice, derived from the lead's thread and
//! entries, and `ifNoneExist` asks for that identifier. A bundle that is sent twice creates nothing new. Provenance has
//! no identifier in R4, so it carries the same as a tag.
//!
//! A resource names a US Core profile only where it holds it: a Coverage without a member id is one without a profile.

mod care;
mod forms;
mod people;
mod types;

pub use types::{Bundle, Entry, Resource, TYPES};

use crate::handover::Handover;
use types::{BundleEntryRequest, Identifier, Reference};
use wire::ChainHash;

/// Base of US Core's profiles.
const US_CORE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

/// The bundle to post to the EHR's base URL. `recorded_ms` goes into the Provenance alone: everything else stays the
/// same however often it is made.
#[must_use]
pub fn bundle(of: &Handover<'_>, recorded_ms: u64) -> Bundle {
    bundle_for(of, recorded_ms, &|_| true)
}

/// The same for an EHR that takes only those types of resource for which `takes` holds. What refers to one that is
/// left out says so in words.
#[must_use]
pub fn bundle_for(of: &Handover<'_>, recorded_ms: u64, takes: &dyn Fn(&str) -> bool) -> Bundle {
    let mut entries = Entries { of, takes, all: Vec::new() };
    if of.inquiry.is_none() {
        // Nothing is left to hand over.
        return Bundle { resource_type: "Bundle", kind: "transaction", entry: Vec::new() };
    }
    let patient = entries.add("patient", |id| people::patient(of, id));
    let writer = of.writer().map(|(name, relationship)| {
        entries.add("writer", |id| people::related_person(of, id, &patient, &name, relationship))
    });
    let author = writer.as_ref().unwrap_or(&patient).clone();
    let insurance = of.answers.insurance.as_ref();
    if let Some(coverage) = insurance.and_then(|insurance| people::coverage(of, insurance, &patient)) {
        entries.add("coverage", |id| coverage.identified(id));
    }
    if of.answers.consent.is_some() {
        entries.add("consent", |id| care::consent(of, id, &patient, &author));
    }
    entries.add_unlinked(&format!("manifest-{}", of.manifest), |id| forms::questionnaire(of, id));
    entries.add("answers", |id| forms::response(of, id, &patient, &author));
    let referral = of.answers.referral.as_ref();
    let request = referral
        .map(|referral| entries.add("referral", |id| care::service_request(of, id, &patient, referral)));
    if let Some((start, end)) = of.appointment() {
        let about = request.as_ref();
        entries.add("appointment", |id| care::appointment(of, id, &patient, about, (start, end)));
    }
    for did in &of.lead.history {
        if let Some(medium) = care::medium(&did.event) {
            entries.add(&did.entry.to_string(), |id| care::communication(id, &patient, &medium, did.time));
        }
    }
    let targets = entries.references();
    entries.add("provenance", |id| care::provenance(of, id, targets, &author, recorded_ms));
    Bundle { resource_type: "Bundle", kind: "transaction", entry: entries.all }
}

/// The appointment alone, as it goes into the EHR's calendar when it is made: it names no patient, since nobody has
/// checked yet who it is. The bundle of the hand-over finds it by its identifier.
#[must_use]
pub fn reservation(of: &Handover<'_>) -> Bundle {
    let mut entries = Entries { of, takes: &|_| true, all: Vec::new() };
    if let Some(times) = of.appointment() {
        entries.add("appointment", |id| care::reserved(of, id, times));
    }
    Bundle { resource_type: "Bundle", kind: "transaction", entry: entries.all }
}

/// What the practice's identifier of a lead's resource is: the thread and a part, such as `appointment`.
#[must_use]
pub fn identifier_value(thread: &wire::ThreadId, part: &str) -> String {
    format!("{thread}.{part}")
}

/// The search that finds the lead's resource of that part: `identifier=system|value`, percent-encoded.
#[must_use]
pub fn identifier_search(system: &str, thread: &wire::ThreadId, part: &str) -> String {
    format!("identifier={}|{}", escaped(system), escaped(&identifier_value(thread, part)))
}

struct Entries<'a> {
    of: &'a Handover<'a>,
    takes: &'a dyn Fn(&str) -> bool,
    all: Vec<Entry>,
}

impl Entries<'_> {
    /// Adds what belongs to this lead under the name `part`, and says how to refer to it.
    fn add(&mut self, part: &str, make: impl FnOnce(Identifier) -> Resource) -> Reference {
        self.add_unlinked(&identifier_value(&self.of.lead.thread, part), make)
    }

    /// The same for what belongs to all leads of the practice.
    fn add_unlinked(&mut self, value: &str, make: impl FnOnce(Identifier) -> Resource) -> Reference {
        let identifier = Identifier { system: self.of.system.to_owned(), value: value.to_owned() };
        let resource = make(identifier.clone());
        if !(self.takes)(resource.name()) {
            return Reference::named("Not handed over: the EHR does not take it");
        }
        let full_url = uuid(&identifier);
        let search = if matches!(resource, Resource::Provenance(_)) { "_tag" } else { "identifier" };
        let if_none_exist =
            format!("{search}={}|{}", escaped(&identifier.system), escaped(&identifier.value));
        let request = BundleEntryRequest { method: "POST", url: resource.name(), if_none_exist };
        self.all.push(Entry { full_url: full_url.clone(), resource, request });
        Reference::to(full_url)
    }

    fn references(&self) -> Vec<Reference> {
        self.all.iter().map(|entry| Reference::to(entry.full_url.clone())).collect()
    }
}

/// A UUID of version 8 (RFC 9562, 5.8) from a SHA-256 of the identifier; names the entry within its bundle only.
fn uuid(identifier: &Identifier) -> String {
    let digest = ChainHash::of_body(&format!("{}|{}", identifier.system, identifier.value));
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A part of a token search: FHIR escapes `,`, `|` and `$` by a backslash (R4 search, 3.1.1.4.1); what a query cannot
/// hold is percent-encoded (RFC 3986).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b',' | b'|' | b'$' | b'\\' => out.push_str(&format!("%5C%{byte:02X}")),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_search_is_escaped() {
        assert_eq!(escaped("https://a.example/x"), "https://a.example/x");
        assert_eq!(escaped("a|b,c$d&e=f g"), "a%5C%7Cb%5C%2Cc%5C%24d%26e%3Df%20g");
    }
}
