//! The appointment in the EHR's calendar: made when staff ask for it, then kept as the log has it. The slot is claimed
//! first, under the version in which it was free (If-Match: R4 http, 3.1.0.5), so that of two who want it one gets it; a
//! slot that carries our identifier is ours, which makes a second time harmless.

use super::{Fhir, names};
use crate::clock;
use crate::daemon::ports::{NotBooked, Refusal};
use crate::ehr::compare::differences;
use lead::fhir::{Bundle, identifier_search, identifier_value, reservation};
use lead::handover::Handover;
use lead::hl7::Scheduling;
use lead::thread::NoAppointment;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What the practice's identifiers call the appointment of a lead.
const PART: &str = "appointment";

impl Fhir {
    /// Puts an appointment into the calendar, or moves it there; gives its reference: `Appointment/123`. Without a slot, as
    /// where free times come from the practice's own week, the server alone can say that the time is taken.
    pub(in crate::ehr) async fn book(&mut self, of: &Handover<'_>) -> Result<String, NotBooked> {
        let Some((start, _)) = of.appointment() else {
            return Err(NotBooked::No(NoAppointment::Refused));
        };
        let stored = self.appointment(of).await.map_err(not_booked)?;
        if stored.is_none() && of.inquiry.is_none() {
            // Erased: one that is there can be moved, and none is made for nobody.
            return Err(NotBooked::No(NoAppointment::Refused));
        }
        let is_there = stored
            .as_ref()
            .is_some_and(|stored| differences(&wanted(of, Scheduling::Booked), stored, &same(of)).is_empty());
        if !is_there && let Some(slot) = of.slot() {
            self.claim(of, slot, start).await?;
        }
        match self.place(of, stored).await {
            Ok(name) => {
                self.give_back_all_but(of, of.slot()).await.map_err(not_booked)?;
                Ok(name)
            }
            Err(NotBooked::No(reason)) if !is_there && reason != NoAppointment::Unclear => {
                let Some(slot) = of.slot() else { return Err(NotBooked::No(reason)) };
                self.release(of, slot).await.map_err(not_booked)?;
                // A server that looks after its slots itself says no to a second appointment.
                let reason = if self.is_taken(slot).await { NoAppointment::Taken } else { reason };
                Err(NotBooked::No(reason))
            }
            refused => refused,
        }
    }

    /// Creates the appointment, or changes the one that is there, and reads it back.
    async fn place(&mut self, of: &Handover<'_>, stored: Option<Value>) -> Result<String, NotBooked> {
        let unclear = |_: Refusal| NotBooked::No(NoAppointment::Unclear);
        let name = match stored {
            Some(stored) => {
                let name = name_of(&stored).map_err(not_booked)?;
                self.amend(of, stored, &wanted(of, Scheduling::Booked), &same(of))
                    .await
                    .map_err(not_booked)?;
                name
            }
            None => self.reserve(of).await?,
        };
        let stored =
            self.ask(Method::GET, &name, None).await.map_err(not_booked)?.success().map_err(unclear)?;
        if differences(&wanted(of, Scheduling::Booked), &stored, &same(of)).is_empty() {
            Ok(name)
        } else {
            Err(NotBooked::No(NoAppointment::Unclear))
        }
    }

    /// Creates the appointment. A conflict (409) is either another program of ours, whose appointment is there then, or said
    /// of the time, again and again.
    async fn reserve(&mut self, of: &Handover<'_>) -> Result<String, NotBooked> {
        let bundle = reservation(of);
        for _ in 0..2 {
            let (_, answer) = self.post(&bundle).await.map_err(not_booked)?;
            if answer.status != StatusCode::CONFLICT {
                let response = answer.success().map_err(not_booked)?;
                let names = names(&bundle, &response).map_err(not_booked)?;
                return names.into_values().next().ok_or(NotBooked::Later);
            }
            if self.appointment(of).await.map_err(not_booked)?.is_some() {
                return Err(NotBooked::Later);
            }
        }
        Err(NotBooked::No(NoAppointment::Taken))
    }

    /// Makes the EHR's appointment say what ours says; without one of ours, it is cancelled. What others wrote into it stays.
    pub(in crate::ehr) async fn pass_on(
        &mut self,
        of: &Handover<'_>,
        what: Scheduling,
    ) -> Result<(), Refusal> {
        let wanted = wanted(of, what);
        match self.appointment(of).await? {
            Some(stored) => {
                let stored = self.amend(of, stored, &wanted, &same(of)).await?;
                let places = differences(&wanted, &stored, &same(of));
                if !places.is_empty() {
                    let places = places.join(", ");
                    return Err(Refusal::Never(format!(
                        "the EHR stored something else than was sent: {places}"
                    )));
                }
            }
            // What was never made, or is gone, is called off.
            None if what == Scheduling::Cancelled => {}
            None => return Err(Refusal::Never("the EHR has no such Appointment any more".into())),
        }
        let kept = of.slot().filter(|_| what != Scheduling::Cancelled);
        self.give_back_all_but(of, kept).await
    }

