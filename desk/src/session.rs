//! A member of staff at work: credential opened, signed in, the practice's documents checked against
//! the pin and against what this credential remembers, the log read.

use crate::clock;
use crate::commands::Context;
use crate::failure::{Exit, Failure, Reason};
use crate::files;
use crate::keyfile::{self, RootFile};
use crate::parallel::Parallel;
use crate::relay::{Relay, SignedIn};
use crate::state::StateFile;
use inbox::trust::{KeyringError, TrustError};
use inbox::{Credential, Inbox, Keys, LogError, Memory, Progress, Staff};
use lead::Manifest;
use lead::manifest::Refused;
use seal::jws::verify_pinned;
use seal::{PrivateKey, Zeroizing};
use std::path::{Path, PathBuf};
use wire::practice::{MANIFEST_TYP, ManifestHead, Role};

/// A credential in use.
pub(crate) struct Session {
    path: PathBuf,
    /// What the file holds.
    pub(crate) credential: Credential,
    /// The relay that it names.
    pub(crate) relay: Relay,
    /// What it remembers.
    pub(crate) state: StateFile,
}

impl Session {
    /// Opens a credential file and its memory. Nothing is asked of the relay yet.
    pub(crate) fn open(context: &Context, path: &Path) -> Result<Self, Failure> {
        let credential = keyfile::open_credential(path, &context.passphrases)?;
        if files::is_open_to_others(path)? {
            context.output.warn(&format!("others on this machine may read {}: chmod 600 it", path.display()));
        }
        let relay = Relay::new(&credential.relay)?;
        let state = StateFile::open(path, &credential.anchor)?;
        Ok(Self { path: path.to_owned(), credential, relay, state })
    }

    /// The session of an owner whose credential is lost, before it has a new one: what it remembers begins with this.
    pub(crate) fn of_owner(root: &RootFile, path: &Path) -> Result<Self, Failure> {
        let credential = Credential {
            relay: root.relay.clone(),
            anchor: root.anchor.clone(),
            staff: root.owner.clone(),
            role: Role::Owner,
            signing: root.root.to_jwk(),
            encryption: None,
        };
        let relay = Relay::new(&credential.relay)?;
        let state = StateFile::open(path, &credential.anchor)?;
        Ok(Self { path: path.to_owned(), credential, relay, state })
    }

    /// The manifest, checked.
    pub(crate) async fn manifest(&mut self) -> Result<Manifest, Failure> {
        let text = self.relay.manifest(&self.credential.anchor.practice).await?;
        let manifest = self
            .credential
            .anchor
            .check_manifest(&text, clock::now_s(), self.state.memory())
            .map_err(distrust)?;
        self.state.remember(Memory { manifest: Some(manifest.version), ..Memory::default() })?;
        Ok(manifest)
    }

    /// The manifest in force, checked; where it has expired, the last that was.
    pub(crate) async fn last_manifest(&mut self) -> Result<Manifest, Failure> {
        let Credential { anchor, .. } = &self.credential;
        let text = self.relay.manifest(&anchor.practice).await?;
        let signed = verify_pinned(text.trim_end(), MANIFEST_TYP, &anchor.pin)
            .map_err(|error| distrust(TrustError::ManifestSignature(error)))?;
        let head: ManifestHead = serde_json::from_slice(&signed.claims)
            .map_err(|_| distrust(TrustError::Manifest(Refused::Malformed)))?;
        // One that has expired is looked at as of its last second.
        let as_of = clock::now_s().min(head.exp.saturating_sub(1));
        anchor.check_manifest(&text, as_of, self.state.memory()).map_err(distrust)
    }

    /// Signs in at the relay.
    pub(crate) async fn sign_in(&self) -> Result<SignedIn, Failure> {
        let Credential { anchor, staff, .. } = &self.credential;
        let signer = self.signer()?;
        Ok(self.relay.sign_in(&anchor.practice, staff, &signer, clock::now_s()).await?)
    }

