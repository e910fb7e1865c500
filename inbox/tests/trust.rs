//! Manifest, roster, keyring and assertion against the pin and what is remembered.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use inbox::root::RootError;
use inbox::trust::{KeyringError, TrustError};
use inbox::{Anchor, Credential, Memory, RootKey, assertion};
use lead::manifest::Refused;
use seal::{KeyUse, PrivateKey, SignatureError, Zeroizing, jws};
use wire::api::{Assertion, SignedRoster};
use wire::practice::{ASSERTION_TYP, MANIFEST_TYP, ROSTER_TYP, Role, Roster};
use wire::{ChainHash, PracticeId};

fn check_manifest(jws: &str, now: u64, memory: &Memory) -> Result<u64, TrustError> {
    anchor().check_manifest(jws, now, memory).map(|manifest| manifest.version)
}

#[test]
fn a_manifest_counts_only_under_the_pin_and_now() {
    let mut manifest = manifest();
    let good = sign(&PEOPLE.root, MANIFEST_TYP, &manifest.to_claims());
    let none = Memory::default();
    assert_eq!(check_manifest(&good, NOW, &none), Ok(3));
    let seen = |version| Memory { manifest: Some(version), ..Memory::default() };
    assert_eq!(check_manifest(&good, NOW, &seen(3)), Ok(3));
    let refused = |refused| Err(TrustError::Manifest(refused));
    assert_eq!(check_manifest(&good, NOW, &seen(4)), refused(Refused::RolledBack));
    assert_eq!(check_manifest(&good, manifest.exp, &none), refused(Refused::Expired));
    assert_eq!(check_manifest(&good, manifest.iat - 31, &none), refused(Refused::NotYetValid));
    manifest.practice = "another-practice".parse().unwrap();
    let foreign = sign(&PEOPLE.root, MANIFEST_TYP, &manifest.to_claims());
    assert_eq!(check_manifest(&foreign, NOW, &none), refused(Refused::Foreign));

    let unsigned = |error| Err(TrustError::ManifestSignature(error));
    let other_root = sign(&PEOPLE.stranger, MANIFEST_TYP, &common::manifest().to_claims());
    assert_eq!(check_manifest(&other_root, NOW, &none), unsigned(SignatureError::OtherKey));
    let as_roster = sign(&PEOPLE.root, ROSTER_TYP, &common::manifest().to_claims());
    assert_eq!(check_manifest(&as_roster, NOW, &none), unsigned(SignatureError::OtherType));
    let (_, signature) = foreign.rsplit_once('.').unwrap();
    let (input, _) = good.rsplit_once('.').unwrap();
    let spliced = format!("{input}.{signature}");
    assert_eq!(check_manifest(&spliced, NOW, &none), unsigned(SignatureError::Forged));
    assert_eq!(check_manifest("", NOW, &none), unsigned(SignatureError::Malformed));
}

fn check_roster(
    roster: &Roster,
    keyring: &str,
    key: &PrivateKey,
    memory: &Memory,
) -> Result<u64, TrustError> {
    let roster = sign(key, ROSTER_TYP, &serde_json::to_vec(roster).unwrap());
    let signed = SignedRoster { roster, keyring: keyring.to_owned() };
    anchor().check_roster(signed, NOW, memory).map(|staff| staff.roster().version)
}

