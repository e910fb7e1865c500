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
use std::mem::ManuallyDrop;
use wire::json::{Json, word};
use wire::practice::JwkSet;
use wire::{PracticeId, PublicJwk};

/// The claims, as far as they can be read.
#[must_use]
pub fn manifest(claims: &[u8]) -> Option<Manifest> {
    Manifest::read(&Json::parse(claims)?)
}

/// The loader's visits; none where they cannot be read.
#[must_use]
pub fn visits(json: &str) -> Vec<Visit> {
    Json::parse(json.as_bytes()).and_then(|json| Read::read(&json)).unwrap_or_default()
}

trait Read: Sized {
    fn read(json: &Json) -> Option<Self>;

    /// What stands for a member that is not there.
    fn absent() -> Option<Self> {
        None
    }
}

/// A member of an object; where it is not there, what stands for it.
fn member<T: Read>(of: &Json, name: &str) -> Option<T> {
    let Json::Object(_) = of else { return None };
    match of.member(name) {
        Some(json) => T::read(json),
        None => T::absent(),
    }
}

/// What was read before a member that cannot be is leaked, not dropped: code to drop each half-read struct would
/// outweigh the reader, and the form ends there.
macro_rules! read_struct {
    ($($type:ident { $($member:ident),+ })+) => {$(
        impl Read for $type {
            fn read(json: &Json) -> Option<Self> {
                $(let $member = ManuallyDrop::new(member(json, stringify!($member))?);)+
                Some(Self { $($member: ManuallyDrop::into_inner($member)),+ })
            }
        }
    )+};
}

/// Enumerations without data have short readers already: serde's.
macro_rules! read_word {
    ($($type:ty $(, absent $absent:expr)?;)+) => {$(
        impl Read for $type {
            fn read(json: &Json) -> Option<Self> {
                word(json.text()?)
            }
            $(fn absent() -> Option<Self> {
                Some($absent)
            })?
        }
    )+};
}

macro_rules! read_integer {
    ($($type:ident),+) => {$(
        impl Read for $type {
            fn read(json: &Json) -> Option<Self> {
                if let Json::Integer(integer) = json { (*integer).try_into().ok() } else { None }
            }
        }
    )+};
}

read_integer!(u16, u32, u64, i16, i32);

impl Read for String {
    fn read(json: &Json) -> Option<Self> {
        json.text().map(ToOwned::to_owned)
    }
}

impl Read for bool {
    fn read(json: &Json) -> Option<Self> {
        if let Json::Bool(value) = json { Some(*value) } else { None }
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Json) -> Option<Self> {
        let Json::List(items) = json else { return None };
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
    fn read(json: &Json) -> Option<Self> {
        if *json == Json::Null { Some(None) } else { T::read(json).map(Some) }
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Read for Text {
    fn read(json: &Json) -> Option<Self> {
        let Json::Object(texts) = json else { return None };
        let mut read = Self::default();
        for (tag, text) in texts {
            read.0.insert(tag.clone(), String::read(text)?);
        }
        Some(read)
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
    fn read(json: &Json) -> Option<Self> {
        Some(Self { keys: Read::read(json.member("keys")?)? })
    }
}

impl Read for PublicJwk {
    fn read(json: &Json) -> Option<Self> {
        Self::read(json)
    }
}

impl Read for Visit {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            path: member(json, "path")?,
            ms: member(json, "ms")?,
            dwell_ms: member::<Option<u32>>(json, "dwell_ms")?.unwrap_or_default(),
            referrer: member(json, "referrer")?,
            campaign: member(json, "campaign")?,
        })
    }
}

impl Read for Campaign {
    fn read(json: &Json) -> Option<Self> {
        let text = |name| Some(member::<Option<String>>(json, name)?.unwrap_or_default());
        Some(Self { source: text("source")?, medium: text("medium")?, name: text("name")? })
    }
}

/// A variant without data is its name; one with data is an object of one member, the name.
fn variant(json: &Json) -> Option<(&str, &Json)> {
    match json {
        Json::Text(name) => Some((name, &Json::Null)),
        Json::Object(members) => members.first().map(|(name, data)| (name.as_str(), data)),
        _ => None,
    }
}

impl Read for FieldKind {
    fn read(json: &Json) -> Option<Self> {
        let (name, data) = variant(json)?;
        let none = Json::Object(Vec::new());
        let of = if let Json::Object(_) = data { data } else { &none };
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
    fn read(json: &Json) -> Option<Self> {
        let (name, data) = variant(json)?;
        Some(match name {
            "service_tier" => Self::ServiceTier(Read::read(data)?),
            "service" => Self::Service(Read::read(data)?),
            "intent" => Self::Intent(Read::read(data)?),
            "urgency" => Self::Urgency(Read::read(data)?),
            "insurance" => Self::Insurance(Read::read(data)?),
            "referral" => Self::Referral(Read::read(data)?),
            "pages" => Self::Pages {
                kind: member(data, "kind")?,
                times: member::<Option<u16>>(data, "times")?.unwrap_or(1),
                within_days: member::<Option<u16>>(data, "within_days")?.unwrap_or(30),
            },
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
    fn read(json: &Json) -> Option<Self> {
        match variant(json)? {
            ("once", _) => Some(Self::Once),
            ("each", data) => Some(Self::Each { most: member(data, "most")? }),
            _ => None,
        }
    }
    fn absent() -> Option<Self> {
        Some(Self::Once)
    }
}

impl Read for Range {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { max: member(json, "max")?, min: member(json, "min")? })
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Read for Action {
    fn read(json: &Json) -> Option<Self> {
        match variant(json)? {
            ("nothing", _) => Some(Self::Nothing),
            ("sequence", name) => Some(Self::Sequence(Read::read(name)?)),
            ("call", data) => {
                let within_business_minutes = member(data, "within_business_minutes")?;
                Some(Self::Call { within_business_minutes })
            }
            _ => None,
        }
    }
}
