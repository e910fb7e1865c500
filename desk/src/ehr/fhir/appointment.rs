//! The appointment in the EHR's calendar: made when staff ask for it, then kept as the log has it. The slot is claimed
//! first, under the version in which it was free (If-Match: R4 http, 3.1.0.5), so that of two who want it one gets it; a
//! slot that carries our identifier is ours, which makes a second time harmless.

use super::Fhir;
use crate::clock;
use crate::daemon::ports::{NotBooked, Refusal};
use crate::ehr::compare::differences;
use lead::fhir::{Bundle, identifier_search, identifier_value, reservation};
use lead::handover::Handover;
use lead::hl7::Scheduling;
use lead::thread::NoAppointment;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;

/// What the practice's identifiers call the appointment of a lead.
const PART: &str = "appointment";

impl Fhir {
    /// Puts an appointment into the calendar, or moves it there; gives its reference: `Appointment/123`.
    pub(in crate::ehr) async fn book(&mut self, of: &Handover<'_>) -> Result<String, NotBooked> {
        let (Some(slot), Some((start, _))) = (of.slot(), of.appointment()) else {
            return Err(NotBooked::No(NoAppointment::Refused));
        };
        let stored = self.appointment(of).await.map_err(not_booked)?;
        let is_there = stored
            .as_ref()
            .is_some_and(|stored| differences(&wanted(of, Scheduling::Booked), stored, &same(of)).is_empty());
        if !is_there {
            self.claim(of, slot, start).await?;
        }
        let placed = self.place(of, stored).await;
        if !is_there && placed == Err(NotBooked::No(NoAppointment::Refused)) {
            self.release(of, slot).await.map_err(not_booked)?;
            // A server that looks after its slots itself says no to a second appointment.
            let reason =
                if self.is_taken(slot).await { NoAppointment::Taken } else { NoAppointment::Refused };
            return Err(NotBooked::No(reason));
        }
        placed
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
            None => {
                let bundle = reservation(of);
                let (_, names) = self.transact(&bundle).await.map_err(not_booked)?;
                names.into_values().next().ok_or(NotBooked::Later)?
            }
        };
        let stored =
            self.ask(Method::GET, &name, None).await.map_err(not_booked)?.success().map_err(unclear)?;
        if differences(&wanted(of, Scheduling::Booked), &stored, &same(of)).is_empty() {
            Ok(name)
        } else {
            Err(NotBooked::No(NoAppointment::Unclear))
        }
    }

    /// Makes the EHR's appointment say what ours says. What others wrote into it stays.
    pub(in crate::ehr) async fn pass_on(
        &mut self,
        of: &Handover<'_>,
        what: Scheduling,
    ) -> Result<(), Refusal> {
        let stored = self.appointment(of).await?;
        let stored =
            stored.ok_or_else(|| Refusal::Never("the EHR has no such Appointment any more".into()))?;
        let wanted = wanted(of, what);
        let stored = self.amend(of, stored, &wanted, &same(of)).await?;
        let places = differences(&wanted, &stored, &same(of));
        if places.is_empty() {
            return Ok(());
        }
        Err(Refusal::Never(format!("the EHR stored something else than was sent: {}", places.join(", "))))
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

    async fn is_taken(&mut self, slot: &str) -> bool {
        let found = self.ask(Method::GET, slot, None).await.and_then(super::Answer::success);
        found.is_ok_and(|stored| stored["status"] != "free")
    }
}

/// Puts into `stored` what `wanted` says of state and times, who comes in the place of who was not known, and what it lacks.
fn put_in(of: &Handover<'_>, stored: &mut Value, wanted: &Value) {
    let moved = !differences(&json!({ "start": wanted["start"] }), stored, &HashMap::new()).is_empty();
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
    let mut wanted = json!({ "status": status, "start": reserved["start"], "end": reserved["end"] });
    if reserved["slot"].is_array() {
        wanted["slot"] = reserved["slot"].clone();
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
