//! A practice in memory, and a relay that keeps its log. Keys are made once for all tests.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbox::{Anchor, Inbox, Keys, LogError, Memory, Progress, Staff};
use lead::inquiry::{Answers, Contact};
use lead::scoring::{Action, ModelRef, Score};
use lead::signals::Signals;
use lead::thread::{Event, EventClaims};
use lead::{Inquiry, Manifest, ManifestSource};
use seal::entry::{Binding, seal};
use seal::{Embed, KeyUse, PrivateKey, PublicKey, jws};
use std::sync::LazyLock;
use wire::api::{Page, SignedRoster};
use wire::log::EntryMeta;
use wire::practice::{EVENT_TYP, JwkSet, Member, ROSTER_TYP, Role, Roster};
use wire::{ChainHash, Entry, EntryId, EntryKind, Head, PracticeId, ThreadId};

/// Seconds; the practice's present.
pub(crate) const NOW: u64 = 1_800_000_000;
/// When the leaver left and the newcomer came, in seconds.
pub(crate) const CHANGE: u64 = NOW - 1000;

pub(crate) struct People {
    pub(crate) root: PrivateKey,
    pub(crate) inbox: PrivateKey,
    pub(crate) reader: PrivateKey,
    pub(crate) owner: PrivateKey,
    pub(crate) coordinator: PrivateKey,
    pub(crate) auditor: PrivateKey,
    pub(crate) leaver: PrivateKey,
    pub(crate) newcomer: PrivateKey,
    pub(crate) stranger: PrivateKey,
    pub(crate) strangers_inbox: PrivateKey,
}

pub(crate) static PEOPLE: LazyLock<People> = LazyLock::new(|| {
    use KeyUse::{Enc, Sig};
    let uses = [Sig, Enc, Enc, Sig, Sig, Sig, Sig, Sig, Sig, Enc];
    let made = std::thread::scope(|scope| {
        let tasks = uses.map(|usage| scope.spawn(move || PrivateKey::generate(usage).unwrap()));
        tasks.map(|task| task.join().unwrap())
    });
    let [root, inbox, reader, owner, coordinator, auditor, leaver, newcomer, stranger, strangers_inbox] =
        made;
    People { root, inbox, reader, owner, coordinator, auditor, leaver, newcomer, stranger, strangers_inbox }
});

pub(crate) fn practice() -> PracticeId {
    "lakeside-ortho".parse().unwrap()
}

pub(crate) fn anchor() -> Anchor {
    Anchor { practice: practice(), pin: PEOPLE.root.thumbprint() }
}

pub(crate) fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

pub(crate) fn thread(n: u8) -> ThreadId {
    ThreadId::from_bytes([n; 16])
}

pub(crate) fn source() -> ManifestSource {
    toml::from_str(include_str!("../../../examples/manifests/lakeside-ortho.toml")).unwrap()
}

pub(crate) fn manifest() -> Manifest {
    Manifest {
        practice: practice(),
        version: 3,
        iat: NOW - 10,
        exp: NOW + 1000,
        inbox: JwkSet { keys: vec![PEOPLE.inbox.public().to_jwk()] },
        source: source(),
    }
}

pub(crate) fn sign(key: &PrivateKey, typ: &str, claims: &[u8]) -> String {
    jws::sign(key, typ, claims, Embed::Jwk).unwrap()
}

pub(crate) fn roster(keyring: &str) -> Roster {
    let member = |id: &str, role, key: &PrivateKey| Member {
        id: id.parse().unwrap(),
        role,
        signing: key.public().to_jwk(),
        former: Vec::new(),
        encryption: None,
        not_before: 0,
        not_after: None,
    };
    let people = &*PEOPLE;
    let mut leaver = member("lee-leaver", Role::Coordinator, &people.leaver);
    leaver.not_after = Some(CHANGE);
    let mut newcomer = member("noa-newcomer", Role::Coordinator, &people.newcomer);
    newcomer.not_before = CHANGE;
    Roster {
        practice: practice(),
        version: 5,
        iat: NOW,
        keyring: ChainHash::of_body(keyring),
        retention_days: None,
        staff: vec![
            member("maria-lopez", Role::Owner, &people.owner),
            member("sam-rivera", Role::Coordinator, &people.coordinator),
            member("ana-auditor", Role::Auditor, &people.auditor),
            leaver,
            newcomer,
        ],
    }
}

pub(crate) fn keyring() -> String {
    seal::keyring::seal(&practice(), 5, &[&PEOPLE.inbox], &[PEOPLE.reader.public()]).unwrap()
}

pub(crate) fn signed_roster() -> SignedRoster {
    let keyring = keyring();
    let claims = serde_json::to_vec(&roster(&keyring)).unwrap();
    SignedRoster { roster: sign(&PEOPLE.root, ROSTER_TYP, &claims), keyring }
}

pub(crate) fn staff() -> Staff {
    anchor().check_roster(signed_roster(), NOW, &Memory::default()).unwrap()
}

pub(crate) async fn keys(staff: &Staff) -> Keys<PrivateKey> {
    staff.open_keyring(&PEOPLE.reader).await.unwrap()
}

