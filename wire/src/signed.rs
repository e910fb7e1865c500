//! Compact JWS as Anteroom writes it: the protected header and the split into parts. Nothing here
//! checks a signature; `seal` and the relay each do that with a library of their own.

use crate::json::{Json, word};
use crate::{PublicJwk, Thumbprint, limits};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

/// Signature algorithm: RFC 7518 section 3.5. The only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    /// RSASSA-PSS with SHA-256 and MGF1-SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
}

/// The protected header of a compact JWS. Unknown and repeated members are refused, so `crit`,
/// `jku`, `x5u`, `b64` and every other `alg` never get further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHeader {
    /// Signature algorithm.
    pub alg: SignatureAlgorithm,
    /// Thumbprint of the key that signed.
    pub kid: Thumbprint,
    /// What is signed: one of the `*_TYP` constants of [`crate::practice`] (RFC 8725 section 3.11).
    pub typ: String,
    /// The root key itself, where it signs; counts only if its thumbprint is the pin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwk: Option<PublicJwk>,
}

impl SignedHeader {
    /// As the derived reader, of JSON in which no name stands twice.
    fn read(json: &Json) -> Option<Self> {
        let text = |name| json.member(name).and_then(Json::text);
        let jwk = match json.member("jwk") {
            None | Some(Json::Null) => None,
            Some(jwk) if jwk.has_only(&PublicJwk::MEMBERS) => Some(PublicJwk::read(jwk)?),
            Some(_) => return None,
        };
        let header = Self {
            alg: word(text("alg")?)?,
            kid: text("kid")?.parse().ok()?,
            typ: text("typ")?.to_owned(),
            jwk,
        };
        json.has_only(&["alg", "kid", "typ", "jwk"]).then_some(header)
    }
}

/// Why a text is not a compact JWS that Anteroom writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedError {
    /// RFC 7515 section 7.1: three base64url parts, none of them empty.
    #[error("not a compact JWS")]
    Shape,
    /// The protected header is not exactly a [`SignedHeader`].
    #[error("the protected header is not one that Anteroom writes")]
    Header,
}

/// The parts of a compact JWS, still in base64url.
#[derive(Debug, Clone, Copy)]
pub struct SignedParts<'a> {
    /// Header, dot and claims: the JWS signing input.
    pub signing_input: &'a str,
    /// Protected header.
    pub protected: &'a str,
    /// Claims.
    pub claims: &'a str,
    /// Signature.
    pub signature: &'a str,
}

impl<'a> SignedParts<'a> {
    /// Splits `text` without decoding it. The caller has bounded its length.
    ///
    /// # Errors
    /// [`SignedError::Shape`].
    pub fn parse(text: &'a str) -> Result<Self, SignedError> {
        let (signing_input, signature) = text.rsplit_once('.').ok_or(SignedError::Shape)?;
        let (protected, claims) = signing_input.split_once('.').ok_or(SignedError::Shape)?;
        let fits = [protected, claims, signature].iter().all(|part| is_base64url(part))
            && protected.len() <= limits::SIGNED_HEADER_CHARS
            && limits::WRAPPED_KEY_CHARS.contains(&signature.len());
        if fits { Ok(Self { signing_input, protected, claims, signature }) } else { Err(SignedError::Shape) }
    }

    /// Reads the protected header.
    ///
    /// # Errors
    /// [`SignedError::Header`].
    pub fn header(&self) -> Result<SignedHeader, SignedError> {
        let json = Base64UrlUnpadded::decode_vec(self.protected).map_err(|_| SignedError::Header)?;
        Json::parse(&json).and_then(|json| SignedHeader::read(&json)).ok_or(SignedError::Header)
    }

    /// The signed bytes; to be read only after the signature was checked.
    ///
    /// # Errors
    /// [`SignedError::Shape`].
    pub fn decode_claims(&self) -> Result<Vec<u8>, SignedError> {
        Base64UrlUnpadded::decode_vec(self.claims).map_err(|_| SignedError::Shape)
    }
}

fn is_base64url(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> Result<SignedHeader, SignedError> {
        let text = format!("{}.e30.{}", Base64UrlUnpadded::encode_string(json.as_bytes()), "A".repeat(512));
        SignedParts::parse(&text)?.header()
    }

    #[test]
    fn one_algorithm_and_no_stranger_in_the_header() {
        let kid = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        assert!(header(&format!(r#"{{"alg":"PS256","kid":"{kid}","typ":"x"}}"#)).is_ok());
        for wrong in [
            format!(r#"{{"alg":"none","kid":"{kid}","typ":"x"}}"#),
            format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"x"}}"#),
            format!(r#"{{"alg":"PS256","alg":"PS256","kid":"{kid}","typ":"x"}}"#),
            format!(r#"{{"alg":"PS256","kid":"{kid}","typ":"x","crit":["b64"]}}"#),
            format!(r#"{{"alg":"PS256","kid":"{kid}","typ":"x","jku":"https://example.com"}}"#),
            format!(r#"{{"alg":"PS256","kid":"{kid}"}}"#),
            r#"{"alg":"PS256","kid":"short","typ":"x"}"#.to_owned(),
        ] {
            assert_eq!(header(&wrong), Err(SignedError::Header), "{wrong}");
        }
    }

    /// One reader for everyone, and it agrees with the derived one.
    #[test]
    fn the_header_reads_as_serde_reads_it() {
        let kid = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
        let jwk = r#"{"kty":"RSA","n":"AQ","e":"AQAB","use":"sig","alg":"PS256","kid":"x"}"#;
        let with = |jwk: &str| format!(r#"{{"alg":"PS256","kid":"{kid}","typ":"x","jwk":{jwk}}}"#);
        for right in [with("null"), with(jwk), with(r#"{"kty":"RSA","n":"AQ","e":"AQAB","use":null}"#)] {
            assert_eq!(header(&right).ok(), serde_json::from_str(&right).ok(), "{right}");
            assert!(header(&right).is_ok(), "{right}");
        }
        for wrong in [
            with("{}"),
            with("[]"),
            with("7"),
            with(&jwk.replace("RSA", "EC")),
            with(&jwk.replace("sig", "any")),
            with(&jwk.replace("\"n\"", "\"d\"")),
            with(&jwk.replace("\"x\"", "\"x\",\"d\":\"AQ\"")),
            with(&jwk.replace("\"x\"", "\"x\",\"n\":\"AQ\"")),
            with(&jwk.replace("\"x\"", "7")),
            with(jwk).replace("\"x\",\"jwk\"", "null,\"jwk\""),
            format!("[{}]", with(jwk)),
            format!(r#"["PS256","{kid}","x",null]"#),
            with(jwk) + "x",
        ] {
            assert_eq!(header(&wrong), Err(SignedError::Header), "{wrong}");
        }
    }

    #[test]
    fn three_parts_of_the_right_shape() {
        let signature = "A".repeat(512);
        assert!(SignedParts::parse(&format!("e30.e30.{signature}")).is_ok());
        for wrong in [
            "".to_owned(),
            "e30.e30".to_owned(),
            "e30.e30.".to_owned(),
            format!("e30..{signature}"),
            format!("e30.e30.{}", "A".repeat(511)),
            format!("e30.e30.e30.{signature}"),
            format!("e30.e3=.{signature}"),
            format!("{}.e30.{signature}", "A".repeat(limits::SIGNED_HEADER_CHARS + 1)),
        ] {
            assert_eq!(SignedParts::parse(&wrong).unwrap_err(), SignedError::Shape, "{wrong}");
        }
    }
}
