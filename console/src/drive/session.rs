//! An unlocked practice: keys, token, and the log as far as it was read.

use super::follow::Line;
use super::kept::KeptKeys;
use super::relay::{Relay, RelayError};
use super::store::Era;
use super::trust::{Trusted, read, trust, vouch};
use super::{clock, memory};
use crate::model::Event as ModelEvent;
use crate::model::Trouble;
use crate::model::case::{Case, Practice, Refusal};
use crate::model::settings::colleagues;
use crate::model::work::{Ticket, Unsent, Way};
use inbox::assertion::{make_assertion, token_request};
use inbox::event::sign_event;
use inbox::{Anchor, Inbox, LogError, Memory, Progress, RefusedEntry};
use lead::Manifest;
use lead::thread::{ErasureGround, Event, EventClaims};
use seal::random::make_entry_id;
use seal::web::{WebKey, WebSigner};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use wire::api::Erasure;
use wire::limits::ERASURE_ENTRIES;
use wire::practice::Role;
use wire::{EntryId, StaffId, ThreadId};

/// A member of staff's keys, signed in.
pub(super) struct Desk {
    pub(super) base: String,
    pub(super) relay: Relay,
    pub(super) anchor: Anchor,
    pub(super) staff: StaffId,
    pub(super) role: Role,
    pub(super) signer: WebSigner,
    /// When it was opened, as to what this machine may keep.
    pub(super) era: Era,
    pub(super) token: RefCell<Option<Rc<str>>>,
}

/// Why there is no token.
pub(super) enum SignInError {
    Relay(RelayError),
    /// The browser did not sign.
    Key,
}

impl Desk {
    /// A token, from before or a new one.
    pub(super) async fn token(&self) -> Result<Rc<str>, SignInError> {
        if let Some(token) = self.token.borrow().clone() {
            return Ok(token);
        }
        let endpoint = self.relay.token_endpoint();
        let assertion = make_assertion(&self.signer, &self.staff, &endpoint, clock::now() / 1000)
            .await
            .map_err(|_| SignInError::Key)?;
        let token = self.relay.token(token_request(&assertion)).await.map_err(SignInError::Relay)?;
        let token: Rc<str> = token.access_token.into();
        *self.token.borrow_mut() = Some(Rc::clone(&token));
        Ok(token)
    }

    /// Does `work` with a token, and once more with a new one if the relay says that it has expired.
    pub(super) async fn signed_in<T>(
        &self,
        work: impl AsyncFn(&str) -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let token = self.token().await.map_err(relay_error)?;
        match work(&token).await {
            Err(RelayError::Refused(401)) => {
                *self.token.borrow_mut() = None;
                let token = self.token().await.map_err(relay_error)?;
                work(&token).await
            }
            other => other,
        }
    }
}

fn relay_error(error: SignInError) -> RelayError {
    match error {
        SignInError::Relay(error) => error,
        SignInError::Key => RelayError::Refused(401),
    }
}

/// Everything that is dropped on locking.
pub(super) struct Session {
    /// Shared with the stream of heads, which may outlive a locked session by one message.
    pub(super) desk: Rc<Desk>,
    pub(super) line: Line,
    /// Opens the keyring.
    pub(super) key: WebKey,
    manifest: RefCell<Rc<Manifest>>,
    inbox: RefCell<Inbox<WebKey>>,
    kept: RefCell<Rc<KeptKeys>>,
    /// Every lead that was assessed; one that did not change is shown on as it is.
    cases: RefCell<BTreeMap<ThreadId, Arc<Case>>>,
    /// Whether a reading is under way: two at once would read the same page twice.
    busy: Cell<bool>,
    /// Whether there may be more since it began.
    again: Cell<bool>,
    /// What is sealed and not known to be in the log, by ticket.
    sealed: RefCell<HashMap<Ticket, Sealed>>,
}

/// What is to be done with a lead.
pub(super) enum Deed {
    Append(Event),
    /// Everything that is in it.
    Erase(ErasureGround),
}

/// The same, signed and sealed.
#[derive(Clone)]
pub(super) enum Sealed {
    Entry(Rc<Unsent>),
    Erasure(Rc<Erasure>),
}

/// Why the log could not be read on.
pub(super) enum ReadError {
    Relay(RelayError),
    Log(LogError),
}