pub(crate) fn inquiry(name: &str) -> Inquiry {
    let hash = ChainHash::of_body("");
    Inquiry {
        v: 1,
        lang: "en".into(),
        manifest: 3,
        submitted_ms: NOW * 1000,
        answers: Answers {
            contact: Contact { name: name.into(), ..Contact::default() },
            ..Answers::default()
        },
        signals: Signals::default(),
        preliminary: Score {
            points: 0,
            tier: "nurture".into(),
            action: Action::Nothing,
            lines: Vec::new(),
            model: ModelRef { name: "none".into(), version: 1, hash },
        },
    }
}

pub(crate) fn binding(typ: EntryKind, thread_n: u8, entry_n: u8) -> Binding {
    Binding { typ, practice: practice(), thread: thread(thread_n), entry: entry(entry_n), manifest: 3 }
}

pub(crate) fn sealed(binding: &Binding, plain: &[u8]) -> String {
    seal(binding, plain, &PEOPLE.inbox.public()).unwrap()
}

pub(crate) fn sealed_inquiry(thread_n: u8, entry_n: u8, name: &str) -> String {
    sealed(&binding(EntryKind::Inquiry, thread_n, entry_n), inquiry(name).to_json().unwrap().as_bytes())
}

pub(crate) fn claims(thread_n: u8, entry_n: u8, author: &str, event: Event) -> EventClaims {
    EventClaims {
        v: 1,
        practice: practice(),
        thread: thread(thread_n),
        entry: entry(entry_n),
        author: author.parse().unwrap(),
        time: NOW * 1000,
        event,
    }
}

pub(crate) fn note(text: &str) -> Event {
    Event::NoteAdded { text: text.into() }
}

pub(crate) fn signed_event(claims: &EventClaims, key: &PrivateKey) -> String {
    jws::sign(key, EVENT_TYP, &claims.to_json(), Embed::Nothing).unwrap()
}

pub(crate) fn sealed_event(claims: &EventClaims, key: &PrivateKey) -> String {
    sealed_as(EntryKind::Event, claims, key)
}

pub(crate) fn sealed_as(typ: EntryKind, claims: &EventClaims, key: &PrivateKey) -> String {
    let binding =
        Binding { typ, practice: practice(), thread: claims.thread, entry: claims.entry, manifest: 3 };
    sealed(&binding, signed_event(claims, key).as_bytes())
}

/// A log as a relay keeps it. It can do anything with it, and makes the chain hold afterwards.
#[derive(Clone, Default)]
pub(crate) struct RelayLog {
    pub(crate) entries: Vec<Entry>,
}

impl RelayLog {
    pub(crate) fn append(&mut self, kind: EntryKind, thread_n: u8, entry_n: u8, body: &str) -> &mut Self {
        let meta = EntryMeta {
            seq: 0,
            id: entry(entry_n),
            kind,
            thread: thread(thread_n),
            sha256: ChainHash::of_body(body),
            time: NOW * 1000,
        };
        self.entries.push(Entry { meta, hash: ChainHash::of_body(""), body: Some(body.to_owned()) });
        self.chain();
        self
    }

    pub(crate) fn inquiry(&mut self, thread_n: u8, entry_n: u8, name: &str) -> &mut Self {
        self.append(EntryKind::Inquiry, thread_n, entry_n, &sealed_inquiry(thread_n, entry_n, name))
    }

    pub(crate) fn event(
        &mut self,
        thread_n: u8,
        entry_n: u8,
        author: &str,
        key: &PrivateKey,
        event: Event,
    ) -> &mut Self {
        let body = sealed_event(&claims(thread_n, entry_n, author, event), key);
        self.append(EntryKind::Event, thread_n, entry_n, &body)
    }

    /// Numbers and hashes everything anew.
    pub(crate) fn chain(&mut self) {
        let mut hash = ChainHash::genesis(&practice());
        for (seq, entry) in (1..).zip(&mut self.entries) {
            entry.meta.seq = seq;
            if let Some(body) = &entry.body {
                entry.meta.sha256 = ChainHash::of_body(body);
            }
            hash = hash.next(&entry.meta);
            entry.hash = hash;
        }
    }

    pub(crate) fn head(&self) -> Head {
        self.entries
            .last()
            .map_or(Head::empty(&practice()), |last| Head { seq: last.meta.seq, hash: last.hash })
    }

    pub(crate) fn page(&self, after: u64, limit: usize) -> Page {
        let entries =
            self.entries.iter().filter(|entry| entry.meta.seq > after).take(limit).cloned().collect();
        Page { entries, head: self.head() }
    }

    /// Reads all of it, three entries at a time.
    pub(crate) async fn read(&self, memory: &Memory) -> Result<Inbox<PrivateKey>, LogError> {
        let staff = staff();
        let keys = keys(&staff).await;
        let mut inbox = Inbox::new(&anchor(), staff, keys, memory);
        while inbox.read(self.page(inbox.head().seq, 3)).await? == Progress::More {}
        Ok(inbox)
    }
}

pub(crate) fn public(key: &PrivateKey) -> PublicKey {
    key.public()
}
