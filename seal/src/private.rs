//! Private keys outside the browser, by the `rsa` crate, and their JWK.

use crate::base64url::{self, encode_secret};
use crate::hazmat::{self, Failed, Key};
use crate::key::{KeyError, PublicKey, algorithm};
use rsa::traits::PrivateKeyParts;
use rsa::{BoxedUint, Generate};
use serde::Deserialize;
use std::fmt;
use wire::jwk::{KeyUse, PublicJwk, Rsa, Thumbprint};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Longest private JWK, in bytes: an RSA-4096 one takes about 3,300.
const JWK_BYTES: usize = 8 << 10;

/// A private RSA key for one use. It is zeroised when dropped, prints nothing of itself and cannot be
/// cloned:
///
/// ```compile_fail,E0599
/// # let key = seal::PrivateKey::generate(seal::KeyUse::Enc)?;
/// let another = key.clone();
/// # Ok::<(), seal::KeyError>(())
/// ```
pub struct PrivateKey {
    rsa: rsa::PrivateKey,
    public: PublicKey,
    secrets: Secrets,
}

/// d, p, q, dp, dq, qi as base64url integers: RFC 7518 section 6.3.2.
type Secrets = [Zeroizing<String>; 6];

/// RFC 7518 section 6.3.2 with exactly the members that Anteroom writes; `oth` is refused. The text is
/// borrowed, so that parsing makes no copy of a secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateJwk<'a> {
    kty: Rsa,
    n: &'a str,
    e: &'a str,
    d: &'a str,
    p: &'a str,
    q: &'a str,
    dp: &'a str,
    dq: &'a str,
    qi: &'a str,
    #[serde(rename = "use")]
    usage: KeyUse,
    alg: Option<&'a str>,
    kid: Option<&'a str>,
}

impl<'a> PrivateJwk<'a> {
    /// What can be seen of it without arithmetic, and its public half.
    fn read(json: &'a str) -> Result<(Self, PublicKey), KeyError> {
        if json.len() > JWK_BYTES {
            return Err(KeyError::Malformed);
        }
        let jwk: Self = wire::json::object(json.as_bytes()).ok_or(KeyError::Malformed)?;
        let public = PublicKey::from_jwk(&PublicJwk {
            kty: jwk.kty,
            n: jwk.n.into(),
            e: jwk.e.into(),
            usage: Some(jwk.usage),
            alg: jwk.alg.map(Into::into),
            kid: None,
        })?;
        if jwk.kid.is_some_and(|kid| kid != public.thumbprint().to_string()) {
            return Err(KeyError::Inconsistent);
        }
        Ok((jwk, public))
    }
}

impl PrivateKey {
    /// A new RSA-3072 key. Takes a second or so.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`] without randomness.
    pub fn generate(usage: KeyUse) -> Result<Self, KeyError> {
        const { assert!(rsa::PrivateKey::DEFAULT_BITS == 3072) };
        let rsa = rsa::PrivateKey::try_generate().map_err(|_| KeyError::Unavailable)?;
        let public = PublicKey::new(rsa::PublicKey::from(&rsa), usage);
        let secrets = secrets(&rsa).ok_or(KeyError::Unavailable)?;
        Ok(Self { rsa, public, secrets })
    }

