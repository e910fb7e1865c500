//! The keyring: the practice's inbox keys, old and new, for every member of staff who reads. General
//! JSON JWE (RFC 7516 section 7.2.1), one recipient a reader and one for the recovery key.
//!
//! Anyone can seal a keyring. What makes it the owner's is its digest in the signed roster, which the
//! reader compares before opening it.

use crate::base64url;
use crate::entry::{OpenError, SealError};
use crate::hazmat::{Failed, make_key};
use crate::jwe::{Content, Jwe};
use crate::key::PublicKey;
use crate::private::PrivateKey;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use wire::header::{ContentEncryption, EnvelopeError, KeyWrap};
use wire::jwk::{KeyUse, Thumbprint};
use wire::limits::{HEADER_CHARS, KEYRING_BYTES, WRAPPED_KEY_CHARS};
use wire::{PracticeId, json};
use zeroize::Zeroizing;

/// Most readers of one keyring.
const RECIPIENTS: usize = 200;

/// Inbox keys as a keyring hands them over.
pub struct Keyring {
    /// Whose keyring.
    pub practice: PracticeId,
    /// Rises with every publication.
    pub version: u64,
    /// Private JWKs; the first is the one in use.
    pub keys: Vec<Zeroizing<String>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("practice", &self.practice)
            .field("version", &self.version)
            .field("keys", &format_args!("{} redacted", self.keys.len()))
            .finish()
    }
}

#[derive(Serialize, Deserialize)]
enum Type {
    #[serde(rename = "anteroom-keyring")]
    Keyring,
}

/// The protected header. `alg` stands here, not with each recipient, so that it is authenticated.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    alg: KeyWrap,
    enc: ContentEncryption,
    typ: Type,
    practice: PracticeId,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct General {
    protected: String,
    recipients: Vec<Recipient>,
    iv: String,
    ciphertext: String,
    tag: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipient {
    header: RecipientHeader,
    encrypted_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientHeader {
    kid: Thumbprint,
}

/// Seals the inbox keys for all recipients.
///
/// # Errors
/// [`SealError`]; [`SealError::TooLong`] also for more keys or recipients than a reader accepts, and
/// [`SealError::Recipient`] also for none or one that is named twice.
pub fn seal(
    practice: &PracticeId,
    version: u64,
    keys: &[&PrivateKey],
    recipients: &[PublicKey],
) -> Result<String, SealError> {
    if recipients.len() > RECIPIENTS {
        return Err(SealError::TooLong);
    }
    if recipients.is_empty() || has_twins(recipients.iter().map(PublicKey::thumbprint)) {
        return Err(SealError::Recipient);
    }
    let header = Header {
        alg: KeyWrap::RsaOaep256,
        enc: ContentEncryption::A256Gcm,
        typ: Type::Keyring,
        practice: practice.clone(),
        version,
    };
    let header = serde_json::to_vec(&header).map_err(|_| SealError::Unavailable)?;
    let protected = base64url::encode(&header);
    let content_key = make_key().map_err(Failed::from)?;
    let recipients = recipients
        .iter()
        .map(|key| {
            let wrapped = key.for_use(KeyUse::Enc)?.wrap(&content_key)?;
            let header = RecipientHeader { kid: key.thumbprint() };
            Ok(Recipient { header, encrypted_key: base64url::encode(&wrapped) })
        })
        .collect::<Result<_, SealError>>()?;
    let Content { iv, ciphertext, tag } = Content::seal(&content_key, &protected, key_set(keys))?;
    let general = General { protected, recipients, iv, ciphertext, tag };
    let json = serde_json::to_string(&general).map_err(|_| SealError::Unavailable)?;
    if json.len() > KEYRING_BYTES { Err(SealError::TooLong) } else { Ok(json) }
}

/// Opens a keyring with a key outside the browser.
///
/// # Errors
/// [`OpenError`]; [`OpenError::OtherKey`] where the key is not among the recipients.
pub fn open(json: &str, key: &PrivateKey) -> Result<Keyring, OpenError> {
    let key = key.for_use(KeyUse::Enc).map_err(|_| OpenError::OtherKey)?;
    let (header, jwe) = parse(json, &key.thumbprint())?;
    opened(header, &jwe.open(key)?)
}

/// Reads all that can be read without a key, and picks the recipient that `key` is.
pub(crate) fn parse(json: &str, key: &Thumbprint) -> Result<(Header, Jwe), OpenError> {
    if json.len() > KEYRING_BYTES {
        return Err(EnvelopeError::TooLarge.into());
    }
    let general: General = json::object(json.as_bytes()).ok_or(EnvelopeError::Shape)?;
    let General { protected, recipients, iv, ciphertext, tag } = general;
    if protected.len() > HEADER_CHARS || recipients.len() > RECIPIENTS {
        return Err(EnvelopeError::Shape.into());
    }
    if has_twins(recipients.iter().map(|recipient| recipient.header.kid)) {
        return Err(EnvelopeError::Shape.into());
    }
    let header = base64url::decode(&protected).map_err(|_| EnvelopeError::Header)?;
    let header = json::object(&header).ok_or(EnvelopeError::Header)?;
    let recipient =
        recipients.iter().find(|recipient| recipient.header.kid == *key).ok_or(OpenError::OtherKey)?;
    if !WRAPPED_KEY_CHARS.contains(&recipient.encrypted_key.len()) {
        return Err(EnvelopeError::Shape.into());
    }
    let jwe = Jwe::decode(&protected, &recipient.encrypted_key, &iv, &ciphertext, &tag)
        .map_err(|_| EnvelopeError::Shape)?;
    Ok((header, jwe))
}

/// The keys of an opened keyring. It is authenticated by now, so a content that is no JWK set is the
/// writer's fault and told apart from nothing else.
pub(crate) fn opened(header: Header, plaintext: &[u8]) -> Result<Keyring, OpenError> {
    let set: KeySet<'_> = json::object(plaintext).ok_or(OpenError::Refused)?;
    let keys = set.keys.into_iter().map(|jwk| Zeroizing::new(jwk.get().to_owned())).collect();
    Ok(Keyring { practice: header.practice, version: header.version, keys })
}

/// RFC 7517 section 5. The keys stay text, borrowed, until each is imported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySet<'a> {
    #[serde(borrow)]
    keys: Vec<&'a serde_json::value::RawValue>,
}

/// The JWK set of `keys`, with room for the tag.
fn key_set(keys: &[&PrivateKey]) -> Zeroizing<Vec<u8>> {
    let jwks: Vec<_> = keys.iter().map(|key| key.to_jwk()).collect();
    let length: usize = jwks.iter().map(|jwk| jwk.len() + 1).sum();
    let mut json = Zeroizing::new(Vec::with_capacity(length + 32));
    json.extend_from_slice(br#"{"keys":["#);
    for (index, jwk) in jwks.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        json.extend_from_slice(jwk.as_bytes());
    }
    json.extend_from_slice(b"]}");
    json
}

fn has_twins(mut keys: impl Iterator<Item = Thumbprint>) -> bool {
    let mut seen = HashSet::new();
    keys.any(|key| !seen.insert(key))
}
