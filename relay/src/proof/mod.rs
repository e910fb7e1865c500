//! Proof of work on submissions (ALTCHA version 2): a flood costs its sender processor time, a patient's
//! phone a fraction of a second.
//!
//! Challenges are not kept: the relay recognises its own by a MAC. A proof names the entry that it is for, and
//! the log stores an entry once; so a proof is used once, for ever and on every relay of one database, and there
//! is no list of used proofs that could be lost or filled.

mod load;

use crate::clock::Clock;
use crate::error::RelayError;
use crate::key::RelayKey;
use altcha::{ChallengeParameters, CreateChallengeOptions, VerifySolutionOptions};
use load::Load;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use wire::proof::{ALGORITHM, Binding, Challenge, Parameters, Proof};
use wire::{EntryId, PracticeId};

/// Length of a derived key, in bytes.
const KEY_BYTES: u32 = 32;

/// What is asked of whoever submits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether anything is.
    pub required: bool,
    /// PBKDF2 iterations of one try.
    pub iterations: u32,
    /// Tries at rest, at most; half of them at least.
    pub tries: u32,
    /// How often the number of tries may double.
    pub doublings: u32,
    /// Submissions an hour to one practice that are no reason to ask for more.
    pub calm_per_practice: u32,
    /// Submissions an hour to all practices that are no reason to ask for more.
    pub calm_in_all: u32,
    /// A challenge counts so long, in seconds.
    pub seconds: u64,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            required: true,
            iterations: 2_000,
            tries: 200,
            doublings: 4,
            calm_per_practice: 60,
            calm_in_all: 3_600,
            seconds: 900,
        }
    }
}

/// Gives challenges and checks proofs.
pub struct Proofs {
    terms: Terms,
    challenge_secret: String,
    key_secret: String,
    load: Mutex<Load>,
    clock: Arc<dyn Clock>,
}

impl Proofs {
    /// With the secrets that `key` gives. Relays that share a key recognise each other's challenges.
    #[must_use]
    pub fn new(terms: Terms, key: &RelayKey, clock: Arc<dyn Clock>) -> Self {
        let challenge_secret = key.derive_secret("proof challenge");
        let key_secret = key.derive_secret("proof key");
        Self { terms, challenge_secret, key_secret, load: Mutex::default(), clock }
    }

    /// A challenge for the submission of `entry`; `None` if no proof is asked for.
    ///
    /// # Errors
    /// [`RelayError::Internal`] when the operating system has no randomness to give.
    pub fn challenge(&self, practice: &PracticeId, entry: EntryId) -> Result<Option<Challenge>, RelayError> {
        if !self.terms.required {
            return Ok(None);
        }
        let expires = self.clock.now_s() + self.terms.seconds;
        let binding = Binding { practice: practice.clone(), entry, expires };
        let options = CreateChallengeOptions {
            algorithm: ALGORITHM.into(),
            cost: self.terms.iterations,
            // Known to the relay, so that the work is bounded: nobody is unlucky.
            counter: Some(self.pick_counter(practice)?),
            // The time is in the binding: the library would judge it by a clock that no test can set.
            expires_at: None,
            data: Some(as_data(&binding)),
            key_length: KEY_BYTES as usize,
            hmac_signature_secret: Some(self.challenge_secret.clone()),
            hmac_key_signature_secret: Some(self.key_secret.clone()),
            ..CreateChallengeOptions::default()
        };
        let made = altcha::create_challenge(options).map_err(|error| internal(&error))?;
        let parameters = Parameters {
            algorithm: made.parameters.algorithm,
            cost: made.parameters.cost,
            data: binding,
            key_length: KEY_BYTES,
            key_prefix: made.parameters.key_prefix,
            key_signature: made.parameters.key_signature.unwrap_or_default(),
            nonce: made.parameters.nonce,
            salt: made.parameters.salt,
        };
        Ok(Some(Challenge { parameters, signature: made.signature.unwrap_or_default() }))
    }

    /// Whether `header` is a proof for the submission of `entry`, or none is asked for. Costs two MACs,
    /// whatever the sender wrote.
    #[must_use]
    pub fn accepts(&self, practice: &PracticeId, entry: EntryId, header: Option<&str>) -> bool {
        if !self.terms.required {
            return true;
        }
        let Some(Proof { challenge, solution }) = header.and_then(Proof::parse) else { return false };
        let binding = &challenge.parameters.data;
        let fits =
            binding.practice == *practice && binding.entry == entry && self.clock.now_s() < binding.expires;
        if !fits {
            return false;
        }
        let Parameters { algorithm, cost, data, key_prefix, key_signature, nonce, salt, .. } =
            challenge.parameters;
        let parameters = ChallengeParameters {
            algorithm,
            cost,
            data: Some(as_data(&data)),
            expires_at: None,
            key_length: KEY_BYTES as usize,
            key_prefix,
            key_signature: Some(key_signature),
            memory_cost: None,
            nonce,
            parallelism: None,
            salt,
        };
        let challenge = altcha::Challenge { parameters, signature: Some(challenge.signature) };
        let solution =
            altcha::Solution { counter: solution.counter, derived_key: solution.derived_key, time: None };
        let mut options = VerifySolutionOptions::new(&challenge, &solution, &self.challenge_secret);
        options.hmac_key_signature_secret = Some(self.key_secret.clone());
        altcha::verify_solution(options).is_ok_and(|result| result.verified)
    }

    /// A submission was stored. Only these count: what was refused cost nobody a proof, and must not make
    /// it harder for those who mean well.
    pub fn count(&self, practice: &PracticeId) {
        let mut load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        load.add(practice, self.clock.now_ms());
    }

