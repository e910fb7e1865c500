//! Fetches the practice's documents and checks them against the pin and what is remembered.

use super::kept::KeptKeys;
use super::session::{Desk, ReadError, SignInError, read_to_end};
use super::trouble::{keyring_trouble, relay_trouble, trust_trouble};
use super::{clock, memory};
use crate::model::Trouble;
use inbox::trust::Staff;
use inbox::{Inbox, Memory};
use lead::Manifest;
use seal::web::WebKey;
use std::cell::RefCell;

/// What the root key vouches for, for anyone on the roster.
pub(super) struct Vouched {
    pub(super) manifest: Manifest,
    pub(super) staff: Staff,
    /// Both as they are signed.
    pub(super) signed: [String; 2],
    seen: Memory,
}

/// The same for who holds a key: the manifest, and an inbox that knows the staff and holds the keyring's keys. No
/// page of it is read yet.
pub(super) struct Trusted {
    pub(super) manifest: Manifest,
    pub(super) inbox: RefCell<Inbox<WebKey>>,
    pub(super) kept: KeptKeys,
}

/// Fetches and checks.
pub(super) async fn vouch(desk: &Desk) -> Result<Vouched, Trouble> {
    let seen = memory::recall(&desk.anchor);
    let (manifest, roster) = futures_util::future::join(
        desk.relay.manifest(),
        desk.signed_in(async |token: &str| desk.relay.roster(token).await),
    )
    .await;
    let now = clock::now() / 1000;
    let signed_manifest = manifest.map_err(|error| relay_trouble(desk, error))?;
    let manifest = desk.anchor.check_manifest(&signed_manifest, now, &seen).map_err(trust_trouble)?;
    let roster = roster.map_err(|error| relay_trouble(desk, error))?;
    let signed = [signed_manifest, roster.roster.clone()];
    let staff = desk.anchor.check_roster(roster, now, &seen).map_err(trust_trouble)?;
    Ok(Vouched { manifest, staff, signed, seen })
}

/// Remembers the versions: an earlier one is not believed any more.
pub(super) fn remember(desk: &Desk, manifest: &Manifest, staff: &Staff) {
    let versions = Memory {
        roster: Some(staff.roster().version),
        manifest: Some(manifest.version),
        ..Memory::default()
    };
    memory::remember(&desk.anchor, versions);
}

/// Opens the keyring with `key`.
pub(super) async fn trust(desk: &Desk, key: &WebKey, vouched: Vouched) -> Result<Trusted, Trouble> {
    let Vouched { manifest, staff, seen, .. } = vouched;
    let keys = staff.open_keyring(key).await.map_err(keyring_trouble)?;
    let kept = KeptKeys::recall(&desk.anchor, &desk.staff, staff.roster().keyring, &desk.era).await;
    let keys = keys.map(|key| kept.lend(key));
    remember(desk, &manifest, &staff);
    let inbox = RefCell::new(Inbox::new(&desk.anchor, staff, keys, &seen));
    Ok(Trusted { manifest, inbox, kept })
}

/// Reads the log to its end, or for as long as `report` wants: gives whether the end was reached.
pub(super) async fn read(
    desk: &Desk,
    inbox: &RefCell<Inbox<WebKey>>,
    meanwhile: impl AsyncFn(),
    report: impl AsyncFn(u64, u64) -> bool,
) -> Result<bool, Trouble> {
    read_to_end(desk, inbox, meanwhile, report).await.map_err(|error| match error {
        ReadError::Relay(error) => relay_trouble(desk, error),
        ReadError::Log(error) => Trouble::Log(error.to_string()),
    })
}

/// Signs in.
pub(super) async fn sign_in(desk: &Desk) -> Result<(), Trouble> {
    match desk.token().await {
        Ok(_) => Ok(()),
        Err(SignInError::Relay(error)) => Err(relay_trouble(desk, error)),
        Err(SignInError::Key) => Err(Trouble::NoCrypto),
    }
}
