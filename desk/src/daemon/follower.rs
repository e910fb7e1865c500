//! The practice's log, followed: read and verified to its end, and again whenever the relay says that it grew.

use super::engine::Halt;
use super::ports::{Appended, Log, LogError};
use crate::failure::{Exit, Failure};
use crate::parallel::Parallel;
use crate::relay::{RelayError, SignedIn};
use crate::session::{Session, bad_log};
use inbox::event::seal_event;
use inbox::{Announced, Inbox, Memory, Progress};
use lead::Manifest;
use lead::thread::{Availability, Edition, Event, EventClaims, Lead};
use seal::random::make_entry_id;
use seal::{PrivateKey, jws};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::header::CompactParts;
use wire::practice::EVENT_TYP;
use wire::unsubscribe::UnsubscribeLink;
use wire::{ChainHash, EntryId, ThreadId};

/// How often roster and manifest are looked at again.
const RENEW: Duration = Duration::from_secs(600);

/// The log of the practice whose credential was opened.
pub(crate) struct Follower {
    session: Session,
    signed_in: SignedIn,
    signer: PrivateKey,
    inbox: Inbox<Parallel>,
    manifest: Manifest,
    renewed: Instant,
    opt_outs_seen: u64,
}

impl Follower {
    /// Signs in and reads the log to its end.
    pub(crate) async fn open(mut session: Session) -> Result<Self, Failure> {
        let manifest = session.manifest().await?;
        let inbox = session.read().await?;
        let signed_in = session.sign_in().await?;
        let signer = session.signer()?;
        Ok(Self { session, signed_in, signer, inbox, manifest, renewed: Instant::now(), opt_outs_seen: 0 })
    }

    /// Reads what came since. A log that does not check ends everything.
    pub(crate) async fn refresh(&mut self) -> Result<(), Failure> {
        if self.renewed.elapsed() > RENEW {
            self.renew().await?;
        }
        loop {
            let page = match self.signed_in.page(self.inbox.head().seq).await {
                Err(error) if error.status() == Some(401) => {
                    self.signed_in = self.session.sign_in().await?;
                    self.signed_in.page(self.inbox.head().seq).await?
                }
                page => page?,
            };
            if self.inbox.read(page).await.map_err(bad_log)? == Progress::End {
                break;
            }
        }
        self.session.state.remember(Memory { head: Some(self.inbox.head()), ..Memory::default() })
    }

    /// A new manifest is taken over; a new roster or keyring means reading the log anew with it.
    async fn renew(&mut self) -> Result<(), Failure> {
        self.manifest = self.session.manifest().await?;
        self.signed_in = self.session.sign_in().await?;
        let staff = self.session.staff(&self.signed_in).await?;
        if staff.roster().version != self.inbox.staff().roster().version {
            self.inbox = self.session.read().await?;
        }
        self.renewed = Instant::now();
        Ok(())
    }

    /// Waits until the relay says that its log grew, at most for `patience`. What it says is only a hint.
    pub(crate) async fn wait(&self, patience: Duration) {
        let news = self.signed_in.wait_for_head_after(self.inbox.head().seq);
        if let Ok(Err(_)) = tokio::time::timeout(patience, news).await {
            // The stream broke: the relay is away, or the token has ended.
            tokio::time::sleep(patience.min(Duration::from_secs(5))).await;
        }
    }

    async fn append_once(&mut self, sealed: &str) -> Result<Appended, RelayError> {
        match self.signed_in.append(sealed.to_owned()).await {
            Ok(_) => Ok(Appended::Ours),
            Err(error) if error.status() == Some(409) => Ok(Appended::Other),
            Err(error) => Err(error),
        }
    }
}

fn log_error(error: RelayError) -> LogError {
    match error.status() {
        Some(status @ 400..=499) if !matches!(status, 401 | 408 | 429) => {
            LogError::Refused(error.to_string())
        }
        _ => LogError::Away(error.to_string()),
    }
}

