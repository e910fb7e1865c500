//! The steps, in their order. How far they are is read off the files that they leave, so that an interrupted setup goes
//! on where it was.

use super::super::Context;
use super::super::init::{Paths, make, submit};
use super::super::rehearsal::rehearse;
use super::super::snippet::{Version, html};
use super::office::{Office, Opens, closed, make_words};
use super::words;
use crate::cli::Init;
use crate::clock;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::keyfile::{RecoveryFile, log_key_path, recovery_path, root_path};
use crate::output::Output;
use crate::passphrase::Passphrases;
use crate::relay::Relay;
use inbox::{Anchor, Memory};
use lead::ManifestSource;
use lead::hours::Zone;
use lead::manifest::check::mistakes;
use seal::Zeroizing;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;
use wire::{PracticeId, StaffId, Thumbprint};

/// What a practice begins with; its own services and texts come later, in the console.
const STARTER: &str = include_str!("../../../../examples/manifests/starter.toml");
pub(super) const VALID_DAYS: u32 = 365;

/// What the owner says of the practice. None of it is secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) practice: PracticeId,
    pub(super) owner: StaffId,
    pub(super) relay: String,
    pub(super) zone: Zone,
    pub(super) languages: Vec<String>,
}

/// A text that is overwritten in memory when it is not needed any more.
pub(super) fn secret<'de, D: Deserializer<'de>>(given: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(given).map(Zeroizing::new)
}

/// What is remembered beside the key files.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    facts: Option<Facts>,
    pin: Option<Thumbprint>,
    /// Somebody typed the recovery kit's words back, and a test message opened.
    recovery_tested: bool,
    /// When the kit was last seen to open everything, in seconds since 1970-01-01 UTC.
    #[serde(default)]
    recovery_tested_s: Option<u64>,
    /// The relay has the practice.
    #[serde(default)]
    live: bool,
}

pub(super) struct Steps {
    output: Output,
    dir: PathBuf,
    version: Version,
    /// Where the relay is, if the command line said so.
    relay: Option<String>,
    kept: Kept,
    /// Open from when the owner's passphrase was given.
    office: Option<Office>,
}

impl Steps {
    /// Goes on with what lies in `dir`.
    pub(super) fn open(
        output: Output,
        dir: PathBuf,
        version: Version,
        relay: Option<String>,
    ) -> Result<Self, Failure> {
        files::create_directory(&dir)?;
        let path = dir.join("setup.json");
        let kept = if path.exists() {
            serde_json::from_str(&files::read(&path)?).map_err(|error| {
                Failure::new(Exit::Failed, format!("{}: {error}", path.display()), "choose another directory")
            })?
        } else {
            Kept::default()
        };
        Ok(Self { output, dir, version, relay, kept, office: None })
    }

    /// What the page shows.
    pub(super) fn state(&self) -> Value {
        let facts = self.shown_facts();
        let owner = facts.as_ref().map(|facts| Paths::new(&self.dir, &facts.owner).owner);
        json!({
            "stage": self.stage(),
            "facts": facts,
            "relay": self.relay,
            "pin": self.pin(),
            "folder": self.dir,
            "files": { "root": root_path(&self.dir), "owner": owner, "recovery": recovery_path(&self.dir) },
            "credentials": self.credentials(),
            "recovery_tested": self.kept.recovery_tested_s.map(|tested| tested * 1000),
            "office": self.office.as_ref().and_then(Office::state),
            "snippet": facts.and_then(|facts| self.snippet(&facts)),
        })
    }

    /// What the practice says of itself now; before anyone could look, what was typed here.
    fn shown_facts(&self) -> Option<Facts> {
        self.office.as_ref().and_then(Office::facts).or_else(|| self.kept.facts.clone())
    }

    fn pin(&self) -> Option<Thumbprint> {
        self.kept.pin.or_else(|| Some(self.office.as_ref()?.anchor().pin))
    }

