//! Every target over its seeds and over thousands of mutations of them; the same ones every time.

use fuzz::{TARGETS, seeds};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Mutations of each target.
const ROUNDS: u32 = 4_000;

/// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.next() as usize % end }
    }
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 20] = [
    b".",
    b"..",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\xff",
    b"\xc3",
    b"=",
    b"AAAA",
    b" ",
];

fn mutate(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(data.len());
        let until = at + random.below((data.len() - at).min(64));
        match random.below(7) {
            0 if !data.is_empty() => data[at] ^= 1 << random.below(8),
            1 if !data.is_empty() => data[at] = random.next() as u8,
            2 => drop(data.drain(at..until)),
            3 => drop(data.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
            4 => drop(data.splice(at..until, PIECES[random.below(PIECES.len())].iter().copied())),
            5 => {
                let piece = data[at..until].to_vec();
                data.splice(at..at, piece);
            }
            _ => data.truncate(at),
        }
    }
    data
}

fn run(name: &str, body: fn(&[u8]), data: &[u8]) {
    let outcome = catch_unwind(AssertUnwindSafe(|| body(data)));
    assert!(outcome.is_ok(), "{name} failed on {:?}", String::from_utf8_lossy(data));
}

#[test]
fn every_target() {
    for (name, body) in TARGETS {
        let seeds = seeds::of(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for seed in &seeds {
            run(name, body, seed);
        }
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for _ in 0..ROUNDS {
            let seed = &seeds[random.below(seeds.len())];
            run(name, body, &mutate(&mut random, seed));
        }
        for length in [0, 1, 7, 100, 300_000] {
            let noise: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
            run(name, body, &noise);
            run(name, body, &vec![b'A'; length]);
        }
        // As deep as a stranger likes.
        run(name, body, "[".repeat(100_000).as_bytes());
        run(name, body, r#"{"a":"#.repeat(50_000).as_bytes());
    }
}

/// The seeds are what they say: each is accepted by the parser that it is for.
#[test]
fn seeds_are_well_formed() {
    let text = |name: &str| String::from_utf8(seeds::of(name).swap_remove(0)).unwrap();
    let practice = "lakeside-ortho".parse().unwrap();
    assert!(lead::Inquiry::parse(text("inquiry").as_bytes()).is_ok());
    assert!(lead::thread::EventClaims::parse(text("event").as_bytes()).is_ok());
    assert!(lead::Manifest::accept(text("manifest").as_bytes(), &practice, 1_700_000_000, None).is_ok());
    assert!(serde_json::from_str::<wire::api::Page>(&text("page")).is_ok());
    assert!(serde_json::from_str::<wire::SealedHeader>(&text("entry_header")).is_ok());
    assert!(serde_json::from_str::<wire::signed::SignedHeader>(&text("signed_header")).is_ok());
    assert!(seal::credential::inspect(&text("credential")).is_ok());
    assert!(seal::PrivateKey::from_jwk(&text("private_key")).is_ok());
    assert!(seal::jws::signer(&text("signed")).is_ok());
    assert!(serde_json::from_str::<seal::PublicJwk>(&text("public_key")).is_ok());
    let visits = lead::signals::Signals::from_loader(&text("visits"), 1_700_000_000_000).visits;
    assert_eq!(visits.len(), 1, "one of the two is too old");
    let mentions = lead::triage::triage(&text("free_text"), &[]).mentions;
    assert!(!mentions.is_empty());
}
