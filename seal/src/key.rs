//! Public keys: a JWK that was checked once and can be used from then on.

use crate::base64url;
use crate::hazmat::{self, Failed, Key};
use rsa::BoxedUint;
use std::fmt;
use std::ops::RangeInclusive;
use wire::jwk::{KeyUse, PublicJwk, Rsa, Thumbprint};

/// Bits of a modulus. 3072 is the 128-bit strength of NIST SP 800-57 part 1; RFC 7518 asks for 2048.
pub(crate) const MODULUS_BITS: RangeInclusive<usize> = 3072..=4096;

/// A modulus in base64url.
const MODULUS_CHARS: RangeInclusive<usize> = 512..=683;

/// 65537: RFC 7518 section 6.3.1.2 gives this spelling.
const EXPONENT: &str = "AQAB";

/// Why a JWK is not a key that Anteroom uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the JSON of a JWK with exactly the members that are wanted.
    #[error("not a JSON Web Key of the expected form")]
    Malformed,
    /// Modulus under 3072 or over 4096 bits, or not minimal base64url.
    #[error("an RSA modulus of 3072 to 4096 bits is needed")]
    Modulus,
    /// Exponent other than 65537.
    #[error("the RSA exponent must be 65537")]
    Exponent,
    /// `use` is missing, does not fit `alg`, or is not the use at hand.
    #[error("the key is not for this use")]
    Use,
    /// The private members do not belong to each other or to the modulus.
    #[error("the members of the private key do not fit together")]
    Inconsistent,
    /// No randomness, or no WebCrypto: a page must come over HTTPS or from this machine to have it.
    #[error("this system offers no cryptography")]
    Unavailable,
}

/// A public RSA key for one use, of a size that Anteroom accepts.
#[derive(Clone)]
pub struct PublicKey {
    rsa: rsa::PublicKey,
    jwk: PublicJwk,
    thumbprint: Thumbprint,
    usage: KeyUse,
}

impl PublicKey {
    /// Checks and takes over a JWK.
    ///
    /// # Errors
    /// [`KeyError`], for a modulus, exponent, `use` or `alg` that is not accepted. `kid` is not looked at:
    /// the thumbprint is computed.
    pub fn from_jwk(jwk: &PublicJwk) -> Result<Self, KeyError> {
        let (modulus, usage) = checked(jwk)?;
        let n = BoxedUint::from_be_slice_vartime(&modulus);
        let rsa = rsa::PublicKey::new_with_size_limits(n, 65_537_u32.into(), MODULUS_BITS)
            .map_err(|_| KeyError::Modulus)?;
        Ok(Self::new(rsa, usage))
    }

    pub(crate) fn new(rsa: rsa::PublicKey, usage: KeyUse) -> Self {
        use rsa::traits::PublicKeyParts;
        let mut jwk = PublicJwk {
            kty: Rsa::Rsa,
            n: base64url::encode(&rsa.n_bytes()),
            e: EXPONENT.into(),
            usage: Some(usage),
            alg: Some(algorithm(usage).into()),
            kid: None,
        };
        let thumbprint = jwk.thumbprint();
        jwk.kid = Some(thumbprint.to_string());
        Self { rsa, jwk, thumbprint, usage }
    }

    /// RFC 7638.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        self.thumbprint
    }

    /// What the key is for.
    #[must_use]
    pub fn usage(&self) -> KeyUse {
        self.usage
    }

    /// The JWK, with `use`, `alg` and the thumbprint as `kid`.
    #[must_use]
    pub fn to_jwk(&self) -> PublicJwk {
        self.jwk.clone()
    }

    /// Refuses the key for any other use.
    pub(crate) fn for_use(&self, usage: KeyUse) -> Result<&Self, KeyError> {
        if self.usage == usage { Ok(self) } else { Err(KeyError::Use) }
    }

    pub(crate) fn wrap(&self, secret: &Key) -> Result<Vec<u8>, Failed> {
        hazmat::rsa::wrap(&self.rsa, secret)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Failed> {
        hazmat::rsa::verify(&self.rsa, message, signature)
    }
}

/// All that can be seen of a JWK without arithmetic: its modulus and its use.
pub(crate) fn checked(jwk: &PublicJwk) -> Result<(Vec<u8>, KeyUse), KeyError> {
    if jwk.e != EXPONENT {
        return Err(KeyError::Exponent);
    }
    if !MODULUS_CHARS.contains(&jwk.n.len()) {
        return Err(KeyError::Modulus);
    }
    let usage = jwk.usage.ok_or(KeyError::Use)?;
    // RFC 7517 section 4.4: `alg` is optional; RFC 8725 section 3.1: one key, one algorithm.
    if jwk.alg.as_deref().is_some_and(|alg| alg != algorithm(usage)) {
        return Err(KeyError::Use);
    }
    let modulus = base64url::decode(&jwk.n).map_err(|_| KeyError::Modulus)?;
    // RFC 7518 section 2, Base64urlUInt: no leading zero octets, or one key had many thumbprints.
    if modulus.first() == Some(&0) {
        return Err(KeyError::Modulus);
    }
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    if !MODULUS_BITS.contains(&bits) {
        return Err(KeyError::Modulus);
    }
    Ok((modulus, usage))
}

/// `alg` of a key of this use.
pub(crate) const fn algorithm(usage: KeyUse) -> &'static str {
    match usage {
        KeyUse::Sig => "PS256",
        KeyUse::Enc => "RSA-OAEP-256",
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.thumbprint == other.thumbprint && self.usage == other.usage
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.usage, self.thumbprint)
    }
}