    /// Tries that are asked for now, at most.
    fn tries(&self, practice: &PracticeId) -> u32 {
        let Terms { calm_per_practice, calm_in_all, tries, doublings, .. } = self.terms;
        let load = self.load.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = load.doublings(practice, self.clock.now_ms(), calm_per_practice, calm_in_all);
        tries.max(2).saturating_mul(1 << wanted.min(doublings).min(16))
    }

    fn pick_counter(&self, practice: &PracticeId) -> Result<u32, RelayError> {
        let half = self.tries(practice) / 2;
        Ok(half + getrandom::u32().map_err(|error| internal(&error))? % half)
    }
}

fn as_data(binding: &Binding) -> BTreeMap<String, serde_json::Value> {
    [
        ("practice", binding.practice.as_str().into()),
        ("entry", binding.entry.to_string().into()),
        ("expires", binding.expires.into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn internal(error: &impl std::fmt::Display) -> RelayError {
    RelayError::Internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use altcha::SolveChallengeOptions;
    use wire::proof::Solution;

    fn proofs() -> (Proofs, ManualClock) {
        let clock = ManualClock::new(1_767_225_600_000);
        let terms = Terms { required: true, iterations: 2, tries: 8, ..Terms::default() };
        let key = RelayKey::from_seed([7; 32]);
        (Proofs::new(terms, &key, Arc::new(clock.clone())), clock)
    }

    fn practice() -> PracticeId {
        "lakeside-ortho".parse().unwrap()
    }

    /// As a client does it, with the library's own solver.
    fn solve(challenge: Challenge) -> Proof {
        let json = serde_json::to_value(&challenge).unwrap();
        let foreign: altcha::Challenge = serde_json::from_value(json).unwrap();
        let solution = altcha::solve_challenge(SolveChallengeOptions::new(&foreign)).unwrap().unwrap();
        let solution = Solution { counter: solution.counter, derived_key: solution.derived_key };
        Proof { challenge, solution }
    }

    const ENTRY: EntryId = EntryId::from_bytes([1; 16]);
    const OTHER: EntryId = EntryId::from_bytes([2; 16]);

    #[test]
    fn a_proof_counts_for_its_entry_at_its_practice_until_it_expires() {
        let (proofs, clock) = proofs();
        let proof = solve(proofs.challenge(&practice(), ENTRY).unwrap().unwrap()).to_header();
        assert!(proofs.accepts(&practice(), ENTRY, Some(&proof)));
        assert!(!proofs.accepts(&practice(), OTHER, Some(&proof)), "another entry");
        assert!(!proofs.accepts(&"hillside-ortho".parse().unwrap(), ENTRY, Some(&proof)), "another practice");
        assert!(!proofs.accepts(&practice(), ENTRY, None), "no proof");
        clock.advance_s(899);
        assert!(proofs.accepts(&practice(), ENTRY, Some(&proof)));
        clock.advance_s(1);
        assert!(!proofs.accepts(&practice(), ENTRY, Some(&proof)), "expired");
    }

    #[test]
    fn nothing_of_a_challenge_can_be_changed_and_no_solution_be_guessed() {
        let (proofs, _) = proofs();
        let right = solve(proofs.challenge(&practice(), ENTRY).unwrap().unwrap());
        let changes: [fn(&mut Proof); 8] = [
            |proof| proof.challenge.parameters.data.entry = OTHER,
            |proof| proof.challenge.parameters.data.expires += 1,
            |proof| proof.challenge.parameters.cost = 1,
            |proof| proof.challenge.parameters.key_prefix.clear(),
            |proof| proof.challenge.parameters.key_signature.clear(),
            |proof| proof.challenge.signature.clear(),
            |proof| proof.solution.derived_key.replace_range(..2, "zz"),
            |proof| proof.solution.derived_key = proof.challenge.parameters.key_prefix.repeat(2),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut proof = right.clone();
            change(&mut proof);
            let entry = proof.challenge.parameters.data.entry;
            assert!(!proofs.accepts(&practice(), entry, Some(&proof.to_header())), "change {number}");
        }
    }

    #[test]
    fn another_relays_challenge_is_not_ours() {
        let (proofs, clock) = proofs();
        let other = Proofs::new(proofs.terms, &RelayKey::from_seed([8; 32]), Arc::new(clock));
        let proof = solve(other.challenge(&practice(), ENTRY).unwrap().unwrap()).to_header();
        assert!(other.accepts(&practice(), ENTRY, Some(&proof)));
        assert!(!proofs.accepts(&practice(), ENTRY, Some(&proof)));
    }

    #[test]
    fn the_work_is_bounded_and_rises_with_what_was_stored() {
        let (proofs, clock) = proofs();
        let counters = |number: usize| -> Vec<u32> {
            let solved = |_| solve(proofs.challenge(&practice(), ENTRY).unwrap().unwrap()).solution.counter;
            (0..number).map(solved).collect()
        };
        assert!(counters(20).iter().all(|counter| (4..8).contains(counter)));
        for _ in 0..20 {
            proofs.count(&practice());
        }
        // 20 at once are a rate of 166 an hour, more than twice 60.
        assert!(counters(20).iter().all(|counter| (8..16).contains(counter)));
        for _ in 0..2_000 {
            proofs.count(&practice());
        }
        assert!(counters(20).iter().all(|counter| (64..128).contains(counter)), "at most 16 times");
        clock.advance_s(3_600);
        assert!(counters(20).iter().all(|counter| *counter < 16));
    }

    #[test]
    fn turned_off_it_asks_for_nothing() {
        let (mut proofs, _) = proofs();
        proofs.terms.required = false;
        assert_eq!(proofs.challenge(&practice(), ENTRY).unwrap(), None);
        assert!(proofs.accepts(&practice(), ENTRY, None));
    }
}
