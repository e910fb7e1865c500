//! Entries: what is sealed opens; whatever is not exactly of the one suite, or was touched, does not.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{INBOX, ROOT, STAFF, encode, entry_header, forge, padded, with_flipped_bit, with_part};
use proptest::prelude::*;
use seal::entry::{Binding, SealError};
use seal::{OpenError, Opener, entry, random};
use wire::EntryKind;
use wire::header::{Envelope, EnvelopeError};
use wire::limits::{ENTRY_BYTES, PADDING_CLASSES};

const HEADER: OpenError = OpenError::Malformed(EnvelopeError::Header);
const SHAPE: OpenError = OpenError::Malformed(EnvelopeError::Shape);

fn binding() -> Binding {
    Binding {
        typ: EntryKind::Event,
        practice: "lakeside-ortho".parse().unwrap(),
        thread: random::make_thread_id().unwrap(),
        entry: random::make_entry_id(1_790_000_000_000).unwrap(),
        manifest: 3,
    }
}

fn seal(plaintext: &[u8]) -> String {
    entry::seal(&binding(), plaintext, &INBOX.public()).unwrap()
}

fn refusal(compact: &str) -> OpenError {
    entry::open(compact, &INBOX).unwrap_err()
}

/// The writer of this test is right: what it writes with an unchanged header does open.
#[test]
fn the_control_opens() {
    let compact = forge(&entry_header(), &INBOX.public().to_jwk(), &[5; 32], &padded());
    assert_eq!(&**entry::open(&compact, &INBOX).unwrap().plaintext, b"{}");
}

