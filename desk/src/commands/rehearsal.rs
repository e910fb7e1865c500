//! A message from the practice to itself: sealed as a patient's browser seals one, opened with a keyring.

use crate::clock;
use inbox::Keys;
use lead::Manifest;
use seal::entry::{Binding, seal};
use seal::random::{make_entry_id, make_thread_id};
use seal::{Opener, PrivateKey, PublicKey};
use wire::EntryKind;
use wire::header::Envelope;

/// Tries each inbox key of `manifest`; an error says what did not come back.
pub(super) async fn rehearse(manifest: &Manifest, keys: &Keys<PrivateKey>) -> Result<(), String> {
    let message = b"{\"test\":\"a message from the practice to itself\"}";
    for to in &manifest.inbox.keys {
        let to = PublicKey::from_jwk(to).map_err(|error| error.to_string())?;
        let random = |_| "no randomness".to_owned();
        let binding = Binding {
            typ: EntryKind::Inquiry,
            practice: manifest.practice.clone(),
            thread: make_thread_id().map_err(random)?,
            entry: make_entry_id(clock::now_ms()).map_err(random)?,
            manifest: manifest.version,
        };
        let sealed = seal(&binding, message, &to).map_err(|error| error.to_string())?;
        let sealed = Envelope::parse(sealed).map_err(|error| error.to_string())?;
        let key = keys.key(&to.thumbprint()).ok_or("the keyring lacks the inbox key")?;
        let opened = key.open(sealed).await.map_err(|error| error.to_string())?;
        if opened.plaintext.as_slice() != message {
            return Err("it reads differently".into());
        }
    }
    Ok(())
}
