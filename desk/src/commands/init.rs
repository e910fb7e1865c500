//! `anteroom init` and `anteroom register`: a practice comes into being.

use super::Context;
use super::rehearsal::rehearse;
use crate::cli::{Init, Register};
use crate::clock;
use crate::document;
use crate::failure::{Exit, Failure};
use crate::files;
use crate::keyfile::{
    self, RecoveryFile, RootFile, create_credential, credential_path, log_key_path, recovery_path, root_path,
};
use crate::output::Output;
use crate::passphrase::Passphrases;
use crate::publication::{RosterDraft, in_days, sign_manifest, sign_roster};
use crate::relay::Relay;
use inbox::{Anchor, Credential, Memory, RootKey};
use lead::ManifestSource;
use seal::{KeyUse, PrivateKey, Zeroizing};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio::task::JoinSet;
use wire::api::{Registered, Registration};
use wire::practice::{Member, Role};
use wire::{PracticeId, StaffId};

/// Makes keys and files, sees that they work, and registers the practice.
pub(super) async fn init(context: &Context, options: Init) -> Result<(), Failure> {
    let relay = Relay::new(&options.relay)?;
    let (anchor, registration) = make(context, &relay, &options).await?;
    submit(&relay, &options.invite, &anchor, &registration, &options.dir).await?;
    report(context.output, &anchor, relay.address(), &Paths::new(&options.dir, &options.owner))
}

/// Makes keys and files, and sees that they work: everything but registering.
pub(super) async fn make(
    context: &Context,
    relay: &Relay,
    options: &Init,
) -> Result<(Anchor, Registration), Failure> {
    let output = context.output;
    let source: ManifestSource = document::read_manifest(&options.manifest)?;
    let practice = practice_name(options)?;
    let paths = Paths::new(&options.dir, &options.owner);
    paths.refuse_if_any_exists()?;
    relay.is_ready().await?;
    let secrets = Passphrase3::ask(&context.passphrases, &paths)?;

    let [root, inbox, signing, encryption, recovery] = make_keys(output).await?;
    let anchor = Anchor { practice, pin: root.thumbprint() };
    let manifest =
        sign_manifest(&root, &anchor, 1, inbox.public().to_jwk(), source, in_days(options.valid_days))?;
    let owner = Member {
        id: options.owner.clone(),
        role: Role::Owner,
        signing: signing.public().to_jwk(),
        former: Vec::new(),
        encryption: Some(encryption.public().to_jwk()),
        not_before: manifest.manifest.iat,
        not_after: None,
    };
    let recovery_public = recovery.public().to_jwk();
    let draft = RosterDraft { version: 1, retention_days: None, members: vec![owner] };
    let staff = sign_roster(&root, &anchor, draft, &recovery_public, &[inbox])?;
    let registration = Registration { manifest: manifest.jws.clone(), staff };

    output.progress("Writing the key files");
    files::create_directory(&options.dir)?;
    let address = relay.address().to_owned();
    RootFile(RootKey {
        relay: address.clone(),
        anchor: anchor.clone(),
        owner: options.owner.clone(),
        recovery: recovery_public,
        root,
    })
    .create(&paths.root, &secrets.root)?;
    let credential = Credential {
        relay: address.clone(),
        anchor: anchor.clone(),
        staff: options.owner.clone(),
        role: Role::Owner,
        signing: signing.to_jwk(),
        encryption: Some(encryption.to_jwk()),
    };
    create_credential(&paths.owner, &credential, &secrets.owner)?;
    RecoveryFile { relay: address, anchor: anchor.clone(), key: recovery }
        .create(&paths.recovery, &secrets.recovery)?;
    let pending = serde_json::to_vec(&registration)
        .map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
    files::create_private(&paths.registration, &pending)?;

    output.progress("Opening a test message with the owner's file and with the recovery file");
    try_files(&paths, &secrets, &registration).await?;
    Ok((anchor, registration))
}

