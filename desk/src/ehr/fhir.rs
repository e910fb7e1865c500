//! FHIR R4 over HTTPS: what the server says of itself first, then one transaction of conditional creates, then each
//! resource read back and compared. A transaction that is sent again creates nothing new, so what broke off is simply
//! tried again.

mod appointment;
mod slots;

use super::compare::differences;
use super::http::{Answer, client, private, refusal, send};
use super::settings::{Calendar, FhirSettings, SignIn};
use super::smart::Smart;
use crate::daemon::ports::{Delivery, Refusal};
use crate::failure::Failure;
use crate::files;
use jsonwebtoken::jwk::Jwk;
use lead::fhir::{Bundle, TYPES, bundle_for};
use lead::handover::Handover;
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// hl7.org/fhir/R4/http.html, 3.1.0.1.6.
const JSON: &str = "application/fhir+json";
/// Without these there is nothing to hand over.
const NEEDED: [&str; 2] = ["Patient", "Appointment"];

/// A FHIR server.
pub(crate) struct Fhir {
    base: String,
    http: Client,
    sign_in: Access,
    calendar: Option<Calendar>,
    capable: Option<Capable>,
}

enum Access {
    Nothing,
    Bearer(Zeroizing<String>),
    Smart(Box<Smart>),
}

/// What a server says that it can.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Capable {
    /// Types of resource that it creates.
    takes: Vec<&'static str>,
    /// Of ours, those that it does not.
    leaves: Vec<&'static str>,
    /// Its name, if it has one.
    software: String,
    /// Slots can be searched for.
    finds_slots: bool,
    /// Slots can be searched for by identifier.
    finds_own_slots: bool,
    /// Slots can be updated: then it is for whoever books to say that one is taken.
    updates_slots: bool,
}

impl Fhir {
    /// Reads keys and tokens. Nothing is sent yet.
    pub(super) fn open(settings: &FhirSettings, calendar: Option<Calendar>) -> Result<Self, Failure> {
        let base = private(&settings.base)?.as_str().trim_end_matches('/').to_owned();
        let sign_in = match &settings.sign_in {
            SignIn::Nothing => Access::Nothing,
            SignIn::Bearer { token_file } => {
                let text = Zeroizing::new(files::read(token_file)?);
                Access::Bearer(Zeroizing::new(text.lines().next().unwrap_or_default().trim().to_owned()))
            }
            SignIn::Smart(smart) => Access::Smart(Box::new(Smart::open(smart)?)),
        };
        Ok(Self { base, http: client()?, sign_in, calendar, capable: None })
    }

    /// Its base URL, without a slash at the end.
    pub(super) fn address(&self) -> &str {
        &self.base
    }

    /// The key that it has to know.
    pub(super) fn public_key(&self) -> Option<Jwk> {
        match &self.sign_in {
            Access::Smart(smart) => smart.public(),
            Access::Nothing | Access::Bearer(_) => None,
        }
    }

    /// Asks it what it can, and signs in.
    pub(super) async fn probe(&mut self) -> Result<Value, String> {
        let capable = self.capabilities().await.map_err(Refusal::why)?;
        let answer =
            self.ask(Method::GET, "Patient?_count=1&_elements=id", None).await.map_err(Refusal::why)?;
        answer.success().map_err(Refusal::why)?;
        Ok(json!({
            "base": self.base, "software": capable.software, "takes": capable.takes, "leaves": capable.leaves,
            "public_key": self.public_key(),
        }))
    }

    /// Hands a lead over.
    pub(super) async fn hand_over(&mut self, of: &Handover<'_>, now: u64) -> Delivery {
        match self.create(of, now).await {
            Ok(reference) => Delivery::Taken { reference },
            Err(refusal) => Delivery::Refused(refusal),
        }
    }

