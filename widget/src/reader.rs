//! Reads a manifest's claims with little code. The readers that serde generates for the same types would be a
//! third of what a patient downloads.
//!
//! It takes every manifest that [`Manifest::accept`]'s reader takes, and gives the same one: a test holds that.
//! It is laxer about what it does not know, on purpose. A snippet pasted two years ago carries the widget of
//! two years ago, and must go on reading what the practice publishes today.

use lead::hours::{Hours, Opening, Zone};
use lead::manifest::{
    Choice, Condition, Consent, Field, FieldKind, Form, Guide, Notice, OwnPhrase, PagePattern, Service, Step,
};
use lead::scoring::{Action, Count, Criterion, DateRange, Group, Model, Place, Range, Tier, When};
use lead::signals::{Campaign, Visit};
use lead::{Manifest, ManifestSource, Text};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde_json::{Map, Value};
use std::mem::ManuallyDrop;
use wire::practice::JwkSet;
use wire::{PracticeId, PublicJwk};

/// The claims, as far as they can be read.
#[must_use]
pub fn manifest(claims: &[u8]) -> Option<Manifest> {
    Manifest::read(&serde_json::from_slice(claims).ok()?)
}

/// The loader's visits; none where they cannot be read.
#[must_use]
pub fn visits(json: &str) -> Vec<Visit> {
    serde_json::from_slice(json.as_bytes()).ok().and_then(|json| Read::read(&json)).unwrap_or_default()
}

trait Read: Sized {
    fn read(json: &Value) -> Option<Self>;

    /// What stands for a member that is not there.
    fn absent() -> Option<Self> {
        None
    }
}

fn member<T: Read>(of: &Map<String, Value>, name: &str) -> Option<T> {
    match of.get(name) {
        Some(json) => T::read(json),
        None => T::absent(),
    }
}

/// What was read before a member that cannot be is leaked, not dropped: code to drop each half-read struct would
/// outweigh the reader, and the form ends there.
macro_rules! read_struct {
    ($($type:ident { $($member:ident),+ })+) => {$(
        impl Read for $type {
            fn read(json: &Value) -> Option<Self> {
                let of = json.as_object()?;
                $(let $member = ManuallyDrop::new(member(of, stringify!($member))?);)+
                Some(Self { $($member: ManuallyDrop::into_inner($member)),+ })
            }
        }
    )+};
}

/// Enumerations without data have short readers already: serde's.
macro_rules! read_word {
    ($($type:ty $(, absent $absent:expr)?;)+) => {$(
        impl Read for $type {
            fn read(json: &Value) -> Option<Self> {
                word(json.as_str()?)
            }
            $(fn absent() -> Option<Self> {
                Some($absent)
            })?
        }
    )+};
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(StrDeserializer::<Error>::new(text)).ok()
}

macro_rules! read_integer {
    ($($type:ident),+) => {$(
        impl Read for $type {
            fn read(json: &Value) -> Option<Self> {
                json.as_i64()?.try_into().ok()
            }
        }
    )+};
}

read_integer!(u16, u32, u64, i16, i32);

impl Read for String {
    fn read(json: &Value) -> Option<Self> {
        json.as_str().map(ToOwned::to_owned)
    }
}

