//! What a practice publishes and what is sealed for it.

use super::keys::{self, Embed, Key};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;
use wire::api::{Assertion, Registration, SignedRoster};
use wire::practice::{ASSERTION_TYP, MANIFEST_TYP, Member, ROSTER_TYP, Role, Roster};
use wire::{ChainHash, EntryId, EntryKind, PracticeId, ThreadId, Thumbprint};

/// 2026-01-01, in seconds.
pub const START: u64 = 1_767_225_600;
/// A quarter, in seconds.
pub const QUARTER: u64 = 90 * 24 * 3_600;

pub fn name(text: &str) -> PracticeId {
    text.parse().unwrap()
}

pub fn manifest(practice: &str, version: u64) -> String {
    manifest_by(keys::root(), practice, version, START, START + QUARTER, &[keys::inbox()])
}

pub fn manifest_by(root: &Key, practice: &str, version: u64, iat: u64, exp: u64, inbox: &[&Key]) -> String {
    let keys: Vec<_> = inbox.iter().map(|key| key.jwk()).collect();
    let claims = json!({
        "practice": practice, "version": version, "iat": iat, "exp": exp, "inbox": { "keys": keys },
        "name": "Lakeside Orthopedics (synthetic)",
    });
    root.sign(MANIFEST_TYP, &claims, Embed::Jwk)
}

pub fn member(id: &str, role: Role, key: &Key) -> Member {
    Member {
        id: id.parse().unwrap(),
        role,
        signing: key.jwk(),
        former: Vec::new(),
        encryption: None,
        not_before: START,
        not_after: None,
    }
}

pub fn everyone() -> Vec<Member> {
    vec![
        member("maria-lopez", Role::Owner, keys::owner()),
        member("sam-reed", Role::Coordinator, keys::coordinator()),
        member("ada-stone", Role::Auditor, keys::auditor()),
    ]
}

pub fn roster(practice: &str, version: u64, staff: Vec<Member>) -> SignedRoster {
    roster_by(keys::root(), practice, version, staff)
}

pub fn roster_by(root: &Key, practice: &str, version: u64, staff: Vec<Member>) -> SignedRoster {
    signed_roster(root, practice, version, staff, None)
}

/// With a policy of retention.
pub fn roster_keeping(practice: &str, version: u64, staff: Vec<Member>, days: Option<u32>) -> SignedRoster {
    signed_roster(keys::root(), practice, version, staff, days)
}

fn signed_roster(
    root: &Key,
    practice: &str,
    version: u64,
    staff: Vec<Member>,
    retention_days: Option<u32>,
) -> SignedRoster {
    let keyring = format!(r#"{{"synthetic":"keyring {version}"}}"#);
    let claims = Roster {
        practice: name(practice),
        version,
        iat: START,
        keyring: ChainHash::of_body(&keyring),
        retention_days,
        staff,
    };
    SignedRoster { roster: root.sign(ROSTER_TYP, &claims, Embed::Jwk), keyring }
}

pub fn registration(practice: &str) -> Registration {
    Registration { manifest: manifest(practice, 1), staff: roster(practice, 1, everyone()) }
}

pub fn assertion(staff: &str, practice: &str, now: u64) -> Assertion {
    Assertion {
        iss: staff.into(),
        sub: staff.into(),
        aud: format!("{}/v1/practices/{practice}/token", super::lab::PUBLIC_URL),
        iat: now,
        exp: now + 60,
        jti: unique_entry().to_string(),
    }
}

pub fn signed_assertion(key: &Key, claims: &Assertion) -> String {
    key.sign(ASSERTION_TYP, claims, Embed::Nothing)
}

pub fn unique_entry() -> EntryId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut random = [0; 10];
    // Spread like random ids, so that index pages are hit as in life.
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    random[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    random[8..].copy_from_slice(&std::process::id().to_be_bytes()[2..]);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    EntryId::new(random, now.as_millis() as u64)
}

/// What to put in an entry's header.
#[derive(Clone)]
pub struct Sealing {
    pub practice: String,
    pub kind: EntryKind,
    pub entry: EntryId,
    pub thread: ThreadId,
    pub kid: Thumbprint,
    pub manifest: u64,
    /// Bytes of padded plaintext.
    pub size: usize,
    /// Differs where the ciphertext is to differ.
    pub fill: char,
}

impl Sealing {
    pub fn inquiry(practice: &str) -> Self {
        Self {
            practice: practice.into(),
            kind: EntryKind::Inquiry,
            entry: unique_entry(),
            thread: ThreadId::from_bytes(*unique_entry().as_bytes()),
            kid: keys::inbox().thumbprint(),
            manifest: 1,
            size: wire::limits::PADDING_CLASSES[0],
            fill: 'c',
        }
    }

    pub fn event(practice: &str) -> Self {
        Self { kind: EntryKind::Event, ..Self::inquiry(practice) }
    }

    pub fn body(&self) -> String {
        let header = json!({
            "alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": self.kid, "typ": self.kind,
            "practice": self.practice, "thread": self.thread, "entry": self.entry, "manifest": self.manifest,
        });
        let header = Base64UrlUnpadded::encode_string(header.to_string().as_bytes());
        let ciphertext = self.fill.to_string().repeat((self.size * 4).div_ceil(3));
        let key = "k".repeat(512);
        format!("{header}.{key}.AAAAAAAAAAAAAAAA.{ciphertext}.AAAAAAAAAAAAAAAAAAAAAA")
    }
}
