//! `anteroom recovery test`: would the recovery key read everything, if all credentials were lost today? And
//! `anteroom recovery use`: they are.

use super::Context;
use super::rehearsal::rehearse;
use super::staff::{Published, renew};
use crate::cli::{RecoveryTest, RecoveryUse};
use crate::clock;
use crate::failure::{Exit, Failure, Reason};
use crate::files::FileError;
use crate::findings::Findings;
use crate::keyfile::{RecoveryFile, RootFile, credential_path, recovery_path, root_path};
use crate::session::{Session, no_keyring};
use inbox::Refusal;
use seal::Opener;
use serde_json::json;
use std::path::Path;
use wire::Thumbprint;

/// Makes the owner a new credential with the root key and the recovery key, on a machine that has nothing else, and sees
/// that it opens what was sent before and what is sent from now on.
pub(super) async fn recover(context: &Context, options: &RecoveryUse) -> Result<(), Failure> {
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let path = credential_path(&options.dir, &root.owner);
    if path.exists() {
        return Err(FileError::Exists(path).into());
    }
    let file = recovery_path(&options.dir);
    let recovery = RecoveryFile::open(&file, &context.passphrases)?;
    if recovery.anchor != root.anchor || recovery.key.public().to_jwk() != root.recovery {
        return Err(Failure::new(
            Exit::Locked,
            format!("{} and the root key are of different practices", file.display()),
            "put the two files that `anteroom init` made together into one directory",
        ));
    }
    let mut session = Session::of_owner(&root, &path)?;
    let (practice, owner) = (&root.anchor.practice, &root.owner);
    let signed_in = session.relay.sign_in_by_root(practice, owner, &root.root, clock::now_s()).await?;
    let renewed = renew(context, &root, (&mut session, signed_in), &recovery.key, owner, &path).await?;
    let Published { roster, manifest } = renewed;

    context.output.progress("Opening a test message and the whole log with the new credential");
    let mut session = Session::open(context, &path)?;
    let in_force = session.manifest().await?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let keys = staff.open_keyring(&session.encryption()?).await.map_err(no_keyring)?;
    rehearse(&in_force, &keys).await.map_err(|what| {
        Failure::new(Exit::Trust, format!("the test message did not come back: {what}"), "report this")
    })?;
    let inbox = session.read_with(&signed_in, staff, keys).await?;
    let lost = inbox.refused().iter().filter(|refused| refused.refusal == Refusal::OtherKey).count();
    let entries = inbox.head().seq;
    let json = json!({
        "owner": owner, "credential": path, "roster": roster, "manifest": manifest, "entries": entries, "lost": lost,
    });
    context.output.print(&json, || {
        format!(
            "{owner} has a new credential: roster version {roster}. It opens a test message, and {} of the {entries} entries of\n\
             the log. The lost one opens and signs nothing new; patients seal to a new key.\n  credential  {}\n\
             Colleagues whose credentials are lost too: anteroom staff rotate NAME --dir {}\n\
             Take {} off this machine again.",
            entries - lost as u64,
            path.display(),
            options.dir.display(),
            file.display(),
        )
    })
}

/// Reads the whole log with the recovery key.
pub(super) async fn test(context: &Context, options: &RecoveryTest) -> Result<(), Failure> {
    let recovery = RecoveryFile::open(&options.recovery, &context.passphrases)?;
    let mut session = Session::open(context, &options.of.credential)?;
    let tried = try_key(&recovery, &options.recovery, &mut session).await?;
    let mut findings = Findings::default();
    findings.well(format!("{} opens with its passphrase", options.recovery.display()));
    findings.well(format!(
        "the keyring of roster version {} opens with it, and holds {} inbox key{}",
        tried.roster,
        tried.keys,
        if tried.keys == 1 { "" } else { "s" }
    ));
    for (thumbprint, is_held) in &tried.sealed_to {
        findings.check(
            *is_held,
            "what patients send now is sealed to a key of this keyring",
            Exit::Trust,
            format!("patients seal to {thumbprint}, which the keyring does not hold"),
            "publish the manifest anew: anteroom manifest publish FILE --dir DIR",
        );
    }
    findings.check(
        tried.lost == 0,
        &format!("all {} entries of the log are sealed to keys that it gives", tried.entries),
        Exit::Refused,
        format!("{} entries are sealed to keys that it does not give", tried.lost),
        "look for an older keyring in your backups",
    );
    findings.conclude(context.output)
}

/// What a recovery key reads.
pub(super) struct Tried {
    /// Version of the roster whose keyring it opened.
    pub(super) roster: u64,
    /// How many inbox keys the keyring holds.
    pub(super) keys: usize,
    /// What patients seal to now, and whether the keyring holds it.
    pub(super) sealed_to: Vec<(Thumbprint, bool)>,
    /// The log's length.
    pub(super) entries: u64,
    /// Entries that are sealed to keys that the keyring does not hold.
    pub(super) lost: usize,
}

impl Tried {
    /// Whether it reads everything, and would read what patients send now.
    pub(super) fn is_well(&self) -> bool {
        self.lost == 0 && self.sealed_to.iter().all(|(_, is_held)| *is_held)
    }
}

/// Opens the keyring and the whole log with the recovery key out of `file`.
pub(super) async fn try_key(
    recovery: &RecoveryFile,
    file: &Path,
    session: &mut Session,
) -> Result<Tried, Failure> {
    if recovery.anchor != session.credential.anchor {
        return Err(Failure::new(
            Exit::Locked,
            format!("{} is the recovery key of another practice", file.display()),
            "use the one that `anteroom init` made with your credential",
        )
        .because(Reason::OtherRecovery));
    }
    let manifest = session.manifest().await?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let roster = staff.roster().version;
    let keys = staff.open_keyring(&recovery.key).await.map_err(no_keyring)?;
    let held = |thumbprint: &Thumbprint| {
        keys.key(thumbprint).is_some_and(|key| Opener::thumbprint(key) == *thumbprint)
    };
    let sealed_to = manifest.inbox.keys.iter().map(|key| key.thumbprint());
    let sealed_to = sealed_to.map(|thumbprint| (thumbprint, held(&thumbprint))).collect();
    let count = keys.count();
    let inbox = session.read_with(&signed_in, staff, keys).await?;
    let lost = inbox.refused().iter().filter(|refused| refused.refusal == Refusal::OtherKey).count();
    Ok(Tried { roster, keys: count, sealed_to, entries: inbox.head().seq, lost })
}
