//! What the root key signs: the manifest and the roster with its keyring.

use crate::clock;
use crate::failure::{Exit, Failure};
use inbox::Anchor;
use lead::manifest::publication::{Next, after_days};
use lead::{Manifest, ManifestSource};
use seal::{Embed, PrivateKey, PublicKey, jws, keyring};
use wire::api::SignedRoster;
use wire::practice::{MANIFEST_TYP, Member, ROSTER_TYP, Role, Roster};
use wire::{ChainHash, PublicJwk};

/// A manifest, made and signed.
pub(crate) struct SignedManifest {
    /// Compact JWS.
    pub(crate) jws: String,
    /// What was signed.
    pub(crate) manifest: Manifest,
}

/// So many days from now, in seconds.
pub(crate) fn in_days(days: u32) -> u64 {
    after_days(clock::now_s(), days)
}

/// Signs a manifest that is valid from now until `exp` (seconds).
pub(crate) fn sign_manifest(
    root: &PrivateKey,
    anchor: &Anchor,
    version: u64,
    inbox: PublicJwk,
    source: ManifestSource,
    exp: u64,
) -> Result<SignedManifest, Failure> {
    let practice = anchor.practice.clone();
    let next = Next { practice, inbox, source, remembered: None, now: clock::now_s(), exp };
    sign(root, Manifest::dated(version, next))
}

/// Signs a manifest as it is.
pub(crate) fn sign(root: &PrivateKey, manifest: Manifest) -> Result<SignedManifest, Failure> {
    let jws = jws::sign(root, MANIFEST_TYP, &manifest.to_claims(), Embed::Jwk).map_err(|error| {
        Failure::new(Exit::Document, format!("the manifest cannot be signed: {error}"), "shorten its texts")
    })?;
    Ok(SignedManifest { jws, manifest })
}

/// What a roster is to say.
pub(crate) struct RosterDraft {
    /// Above that of the present one.
    pub(crate) version: u64,
    /// As in [`Roster`].
    pub(crate) retention_days: Option<u32>,
    /// Everyone who may act, and everyone who ever did.
    pub(crate) members: Vec<Member>,
}

/// Seals the inbox keys (the one in use first) to everyone who reads now, and to the recovery key; and
/// signs the roster that names this keyring.
pub(crate) fn sign_roster(
    root: &PrivateKey,
    anchor: &Anchor,
    draft: RosterDraft,
    recovery: &PublicJwk,
    inbox_keys: &[PrivateKey],
) -> Result<SignedRoster, Failure> {
    let now = clock::now_s();
    let RosterDraft { version, retention_days, members } = draft;
    let readers = members
        .iter()
        .filter(|member| member.role != Role::Auditor && member.is_active(now))
        .filter_map(|member| member.encryption.as_ref());
    let recipients = readers
        .chain([recovery])
        .map(PublicKey::from_jwk)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Failure::new(Exit::Trust, error, "remove the member whose key it is"))?;
    let keys: Vec<&PrivateKey> = inbox_keys.iter().collect();
    let keyring = keyring::seal(&anchor.practice, version, &keys, &recipients).map_err(|error| {
        Failure::new(Exit::Failed, format!("the keyring cannot be sealed: {error}"), "report this")
    })?;
    let roster = Roster {
        practice: anchor.practice.clone(),
        version,
        iat: now,
        keyring: ChainHash::of_body(&keyring),
        retention_days,
        staff: members,
    };
    let claims =
        serde_json::to_vec(&roster).map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    let roster = jws::sign(root, ROSTER_TYP, &claims, Embed::Jwk).map_err(|error| {
        Failure::new(Exit::Failed, format!("the roster cannot be signed: {error}"), "report this")
    })?;
    Ok(SignedRoster { roster, keyring })
}
