//! SMART App Launch 2.2.0, Backend Services: an access token for a signed assertion (`private_key_jwt`).

use super::http::{private, send};
use super::settings::SmartSettings;
use crate::clock;
use crate::daemon::ports::Refusal;
use crate::failure::{Exit, Failure};
use crate::files;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use seal::random::make_jti;
use serde::Serialize;
use zeroize::Zeroizing;

/// Seconds for which an assertion counts; five minutes are allowed.
const LIFE: u64 = 240;
/// A token that ends within so many seconds is not used any more.
const MARGIN: u64 = 30;

/// A registered client.
pub(super) struct Smart {
    settings: SmartSettings,
    key: Key,
    kid: String,
    token: Option<Token>,
}

struct Token {
    text: Zeroizing<String>,
    until: u64,
}

/// A private key, and the algorithm that goes with it.
struct Key {
    key: EncodingKey,
    algorithm: Algorithm,
}

/// Claims of the assertion: 4.1, "Client Authentication: Asymmetric".
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    jti: &'a str,
}

impl Key {
    /// From PEM: an RSA key signs RS384, a P-384 key ES384.
    fn read(pem: &[u8]) -> Option<Self> {
        let rsa = EncodingKey::from_rsa_pem(pem).ok().map(|key| Self { key, algorithm: Algorithm::RS384 });
        let ec = || EncodingKey::from_ec_pem(pem).ok().map(|key| Self { key, algorithm: Algorithm::ES384 });
        let found = rsa.or_else(ec)?;
        // A curve other than P-384 shows only when it signs.
        found.sign("").is_some().then_some(found)
    }

    fn sign(&self, message: &str) -> Option<String> {
        jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm).ok()
    }

    fn public(&self) -> Option<Jwk> {
        Jwk::from_encoding_key(&self.key, self.algorithm).ok()
    }
}

impl Smart {
    /// Reads the key.
    pub(super) fn open(settings: &SmartSettings) -> Result<Self, Failure> {
        let pem = Zeroizing::new(files::read(&settings.key_file)?);
        let unusable = || {
            Failure::new(
                Exit::Document,
                format!("{} holds no key for RS384 or ES384", settings.key_file.display()),
                "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384`",
            )
        };
        let key = Key::read(pem.as_bytes()).ok_or_else(unusable)?;
        let thumbprint = || key.public()?.thumbprint(ThumbprintHash::SHA256).ok();
        let kid = settings.kid.clone().or_else(thumbprint).ok_or_else(unusable)?;
        if let Some(endpoint) = &settings.token_endpoint {
            private(endpoint)?;
        }
        Ok(Self { settings: settings.clone(), key, kid, token: None })
    }

    /// The public half, as the EHR has to know it.
    pub(super) fn public(&self) -> Option<Jwk> {
        let mut public = self.key.public()?;
        public.common.key_id = Some(self.kid.clone());
        Some(public)
    }

