//! A practice's opened log as the console keeps it: every lead with what was read from its inquiry, and
//! every entry that was refused.

use super::due::due;
use super::plain::{cut, plain_line};
use super::queue::fold;
use super::same::Traits;
use super::score;
use super::settings::Colleague;
use crate::words::{found, t, tag};
use lead::assess::assess_as;
use lead::hours::iso_date;
use lead::inquiry::Answers;
use lead::manifest::{Field, ManifestSource};
use lead::scoring::ModelRef;
use lead::thread::{Availability, Edition, Lead};
use lead::validate::{Found, problems};
use lead::{Assessment, Inquiry};
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;
use wire::practice::Role;
use wire::{Head, StaffId, ThreadId};

/// Everything of a practice, decrypted.
#[derive(Clone)]
pub(crate) struct Practice {
    pub(crate) staff: StaffId,
    pub(crate) role: Role,
    pub(crate) relay: String,
    pub(crate) source: ManifestSource,
    pub(crate) manifest_version: u64,
    pub(crate) roster_version: u64,
    pub(crate) colleagues: Vec<Colleague>,
    /// What is kept, and for how many quiet days; `None`: until somebody erases it.
    pub(crate) retention_days: Option<u32>,
    /// Free times of the practice's calendar; `None`: none is connected.
    pub(crate) availability: Option<Availability>,
    /// Guides for calls and follow-up sequences that owners wrote: every edition, in the order of the log.
    pub(crate) documents: Arc<Vec<Edition>>,
    pub(crate) head: Head,
    pub(crate) cases: Vec<Arc<Case>>,
    pub(crate) refused: Vec<Refusal>,
    /// While the log is still being read: so many entries of so many.
    pub(crate) reading: Option<(u64, u64)>,
    /// Its documents as the root key signed them; for auditors.
    pub(crate) signed: Option<Signed>,
}

/// Documents of a practice that say nothing about anyone's health, as compact JWS.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// The thumbprint of the key that signed them.
    pub(crate) pin: String,
    pub(crate) manifest: String,
    pub(crate) roster: String,
}

/// One lead.
pub(crate) struct Case {
    pub(crate) lead: Lead,
    /// What staff's own rules make of the latest inquiry; `None` where that is erased.
    pub(crate) assessment: Option<Assessment>,
    /// By when to call, in milliseconds; `None`: no call is due.
    pub(crate) due: Option<u64>,
    /// What it is compared with other leads by.
    pub(crate) traits: Traits,
    /// Everything that search looks at, folded.
    haystack: String,
}

/// An entry that is in the log and is not shown as what it claims to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) seq: u64,
    pub(crate) entry: String,
    pub(crate) time: u64,
    /// What the library found, in English.
    pub(crate) why: String,
    /// Whether nobody but the relay can have done it.
    pub(crate) by_relay: bool,
}

impl Refusal {
    /// Why, as a sentence.
    pub(crate) fn words(&self) -> String {
        let found = found(&self.why);
        let mut letters = found.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let sentence: String = first.chain(letters).chain(['.']).collect();
        let by = if self.by_relay {
            t(" Only the relay, or someone in its place, can have done this.")
        } else {
            ""
        };
        sentence + by
    }
}

/// A value that is the same as another only if it is that very one: what memos compare of large things.
pub(crate) struct Same<T>(pub(crate) Arc<T>);

impl<T> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Same<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl Practice {
    pub(crate) fn case(&self, thread: ThreadId) -> Option<Same<Case>> {
        self.cases.iter().find(|case| case.lead.thread == thread).map(|case| Same(Arc::clone(case)))
    }
}

impl Case {
    pub(crate) fn new(lead: Lead, source: &ManifestSource) -> Self {
        Self::scored_as(lead, source, &source.scoring.reference())
    }

    /// The same for many: `model` is the reference of the practice's own.
    pub(crate) fn scored_as(lead: Lead, source: &ManifestSource, model: &ModelRef) -> Self {
        let assessment = assess(&lead, source, model);
        let haystack = haystack(&lead, source);
        let due = assessment.as_ref().and_then(|assessment| due(&lead, &assessment.score, source));
        let traits = lead.answers().map(|answers| Traits::of(&answers.contact)).unwrap_or_default();
        Self { lead, assessment, due, traits, haystack }
    }

    /// The answers as put right by staff; `None` where the inquiry is erased.
    pub(crate) fn answers(&self) -> Option<Cow<'_, Answers>> {
        self.lead.answers()
    }

    /// Whether every one of the folded `words` is somewhere in it.
    pub(crate) fn matches(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.haystack.contains(word.as_str()))
    }

    /// Whether `text` is the reference that the patient was shown.
    pub(crate) fn is_referred_to_as(&self, text: &str) -> bool {
        self.lead.inquiries.iter().any(|received| received.entry.is_referred_to_as(text))
    }

    /// What does not fit the form that the inquiry names, as the answers stand now; nothing where the form has changed
    /// since, or nobody filled one in.
    pub(crate) fn misfits(&self, practice: &Practice) -> Vec<String> {
        let (Some(received), Some(answers)) = (self.lead.inquiries.last(), self.answers()) else {
            return Vec::new();
        };
        if received.taken.is_some() || received.inquiry.manifest != practice.manifest_version {
            return Vec::new();
        }
        let asked: Vec<&Field> = practice.source.form.fields().collect();
        let say = |one: Found| {
            let label = asked.get(one.field)?.label.in_language(tag());
            Some(format!("“{label}” {}", found(&one.problem.to_string())))
        };
        let problems = problems(&practice.source, &answers, &iso_date(received.time));
        problems.into_iter().filter_map(say).collect()
    }

    /// When the relay took the latest inquiry, in milliseconds.
    pub(crate) fn received(&self) -> u64 {
        self.lead.inquiries.last().map_or(self.lead.last_activity, |received| received.time)
    }

    pub(crate) fn points(&self) -> i32 {
        self.assessment.as_ref().map_or(i32::MIN, |assessment| assessment.score.points)
    }

    /// The person's name, or what stands for it.
    pub(crate) fn name(&self) -> String {
        match self.answers() {
            None => t("Erased inquiry").into(),
            Some(answers) => match plain_line(&answers.contact.name) {
                name if name.is_empty() => t("No name given").into(),
                name => cut(&name, 120),
            },
        }
    }
}