impl Read for bool {
    fn read(json: &Value) -> Option<Self> {
        json.as_bool()
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Value) -> Option<Self> {
        let items = json.as_array()?;
        let mut read = ManuallyDrop::new(Self::with_capacity(items.len()));
        for item in items {
            read.push(T::read(item)?);
        }
        Some(ManuallyDrop::into_inner(read))
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &Value) -> Option<Self> {
        if json.is_null() { Some(None) } else { T::read(json).map(Some) }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Read for Text {
    fn read(json: &Value) -> Option<Self> {
        let texts = json.as_object()?.iter();
        Some(Self(texts.map(|(tag, text)| Some((tag.clone(), String::read(text)?))).collect::<Option<_>>()?))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

read_struct! {
    Manifest { practice, version, iat, exp, inbox, source }
    ManifestSource {
        name, phone, emergency_note, languages, services, form, pages, consent, follow_up, notices, hours, phrases,
        scoring
    }
    Service { id, label, tier }
    Form { steps }
    Step { id, title, fields }
    Field { id, kind, label, hint, error, required, show_if, tiers }
    Choice { id, label }
    Guide { id, label, path }
    Condition { field, any_of }
    PagePattern { kind, pattern }
    Consent { version, text }
    Notice { id, version, text }
    OwnPhrase { lane, phrase }
    Hours { zone, open, holidays }
    Zone { utc_offset_minutes, daylight }
    Opening { days, from, to }
    Model { criteria, groups, name, places, range, tiers, version }
    Place { miles, zips }
    Criterion { count, dates, group, half_life_days, id, label, points, requires, unless, when }
    DateRange { from, to }
    Group { cap, id, label }
    Tier { action, at_least, id, label }
}

read_word! {
    PracticeId;
    wire::jwk::Rsa;
    wire::jwk::KeyUse;
    lead::manifest::ServiceTier;
    lead::manifest::PageKind;
    lead::triage::Lane;
    lead::intent::Intent;
    lead::inquiry::ContactWay;
    lead::hours::Weekday;
    lead::hours::Daylight, absent lead::hours::Daylight::None;
    lead::scoring::InsuranceIs;
    lead::scoring::ReferralSource;
    lead::scoring::Visitor;
    lead::signals::Referrer, absent lead::signals::Referrer::None;
}

impl Read for JwkSet {
    fn read(json: &Value) -> Option<Self> {
        Some(Self { keys: Read::read(json.get("keys")?)? })
    }
}

impl Read for PublicJwk {
    fn read(json: &Value) -> Option<Self> {
        let of = json.as_object()?;
        Some(Self {
            kty: member(of, "kty")?,
            n: member(of, "n")?,
            e: member(of, "e")?,
            usage: member(of, "use")?,
            alg: member(of, "alg")?,
            kid: member(of, "kid")?,
        })
    }
}

impl Read for Visit {
    fn read(json: &Value) -> Option<Self> {
        let of = json.as_object()?;
        Some(Self {
            path: member(of, "path")?,
            ms: member(of, "ms")?,
            dwell_ms: member::<Option<u32>>(of, "dwell_ms")?.unwrap_or_default(),
            referrer: member(of, "referrer")?,
            campaign: member(of, "campaign")?,
        })
    }
}

impl Read for Campaign {
    fn read(json: &Value) -> Option<Self> {
        let of = json.as_object()?;
        let text = |name| Some(member::<Option<String>>(of, name)?.unwrap_or_default());
        Some(Self { source: text("source")?, medium: text("medium")?, name: text("name")? })
    }
}

/// A variant without data is its name; one with data is an object of one member, the name.
fn variant(json: &Value) -> Option<(&str, &Value)> {
    match json {
        Value::String(name) => Some((name, &Value::Null)),
        _ => json.as_object()?.iter().next().map(|(name, data)| (name.as_str(), data)),
    }
}

impl Read for FieldKind {
    fn read(json: &Value) -> Option<Self> {
        let (name, data) = variant(json)?;
        let none = Map::new();
        let of = data.as_object().unwrap_or(&none);
        let max = || member::<u32>(of, "max_chars");
        let options = || member::<Vec<Choice>>(of, "options");
        Some(match name {
            "name" => Self::Name,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "zip" => Self::Zip,
            "date_of_birth" => Self::DateOfBirth,
            "service" => Self::Service,
            "needs" => Self::Needs { max_chars: max()? },
            "insurance" => Self::Insurance { carriers: member(of, "carriers")? },
            "contact" => Self::Contact { ways: member(of, "ways")? },
            "times" => Self::Times { options: options()? },
            "voicemail" => Self::Voicemail,
            "referral" => Self::Referral,
            "on_behalf_of" => Self::OnBehalfOf { options: options()? },
            "appointment" => Self::Appointment { options: options()? },
            "consent" => Self::Consent,
            "follow_up" => Self::FollowUp,
            "guides" => Self::Guides { options: member(of, "options")? },
            "text" => Self::Text { max_chars: max()? },
            "long_text" => Self::LongText { max_chars: max()? },
            "select" => Self::Select { options: options()? },
            "choice" => Self::Choice { options: options()? },
            "choices" => Self::Choices { options: options()? },
            _ => return None,
        })
    }
}

impl Read for When {
    fn read(json: &Value) -> Option<Self> {
        let (name, data) = variant(json)?;
        Some(match name {
            "service_tier" => Self::ServiceTier(Read::read(data)?),
            "service" => Self::Service(Read::read(data)?),
            "intent" => Self::Intent(Read::read(data)?),
            "urgency" => Self::Urgency(Read::read(data)?),
            "insurance" => Self::Insurance(Read::read(data)?),
            "referral" => Self::Referral(Read::read(data)?),
            "pages" => {
                let of = data.as_object()?;
                Self::Pages {
                    kind: member(of, "kind")?,
                    times: member::<Option<u16>>(of, "times")?.unwrap_or(1),
                    within_days: member::<Option<u16>>(of, "within_days")?.unwrap_or(30),
                }
            }
            "form_completed" => Self::FormCompleted,
            "appointment_requested" => Self::AppointmentRequested,
            "contact" => Self::Contact(Read::read(data)?),
            "zip" => Self::Zip(Read::read(data)?),
            "within_miles" => Self::WithinMiles(Read::read(data)?),
            "visitor" => Self::Visitor(Read::read(data)?),
            _ => return None,
        })
    }
}

impl Read for Count {
    fn read(json: &Value) -> Option<Self> {
        match variant(json)? {
            ("once", _) => Some(Self::Once),
            ("each", data) => Some(Self::Each { most: member(data.as_object()?, "most")? }),
            _ => None,
        }
    }
    fn absent() -> Option<Self> {
        Some(Self::Once)
    }
}

impl Read for Range {
    fn read(json: &Value) -> Option<Self> {
        let of = json.as_object()?;
        Some(Self { max: member(of, "max")?, min: member(of, "min")? })
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Read for Action {
    fn read(json: &Value) -> Option<Self> {
        match variant(json)? {
            ("nothing", _) => Some(Self::Nothing),
            ("sequence", name) => Some(Self::Sequence(Read::read(name)?)),
            ("call", data) => {
                let within_business_minutes = member(data.as_object()?, "within_business_minutes")?;
                Some(Self::Call { within_business_minutes })
            }
            _ => None,
        }
    }
}
