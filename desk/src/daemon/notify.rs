//! Alerts to staff, by e-mail and by Standard Webhooks. They say how many and of what kind, and nothing of whom.

use super::alert::{self, AlertStep};
use super::letter::Letters;
use super::ports::{Digest, Handover, Mailer, NotOffered, Notifier};
use super::smtp::Smtp;
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use lead::thread::AlertReason;
use reqwest::Client;
use serde_json::json;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The real way for alerts.
pub(crate) struct Alerts {
    /// Escalation.
    pub(crate) steps: Vec<AlertStep>,
    /// The secret of each step's webhook.
    pub(crate) secrets: Vec<Option<Zeroizing<Vec<u8>>>>,
    /// Writes the messages.
    pub(crate) letters: Letters,
    /// Sends them.
    pub(crate) smtp: Smtp,
    /// Posts the webhooks.
    pub(crate) http: Client,
    /// Where the console is, for a person who reads the message.
    pub(crate) console: String,
}

impl Notifier for Alerts {
    async fn notify(&mut self, digest: &Digest, now: u64) -> Result<(), String> {
        let index = usize::from(digest.level.saturating_sub(1));
        let Some(step) = self.steps.get(index).cloned() else { return Ok(()) };
        let mut failures = Vec::new();
        for to in &step.email {
            if let Err(why) = self.mail(digest, to, now).await {
                failures.push(why);
            }
        }
        if let (Some(webhook), Some(Some(secret))) = (&step.webhook, self.secrets.get(index)) {
            let request = signed(&self.http, &webhook.url, secret, digest, now);
            match request.send().await {
                Ok(response) if response.status().is_success() => {}
                Ok(response) => failures.push(format!("the webhook answered {}", response.status().as_u16())),
                Err(_) => failures.push("the webhook cannot be reached".into()),
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(failures.join(", ")) }
    }
}

impl Alerts {
    async fn mail(&mut self, digest: &Digest, to: &str, now: u64) -> Result<(), String> {
        let (subject, text) = words(digest, &self.console);
        let letter =
            self.letters.to_staff(&digest.id, to, &subject, text, now).map_err(|error| error.to_string())?;
        let ready = self.smtp.offer(&letter).await.map_err(NotOffered::why)?;
        match self.smtp.hand_over(ready, &letter).await {
            Handover::Sent => Ok(()),
            Handover::Refused(refusal) => Err(refusal.why()),
            Handover::Unclear => Err("the mail server went away".into()),
        }
    }
}

/// Subject and text.
fn words(digest: &Digest, console: &str) -> (String, String) {
    let total: usize = digest.counts.iter().map(|(_, count)| count).sum();
    let what = if total == 1 { "1 inquiry needs".to_owned() } else { format!("{total} inquiries need") };
    let mut lines: Vec<String> = digest
        .counts
        .iter()
        .map(|(reason, count)| {
            let words = match reason {
                AlertReason::Emergency => "read like an emergency, and nobody has taken them",
                AlertReason::CallWaiting => "ask for a call, and nobody has taken them",
                AlertReason::DeadlineMissed => "were to be called by now, and were not",
            };
            format!("{count} {words}")
        })
        .collect();
    lines.push(format!("\nOpen the console: {console}"));
    lines.push(
        "\nThis message names nobody on purpose. It is step ".to_owned()
            + &digest.level.to_string()
            + " of the escalation.",
    );
    (format!("{what} somebody"), lines.join("\n"))
}

/// Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and HMAC-SHA256 over `id.timestamp.body`.
fn signed(http: &Client, url: &str, secret: &[u8], digest: &Digest, now: u64) -> reqwest::RequestBuilder {
    let counts: serde_json::Map<String, serde_json::Value> =
        digest.counts.iter().map(|(reason, count)| (alert::name(*reason).to_owned(), json!(count))).collect();
    let body = json!({
        "type": "inquiries.waiting",
        "timestamp": crate::clock::rfc3339(now),
        "data": { "step": digest.level, "counts": counts },
    })
    .to_string();
    let id = format!("msg_{}", digest.id);
    let timestamp = (now / 1000).to_string();
    http.post(url)
        .header("content-type", "application/json")
        .header("webhook-signature", signature(secret, &id, &timestamp, &body))
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .body(body)
}

fn signature(secret: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
}

/// The bytes of `whsec_<base64>`; 24 to 64 of them, as the specification says.
pub(crate) fn webhook_secret(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = Base64::decode_vec(text.trim().strip_prefix("whsec_")?).ok()?;
    (24..=64).contains(&bytes.len()).then(|| Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_specifications() {
        // The example of the Standard Webhooks specification's reference libraries.
        let secret = webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let said = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}");
        assert_eq!(said, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(webhook_secret("whsec_c2hvcnQ=").is_none());
    }

    #[test]
    fn an_alert_says_how_many_and_not_who() {
        let counts = vec![(AlertReason::Emergency, 1), (AlertReason::CallWaiting, 3)];
        let digest = Digest { level: 2, counts, id: "x".into() };
        let (subject, text) = words(&digest, "https://desk.example/console/");
        assert_eq!(subject, "4 inquiries need somebody");
        assert!(text.contains("3 ask for a call") && text.contains("step 2"), "{text}");
    }
}
