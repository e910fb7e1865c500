//! Staff events, and documents of the practice, as they are written: signed by their author, then sealed to the practice.

use lead::Manifest;
use lead::thread::EventClaims;
use seal::entry::{Binding, SealError, seal};
use seal::{Embed, KeyError, PublicKey, SignError, Signer};
use wire::practice::EVENT_TYP;

/// Why an event was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It was not sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The manifest's inbox key is not one that Anteroom uses.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs `claims`: the token, and what it has to be bound to when it is sealed, the same practice, thread and entry
/// outside as inside.
///
/// # Errors
/// [`SignError`].
pub async fn sign_event<S: Signer>(
    signer: &S,
    claims: &EventClaims,
    manifest: &Manifest,
) -> Result<(Binding, String), SignError> {
    let token = signer.sign(EVENT_TYP, &claims.to_json(), Embed::Nothing).await?;
    let binding = Binding {
        typ: claims.event.kind(),
        practice: claims.practice.clone(),
        thread: claims.thread,
        entry: claims.entry,
        manifest: manifest.version,
    };
    Ok((binding, token))
}

/// The same, sealed to the inbox key of `manifest` outside the browser, which has `seal::web::seal`. Gives the compact JWE
/// to append.
///
/// # Errors
/// [`EventError`].
pub async fn seal_event<S: Signer>(
    signer: &S,
    claims: &EventClaims,
    manifest: &Manifest,
) -> Result<String, EventError> {
    let (binding, token) = sign_event(signer, claims, manifest).await?;
    let inbox = manifest.inbox.keys.first().ok_or(KeyError::Malformed)?;
    Ok(seal(&binding, token.as_bytes(), &PublicKey::from_jwk(inbox)?)?)
}
