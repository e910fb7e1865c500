//! Free times of the EHR's calendar: `Slot` and `Schedule` by search, page by page, or a SMART Scheduling Links
//! publication (github.com/smart-on-fhir/smart-scheduling-links): a manifest that names files of one resource a line.

use super::Fhir;
use crate::clock;
use crate::daemon::ports::Refusal;
use crate::ehr::http::{fetch, private};
use lead::thread::Slot;
use reqwest::header::ACCEPT;
use reqwest::{Method, Url};
use serde_json::Value;
use std::collections::HashSet;

/// So many on a page.
const PAGE: u16 = 200;
/// Not more pages of a search, or files of a publication.
const MOST_PAGES: usize = 25;

impl Fhir {
    /// What is free between two moments in milliseconds, the earliest first.
    pub(in crate::ehr) async fn free(&mut self, from: u64, until: u64) -> Result<Vec<Slot>, Refusal> {
        let Some(calendar) = self.calendar.clone() else { return Ok(Vec::new()) };
        let (schedules, slots) = match &calendar.links {
            Some(manifest) => self.published(manifest).await?,
            None => self.found(&calendar.schedules, from, until).await?,
        };
        Ok(free_of(&schedules, &slots, &calendar.schedules, from, until))
    }

    /// Schedules and free Slots by search.
    async fn found(
        &mut self,
        schedules: &[String],
        from: u64,
        until: u64,
    ) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
        if !self.capabilities().await?.finds_slots {
            return Err(Refusal::Never("the EHR promises no search of Slot".into()));
        }
        let (from, until) = (clock::rfc3339(from), clock::rfc3339(until));
        let of =
            if schedules.is_empty() { String::new() } else { format!("&schedule={}", schedules.join(",")) };
        let search = format!("Slot?status=free&start=ge{from}&start=le{until}{of}&_sort=start&_count={PAGE}");
        Ok((self.pages(format!("Schedule?_count={PAGE}")).await?, self.pages(search).await?))
    }

    /// The resources of a search, page by page (R4 http, 3.1.0.1.11).
    pub(super) async fn pages(&mut self, mut path: String) -> Result<Vec<Value>, Refusal> {
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let mut page = self.ask(Method::GET, &path, None).await?.success()?;
            if let Value::Array(entries) = page["entry"].take() {
                found.extend(entries.into_iter().map(|mut entry| entry["resource"].take()));
            }
            let mut links = page["link"].as_array().into_iter().flatten();
            let Some(next) = links.find(|link| link["relation"] == "next") else { break };
            path = self.within(next["url"].as_str().unwrap_or_default())?;
        }
        Ok(found)
    }

    /// A link of the server's as a path below its base: the token goes nowhere else.
    fn within(&self, link: &str) -> Result<String, Refusal> {
        let url = Url::parse(&format!("{}/", self.base)).and_then(|base| base.join(link));
        let url = url.map(String::from).unwrap_or_default();
        let rest = url.strip_prefix(&self.base).filter(|rest| rest.starts_with(['/', '?']));
        let path = rest.map(|rest| rest.trim_start_matches('/').to_owned());
        path.ok_or_else(|| Refusal::Never("the EHR's next page is at another address".into()))
    }

    /// Schedules and Slots of a publication. It is public: no token goes there.
    async fn published(&self, manifest: &str) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
        let manifest = self.file(manifest).await?;
        let manifest: Value = serde_json::from_slice(&manifest)
            .map_err(|_| Refusal::Never("the publication's manifest is no JSON".into()))?;
        let (mut schedules, mut slots) = (Vec::new(), Vec::new());
        for output in manifest["output"].as_array().into_iter().flatten().take(MOST_PAGES) {
            let into = match output["type"].as_str() {
                Some("Schedule") => &mut schedules,
                Some("Slot") => &mut slots,
                _ => continue,
            };
            let file = self.file(output["url"].as_str().unwrap_or_default()).await?;
            into.extend(
                file.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()),
            );
        }
        Ok((schedules, slots))
    }

    async fn file(&self, address: &str) -> Result<Vec<u8>, Refusal> {
        let url = private(address).map_err(|failure| Refusal::Never(failure.what))?;
        let request = self.http.get(url).header(ACCEPT, "application/json, application/fhir+ndjson");
        let (status, bytes) = fetch(request).await?;
        if status.is_success() {
            return Ok(bytes);
        }
        Err(Refusal::Later(format!("the publication answered {}", status.as_u16())))
    }
}

