//! What a person fills in, one control at a time. A field of the manifest gives one control or
//! several: "insurance" is a choice, a carrier, a plan and a member id.

use crate::intake::Device;
use crate::words::Words;
use lead::manifest::{Choice, Field, FieldKind, ManifestSource};
use lead::validate::{Part, most_chars};
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
    /// Place of its field among [`lead::manifest::Form::fields`].
    pub field: usize,
    /// Which part of the field's answer it holds.
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
    /// Asked only when the field's first control, at this place, holds one of these.
    pub when: Option<(usize, Vec<String>)>,
}

/// How a control is filled in.
#[derive(Debug, Clone)]
pub enum Entry {
    /// One line.
    Line {
        /// Most characters.
        max: usize,
        /// What it is, for keyboards and for browsers that fill in.
        fill_in: FillIn,
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

/// What a line is. WCAG 2.2, 1.3.5: a field about the person says so, in HTML's `autocomplete` words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillIn {
    /// The person's name.
    Name,
    /// The person's e-mail address.
    Email,
    /// The person's phone number.
    Phone,
    /// The person's ZIP or postal code.
    Zip,
    /// Nothing that a browser knows.
    Other,
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
pub fn controls(source: &ManifestSource, device: Device) -> Vec<Control> {
    let mut made = Maker { controls: Vec::new(), source, step: 0, number: 0 };
    for (step, shown) in source.form.steps.iter().enumerate() {
        made.step = step;
        for field in &shown.fields {
            // What is to be read at home is no use on the practice's own device.
            if device == Device::Own || !matches!(field.kind, FieldKind::Guides { .. }) {
                made.field(field);
            }
            made.number += 1;
        }
    }
    made.controls
}

struct Maker<'a> {
    controls: Vec<Control>,
    source: &'a ManifestSource,
    step: usize,
    number: usize,
}

impl Maker<'_> {
    fn field(&mut self, field: &Field) {
        use Entry::{Agree, Area, Date, Many, Menu, One};
        let head = self.controls.len();
        let line = |fill_in| Entry::Line { max: most(field, Part::Head), fill_in, suggestions: Vec::new() };
        let entry = match &field.kind {
            FieldKind::Name => line(FillIn::Name),
            FieldKind::Email => line(FillIn::Email),
            FieldKind::Phone => line(FillIn::Phone),
            FieldKind::Zip => line(FillIn::Zip),
            FieldKind::Text { .. } => line(FillIn::Other),
            FieldKind::DateOfBirth => Date,
            FieldKind::Needs { .. } | FieldKind::LongText { .. } => Area(most(field, Part::Head)),
            FieldKind::Voicemail | FieldKind::Referral => {
                One(vec![ours(YES, |words| words.yes), ours(NO, |words| words.no)])
            }
            FieldKind::Consent | FieldKind::FollowUp => Agree,
            FieldKind::Select { options } => Menu(offers(options)),
            FieldKind::Choice { options } => One(offers(options)),
            FieldKind::Choices { options } | FieldKind::Times { options } => Many(offers(options)),
            FieldKind::Guides { options } => {
                Many(options.iter().map(|guide| theirs(&guide.id, &guide.label)).collect())
            }
            FieldKind::Service => {
                let services = self.source.services.iter();
                let offers: Vec<Offer> =
                    services.map(|service| theirs(&service.id, &service.label)).collect();
                if offers.len() > MOST_BUTTONS { Menu(offers) } else { One(offers) }
            }
            FieldKind::Contact { ways } => One(ways.iter().map(way).collect()),
            FieldKind::Appointment { options } => with(ours(ANY, |words| words.any_time), options, Many),
            FieldKind::OnBehalfOf { options } => with(ours(MYSELF, |words| words.myself), options, One),
            FieldKind::Insurance { .. } => One(vec![
                ours(PLAN, |words| words.insured),
                ours(SELF_PAY, |words| words.self_pay),
                ours(UNKNOWN, |words| words.unknown_insurance),
            ]),
        };
        self.head(field, entry);
        match &field.kind {
            FieldKind::OnBehalfOf { options } => {
                let others = options.iter().map(|option| option.id.clone()).collect();
                self.part(field, head, Part::Patient, |words| words.patient_name, others);
            }
            FieldKind::Referral => {
                let yes = || vec![YES.to_owned()];
                self.part(field, head, Part::Physician, |words| words.physician, yes());
                self.part(field, head, Part::PhysicianPractice, |words| words.physician_practice, yes());
            }
            FieldKind::Insurance { carriers } => {
                let plan = || vec![PLAN.to_owned()];
                self.part(field, head, Part::Carrier, |words| words.carrier, plan());
                if let Some(Control { entry: Entry::Line { suggestions, .. }, .. }) = self.controls.last_mut()
                {
                    suggestions.clone_from(carriers);
                }
                self.part(field, head, Part::Plan, |words| words.plan, plan());
                self.part(field, head, Part::MemberId, |words| words.member_id, plan());
            }
            _ => {}
        }
    }

    /// The control that carries the field's own question.
    fn head(&mut self, field: &Field, entry: Entry) {
        let label = match (&field.kind, &self.source.follow_up) {
            (FieldKind::Consent, _) => &self.source.consent.text,
            (FieldKind::FollowUp, Some(follow_up)) => &follow_up.text,
            _ => &field.label,
        };
        self.controls.push(Control {
            name: field.id.clone(),
            step: self.step,
            field: self.number,
            part: Part::Head,
            entry,
            label: Label::Theirs(label.clone()),
            hint: field.hint.clone(),
            error: field.error.clone(),
            required: field.required,
            when: None,
        });
    }

    /// A further control of the field whose first control is `head`.
    fn part(
        &mut self,
        field: &Field,
        head: usize,
        part: Part,
        label: fn(&Words) -> &'static str,
        any_of: Vec<String>,
    ) {
        self.controls.push(Control {
            name: format!("{}.{}", field.id, self.controls.len() - head),
            step: self.step,
            field: self.number,
            part,
            entry: Entry::Line { max: most(field, part), fill_in: FillIn::Other, suggestions: Vec::new() },
            label: Label::Ours(label),
            hint: Text::default(),
            error: Text::default(),
            required: matches!(part, Part::Patient | Part::Physician | Part::Carrier),
            when: Some((head, any_of)),
        });
    }
}

fn most(field: &Field, part: Part) -> usize {
    most_chars(&field.kind, part).unwrap_or_default()
}

fn ours(id: &str, label: fn(&Words) -> &'static str) -> Offer {
    Offer { id: id.to_owned(), label: Label::Ours(label) }
}

fn theirs(id: &str, label: &Text) -> Offer {
    Offer { id: id.to_owned(), label: Label::Theirs(label.clone()) }
}

fn offers(options: &[Choice]) -> Vec<Offer> {
    options.iter().map(|option| theirs(&option.id, &option.label)).collect()
}

fn with(first: Offer, options: &[Choice], entry: fn(Vec<Offer>) -> Entry) -> Entry {
    let mut all = vec![first];
    all.extend(offers(options));
    entry(all)
}

fn way(way: &ContactWay) -> Offer {
    match way {
        ContactWay::Phone => ours("phone", |words| words.by_phone),
        ContactWay::Text => ours("text", |words| words.by_text),
        ContactWay::Email => ours("email", |words| words.by_email),
    }
}
