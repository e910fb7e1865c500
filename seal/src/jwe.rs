//! What the three kinds of JWE have in common once their headers are read: RFC 7516 sections 5.1 and 5.2.

use crate::base64url::{self, NotBase64Url, decode_array, decode_public};
use crate::hazmat::{Failed, Key, gcm, make_key};
use crate::private::PrivateKey;
use crate::random;
use zeroize::Zeroizing;

/// A JWE for one recipient, decoded, not yet decrypted.
pub(crate) struct Jwe {
    /// The protected header in base64url: these ASCII bytes are authenticated.
    pub(crate) protected: String,
    pub(crate) encrypted_key: Vec<u8>,
    pub(crate) iv: [u8; gcm::IV],
    /// Ciphertext and tag.
    pub(crate) sealed: Vec<u8>,
}

impl Jwe {
    /// Decodes the parts of a JWE. Callers bound their lengths first.
    pub(crate) fn decode(
        protected: &str,
        encrypted_key: &str,
        iv: &str,
        ciphertext: &str,
        tag: &str,
    ) -> Result<Self, NotBase64Url> {
        let mut sealed = decode_public(ciphertext)?;
        sealed.extend_from_slice(&decode_array::<{ gcm::TAG }>(tag)?);
        Ok(Self {
            protected: protected.to_owned(),
            encrypted_key: decode_public(encrypted_key)?,
            iv: decode_array(iv)?,
            sealed,
        })
    }

    /// Opens with a private key. A content key that does not unwrap is replaced by a random one, so
    /// that the failure shows in one place only: RFC 7516 section 11.5.
    pub(crate) fn open(self, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let random = make_key()?;
        let content_key = key.unwrap(&self.encrypted_key).unwrap_or(random);
        self.open_content(&content_key)
    }

    pub(crate) fn open_content(self, content_key: &Key) -> Result<Zeroizing<Vec<u8>>, Failed> {
        gcm::open(content_key, &self.iv, self.protected.as_bytes(), self.sealed)
    }
}

/// Encrypted content in base64url: what stands after the encrypted key in a JWE.
pub(crate) struct Content {
    pub(crate) iv: String,
    pub(crate) ciphertext: String,
    pub(crate) tag: String,
}

impl Content {
    /// Encrypts `text` under a key that is used this once, bound to the protected header.
    pub(crate) fn seal(key: &Key, protected: &str, text: Zeroizing<Vec<u8>>) -> Result<Self, Failed> {
        let iv = random::make_bytes()?;
        Ok(Self::of(&iv, &gcm::seal(key, &iv, protected.as_bytes(), text)?))
    }

    /// Of what was encrypted: `sealed` ends with the tag.
    pub(crate) fn of(iv: &[u8; gcm::IV], sealed: &[u8]) -> Self {
        let (ciphertext, tag) = sealed.split_at(sealed.len() - gcm::TAG);
        Self {
            iv: base64url::encode(iv),
            ciphertext: base64url::encode(ciphertext),
            tag: base64url::encode(tag),
        }
    }

    /// RFC 7516 section 7.1.
    pub(crate) fn into_compact(self, protected: &str, encrypted_key: &[u8]) -> String {
        let encrypted_key = base64url::encode(encrypted_key);
        [protected, &encrypted_key, &self.iv, &self.ciphertext, &self.tag].join(".")
    }
}