    async fn create(&mut self, of: &Handover<'_>, now: u64) -> Result<String, Refusal> {
        let capable = self.capabilities().await?;
        let bundle = bundle_for(of, now, &|kind| capable.takes.contains(&kind));
        let (request, mut names) = self.transact(&bundle).await?;
        names.extend(appointment::same(of));
        let mut patient = None;
        for (entry, sent) in bundle.entry.iter().zip(request["entry"].as_array().into_iter().flatten()) {
            let Some(name) = names.get(&entry.full_url) else { continue };
            let mut stored = self.ask(Method::GET, name, None).await?.success()?;
            if entry.resource.name() == "Appointment" {
                // The one that was made at booking names nobody yet.
                stored = self.amend(of, stored, &sent["resource"], &names).await?;
            }
            let places = differences(&sent["resource"], &stored, &names);
            // What was created by an earlier try may have been put right by people since; these two decide who it
            // is and when they come.
            if NEEDED.contains(&entry.resource.name()) && !places.is_empty() {
                let places = places.join(", ");
                return Err(Refusal::Never(format!("the EHR stored something else than was sent: {places}")));
            }
            if entry.resource.name() == "Patient" {
                patient = Some(name.clone());
            }
        }
        patient.ok_or_else(|| Refusal::Never("the EHR named no Patient in its answer".into()))
    }

    /// Posts a transaction; gives it as JSON, and what each of its entries became.
    async fn transact(&mut self, bundle: &Bundle) -> Result<(Value, HashMap<String, String>), Refusal> {
        let (request, answer) = self.post(bundle).await?;
        let names = names(bundle, &answer.success()?)?;
        Ok((request, names))
    }

    async fn post(&mut self, bundle: &Bundle) -> Result<(Value, Answer), Refusal> {
        let request = serde_json::from_str(&bundle.to_json()).unwrap_or_default();
        let answer = self.ask(Method::POST, "", Some(&request)).await?;
        Ok((request, answer))
    }

    async fn capabilities(&mut self) -> Result<Capable, Refusal> {
        if let Some(capable) = &self.capable {
            return Ok(capable.clone());
        }
        let statement = self.ask(Method::GET, "metadata", None).await?.success()?;
        let capable = Capable::read(&statement).map_err(Refusal::Never)?;
        self.capable = Some(capable.clone());
        Ok(capable)
    }

