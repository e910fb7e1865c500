//! The files that hold private keys, each locked by a passphrase: a member of staff's credential, the
//! practice's root key, the recovery key.

use crate::failure::{Exit, Failure, Reason};
use crate::files;
use crate::passphrase::Passphrases;
use inbox::root::RootError;
use inbox::{Anchor, Credential, RootKey};
use seal::credential::{Rounds, UnlockError, lock, unlock};
use seal::{KeyError, KeyUse, PrivateKey, Zeroizing};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use wire::{PracticeId, StaffId, Thumbprint};

/// The practice's root key, from its file.
pub(crate) struct RootFile(pub(crate) RootKey);

impl Deref for RootFile {
    type Target = RootKey;
    fn deref(&self) -> &RootKey {
        &self.0
    }
}

/// The recovery key: opens every keyring when all credentials are lost.
pub(crate) struct RecoveryFile {
    /// Base URL of the relay.
    pub(crate) relay: String,
    /// The practice and its pin.
    pub(crate) anchor: Anchor,
    /// Opens keyrings.
    pub(crate) key: PrivateKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecoveryContent<'a> {
    v: u8,
    relay: String,
    practice: PracticeId,
    pin: Thumbprint,
    #[serde(borrow)]
    recovery: &'a RawValue,
}

/// Where a practice's root key is.
pub(crate) fn root_path(directory: &Path) -> PathBuf {
    directory.join("root.key")
}

/// Where the recovery key is, until it is taken somewhere safe.
pub(crate) fn recovery_path(directory: &Path) -> PathBuf {
    directory.join("recovery.credential")
}

/// Where the relay's log key is, which checks exports of the access log.
pub(crate) fn log_key_path(directory: &Path) -> PathBuf {
    directory.join("relay-log.pub")
}

/// Where a member of staff's credential is.
pub(crate) fn credential_path(directory: &Path, staff: &StaffId) -> PathBuf {
    directory.join(format!("{staff}.credential"))
}

impl RootFile {
    /// Opens the file.
    pub(crate) fn open(path: &Path, passphrases: &Passphrases) -> Result<Self, Failure> {
        let plain = open(path, passphrases)?;
        RootKey::parse(&plain).map(Self).map_err(|error| match error {
            RootError::NotARootKey => not_this(path, "root key"),
            RootError::Key(error) => bad_key(path, error),
        })
    }

    /// Makes the file.
    pub(crate) fn create(&self, path: &Path, passphrase: &str) -> Result<(), Failure> {
        let json = self.to_json().map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        create(path, &json, passphrase)
    }
}

impl RecoveryFile {
    /// Opens the file.
    pub(crate) fn open(path: &Path, passphrases: &Passphrases) -> Result<Self, Failure> {
        let plain = open(path, passphrases)?;
        let content: RecoveryContent<'_> =
            serde_json::from_slice(&plain).map_err(|_| not_this(path, "recovery key"))?;
        let key = PrivateKey::from_jwk(content.recovery.get()).map_err(|error| bad_key(path, error))?;
        if content.v != 1 || key.usage() != KeyUse::Enc {
            return Err(not_this(path, "recovery key"));
        }
        let anchor = Anchor { practice: content.practice, pin: content.pin };
        Ok(Self { relay: content.relay, anchor, key })
    }

    /// Makes the file.
    pub(crate) fn create(&self, path: &Path, passphrase: &str) -> Result<(), Failure> {
        let key = self.key.to_jwk();
        let content = RecoveryContent {
            v: 1,
            relay: self.relay.clone(),
            practice: self.anchor.practice.clone(),
            pin: self.anchor.pin,
            recovery: raw(&key)?,
        };
        create(path, &to_json(&content)?, passphrase)
    }
}

/// Opens a credential file.
pub(crate) fn open_credential(path: &Path, passphrases: &Passphrases) -> Result<Credential, Failure> {
    let plain = open(path, passphrases)?;
    Credential::parse(&plain).map_err(|_| not_this(path, "credential of a member of staff"))
}

/// Makes a credential file.
pub(crate) fn create_credential(
    path: &Path,
    credential: &Credential,
    passphrase: &str,
) -> Result<(), Failure> {
    let json = credential.to_json().map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    create(path, &json, passphrase)
}

/// A private key out of a credential.
pub(crate) fn key(path: &Path, jwk: &str) -> Result<PrivateKey, Failure> {
    PrivateKey::from_jwk(jwk).map_err(|error| bad_key(path, error))
}

fn open(path: &Path, passphrases: &Passphrases) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // A missing file is said before a passphrase is asked for.
    let text = files::read(path)?;
    let passphrase = passphrases.existing(&path.display().to_string())?;
    unlock(&text, &passphrase).map_err(|error| match error {
        UnlockError::Malformed => {
            Failure::new(Exit::Locked, format!("{} is not a key file", path.display()), "check the path")
        }
        UnlockError::Refused | UnlockError::Unavailable => Failure::new(
            Exit::Locked,
            format!("{} does not open: the passphrase is wrong, or the file was altered", path.display()),
            "check the passphrase (capital letters, keyboard layout); each file has its own",
        )
        .because(Reason::Passphrase),
    })
}

fn create(path: &Path, plain: &[u8], passphrase: &str) -> Result<(), Failure> {
    let mut text = lock(plain, passphrase, Rounds::DEFAULT)
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    text.push('\n');
    Ok(files::create_private(path, text.as_bytes())?)
}

fn raw(jwk: &str) -> Result<&RawValue, Failure> {
    serde_json::from_str(jwk).map_err(|error| Failure::new(Exit::Failed, error, "report this"))
}

fn to_json(content: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // Room for all of it: a buffer that grows leaves its earlier copies behind.
    let mut json = Zeroizing::new(Vec::with_capacity(16 << 10));
    serde_json::to_writer(&mut *json, content)
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    Ok(json)
}

fn not_this(path: &Path, what: &str) -> Failure {
    Failure::new(
        Exit::Locked,
        format!("{} opens, and is not a {what}", path.display()),
        "check which file the command asks for",
    )
}

fn bad_key(path: &Path, error: KeyError) -> Failure {
    Failure::new(
        Exit::Locked,
        format!("{} holds a key that cannot be used: {error}", path.display()),
        "restore the file from a backup",
    )
}