#[test]
fn a_roster_counts_only_under_the_pin_with_its_own_keyring() {
    let keyring = keyring();
    let none = Memory::default();
    let root = &PEOPLE.root;
    let good = roster(&keyring);
    assert_eq!(check_roster(&good, &keyring, root, &none), Ok(5));

    let seen = Memory { roster: Some(6), ..Memory::default() };
    let rolled_back = Err(TrustError::RosterRolledBack { found: 5, seen: 6 });
    assert_eq!(check_roster(&good, &keyring, root, &seen), rolled_back);
    // Sealed by anyone, to anyone: the same content, and not the one that was signed.
    let other = common::keyring();
    assert_eq!(check_roster(&good, &other, root, &none), Err(TrustError::KeyringSwapped));
    assert!(matches!(
        check_roster(&good, &keyring, &PEOPLE.owner, &none),
        Err(TrustError::RosterSignature(SignatureError::OtherKey))
    ));
    let mut foreign = good.clone();
    foreign.practice = "another-practice".parse().unwrap();
    assert_eq!(check_roster(&foreign, &keyring, root, &none), Err(TrustError::RosterForeign));
    let mut early = good.clone();
    early.iat = NOW + 31;
    assert_eq!(check_roster(&early, &keyring, root, &none), Err(TrustError::RosterNotYetValid));
    let mut two_names = good.clone();
    two_names.staff[1].signing = two_names.staff[0].signing.clone();
    assert_eq!(check_roster(&two_names, &keyring, root, &none), Err(TrustError::RosterMalformed));
    let mut two_keys = good;
    two_keys.staff[1].id = two_keys.staff[0].id.clone();
    assert_eq!(check_roster(&two_keys, &keyring, root, &none), Err(TrustError::RosterMalformed));
}

#[tokio::test]
async fn a_keyring_opens_for_its_readers_and_must_be_the_practices() {
    let staff = staff();
    assert_eq!(staff.open_keyring(&PEOPLE.reader).await.unwrap().count(), 1);
    assert!(matches!(
        staff.open_keyring(&PEOPLE.strangers_inbox).await,
        Err(KeyringError::Open(seal::OpenError::OtherKey))
    ));
    let another: PracticeId = "another-practice".parse().unwrap();
    let keyring = seal::keyring::seal(&another, 5, &[&PEOPLE.inbox], &[PEOPLE.reader.public()]).unwrap();
    let roster = Roster { keyring: ChainHash::of_body(&keyring), ..roster(&keyring) };
    let roster = sign(&PEOPLE.root, ROSTER_TYP, &serde_json::to_vec(&roster).unwrap());
    let staff = anchor().check_roster(SignedRoster { roster, keyring }, NOW, &Memory::default()).unwrap();
    assert!(matches!(staff.open_keyring(&PEOPLE.reader).await, Err(KeyringError::Foreign)));
}

/// The owner has a new inbox key, and the old one is kept for what was sealed to it.
#[tokio::test]
async fn the_key_for_a_new_manifest_is_the_keyrings_first() {
    let keys = [&PEOPLE.strangers_inbox, &PEOPLE.inbox];
    let keyring = seal::keyring::seal(&practice(), 5, &keys, &[PEOPLE.reader.public()]).unwrap();
    let roster = sign(&PEOPLE.root, ROSTER_TYP, &serde_json::to_vec(&roster(&keyring)).unwrap());
    let staff = anchor().check_roster(SignedRoster { roster, keyring }, NOW, &Memory::default()).unwrap();
    assert_eq!(staff.inbox_key(&PEOPLE.reader).await.unwrap(), PEOPLE.strangers_inbox.public().to_jwk());
    let closed = staff.inbox_key(&PEOPLE.strangers_inbox).await;
    assert_eq!(closed, Err(KeyringError::Open(seal::OpenError::OtherKey)));
}