    /// Reads a private JWK.
    ///
    /// # Errors
    /// [`KeyError`]; every member must be there, and they must fit together.
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        let (jwk, public) = PrivateJwk::read(json)?;
        let number = |text: &str| {
            let bytes = base64url::decode_secret(text).map_err(|_| KeyError::Malformed)?;
            Ok(BoxedUint::from_be_slice_vartime(&bytes))
        };
        let rsa = rsa::PrivateKey::from_components(
            number(jwk.n)?,
            number(jwk.e)?,
            number(jwk.d)?,
            vec![number(jwk.p)?, number(jwk.q)?],
        )
        .map_err(|_| KeyError::Inconsistent)?;
        let secrets = secrets(&rsa).ok_or(KeyError::Inconsistent)?;
        // Other implementations compute with dp, dq and qi as given: wrong ones would give faulty
        // signatures, from which the key can be found (Boneh, DeMillo, Lipton 1997).
        let given = [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi];
        let fits = secrets.iter().zip(given).all(|(ours, theirs)| ours.as_str() == theirs);
        if fits { Ok(Self { rsa, public, secrets }) } else { Err(KeyError::Inconsistent) }
    }

    /// The private JWK, with `use`, `alg` and the thumbprint as `kid`.
    #[must_use]
    pub fn to_jwk(&self) -> Zeroizing<String> {
        let usage = match self.usage() {
            KeyUse::Sig => "sig",
            KeyUse::Enc => "enc",
        };
        let PublicJwk { n, e, .. } = self.public.to_jwk();
        let kid = self.thumbprint().to_string();
        let head = [("kty", "RSA"), ("use", usage), ("alg", algorithm(self.usage())), ("kid", &kid)];
        let numbers = [("n", n.as_str()), ("e", e.as_str())];
        let secrets =
            ["d", "p", "q", "dp", "dq", "qi"].into_iter().zip(self.secrets.iter().map(|s| s.as_str()));
        // Room for everything: a string that grows leaves its earlier copies behind.
        let mut json = Zeroizing::new(String::with_capacity(JWK_BYTES));
        for (name, value) in head.into_iter().chain(numbers).chain(secrets) {
            // The values are base64url or ours: nothing needs escaping.
            for part in [if json.is_empty() { "{\"" } else { ",\"" }, name, "\":\"", value, "\""] {
                json.push_str(part);
            }
        }
        json.push('}');
        json
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// RFC 7638, of the public half.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        self.public.thumbprint()
    }

    /// What the key is for.
    #[must_use]
    pub fn usage(&self) -> KeyUse {
        self.public.usage()
    }

    /// 32 bytes that only holders of this key can compute, the same each time, for one `purpose`; they tell
    /// nothing of the key or of what is derived for another purpose.
    #[must_use]
    pub fn derive_secret(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let [d, ..] = &self.secrets;
        derive_secret(d, purpose)
    }

    pub(crate) fn for_use(&self, usage: KeyUse) -> Result<&Self, KeyError> {
        self.public.for_use(usage).map(|_| self)
    }

    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Result<Key, Failed> {
        hazmat::rsa::unwrap(&self.rsa, wrapped)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failed> {
        hazmat::rsa::sign(&self.rsa, message)
    }
}

fn derive_secret(d: &str, purpose: &str) -> Zeroizing<[u8; 32]> {
    use sha2::{Digest, Sha256};
    // The key's text has one length and one spelling, and the purpose follows it: no two inputs are read alike.
    let digest = Sha256::new()
        .chain_update(b"anteroom-secret-v1\0")
        .chain_update((d.len() as u64).to_be_bytes())
        .chain_update(d.as_bytes())
        .chain_update(purpose)
        .finalize();
    Zeroizing::new(digest.into())
}

/// A private key on its way into the browser, which alone computes with it.
///
/// That its numbers belong together is not computed here, other than in [`PrivateKey::from_jwk`]: it would cost every
/// reader of the console the arithmetic of private keys. It comes out of a credential file or a keyring, and who can
/// write those has the key anyway, so that faulty signatures would tell them nothing new.
#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
pub(crate) struct Handover<'a> {
    jwk: PrivateJwk<'a>,
    public: PublicKey,
}

#[cfg(any(test, all(feature = "web", target_arch = "wasm32")))]
impl<'a> Handover<'a> {
    /// Of a private JWK for this use.
    pub(crate) fn read(json: &'a str, usage: KeyUse) -> Result<Self, KeyError> {
        let (jwk, public) = PrivateJwk::read(json)?;
        public.for_use(usage)?;
        Ok(Self { jwk, public })
    }

    /// The public half.
    pub(crate) fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// As [`PrivateKey::derive_secret`].
    pub(crate) fn derive_secret(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive_secret(self.jwk.d, purpose)
    }