impl Session {
    pub(super) fn new(desk: Desk, key: WebKey, trusted: Trusted) -> Self {
        let Trusted { manifest, inbox, kept } = trusted;
        Self {
            desk: Rc::new(desk),
            line: Line::new(),
            key,
            manifest: RefCell::new(Rc::new(manifest)),
            inbox,
            kept: RefCell::new(Rc::new(kept)),
            cases: RefCell::default(),
            busy: Cell::default(),
            again: Cell::default(),
            sealed: RefCell::default(),
        }
    }

    /// Reads the whole log for the first time, and shows what it has so far now and then: the first page at once, and
    /// then when there is four times as much, so that showing never costs more than reading. Stops early, quietly,
    /// when `is_wanted` says so.
    pub(super) async fn read_first(
        &self,
        is_wanted: impl Fn() -> bool,
        show: impl Fn(Practice),
    ) -> Result<(), Trouble> {
        self.busy.set(true);
        let next = Cell::new(1);
        let report = async |entries, of| {
            if entries < of && entries >= next.get() {
                next.set(entries * 4);
                show(Practice { reading: Some((entries, of)), ..self.practice().await });
            }
            is_wanted()
        };
        let read = read(&self.desk, &self.inbox, async || self.assess().await, report);
        let read = read.await;
        self.busy.set(false);
        if read? && is_wanted() {
            show(self.practice().await);
            self.keep(|_| true).await;
        }
        Ok(())
    }

    /// Stores the content keys of what was opened, if `is_due`; those of erased entries go in any case.
    async fn keep(&self, is_due: impl Fn(&KeptKeys) -> bool) {
        let kept = Rc::clone(&self.kept.borrow());
        kept.forget(self.inbox.borrow().erased_entries());
        if is_due(&kept) {
            kept.store().await;
        }
    }

    /// Reads what is new. `None`: another reading is under way, and will find it.
    pub(super) async fn refresh(&self) -> Option<ModelEvent> {
        if self.busy.replace(true) {
            self.again.set(true);
            return None;
        }
        let event = self.read_on().await;
        self.busy.set(false);
        Some(event)
    }

    async fn read_on(&self) -> ModelEvent {
        let (before, refused) = (self.inbox.borrow().head(), self.inbox.borrow().refused().len());
        loop {
            self.again.set(false);
            match read_to_end(&self.desk, &self.inbox, async || (), async |_, _| true).await {
                Ok(_) => {}
                Err(ReadError::Relay(_)) => return ModelEvent::Unreachable,
                Err(ReadError::Log(error)) => return ModelEvent::Distrusted(error.to_string()),
            }
            if self.inbox.borrow().refused().len() > refused
                && let Err(Trouble::Untrusted(found) | Trouble::Log(found)) = self.renew().await
            {
                return ModelEvent::Distrusted(found);
            }
            if self.inbox.borrow().head() == before {
                return ModelEvent::Reached;
            }
            let practice = self.practice().await;
            self.keep(KeptKeys::is_due).await;
            if !self.again.get() {
                return ModelEvent::Refreshed(Box::new(practice));
            }
        }
    }

    /// Something was refused: perhaps because a colleague or a key is new. If there is a newer roster, everything is
    /// read again by it.
    async fn renew(&self) -> Result<(), Trouble> {
        let Trusted { manifest, inbox, kept } =
            trust(&self.desk, &self.key, vouch(&self.desk).await?).await?;
        let version = |inbox: &RefCell<Inbox<WebKey>>| inbox.borrow().staff().roster().version;
        if version(&inbox) > version(&self.inbox) {
            read(&self.desk, &inbox, async || (), async |_, _| true).await?;
            self.inbox.replace(inbox.into_inner());
            self.kept.replace(Rc::new(kept));
            self.manifest.replace(Rc::new(manifest));
            // By another manifest they may score otherwise.
            self.cases.take();
        }
        Ok(())
    }

    /// The same, once the reading that is under way has ended: it may have begun too early to find what is looked
    /// for. If it got as far as `seq`, there is nothing more to read.
    pub(super) async fn refresh_after_others(&self, seq: u64) -> Option<ModelEvent> {
        while self.busy.get() {
            breathe().await;
        }
        if self.inbox.borrow().head().seq >= seq {
            return None;
        }
        self.refresh().await
    }