    /// Makes the appointment say what `wanted` says, and gives back the slot that it has no more; gives the appointment as
    /// it is then.
    pub(super) async fn amend(
        &mut self,
        of: &Handover<'_>,
        mut stored: Value,
        wanted: &Value,
        names: &HashMap<String, String>,
    ) -> Result<Value, Refusal> {
        let before = slot_of(&stored);
        if !differences(wanted, &stored, names).is_empty() {
            put_in(of, &mut stored, &resolved(wanted, names));
            let path = name_of(&stored)?;
            self.ask(Method::PUT, &path, Some(&stored)).await?.success()?;
            stored = self.ask(Method::GET, &path, None).await?.success()?;
        }
        let kept = slot_of(&stored).filter(|_| wanted["status"] != "cancelled");
        if let Some(before) = before.filter(|before| Some(before) != kept.as_ref()) {
            self.release(of, &before).await?;
        }
        Ok(stored)
    }

    /// The lead's appointment, by the practice's identifier.
    async fn appointment(&mut self, of: &Handover<'_>) -> Result<Option<Value>, Refusal> {
        let search = identifier_search(of.system, &of.lead.thread, PART);
        let found = self.ask(Method::GET, &format!("Appointment?{search}"), None).await?.success()?;
        match found["entry"].as_array().map(Vec::as_slice) {
            Some([only]) => Ok(Some(only["resource"].clone())),
            Some([]) | None => Ok(None),
            Some(_) => Err(Refusal::Never("the EHR has this Appointment more than once".into())),
        }
    }

    /// Takes a slot that is free and begins at `start` (milliseconds), where that is for us to say.
    async fn claim(&mut self, of: &Handover<'_>, slot: &str, start: u64) -> Result<(), NotBooked> {
        let stored = self.ask(Method::GET, slot, None).await.map_err(not_booked)?;
        let stored = stored.success().map_err(not_booked)?;
        if is_ours(of, &stored) {
            return Ok(());
        }
        let expected = json!({ "status": "free", "start": clock::rfc3339(start) });
        if !differences(&expected, &stored, &HashMap::new()).is_empty() {
            return Err(NotBooked::No(NoAppointment::Taken));
        }
        if !self.capabilities().await.map_err(not_booked)?.updates_slots {
            return Ok(());
        }
        let mut busy = stored;
        busy["status"] = json!("busy");
        let known = busy["identifier"].as_array().cloned().unwrap_or_default();
        busy["identifier"] = known.into_iter().chain([identifier(of)]).collect();
        let answer = self.ask(Method::PUT, slot, Some(&busy)).await.map_err(not_booked)?;
        // 409 and 412: somebody changed it meanwhile; another desk of ours, perhaps.
        if matches!(answer.status.as_u16(), 409 | 412) {
            let stored = self.ask(Method::GET, slot, None).await.map_err(not_booked)?;
            let stored = stored.success().map_err(not_booked)?;
            return if is_ours(of, &stored) { Ok(()) } else { Err(NotBooked::No(NoAppointment::Taken)) };
        }
        answer.success().map(drop).map_err(not_booked)
    }

    /// Gives a slot back; `false`: it is not ours.
    async fn release(&mut self, of: &Handover<'_>, slot: &str) -> Result<bool, Refusal> {
        let answer = self.ask(Method::GET, slot, None).await?;
        if matches!(answer.status.as_u16(), 404 | 410) {
            return Ok(false);
        }
        let mut stored = answer.success()?;
        if !is_ours(of, &stored) {
            return Ok(false);
        }
        stored["status"] = json!("free");
        let known = stored["identifier"].as_array().cloned().unwrap_or_default();
        let others: Vec<Value> = known.into_iter().filter(|one| *one != identifier(of)).collect();
        match (stored.as_object_mut(), others.is_empty()) {
            // FHIR has no empty lists.
            (Some(members), true) => drop(members.remove("identifier")),
            _ => stored["identifier"] = Value::Array(others),
        }
        self.ask(Method::PUT, slot, Some(&stored)).await?.success()?;
        Ok(true)
    }

