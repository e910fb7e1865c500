//! `anteroom staff`: who works at the practice.

use super::Context;
use crate::cli::{OfCredential, StaffAdd, StaffRemove, StaffRetain, StaffRotate};
use crate::clock;
use crate::failure::{Exit, Failure, Reason};
use crate::files::{self, FileError};
use crate::keyfile::{RootFile, create_credential, credential_path, root_path};
use crate::output::Output;
use crate::publication::{RosterDraft, sign_manifest, sign_roster};
use crate::relay::SignedIn;
use crate::session::{Session, distrust, no_keyring};
use crate::terminal::{Column, Side, table};
use inbox::{Credential, Memory, Staff};
use lead::Manifest;
use seal::{KeyUse, Opener, PrivateKey};
use serde_json::json;
use std::path::Path;
use wire::StaffId;
use wire::limits::CLOCK_SKEW_SECONDS;
use wire::practice::{FormerKey, Member, Role};

/// For so long after its roster is signed, in seconds, readers believe a key that was replaced: the relay's clock may be
/// ahead by [`CLOCK_SKEW_SECONDS`], and as much again is for the way there. What was written with it until the relay
/// had the roster must not be lost; from then on the relay takes nothing by it.
const FORMER_KEY_GRACE: u64 = 2 * CLOCK_SKEW_SECONDS;

/// Makes a colleague's credential file and publishes the roster.
pub(super) async fn add(context: &Context, options: StaffAdd) -> Result<(), Failure> {
    let path = credential_path(&options.dir, &options.name);
    refuse_if_taken(&path)?;
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let mut session = owner_session(context, &root, &options.dir)?;
    let role = Role::from(options.role);
    let roster = admit(context, &root, &mut session, (&options.name, role), &path).await?;
    let json = json!({ "staff": options.name, "role": role, "credential": path, "roster": roster });
    context.output.print(&json, || {
        format!(
            "{} works at {} now, as {}.\n  credential  {}\n              hand it over in person, with its passphrase by another way",
            options.name,
            root.anchor.practice,
            role_name(role),
            path.display()
        )
    })
}

/// Makes a colleague's keys, seals the keyring to them too, leaves them in a new file and publishes the roster; gives
/// its version.
pub(super) async fn admit(
    context: &Context,
    root: &RootFile,
    session: &mut Session,
    (name, role): (&StaffId, Role),
    path: &Path,
) -> Result<u64, Failure> {
    refuse_if_taken(path)?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    if staff.roster().member(name).is_some() {
        return Err(Failure::new(
            Exit::Failed,
            format!("{name} is on the roster already"),
            "choose another name; a name stays with the person whose events carry it",
        )
        .because(Reason::Taken));
    }
    let inbox_keys = inbox_keys(session, &staff).await?;
    let passphrase = context.passphrases.fresh(&path.display().to_string())?;

    context.output.progress(&format!("Making {name}'s keys"));
    let keys = NewKeys::make(name, role).await?;
    let mut members = staff.roster().staff.clone();
    members.push(Member {
        id: name.clone(),
        role,
        signing: keys.signing.public().to_jwk(),
        former: Vec::new(),
        encryption: keys.encryption.as_ref().map(|key| key.public().to_jwk()),
        not_before: clock::now_s().saturating_sub(60),
        not_after: None,
    });
    keys.publish((session, &signed_in), root, &staff, members, &inbox_keys, (path, &passphrase)).await
}

fn refuse_if_taken(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::from(FileError::Exists(path.to_owned())).because(Reason::Taken));
    }
    Ok(())
}

/// Ends a colleague's access.
pub(super) async fn remove(context: &Context, options: &StaffRemove) -> Result<(), Failure> {
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    refuse_if_own(&root, &options.name)?;
    let mut session = owner_session(context, &root, &options.dir)?;
    let published = dismiss(context.output, &root, &mut session, &options.name).await?;
    let Published { roster, manifest } = published;
    let json = json!({ "removed": options.name, "roster": roster, "manifest": manifest });
    context.output.print(&json, || {
        let key = match manifest {
            Some(_) => "\nPatients seal to a new key from now on, which they never had.",
            None => "",
        };
        format!(
            "{} no longer works at {}: roster version {roster}.{key}\n\
             What they could read until now they may have kept; their name stays with what they signed.",
            options.name, root.anchor.practice
        )
    })
}