#[test]
fn a_root_key_reads_back_is_what_it_names_and_prints_no_key() {
    let make = |root: &PrivateKey, pin| RootKey {
        relay: "https://relay.example".into(),
        anchor: Anchor { practice: practice(), pin },
        owner: "maria-lopez".parse().unwrap(),
        recovery: PEOPLE.reader.public().to_jwk(),
        root: PrivateKey::from_jwk(&root.to_jwk()).unwrap(),
    };
    let json = make(&PEOPLE.root, PEOPLE.root.thumbprint()).to_json().unwrap();
    let back = RootKey::parse(&json).unwrap();
    assert_eq!((&back.anchor, back.root.thumbprint()), (&anchor(), PEOPLE.root.thumbprint()));
    let secret = PEOPLE.root.to_jwk().split("\"d\":\"").nth(1).unwrap()[..40].to_owned();
    assert!(!format!("{back:?}").contains(&secret));
    // Whoever writes a file chooses the pin in it: the key has to be that one, and one that signs.
    let refused = |root, pin| RootKey::parse(&make(root, pin).to_json().unwrap()).err();
    assert_eq!(refused(&PEOPLE.stranger, PEOPLE.root.thumbprint()), Some(RootError::NotARootKey));
    assert_eq!(refused(&PEOPLE.inbox, PEOPLE.inbox.thumbprint()), Some(RootError::NotARootKey));
    let text = String::from_utf8(json.to_vec()).unwrap();
    assert!(RootKey::parse(text.replace("\"v\":1", "\"v\":2").as_bytes()).is_err());
    assert!(RootKey::parse(text.replace("\"v\":1", "\"v\":1,\"x\":1").as_bytes()).is_err());
    assert!(RootKey::parse(b"{\"v\":1}").is_err());
}

#[tokio::test]
async fn an_assertion_says_who_for_whom_and_for_how_long() {
    let staff = "sam-rivera".parse().unwrap();
    let endpoint = "https://relay.example/v1/practices/lakeside-ortho/token";
    let make = || assertion::make_assertion(&PEOPLE.coordinator, &staff, endpoint, NOW);
    let (one, two) = (make().await.unwrap(), make().await.unwrap());
    let claims = jws::verify(&one, ASSERTION_TYP, &PEOPLE.coordinator.public()).unwrap();
    let claims: Assertion = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        (claims.iss.as_str(), claims.sub.as_str(), claims.aud.as_str()),
        ("sam-rivera", "sam-rivera", endpoint)
    );
    assert_eq!(claims.exp - claims.iat, 60);
    let other = jws::verify(&two, ASSERTION_TYP, &PEOPLE.coordinator.public()).unwrap();
    assert_ne!(claims.jti, serde_json::from_slice::<Assertion>(&other).unwrap().jti);
    let body = assertion::token_request(&one);
    assert!(
        body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey")
    );
}

#[test]
fn a_credential_reads_back_and_prints_no_key() {
    let signing = PEOPLE.coordinator.to_jwk();
    let make = |encryption: Option<Zeroizing<String>>| Credential {
        relay: "https://relay.example".into(),
        anchor: anchor(),
        staff: "sam-rivera".parse().unwrap(),
        role: Role::Coordinator,
        signing: signing.clone(),
        encryption,
    };
    for encryption in [None, Some(PEOPLE.reader.to_jwk())] {
        let credential = make(encryption.clone());
        let json = credential.to_json().unwrap();
        let back = Credential::parse(&json).unwrap();
        assert_eq!(back.anchor, credential.anchor);
        assert_eq!(*back.signing, *signing);
        assert_eq!(back.encryption, encryption);
        assert_eq!(PrivateKey::from_jwk(&back.signing).unwrap().usage(), KeyUse::Sig);
        assert!(!format!("{back:?}").contains("\\\"d\\\""));
    }
    assert!(Credential::parse(b"{\"v\":1}").is_err());
    let text = String::from_utf8(make(None).to_json().unwrap().to_vec()).unwrap();
    assert!(Credential::parse(text.replace("\"v\":1", "\"v\":2").as_bytes()).is_err());
    assert!(Credential::parse(text.replace("\"v\":1", "\"v\":1,\"x\":1").as_bytes()).is_err());
}

#[test]
fn memory_only_ever_grows() {
    let head = |seq| Some(wire::Head { seq, hash: ChainHash::of_body(&format!("{seq}")) });
    let one = Memory { head: head(4), roster: Some(2), manifest: None };
    let two = Memory { head: head(3), roster: Some(7), manifest: Some(1) };
    let both = Memory { head: head(4), roster: Some(7), manifest: Some(1) };
    assert_eq!(one.clone().merge(two.clone()), both);
    assert_eq!(two.merge(one), both);
}
