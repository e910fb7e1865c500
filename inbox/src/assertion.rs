//! The assertion by which a member of staff asks the relay for a token: RFC 7523 section 2.1.

use seal::random::{RandomError, make_jti};
use seal::{Embed, SignError, Signer};
use wire::StaffId;
use wire::api::{Assertion, JWT_BEARER};
use wire::limits::ASSERTION_SECONDS;
use wire::practice::ASSERTION_TYP;

/// Why there is no assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// Signs an assertion for `endpoint`, the token endpoint's URL, at `now` (seconds). It serves once and
/// for [`ASSERTION_SECONDS`].
///
/// # Errors
/// [`AssertionError`].
pub async fn make_assertion<S: Signer>(
    signer: &S,
    staff: &StaffId,
    endpoint: &str,
    now: u64,
) -> Result<String, AssertionError> {
    sign(signer, staff, endpoint, now, Embed::Nothing).await
}

/// The same by the practice's root key, for an owner who has no other key any more. It carries the key: the relay knows
/// its thumbprint only.
///
/// # Errors
/// [`AssertionError`].
pub async fn make_assertion_by_root<S: Signer>(
    root: &S,
    owner: &StaffId,
    endpoint: &str,
    now: u64,
) -> Result<String, AssertionError> {
    sign(root, owner, endpoint, now, Embed::Jwk).await
}

async fn sign<S: Signer>(
    signer: &S,
    staff: &StaffId,
    endpoint: &str,
    now: u64,
    embed: Embed,
) -> Result<String, AssertionError> {
    let claims = Assertion {
        iss: staff.to_string(),
        sub: staff.to_string(),
        aud: endpoint.to_owned(),
        iat: now,
        exp: now + ASSERTION_SECONDS,
        jti: make_jti()?,
    };
    let claims = serde_json::to_vec(&claims).map_err(|_| SignError::Unavailable)?;
    Ok(signer.sign(ASSERTION_TYP, &claims, embed).await?)
}

/// The body of a token request, `application/x-www-form-urlencoded`.
#[must_use]
pub fn token_request(assertion: &str) -> String {
    // A compact JWS is base64url and periods, which need no escaping; the grant type has colons.
    format!("grant_type={}&assertion={assertion}", JWT_BEARER.replace(':', "%3A"))
}