fn refuse_if_own(root: &RootFile, name: &StaffId) -> Result<(), Failure> {
    if *name == root.owner {
        return Err(Failure::new(
            Exit::Failed,
            format!("{name} is the owner whose credential does this"),
            "an owner cannot remove themselves: nobody could sign in to publish any more",
        )
        .because(Reason::Own));
    }
    Ok(())
}

/// Ends `name`'s access. What they could read they may have kept, so that what patients send from now on is sealed to a
/// key that they never had.
pub(super) async fn dismiss(
    output: Output,
    root: &RootFile,
    session: &mut Session,
    name: &StaffId,
) -> Result<Published, Failure> {
    refuse_if_own(root, name)?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let manifest = session.manifest().await?;
    let now = clock::now_s();
    let mut members = staff.roster().staff.clone();
    let leaver = members.iter_mut().find(|member| member.id == *name && member.is_active(now));
    let Some(leaver) = leaver else { return Err(gone(root, name)) };
    let held_keys = leaver.encryption.is_some();
    let mut inbox_keys = inbox_keys(session, &staff).await?;
    if held_keys {
        output.progress("Making a new inbox key");
        inbox_keys.insert(0, make(KeyUse::Enc).await?);
    }
    // They stay on the roster: what they signed until now, while the key was made too, must still check.
    leaver.not_after = Some(clock::now_s());
    // The keyring first: no inquiry may be sealed to a key that nobody holds.
    let days = staff.roster().retention_days;
    let roster = put_roster((session, &signed_in), root, &staff, (members, days), &inbox_keys).await?;
    let manifest = match inbox_keys.first().filter(|_| held_keys) {
        None => None,
        Some(inbox) => {
            let done = format!("{name} is off the roster");
            Some(publish_inbox_key(session, &signed_in, root, manifest, inbox, &done).await?)
        }
    };
    Ok(Published { roster, manifest })
}

fn gone(root: &RootFile, name: &StaffId) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{name} does not work at {}", root.anchor.practice),
        "run `anteroom staff list` for the names",
    )
    .because(Reason::Gone)
}

/// Publishes a roster of `members` that the owner of `session` still opens; its version.
async fn put_roster(
    (session, signed_in): (&mut Session, &SignedIn),
    root: &RootFile,
    staff: &Staff,
    (members, retention_days): (Vec<Member>, Option<u32>),
    inbox_keys: &[PrivateKey],
) -> Result<u64, Failure> {
    let version = staff.roster().version + 1;
    let draft = RosterDraft { version, retention_days, members };
    let signed = sign_roster(&root.root, &root.anchor, draft, &root.recovery, inbox_keys)?;
    root.anchor
        .check_roster(signed.clone(), clock::now_s(), session.state.memory())
        .map_err(distrust)?
        .open_keyring(&session.encryption()?)
        .await
        .map_err(no_keyring)?;
    signed_in.put_roster(&signed).await?;
    session.state.remember(Memory { roster: Some(version), ..Memory::default() })?;
    Ok(version)
}

/// A member's keys before anyone knows them.
struct NewKeys<'a> {
    name: &'a StaffId,
    role: Role,
    signing: PrivateKey,
    encryption: Option<PrivateKey>,
}

impl<'a> NewKeys<'a> {
    /// An auditor signs in, and opens nothing.
    async fn make(name: &'a StaffId, role: Role) -> Result<Self, Failure> {
        let signing = make(KeyUse::Sig).await?;
        let encryption = if role == Role::Auditor { None } else { Some(make(KeyUse::Enc).await?) };
        Ok(Self { name, role, signing, encryption })
    }

    /// Publishes a roster of `members`, with the inbox keys sealed to them, and leaves these keys in a new file; gives
    /// the roster's version.
    async fn publish(
        &self,
        (session, signed_in): (&mut Session, &SignedIn),
        root: &RootFile,
        staff: &Staff,
        members: Vec<Member>,
        inbox_keys: &[PrivateKey],
        (path, passphrase): (&Path, &str),
    ) -> Result<u64, Failure> {
        let version = staff.roster().version + 1;
        let draft = RosterDraft { version, retention_days: staff.roster().retention_days, members };
        let signed = sign_roster(&root.root, &root.anchor, draft, &root.recovery, inbox_keys)?;
        // What is published must open with what is handed over; see it before anyone depends on it.
        let memory = session.state.memory();
        let checked = root.anchor.check_roster(signed.clone(), clock::now_s(), memory).map_err(distrust)?;
        if let Some(key) = &self.encryption {
            checked.open_keyring(key).await.map_err(no_keyring)?;
        }
        let credential = Credential {
            relay: root.relay.clone(),
            anchor: root.anchor.clone(),
            staff: self.name.clone(),
            role: self.role,
            signing: self.signing.to_jwk(),
            encryption: self.encryption.as_ref().map(PrivateKey::to_jwk),
        };
        create_credential(path, &credential, passphrase)?;
        if let Err(error) = signed_in.put_roster(&signed).await {
            // Keys that were never published are of no use, and would stand in the way of the next try.
            files::remove(path)?;
            return Err(error.into());
        }
        session.state.remember(Memory { roster: Some(version), ..Memory::default() })?;
        Ok(version)
    }
}