/// Registers what `init` left behind.
pub(super) async fn register(context: &Context, options: Register) -> Result<(), Failure> {
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let paths = Paths::new(&options.dir, &root.owner);
    let relay = Relay::new(&root.relay)?;
    let registration = paths.registration()?;
    submit(&relay, &options.invite, &root.anchor, &registration, &options.dir).await?;
    report(context.output, &root.anchor, relay.address(), &paths)
}

pub(super) async fn submit(
    relay: &Relay,
    invite: &str,
    anchor: &Anchor,
    registration: &Registration,
    dir: &Path,
) -> Result<(), Failure> {
    let error = match relay.register(invite, registration).await {
        // Kept now: what the relay says later about its key is the relay's word.
        Ok(Registered { log_key }) => {
            return Ok(files::replace_private(&log_key_path(dir), format!("{log_key}\n").as_bytes())?);
        }
        Err(error) => error,
    };
    // The answer to an earlier try may have been lost on its way.
    if is_registered(relay, anchor).await {
        return Ok(());
    }
    let again = format!("anteroom register --dir {} --invite TOKEN", dir.display());
    let todo = match error.status() {
        Some(401 | 403) => {
            format!("ask the relay's operator for an invite (each serves once), then run: {again}")
        }
        Some(409) => "the relay knows a practice of this name already; choose another with --practice, \
                      and another --dir"
            .to_owned(),
        _ => format!("the key files are made and kept; when this is mended, run: {again}"),
    };
    Err(Failure::new(Exit::Relay, &error, todo))
}

async fn is_registered(relay: &Relay, anchor: &Anchor) -> bool {
    let Ok(manifest) = relay.manifest(&anchor.practice).await else { return false };
    anchor.check_manifest(&manifest, clock::now_s(), &Memory::default()).is_ok()
}

fn report(output: Output, anchor: &Anchor, relay: &str, paths: &Paths) -> Result<(), Failure> {
    let json = json!({
        "practice": anchor.practice,
        "pin": anchor.pin,
        "relay": relay,
        "files": { "root": paths.root, "owner": paths.owner, "recovery": paths.recovery },
    });
    output.print(&json, || {
        format!(
            "{practice} is registered at {relay}.
  pin       {pin}
  root key  {root}
            signs your manifest and staff; keep it offline, and a copy in a safe
  owner     {owner}
            your own credential, for every day
  recovery  {recovery}
            reads everything when all credentials are lost; print it or put it in a safe, and take it off
            this machine

Next: anteroom staff add NAME --role coordinator --dir DIR
      anteroom snippet --credential {owner} --version-file current.json",
            practice = anchor.practice,
            pin = anchor.pin,
            root = paths.root.display(),
            owner = paths.owner.display(),
            recovery = paths.recovery.display(),
        )
    })
}

fn practice_name(options: &Init) -> Result<PracticeId, Failure> {
    if let Some(practice) = &options.practice {
        return Ok(practice.clone());
    }
    let stem = options.manifest.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    stem.parse().map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("the manifest's file name gives no name for the practice: {error}"),
            "give one with --practice",
        )
    })
}

/// All five at once, on all cores; RSA-3072 takes a while.
async fn make_keys(output: Output) -> Result<[PrivateKey; 5], Failure> {
    const WHAT: [(&str, KeyUse); 5] = [
        ("root", KeyUse::Sig),
        ("inbox", KeyUse::Enc),
        ("owner's signing", KeyUse::Sig),
        ("owner's encryption", KeyUse::Enc),
        ("recovery", KeyUse::Enc),
    ];
    output.progress("Making five RSA-3072 keys; this can take a minute");
    let mut tasks = JoinSet::new();
    for (at, (_, usage)) in WHAT.into_iter().enumerate() {
        tasks.spawn_blocking(move || (at, PrivateKey::generate(usage)));
    }
    let mut keys = [const { None }; 5];
    let mut made = 0;
    while let Some(task) = tasks.join_next().await {
        let (at, key) = task.map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        keys[at] = Some(key.map_err(|error| {
            Failure::new(Exit::Failed, error, "this system gives no randomness; try another")
        })?);
        made += 1;
        output.progress(&format!("  {made} of 5: the {} key", WHAT[at].0));
    }
    let [Some(a), Some(b), Some(c), Some(d), Some(e)] = keys else {
        return Err(Failure::new(Exit::Failed, "a key was not made", "run the command again"));
    };
    Ok([a, b, c, d, e])
}

