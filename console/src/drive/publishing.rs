//! Publishes a manifest from this page. The root key is opened for one signature, after everything else was looked at, and
//! dropped with what held it; the relay's answer is read back and checked as any reader does.

use super::relay::RelayError;
use super::session::Session;
use super::{clock, is_current, memory, refresh};
use crate::model::Event;
use crate::model::publishing::{Order, Publishing, Stage, Trouble};
use crate::view::{Console, origin};
use inbox::root::RootKey;
use inbox::trust::TrustError;
use inbox::{Anchor, Memory};
use lead::Manifest;
use lead::manifest::Refused;
use lead::manifest::publication::{Next, NotNext, Published, after_days};
use seal::credential::UnlockError;
use seal::jws::verify_pinned;
use seal::web::WebSigner;
use seal::{Embed, SignError, Signer};
use std::rc::Rc;
use wire::PublicJwk;
use wire::practice::MANIFEST_TYP;
use zeroize::Zeroizing;

/// Publishes, and tells how it goes. Where another version came into force meanwhile, goes by that one and publishes nothing.
pub(super) async fn publish(console: Console, session: Rc<Session>, order: Order) {
    let ordering = Ordering { console, session };
    let now = match ordering.fulfil(order).await {
        Ok(manifest) => {
            let (version, until) = (manifest.version, manifest.exp.saturating_mul(1000));
            ordering.adopt(manifest).await;
            Publishing::Done { version, until }
        }
        Err(Halted::By(trouble)) => Publishing::Failed(trouble),
        Err(Halted::Overtaken(manifest)) => {
            let version = manifest.version;
            ordering.adopt(*manifest).await;
            Publishing::Failed(Trouble::Overtaken(version))
        }
        Err(Halted::Locked) => return,
    };
    ordering.tell(now);
    refresh(console);
}

struct Ordering {
    console: Console,
    session: Rc<Session>,
}

/// Why nothing was published, as far as is known.
enum Halted {
    By(Trouble),
    /// This one is in force.
    Overtaken(Box<Manifest>),
    /// Nobody is there any more.
    Locked,
}

impl From<Trouble> for Halted {
    fn from(trouble: Trouble) -> Self {
        Self::By(trouble)
    }
}

impl Ordering {
    /// What comes late belongs to nobody.
    fn tell(&self, now: Publishing) {
        if is_current(&self.session) {
            self.console.send(Event::Publishing(Box::new(now)));
        }
    }

    /// The next step, if somebody still waits for it.
    fn reach(&self, stage: Stage) -> Result<(), Halted> {
        self.tell(Publishing::Working(stage));
        if is_current(&self.session) { Ok(()) } else { Err(Halted::Locked) }
    }

    async fn adopt(&self, manifest: Manifest) {
        let practice = self.session.adopt(manifest).await;
        if is_current(&self.session) {
            self.console.send(Event::Refreshed(Box::new(practice)));
        }
    }

    /// The manifest that is in force then.
    async fn fulfil(&self, order: Order) -> Result<Manifest, Halted> {
        let Order { file, passphrase, days, source, of } = order;
        let desk = &self.session.desk;
        // The page offers it nowhere else.
        if !origin::is_own(&desk.base) {
            return Err(Trouble::NotAllowed.into());
        }
        self.reach(Stage::Checking)?;
        let published = self.published(of).await?;
        let inbox = self.inbox_key().await?;
        let now = clock::now() / 1000;
        let next = Next {
            practice: desk.anchor.practice.clone(),
            inbox,
            source,
            remembered: memory::recall(&desk.anchor).manifest,
            now,
            exp: after_days(now, days),
        };
        let manifest = published.followed_by(next).map_err(not_next)?;

        self.reach(Stage::Signing)?;
        let jws = {
            let root = root_key(&file, passphrase, &desk.anchor).await?;
            self.reach(Stage::Signing)?;
            root.sign(MANIFEST_TYP, &manifest.to_claims(), Embed::Jwk).await.map_err(not_signed)?
        };
        self.reach(Stage::Sending)?;
        let sent =
            desk.signed_in(async |token: &str| desk.relay.put_manifest(token, jws.clone()).await).await;
        match sent {
            Ok(()) => {
                let version = Memory { manifest: Some(manifest.version), ..Memory::default() };
                memory::remember(&desk.anchor, version);
            }
            Err(RelayError::Refused(409)) => return Err(self.overtaken(of).await),
            Err(RelayError::Refused(401 | 403)) => return Err(Trouble::NotAllowed.into()),
            Err(RelayError::Refused(status @ 400..=499)) => return Err(Trouble::Refused(status).into()),
            // The answer was lost, or never given: what the relay shows decides.
            Err(_) => {}
        }
        self.tell(Publishing::Working(Stage::ReadingBack));
        let shown = desk.relay.manifest().await;
        match (sent, shown) {
            (_, Ok(shown)) if shown.trim_end() == jws => {
                let seen = memory::recall(&desk.anchor);
                let checked = desk.anchor.check_manifest(&shown, clock::now() / 1000, &seen);
                let manifest = checked.map_err(untrusted)?;
                let version = Memory { manifest: Some(manifest.version), ..Memory::default() };
                memory::remember(&desk.anchor, version);
                Ok(manifest)
            }
            (_, Err(_)) => Err(Trouble::Unclear.into()),
            (Ok(()), Ok(_)) => Err(Trouble::NotShown(manifest.version).into()),
            (Err(RelayError::Refused(status)), Ok(_)) => Err(Trouble::Refused(status).into()),
            (Err(_), Ok(_)) => Err(Trouble::Unreachable.into()),
        }
    }

