//! What can be said against an entry before it is opened: that it does not stand where its writer put
//! it, or stands there a second time.

use std::collections::HashSet;
use wire::header::Envelope;
use wire::log::EntryMeta;
use wire::{Entry, EntryId, EntryKind, PracticeId, SealedHeader, ThreadId, Thumbprint};

/// Why an entry is not believed. Nothing of its content is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// It was written for another practice.
    #[error("written for another practice")]
    Foreign,
    /// It was written for another thread, under another id, or as another kind.
    #[error("moved: it was written for another place in the log")]
    Rethreaded,
    /// Its id stood in the log before.
    #[error("repeated: the log holds this entry already")]
    Replayed,
    /// A second inquiry in the thread of another.
    #[error("put into the thread of another inquiry")]
    Intruding,
    /// Sealed to a key of the practice, and does not open.
    #[error("altered, or never sealed properly")]
    Tampered,
    /// Sealed to a key that the keyring does not hold.
    #[error("sealed to a key that the practice's keyring does not hold")]
    OtherKey,
    /// Not a sealed entry, or what it holds is not of a known format.
    #[error("not in a format that this version reads")]
    Unreadable,
    /// An event without the signature of a member of staff.
    #[error("not signed by a member of staff")]
    Unsigned,
    /// An event whose signature is wrong, or whose signer is not its author.
    #[error("the signature is forged")]
    Forged,
    /// An event by someone who may not write one, or not at that time.
    #[error("signed by someone who may not write here, or not at that time")]
    Unauthorised,
    /// Erased, and only the relay says so.
    #[error("erased, and no owner signed for it, nor does the retention policy allow it")]
    Unexplained,
}

impl Refusal {
    /// Whether the relay itself must have done it. Anyone on the internet can send an inquiry that does
    /// not open; only the relay can move an entry or hand it out twice.
    #[must_use]
    pub const fn is_by_the_relay(self) -> bool {
        matches!(
            self,
            Self::Foreign | Self::Rethreaded | Self::Replayed | Self::Intruding | Self::Unexplained
        )
    }

    /// One word, for JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Rethreaded => "re-threaded",
            Self::Replayed => "replayed",
            Self::Intruding => "intruding",
            Self::Tampered => "tampered",
            Self::OtherKey => "other-key",
            Self::Unreadable => "unreadable",
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::Unauthorised => "unauthorised",
            Self::Unexplained => "unexplained",
        }
    }
}

/// What the log held so far, as far as it speaks against what comes.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    practice: PracticeId,
    entries: HashSet<EntryId>,
    begun: HashSet<ThreadId>,
}

/// An entry that nothing speaks against, so far.
#[derive(Debug)]
pub(crate) struct Screened {
    pub(crate) meta: EntryMeta,
    pub(crate) state: State,
}

impl Screened {
    /// The key that it is sealed to, as far as there is anything to open.
    pub(crate) fn sealed_to(&self) -> Option<Thumbprint> {
        match &self.state {
            State::Sealed(envelope) => Some(envelope.header().kid),
            State::Erased | State::Refused(_) => None,
        }
    }
}

/// What is to be done with it.
#[derive(Debug)]
pub(crate) enum State {
    /// Open it.
    Sealed(Box<Envelope>),
    /// Only its place is left.
    Erased,
    /// Nothing.
    Refused(Refusal),
}

impl Screen {
    pub(crate) fn new(practice: PracticeId) -> Self {
        Self { practice, entries: HashSet::new(), begun: HashSet::new() }
    }

    /// Looks at the next entry of the log; the chain was checked.
    pub(crate) fn look(&mut self, entry: Entry) -> Screened {
        let Entry { meta, body, .. } = entry;
        let state = self.judge(&meta, body).unwrap_or_else(State::Refused);
        Screened { meta, state }
    }

    fn judge(&mut self, meta: &EntryMeta, body: Option<String>) -> Result<State, Refusal> {
        if !self.entries.insert(meta.id) {
            return Err(Refusal::Replayed);
        }
        let Some(body) = body else {
            self.begin(meta)?;
            return Ok(State::Erased);
        };
        let envelope = Envelope::parse(body).map_err(|_| Refusal::Unreadable)?;
        self.is_in_place(meta, envelope.header())?;
        self.begin(meta)?;
        Ok(State::Sealed(Box::new(envelope)))
    }

    /// The first inquiry is the one whose thread it is. A second one could put another telephone number
    /// in its place.
    fn begin(&mut self, meta: &EntryMeta) -> Result<(), Refusal> {
        let intrudes = meta.kind == EntryKind::Inquiry && !self.begun.insert(meta.thread);
        if intrudes { Err(Refusal::Intruding) } else { Ok(()) }
    }

    /// The header is authenticated by the encryption, so what it says is what the writer meant, if the
    /// entry opens; if it does not, that is found later.
    fn is_in_place(&self, meta: &EntryMeta, header: &SealedHeader) -> Result<(), Refusal> {
        if header.practice != self.practice {
            return Err(Refusal::Foreign);
        }
        let moved = header.thread != meta.thread || header.entry != meta.id || header.typ != meta.kind;
        if moved { Err(Refusal::Rethreaded) } else { Ok(()) }
    }
}
