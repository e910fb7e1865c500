//! Whether a manifest is the practice's own: signed by the root key that the page pins, for this practice,
//! in force, and no older than one seen before.

use super::port::Start;
use lead::Manifest;
use seal::{KeyUse, SignatureError, web};
use widget::reader;
use wire::practice::MANIFEST_TYP;

/// Why the form is not shown.
pub(crate) enum Distrust {
    /// The snippet's pin or practice cannot be read.
    Snippet,
    /// Not signed by the pinned key.
    Signature,
    /// Signed, and yet not to be used here and now; or its key is unusable.
    Claims,
}

/// The manifest, checked, at `now` in seconds.
pub(crate) async fn manifest(start: &Start, now: u64) -> Result<Manifest, Distrust> {
    let pin = start.pin.parse().map_err(|_| Distrust::Snippet)?;
    let practice = start.practice.parse().map_err(|_| Distrust::Snippet)?;
    let signed = web::verify_pinned(&start.manifest, MANIFEST_TYP, &pin)
        .await
        .map_err(|_: SignatureError| Distrust::Signature)?;
    let seen = (start.seen > 0).then_some(start.seen);
    let manifest = reader::manifest(&signed.claims).ok_or(Distrust::Claims)?;
    let manifest = manifest.admit(&practice, now, seen).map_err(|_| Distrust::Claims)?;
    // A key that cannot be used is found before anyone types, not when they send.
    let usable = manifest.inbox.keys.first().is_some_and(|key| web::for_use(key, KeyUse::Enc).is_ok());
    if usable { Ok(manifest) } else { Err(Distrust::Claims) }
}
