//! Public RSA keys as JSON Web Keys (RFC 7517) and their thumbprints (RFC 7638).

use crate::json::{Json, word};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A public RSA key: RFC 7517 section 4 and RFC 7518 section 6.3.1. `n` and `e` are base64url
/// big-endian integers. Members that Anteroom has no use for are refused, private ones above all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicJwk {
    /// Always `RSA`.
    pub kty: Rsa,
    /// Modulus.
    pub n: String,
    /// Exponent.
    pub e: String,
    /// `sig` or `enc`.
    #[serde(rename = "use", default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<KeyUse>,
    /// `PS256` or `RSA-OAEP-256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The thumbprint, where the writer put it in. Never trusted: see [`PublicJwk::thumbprint`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
}

/// The one key type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rsa {
    /// RFC 7518 section 6.3.
    #[serde(rename = "RSA")]
    Rsa,
}

/// What a key is for: RFC 7517 section 4.2. One key never does both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyUse {
    /// Signatures.
    Sig,
    /// Encryption.
    Enc,
}

impl PublicJwk {
    /// The members of a public key.
    pub(crate) const MEMBERS: [&str; 6] = ["kty", "n", "e", "use", "alg", "kid"];

    /// Reads a key of JSON that is read already. Other members than a public key's are passed over: see
    /// [`Json::has_only`].
    #[must_use]
    pub fn read(json: &Json) -> Option<Self> {
        let text = |name| json.member(name).and_then(Json::text);
        let optional = |name| match json.member(name) {
            None | Some(Json::Null) => Some(None),
            Some(given) => given.text().map(Some),
        };
        Some(Self {
            kty: word(text("kty")?)?,
            n: text("n")?.to_owned(),
            e: text("e")?.to_owned(),
            usage: match optional("use")? {
                Some(usage) => Some(word(usage)?),
                None => None,
            },
            alg: optional("alg")?.map(ToOwned::to_owned),
            kid: optional("kid")?.map(ToOwned::to_owned),
        })
    }

    /// RFC 7638 section 3: SHA-256 over the required members in lexical order, without white space.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        // `n` and `e` are base64url wherever a key is accepted, so nothing here needs escaping.
        let members = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, self.e, self.n);
        Thumbprint(Sha256::digest(members).into())
    }
}

/// An RFC 7638 SHA-256 thumbprint: `kid` everywhere, and the pin in the snippet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint([u8; 32]);

/// A thumbprint is 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a thumbprint is 43 characters of base64url")]
pub struct ThumbprintError;

impl Thumbprint {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Thumbprint({self})")
    }
}

impl FromStr for Thumbprint {
    type Err = ThumbprintError;
    fn from_str(text: &str) -> Result<Self, ThumbprintError> {
        let mut bytes = [0; 32];
        match Base64UrlUnpadded::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err(ThumbprintError),
        }
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = ThumbprintError;
    fn try_from(text: String) -> Result<Self, ThumbprintError> {
        text.parse()
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> String {
        thumbprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7638 section 3.1.
    #[test]
    fn thumbprint_of_the_rfc() {
        let key = PublicJwk {
            kty: Rsa::Rsa,
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".into(),
            e: "AQAB".into(),
            usage: None,
            alg: Some("RS256".into()),
            kid: Some("2011-04-29".into()),
        };
        assert_eq!(key.thumbprint().to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn private_members_are_refused() {
        let error = serde_json::from_str::<PublicJwk>(r#"{"kty":"RSA","n":"AQ","e":"AQAB","d":"AQ"}"#);
        assert!(error.is_err());
        let error = serde_json::from_str::<PublicJwk>(r#"{"kty":"RSA","n":"AQ","n":"Ag","e":"AQAB"}"#);
        assert!(error.is_err());
    }
}
