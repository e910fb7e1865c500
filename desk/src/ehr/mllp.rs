//! HL7 v2.5.1 over MLLP (HL7 Minimal Lower Layer Protocol, release 1): each message in a frame, each answered by an
//! ACK. What was sent and not answered may have been taken; nobody knows, and a person is asked.

use super::settings::MllpSettings;
use crate::daemon::ports::{Delivery, Refusal};
use crate::failure::{Exit, Failure};
use lead::handover::Handover;
use lead::hl7::{Scheduling, register, schedule};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const START: u8 = 0x0b;
const END: [u8; 2] = [0x1c, 0x0d];
/// Longer than any acknowledgement.
const MOST: usize = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(30);

/// An interface engine.
pub(crate) struct Mllp {
    settings: MllpSettings,
}

/// What an ACK says of the message that it names (2.9.2, table 0008).
#[derive(Debug, Clone, PartialEq, Eq)]
enum Acknowledged {
    /// AA or CA.
    Accepted,
    /// AE or CE: something in the message; it would be the same the next time.
    Error(String),
    /// AR or CR: not because of what the message says.
    Rejected(String),
}

/// Why there is no acknowledgement.
enum Silence {
    /// Nothing was sent.
    Unsent(String),
    /// It was sent, or part of it.
    Unanswered,
}

impl Mllp {
    /// Checks the address. Nothing is sent yet.
    pub(super) fn open(settings: MllpSettings) -> Result<Self, Failure> {
        if settings.address.ip().is_loopback() {
            return Ok(Self { settings });
        }
        Err(Failure::new(
            Exit::Document,
            format!("{} is not this machine, and MLLP has no encryption", settings.address),
            "let a tunnel that encrypts (stunnel, WireGuard with a local forwarder) listen on this machine",
        ))
    }

    /// Where it listens.
    pub(super) const fn address(&self) -> SocketAddr {
        self.settings.address
    }

    /// Whether somebody listens. No message says nothing, so none is sent.
    pub(super) async fn probe(&self) -> Result<Value, String> {
        let connected = timeout(PATIENCE, TcpStream::connect(self.settings.address)).await;
        match connected {
            Ok(Ok(_)) => Ok(json!({ "address": self.settings.address.to_string() })),
            _ => Err("nobody listens there".into()),
        }
    }

    /// ADT^A04.
    pub(super) async fn hand_over(&self, of: &Handover<'_>, now: u64) -> Delivery {
        let message = register(of, &self.settings.route.route(), now);
        let control = control(&message);
        match self.send(&message, &control).await {
            Ok(Acknowledged::Accepted) => Delivery::Taken { reference: format!("ADT^A04 {control}") },
            Ok(Acknowledged::Error(why)) => Delivery::Refused(Refusal::Never(why)),
            Ok(Acknowledged::Rejected(why)) | Err(Silence::Unsent(why)) => {
                Delivery::Refused(Refusal::Later(why))
            }
            Err(Silence::Unanswered) => Delivery::Unclear,
        }
    }

    /// SIU^S12, S13 or S15. It says how the appointment is now, so that a second one does no harm.
    pub(super) async fn pass_on(&self, of: &Handover<'_>, what: Scheduling, now: u64) -> Result<(), Refusal> {
        let Some(message) = schedule(of, &self.settings.route.route(), what, now) else { return Ok(()) };
        let control = control(&message);
        match self.send(&message, &control).await {
            Ok(Acknowledged::Accepted) => Ok(()),
            Ok(Acknowledged::Error(why)) => Err(Refusal::Never(why)),
            Ok(Acknowledged::Rejected(why)) | Err(Silence::Unsent(why)) => Err(Refusal::Later(why)),
            Err(Silence::Unanswered) => Err(Refusal::Later("the EHR did not answer the last message".into())),
        }
    }

    async fn send(&self, message: &str, control: &str) -> Result<Acknowledged, Silence> {
        let unreachable = || Silence::Unsent("nobody listens at the EHR's MLLP address".into());
        let connected = timeout(PATIENCE, TcpStream::connect(self.settings.address)).await;
        let mut stream = connected.map_err(|_| unreachable())?.map_err(|_| unreachable())?;
        let frame = [&[START][..], message.as_bytes(), &END].concat();
        let exchange = async {
            stream.write_all(&frame).await.ok()?;
            let mut answer = Vec::new();
            while !answer.ends_with(&END) {
                let mut part = [0; 4096];
                let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
                answer.extend_from_slice(part.get(..length)?);
                if answer.len() > MOST {
                    return None;
                }
            }
            read(&answer, control)
        };
        timeout(PATIENCE, exchange).await.ok().flatten().ok_or(Silence::Unanswered)
    }
}

/// MSH-10.
fn control(message: &str) -> String {
    message.split('|').nth(9).unwrap_or_default().to_owned()
}

/// Reads an ACK; `None`: it is none, or of another message.
fn read(frame: &[u8], control: &str) -> Option<Acknowledged> {
    let text = frame.strip_prefix(&[START])?.strip_suffix(&END)?;
    let text = String::from_utf8_lossy(text);
    let mut segments = text.split(['\r', '\n']).filter(|segment| !segment.is_empty());
    let separator = segments.clone().next()?.strip_prefix("MSH")?.chars().next()?;
    let msa: Vec<&str> = segments.find(|segment| segment.starts_with("MSA"))?.split(separator).collect();
    let field = |n: usize| msa.get(n).copied().unwrap_or_default().trim();
    if field(2) != control {
        return None;
    }
    let words: String = field(3).chars().filter(|c| !c.is_control()).take(200).collect();
    let said = |what: &str| if words.is_empty() { what.to_owned() } else { format!("{what}: {words}") };
    match field(1) {
        "AA" | "CA" => Some(Acknowledged::Accepted),
        "AE" | "CE" => Some(Acknowledged::Error(said("the EHR found an error in the message"))),
        "AR" | "CR" => Some(Acknowledged::Rejected(said("the EHR rejected the message"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(code: &str, control: &str, words: &str) -> Vec<u8> {
        let text =
            format!("MSH|^~\\&|EHR|X|ANTEROOM||20260105||ACK|1|P|2.5.1\rMSA|{code}|{control}|{words}\r");
        [&[START][..], text.as_bytes(), &END].concat()
    }

    #[test]
    fn an_acknowledgement_counts_for_the_message_that_it_names() {
        assert_eq!(read(&ack("AA", "A1", ""), "A1"), Some(Acknowledged::Accepted));
        assert_eq!(read(&ack("AA", "A2", ""), "A1"), None);
        assert!(
            matches!(read(&ack("AE", "A1", "no such PID-3"), "A1"), Some(Acknowledged::Error(why)) if why.ends_with("no such PID-3"))
        );
        assert!(matches!(read(&ack("AR", "A1", ""), "A1"), Some(Acknowledged::Rejected(_))));
        assert_eq!(read(&ack("??", "A1", ""), "A1"), None);
        assert_eq!(read(b"MSH|no frame", "A1"), None);
        assert_eq!(read(&[], "A1"), None);
    }
}
