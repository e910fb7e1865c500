//! One control with its question, help and problem.

use super::super::driver::Driver;
use super::super::element::{Element, classed, element};
use super::super::port::value;
use widget::control::{Control, Entry, FillIn, Offer};
use widget::intake::{Device, Event, Intake};
use widget::words::{Words, fill};

/// Below this many characters, the person is told how many are left.
const NEARLY_FULL: usize = 200;

pub(super) fn question(driver: Driver, index: usize) -> Element {
    let (controls, language, words) =
        driver.now(|state| (state.controls.clone(), state.language.clone(), state.words()));
    let control = &controls[index];
    let shown = Shown { driver, index, control, language: &language, words };
    let body = match &control.entry {
        Entry::Line { max, fill_in, suggestions } => shown.line(*max, *fill_in, suggestions),
        Entry::Date => shown.labelled(shown.input("bday").set("type", "date")),
        Entry::Area(max) => shown.area(*max),
        Entry::Menu(offers) => shown.menu(offers),
        Entry::One(offers) => shown.buttons(offers, "radio"),
        Entry::Many(offers) => shown.buttons(offers, "checkbox"),
        Entry::Agree => shown.agree(),
    };
    body.follow("hidden", driver, move |state| (!state.is_asked(index)).then(String::new))
}

struct Shown<'a> {
    driver: Driver,
    index: usize,
    control: &'a Control,
    language: &'a str,
    words: &'static Words,
}

