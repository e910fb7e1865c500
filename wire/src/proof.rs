//! Proof of work on a submission: ALTCHA version 2 with `PBKDF2/SHA-256`, bound to one entry id.
//!
//! A relay that asks for it gives a [`Challenge`]; whoever submits looks for the counter whose derived key
//! begins with `keyPrefix`, and sends challenge and [`Solution`] along in the header [`HEADER`]. An entry id is
//! stored once, so a proof that names one is used once.

use crate::{EntryId, PracticeId};
use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

/// Header of a submission that carries its [`Proof`].
pub const HEADER: &str = "anteroom-proof";

/// Longest value of that header, in characters.
pub const HEADER_CHARS: usize = 2048;

/// The only key derivation that is used: RFC 8018 section 5.2 with HMAC-SHA-256, as WebCrypto has it.
pub const ALGORITHM: &str = "PBKDF2/SHA-256";

/// A task that the relay can recognise as its own, without having kept it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// What is to be done, and for what it counts.
    pub parameters: Parameters,
    /// The relay's MAC over the parameters, in hex.
    pub signature: String,
}

/// ALTCHA's challenge parameters, as far as they are used. The password of counter *n* is the nonce followed by
/// *n* as 32-bit big-endian integer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parameters {
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// PBKDF2 iterations of one try.
    pub cost: u32,
    /// For what it counts.
    pub data: Binding,
    /// Length of the derived key, in bytes.
    pub key_length: u32,
    /// What the derived key has to begin with, in hex: half of it.
    pub key_prefix: String,
    /// The relay's MAC over the derived key, in hex.
    pub key_signature: String,
    /// 16 bytes, in hex.
    pub nonce: String,
    /// 16 bytes, in hex.
    pub salt: String,
}

/// For what a challenge counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Binding {
    /// A submission to this practice.
    pub practice: PracticeId,
    /// With this entry id.
    pub entry: EntryId,
    /// Before this time, in seconds since 1970-01-01 UTC.
    pub expires: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Solution {
    /// The counter.
    pub counter: u32,
    /// The key that it gives, in hex.
    pub derived_key: String,
}

/// ALTCHA's payload: a challenge and its solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// As it was given.
    pub challenge: Challenge,
    /// What was found.
    pub solution: Solution,
}

impl Proof {
    /// Reads the value of [`HEADER`]: base64 (RFC 4648 section 4) of JSON.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        if header.len() > HEADER_CHARS {
            return None;
        }
        crate::json::object(&Base64::decode_vec(header).ok()?)
    }

    /// The value of [`HEADER`].
    #[must_use]
    pub fn to_header(&self) -> String {
        // Only texts and integers are in it, so serialisation cannot fail.
        Base64::encode_string(&serde_json::to_vec(self).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_survives_its_header_and_nothing_else_is_one() {
        let proof = Proof {
            challenge: Challenge {
                parameters: Parameters {
                    algorithm: ALGORITHM.into(),
                    cost: 2_000,
                    data: Binding {
                        practice: "lakeside-ortho".parse().unwrap(),
                        entry: EntryId::from_bytes([7; 16]),
                        expires: 1_767_226_500,
                    },
                    key_length: 32,
                    key_prefix: "ab".repeat(16),
                    key_signature: "cd".repeat(32),
                    nonce: "01".repeat(16),
                    salt: "02".repeat(16),
                },
                signature: "ef".repeat(32),
            },
            solution: Solution { counter: 117, derived_key: "ab".repeat(32) },
        };
        let header = proof.to_header();
        assert!(header.len() <= HEADER_CHARS);
        assert_eq!(Proof::parse(&header), Some(proof));
        let json = r#"{"challenge":{},"solution":{"counter":1,"derivedKey":""}}"#;
        for wrong in ["", "x", "e30=", &Base64::encode_string(json.as_bytes()), &"A".repeat(HEADER_CHARS + 4)]
        {
            assert_eq!(Proof::parse(wrong), None, "{wrong}");
        }
    }
}
