//! Credential files that this browser remembers: as they are, so that a passphrase opens them, or encrypted once more under
//! the secret of a passkey (`static/passkey.js`, [`seal::web::second`]).

use super::scripts::{call, member, object};
use super::store::{self, Era};
use crate::model::{Machine, Remember, Remembered, Trouble};
use inbox::Credential;
use js_sys::{Array, Uint8Array};
use seal::Zeroizing;
use seal::web::second;
use wasm_bindgen::{JsCast, JsValue};
use wire::ChainHash;

const RECORD: &str = "credential.";

/// What this browser keeps.
pub(super) async fn machine() -> Machine {
    let names = store::names().await;
    let mut remembered = Vec::new();
    for name in names.iter().filter(|name| name.starts_with(RECORD)) {
        remembered.extend(store::get(name).await.and_then(|record| describe(name, &record)));
    }
    let passkeys = call("anteroomPasskey", "offered", &Array::new()).await;
    Machine {
        keeps: !names.is_empty(),
        remembered,
        passkeys: passkeys.is_some_and(|offered| offered.is_truthy()),
    }
}

fn describe(name: &str, record: &JsValue) -> Option<Remembered> {
    Some(Remembered {
        record: name.to_owned(),
        staff: member(record, "staff")?.as_string()?,
        practice: member(record, "practice")?.as_string()?,
        passkey: member(record, "passkey").is_some(),
    })
}

/// The file, for its passphrase.
pub(super) async fn recall(remembered: &Remembered) -> Result<String, Trouble> {
    let record = store::get(&remembered.record).await.ok_or(Trouble::Unreadable)?;
    if !remembered.passkey {
        return member(&record, "file").and_then(|file| file.as_string()).ok_or(Trouble::Unreadable);
    }
    let id = member(&record, "passkey").ok_or(Trouble::Unreadable)?;
    let file = member(&record, "file").and_then(bytes).ok_or(Trouble::Unreadable)?;
    let given = call("anteroomPasskey", "use", &Array::of2(&id, &salt(&remembered.record))).await;
    let secret = given.and_then(secret);
    let opened = second::unwrap(&file, secret.ok_or(Trouble::Passkey)?, &remembered.record).await;
    opened.map_err(|_| Trouble::Passkey)
}

/// Remembers a file that has opened as `credential`, in place of what was remembered of the same person.
pub(super) async fn remember(
    file: &str,
    how: Remember,
    credential: &Credential,
    era: &Era,
) -> Result<(), Trouble> {
    let Credential { anchor, staff, .. } = credential;
    let (staff, practice) = (staff.to_string(), anchor.practice.to_string());
    let name = format!("{RECORD}{practice}.{}.{staff}", anchor.pin);
    let mut members = vec![("staff", staff.as_str().into()), ("practice", practice.as_str().into())];
    match how {
        Remember::No => return Ok(()),
        Remember::File => members.push(("file", file.into())),
        Remember::WithPasskey => {
            let salt = salt(&name);
            let who = format!("{staff}, {practice}");
            let made = call("anteroomPasskey", "make", &Array::of3(&salt, &who.into(), &salt)).await;
            let made = made.ok_or(Trouble::Passkey)?;
            let given = member(&made, "secret").and_then(secret).ok_or(Trouble::Passkey)?;
            let file = second::wrap(file, given, &name).await.map_err(|_| Trouble::Passkey)?;
            members.push(("passkey", member(&made, "id").ok_or(Trouble::Passkey)?));
            members.push(("file", Uint8Array::from(file.as_slice()).into()));
        }
    }
    store::put(&name, &object(&members), era).await;
    Ok(())
}

/// What a passkey's secret is for, and whose passkey it is: one for each record. Not secret.
fn salt(record: &str) -> JsValue {
    Uint8Array::from(ChainHash::of_body(record).as_bytes().as_slice()).into()
}

fn bytes(value: JsValue) -> Option<Vec<u8>> {
    Some(value.dyn_into::<Uint8Array>().ok()?.to_vec())
}

/// Takes a secret over: the browser's copy is overwritten.
fn secret(value: JsValue) -> Option<Zeroizing<Vec<u8>>> {
    let given = value.dyn_into::<Uint8Array>().ok()?;
    let secret = Zeroizing::new(given.to_vec());
    given.fill(0, 0, given.length());
    Some(secret)
}
