//! HTTP to an EHR: bounded in time and size, without redirects. What it answers goes into no log of this program:
//! it may hold what a patient wrote.

use crate::daemon::ports::Refusal;
use crate::failure::{Exit, Failure};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde_json::Value;
use std::time::Duration;

/// Larger than any answer to a hand-over.
const MOST: usize = 4 << 20;

/// What came back.
pub(super) struct Answer {
    /// The status.
    pub(super) status: StatusCode,
    /// The body; null where it is not JSON.
    pub(super) body: Value,
}

/// A client that follows nothing and waits a minute.
pub(super) fn client() -> Result<Client, Failure> {
    Client::builder()
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(60))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("anteroom/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))
}

/// An address that patients' data may be sent to: HTTPS, or this machine.
pub(super) fn private(address: &str) -> Result<Url, Failure> {
    let refused = || {
        Failure::new(
            Exit::Document,
            format!("{address} is not an https:// address of an EHR"),
            "use https; plain http is for a test server on this machine only",
        )
    };
    let url = Url::parse(address).map_err(|_| refused())?;
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && local);
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if allowed && bare && url.password().is_none() { Ok(url) } else { Err(refused()) }
}

/// Sends a request. An error: no answer, or one that is too long.
pub(super) async fn send(request: RequestBuilder) -> Result<Answer, Refusal> {
    let (status, bytes) = fetch(request).await?;
    Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
}

/// The same, and the body as it came.
pub(super) async fn fetch(request: RequestBuilder) -> Result<(StatusCode, Vec<u8>), Refusal> {
    let later = |what: &str| Refusal::Later(what.to_owned());
    let mut response = request.send().await.map_err(|error| {
        let what = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
        later(&format!("the EHR {what}"))
    })?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|_| later("the EHR broke off in the middle of its answer"))?
    {
        if bytes.len() + chunk.len() > MOST {
            return Err(later("the EHR's answer is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((status, bytes))
}

impl Answer {
    /// The body of a success.
    pub(super) fn success(self) -> Result<Value, Refusal> {
        if self.status.is_success() { Ok(self.body) } else { Err(refusal(self.status.as_u16(), &self.body)) }
    }
}

/// What a status means for the next try (RFC 9110, 15.5 and 15.6).
pub(super) fn refusal(status: u16, body: &Value) -> Refusal {
    let words = outcome(body).map(|words| format!(": {words}")).unwrap_or_default();
    let what = format!("the EHR answered {status}{words}");
    match status {
        // Tokens end, and what someone else changes meanwhile is read anew.
        401 | 408 | 409 | 425 | 429 | 500.. => Refusal::Later(what),
        _ => Refusal::Never(what),
    }
}

/// What an OperationOutcome says, shortened.
fn outcome(body: &Value) -> Option<String> {
    let issue = body["issue"].as_array()?.first()?;
    let said = issue["details"]["text"].as_str().or_else(|| issue["diagnostics"].as_str());
    let said: String = said.or_else(|| issue["code"].as_str())?.chars().take(200).collect();
    let place = issue["expression"][0].as_str().map(|place| format!(" at {place}")).unwrap_or_default();
    Some(said + &place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patients_data_goes_by_https_or_stays_here() {
        for right in ["https://ehr.example/fhir/R4", "http://127.0.0.1:8080/fhir", "http://localhost/fhir"] {
            assert!(private(right).is_ok(), "{right}");
        }
        for wrong in
            ["http://ehr.example/fhir", "http://127.0.0.1.example/", "https://a:b@ehr.example/", "ehr"]
        {
            assert!(private(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_tried_again_and_what_is_not() {
        let body = json!({ "issue": [{ "code": "invalid", "details": { "text": "no such code" }, "expression": ["Patient.gender"] }] });
        assert_eq!(
            refusal(422, &body),
            Refusal::Never("the EHR answered 422: no such code at Patient.gender".into())
        );
        for status in [401, 409, 429, 500, 503] {
            assert!(matches!(refusal(status, &Value::Null), Refusal::Later(_)), "{status}");
        }
        for status in [400, 403, 404, 412, 422] {
            assert!(matches!(refusal(status, &Value::Null), Refusal::Never(_)), "{status}");
        }
    }
}