    /// Signs and seals. Under a ticket that was used before it is what was sealed then: the relay takes it once.
    pub(super) async fn seal_as(&self, ticket: Ticket, thread: ThreadId, deed: Deed) -> Option<Sealed> {
        let known = self.sealed.borrow().get(&ticket).cloned();
        if known.is_some() {
            return known;
        }
        let sealed = self.prepare(thread, deed).await?;
        self.sealed.borrow_mut().insert(ticket, sealed.clone());
        Some(sealed)
    }

    /// What an earlier opening sealed has this ticket now.
    pub(super) fn hold(&self, ticket: Ticket, unsent: Unsent) {
        self.sealed.borrow_mut().insert(ticket, Sealed::Entry(Rc::new(unsent)));
    }

    /// Nobody wants it sent any more.
    pub(super) fn give_up(&self, ticket: Ticket) -> Option<Sealed> {
        self.sealed.borrow_mut().remove(&ticket)
    }

    /// Sends what is sealed; its place in the log.
    pub(super) async fn send(&self, ticket: Ticket, sealed: &Sealed) -> Result<u64, Way> {
        let sent = async |token: &str| match sealed {
            Sealed::Entry(unsent) => self.desk.relay.append(token, unsent.sealed.clone()).await,
            Sealed::Erasure(erasure) => self.desk.relay.erase(token, erasure).await,
        };
        match self.desk.signed_in(sent).await {
            Ok(receipt) => {
                self.sealed.borrow_mut().remove(&ticket);
                Ok(receipt.seq)
            }
            Err(RelayError::Refused(status @ 400..=499)) if status != 401 && status != 429 => {
                Err(Way::Refused)
            }
            Err(_) => Err(Way::Waiting),
        }
    }

    async fn prepare(&self, thread: ThreadId, deed: Deed) -> Option<Sealed> {
        match deed {
            Deed::Append(event) => {
                let (entry, sealed) = self.seal(thread, event.clone()).await?;
                Some(Sealed::Entry(Rc::new(Unsent { thread, event, entry, sealed })))
            }
            Deed::Erase(ground) => {
                let mut entries = self.inbox.borrow().kept_entries(&thread);
                entries.truncate(ERASURE_ENTRIES);
                let event = Event::Erased { entries: entries.clone(), ground };
                let (_, evidence) = self.seal(thread, event).await?;
                Some(Sealed::Erasure(Rc::new(Erasure { evidence, entries })))
            }
        }
    }

    async fn seal(&self, thread: ThreadId, event: Event) -> Option<(EntryId, String)> {
        let time = clock::now();
        let entry = make_entry_id(time).ok()?;
        let claims = EventClaims {
            v: 1,
            practice: self.desk.anchor.practice.clone(),
            thread,
            entry,
            author: self.desk.staff.clone(),
            time,
            event,
        };
        let manifest = Rc::clone(&self.manifest.borrow());
        let (binding, token) = sign_event(&self.desk.signer, &claims, &manifest).await.ok()?;
        let sealed = seal::web::seal(&binding, token.as_bytes(), manifest.inbox.keys.first()?).await.ok()?;
        Some((entry, sealed))
    }

    /// Goes by another manifest from now on, by which every lead is scored anew.
    pub(super) async fn adopt(&self, manifest: Manifest) -> Practice {
        while self.busy.replace(true) {
            breathe().await;
        }
        let manifest = Rc::new(manifest);
        self.manifest.replace(Rc::clone(&manifest));
        let (pace, model) = (Pace::new(), manifest.source.scoring.reference());
        let before: Vec<_> = self.cases.borrow().values().cloned().collect();
        for case in before {
            let case = Case::scored_as(case.lead.clone(), &manifest.source, &model);
            self.cases.borrow_mut().insert(case.lead.thread, Arc::new(case));
            pace.keep().await;
        }
        let practice = self.practice().await;
        self.busy.set(false);
        practice
    }

    /// Scores the leads that came or changed since.
    async fn assess(&self) {
        let manifest = Rc::clone(&self.manifest.borrow());
        let pace = Pace::new();
        let mut model = None;
        loop {
            let lead = {
                let mut inbox = self.inbox.borrow_mut();
                let Some(thread) = inbox.next_changed() else { return };
                inbox.lead(&thread)
            };
            // A thread without an inquiry, not even an erased one, is no lead: the practice's programs write such.
            if let Some(lead) = lead.filter(|lead| !lead.inquiries.is_empty() || lead.erased > 0) {
                let model = model.get_or_insert_with(|| manifest.source.scoring.reference());
                let case = Case::scored_as(lead, &manifest.source, model);
                self.cases.borrow_mut().insert(case.lead.thread, Arc::new(case));
            }
            pace.keep().await;
        }
    }

