//! Opens screened entries, many at once, and sees that an event is what a member of staff signed for
//! this very place in the log.

use crate::screen::{Refusal, Screened, State};
use crate::trust::{Keys, Signer, Staff};
use lead::Inquiry;
use lead::thread::{Event, EventClaims};
use seal::{OpenError, Opened, Opener, PublicKey, SignatureError, jws};
use wire::header::Envelope;
use wire::log::EntryMeta;
use wire::practice::{EVENT_TYP, Member, Role};
use wire::{EntryKind, SealedHeader, StaffId};

/// An entry of the log, as far as it is believed.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it stands.
    pub meta: EntryMeta,
    /// What was found in it.
    pub found: Found,
}

/// What was found in an entry.
#[derive(Debug, Clone)]
pub enum Found {
    /// From a patient, or from anyone: hostile text until a person has spoken with a person.
    Inquiry(Box<Inquiry>),
    /// From a member of staff; signature, role and validity checked.
    Event {
        /// Who.
        author: StaffId,
        /// Their role.
        role: Role,
        /// When, by the author's clock, in milliseconds.
        time: u64,
        /// What.
        event: Box<Event>,
    },
    /// Erased; only its place is left.
    Erased,
    /// Not believed.
    Refused(Refusal),
}

pub(crate) async fn open<O: Opener>(screened: Screened, keys: &Keys<O>, staff: &Staff) -> Item {
    let Screened { meta, state } = screened;
    let found = match state {
        State::Refused(refusal) => Found::Refused(refusal),
        State::Erased => Found::Erased,
        State::Sealed(envelope) => read(&meta, *envelope, keys, staff).await.unwrap_or_else(Found::Refused),
    };
    Item { meta, found }
}

async fn read<O: Opener>(
    meta: &EntryMeta,
    envelope: Envelope,
    keys: &Keys<O>,
    staff: &Staff,
) -> Result<Found, Refusal> {
    let key = keys.key(&envelope.header().kid).ok_or(Refusal::OtherKey)?;
    let Opened { header, plaintext } = key.open(envelope).await.map_err(|error| match error {
        OpenError::Malformed(_) => Refusal::Unreadable,
        OpenError::OtherKey => Refusal::OtherKey,
        OpenError::Refused => Refusal::Tampered,
    })?;
    match meta.kind {
        EntryKind::Inquiry => {
            let inquiry = Inquiry::parse(&plaintext).map_err(|_| Refusal::Unreadable)?;
            Ok(Found::Inquiry(Box::new(inquiry)))
        }
        EntryKind::Event | EntryKind::Document => event(meta, &header, &plaintext, staff),
    }
}

fn event(meta: &EntryMeta, header: &SealedHeader, plain: &[u8], staff: &Staff) -> Result<Found, Refusal> {
    // Anyone can encrypt to a public key; what makes an event is the signature inside.
    let token = std::str::from_utf8(plain).map_err(|_| Refusal::Unsigned)?;
    let signer = jws::signer(token).map_err(|_| Refusal::Unsigned)?;
    let Signer { member, key, until } = staff.signer(&signer).ok_or(Refusal::Forged)?;
    let key = PublicKey::from_jwk(key).map_err(|_| Refusal::Forged)?;
    let claims = jws::verify(token, EVENT_TYP, &key).map_err(|error| match error {
        SignatureError::Malformed | SignatureError::TooLarge => Refusal::Unsigned,
        _ => Refusal::Forged,
    })?;
    let claims = EventClaims::parse(&claims).map_err(|_| Refusal::Unreadable)?;
    if claims.practice != header.practice {
        return Err(Refusal::Foreign);
    }
    let moved = claims.thread != header.thread || claims.entry != header.entry;
    if moved || claims.event.kind() != header.typ {
        return Err(Refusal::Rethreaded);
    }
    if claims.author != member.id {
        return Err(Refusal::Forged);
    }
    let taken = meta.time / 1000;
    if !may_write(member, taken) || until.is_some_and(|until| until <= taken) {
        return Err(Refusal::Unauthorised);
    }
    let EventClaims { author, time, event, .. } = claims;
    Ok(Found::Event { author, role: member.role, time, event: Box::new(event) })
}

/// At the time the relay took it: the author's own clock is the author's word.
fn may_write(member: &Member, taken: u64) -> bool {
    matches!(member.role, Role::Owner | Role::Coordinator) && member.is_active(taken)
}