    /// RFC 5208 around RFC 8017 appendix A.1.2; zeroised when dropped.
    pub(crate) fn to_pkcs8(&self) -> Result<rsa::pkcs8::SecretDocument, KeyError> {
        use rsa::pkcs1::{ALGORITHM_ID, RsaPrivateKeyRef};
        use rsa::pkcs8::der::asn1::{OctetStringRef, UintRef};
        use rsa::pkcs8::{PrivateKeyInfoRef, SecretDocument};
        let PrivateJwk { n, e, d, p, q, dp, dq, qi, .. } = self.jwk;
        let bytes = |text: &str| base64url::decode_secret(text).map_err(|_| KeyError::Malformed);
        let numbers =
            [bytes(n)?, bytes(e)?, bytes(d)?, bytes(p)?, bytes(q)?, bytes(dp)?, bytes(dq)?, bytes(qi)?];
        // RFC 7518 section 2: one spelling, so that what is derived from it is one secret.
        if numbers.iter().any(|number| number.first().is_none_or(|&first| first == 0)) {
            return Err(KeyError::Malformed);
        }
        let malformed = |_| KeyError::Malformed;
        let [n, e, d, p, q, dp, dq, qi] = numbers.each_ref().map(|number| UintRef::new(number));
        let key = RsaPrivateKeyRef {
            modulus: n.map_err(malformed)?,
            public_exponent: e.map_err(malformed)?,
            private_exponent: d.map_err(malformed)?,
            prime1: p.map_err(malformed)?,
            prime2: q.map_err(malformed)?,
            exponent1: dp.map_err(malformed)?,
            exponent2: dq.map_err(malformed)?,
            coefficient: qi.map_err(malformed)?,
            other_prime_infos: None,
        };
        let key = SecretDocument::encode_msg(&key).map_err(malformed)?;
        let key = OctetStringRef::new(key.as_bytes()).map_err(malformed)?;
        SecretDocument::encode_msg(&PrivateKeyInfoRef::new(ALGORITHM_ID, key)).map_err(malformed)
    }
}

/// `None` for a key that is not made of two primes; neither constructor lets one through.
fn secrets(key: &rsa::PrivateKey) -> Option<Secrets> {
    let text = |number: &BoxedUint| {
        let bytes = Zeroizing::new(number.to_be_bytes().into_vec());
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        encode_secret(&bytes[zeros..])
    };
    let [p, q] = key.primes() else { return None };
    let qi = Zeroizing::new(key.crt_coefficient()?);
    Some([text(key.d()), text(p), text(q), text(key.dp()?), text(key.dq()?), text(&qi)])
}

/// Both fields that hold secrets clear themselves.
impl ZeroizeOnDrop for PrivateKey {}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({:?}, {}, redacted)", self.usage(), self.thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs8::EncodePrivateKey;

    #[test]
    fn a_browser_is_handed_what_the_rsa_crate_would_hand_it() {
        let key = PrivateKey::generate(KeyUse::Enc).unwrap();
        let jwk = key.to_jwk();
        let handover = Handover::read(&jwk, KeyUse::Enc).unwrap();
        let ours = handover.to_pkcs8().unwrap();
        assert_eq!(ours.as_bytes(), key.rsa.to_pkcs8_der().unwrap().as_bytes());
        assert_eq!(*handover.derive_secret("a test"), *key.derive_secret("a test"));
        assert!(handover.public() == key.public());
        assert_eq!(Handover::read(&jwk, KeyUse::Sig).err(), Some(KeyError::Use));
        // A second spelling of a number would be a second secret.
        let d = &key.secrets[0];
        for other in [format!("A{}", d.as_str()), String::new(), format!("{}=", d.as_str())] {
            let jwk = jwk.replace(d.as_str(), &other);
            let handover = Handover::read(&jwk, KeyUse::Enc).unwrap();
            assert_eq!(handover.to_pkcs8().err(), Some(KeyError::Malformed), "{other}");
        }
    }
}