    fn stage(&self) -> &'static str {
        if self.is_by_commands() {
            return "done";
        }
        let Some(facts) = &self.kept.facts else { return "facts" };
        let all = Paths::new(&self.dir, &facts.owner).all().into_iter().all(|path| path.exists());
        match self.kept.pin {
            None => "keys",
            // The root key and the recovery kit lie elsewhere by then.
            Some(_) if self.is_live() => "done",
            Some(_) if !all => "keys",
            Some(_) if !self.kept.recovery_tested => "kit",
            Some(_) => "live",
        }
    }

    /// Whether the key files here were made by `anteroom init`, `restore` or `recovery use`, and not on this page.
    fn is_by_commands(&self) -> bool {
        self.kept.facts.is_none()
            && (root_path(&self.dir).exists() || self.is_live() || !self.credentials().is_empty())
    }

    /// The relay's log key is written down when the relay has the practice, unless its answer was lost on the way.
    fn is_live(&self) -> bool {
        self.kept.live || log_key_path(&self.dir).exists()
    }

    fn save(&self) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(&self.kept)
            .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        Ok(files::replace_private(&self.dir.join("setup.json"), &text)?)
    }

    fn facts(&self) -> Result<&Facts, Failure> {
        self.kept.facts.as_ref().ok_or_else(|| wrong_order("the practice is not described yet"))
    }

    fn anchor(&self) -> Result<Anchor, Failure> {
        let pin = self.kept.pin.ok_or_else(|| wrong_order("there are no keys yet"))?;
        Ok(Anchor { practice: self.facts()?.practice.clone(), pin })
    }

    /// Describes the practice; as often as somebody likes, until there are keys.
    pub(super) async fn take_facts(&mut self, facts: Facts) -> Result<(), Failure> {
        if self.kept.pin.is_some() || self.is_by_commands() {
            return Err(wrong_order("the keys are made for this practice already"));
        }
        let source = manifest(&facts)?;
        Relay::new(&facts.relay)?.is_ready().await?;
        let text = serde_json::to_vec_pretty(&source)
            .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        files::replace_private(&self.dir.join("manifest.json"), &text)?;
        self.kept.facts = Some(facts);
        self.save()
    }

    /// Makes all keys; the words of the recovery kit, which nobody is told again.
    pub(super) async fn make_keys(
        &mut self,
        root: Zeroizing<String>,
        owner: Zeroizing<String>,
    ) -> Result<Zeroizing<String>, Failure> {
        let facts = self.facts()?.clone();
        if self.kept.pin.is_some() {
            return Err(wrong_order("the keys are made already"));
        }
        self.remove_keys(&facts)?;
        let words = make_words()?;
        let paths = Paths::new(&self.dir, &facts.owner);
        let opens = Opens { owner: facts.owner.clone(), passphrase: owner.clone() };
        let each = [(paths.root, root), (paths.owner, owner), (paths.recovery, words.clone())];
        let context = self.context(each.into());
        let options = Init {
            relay: facts.relay.clone(),
            invite: String::new(),
            manifest: self.dir.join("manifest.json"),
            owner: facts.owner,
            dir: self.dir.clone(),
            practice: Some(facts.practice),
            valid_days: VALID_DAYS,
        };
        let (anchor, _) = make(&context, &Relay::new(&options.relay)?, &options).await?;
        self.kept.pin = Some(anchor.pin);
        self.kept.recovery_tested = false;
        self.save()?;
        // The owner's passphrase was given just now.
        self.office = Some(Office::open(self.output, self.dir.clone(), opens)?);
        Ok(words)
    }

    /// Opens the recovery file with what somebody typed, and a test message with what is in it.
    pub(super) async fn test_kit(&mut self, typed: &str) -> Result<(), Failure> {
        let anchor = self.anchor()?;
        let paths = Paths::new(&self.dir, &self.facts()?.owner);
        let recovery = RecoveryFile::open(&paths.recovery, &Passphrases::Known(words::typed(typed)))?;
        let registration = paths.registration()?;
        let failed = |what: &dyn std::fmt::Display| {
            Failure::new(Exit::Trust, format!("the test message did not come back: {what}"), "start over")
        };
        let (none, now) = (Memory::default(), clock::now_s());
        let manifest =
            anchor.check_manifest(&registration.manifest, now, &none).map_err(|error| failed(&error))?;
        let staff = anchor.check_roster(registration.staff, now, &none).map_err(|error| failed(&error))?;
        let keys = staff.open_keyring(&recovery.key).await.map_err(|error| failed(&error))?;
        rehearse(&manifest, &keys).await.map_err(|what| failed(&what))?;
        self.kept.recovery_tested = true;
        self.kept.recovery_tested_s = Some(clock::now_s());
        self.save()
    }

    /// Forgets keys that nobody else knows yet.
    pub(super) fn start_over(&mut self) -> Result<(), Failure> {
        if self.is_live() {
            return Err(wrong_order("the practice is live"));
        }
        let facts = self.facts()?.clone();
        self.remove_keys(&facts)?;
        self.office = None;
        self.kept.pin = None;
        self.kept.recovery_tested = false;
        self.save()
    }

    fn remove_keys(&self, facts: &Facts) -> Result<(), Failure> {
        let paths = Paths::new(&self.dir, &facts.owner);
        for path in paths.all().into_iter().filter(|path| path.exists()) {
            files::remove(path)?;
        }
        Ok(())
    }

    /// Registers the practice. Not before its recovery kit was seen to work.
    pub(super) async fn go_live(&mut self, invite: &str) -> Result<(), Failure> {
        if !self.kept.recovery_tested {
            return Err(wrong_order("the recovery kit is not tested yet"));
        }
        let facts = self.facts()?;
        let registration = Paths::new(&self.dir, &facts.owner).registration()?;
        let relay = Relay::new(&facts.relay)?;
        submit(&relay, invite, &self.anchor()?, &registration, &self.dir).await?;
        self.kept.live = true;
        self.save()?;
        // Live is live; where there is nothing to show, the page asks for the passphrase.
        self.look_again().await;
        Ok(())
    }

    /// What others did meanwhile is shown too.
    pub(super) async fn look_again(&mut self) {
        if let Ok(office) = self.office() {
            office.look_again().await;
        }
    }

    /// Opens the office, and looks who works here and what is in force.
    pub(super) async fn open_office(&mut self, given: Opens) -> Result<(), Failure> {
        if self.stage() != "done" {
            return Err(wrong_order("the practice is not live yet"));
        }
        let mut office = Office::open(self.output, self.dir.clone(), given)?;
        office.look().await?;
        self.office = Some(office);
        Ok(())
    }

    /// The open office of a practice that is live.
    pub(super) fn office(&mut self) -> Result<&mut Office, Failure> {
        let is_live = self.stage() == "done";
        self.office.as_mut().filter(|_| is_live).ok_or_else(closed)
    }

    /// Tries the recovery kit on all that there is; what it reads. Remembers when it last read everything.
    pub(super) async fn test_recovery(&mut self, typed: &str) -> Result<Value, Failure> {
        let tried = self.office()?.test(typed).await?;
        if tried.is_well() {
            self.kept.recovery_tested_s = Some(clock::now_s());
            self.save()?;
        }
        let missing = tried.sealed_to.iter().filter(|(_, is_held)| !is_held).count();
        Ok(json!({
            "well": tried.is_well(), "keys": tried.keys, "missing": missing, "entries": tried.entries, "lost": tried.lost,
        }))
    }

    fn context(&self, passphrases: Vec<(PathBuf, Zeroizing<String>)>) -> Context {
        Context { output: self.output, passphrases: Passphrases::Each(passphrases) }
    }

    /// Whose credential files lie here.
    fn credentials(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".credential")?.to_owned()))
            .filter(|name| name != "recovery")
            .collect();
        names.sort();
        names
    }

    /// For the website, once there is something behind it.
    fn snippet(&self, facts: &Facts) -> Option<String> {
        let pin = self.pin().filter(|_| self.stage() == "done")?;
        let (relay, practice) = (facts.relay.trim_end_matches('/'), facts.practice.to_string());
        let Version { version, loader_integrity } = &self.version;
        Some(html(relay, version, loader_integrity, &practice, &pin.to_string(), &facts.phone))
    }
}