    /// What is published: the version that the draft was made from, which may have expired meanwhile.
    async fn published(&self, of: u64) -> Result<Published, Halted> {
        let desk = &self.session.desk;
        let text = desk.relay.manifest().await.map_err(|_| Trouble::Unreachable)?;
        let pinned = verify_pinned(text.trim_end(), MANIFEST_TYP, &desk.anchor.pin);
        let pinned = pinned.map_err(|error| untrusted(TrustError::ManifestSignature(error)))?;
        let published = Published::of_claims(&pinned.claims);
        let seen = memory::recall(&desk.anchor);
        match desk.anchor.check_manifest(&text, clock::now() / 1000, &seen) {
            Ok(manifest) if manifest.version > of => Err(Halted::Overtaken(Box::new(manifest))),
            Ok(manifest) if manifest.version == of => Ok(published),
            Err(TrustError::Manifest(Refused::Expired)) if published.version() == of => Ok(published),
            Err(error) => Err(untrusted(error).into()),
            Ok(_) => Err(untrusted(TrustError::Manifest(Refused::RolledBack)).into()),
        }
    }

    /// What came into force a moment before.
    async fn overtaken(&self, of: u64) -> Halted {
        match self.published(of).await {
            Err(halted) => halted,
            // It says that there is a newer one, and shows none.
            Ok(_) => Trouble::Refused(409).into(),
        }
    }

    /// The key in use, out of the keyring that the root-signed roster names as it is now.
    async fn inbox_key(&self) -> Result<PublicJwk, Halted> {
        let Session { desk, key, .. } = &*self.session;
        let roster = desk.signed_in(async |token: &str| desk.relay.roster(token).await).await;
        let roster = roster.map_err(|error| match error {
            RelayError::Refused(401 | 403) => Trouble::NotAllowed,
            _ => Trouble::Unreachable,
        })?;
        let seen = memory::recall(&desk.anchor);
        let staff = desk.anchor.check_roster(roster, clock::now() / 1000, &seen).map_err(untrusted)?;
        staff.inbox_key(key).await.map_err(|error| Trouble::Untrusted(error.to_string()).into())
    }
}

/// Opens the file, and hands its key to the browser: it signs, and cannot be read back. Nothing else of the file is left.
async fn root_key(file: &str, passphrase: Zeroizing<String>, ours: &Anchor) -> Result<WebSigner, Trouble> {
    let plain = seal::web::unlock(file.trim(), &passphrase).await.map_err(|error| match error {
        UnlockError::Malformed => Trouble::NotARootKey,
        UnlockError::Refused => Trouble::Passphrase,
        UnlockError::Unavailable => Trouble::NoCrypto,
    })?;
    drop(passphrase);
    let key = RootKey::parse(&plain).map_err(|_| Trouble::NotARootKey)?;
    drop(plain);
    if key.anchor != *ours {
        return Err(Trouble::OtherPractice(key.anchor.practice.to_string()));
    }
    WebSigner::import(key.root.to_jwk()).await.map_err(|_| Trouble::NoCrypto)
}

fn untrusted(error: TrustError) -> Trouble {
    Trouble::Untrusted(error.to_string())
}

fn not_next(error: NotNext) -> Trouble {
    match error {
        NotNext::Mistakes(_) | NotNext::Model { .. } => Trouble::Mistakes,
        NotNext::NoVersions => Trouble::Refused(409),
    }
}

fn not_signed(error: SignError) -> Trouble {
    match error {
        SignError::TooLong => Trouble::TooLong,
        SignError::Key | SignError::Unavailable => Trouble::NoCrypto,
    }
}