/// The free ones of `slots` that begin between two moments in milliseconds and are of one of the schedules that are
/// `wanted` (none: of any), which must not be inactive; the earliest first.
fn free_of(schedules: &[Value], slots: &[Value], wanted: &[String], from: u64, until: u64) -> Vec<Slot> {
    let inactive: HashSet<String> = schedules
        .iter()
        .filter(|schedule| schedule["active"] == false)
        .filter_map(|schedule| Some(format!("Schedule/{}", schedule["id"].as_str()?)))
        .collect();
    let is_wanted = |slot: &&Value| {
        let schedule = slot["schedule"]["reference"].as_str().unwrap_or_default();
        let name = schedule.rfind("Schedule/").and_then(|at| schedule.get(at..)).unwrap_or_default();
        slot["status"] == "free"
            && !inactive.contains(name)
            && (wanted.is_empty() || wanted.iter().any(|one| one == name))
    };
    let mut free: Vec<Slot> = slots.iter().filter(is_wanted).filter_map(slot).collect();
    free.retain(|slot| (from..=until).contains(&slot.start));
    free.sort_by(|a, b| (a.start, &a.reference).cmp(&(b.start, &b.reference)));
    free.dedup();
    free
}

/// `None`: it does not say when it is, or ends before it begins.
fn slot(resource: &Value) -> Option<Slot> {
    let moment = |name: &str| {
        let stamp: jiff::Timestamp = resource[name].as_str()?.parse().ok()?;
        u64::try_from(stamp.as_millisecond()).ok()
    };
    let (start, end) = (moment("start")?, moment("end")?);
    let reference = Some(format!("Slot/{}", resource["id"].as_str()?));
    (start < end).then_some(Slot { start, end: Some(end), reference })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ehr::settings::{FhirSettings, SignIn};
    use serde_json::json;

    fn resource(id: &str, status: &str, schedule: &str, start: &str) -> Value {
        json!({
            "resourceType": "Slot", "id": id, "status": status, "schedule": { "reference": schedule },
            "start": start, "end": "2026-12-01T18:00:00Z",
        })
    }

    #[test]
    fn what_is_free_and_wanted_in_order() {
        let schedules = [
            json!({ "id": "new", "active": true }),
            json!({ "id": "old", "active": false }),
            json!({ "id": "b" }),
        ];
        let slots = [
            resource("late", "free", "Schedule/new", "2026-12-01T10:00:00-06:00"),
            resource("early", "free", "https://ehr.example/fhir/Schedule/new", "2026-12-01T15:00:00.000Z"),
            resource("busy", "busy", "Schedule/new", "2026-12-01T15:00:00Z"),
            resource("closed", "free", "Schedule/old", "2026-12-01T15:00:00Z"),
            resource("other", "free", "Schedule/b", "2026-12-01T15:00:00Z"),
            resource("ends-first", "free", "Schedule/new", "2026-12-01T19:00:00Z"),
            resource("no-time", "free", "Schedule/new", "tomorrow"),
        ];
        let (from, until) = (1_796_137_200_000, 1_796_137_200_000 + 7_200_000);
        let names = |wanted: &[String], from| -> Vec<String> {
            let free = free_of(&schedules, &slots, wanted, from, until);
            free.into_iter().filter_map(|slot| slot.reference).collect()
        };
        assert_eq!(names(&["Schedule/new".into()], from), ["Slot/early", "Slot/late"]);
        assert_eq!(names(&[], from), ["Slot/early", "Slot/other", "Slot/late"]);
        assert_eq!(names(&[], from + 1), ["Slot/late"]);
    }

    #[test]
    fn the_next_page_is_the_servers_own() {
        let base = "https://ehr.example/fhir/R4".to_owned();
        let fhir = Fhir::open(&FhirSettings { base, sign_in: SignIn::Nothing }, None).unwrap();
        for (link, path) in [
            ("https://ehr.example/fhir/R4/Slot?page=2", "Slot?page=2"),
            ("https://ehr.example/fhir/R4?_getpages=1", "?_getpages=1"),
            ("Slot?page=2", "Slot?page=2"),
        ] {
            assert_eq!(fhir.within(link).as_deref(), Ok(path));
        }
        for other in [
            "https://ehr.example.org/fhir/R4/Slot",
            "https://ehr.example/fhir/R4.evil/Slot",
            "https://ehr.example/",
            "/Slot",
        ] {
            assert!(fhir.within(other).is_err(), "{other}");
        }
    }
}