#[test]
fn headers_of_any_other_form_are_refused() {
    let ours = entry_header();
    let changed = |from: &str, to: &str| {
        assert!(ours.contains(from), "{from}");
        ours.replacen(from, to, 1)
    };
    let added = |member: &str| changed(r#","manifest":7}"#, &format!(r#","manifest":7,{member}}}"#));
    let cases = [
        // Another suite: RFC 8725 section 3.1.
        changed("RSA-OAEP-256", "RSA-OAEP"),
        changed("RSA-OAEP-256", "RSA-OAEP-512"),
        changed("RSA-OAEP-256", "RSA1_5"),
        changed("RSA-OAEP-256", "dir"),
        changed("RSA-OAEP-256", "none"),
        changed("RSA-OAEP-256", "rsa-oaep-256"),
        changed("RSA-OAEP-256", "PBES2-HS512+A256KW"),
        changed("A256GCM", "A128GCM"),
        changed("A256GCM", "A192GCM"),
        changed("A256GCM", "A256CBC-HS512"),
        // RFC 7516 sections 4.1.3 to 4.1.13, and RFC 8725 sections 2.4 and 2.6.
        added(r#""zip":"DEF""#),
        added(r#""crit":["exp"]"#),
        added(r#""crit":[]"#),
        added(r#""jku":"https://example.com/keys""#),
        added(r#""jwk":{}"#),
        added(r#""x5u":"https://example.com/cert""#),
        added(r#""x5c":[]"#),
        added(r#""cty":"JWT""#),
        added(r#""p2c":600000"#),
        added(r#""apu":"""#),
        // RFC 7516 section 4: member names are unique.
        added(r#""alg":"RSA-OAEP-256""#),
        added(r#""enc":"A256GCM""#),
        added(r#""practice":"lakeside-ortho""#),
        added(r#""manifest":8"#),
        added(r#""\u0061lg":"RSA1_5""#),
        // Ours.
        changed(r#","manifest":7"#, ""),
        changed(r#""manifest":7"#, r#""manifest":-7"#),
        changed(r#""manifest":7"#, r#""manifest":7.0"#),
        changed(r#""manifest":7"#, r#""manifest":"7""#),
        changed("inquiry", "keyring"),
        changed("lakeside-ortho", "../lakeside"),
        changed("AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB"),
        format!("{ours}{{}}"),
        common::as_array(&ours),
        format!("{ours} x"),
        String::new(),
        "null".into(),
        "{}".into(),
    ];
    for header in cases {
        let compact = forge(&header, &INBOX.public().to_jwk(), &[5; 32], &padded());
        let found = refusal(&compact);
        // An empty header is no base64url part at all.
        assert!(found == HEADER || header.is_empty() && found == SHAPE, "{header}: {found}");
    }
}

#[test]
fn parts_of_the_wrong_length_are_refused() {
    let compact = seal(b"{}");
    let longer = |part: &str| format!("{part}AAAA");
    let shorter = |part: &str| part[..part.len() - 4].to_owned();
    for (index, what) in [(1, "key"), (2, "IV"), (3, "ciphertext"), (4, "tag")] {
        assert_eq!(refusal(&with_part(&compact, index, shorter)), SHAPE, "shorter {what}");
        // The wrapped key may be as long as that of RSA-4096 before the key at hand is known.
        let expected = if index == 1 { OpenError::Refused } else { SHAPE };
        assert_eq!(refusal(&with_part(&compact, index, longer)), expected, "longer {what}");
        assert_eq!(refusal(&with_part(&compact, index, |_| String::new())), SHAPE, "no {what}");
    }
    for text in ["", ".", "....", "a.b.c.d.e", "a.b.c", &format!("{compact}.AAAA"), &format!(" {compact}")] {
        assert_eq!(refusal(text), SHAPE, "{text}");
    }
    for wrong in ["+", "/", "=", " ", "\n", "é"] {
        let compact = with_part(&compact, 3, |part| format!("{}{wrong}", &part[wrong.len()..]));
        assert_eq!(refusal(&compact), SHAPE, "{wrong:?}");
    }
}

/// RFC 4648 section 3.5: bits after the last byte must be zero, or one entry had many texts.
#[test]
fn base64url_has_one_spelling() {
    let compact = seal(b"{}");
    // 2048 bytes and a tag of 16 leave unused bits in the last character of both.
    for index in [3, 4] {
        let alias = with_part(&compact, index, |part| {
            let (rest, last) = part.split_at(part.len() - 1);
            let last = last.as_bytes()[0];
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let value = alphabet.iter().position(|&byte| byte == last).unwrap();
            format!("{rest}{}", char::from(alphabet[value + 1]))
        });
        assert_eq!(refusal(&alias), SHAPE, "part {index}");
    }
}

#[test]
fn oversize_is_refused_before_it_is_decoded() {
    let long = format!("{}.{}", entry_header(), "A".repeat(ENTRY_BYTES));
    assert_eq!(refusal(&long), OpenError::Malformed(EnvelopeError::TooLarge));
}

/// A content key of 128 bits would decrypt with A128GCM, which the header does not say.
#[test]
fn a_content_key_of_another_length_is_refused() {
    for length in [0, 16, 24, 31, 33, 64] {
        let compact = forge(&entry_header(), &INBOX.public().to_jwk(), &vec![5; length], &padded());
        assert_eq!(refusal(&compact), OpenError::Refused, "{length}");
    }
}

#[test]
fn what_was_not_padded_is_refused() {
    for length in [1, 2047, 2049, 5000] {
        let compact = forge(&entry_header(), &INBOX.public().to_jwk(), &[5; 32], &vec![b' '; length]);
        assert_eq!(refusal(&compact), SHAPE, "{length}");
    }
}

#[test]
fn sealed_to_another_key() {
    assert_eq!(entry::open(&seal(b"{}"), &STAFF).unwrap_err(), OpenError::OtherKey);
    // A header that names our key does not make it ours.
    let compact = forge(&entry_header(), &STAFF.public().to_jwk(), &[5; 32], &padded());
    assert_eq!(refusal(&compact), OpenError::Refused);
}

/// RFC 8725 section 3.1: a key has one use.
#[test]
fn signing_keys_neither_seal_nor_open() {
    assert_eq!(entry::seal(&binding(), b"{}", &ROOT.public()), Err(SealError::Recipient));
    let header = entry_header().replace(&INBOX.thumbprint().to_string(), &ROOT.thumbprint().to_string());
    let compact = forge(&header, &ROOT.public().to_jwk(), &[5; 32], &padded());
    assert_eq!(entry::open(&compact, &ROOT).unwrap_err(), OpenError::OtherKey);
}

#[test]
fn length_says_the_class_and_no_more() {
    let lengths: Vec<usize> = [0, 1, 1000, 2048].map(|length| seal(&vec![b'x'; length]).len()).into();
    assert!(lengths.iter().all(|&length| length == lengths[0]), "{lengths:?}");
    for class in PADDING_CLASSES {
        let compact = seal(&vec![b'x'; class]);
        assert!(compact.len() <= ENTRY_BYTES);
        assert_eq!(entry::open(&compact, &INBOX).unwrap().plaintext.len(), class);
    }
    assert_eq!(entry::seal(&binding(), &[b'x'; 65_537], &INBOX.public()), Err(SealError::TooLong));
}

#[test]
fn the_same_text_is_never_sealed_the_same() {
    let binding = binding();
    let seal = || entry::seal(&binding, b"{}", &INBOX.public()).unwrap();
    let (one, two) = (seal(), seal());
    for index in 1..5 {
        assert_ne!(one.split('.').nth(index), two.split('.').nth(index), "part {index}");
    }
}

/// The keys that stand behind the trait in programs outside the browser.
#[test]
fn the_trait_opens_at_once() {
    use std::task::{Context, Poll, Waker};
    let envelope = Envelope::parse(seal(b"{}")).unwrap();
    let mut opening = Box::pin(Opener::open(&*INBOX, envelope));
    let Poll::Ready(opened) = opening.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("not at once")
    };
    assert_eq!(&**opened.unwrap().plaintext, b"{}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_sealed_opens(text in "(.|\n){0,4000}[^ ]", manifest in any::<u64>()) {
        let binding = Binding { manifest, ..binding() };
        let compact = entry::seal(&binding, text.as_bytes(), &INBOX.public()).unwrap();
        let opened = entry::open(&compact, &INBOX).unwrap();
        prop_assert_eq!(&**opened.plaintext, text.as_bytes());
        let header = opened.header;
        prop_assert_eq!(
            (header.typ, header.practice, header.thread, header.entry, header.manifest),
            (binding.typ, binding.practice, binding.thread, binding.entry, binding.manifest)
        );
    }

    /// A flipped bit in any part: nothing opens, and a bit of key, IV, ciphertext or tag says only that.
    #[test]
    fn any_flipped_bit_is_refused(part in 0_usize..5, bit in any::<usize>()) {
        let compact = with_flipped_bit(&seal(b"{\"needs\":\"help\"}"), part, bit);
        let found = refusal(&compact);
        if part > 0 {
            prop_assert_eq!(found, OpenError::Refused);
        }
    }

    #[test]
    fn any_text_is_taken_without_panic(text in ".{0,300}") {
        prop_assert!(entry::open(&text, &INBOX).is_err());
        let header = with_part(&seal(b"{}"), 0, |_| encode(&text));
        prop_assert!(entry::open(&header, &INBOX).is_err());
    }
}
