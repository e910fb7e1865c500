//! The people to practise with, made from a file (`static/training.json`) that only who practises fetches. Its texts say
//! `{service}` for a service of the practice at hand.

use crate::model::take::assess;
use lead::Inquiry;
use lead::inquiry::{Answers, AppointmentWish, Contact, ContactWay, Insurance, Voicemail};
use lead::manifest::{ManifestSource, ServiceTier};
use lead::thread::{ClosedReason, Verification};
use std::collections::{BTreeMap, HashMap};
use wire::ThreadId;

/// Members of a patient in the file, all of them texts.
type Texts = HashMap<String, String>;

/// Somebody who does not exist.
pub(crate) struct Patient {
    pub(crate) thread: ThreadId,
    /// For how long they have waited at the beginning, in milliseconds.
    pub(crate) waits: u64,
    /// After how many calls they write; 0: they have written.
    pub(crate) after: usize,
    pub(crate) inquiry: Inquiry,
    /// What a good call asks.
    pub(crate) ask: Vec<Verification>,
    pub(crate) end: End,
    texts: Texts,
}

/// Where good work on a lead leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// A call, and something that comes next.
    Call,
    /// Nothing to call about: closed, for this reason.
    Close(ClosedReason),
}

impl Patient {
    /// What a good call would have done, in `language`.
    pub(crate) fn good(&self, language: &str) -> &str {
        self.texts.get(&format!("good.{language}")).map_or("", String::as_str)
    }
}

/// The patients of `file`, for a practice, at `now`; `None`: it is no such file.
pub(crate) fn read(file: &str, source: &ManifestSource, now: u64) -> Option<Vec<Patient>> {
    // By name, so that each has the same thread every time.
    let people: BTreeMap<String, Texts> = serde_json::from_slice(file.as_bytes()).ok()?;
    let numbered = (1..).zip(people.into_values());
    Some(numbered.map(|(n, texts)| patient(n, texts, source, now)).collect())
}

fn patient(n: u8, texts: Texts, source: &ManifestSource, now: u64) -> Patient {
    let text = |name: &str| texts.get(name).cloned();
    let number = |name: &str| texts.get(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let is = |name: &str, value: &str| texts.get(name).is_some_and(|text| text == value);
    let lang = text("lang").unwrap_or_default();
    let surgical = source.services.iter().find(|service| service.tier == ServiceTier::Surgical);
    let service = surgical.or(source.services.first());
    let label = service.map_or_else(String::new, |service| service.label.in_language(&lang).to_lowercase());
    let contact = Contact {
        name: text("name").unwrap_or_default(),
        phone: text("phone"),
        email: text("email"),
        prefer: Some(if is("prefer", "email") { ContactWay::Email } else { ContactWay::Phone }),
        voicemail: Some(if is("voicemail", "never") { Voicemail::Never } else { Voicemail::Welcome }),
        ..Contact::default()
    };
    let plan = |carrier| Insurance::Plan { carrier, plan: None, member_id: None };
    let answers = Answers {
        contact,
        service: service.filter(|_| is("service", "yes")).map(|service| service.id.clone()),
        needs: text("needs").unwrap_or_default().replace("{service}", &label),
        insurance: text("carrier").map(plan),
        appointment: is("appointment", "yes").then(AppointmentWish::default),
        ..Answers::default()
    };
    let waits = number("minutes") * 60_000;
    // No form asked this: nothing of it can fail to fit one.
    let (inquiry, _) = assess(source, 0, &answers, now.saturating_sub(waits));
    let asked = text("ask").unwrap_or_default();
    let end = text("close").and_then(|word| ClosedReason::ALL.into_iter().find(|one| one.as_str() == word));
    Patient {
        thread: ThreadId::from_bytes([n; 16]),
        waits,
        after: usize::try_from(number("after")).unwrap_or(0),
        inquiry: Inquiry { lang, ..inquiry },
        ask: Verification::ALL
            .into_iter()
            .filter(|what| asked.split(' ').any(|word| word == id(*what)))
            .collect(),
        end: end.map_or(End::Call, End::Close),
        texts,
    }
}

/// The word for it in guides and in the file.
const fn id(what: Verification) -> &'static str {
    match what {
        Verification::Identity => "identity",
        Verification::Contact => "contact",
        Verification::Needs => "needs",
        Verification::Insurance => "insurance",
        Verification::Referral => "referral",
        Verification::Consent => "consent",
        Verification::MarketingAuthorization => "authorization",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::case::samples;
    use crate::words::LANGUAGES;
    use lead::triage::Lane;

    const FILE: &str = include_str!("../../../static/training.json");
    const NOW: u64 = 1_772_654_700_000;

    fn people() -> BTreeMap<String, Texts> {
        serde_json::from_str(FILE).unwrap()
    }

    #[test]
    fn nobody_in_it_could_be_anybody() {
        for (name, texts) in people() {
            let phone = &texts["phone"];
            assert!(phone.starts_with("555-01") && phone.len() == 8, "{name}: {phone}");
            assert!(texts.get("email").is_none_or(|email| email.ends_with("@example.com")), "{name}");
            let surnames =
                ["Example", "Sample", "Demo", "Specimen", "Placeholder", "Ejemplo", "Prueba", "Muestra"];
            assert!(surnames.iter().any(|surname| texts["name"].contains(surname)), "{name}");
        }
    }

    #[test]
    fn every_member_is_known_and_every_advice_is_there_in_every_language() {
        let known = [
            "name",
            "phone",
            "email",
            "lang",
            "needs",
            "service",
            "appointment",
            "carrier",
            "prefer",
            "voicemail",
            "minutes",
            "after",
            "ask",
            "close",
        ];
        for (name, texts) in people() {
            for (tag, _) in LANGUAGES {
                assert!(texts.contains_key(&format!("good.{tag}")), "{name}: {tag}");
            }
            for member in texts.keys() {
                assert!(known.contains(&member.as_str()) || member.starts_with("good."), "{name}: {member}");
            }
        }
        for (patient, texts) in read(FILE, &samples::source(), NOW).unwrap().iter().zip(people().values()) {
            let asked = texts.get("ask").map_or(0, |ask| ask.split(' ').count());
            assert_eq!(patient.ask.len(), asked, "{}", texts["name"]);
            assert_eq!(patient.end != End::Call, texts.contains_key("close"), "{}", texts["name"]);
            assert!(patient.inquiry.to_json().is_ok() && !patient.inquiry.answers.needs.contains('{'));
        }
    }

    #[test]
    fn the_queue_has_what_a_day_has() {
        let source = samples::source();
        let patients = read(FILE, &source, NOW).unwrap();
        assert_eq!(patients.len(), 12);
        let assessed: Vec<_> =
            patients.iter().map(|one| lead::assess(&source, &source.scoring, &one.inquiry)).collect();
        let lanes = |lane: Lane| assessed.iter().filter(|one| one.triage.lane == lane).count();
        let ready = assessed.iter().filter(|one| one.score.tier == "care-ready").count();
        assert_eq!((lanes(Lane::Emergency), lanes(Lane::Urgent)), (2, 1));
        assert!(ready >= 3, "{ready}");
        assert!(patients.iter().any(|one| one.inquiry.lang == "es"));
        assert_eq!(patients.iter().filter(|one| one.after > 0).count(), 1);
        let vendor = patients.iter().position(|one| one.end == End::Close(ClosedReason::Vendor)).unwrap();
        assert!(assessed[vendor].score.tier != "care-ready", "a vendor is not called first");
        assert!(read("<!doctype html>", &source, NOW).is_none());
    }
}