    /// The key that signs.
    pub(crate) fn signer(&self) -> Result<PrivateKey, Failure> {
        keyfile::key(&self.path, &self.credential.signing)
    }

    /// Roster and keyring, checked.
    pub(crate) async fn staff(&mut self, signed_in: &SignedIn) -> Result<Staff, Failure> {
        let signed = signed_in.roster().await?;
        let staff = self
            .credential
            .anchor
            .check_roster(signed, clock::now_s(), self.state.memory())
            .map_err(distrust)?;
        self.state.remember(Memory { roster: Some(staff.roster().version), ..Memory::default() })?;
        Ok(staff)
    }

    /// The key that opens the keyring.
    pub(crate) fn encryption(&self) -> Result<PrivateKey, Failure> {
        let jwk: &Zeroizing<String> = self.credential.encryption.as_ref().ok_or_else(|| {
            Failure::new(
                Exit::Locked,
                "an auditor's credential opens no inquiries",
                "use a coordinator's or the owner's credential",
            )
        })?;
        keyfile::key(&self.path, jwk)
    }

    /// Reads the whole log. Nothing of a log that does not check is given out.
    pub(crate) async fn read(&mut self) -> Result<Inbox<Parallel>, Failure> {
        let encryption = self.encryption()?;
        let signed_in = self.sign_in().await?;
        let staff = self.staff(&signed_in).await?;
        let keys = staff.open_keyring(&encryption).await.map_err(no_keyring)?;
        self.read_with(&signed_in, staff, keys).await
    }

    /// The same with these keys.
    pub(crate) async fn read_with(
        &mut self,
        signed_in: &SignedIn,
        staff: Staff,
        keys: Keys<PrivateKey>,
    ) -> Result<Inbox<Parallel>, Failure> {
        let keys = keys.map(Parallel::new);
        let mut inbox = Inbox::new(&self.credential.anchor, staff, keys, self.state.memory());
        loop {
            let page = signed_in.page(inbox.head().seq).await?;
            match inbox.read(page).await.map_err(bad_log)? {
                Progress::More => {}
                Progress::End => break,
            }
        }
        self.state.remember(Memory { head: Some(inbox.head()), ..Memory::default() })?;
        Ok(inbox)
    }
}

/// The relay's log does not check.
pub(crate) fn bad_log(error: LogError) -> Failure {
    Failure::new(
        Exit::Log,
        format!("the relay's log cannot be trusted: {error} (first bad place: entry {})", error.seq()),
        "believe nothing that the relay shows now, keep your state file, and ask the relay's operator; \
         a database that was restored from an old backup looks the same as an attack",
    )
    .because(Reason::Log)
}

/// A document does not check.
pub(crate) fn distrust(error: TrustError) -> Failure {
    let todo = match error {
        TrustError::Manifest(Refused::Expired) => {
            "the owner publishes it anew: anteroom manifest publish FILE --dir DIR"
        }
        TrustError::Manifest(Refused::NotYetValid) | TrustError::RosterNotYetValid => {
            "check this machine's clock"
        }
        TrustError::Manifest(Refused::Malformed) | TrustError::RosterMalformed => {
            "update this program: a newer release may have published it"
        }
        _ => {
            "believe nothing that the relay shows now, and ask the relay's operator and the practice's owner; \
             only the owner's root key can sign it"
        }
    };
    let reason = match error {
        TrustError::Manifest(Refused::Expired) => Some(Reason::Expired),
        TrustError::Manifest(Refused::NotYetValid) | TrustError::RosterNotYetValid => Some(Reason::Clock),
        _ => None,
    };
    Failure { reason, ..Failure::new(Exit::Trust, error, todo) }
}

/// The keyring does not open.
pub(crate) fn no_keyring(error: KeyringError) -> Failure {
    Failure::new(
        Exit::Trust,
        error,
        "ask the owner for a new credential: the keyring may have been sealed before or after yours was made",
    )
    .because(Reason::Keyring)
}
