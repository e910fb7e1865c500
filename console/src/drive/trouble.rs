//! From what failed to what a person is told.

use super::relay::RelayError;
use super::session::Desk;
use crate::model::Trouble;
use inbox::trust::{KeyringError, TrustError};
use leptos::prelude::window;
use seal::KeyError;
use seal::credential::UnlockError;

pub(super) fn unlock_trouble(error: UnlockError) -> Trouble {
    match error {
        UnlockError::Malformed => Trouble::NotACredential,
        UnlockError::Refused => Trouble::Passphrase,
        UnlockError::Unavailable => Trouble::NoCrypto,
    }
}

pub(super) fn key_trouble(_: KeyError) -> Trouble {
    Trouble::NotACredential
}

pub(super) fn relay_trouble(desk: &Desk, error: RelayError) -> Trouble {
    let origin = window().location().origin().unwrap_or_default();
    match error {
        RelayError::Refused(400..=403) => Trouble::SignIn,
        RelayError::Refused(_) | RelayError::Unreachable | RelayError::Unreadable => {
            Trouble::Unreachable { relay: desk.base.clone(), elsewhere: origin != desk.base }
        }
    }
}

pub(super) fn trust_trouble(error: TrustError) -> Trouble {
    Trouble::Untrusted(error.to_string())
}

pub(super) fn keyring_trouble(error: KeyringError) -> Trouble {
    match error {
        KeyringError::Open(seal::OpenError::OtherKey) => Trouble::NoInbox,
        other => Trouble::Untrusted(other.to_string()),
    }
}
