//! Credential files: the passphrase opens them, and only the one form is read, within bounded work.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{FROZEN, INBOX, decode, encode, text, with_flipped_bit, with_part};
use seal::credential::{self, LockError, Rounds, RoundsError, UnlockError};
use seal::{OpenError, entry, keyring};
use wire::header::EnvelopeError;

const PASSPHRASE: &str = "correct horse battery staple, é";

fn frozen() -> &'static str {
    text(&FROZEN, "/credential/jwe")
}

#[test]
fn only_the_passphrase_opens_it() {
    let file = credential::lock(b"{\"v\":1}", PASSPHRASE, Rounds::DEFAULT).unwrap();
    assert_eq!(&**credential::unlock(&file, PASSPHRASE).unwrap(), b"{\"v\":1}");
    // A file that an editor saved ends with a line break.
    assert_eq!(&**credential::unlock(&format!("{file}\r\n"), PASSPHRASE).unwrap(), b"{\"v\":1}");
    for wrong in ["", "correct horse battery staple", "correct horse battery staple, e\u{301}"] {
        assert_eq!(credential::unlock(&file, wrong).unwrap_err(), UnlockError::Refused, "{wrong}");
    }
}

#[test]
fn a_file_says_what_it_is() {
    let rounds = Rounds::try_from(600_001).unwrap();
    let file = credential::lock(b"{}", PASSPHRASE, rounds).unwrap();
    assert_eq!(credential::inspect(&file), Ok(rounds));
    assert_eq!(credential::inspect(frozen()), Ok(Rounds::DEFAULT));
    assert_eq!(credential::inspect("{}"), Err(UnlockError::Malformed));
}

#[test]
fn each_file_has_its_own_salt_and_keys() {
    let lock = || credential::lock(b"{}", PASSPHRASE, Rounds::DEFAULT).unwrap();
    let (one, two) = (lock(), lock());
    for part in 0..5 {
        assert_ne!(one.split('.').nth(part), two.split('.').nth(part), "part {part}");
    }
}

#[test]
fn rounds_are_bounded() {
    for (count, allowed) in [
        (0, false),
        (599_999, false),
        (600_000, true),
        (2_000_000, true),
        (2_000_001, false),
        (u32::MAX, false),
    ] {
        assert_eq!(
            Rounds::try_from(count).map(Rounds::count),
            if allowed { Ok(count) } else { Err(RoundsError) }
        );
    }
}

/// Refused for what they are, before any work is done for them.
#[test]
fn any_other_form_is_refused() {
    let ours = String::from_utf8(decode(frozen().split('.').next().unwrap())).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(ours.contains(from), "{from}");
        ours.replacen(from, to, 1)
    };
    let added = |member: &str| ours.replace('}', &format!(",{member}}}"));
    let salt: serde_json::Value = serde_json::from_str(&ours).unwrap();
    let salt = salt["p2s"].as_str().unwrap();
    for header in [
        changed("PBES2-HS512+A256KW", "PBES2-HS256+A128KW"),
        changed("PBES2-HS512+A256KW", "PBES2-HS384+A192KW"),
        changed("PBES2-HS512+A256KW", "RSA-OAEP-256"),
        changed("A256GCM", "A128GCM"),
        changed("anteroom-credential", "inquiry"),
        // RFC 7518 section 4.8.1.2.
        changed("600000", "1000"),
        changed("600000", "599999"),
        changed("600000", "2000001"),
        changed("600000", "4294967296"),
        changed("600000", "-600000"),
        changed("600000", "600000.0"),
        // RFC 7518 section 4.8.1.1.
        changed(salt, ""),
        changed(salt, "AAAAAAAAAAA"),
        changed(salt, &"A".repeat(87)),
        changed(salt, &format!("{}=", &salt[..21])),
        added(r#""p2c":600000"#),
        added(r#""zip":"DEF""#),
        added(r#""crit":["p2c"]"#),
        added(r#""kid":"x""#),
        common::as_array(&ours),
        "null".into(),
    ] {
        let file = with_part(frozen(), 0, |_| encode(&header));
        assert_eq!(credential::unlock(&file, PASSPHRASE).unwrap_err(), UnlockError::Malformed, "{header}");
    }
    for part in [1, 2, 4] {
        let file = with_part(frozen(), part, |part| part[4..].to_owned());
        assert_eq!(credential::unlock(&file, PASSPHRASE).unwrap_err(), UnlockError::Malformed, "part {part}");
    }
    for file in ["", "....", "a.b", &format!("{}.AAAA", frozen()), &"A".repeat(65 << 10)] {
        assert_eq!(credential::unlock(file, PASSPHRASE).unwrap_err(), UnlockError::Malformed);
    }
}

#[test]
fn what_was_altered_does_not_open() {
    for part in 1..5 {
        let file = with_flipped_bit(frozen(), part, 13);
        assert_eq!(credential::unlock(&file, PASSPHRASE).unwrap_err(), UnlockError::Refused, "part {part}");
    }
}

#[test]
fn what_would_not_open_is_not_locked() {
    let lock = |length: usize, passphrase| credential::lock(&vec![b'x'; length], passphrase, Rounds::DEFAULT);
    assert_eq!(lock(1, ""), Err(LockError::NoPassphrase));
    assert_eq!(lock((47 << 10) + 1, PASSPHRASE), Err(LockError::TooLong));
    let largest = lock(47 << 10, PASSPHRASE).unwrap();
    assert_eq!(credential::unlock(&largest, PASSPHRASE).unwrap().len(), 47 << 10);
}

/// Nothing that comes over the network is ever derived from a passphrase.
#[test]
fn only_this_module_reads_it() {
    let header = OpenError::Malformed(EnvelopeError::Header);
    let shape = OpenError::Malformed(EnvelopeError::Shape);
    assert_eq!(entry::open(frozen(), &INBOX).unwrap_err(), shape);
    // Long enough for an entry.
    let long = with_part(frozen(), 1, |_| "A".repeat(512));
    assert_eq!(entry::open(&long, &INBOX).unwrap_err(), header);
    assert_eq!(keyring::open(frozen(), &INBOX).unwrap_err(), shape);
}
