//! What a person fills in, one control at a time. A field of the manifest gives one control or
//! several: "insurance" is a choice, a carrier, a plan and a member id.

use crate::values::Values;
use crate::words::Words;
use lead::manifest::{Choice, Condition, Field, FieldKind, ManifestSource};
use lead::{Text, inquiry::ContactWay};

/// Most services that are shown as a list of buttons; more become a menu.
const MOST_BUTTONS: usize = 7;
/// Answers that the widget itself offers.
pub const YES: &str = "yes";
/// See [`YES`].
pub const NO: &str = "no";
/// The patient fills in the form in person.
pub const MYSELF: &str = "me";
/// Any appointment window.
pub const ANY: &str = "any";
/// Insurance: a plan, none, not known.
pub const PLAN: &str = "plan";
/// See [`PLAN`].
pub const SELF_PAY: &str = "self_pay";
/// See [`PLAN`].
pub const UNKNOWN: &str = "unknown";

/// Something to fill in.
#[derive(Debug, Clone)]
pub struct Control {
    /// Unique within the form: the field's id, with the part after a dot. Also the DOM id.
    pub name: String,
    /// Which step it stands in.
    pub step: usize,
    /// Which part of an answer it holds.
    pub part: Part,
    /// How it is filled in.
    pub entry: Entry,
    /// The question.
    pub label: Label,
    /// A line of help.
    pub hint: Text,
    /// The practice's own words for an answer that does not fit.
    pub error: Text,
    /// Whether the form can be sent without it.
    pub required: bool,
    /// Asked only when all of these hold.
    pub when: Vec<When>,
}

/// Which part of an answer a control holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Contact.
    Name,
    /// Contact.
    Email,
    /// Contact.
    Phone,
    /// Contact: preferred way.
    Prefer,
    /// Contact: good times.
    Times,
    /// Contact: may we leave a voicemail?
    Voicemail,
    /// ZIP or postal code.
    Zip,
    /// Date of birth.
    DateOfBirth,
    /// Service asked for.
    Service,
    /// In the patient's words.
    Needs,
    /// Insurance: plan, none or not known.
    Insurance,
    /// Insurance.
    Carrier,
    /// Insurance.
    Plan,
    /// Insurance.
    MemberId,
    /// Whether a physician referred.
    Referred,
    /// Who did.
    Physician,
    /// And where they practise.
    PhysicianPractice,
    /// Relationship to the patient.
    Relationship,
    /// The patient, when someone else writes.
    Patient,
    /// Appointment windows.
    Appointment,
    /// Consent.
    Consent,
    /// A free field.
    Other,
}

/// How a control is filled in.
#[derive(Debug, Clone)]
pub enum Entry {
    /// One line.
    Line {
        /// Most characters.
        max: usize,
        /// Offered while typing; anything else may be typed.
        suggestions: Vec<String>,
    },
    /// Several lines, at most this many characters.
    Area(usize),
    /// A date.
    Date,
    /// One of few, all visible.
    One(Vec<Offer>),
    /// One of many.
    Menu(Vec<Offer>),
    /// Any number.
    Many(Vec<Offer>),
    /// A box to tick.
    Agree,
}

/// An answer offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// What is recorded.
    pub id: String,
    /// What is shown.
    pub label: Label,
}

/// Words: the practice's or ours.
#[derive(Debug, Clone)]
pub enum Label {
    /// From the manifest.
    Theirs(Text),
    /// From [`Words`].
    Ours(fn(&Words) -> &'static str),
}

impl Label {
    /// In `language`, whose words are `words`.
    #[must_use]
    pub fn text<'a>(&'a self, language: &str, words: &'a Words) -> &'a str {
        match self {
            Self::Theirs(text) => text.in_language(language),
            Self::Ours(word) => word(words),
        }
    }
}

/// A condition on an earlier control.
#[derive(Debug, Clone)]
pub struct When {
    /// Its place in the list of controls.
    pub control: usize,
    /// It holds one of these; empty: anything.
    pub any_of: Vec<String>,
}

impl Entry {
    /// The answers offered.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        match self {
            Self::One(offers) | Self::Menu(offers) | Self::Many(offers) => offers,
            _ => &[],
        }
    }
}

/// The form's controls, in order.
#[must_use]
pub fn controls(source: &ManifestSource) -> Vec<Control> {
    let mut made = Maker { controls: Vec::new(), source };
    for (step, shown) in source.form.steps.iter().enumerate() {
        for field in &shown.fields {
            made.field(step, field);
        }
    }
    made.controls
}

/// Whether `controls[index]` is asked, given what is filled in: what depends on a control that is not
/// asked is not asked either.
#[must_use]
pub fn is_asked(controls: &[Control], values: &Values, index: usize) -> bool {
    controls[index].when.iter().all(|when| {
        let held = values.chosen(when.control);
        let fits = |id: &String| when.any_of.is_empty() || when.any_of.contains(id);
        // Conditions point backwards only, so this ends.
        held.iter().any(fits) && is_asked(controls, values, when.control)
    })
}

struct Maker<'a> {
    controls: Vec<Control>,
    source: &'a ManifestSource,
}