impl Shown<'_> {
    fn label(&self) -> &str {
        self.control.label.text(self.language, self.words)
    }

    fn value(&self) -> String {
        self.driver.now(|state| state.values.text(self.index).to_owned())
    }

    fn holds(&self, id: &str) -> bool {
        self.driver.now(|state| state.values.chosen(self.index).iter().any(|chosen| chosen == id))
    }

    fn part_id(&self, part: &str) -> String {
        format!("{}-{part}", self.control.name)
    }

    /// Marks what may stay open; what has to be answered is the rule.
    fn optional(&self, to: Element) -> Element {
        if self.control.required {
            to
        } else {
            to.text(" ").child(classed("span", "optional").text(self.words.optional))
        }
    }

    fn hint(&self) -> Option<Element> {
        let hint = self.control.hint.in_language(self.language);
        (!hint.is_empty()).then(|| classed("p", "hint").set("id", self.part_id("hint")).text(hint))
    }

    /// What is wrong, in the practice's words or ours; empty while nothing is.
    fn problem(&self) -> Element {
        let (index, words) = (self.index, self.words);
        let own = self.control.error.in_language(self.language).to_owned();
        let text = move |state: &Intake| match state.problems[index] {
            Some(_) if !own.is_empty() => own.clone(),
            Some(problem) => (words.problem)(problem).to_owned(),
            None => String::new(),
        };
        let problem = classed("p", "problem").set("id", self.part_id("problem"));
        problem.set("aria-live", "polite").following(self.driver, text)
    }

    fn marked_wrong(&self, to: Element) -> Element {
        let index = self.index;
        to.follow("aria-invalid", self.driver, move |state| state.problems[index].map(|_| "true".to_owned()))
    }

    fn described_by(&self) -> String {
        format!("{} {}", self.part_id("hint"), self.part_id("problem"))
    }

    /// Something to type into or choose from, with all that the control's meaning gives it.
    fn entry(&self, tag: &'static str, event: &'static str) -> Element {
        let (driver, index) = (self.driver, self.index);
        let entry = element(tag)
            .set("id", self.control.name.clone())
            .set("name", self.control.name.clone())
            .set("aria-describedby", self.described_by())
            .on(event, move |event| driver.dispatch(Event::Filled(index, value(&event))))
            .on("blur", move |_| driver.dispatch(Event::Left(index)));
        let entry = if self.control.required { entry.set("aria-required", "true") } else { entry };
        self.marked_wrong(entry)
    }

    /// `fill_in`: what a browser may offer, in HTML's words. On the practice's own device it offers nothing.
    fn input(&self, fill_in: &str) -> Element {
        let kiosk = self.driver.now(|state| state.device == Device::Kiosk);
        let entry = self.entry("input", "input").set("value", self.value());
        entry.set("autocomplete", if kiosk { "off" } else { fill_in })
    }

    fn labelled(&self, entry: Element) -> Element {
        let label = element("label").set("for", self.control.name.clone()).text(self.label());
        classed("div", "question")
            .child(self.optional(label))
            .children(self.hint())
            .child(entry)
            .child(self.problem())
    }

    fn line(&self, max: usize, fill_in: FillIn, suggestions: &[String]) -> Element {
        let (kind, fill_in) = match fill_in {
            FillIn::Name => ("text", "name"),
            FillIn::Email => ("email", "email"),
            FillIn::Phone => ("tel", "tel"),
            FillIn::Zip => ("text", "postal-code"),
            FillIn::Other => ("text", "off"),
        };
        let input = self.input(fill_in).set("type", kind).set("maxlength", max.to_string());
        if suggestions.is_empty() {
            return self.labelled(input);
        }
        let list = self.part_id("list");
        let options = suggestions.iter().map(|text| element("option").set("value", text.clone()));
        self.labelled(input.set("list", list.clone()))
            .child(element("datalist").set("id", list).children(options))
    }

    fn area(&self, max: usize) -> Element {
        let (index, words) = (self.index, self.words);
        let area = self.entry("textarea", "input").set("rows", "5").text(self.value());
        self.labelled(area).child(classed("p", "hint").following(self.driver, move |state| {
            let left = max.saturating_sub(state.values.text(index).chars().count());
            if left < NEARLY_FULL { fill(words.characters_left, &left.to_string()) } else { String::new() }
        }))
    }

    fn menu(&self, offers: &[Offer]) -> Element {
        let held = self.value();
        let option =
            |id: &str, text: &str| element("option").set("value", id).mark("selected", id == held).text(text);
        let first = option("", self.words.choose);
        let options =
            offers.iter().map(|offer| option(&offer.id, offer.label.text(self.language, self.words)));
        self.labelled(self.entry("select", "change").child(first).children(options))
    }

    fn buttons(&self, offers: &[Offer], kind: &'static str) -> Element {
        let rows = offers.iter().enumerate().map(|(at, offer)| {
            let id = if at == 0 { self.control.name.clone() } else { self.part_id(&at.to_string()) };
            let text = offer.label.text(self.language, self.words);
            classed("label", "offer").child(self.tick(id, kind, &offer.id)).child(element("span").text(text))
        });
        self.marked_wrong(classed("fieldset", "question"))
            .set("aria-describedby", self.described_by())
            .child(self.optional(element("legend").text(self.label())))
            .children(self.hint())
            .child(classed("div", "offers").children(rows))
            .child(self.problem())
    }

    fn agree(&self) -> Element {
        let tick = self
            .marked_wrong(self.tick(self.control.name.clone(), "checkbox", widget::control::YES))
            .set("aria-describedby", self.described_by());
        classed("div", "question")
            .child(classed("label", "offer agree").child(tick).child(element("span").text(self.label())))
            .children(self.hint())
            .child(self.problem())
    }

    fn tick(&self, dom_id: String, kind: &'static str, id: &str) -> Element {
        let (driver, index, id) = (self.driver, self.index, id.to_owned());
        let ticked = self.holds(&id);
        let input =
            element("input").set("type", kind).set("id", dom_id).set("name", self.control.name.clone());
        input.set("value", id.clone()).mark("checked", ticked).on("change", move |_| {
            let id = id.clone();
            driver.dispatch(if kind == "radio" {
                Event::Filled(index, id)
            } else {
                Event::Toggled(index, id)
            });
        })
    }
}
