//! The owner's office: what there is to do once the practice is live, by the very functions behind `staff`, `manifest`
//! and `recovery`.
//!
//! The owner's passphrase opens it once, and is forgotten; what stays in memory is the opened credential, until the program
//! ends. The root key is opened for one action at a time.

use super::super::Context;
use super::super::manifest::{check_model, put_in_force};
use super::super::recovery::{Tried, try_key};
use super::super::staff::{admit, belongs, dismiss, keep_for, renew};
use super::steps::{Facts, VALID_DAYS, secret};
use super::words;
use crate::cli::RETENTION_DAYS;
use crate::clock;
use crate::document;
use crate::failure::{Exit, Failure, Reason};
use crate::keyfile::{RecoveryFile, RootFile, credential_path, open_credential, recovery_path, root_path};
use crate::output::Output;
use crate::passphrase::Passphrases;
use crate::publication::in_days;
use crate::session::Session;
use inbox::Anchor;
use lead::manifest::check::mistakes;
use lead::{Manifest, ManifestSource};
use seal::Zeroizing;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use wire::StaffId;
use wire::practice::{Member, Role, Roster};

/// The console's Spanish, in which the checker's sentences stand too.
const SPANISH: &str = include_str!("../../../../console/static/words.es.json");

/// As the console's editors save it.
const MANIFEST: &str = "manifest.json";

/// Opens the office.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opens {
    /// Whose credential.
    pub(super) owner: StaffId,
    #[serde(deserialize_with = "secret")]
    pub(super) passphrase: Zeroizing<String>,
}

/// A colleague to invite, and the passphrase that publishing needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colleague {
    name: StaffId,
    role: Role,
    #[serde(deserialize_with = "secret")]
    root: Zeroizing<String>,
}

/// A colleague who has a credential.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    name: StaffId,
    #[serde(deserialize_with = "secret")]
    root: Zeroizing<String>,
}

/// For how long inquiries are kept.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retention {
    #[serde(deserialize_with = "days")]
    days: Option<u32>,
    #[serde(deserialize_with = "secret")]
    root: Zeroizing<String>,
}

/// A manifest to look at, as a file's text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Draft {
    manifest: String,
}

/// The same, to be published; without one, what is in force is published again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Publication {
    manifest: Option<String>,
    #[serde(deserialize_with = "secret")]
    root: Zeroizing<String>,
}

fn days<'de, D: Deserializer<'de>>(given: D) -> Result<Option<u32>, D::Error> {
    let days = Option::<u32>::deserialize(given)?;
    if days.is_some_and(|days| !RETENTION_DAYS.contains(&days)) {
        return Err(serde::de::Error::custom("retention is 30 to 36500 days, or none"));
    }
    Ok(days)
}

/// A new credential, for whom it is.
pub(super) struct Handed {
    /// Where it lies.
    pub(super) file: PathBuf,
    /// What opens it. Nobody is told again.
    pub(super) words: Zeroizing<String>,
    /// What failed after it was made.
    pub(super) trouble: Option<Failure>,
}

pub(super) struct Office {
    output: Output,
    dir: PathBuf,
    session: Session,
    /// As last fetched and checked.
    seen: Option<Seen>,
}

struct Seen {
    roster: Roster,
    manifest: Manifest,
}

impl Office {
    /// Opens the owner's credential. Nothing is asked of the relay yet.
    pub(super) fn open(output: Output, dir: PathBuf, given: Opens) -> Result<Self, Failure> {
        let path = credential_path(&dir, &given.owner);
        let session = Session::open(&context(output, given.passphrase), &path)?;
        if session.credential.role != Role::Owner {
            return Err(Failure::new(
                Exit::Locked,
                format!("{} is not an owner's credential", path.display()),
                "open the office with the owner's",
            )
            .because(Reason::NotOwner));
        }
        Ok(Self { output, dir, session, seen: None })
    }

    /// Fetches and checks what the page shows.
    pub(super) async fn look(&mut self) -> Result<(), Failure> {
        self.seen = None;
        let signed_in = self.session.sign_in().await?;
        let roster = self.session.staff(&signed_in).await?.roster().clone();
        let manifest = self.session.last_manifest().await?;
        self.seen = Some(Seen { roster, manifest });
        Ok(())
    }

    pub(super) fn anchor(&self) -> &Anchor {
        &self.session.credential.anchor
    }

    /// What the practice says of itself now.
    pub(super) fn facts(&self) -> Option<Facts> {
        let Seen { manifest, .. } = self.seen.as_ref()?;
        let credential = &self.session.credential;
        Some(Facts {
            name: manifest.source.name.clone(),
            phone: manifest.source.phone.clone(),
            practice: credential.anchor.practice.clone(),
            owner: credential.staff.clone(),
            relay: credential.relay.clone(),
            zone: manifest.source.hours.zone,
            languages: manifest.source.languages.clone(),
        })
    }