    /// A token, the one at hand where it still counts.
    pub(super) async fn token(&mut self, http: &Client, base: &str) -> Result<Zeroizing<String>, Refusal> {
        let now = clock::now_s();
        if let Some(token) = self.token.as_ref().filter(|token| token.until > now + MARGIN) {
            return Ok(token.text.clone());
        }
        let endpoint = self.endpoint(http, base).await?;
        let broken = |what: &str| Refusal::Later(format!("the EHR's token endpoint {what}"));
        let jti = make_jti().map_err(|_| broken("got no assertion: no randomness"))?;
        let assertion =
            self.assertion(&endpoint, now + LIFE, &jti).ok_or_else(|| broken("got no assertion"))?;
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", self.settings.scope.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.as_str()),
        ];
        let form =
            reqwest::Url::parse_with_params("http://form", form).map_err(|_| broken("is no address"))?;
        let request = http
            .post(&endpoint)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form.query().unwrap_or_default().to_owned());
        let answer = send(request).await?;
        if !answer.status.is_success() {
            // Wrong keys and scopes are put right by people; the lead waits for that.
            let error = answer.body["error"].as_str().unwrap_or("no reason given");
            return Err(broken(&format!("answered {}: {error}", answer.status.as_u16())));
        }
        let text = answer.body["access_token"].as_str().ok_or_else(|| broken("gave no token"))?;
        let life = answer.body["expires_in"].as_u64().unwrap_or(300);
        let text = Zeroizing::new(text.to_owned());
        self.token = Some(Token { text: text.clone(), until: now.saturating_add(life) });
        Ok(text)
    }

    /// The server does not take the token any more.
    pub(super) fn forget_token(&mut self) {
        self.token = None;
    }

    async fn endpoint(&self, http: &Client, base: &str) -> Result<String, Refusal> {
        if let Some(endpoint) = &self.settings.token_endpoint {
            return Ok(endpoint.clone());
        }
        let request = http.get(format!("{base}/.well-known/smart-configuration"));
        let found = send(request.header(ACCEPT, "application/json")).await?.success()?;
        let endpoint = found["token_endpoint"].as_str().unwrap_or_default();
        private(endpoint).map_err(|failure| Refusal::Never(failure.what))?;
        Ok(endpoint.to_owned())
    }

    fn assertion(&self, audience: &str, exp: u64, jti: &str) -> Option<String> {
        let id = self.settings.client_id.as_str();
        let mut header = Header::new(self.key.algorithm);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &Claims { iss: id, sub: id, aud: audience, exp, jti }, &self.key.key)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::Value;

    /// HL7's published key `RS384.private.json`, as PEM, and the assertion that SMART App Launch 2.2.0 ("Example JWS
    /// generation for Asymmetric Client Auth") makes of it. RS384 has no randomness: the same bytes come out.
    const HL7_KEY: &str = include_str!("vectors/hl7-rs384.pem");
    const HL7_ASSERTION: &str = include_str!("vectors/hl7-rs384.jwt");

    fn smart(pem: &str) -> Smart {
        let settings = SmartSettings {
            client_id: "https://bili-monitor.example.com".into(),
            key_file: "unused".into(),
            kid: Some("eee9f17a3b598fd86417a980b591fbe6".into()),
            scope: "system/*.crus".into(),
            token_endpoint: None,
        };
        let kid = settings.kid.clone().unwrap();
        Smart { settings, key: Key::read(pem.as_bytes()).unwrap(), kid, token: None }
    }

    fn claims(assertion: &str, smart: &Smart) -> (Header, Value) {
        let key = DecodingKey::from_jwk(&smart.public().unwrap()).unwrap();
        let mut validation = Validation::new(smart.key.algorithm);
        validation.validate_exp = false;
        validation.set_audience(&["https://authorize.smarthealthit.org/token"]);
        let token = decode::<Value>(assertion, &key, &validation).unwrap();
        (token.header, token.claims)
    }

    #[test]
    fn the_published_assertion_comes_out_byte_by_byte() {
        let smart = smart(HL7_KEY);
        let (signed, signature) = HL7_ASSERTION.trim().rsplit_once('.').unwrap();
        assert_eq!(smart.key.sign(signed).as_deref(), Some(signature));
        let ours = smart
            .assertion(
                "https://authorize.smarthealthit.org/token",
                1_422_568_860,
                "random-non-reusable-jwt-id-123",
            )
            .unwrap();
        // JSON has no order of members: header and claims are the same, their bytes are not.
        assert_eq!(claims(&ours, &smart), claims(HL7_ASSERTION.trim(), &smart));
    }

    #[test]
    fn an_elliptic_key_signs_es384_and_other_curves_are_refused() {
        let smart = smart(include_str!("vectors/p384.pem"));
        assert_eq!(smart.key.algorithm, Algorithm::ES384);
        let ours = smart.assertion("https://authorize.smarthealthit.org/token", 1, "x").unwrap();
        assert_eq!(claims(&ours, &smart).1["iss"], "https://bili-monitor.example.com");
        assert!(Key::read(include_bytes!("vectors/p256.pem")).is_none());
        assert!(Key::read(b"no key").is_none());
    }
}