/// A practice must not go live with a key that does not open what is sealed to it. Reads the files
/// back, so that what is tried is what is on the disk.
async fn try_files(paths: &Paths, secrets: &Passphrase3, registration: &Registration) -> Result<(), Failure> {
    let failed = |what: &str| {
        Failure::new(
            Exit::Trust,
            format!("the test message did not come back: {what}"),
            "delete the directory and run the command again; report this if it happens twice",
        )
    };
    let owner = keyfile::open_credential(&paths.owner, &secrets.owner())?;
    let recovery = RecoveryFile::open(&paths.recovery, &secrets.recovery())?;
    let own = owner.encryption.as_ref().ok_or_else(|| failed("no key"))?;
    let own = keyfile::key(&paths.owner, own)?;

    let none = Memory::default();
    let now = clock::now_s();
    let manifest = owner
        .anchor
        .check_manifest(&registration.manifest, now, &none)
        .map_err(|error| failed(&error.to_string()))?;
    let staff = owner
        .anchor
        .check_roster(registration.staff.clone(), now, &none)
        .map_err(|error| failed(&error.to_string()))?;
    for key in [&own, &recovery.key] {
        let keys = staff.open_keyring(key).await.map_err(|error| failed(&error.to_string()))?;
        rehearse(&manifest, &keys).await.map_err(|what| failed(&what))?;
    }
    Ok(())
}

pub(super) struct Paths {
    pub(super) root: PathBuf,
    pub(super) owner: PathBuf,
    pub(super) recovery: PathBuf,
    pub(super) registration: PathBuf,
}

impl Paths {
    pub(super) fn new(directory: &Path, owner: &StaffId) -> Self {
        Self {
            root: root_path(directory),
            owner: credential_path(directory, owner),
            recovery: recovery_path(directory),
            registration: directory.join("registration.json"),
        }
    }

    pub(super) const fn all(&self) -> [&PathBuf; 4] {
        [&self.root, &self.owner, &self.recovery, &self.registration]
    }

    /// What was made for the relay.
    pub(super) fn registration(&self) -> Result<Registration, Failure> {
        serde_json::from_str(&files::read(&self.registration)?).map_err(|_| {
            Failure::new(
                Exit::Failed,
                format!("{} is damaged", self.registration.display()),
                "run `anteroom init` again with another directory",
            )
        })
    }

    fn refuse_if_any_exists(&self) -> Result<(), Failure> {
        let all = self.all();
        match all.into_iter().find(|path| path.exists()) {
            Some(path) => Err(files::FileError::Exists(path.clone()).into()),
            None => Ok(()),
        }
    }
}

/// The passphrases of the three files; each has its own when a person types them.
struct Passphrase3 {
    root: Zeroizing<String>,
    owner: Zeroizing<String>,
    recovery: Zeroizing<String>,
}

impl Passphrase3 {
    fn ask(passphrases: &Passphrases, paths: &Paths) -> Result<Self, Failure> {
        let ask = |path: &Path| passphrases.fresh(&path.display().to_string());
        Ok(Self { root: ask(&paths.root)?, owner: ask(&paths.owner)?, recovery: ask(&paths.recovery)? })
    }

    fn owner(&self) -> Passphrases {
        Passphrases::Known(self.owner.clone())
    }

    fn recovery(&self) -> Passphrases {
        Passphrases::Known(self.recovery.clone())
    }
}