/// Gives a colleague new keys. Whoever has the old ones may have read the inbox keys with them, so patients seal to
/// a new key from now on; what was signed and sealed before still checks and opens.
pub(super) async fn rotate(context: &Context, options: &StaffRotate) -> Result<(), Failure> {
    let path = credential_path(&options.dir, &options.name);
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let mut session = owner_session(context, &root, &options.dir)?;
    let signed_in = session.sign_in().await?;
    let opener = session.encryption()?;
    let renewed = renew(context, &root, (&mut session, signed_in), &opener, &options.name, &path).await?;
    let Published { roster, manifest } = renewed;
    let json = json!({ "rotated": options.name, "credential": path, "roster": roster, "manifest": manifest });
    context.output.print(&json, || {
        format!(
            "{} has new keys: roster version {roster}. The old ones open and sign nothing new.\n  credential  {}",
            options.name,
            path.display()
        )
    })
}

/// What was published about a member.
pub(super) struct Published {
    /// Version of the roster.
    pub(super) roster: u64,
    /// Version of the manifest, where patients have a new inbox key.
    pub(super) manifest: Option<u64>,
}

/// Makes and publishes new keys for `name`, and leaves them in `path`. `opener` opens the keyring as it is.
pub(super) async fn renew(
    context: &Context,
    root: &RootFile,
    (session, mut signed_in): (&mut Session, SignedIn),
    opener: &PrivateKey,
    name: &StaffId,
    path: &Path,
) -> Result<Published, Failure> {
    let output = context.output;
    let staff = session.staff(&signed_in).await?;
    let manifest = session.manifest().await?;
    let now = clock::now_s();
    let mut members = staff.roster().staff.clone();
    let member = members.iter_mut().find(|member| member.id == *name && member.is_active(now));
    let Some(member) = member else { return Err(gone(root, name)) };
    let mut inbox_keys = keys_of(&staff, opener).await?;
    let passphrase = context.passphrases.fresh(&path.display().to_string())?;
    output.progress(&format!("Making {name}'s new keys"));
    let keys = NewKeys::make(name, member.role).await?;
    let held_keys = keys.encryption.is_some();
    if held_keys {
        output.progress("Making a new inbox key");
        inbox_keys.insert(0, make(KeyUse::Enc).await?);
    }
    let before = std::mem::replace(&mut member.signing, keys.signing.public().to_jwk());
    member.former.push(FormerKey { signing: before, not_after: clock::now_s() + FORMER_KEY_GRACE });
    member.encryption = keys.encryption.as_ref().map(|key| key.public().to_jwk());
    // Beside the old one, until the new keys count.
    let next = path.with_extension("credential.next");
    let roster = keys
        .publish((&mut *session, &signed_in), root, &staff, members, &inbox_keys, (&next, &passphrase))
        .await?;
    files::rename(&next, path)?;
    if *name == root.owner {
        // The owner's token went with the owner's old key.
        let (practice, now) = (&root.anchor.practice, clock::now_s());
        signed_in = session.relay.sign_in(practice, &root.owner, &keys.signing, now).await?;
    }
    let manifest = match inbox_keys.first().filter(|_| held_keys) {
        None => None,
        Some(inbox) => {
            let done = format!("{name} has new keys");
            Some(publish_inbox_key(session, &signed_in, root, manifest, inbox, &done).await?)
        }
    };
    Ok(Published { roster, manifest })
}

/// Publishes for how long the relay keeps what patients sent.
pub(super) async fn retain(context: &Context, options: &StaffRetain) -> Result<(), Failure> {
    let root = RootFile::open(&root_path(&options.dir), &context.passphrases)?;
    let mut session = owner_session(context, &root, &options.dir)?;
    let version = keep_for(&root, &mut session, options.days).await?;
    let json = json!({ "retention_days": options.days, "roster": version });
    context.output.print(&json, || match options.days {
        Some(days) => format!(
            "The relay deletes what is in a lead {days} days after its last entry, for good. Roster version {version}."
        ),
        None => format!("The relay deletes nothing by itself. Roster version {version}."),
    })
}