fn wrong_order(what: &str) -> Failure {
    Failure::new(Exit::Usage, what, "load the page again")
}

/// The starter in the practice's languages, with what the owner said.
fn manifest(facts: &Facts) -> Result<ManifestSource, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error, "report this");
    let mut source: Value = toml::from_str(STARTER).map_err(|error| failed(&error))?;
    for tag in ["en", "es"] {
        if !facts.languages.iter().any(|language| language == tag) {
            strip(&mut source, tag);
        }
    }
    let starter: ManifestSource = serde_json::from_value(source).map_err(|error| failed(&error))?;
    let (name, phone) = (facts.name.trim().to_owned(), facts.phone.trim().to_owned());
    let hours = lead::hours::Hours { zone: facts.zone, ..starter.hours };
    let source = ManifestSource { name, phone, languages: facts.languages.clone(), hours, ..starter };
    match mistakes(&source).first() {
        None => Ok(source),
        Some(mistake) => Err(Failure::new(Exit::Document, mistake, "correct it here")),
    }
}

/// Takes every text in a language away.
fn strip(value: &mut Value, tag: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, tag)),
        Value::Object(members) => {
            members.retain(|name, value| name != tag || !value.is_string());
            members.values_mut().for_each(|value| strip(value, tag));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Reason;

    fn facts(languages: &[&str]) -> Facts {
        Facts {
            name: "Example Family Practice".into(),
            phone: "+1 555 0100".into(),
            practice: "example-family".parse().unwrap(),
            owner: "maria-lopez".parse().unwrap(),
            relay: "https://relay.example".into(),
            zone: Zone { utc_offset_minutes: -300, daylight: lead::hours::Daylight::UnitedStates },
            languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    }

    #[test]
    fn the_starter_is_sound_in_each_language() {
        for languages in [&["en"][..], &["es"], &["en", "es"], &["es", "en"]] {
            let source = manifest(&facts(languages)).unwrap();
            assert_eq!(
                (source.languages.as_slice(), source.hours.zone.utc_offset_minutes),
                (&facts(languages).languages[..], -300)
            );
        }
    }

    fn steps(dir: &std::path::Path) -> Steps {
        let version = Version { version: "1".into(), loader_integrity: "sha384-x".into() };
        Steps::open(Output::Json, dir.to_owned(), version, None).unwrap()
    }

    #[tokio::test]
    async fn keys_that_commands_made_are_an_office_and_are_never_made_again() {
        for name in ["root.key", "maria-lopez.credential", "relay-log.pub"] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(name);
            std::fs::write(&path, "made before").unwrap();
            let mut steps = steps(dir.path());
            assert_eq!(steps.stage(), "done", "{name}");
            let refused = steps.take_facts(facts(&["en"])).await.unwrap_err();
            assert_eq!(refused.exit, Exit::Usage, "{name}: {}", refused.what);
            assert!(steps.make_keys("a".repeat(12).into(), "b".repeat(12).into()).await.is_err());
            assert!(steps.start_over().is_err());
            assert_eq!(std::fs::read_to_string(path).unwrap(), "made before", "{name}");
            assert_eq!(steps.office().err().unwrap().reason, Some(Reason::Closed));
        }
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(steps(empty.path()).stage(), "facts");
    }

    #[test]
    fn a_practice_that_is_live_stays_so_when_root_key_and_recovery_kit_are_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept {
            facts: Some(facts(&["en"])),
            pin: Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs".parse().unwrap()),
            recovery_tested: true,
            recovery_tested_s: None,
            live: false,
        };
        std::fs::write(dir.path().join("setup.json"), serde_json::to_vec(&kept).unwrap()).unwrap();
        assert_eq!(steps(dir.path()).stage(), "keys");
        std::fs::write(dir.path().join("relay-log.pub"), "key").unwrap();
        assert_eq!(steps(dir.path()).stage(), "done");
        assert!(steps(dir.path()).state()["snippet"].as_str().unwrap().contains("+1 555 0100"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = |change: fn(&mut Facts)| {
            let mut facts = facts(&["en"]);
            change(&mut facts);
            manifest(&facts).unwrap_err().what
        };
        assert_eq!(said(|facts| facts.name = " ".into()), "name: is empty");
        assert!(said(|facts| facts.phone = "call".into()).starts_with("phone: has fewer"));
        assert!(said(|facts| facts.languages.clear()).contains("languages"));
    }
}