impl Maker<'_> {
    fn field(&mut self, step: usize, field: &Field) {
        use Entry::{Agree, Area, Date, Many, Menu, One};
        let first = self.controls.len();
        let mut head = |part, entry| self.add(step, field, part, entry);
        match &field.kind {
            FieldKind::Name => head(Part::Name, line(120)),
            FieldKind::Email => head(Part::Email, line(200)),
            FieldKind::Phone => head(Part::Phone, line(40)),
            FieldKind::Zip => head(Part::Zip, line(12)),
            FieldKind::DateOfBirth => head(Part::DateOfBirth, Date),
            FieldKind::Needs { max_chars } => head(Part::Needs, Area(*max_chars as usize)),
            FieldKind::Voicemail => head(Part::Voicemail, One(yes_no())),
            FieldKind::Consent => head(Part::Consent, Agree),
            FieldKind::Text { max_chars } => head(Part::Other, line(*max_chars as usize)),
            FieldKind::LongText { max_chars } => head(Part::Other, Area(*max_chars as usize)),
            FieldKind::Select { options } => head(Part::Other, Menu(offers(options))),
            FieldKind::Choice { options } => head(Part::Other, One(offers(options))),
            FieldKind::Choices { options } => head(Part::Other, Many(offers(options))),
            FieldKind::Times { options } => head(Part::Times, Many(offers(options))),
            FieldKind::Service => self.service(step, field),
            FieldKind::Contact { ways } => head(Part::Prefer, One(ways.iter().map(way).collect())),
            FieldKind::Appointment { options } => {
                let any = ours(ANY, |words| words.any_time);
                head(Part::Appointment, Many([any].into_iter().chain(offers(options)).collect()));
            }
            FieldKind::OnBehalfOf { options } => {
                let myself = ours(MYSELF, |words| words.myself);
                let others = offers(options);
                let ids: Vec<String> = others.iter().map(|offer| offer.id.clone()).collect();
                head(Part::Relationship, One([myself].into_iter().chain(others).collect()));
                self.part(first, Part::Patient, line(120), |words| words.patient_name, &ids, true);
            }
            FieldKind::Referral => {
                head(Part::Referred, One(yes_no()));
                let yes = [YES.to_owned()];
                self.part(first, Part::Physician, line(120), |words| words.physician, &yes, true);
                self.part(
                    first,
                    Part::PhysicianPractice,
                    line(120),
                    |words| words.physician_practice,
                    &yes,
                    false,
                );
            }
            FieldKind::Insurance { carriers } => {
                let known = vec![
                    ours(PLAN, |words| words.insured),
                    ours(SELF_PAY, |words| words.self_pay),
                    ours(UNKNOWN, |words| words.unknown_insurance),
                ];
                head(Part::Insurance, One(known));
                let plan = [PLAN.to_owned()];
                let carrier = Entry::Line { max: 120, suggestions: carriers.clone() };
                self.part(first, Part::Carrier, carrier, |words| words.carrier, &plan, true);
                self.part(first, Part::Plan, line(120), |words| words.plan, &plan, false);
                self.part(first, Part::MemberId, line(60), |words| words.member_id, &plan, false);
            }
        }
    }

    fn service(&mut self, step: usize, field: &Field) {
        let offers: Vec<Offer> = self
            .source
            .services
            .iter()
            .map(|service| Offer { id: service.id.clone(), label: Label::Theirs(service.label.clone()) })
            .collect();
        let entry = if offers.len() > MOST_BUTTONS { Entry::Menu(offers) } else { Entry::One(offers) };
        self.add(step, field, Part::Service, entry);
    }

    /// The control that carries the field's own question.
    fn add(&mut self, step: usize, field: &Field, part: Part, entry: Entry) {
        let when = field.show_if.iter().filter_map(|condition| self.when(condition)).collect();
        let label = match part {
            Part::Consent => self.source.consent.text.clone(),
            _ => field.label.clone(),
        };
        self.controls.push(Control {
            name: field.id.clone(),
            step,
            part,
            entry,
            label: Label::Theirs(label),
            hint: field.hint.clone(),
            error: field.error.clone(),
            required: field.required,
            when,
        });
    }

    /// A further control of the field whose first control is `head`.
    fn part(
        &mut self,
        head: usize,
        part: Part,
        entry: Entry,
        label: fn(&Words) -> &'static str,
        any_of: &[String],
        required: bool,
    ) {
        let name = format!("{}.{}", self.controls[head].name, self.controls.len() - head);
        self.controls.push(Control {
            name,
            step: self.controls[head].step,
            part,
            entry,
            label: Label::Ours(label),
            hint: Text::default(),
            error: Text::default(),
            required,
            when: vec![When { control: head, any_of: any_of.to_vec() }],
        });
    }

    fn when(&self, condition: &Condition) -> Option<When> {
        let control = self.controls.iter().position(|control| control.name == condition.field)?;
        Some(When { control, any_of: condition.any_of.clone() })
    }
}

fn line(max: usize) -> Entry {
    Entry::Line { max, suggestions: Vec::new() }
}

fn ours(id: &str, label: fn(&Words) -> &'static str) -> Offer {
    Offer { id: id.to_owned(), label: Label::Ours(label) }
}

fn yes_no() -> Vec<Offer> {
    vec![ours(YES, |words| words.yes), ours(NO, |words| words.no)]
}

fn offers(options: &[Choice]) -> Vec<Offer> {
    options
        .iter()
        .map(|option| Offer { id: option.id.clone(), label: Label::Theirs(option.label.clone()) })
        .collect()
}

fn way(way: &ContactWay) -> Offer {
    match way {
        ContactWay::Phone => ours("phone", |words| words.by_phone),
        ContactWay::Text => ours("text", |words| words.by_text),
        ContactWay::Email => ours("email", |words| words.by_email),
    }
}