/// Publishes that a lead is kept for so many days after its last entry, or for good; the roster's version.
pub(super) async fn keep_for(
    root: &RootFile,
    session: &mut Session,
    days: Option<u32>,
) -> Result<u64, Failure> {
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let inbox_keys = inbox_keys(session, &staff).await?;
    let members = staff.roster().staff.clone();
    put_roster((session, &signed_in), root, &staff, (members, days), &inbox_keys).await
}

/// Publishes the manifest anew with another inbox key; its version. `done` is what holds if that fails.
async fn publish_inbox_key(
    session: &mut Session,
    signed_in: &SignedIn,
    root: &RootFile,
    manifest: Manifest,
    inbox: &PrivateKey,
    done: &str,
) -> Result<u64, Failure> {
    let version = manifest.version + 1;
    let inbox = inbox.public().to_jwk();
    let signed = sign_manifest(&root.root, &root.anchor, version, inbox, manifest.source, manifest.exp)?;
    signed_in.put_manifest(signed.jws).await.map_err(|error| {
        Failure::new(
            Exit::Relay,
            format!("{done}, and the new inbox key is not published: {error}"),
            "run: anteroom manifest publish FILE --dir DIR; until then patients seal to the old key",
        )
        .because(Reason::HalfDone)
    })?;
    session.state.remember(Memory { manifest: Some(version), ..Memory::default() })?;
    Ok(version)
}

/// Shows the roster.
pub(super) async fn list(context: &Context, of: &OfCredential) -> Result<(), Failure> {
    let mut session = Session::open(context, &of.credential)?;
    let signed_in = session.sign_in().await?;
    let staff = session.staff(&signed_in).await?;
    let roster = staff.roster();
    let now = clock::now_s();
    context.output.print(&roster, || {
        let columns = [
            Column { title: "NAME", widest: 40, side: Side::Left },
            Column { title: "ROLE", widest: 12, side: Side::Left },
            Column { title: "SINCE", widest: 16, side: Side::Left },
            Column { title: "UNTIL", widest: 16, side: Side::Left },
            Column { title: "NOW", widest: 8, side: Side::Left },
        ];
        let rows: Vec<Vec<String>> = roster
            .staff
            .iter()
            .map(|member| {
                vec![
                    member.id.to_string(),
                    role_name(member.role).to_owned(),
                    clock::local_short(member.not_before * 1000),
                    member.not_after.map(|end| clock::local_short(end * 1000)).unwrap_or_default(),
                    if member.is_active(now) { "active" } else { "ended" }.to_owned(),
                ]
            })
            .collect();
        format!("{}\n\nRoster of {}, version {}", table(&columns, &rows), roster.practice, roster.version)
    })
}

/// The session of the owner whose root key lies in `dir`.
pub(super) fn owner_session(context: &Context, root: &RootFile, dir: &Path) -> Result<Session, Failure> {
    let session = Session::open(context, &credential_path(dir, &root.owner))?;
    belongs(root, &session).map(|()| session)
}

/// Whether this root key and this session's credential are of one practice.
pub(super) fn belongs(root: &RootFile, session: &Session) -> Result<(), Failure> {
    if session.credential.anchor == root.anchor {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Locked,
        "the root key and the owner's credential are of different practices",
        "put the files that belong together into one directory",
    )
    .because(Reason::OtherRoot))
}

/// The inbox keys as the keyring has them, the one in use first.
pub(super) async fn inbox_keys(session: &Session, staff: &Staff) -> Result<Vec<PrivateKey>, Failure> {
    keys_of(staff, &session.encryption()?).await
}

async fn keys_of(staff: &Staff, opener: &PrivateKey) -> Result<Vec<PrivateKey>, Failure> {
    let keyring =
        opener.open_keyring(staff.sealed_keyring()).await.map_err(|error| no_keyring(error.into()))?;
    keyring
        .keys
        .iter()
        .map(|jwk| PrivateKey::from_jwk(jwk).map_err(|error| no_keyring(error.into())))
        .collect()
}

async fn make(usage: KeyUse) -> Result<PrivateKey, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(Exit::Failed, error, "run the command again");
    tokio::task::spawn_blocking(move || PrivateKey::generate(usage))
        .await
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))
}

/// The role's name for people.
pub(super) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Coordinator => "coordinator",
        Role::Auditor => "auditor",
    }
}