    /// Gives back the slots that carry our identifier, but for `kept`: of a try that ended before it made its appointment.
    async fn give_back_all_but(&mut self, of: &Handover<'_>, kept: Option<&str>) -> Result<(), Refusal> {
        let capable = self.capabilities().await?;
        if self.calendar.is_none() || !(capable.finds_own_slots && capable.updates_slots) {
            return Ok(());
        }
        let search = identifier_search(of.system, &of.lead.thread, PART);
        for slot in self.pages(format!("Slot?{search}")).await? {
            let name = format!("Slot/{}", slot["id"].as_str().unwrap_or_default());
            if is_ours(of, &slot) && kept != Some(name.as_str()) {
                self.release(of, &name).await?;
            }
        }
        Ok(())
    }

    async fn is_taken(&mut self, slot: &str) -> bool {
        let found = self.ask(Method::GET, slot, None).await.and_then(super::Answer::success);
        found.is_ok_and(|stored| stored["status"] != "free")
    }
}

/// Puts into `stored` what `wanted` says of state and times, who comes in the place of who was not known, and what it lacks.
fn put_in(of: &Handover<'_>, stored: &mut Value, wanted: &Value) {
    let is_at = |start: &Value| differences(&json!({ "start": start }), stored, &HashMap::new()).is_empty();
    let moved = wanted.get("start").is_some_and(|start| !is_at(start));
    if moved && let Some(members) = stored.as_object_mut() {
        // That slot is another time's.
        members.remove("slot");
    }
    let reserved = as_json(&reservation(of));
    let nobody = reserved["participant"][0]["actor"]["display"].as_str();
    for (name, value) in wanted.as_object().into_iter().flatten() {
        match name.as_str() {
            "status" | "start" | "end" | "slot" => stored[name] = value.clone(),
            "participant" => {
                let ours = value.as_array().cloned().unwrap_or_default();
                let mut known = stored[name].as_array().cloned().unwrap_or_default();
                known.retain(|one| one["actor"]["display"].as_str().is_none_or(|who| Some(who) != nobody));
                known.retain(|one| !ours.contains(one));
                stored[name] = ours.into_iter().chain(known).collect();
            }
            _ if stored[name].is_null() => stored[name] = value.clone(),
            _ => {}
        }
    }
}

/// What our log says of the appointment.
fn wanted(of: &Handover<'_>, what: Scheduling) -> Value {
    let reserved = as_json(&reservation(of));
    let status = if what == Scheduling::Cancelled { "cancelled" } else { "booked" };
    let mut wanted = json!({ "status": status });
    // Where there is no appointment of ours, nothing is said of its time.
    for name in ["start", "end", "slot"].into_iter().filter(|name| !reserved[name].is_null()) {
        wanted[name] = reserved[name].clone();
    }
    wanted
}

/// The resource of a bundle of one.
fn as_json(bundle: &Bundle) -> Value {
    let bundle: Value = serde_json::from_str(&bundle.to_json()).unwrap_or_default();
    bundle["entry"][0]["resource"].clone()
}

/// A slot's reference comes back as it is, or absolute.
pub(super) fn same(of: &Handover<'_>) -> HashMap<String, String> {
    of.slot().map(|slot| (slot.to_owned(), slot.to_owned())).into_iter().collect()
}

fn identifier(of: &Handover<'_>) -> Value {
    json!({ "system": of.system, "value": identifier_value(&of.lead.thread, PART) })
}

fn is_ours(of: &Handover<'_>, slot: &Value) -> bool {
    slot["identifier"].as_array().is_some_and(|known| known.contains(&identifier(of)))
}

/// The slot of an appointment: `Slot/123`, however it is referred to.
fn slot_of(appointment: &Value) -> Option<String> {
    let reference = appointment["slot"][0]["reference"].as_str()?;
    let at = reference.rfind("Slot/")?;
    reference.get(at..)?.split("/_history/").next().map(str::to_owned)
}

fn name_of(appointment: &Value) -> Result<String, Refusal> {
    let id = appointment["id"].as_str();
    id.map(|id| format!("Appointment/{id}"))
        .ok_or_else(|| Refusal::Never("the EHR's Appointment has no id".into()))
}

/// `value` with what its references became.
fn resolved(value: &Value, names: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => json!(names.get(text).unwrap_or(text)),
        Value::Array(items) => items.iter().map(|item| resolved(item, names)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), resolved(value, names))).collect()
        }
        other => other.clone(),
    }
}

fn not_booked(refusal: Refusal) -> NotBooked {
    match refusal {
        Refusal::Later(_) => NotBooked::Later,
        Refusal::Never(_) => NotBooked::No(NoAppointment::Refused),
    }
}
