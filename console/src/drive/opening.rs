//! From a credential file and a passphrase to an opened practice.

use super::follow::Line;
use super::relay::{Relay, RelayError};
use super::session::{Desk, ReadError, Session, SignInError, read_to_end};
use super::{clock, memory};
use crate::model::{Practice, Progress, Trouble};
use inbox::trust::{KeyringError, TrustError};
use inbox::{Credential, Inbox, Memory};
use leptos::prelude::window;
use seal::credential::UnlockError;
use seal::web::{WebKey, WebSigner};
use seal::{KeyError, Opener, Signer};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Opens everything, or nothing.
pub(super) async fn open(
    file: &str,
    passphrase: Zeroizing<String>,
    report: impl Fn(Progress),
) -> Result<(Session, Practice), Trouble> {
    let plain = seal::web::unlock(file, &passphrase).await.map_err(unlock_trouble)?;
    drop(passphrase);
    let Credential { relay: base, anchor, staff, role, signing, encryption } =
        Credential::parse(&plain).map_err(|_| Trouble::NotACredential)?;
    drop(plain);
    let key = WebKey::import(encryption.ok_or(Trouble::NoInbox)?).await.map_err(key_trouble)?;
    let signer = WebSigner::import(signing).await.map_err(key_trouble)?;
    let base = base.trim_end_matches('/').to_owned();
    let relay = Relay::new(&base, &anchor.practice);
    let desk = Desk { base, relay, anchor, staff, role, signer, token: RefCell::new(None) };

    report(Progress::SignIn);
    desk.token().await.map_err(|error| sign_in_trouble(&desk, error))?;

    report(Progress::Trust);
    let seen = memory::recall(&desk.anchor);
    let (manifest, roster) = futures_util::future::join(
        desk.relay.manifest(),
        desk.signed_in(async |token: &str| desk.relay.roster(token).await),
    )
    .await;
    let now = clock::now() / 1000;
    let manifest = manifest.map_err(|error| relay_trouble(&desk, error))?;
    let manifest = desk.anchor.check_manifest(&manifest, now, &seen).map_err(trust_trouble)?;
    let roster = roster.map_err(|error| relay_trouble(&desk, error))?;
    let colleagues = desk.anchor.check_roster(roster, now, &seen).map_err(trust_trouble)?;
    let versions = (colleagues.roster().version, manifest.version);
    let keys = colleagues.open_keyring(&key).await.map_err(keyring_trouble)?;
    let (roster, manifest_version) = versions;
    memory::remember(
        &desk.anchor,
        Memory { roster: Some(roster), manifest: Some(manifest_version), ..Memory::default() },
    );

    report(Progress::Read { entries: 0, of: 0 });
    let inbox = RefCell::new(Inbox::new(&desk.anchor, colleagues, keys, &seen));
    read_to_end(&desk, &inbox, |entries, of| report(Progress::Read { entries, of })).await.map_err(
        |error| match error {
            ReadError::Relay(error) => relay_trouble(&desk, error),
            ReadError::Log(error) => Trouble::Log(error.to_string()),
        },
    )?;
    let session = Session {
        desk: Rc::new(desk),
        line: Line::new(),
        manifest,
        inbox,
        cases: RefCell::default(),
        busy: Cell::default(),
        again: Cell::default(),
        sealed: RefCell::default(),
    };
    let practice = session.practice().await;
    Ok((session, practice))
}

fn unlock_trouble(error: UnlockError) -> Trouble {
    match error {
        UnlockError::Malformed => Trouble::NotACredential,
        UnlockError::Refused => Trouble::Passphrase,
        UnlockError::Unavailable => Trouble::NoCrypto,
    }
}

fn key_trouble(_: KeyError) -> Trouble {
    Trouble::NotACredential
}

fn sign_in_trouble(desk: &Desk, error: SignInError) -> Trouble {
    match error {
        SignInError::Relay(error) => relay_trouble(desk, error),
        SignInError::Key => Trouble::NoCrypto,
    }
}

fn relay_trouble(desk: &Desk, error: RelayError) -> Trouble {
    let origin = window().location().origin().unwrap_or_default();
    match error {
        RelayError::Refused(400..=403) => Trouble::SignIn,
        RelayError::Refused(_) | RelayError::Unreachable | RelayError::Unreadable => {
            Trouble::Unreachable { relay: desk.base.clone(), elsewhere: origin != desk.base }
        }
    }
}

fn trust_trouble(error: TrustError) -> Trouble {
    Trouble::Untrusted(error.to_string())
}

fn keyring_trouble(error: KeyringError) -> Trouble {
    match error {
        KeyringError::Open(seal::OpenError::OtherKey) => Trouble::NoInbox,
        other => Trouble::Untrusted(other.to_string()),
    }
}