    /// The practice as it stands now.
    pub(super) async fn practice(&self) -> Practice {
        self.assess().await;
        let manifest = Rc::clone(&self.manifest.borrow());
        let (refused, head, roster, role, availability, documents) = {
            let inbox = self.inbox.borrow();
            let refused: Vec<Refusal> = inbox.refused().iter().map(refusal).collect();
            let roster = inbox.staff().roster();
            // The file says what was so when it was made; the roster decides.
            let role = roster.member(&self.desk.staff).map_or(self.desk.role, |member| member.role);
            let (availability, documents) = (inbox.availability().cloned(), Arc::clone(inbox.documents()));
            (refused, inbox.head(), roster.clone(), role, availability, documents)
        };
        Practice {
            staff: self.desk.staff.clone(),
            role,
            relay: self.desk.base.clone(),
            source: manifest.source.clone(),
            manifest_version: manifest.version,
            roster_version: roster.version,
            colleagues: colleagues(&roster),
            retention_days: roster.retention_days,
            availability,
            documents,
            head,
            cases: self.cases.borrow().values().cloned().collect(),
            refused,
            reading: None,
            signed: None,
        }
    }
}

/// Longest work before the page may draw again, in milliseconds: a frame at 60 Hz is 16.
const WORK_MS: u64 = 12;

/// Lets the browser draw and answer now and then, and not more often: a timer that sets the next one waits for 4 ms.
struct Pace(Cell<u64>);

impl Pace {
    fn new() -> Self {
        Self(Cell::new(clock::now()))
    }

    async fn keep(&self) {
        if clock::now().saturating_sub(self.0.get()) >= WORK_MS {
            breathe().await;
            self.0.set(clock::now());
        }
    }
}

/// Lets the browser draw and answer.
async fn breathe() {
    let pause = js_sys::Promise::new(&mut |resolve, _| {
        leptos::leptos_dom::helpers::set_timeout(
            move || {
                // The promise's own function: it does not throw.
                let _ = resolve.call0(&wasm_bindgen::JsValue::UNDEFINED);
            },
            std::time::Duration::ZERO,
        );
    });
    let _ = wasm_bindgen_futures::JsFuture::from(pause).await;
}

/// Reads page after page to the end of the log, and remembers it. `report` is told how many of how many entries are read,
/// and says whether to go on; gives whether the end was reached. While workers open a page, the next one comes and its
/// chain is checked, and there is time for what can be done `meanwhile`.
pub(super) async fn read_to_end(
    desk: &Desk,
    inbox: &RefCell<Inbox<WebKey>>,
    meanwhile: impl AsyncFn(),
    report: impl AsyncFn(u64, u64) -> bool,
) -> Result<bool, ReadError> {
    let fetch = async |seq| {
        let page = desk.signed_in(async |token: &str| desk.relay.page(token, seq).await).await;
        let page = page.map_err(ReadError::Relay)?;
        let (last, end) = (page.entries.last().map(|entry| entry.meta.seq), page.head.seq);
        let checked = inbox.borrow_mut().check(page).map_err(ReadError::Log)?;
        Ok((checked, last.unwrap_or(end), end))
    };
    let at = inbox.borrow().head().seq;
    let (mut page, mut last, mut end) = fetch(at).await?;
    loop {
        let ahead = async { if last < end { Some(fetch(last).await) } else { None } };
        let (opened, next, ()) = futures_util::future::join3(page.open(), ahead, meanwhile()).await;
        let progress = inbox.borrow_mut().take_in(opened);
        if !report(last, end).await {
            return Ok(false);
        }
        breathe().await;
        (page, last, end) = match (progress, next) {
            (Progress::End, _) => break,
            (Progress::More, Some(next)) => next?,
            (Progress::More, None) => fetch(last).await?,
        };
    }
    let head = inbox.borrow().head();
    memory::remember(&desk.anchor, Memory { head: Some(head), ..Memory::default() });
    Ok(true)
}

fn refusal(entry: &RefusedEntry) -> Refusal {
    let RefusedEntry { seq, entry, time, refusal, .. } = *entry;
    let (why, by_relay) = (refusal.to_string(), refusal.is_by_the_relay());
    Refusal { seq, entry: entry.to_string(), time, why, by_relay }
}