/// By the answers as put right: a corrected service or plan counts.
fn assess(lead: &Lead, source: &ManifestSource, model: &ModelRef) -> Option<Assessment> {
    let (inquiry, answers) = (lead.inquiry()?, lead.answers()?);
    let assess = |inquiry: &Inquiry| assess_as(source, &source.scoring, model.clone(), inquiry);
    Some(match answers {
        Cow::Borrowed(_) => assess(inquiry),
        Cow::Owned(answers) => assess(&Inquiry { answers, ..inquiry.clone() }),
    })
}

fn haystack(lead: &Lead, source: &ManifestSource) -> String {
    let mut all = String::new();
    for received in &lead.inquiries {
        let answers = &received.inquiry.answers;
        let contact = &answers.contact;
        let digits: String =
            contact.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect();
        let service = answers.service.as_ref().map(|id| score::service(source, id));
        let parts = [
            Some(&contact.name),
            contact.email.as_ref(),
            contact.phone.as_ref(),
            Some(&answers.needs),
            service.as_ref(),
            Some(&digits),
        ];
        for part in parts.into_iter().flatten() {
            all += &fold(part);
            all.push('\n');
        }
    }
    for correction in &lead.corrections {
        all.push('\n');
        all += &fold(&correction.now);
    }
    for note in &lead.notes {
        all.push('\n');
        all += &fold(&note.text);
    }
    all
}

/// Synthetic leads for tests and for looking at the screens.
#[cfg(any(test, feature = "gallery"))]
pub(crate) mod samples {
    use super::*;
    use lead::inquiry::Contact;
    use lead::scoring::Score;
    use lead::thread::{Body, Record, fold};
    use wire::EntryId;

    /// The example practice.
    pub(crate) fn source() -> ManifestSource {
        toml::from_str(include_str!("../../../examples/manifests/lakeside-ortho.toml"))
            .expect("the example manifest is valid")
    }

    /// What the browser would have sent.
    pub(crate) fn inquiry(answers: Answers, signals: lead::signals::Signals, now: u64) -> Inquiry {
        let source = source();
        let preliminary: Score =
            lead::assess::assess_parts(&source, &source.scoring, &answers, &signals, now).score;
        Inquiry { v: 1, lang: "en".into(), manifest: 3, submitted_ms: now, answers, signals, preliminary }
    }

    /// A lead of one inquiry.
    pub(crate) fn lead(n: u8, inquiry: Inquiry, time: u64) -> Lead {
        let thread = ThreadId::from_bytes([n; 16]);
        let body = Body::Inquiry(Box::new(inquiry));
        fold(thread, &[Record { entry: EntryId::from_bytes([n; 16]), seq: u64::from(n), time, body }])
    }

    /// Alex Example asks for a knee replacement in these words.
    pub(crate) fn case(n: u8, needs: &str, now: u64) -> Case {
        let contact = Contact {
            name: format!("Alex Example {n}"),
            phone: Some("555-0100".into()),
            email: Some("alex@example.com".into()),
            ..Contact::default()
        };
        let answers = Answers {
            contact,
            service: Some("knee-replacement".into()),
            needs: needs.into(),
            appointment: Some(lead::inquiry::AppointmentWish::default()),
            ..Answers::default()
        };
        Case::new(lead(n, inquiry(answers, lead::signals::Signals::default(), now), now), &source())
    }

    /// A practice with these leads.
    pub(crate) fn practice(cases: Vec<Case>, refused: Vec<Refusal>) -> Practice {
        let id: wire::PracticeId = "lakeside-ortho".parse().expect("a name");
        Practice {
            head: Head { seq: cases.len() as u64, ..Head::empty(&id) },
            staff: "maria-lopez".parse().expect("a name"),
            role: Role::Coordinator,
            relay: "https://relay.example.com".into(),
            source: source(),
            manifest_version: 3,
            roster_version: 2,
            colleagues: crate::model::settings::sample_colleagues(),
            retention_days: None,
            availability: None,
            documents: Arc::default(),
            cases: cases.into_iter().map(Arc::new).collect(),
            refused,
            reading: None,
            signed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_the_form_is_named_until_it_is_put_right() {
        let now = 1_772_654_700_000;
        let case = samples::case(1, "knee", now);
        let practice = samples::practice(Vec::new(), Vec::new());
        let misfit =
            |case: &Case, label: &str| case.misfits(&practice).iter().any(|misfit| misfit.starts_with(label));
        assert!(!misfit(&case, "“E-mail"), "{:?}", case.misfits(&practice));
        let mut odd = samples::case(1, "knee", now);
        let contact = &mut odd.lead.inquiries[0].inquiry.answers.contact;
        contact.prefer = Some(lead::inquiry::ContactWay::Email);
        contact.email = Some("none".into());
        let label =
            odd.misfits(&practice).into_iter().find(|misfit| misfit.ends_with("is not an e-mail address"));
        assert!(label.is_some(), "{:?}", odd.misfits(&practice));
        odd.lead.inquiries[0].inquiry.manifest += 1;
        assert_eq!(odd.misfits(&practice), Vec::<String>::new(), "another form asked something else");
    }
}
