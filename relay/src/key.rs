//! The relay's own secret: 32 random bytes in a file. From it come the key that signs checkpoints of access
//! logs, and the secrets under which the relay recognises its own challenges.

use crate::secret::SecretHash;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use signed_note::{Note, NoteError, StandardSigner, key_id, new_ed25519_verifier_key};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Ed25519, in C2SP signed-note keys.
const ED25519: u8 = 1;

/// A relay's secret. Relays over one database share it.
#[derive(Clone)]
pub struct RelayKey([u8; 32]);

impl RelayKey {
    /// From 32 random bytes.
    #[must_use]
    pub const fn from_seed(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    /// The secret in the file `path`, made at first, readable by its owner alone.
    ///
    /// # Errors
    /// What the system says, or that the file holds something else.
    pub fn open(path: &Path) -> io::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(text.trim()).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "it does not hold 32 bytes in base64url")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::make(path),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut seed = [0; 32];
        let decoded = Base64UrlUnpadded::decode(text, &mut seed).ok()?;
        (decoded.len() == 32).then_some(Self(seed))
    }

    /// Whole or not at all: a relay that died while writing must not leave half a secret.
    fn make(path: &Path) -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let unfinished = path.with_extension("new");
        let mut file =
            File::options().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}", Base64UrlUnpadded::encode_string(&seed))?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(Self(seed))
    }

    /// A secret for one purpose, in hex. The seed is uniformly random, so a hash under a name of its own gives
    /// independent secrets.
    #[must_use]
    pub fn derive_secret(&self, purpose: &str) -> String {
        self.derive(purpose).iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Tells keys apart, and tells nothing of the key.
    #[must_use]
    pub fn fingerprint(&self) -> SecretHash {
        SecretHash::of(&self.derive_secret("fingerprint"))
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        let digest = Sha256::new().chain_update(b"anteroom-relay-key-v1\0");
        digest.chain_update(self.0).chain_update(purpose).finalize().into()
    }

    /// What checks notes that are signed in the name of `origin`: a C2SP signed-note verifier key.
    #[must_use]
    pub fn verifier(&self, origin: &str) -> String {
        new_ed25519_verifier_key(origin, &self.note_key().verifying_key())
    }

    /// `text` as a note signed in the name of `origin`: C2SP signed-note, Ed25519.
    ///
    /// # Errors
    /// When `origin` has a space or a plus in it, or `text` no line end.
    pub fn sign_note(&self, origin: &str, text: &str) -> Result<String, NoteError> {
        let key = self.note_key();
        let public = [&[ED25519][..], key.verifying_key().as_bytes()].concat();
        let secret = Base64::encode_string(&[&[ED25519][..], key.as_bytes()].concat());
        let encoded = format!("PRIVATE+KEY+{origin}+{:08x}+{secret}", key_id(origin, &public));
        let signer = StandardSigner::new(&encoded).map_err(|_| NoteError::InvalidSigner)?;
        let mut note = Note::new(text.as_bytes(), &[])?;
        note.add_sigs(&[&signer])?;
        String::from_utf8(note.to_bytes()).map_err(|_| NoteError::MalformedNote)
    }

    fn note_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.derive("checkpoint"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signed_note::{StandardVerifier, VerifierList};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.key");
        let made = RelayKey::open(&path).unwrap();
        assert_eq!(RelayKey::open(&path).unwrap().0, made.0);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("relay.key");
        for damaged in ["", "short", &"A".repeat(44)] {
            fs::write(&path, damaged).unwrap();
            assert!(RelayKey::open(&path).is_err(), "{damaged}");
            assert_eq!(fs::read_to_string(&path).unwrap(), damaged);
        }
    }

    #[test]
    fn purposes_have_secrets_of_their_own() {
        let key = RelayKey::from_seed([7; 32]);
        assert_eq!(key.derive_secret("a").len(), 64);
        assert_ne!(key.derive_secret("a"), key.derive_secret("b"));
        assert_ne!(key.derive_secret("a"), RelayKey::from_seed([8; 32]).derive_secret("a"));
    }

    #[test]
    fn a_note_is_checked_by_the_key_of_its_origin_alone() {
        let key = RelayKey::from_seed([7; 32]);
        let note =
            Note::from_bytes(key.sign_note("relay.example.com/log", "text\n").unwrap().as_bytes()).unwrap();
        let check = |verifier: &str| {
            let verifier = StandardVerifier::new(verifier).unwrap();
            note.verify(&VerifierList::new(vec![Box::new(verifier)])).is_ok()
        };
        assert!(check(&key.verifier("relay.example.com/log")));
        assert!(!check(&key.verifier("relay.example.com/other")));
        assert!(!check(&RelayKey::from_seed([8; 32]).verifier("relay.example.com/log")));
        assert!(key.sign_note("with space", "text\n").is_err());
    }
}
