//! Our half of the interoperability test: `write COUNT` makes sealed and signed samples as JSON lines on
//! standard output; `read` checks such lines from standard input, made by another JOSE library.
//! `tests/interop/run.mjs` drives it. The keys are new each time and good for nothing else.

mod lines;

use lines::{Bound, Line, encode};
use seal::credential::{self, Rounds};
use seal::entry::Binding;
use seal::{Embed, KeyUse, PrivateKey, Zeroizing, entry, jws, keyring, random};
use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use wire::{EntryKind, PracticeId};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Keys {
    inbox: [PrivateKey; 2],
    staff: PrivateKey,
    signing: PrivateKey,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", count] => write(count.parse()?),
        ["read"] => read(),
        _ => Err("usage: interop write COUNT | interop read".into()),
    }
}

fn write(count: usize) -> Outcome<()> {
    let new = PrivateKey::generate;
    let keys = Keys {
        inbox: [new(KeyUse::Enc)?, new(KeyUse::Enc)?],
        staff: new(KeyUse::Enc)?,
        signing: new(KeyUse::Sig)?,
    };
    let text = |key: &PrivateKey| key.to_jwk().to_string();
    let practice: PracticeId = "lakeside-ortho".parse()?;
    let mut out = std::io::stdout().lock();
    let mut put = |line: &Line| -> Outcome<()> { Ok(writeln!(out, "{}", serde_json::to_string(line)?)?) };
    put(&Line::Keys {
        inbox: [text(&keys.inbox[0]), text(&keys.inbox[1])],
        staff: text(&keys.staff),
        signing: text(&keys.signing),
    })?;
    for index in 0..count {
        let payload = payload(index)?;
        put(&sealed(&keys, &practice, index, &payload)?)?;
        put(&signed(&keys, index, &payload)?)?;
    }
    for version in 1..=20 {
        let [one, two] = &keys.inbox;
        let readers = [keys.staff.public(), one.public(), two.public()];
        let text = keyring::seal(&practice, version, &[one, two], &readers)?;
        put(&Line::Keyring { practice: practice.clone(), version, text })?;
    }
    for passphrase in ["correct horse battery staple", "čtyři koně ve dvoře"] {
        let text = credential::lock(b"{\"v\":1}", passphrase, Rounds::DEFAULT)?;
        put(&Line::Credential { passphrase: passphrase.into(), plaintext: encode(b"{\"v\":1}"), text })?;
    }
    Ok(())
}

fn sealed(keys: &Keys, practice: &PracticeId, index: usize, payload: &[u8]) -> Outcome<Line> {
    let binding = Binding {
        typ: [EntryKind::Inquiry, EntryKind::Event, EntryKind::Document][index % 3],
        practice: practice.clone(),
        thread: random::make_thread_id()?,
        entry: random::make_entry_id(1_790_000_000_000)?,
        manifest: index as u64,
    };
    let text = entry::seal(&binding, payload, &keys.inbox[index % 2].public())?;
    Ok(Line::Entry { inbox: index % 2, binding: binding.into(), plaintext: encode(payload), text })
}

fn signed(keys: &Keys, index: usize, payload: &[u8]) -> Outcome<Line> {
    let embed = if index.is_multiple_of(2) { Embed::Jwk } else { Embed::Nothing };
    let typ = "anteroom-event";
    let text = jws::sign(&keys.signing, typ, payload, embed)?;
    Ok(Line::Signed { typ: typ.into(), embedded: embed == Embed::Jwk, plaintext: encode(payload), text })
}

/// Random bytes: mostly short, some at the edges of a padding class, never ending in a space.
fn payload(index: usize) -> Outcome<Vec<u8>> {
    let mut random = [0; 2];
    getrandom::fill(&mut random)?;
    let length = match index % 100 {
        0 => 1,
        1 => 2048,
        2 => 2049,
        3 => 65_536,
        _ => 1 + usize::from(u16::from_le_bytes(random) % 6000),
    };
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes)?;
    if bytes.last() == Some(&b' ') {
        bytes[length - 1] = b'}';
    }
    Ok(bytes)
}

fn read() -> Outcome<()> {
    let mut lines = std::io::stdin().lock().lines();
    let first = lines.next().ok_or("nothing to read")??;
    let Line::Keys { inbox: [one, two], staff, signing } = serde_json::from_str(&first)? else {
        return Err("the first line must hold the keys".into());
    };
    let keys = Keys {
        inbox: [PrivateKey::from_jwk(&one)?, PrivateKey::from_jwk(&two)?],
        staff: PrivateKey::from_jwk(&staff)?,
        signing: PrivateKey::from_jwk(&signing)?,
    };
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    let threads = std::thread::available_parallelism()?.get();
    let checked = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = lines
            .chunks(lines.len().div_ceil(threads).max(1))
            .map(|lines| {
                scope.spawn(|| {
                    lines.iter().try_for_each(|line| {
                        check(&keys, serde_json::from_str(line)?)
                            .map_err(|error| format!("{error}: {line}"))?;
                        checked.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    })
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })
    .map_err(|error: Box<dyn Error + Send + Sync>| error)?;
    println!("{}", checked.into_inner());
    Ok(())
}

fn check(keys: &Keys, line: Line) -> Outcome<()> {
    let is = |found: &[u8], expected: &str| {
        if encode(found) == expected { Ok(()) } else { Err("another plaintext") }
    };
    match line {
        Line::Keys { .. } => return Err("keys in the middle".into()),
        Line::Entry { inbox, binding, plaintext, text } => {
            let opened = entry::open(&text, &keys.inbox[inbox])?;
            is(&opened.plaintext, &plaintext)?;
            if binding != Bound::from(opened.header) {
                return Err("another binding".into());
            }
        }
        Line::Signed { typ, embedded, plaintext, text } => {
            let key = keys.signing.public();
            is(&jws::verify(&text, &typ, &key)?, &plaintext)?;
            if embedded {
                is(&jws::verify_pinned(&text, &typ, &key.thumbprint())?.claims, &plaintext)?;
            }
        }
        Line::Keyring { practice, version, text } => {
            for reader in [&keys.staff, &keys.inbox[0], &keys.inbox[1]] {
                let found = keyring::open(&text, reader)?;
                let wanted: Vec<Zeroizing<String>> = keys.inbox.iter().map(PrivateKey::to_jwk).collect();
                if (found.practice, found.version, found.keys) != (practice.clone(), version, wanted) {
                    return Err("another keyring".into());
                }
            }
        }
        Line::Credential { passphrase, plaintext, text } => {
            is(&credential::unlock(&text, &passphrase)?, &plaintext)?;
        }
    }
    Ok(())
}