    /// A request, once more with a new token where the server does not take the old one.
    async fn ask(&mut self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Refusal> {
        let answer = send(self.request(&method, path, body).await?).await?;
        if answer.status.as_u16() == 401
            && let Access::Smart(smart) = &mut self.sign_in
        {
            smart.forget_token();
            return send(self.request(&method, path, body).await?).await;
        }
        Ok(answer)
    }

    async fn request(
        &mut self,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<RequestBuilder, Refusal> {
        let slash = if path.is_empty() || path.starts_with('?') { "" } else { "/" };
        let url = format!("{}{slash}{path}", self.base);
        let mut request = self.http.request(method.clone(), url).header(ACCEPT, JSON);
        // The statement is public (R4, 3.1.0.13).
        if path != "metadata" {
            request = match &mut self.sign_in {
                Access::Nothing => request,
                Access::Bearer(token) => request.bearer_auth(token.as_str()),
                Access::Smart(smart) => {
                    request.bearer_auth(smart.token(&self.http, &self.base).await?.as_str())
                }
            };
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, JSON).body(body.to_string());
            if let Some(version) = body["meta"]["versionId"].as_str().filter(|_| *method == Method::PUT) {
                request = request.header(IF_MATCH, format!("W/\"{version}\""));
            }
        }
        Ok(request)
    }
}

impl Capable {
    /// From a CapabilityStatement; an error says what is missing.
    fn read(statement: &Value) -> Result<Self, String> {
        let version = statement["fhirVersion"].as_str().unwrap_or_default();
        if !version.starts_with("4.0") {
            return Err(format!("the EHR does not speak FHIR R4 (its statement says {version:?})"));
        }
        let rest = statement["rest"].as_array().into_iter().flatten().find(|rest| rest["mode"] == "server");
        let rest = rest.ok_or("the EHR's statement describes no server")?;
        let codes = |of: &Value| -> Vec<String> {
            let all = of["interaction"].as_array().into_iter().flatten();
            all.filter_map(|one| one["code"].as_str().map(str::to_owned)).collect()
        };
        if !codes(rest).iter().any(|code| code == "transaction") {
            return Err("the EHR takes no transactions".into());
        }
        let can = |kind: &str, code: &str| {
            let mut all = rest["resource"].as_array().into_iter().flatten();
            all.find(|resource| resource["type"] == kind && codes(resource).iter().any(|known| known == code))
        };
        let creates =
            |kind: &&'static str| can(kind, "create").is_some_and(|found| found["conditionalCreate"] == true);
        let (takes, leaves): (Vec<&str>, Vec<&str>) = TYPES.into_iter().partition(creates);
        if let Some(missing) = NEEDED.into_iter().find(|needed| !takes.contains(needed)) {
            return Err(format!("the EHR promises no conditional create of {missing}"));
        }
        let software = statement["software"]["name"].as_str().unwrap_or_default().to_owned();
        let finds_slots = can("Slot", "search-type").is_some();
        let finds_own_slots = can("Slot", "search-type").is_some_and(|found| {
            found["searchParam"].as_array().into_iter().flatten().any(|one| one["name"] == "identifier")
        });
        let updates_slots = can("Slot", "update").is_some();
        Ok(Self { takes, leaves, software, finds_slots, finds_own_slots, updates_slots })
    }
}

/// What each entry became: the location of its response, in the request's order (R4, 3.1.0.11.3).
fn names(bundle: &Bundle, response: &Value) -> Result<HashMap<String, String>, Refusal> {
    let entries = response["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    if entries.len() != bundle.entry.len() {
        let (sent, came) = (bundle.entry.len(), entries.len());
        return Err(Refusal::Later(format!("the EHR answered {came} of {sent} entries")));
    }
    let mut names = HashMap::new();
    for (sent, came) in bundle.entry.iter().zip(entries) {
        let kind = sent.resource.name();
        let status = came["response"]["status"].as_str().unwrap_or_default();
        let status: u16 = status.get(..3).and_then(|code| code.parse().ok()).unwrap_or_default();
        match status {
            200 | 201 => {}
            // R4, 3.1.0.8.1: the search has found several.
            412 => return Err(Refusal::Never(format!("the EHR has more than one {kind} of this lead"))),
            _ => {
                return Err(match refusal(status, &came["response"]["outcome"]) {
                    Refusal::Never(why) => Refusal::Never(format!("{kind}: {why}")),
                    Refusal::Later(why) => Refusal::Later(format!("{kind}: {why}")),
                });
            }
        }
        let location = came["response"]["location"].as_str().unwrap_or_default();
        let location = location.split("/_history/").next().unwrap_or_default();
        let name = location.rfind(&format!("{kind}/")).and_then(|at| location.get(at..));
        let name = name.ok_or_else(|| Refusal::Later(format!("the EHR does not say where the {kind} is")))?;
        names.insert(sent.full_url.clone(), name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(kinds: &[&str]) -> Value {
        let resource = |kind: &&str| json!({ "type": kind, "conditionalCreate": true, "interaction": [{ "code": "create" }] });
        json!({
            "fhirVersion": "4.0.1", "software": { "name": "Example EHR" },
            "rest": [{
                "mode": "server", "interaction": [{ "code": "transaction" }],
                "resource": kinds.iter().map(resource).collect::<Vec<_>>(),
            }],
        })
    }

    #[test]
    fn a_server_is_taken_at_its_word() {
        let capable = Capable::read(&statement(&["Patient", "Appointment", "Coverage"])).unwrap();
        assert_eq!(capable.takes, ["Patient", "Coverage", "Appointment"]);
        assert!(capable.leaves.contains(&"Provenance") && capable.software == "Example EHR");

        let refused = |statement: &Value| Capable::read(statement).unwrap_err();
        assert!(refused(&statement(&["Patient"])).contains("Appointment"));
        let mut other = statement(&["Patient", "Appointment"]);
        other["rest"][0]["interaction"] = json!([]);
        assert!(refused(&other).contains("transactions"));
        other["fhirVersion"] = json!("5.0.0");
        assert!(refused(&other).contains("R4"));
        let mut unsafe_to_repeat = statement(&["Patient", "Appointment"]);
        unsafe_to_repeat["rest"][0]["resource"][0]["conditionalCreate"] = json!(false);
        assert!(refused(&unsafe_to_repeat).contains("Patient"));
    }
}