    /// For the page; nothing where nothing was fetched yet.
    pub(super) fn state(&self) -> Option<Value> {
        let Seen { roster, manifest } = self.seen.as_ref()?;
        let now = clock::now_s();
        let members: Vec<Value> = roster.staff.iter().map(|member| self.member(member, now)).collect();
        Some(json!({
            "staff": members,
            "roster": roster.version,
            "retention_days": roster.retention_days,
            "manifest": {
                "version": manifest.version, "expires": manifest.exp * 1000, "expired": manifest.exp <= now,
                "says": summary(&manifest.source),
            },
        }))
    }

    fn member(&self, member: &Member, now: u64) -> Value {
        json!({
            "name": member.id,
            "role": member.role,
            "since": member.not_before * 1000,
            "until": member.not_after.map(|end| end * 1000),
            "active": member.is_active(now),
            "own": member.id == self.session.credential.staff,
        })
    }

    /// Makes a colleague's credential.
    pub(super) async fn add(&mut self, Colleague { name, role, root }: Colleague) -> Result<Handed, Failure> {
        let root = self.root(root)?;
        let (file, words) = (credential_path(&self.dir, &name), make_words()?);
        let context = context(self.output, words.clone());
        let added = admit(&context, &root, &mut self.session, (&name, role), &file).await;
        self.hand(file, words, added.err()).await
    }

    /// Ends a colleague's access.
    pub(super) async fn remove(&mut self, Named { name, root }: Named) -> Result<(), Failure> {
        let root = self.root(root)?;
        let removed = dismiss(self.output, &root, &mut self.session, &name).await;
        self.look_after(removed).await
    }

    /// Gives a colleague, or the owner, new keys.
    pub(super) async fn rotate(&mut self, Named { name, root }: Named) -> Result<Handed, Failure> {
        let root = self.root(root)?;
        let (file, words) = (credential_path(&self.dir, &name), make_words()?);
        let context = context(self.output, words.clone());
        let opener = self.session.encryption()?;
        let signed_in = self.session.sign_in().await?;
        let renewed = renew(&context, &root, (&mut self.session, signed_in), &opener, &name, &file).await;
        let mut trouble = renewed.err();
        if name == self.session.credential.staff && opens(&file, &words) {
            match Session::open(&context, &file) {
                Ok(session) => self.session = session,
                Err(failure) => trouble = Some(failure),
            }
        }
        self.hand(file, words, trouble).await
    }

    /// Says for how long inquiries are kept.
    pub(super) async fn retain(&mut self, Retention { days, root }: Retention) -> Result<(), Failure> {
        let root = self.root(root)?;
        let kept = keep_for(&root, &mut self.session, days).await;
        self.look_after(kept).await
    }

    /// Looks for mistakes in a manifest; without any, what it says and what it changes.
    pub(super) fn check(&self, Draft { manifest }: &Draft) -> Result<Value, Failure> {
        let source = parse(manifest)?;
        let found = mistakes(&source);
        if !found.is_empty() {
            let spanish: HashMap<String, String> = serde_json::from_str(SPANISH).unwrap_or_default();
            let found = found.iter().map(|mistake| {
                json!({
                    "path": mistake.path, "en": mistake.what, "es": spanish.get(mistake.what), "parts": mistake.parts,
                })
            });
            return Ok(json!({ "mistakes": found.collect::<Vec<_>>() }));
        }
        let Some(Seen { manifest, .. }) = &self.seen else { return Err(closed()) };
        check_model(Path::new(MANIFEST), manifest.source.clone(), &source)?;
        Ok(json!({ "says": summary(&source), "changes": changes(&manifest.source, &source) }))
    }

    /// Publishes a manifest, or the one in force again, for a year.
    pub(super) async fn publish(
        &mut self,
        Publication { manifest, root }: Publication,
    ) -> Result<(), Failure> {
        let source = match manifest {
            Some(text) => parse(&text)?,
            None => self.session.last_manifest().await?.source,
        };
        if let Some(mistake) = mistakes(&source).first() {
            return Err(Failure::new(Exit::Document, mistake, "correct it in the console")
                .because(Reason::NotManifest));
        }
        let root = self.root(root)?;
        let file = (Path::new(MANIFEST), source);
        let published = put_in_force(&root, &mut self.session, file, in_days(VALID_DAYS)).await;
        self.look_after(published).await
    }

    /// Tries the recovery kit on everything there is. Changes nothing.
    pub(super) async fn test(&mut self, typed: &str) -> Result<Tried, Failure> {
        let path = recovery_path(&self.dir);
        if !path.exists() {
            return Err(Failure::new(
                Exit::Locked,
                format!("{} does not exist", path.display()),
                "copy it back from where it is kept",
            )
            .because(Reason::NoRecovery));
        }
        try_key(&open_recovery(&path, typed)?, &path, &mut self.session).await
    }

