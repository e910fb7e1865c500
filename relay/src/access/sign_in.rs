//! Token requests: RFC 7523 section 2.1, a JWT as authorisation grant.

use super::Visitor;
use crate::error::{AssertionError, RelayError};
use crate::secret::{SecretHash, make_secret};
use crate::signature;
use crate::store::{Authority, TokenRecord};
use wire::PublicJwk;
use wire::access::{Action, Actor, Subject};
use wire::api::{Assertion, JWT_BEARER, Token};
use wire::limits::{ASSERTION_SECONDS, CLOCK_SKEW_SECONDS, TOKEN_SECONDS};
use wire::practice::{ASSERTION_TYP, Member, Role};

impl Visitor {
    /// Gives a short-lived opaque token for an assertion that a member of staff signed, or the root key for an owner.
    ///
    /// # Errors
    /// [`RelayError::AssertionRefused`], [`RelayError::NotFound`] and what the store reports.
    pub async fn sign_in(&self, grant_type: &str, assertion: &str) -> Result<Token, RelayError> {
        if grant_type != JWT_BEARER {
            return Err(RelayError::AssertionRefused(AssertionError::GrantType));
        }
        let authority = self.relay.authority(&self.practice).await?;
        let now = self.relay.clock.now_s();
        let audience = format!("{}/v1/practices/{}/token", self.relay.public_url, self.practice);
        let (member, key) = find(&authority, assertion, now).map_err(RelayError::AssertionRefused)?;
        let actor = Actor { staff: member.id.clone(), role: member.role };
        let note = self.relay.note(self.request, Some(actor), Action::SignIn, Subject::None);
        let claims = match check(member, &key, assertion, &audience, now) {
            Ok(claims) => claims,
            // Without the member's signature anyone could fill the member's page of the log.
            Err(error @ AssertionError::Signature(_)) => return Err(RelayError::AssertionRefused(error)),
            Err(error) => {
                self.relay.store.note(&self.practice, note.refused()).await?;
                return Err(RelayError::AssertionRefused(error));
            }
        };
        let jti = SecretHash::of(&format!("{} {}", member.id, claims.jti));
        // Kept until no clock that is forgiven could still accept it.
        let forget = claims.exp + 2 * CLOCK_SKEW_SECONDS;
        if !self.relay.store.use_assertion(&self.practice, jti, forget).await? {
            self.relay.store.note(&self.practice, note.refused()).await?;
            return Err(RelayError::AssertionRefused(AssertionError::Replayed));
        }
        let secret = make_secret().map_err(|error| RelayError::Internal(error.to_string()))?;
        let token = TokenRecord {
            hash: SecretHash::of(&secret),
            practice: self.practice.clone(),
            staff: member.id.clone(),
            key: member.signing.thumbprint(),
            expires: now + TOKEN_SECONDS,
        };
        self.relay.store.add_token(token, note).await?;
        Ok(Token { access_token: secret, token_type: "Bearer".into(), expires_in: TOKEN_SECONDS })
    }
}

/// The active member whose key the assertion names, and that key. The root key, which says who the owners are, signs in as
/// any of them: an owner who has lost their own keys has no other way to a new roster.
fn find<'a>(
    authority: &'a Authority,
    assertion: &str,
    now: u64,
) -> Result<(&'a Member, PublicJwk), AssertionError> {
    let header = signature::peek_header(assertion)?;
    let mut active = authority.roster.staff.iter().filter(|member| member.is_active(now));
    if header.kid == authority.pin {
        let root = header.jwk.ok_or(AssertionError::UnknownKey)?;
        let named = signature::verify_embedded::<Assertion>(assertion, ASSERTION_TYP)?.claims.sub;
        let owner = active.find(|member| member.role == Role::Owner && member.id.as_str() == named);
        return Ok((owner.ok_or(AssertionError::UnknownKey)?, root));
    }
    let member = active.find(|member| member.signing.thumbprint() == header.kid);
    let member = member.ok_or(AssertionError::UnknownKey)?;
    Ok((member, member.signing.clone()))
}

/// RFC 7523 section 3, items 1 to 7 and 9; the signature first.
fn check(
    member: &Member,
    key: &PublicJwk,
    assertion: &str,
    audience: &str,
    now: u64,
) -> Result<Assertion, AssertionError> {
    let claims = signature::verify::<Assertion>(assertion, ASSERTION_TYP, key)?.claims;
    if claims.iss != member.id.as_str() || claims.sub != claims.iss {
        return Err(AssertionError::WrongSubject);
    }
    if claims.aud != audience {
        return Err(AssertionError::WrongAudience);
    }
    let begun = claims.iat <= now + CLOCK_SKEW_SECONDS;
    let ended = claims.exp.saturating_add(CLOCK_SKEW_SECONDS) <= now;
    let short = claims.iat < claims.exp && claims.exp - claims.iat <= ASSERTION_SECONDS;
    if !begun || ended || !short {
        return Err(AssertionError::Time);
    }
    if !(16..=128).contains(&claims.jti.len()) {
        return Err(AssertionError::Jti);
    }
    Ok(claims)
}