impl Log for Follower {
    fn leads(&self) -> Vec<Lead> {
        self.inbox.leads()
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn availability(&self) -> Option<Availability> {
        self.inbox.availability().cloned()
    }

    fn documents(&self) -> Arc<Vec<Edition>> {
        Arc::clone(self.inbox.documents())
    }

    fn leader(&self) -> Option<Announced> {
        self.inbox.desk()
    }

    async fn announce(&mut self, instance: EntryId, now: u64) -> Result<(), Halt> {
        let thread = ThreadId::derive_document("desk");
        let entry = make_entry_id(now).map_err(|error| Failure::new(Exit::Failed, error, "report this"))?;
        let sealed = self.seal(thread, entry, Event::DeskStarted { instance }, now).await?;
        self.append(&sealed).await?;
        Ok(())
    }

    fn id(&self, thread: &ThreadId, purpose: &str, parts: &[&str]) -> Option<EntryId> {
        let secret = self.inbox.origin(thread)?.derive_secret("anteroom-desk");
        Some(EntryId::derive(&secret, purpose, thread, parts))
    }

    async fn seal(
        &self,
        thread: ThreadId,
        entry: EntryId,
        event: Event,
        now: u64,
    ) -> Result<String, Failure> {
        let claims = EventClaims {
            v: 1,
            practice: self.session.credential.anchor.practice.clone(),
            thread,
            entry,
            author: self.session.credential.staff.clone(),
            time: now,
            event,
        };
        seal_event(&self.signer, &claims, &self.manifest).await.map_err(|error| {
            Failure::new(
                Exit::Failed,
                format!("an event cannot be written: {error}"),
                "run `anteroom doctor`",
            )
        })
    }

    fn read(&self, sealed: &str) -> Option<EventClaims> {
        let kid = CompactParts::parse(sealed).ok()?.header().ok()?.kid;
        let opened = self.inbox.key(&kid)?.open_here(sealed).ok()?;
        let token = std::str::from_utf8(&opened.plaintext).ok()?;
        let claims = jws::verify(token, EVENT_TYP, &self.signer.public()).ok()?;
        EventClaims::parse(&claims).ok()
    }

    async fn append(&mut self, sealed: &str) -> Result<Appended, LogError> {
        let mut appended = self.append_once(sealed).await;
        if appended.as_ref().is_err_and(|error| error.status() == Some(401)) {
            self.signed_in = self.session.sign_in().await.map_err(|failure| LogError::Away(failure.what))?;
            appended = self.append_once(sealed).await;
        }
        appended.map_err(log_error)
    }

    async fn unsubscribe(&mut self, thread: &ThreadId) -> Result<String, LogError> {
        // 256 bits that only the practice can compute: the same link in every message to a person.
        let halves = ["first", "second"].map(|half| self.id(thread, "unsubscribe", &[half]));
        let [Some(first), Some(second)] = halves else {
            return Err(LogError::Refused("nothing of this thread was read".into()));
        };
        let token = format!("{first}{second}");
        let link = UnsubscribeLink { token_sha256: ChainHash::of_body(&token), thread: *thread };
        self.signed_in.put_unsubscribe_link(&link).await.map_err(log_error)?;
        let practice = &self.session.credential.anchor.practice;
        Ok(format!("{}{}", self.session.relay.address(), wire::unsubscribe::path(practice, &token)))
    }

    async fn opt_outs(&mut self) -> Result<Vec<ThreadId>, LogError> {
        let mut threads = Vec::new();
        loop {
            let page = self.signed_in.opt_outs(self.opt_outs_seen).await.map_err(log_error)?.opt_outs;
            threads.extend(page.iter().map(|opt_out| opt_out.thread));
            // A relay that counts backwards would keep us here for ever.
            match page.last() {
                Some(last) if last.seq > self.opt_outs_seen => self.opt_outs_seen = last.seq,
                _ => return Ok(threads),
            }
        }
    }
}