    /// The root key of this practice, whose owner this is.
    fn root(&self, passphrase: Zeroizing<String>) -> Result<RootFile, Failure> {
        let path = root_path(&self.dir);
        if !path.exists() {
            return Err(Failure::new(
                Exit::Locked,
                format!("{} does not exist", path.display()),
                "copy it back from where it is kept",
            )
            .because(Reason::NoRootKey));
        }
        let root = RootFile::open(&path, &Passphrases::Known(passphrase)).map_err(|failure| match failure
            .reason
        {
            Some(Reason::Passphrase) => failure.because(Reason::RootPassphrase),
            _ => failure,
        })?;
        belongs(&root, &self.session)?;
        if root.owner != self.session.credential.staff {
            return Err(Failure::new(
                Exit::Locked,
                format!("the root key signs in as {}", root.owner),
                "open the office with that credential",
            )
            .because(Reason::OtherRoot));
        }
        Ok(root)
    }

    /// A credential that opens is handed over, whatever failed after it was made: nobody else knows what opens it.
    async fn hand(
        &mut self,
        file: PathBuf,
        words: Zeroizing<String>,
        trouble: Option<Failure>,
    ) -> Result<Handed, Failure> {
        match trouble {
            Some(failure) if !opens(&file, &words) => Err(failure),
            trouble => {
                self.look_again().await;
                Ok(Handed { file, words, trouble })
            }
        }
    }

    /// Shows what was published, all of it or half.
    async fn look_after<T>(&mut self, result: Result<T, Failure>) -> Result<(), Failure> {
        match result {
            Err(failure) if failure.reason != Some(Reason::HalfDone) => Err(failure),
            done => {
                self.look_again().await;
                done.map(drop)
            }
        }
    }

    /// What was done is done: a relay that does not answer now leaves nothing to show, and the page asks again.
    pub(super) async fn look_again(&mut self) {
        if let Err(failure) = self.look().await {
            self.output.warn(&failure.what);
        }
    }
}

/// Without the program's own words, a passphrase is what somebody chose, to the letter.
fn open_recovery(path: &Path, typed: &str) -> Result<RecoveryFile, Failure> {
    let open = |passphrase| RecoveryFile::open(path, &Passphrases::Known(passphrase));
    open(Zeroizing::new(typed.to_owned())).or_else(|_| open(words::typed(typed))).map_err(|failure| {
        match failure.reason {
            Some(Reason::Passphrase) => failure.because(Reason::RecoveryPassphrase),
            _ => failure,
        }
    })
}

fn parse(text: &str) -> Result<ManifestSource, Failure> {
    document::parse(Path::new(MANIFEST), text).map_err(|failure| failure.because(Reason::NotManifest))
}

/// What a manifest says, in numbers.
fn summary(source: &ManifestSource) -> Value {
    json!({
        "name": source.name,
        "phone": source.phone,
        "languages": source.languages,
        "services": source.services.len(),
        "questions": source.form.fields().count(),
        "scoring": format!("{} {}", source.scoring.name, source.scoring.version),
    })
}

/// The members in which two manifests differ.
fn changes(one: &ManifestSource, two: &ManifestSource) -> Vec<String> {
    let members = |source| match serde_json::to_value(source) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let (one, two) = (members(one), members(two));
    let mut names: Vec<&String> = one.keys().chain(two.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| one.get(*name) != two.get(*name)).cloned().collect()
}

pub(super) fn closed() -> Failure {
    Failure::new(Exit::Locked, "the office is not open", "type your passphrase").because(Reason::Closed)
}

fn opens(file: &Path, words: &Zeroizing<String>) -> bool {
    file.exists() && open_credential(file, &Passphrases::Known(words.clone())).is_ok()
}

fn context(output: Output, passphrase: Zeroizing<String>) -> Context {
    Context { output, passphrases: Passphrases::Known(passphrase) }
}

pub(super) fn make_words() -> Result<Zeroizing<String>, Failure> {
    words::make().map_err(|error| Failure::new(Exit::Failed, error, "try another system"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_what_the_command_line_takes_or_none() {
        let days = |days: &str| {
            serde_json::from_str::<Retention>(&format!(r#"{{"days":{days},"root":"x"}}"#))
                .map(|retention| retention.days)
                .ok()
        };
        assert_eq!(
            [days("null"), days("30"), days("36500")],
            [Some(None), Some(Some(30)), Some(Some(36_500))]
        );
        assert_eq!([days("0"), days("29"), days("36501"), days("-30")], [None; 4]);
        assert!(serde_json::from_str::<Retention>(r#"{"root":"x"}"#).is_err(), "nothing said is not never");
    }

    #[test]
    fn what_changes_is_named_by_its_member() {
        let one: ManifestSource =
            toml::from_str(include_str!("../../../../examples/manifests/lakeside-ortho.toml")).unwrap();
        let mut two = one.clone();
        assert!(changes(&one, &two).is_empty());
        two.name.push('!');
        two.follow_up = None;
        two.scoring.version += 1;
        assert_eq!(changes(&one, &two), ["follow_up", "name", "scoring"]);
    }
}
